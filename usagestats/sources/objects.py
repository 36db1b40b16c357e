"""JSON out of a log as plain objects: null is the default, a whole float an integer, and what is wrong is named.

For agents whose lines mostly need no decoding: the few that matter are read as plain objects and judged here, field by
field. `sources.shapes`, which decodes by type, reads here what its decoders refuse. A refusal tells a value's type,
never the value.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import msgspec

from usagestats.events import ALLOWED, MAX_COUNT, MAX_NUMBER, Refusal
from usagestats.sources.instants import INSTANT_ALLOWED, microseconds
from usagestats.sources.lines import is_cut, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Reject

Object = dict[str, Any]
"""A JSON object of unknown shape."""

COUNT_ALLOWED: Final = ALLOWED["input_tokens"]
NUMBER_ALLOWED: Final = ALLOWED["latency_ms"]
PAIR_ALLOWED: Final = "[seconds, nanoseconds] since 1970"
MAX_SECONDS: Final = 253_402_300_799
"""The last second of the year 9999."""
ENDS: Final = (b"}\n", b"}\r\n")
"""How a line ends that holds an object and is written to its end."""
UNREADABLE: Final = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What decoders raise."""

_decoded = msgspec.json.Decoder().decode


def rejects(path: Path, file: Iterable[bytes], read: Callable[[bytes], None]) -> Iterator[Reject]:
    """Has every line read; gives a reject for each that should have counted and could not."""
    for number, line in enumerate(file, 1):
        try:
            read(line)
        except Refusal as refusal:
            yield refusal.at(f"{path}:{number}")


def parsed(line: bytes) -> Object | None:
    """The line's object; None if the line is blank, or the last one and not finished.

    Raises:
        Refusal: the line is something else.
    """
    try:
        found = plain(line)
    except ValueError:
        if not line or line.isspace() or is_cut(line):
            return None
        raise Refusal(field="record", allowed="a line of JSON", came="something else") from None
    if not isinstance(found, dict):
        raise Refusal(field="record", allowed="a JSON object", came=type_name(found))
    return found


def plain(document: bytes) -> Any:  # noqa: ANN401 - whatever stands there
    """What the JSON says, NaN and bytes that are no UTF-8 included.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return _decoded(document)
    except UNREADABLE:
        try:
            return json.loads(document.decode("utf-8", "replace"))
        except RecursionError as error:
            raise ValueError(*error.args) from None


def inner(raw: Object, name: str) -> Object | None:
    """The object in that field, or null.

    Raises:
        Refusal: it is neither.
    """
    value = raw.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refusal(name, "an object or null", type_name(value))
    return value


def loose(raw: object, *names: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What stands at the end of the path, for fields that do not matter: None if there is no such place.

    >>> loose({"a": {"b": 1}}, "a", "b"), loose({"a": 7}, "a", "b")
    (1, None)
    """
    for name in names:
        if not isinstance(raw, dict):
            return None
        raw = raw.get(name)
    return raw


def words(raw: object, *names: str) -> str | None:
    """The text at the end of the path, for fields that do not matter: None if it is no text that can be written."""
    value = loose(raw, *names)
    return value if isinstance(value, str) and is_encodable(value) else None


def text(raw: Object, name: str) -> str | None:
    """The text in that field, or null.

    Raises:
        Refusal: it is neither.
    """
    value = raw.get(name)
    if value is not None and not (isinstance(value, str) and is_encodable(value)):
        raise Refusal(name, "text or null", type_name(value))
    return value


def count(raw: Object, name: str) -> int:
    """The count in that field; null and nothing are 0.

    Raises:
        Refusal: it is none.
    """
    value = raw.get(name)
    if value.__class__ is int and 0 <= value <= MAX_COUNT:
        return value
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(name, COUNT_ALLOWED, type_name(value))
    if not 0 <= value <= MAX_COUNT:
        raise Refusal(name, COUNT_ALLOWED, "an integer out of range")
    return value


def milliseconds(raw: Object, name: str) -> float | None:
    """The duration in that field, or null.

    Raises:
        Refusal: it is neither.
    """
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refusal(name, NUMBER_ALLOWED, type_name(value))
    if not (math.isfinite(value) and 0 <= value <= MAX_NUMBER):
        raise Refusal(name, NUMBER_ALLOWED, "a number out of range")
    return value


def instant(raw: Object, name: str = "timestamp") -> int:
    """The instant in that field, in µs since 1970.

    Raises:
        Refusal: it is none.
    """
    return instant_of(raw.get(name), name)


def instant_of(value: object, name: str = "timestamp") -> int:
    """The text, which stands in that field, as an instant.

    Raises:
        Refusal: it is none.
    """
    found = microseconds(value) if isinstance(value, str) else None
    if found is None:
        raise Refusal(name, INSTANT_ALLOWED, "other text" if isinstance(value, str) else type_name(value))
    return found


def paired_instant(raw: Object, name: str) -> int:
    """The instant in that field, which SDKs for JavaScript write as ``[seconds, nanoseconds]``, in µs since 1970.

    Raises:
        Refusal: it is none.
    """
    value = raw.get(name)
    match value:
        case [seconds, nanoseconds] if _is_whole(seconds, MAX_SECONDS) and _is_whole(nanoseconds, 999_999_999):
            return int(seconds) * 1_000_000 + int(nanoseconds) // 1000
        case _:
            raise Refusal(name, PAIR_ALLOWED, type_name(value))


def _is_whole(value: Any, greatest: int) -> bool:  # noqa: ANN401 - whatever stands there
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value <= greatest and value == int(value)


def is_encodable(value: str) -> bool:
    """Whether the text can be written: no half of a surrogate pair stands alone in it."""
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)
