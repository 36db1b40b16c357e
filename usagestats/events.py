"""The event record: what one request or one report of activity says, and the rules that each record must keep.

A record is refused, never repaired: a `Reject` names its place, the field, what is allowed and what came. This module
knows single records and no frames, so that readers of logs need not load polars.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from usagestats.errors import InvalidEvent, check_type, shown
from usagestats.periods import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polars import DataFrame

MAX_COUNT: Final = 2**63 - 1
"""The greatest count of a record."""
MAX_NUMBER: Final = 2**53 // 1000
"""The greatest latency in ms and active time in s: their thousandths are still exact in a float (285 years in ms)."""
BATCH: Final = 4096
"""Records checked in one call: more gains nothing, much less costs (1 024 to 16 384 are equal)."""
SHOWN_REJECTS: Final = 100
"""How many rejects are kept with their text; the rest are only counted."""

Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Number = Annotated[float, Meta(ge=0, le=MAX_NUMBER)]
Kind = Literal["request", "activity"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event record. Only ``timestamp`` is required; everything else has the default that null means, too.

    >>> from datetime import UTC, datetime, timedelta
    >>> Event(timestamp=datetime(2026, 11, 22, tzinfo=UTC), provider="anthropic", model="claude-opus-4-5").kind
    'request'
    """

    timestamp: datetime | str
    """End of the request, or when the activity was reported: a datetime or RFC 3339 text; no offset means UTC."""
    kind: Kind = "request"
    """A request is one model call, failed ones too; an activity only carries session, commits, lines, active time."""
    application: str | None = None
    """The agent: ``claude-code``, ``codex``, ``gemini-cli``, …"""
    provider: str | None = None
    """Who ran the model: ``anthropic``, ``openai``, ``google``, …"""
    model: str | None = None
    """The model as the source names it."""
    session_id: str | None = None
    """The coding session; a subagent's records carry its parent's."""
    input_tokens: Count = 0
    """The whole prompt, cached tokens included (OpenTelemetry GenAI convention)."""
    output_tokens: Count = 0
    """Generated tokens, reasoning included."""
    cache_read_tokens: Count = 0
    """The part of ``input_tokens`` that was read from a cache."""
    cache_creation_tokens: Count = 0
    """The part of ``input_tokens`` that was written to a cache."""
    latency_ms: Number | None = None
    """How long the request took, in ms; null means not recorded."""
    success: bool | None = None
    """Whether the request succeeded; null means not recorded."""
    commits: Count = 0
    """Commits made."""
    lines_of_code: Count = 0
    """Lines added."""
    active_time_seconds: Number = 0.0
    """Active coding time, in s."""
    event_id: str | None = None
    """Records of one person with the same id are one event."""
    public_id: str | None = None
    """Whose event it is, where one store holds many people."""


FIELDS: Final = Event.__struct_fields__
"""The names of the record's fields, in order."""
COUNTS: Final = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_creation_tokens",
    "commits",
    "lines_of_code",
)
NUMBERS: Final = ("latency_ms", "active_time_seconds")
TEXTS: Final = ("application", "provider", "model", "session_id", "event_id", "public_id")
KINDS: Final = ("request", "activity")

ALLOWED: Final[dict[str, str]] = (
    dict.fromkeys(COUNTS, f"an integer from 0 to {MAX_COUNT}")
    | dict.fromkeys(NUMBERS, f"a number from 0 to {MAX_NUMBER}")
    | dict.fromkeys(TEXTS, "text or null")
    | {
        "timestamp": "a datetime, or RFC 3339 text with date and time",
        "kind": "'request' or 'activity'",
        "success": "true, false or null",
        "record": "a mapping, or an object with a timestamp",
    }
)
"""What each field takes, in words for people."""
PERSON_ALLOWED: Final = "text, where people are told apart"
CACHED_ALLOWED: Final = "at least cache_read_tokens + cache_creation_tokens (input_tokens includes cached tokens)"

RFC_3339: Final = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)"
    r"(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$"
)
"""What an instant looks like as text; its day must also be one that the calendar has."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was refused."""

    place: str
    """Where it stood: ``events[3]`` (from 0) in Python, ``path:line`` (from 1) in a file."""
    field: str
    """The field that broke a rule; ``record`` where none could be read."""
    allowed: str
    """What that field takes."""
    came: str
    """What came: the value, shortened; from agents' logs only its type."""

    def __str__(self) -> str:
        return f"{self.place}: {self.field} must be {self.allowed}, not {self.came}"

    def discreet(self) -> Reject:
        """The same without what came."""
        return Reject(self.place, self.field, self.allowed, "what stands there")


@dataclass(slots=True)
class Rejects:
    """The refused records of one reading: how many, and the first hundred."""

    count: int = 0
    first: list[Reject] = field(default_factory=list)
    strict: bool = False
    """Raise on the first one."""
    shown: int = SHOWN_REJECTS
    """How many are kept with their words."""
    by_person: bool = False
    """Refuse records without a ``public_id``, too."""

    def __post_init__(self) -> None:
        """Refuse what is neither yes nor no."""
        check_type("strict", bool, self.strict)
        check_type("by_person", bool, self.by_person)

    def add(self, reject: Reject) -> None:
        """Count one more.

        Raises:
            InvalidEvent: if the reading is strict.
        """
        if self.strict:
            raise InvalidEvent(str(reject))
        self.count += 1
        if len(self.first) < self.shown:
            self.first.append(reject)

    def more(self) -> Rejects:
        """Those of a part of the reading, which is `absorbed` if it counts."""
        return Rejects(strict=self.strict, shown=self.shown)

    def absorbed(self, part: Rejects) -> None:
        """Count those of a part."""
        self.count += part.count
        self.first += part.first[: self.shown - len(self.first)]


class Row(msgspec.Struct, gc=False):
    """A record whose fields have the right types and ranges; the instant, if text, is not yet read."""

    timestamp: Any = None
    kind: Kind | None = None
    application: str | None = None
    provider: str | None = None
    model: str | None = None
    session_id: str | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    cache_creation_tokens: Count | None = None
    latency_ms: Number | None = None
    success: bool | None = None
    commits: Count | None = None
    lines_of_code: Count | None = None
    active_time_seconds: Number | None = None
    event_id: str | None = None
    public_id: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records read together, and how to name the place of each."""

    rows: list[Row]
    place: Callable[[int], str]
    """The place of the row with that index in ``rows``."""
    refused: tuple[tuple[int, Reject], ...] = ()
    """What was refused, in order, each with the number of rows before it."""
    is_private: bool = False
    """Rejects must not show what came."""


@dataclass(frozen=True, slots=True)
class Coded(Sequence["str | None"]):
    """A column of texts by number: each text is in memory once, not once a record."""

    numbers: Sequence[int]
    texts: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401 - a number gives one, a slice some
        found = self.numbers[at]
        return self.texts[found] if isinstance(found, int) else Coded(found, self.texts)

    def __iter__(self) -> Iterator[str | None]:
        return map(self.texts.__getitem__, self.numbers)


@dataclass(frozen=True, slots=True)
class Table:
    """Records by column, from a reader that has checked them itself: a fifth of the cost of one object each."""

    kind: Kind
    application: str
    columns: Mapping[str, Sequence[Any]]
    """Field → values, all as many; ``timestamp`` in µs since 1970. Fields that are not here have their default."""
    origin: str | None = None
    """What kind of source told them, if it is another than the reader's own."""
    is_once: bool = False
    """Whether no other record of the reading has one of these ids: they find no copies."""

    def without_ids(self) -> Table:
        """The same, for who wants ids only to find copies."""
        return replace(self, columns={name: values for name, values in self.columns.items() if name != "event_id"})

    def records(self) -> Iterator[dict[str, object]]:
        """The same one by one, as mappings."""
        names = list(self.columns)
        for values in zip(*self.columns.values(), strict=True):
            record = dict(zip(names, values, strict=True))
            instant = EPOCH + timedelta(microseconds=record["timestamp"])
            yield record | {"timestamp": instant, "kind": self.kind, "application": self.application}


@dataclass(frozen=True, slots=True)
class Records:
    """Records that readers have already checked: batches of them, and frames with the columns of `SCHEMA`."""

    read: Callable[[Rejects], Iterable[Batch | Table | DataFrame]]
    """Reads them once; what a frame or table refuses goes to the rejects, what a batch does stands in it."""


@dataclass(slots=True)
class Refusal(Exception):
    """Why a record cannot be taken, before its place is known."""

    field: str
    allowed: str
    came: str

    def at(self, place: str) -> Reject:
        """The reject, with its place."""
        return Reject(place, self.field, self.allowed, self.came)

    def within(self, where: str) -> Refusal:
        """The same of a field further inside."""
        return Refusal(where if self.field == "record" else f"{where}.{self.field}", self.allowed, self.came)


def row(record: object) -> Row:
    """One record, checked field by field: slow, obvious, and the judge of whatever the fast way does not take.

    Raises:
        Refusal: naming the first field that breaks a rule.
    """
    values: dict[str, Any] = {name: _checked(name, value) for name, value in _values(record).items()}
    return Row(**values)


def refused(name: str, value: object) -> Refusal:
    """The refusal of one field's value."""
    return Refusal(name, ALLOWED[name], "null" if value is None else shown(value))


def instant(value: object) -> datetime | None:
    """A datetime of any kind as a plain one with its zone, UTC if it names none; None if it is no instant (NaT)."""
    if not isinstance(value, datetime):
        return None
    try:
        plain = datetime.combine(value.date(), value.timetz())
        return plain.replace(tzinfo=UTC) if plain.utcoffset() is None else plain
    except ValueError:
        return None


def _values(record: object) -> dict[str, object]:
    if isinstance(record, Mapping):
        return {name: record.get(name) for name in FIELDS}
    if hasattr(record, "keys") and hasattr(record, "__getitem__"):  # a row of sqlite3 or asyncpg
        known = set(record.keys())
        return {name: record[name] if name in known else None for name in FIELDS}
    if isinstance(record, datetime) or (type(record).__module__ == "builtins" and type(record) is not object):
        raise refused("record", record)  # noqa: EM101 - the name of a field
    return {name: getattr(record, name, None) for name in FIELDS}


def _checked(name: str, value: object) -> object:
    if name == "timestamp":
        return _timestamp(value)
    if value is None or type(value).__name__ == "NAType":  # pandas' null
        return None
    return _CHECKS[name](name, value)


def _kind(name: str, value: object) -> str:
    if not isinstance(value, str) or value not in KINDS:
        raise refused(name, value)
    return str(value)


def _flag(name: str, value: object) -> bool:
    if type(value).__name__ not in ("bool", "bool_"):  # Python's and numpy's
        raise refused(name, value)
    return bool(value)


def _timestamp(value: object) -> object:
    if isinstance(value, str):
        return _text("timestamp", value)
    found = instant(value)
    if found is None:
        raise refused("timestamp", value)  # noqa: EM101 - the name of a field
    return found


def _count(name: str, value: object) -> int:
    number = _real(name, value)
    if not 0 <= number <= MAX_COUNT or number != int(number):
        raise refused(name, value)
    return int(number)


def _number(name: str, value: object) -> float:
    number = _real(name, value)
    if not 0 <= number <= MAX_NUMBER:
        raise refused(name, value)
    return float(number)


def _real(name: str, value: object) -> int | float | Decimal:
    if isinstance(value, bool) or not isinstance(value, Integral | Real | Decimal):
        raise refused(name, value)
    if isinstance(value, Integral):
        return int(value)
    try:
        number = value if isinstance(value, Decimal) else float(value)
    except OverflowError as error:
        raise refused(name, value) from error
    if not (number.is_finite() if isinstance(number, Decimal) else math.isfinite(number)):
        raise refused(name, value)
    return number


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise refused(name, value)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise refused(name, value) from error
    return str(value)


_CHECKS: Final[Mapping[str, Callable[[str, object], object]]] = (
    dict.fromkeys(COUNTS, _count)
    | dict.fromkeys(NUMBERS, _number)
    | dict.fromkeys(TEXTS, _text)
    | {"kind": _kind, "success": _flag}
)
