"""What every form of telemetry comes to: log records, spans and points of metrics, with plain attributes.

Attributes are judged when they are wanted. Numbers may be texts, as older SDKs write them; what is wrong is named by
the attribute and the type of its value, never by the value.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from usagestats.events import MAX_COUNT, Refusal
from usagestats.sources import objects
from usagestats.sources.instants import microseconds as from_text
from usagestats.sources.lines import type_name

if TYPE_CHECKING:
    from collections.abc import Mapping

Attributes = dict[str, Any]
"""Attributes by name: texts, numbers and booleans, or whatever stood there."""

CLAUDE_CODE: Final = "claude-code"
CODEX: Final = "codex"
GEMINI: Final = "gemini-cli"
QWEN: Final = "qwen-code"
COPILOT: Final = "copilot-cli"

MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    CLAUDE_CODE: ("com.anthropic.claude_code", "claude_code.", "claude-code"),
    CODEX: ("codex",),
    GEMINI: ("gemini_cli.", "gemini-cli"),
    QWEN: ("qwen-code",),
    COPILOT: ("github-copilot", "github.copilot"),
}
"""Application → how its scopes, events, metrics and services begin."""
UNKNOWN: Final = "unknown_service"
"""What OpenTelemetry calls a service without a name."""
NANOS_ALLOWED: Final = "nanoseconds since 1970"
MAX_NANOS: Final = 253_402_300_800 * 10**9 - 1
"""The last nanosecond of the year 9999."""
TEMPORALITY: Final = "aggregationTemporality"
TEMPORALITY_ALLOWED: Final = "1 (delta) or 2 (cumulative)"

EVENTS: Final = frozenset(
    {
        *("api_request", "api_error", "user_prompt", "tool_result"),
        *(
            "codex.conversation_starts",
            "codex.api_request",
            "codex.sse_event",
            "codex.user_prompt",
            "codex.tool_result",
        ),
        *(
            f"{agent}.{event}"
            for agent in ("gemini_cli", QWEN)
            for event in ("api_response", "api_error", "user_prompt", "tool_call")
        ),
    }
)
"""The names of log records that matter; Claude Code's without their prefix."""
COMMITS: Final = "commits"
LINES: Final = "lines_of_code"
ACTIVE: Final = "active_time_seconds"
METRICS: Final[Mapping[str, str]] = {
    "claude_code.commit.count": COMMITS,
    "claude_code.lines_of_code.count": LINES,
    "claude_code.active_time.total": ACTIVE,
    "gemini_cli.lines.changed": LINES,
    "qwen-code.lines.changed": LINES,
}
"""Metrics that matter → the record's field. Tokens, and sessions with their throw-away ids, are not among them."""

_PREFIX: Final = "claude_code."
_NUMBER = re.compile(r"-?\d{1,19}(\.\d{1,30})?([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece of telemetry comes from: its scope, and what its resource says."""

    scope: str = ""
    service: str = ""
    session_id: str | None = None

    def application(self, *names: str) -> str:
        """The application: by the names (of an event, a metric), else the scope, else the service.

        >>> Origin("com.anthropic.claude_code.events", "mine").application("api_request")
        'claude-code'
        >>> Origin("my.instrumentation", "my-agent").application(), Origin().application()
        ('my-agent', 'unknown_service')
        """
        return _application((*names, self.scope, self.service))


@dataclass(slots=True)
class Log:
    """A log record: an event."""

    origin: Origin
    name: str
    """The event's name; Claude Code's without its prefix."""
    attributes: Attributes
    application: str
    nanoseconds: object = None
    """When it happened, since 1970, if the record says so; 0 and null say nothing."""
    observed_nanoseconds: object = None

    def instant(self) -> int:
        """When it happened, in µs since 1970.

        Raises:
            Refusal: nothing tells it, or what should is no instant.
        """
        written = self.attributes.get("event.timestamp")
        if written is not None:
            found = from_text(written) if written.__class__ is str else None
            return objects.instant(self.attributes, "event.timestamp") if found is None else found
        told = microseconds("timeUnixNano", self.nanoseconds)
        told = told or microseconds("observedTimeUnixNano", self.observed_nanoseconds)
        if not told:
            raise Refusal(field="timeUnixNano", allowed=NANOS_ALLOWED, came="null")
        return told

    def session(self, name: str = "session.id") -> str | None:
        """The session: by that attribute, else by the resource."""
        return text(self.attributes, name) or self.origin.session_id


@dataclass(slots=True)
class Span:
    """A span that has ended; instants in µs since 1970."""

    origin: Origin
    attributes: Attributes
    trace_id: str | None
    span_id: str | None
    begin: int
    end: int
    failed: bool


@dataclass(slots=True)
class Point:
    """A point of a sum."""

    origin: Origin
    metric: str
    attributes: Attributes
    is_cumulative: bool
    begin: int
    """When the count began, or the interval of a delta, in µs since 1970."""
    end: int
    """When it was taken."""
    value: object
    """What it counts; a number, if nothing is wrong."""


@lru_cache(maxsize=1024)
def _application(names: tuple[str, ...]) -> str:
    """The application that the first of these names tells, else the last of them, the service."""
    known = (application for name in names for application, marks in MARKS.items() if name.startswith(marks))
    return next(known, names[-1] or UNKNOWN)


class Telemetry(Protocol):
    """What takes signals; each may raise `Refusal`."""

    def log(self, log: Log) -> None:
        """Take a log record."""

    def span(self, span: Span) -> None:
        """Take a span."""

    def point(self, point: Point) -> None:
        """Take a point of a metric."""


def event(origin: Origin, named: object, body: object, attributes: Attributes, *nanoseconds: object) -> Log | None:
    """The log record, if it is one that matters.

    Args:
        origin: Where it comes from.
        named: The record's own ``eventName``.
        body: Its body; Claude Code's is the event's full name.
        attributes: Its attributes, ``event.name`` among them, or not.
        nanoseconds: When it happened, and when it was observed, as the record says.
    """
    name = attributes.get("event.name") or named
    if not isinstance(name, str):
        return None
    bare = name.removeprefix(_PREFIX)
    if bare not in EVENTS:
        return None
    full = body if isinstance(body, str) and body.startswith(_PREFIX) else name
    application = origin.application(full)
    return Log(origin, bare, attributes, application, *nanoseconds)


def microseconds(name: str, nanoseconds: object) -> int:
    """Nanoseconds, or a text of them, as µs; nothing is 0.

    Raises:
        Refusal: it is neither.
    """
    found = number(nanoseconds)
    if found is None or found == "":
        return 0
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool):
        raise Refusal(name, NANOS_ALLOWED, type_name(found))
    if not 0 <= found <= MAX_NANOS:
        raise Refusal(name, NANOS_ALLOWED, "an integer out of range")
    return found // 1000


def number(value: Any) -> Any:  # noqa: ANN401 - whatever stands there
    """The value; of a text that is a number, the number.

    >>> number("12"), number("1.5"), number(7), number("many")
    (12, 1.5, 7, 'many')
    """
    shape = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if shape is None:
        return value
    return float(value) if shape[1] or shape[2] else int(value)


def count(attributes: Attributes, name: str) -> int:
    """The count in that attribute; nothing is 0.

    Raises:
        Refusal: it is none.
    """
    value = attributes.get(name)
    if value.__class__ is int and 0 <= value <= MAX_COUNT:
        return value
    return objects.count({name: number(value)}, name)


def milliseconds(attributes: Attributes, name: str) -> float | None:
    """The duration in that attribute, or null.

    Raises:
        Refusal: it is neither.
    """
    return objects.milliseconds({name: number(attributes.get(name))}, name)


def text(attributes: Attributes, name: str) -> str | None:
    """The text in that attribute, or null; equal texts are one object, for there are few sessions and models.

    Raises:
        Refusal: it is neither.
    """
    value = attributes.get(name)
    if value.__class__ is not str or not value.isascii():
        value = objects.text(attributes, name)
    return sys.intern(value) if value else None


def is_true(value: object) -> bool:
    """Whether a flag is set, as a boolean or a text."""
    return value is True or value == "true"


def temporality(value: object) -> bool:
    """Whether a sum is cumulative, by OTLP's number or its name.

    Raises:
        Refusal: it says neither.
    """
    if value in (2, "AGGREGATION_TEMPORALITY_CUMULATIVE") and not isinstance(value, bool):
        return True
    if value in (1, "AGGREGATION_TEMPORALITY_DELTA") and not isinstance(value, bool):
        return False
    raise Refusal(TEMPORALITY, TEMPORALITY_ALLOWED, type_name(value))
