"""Spans as Copilot CLI's own file exporter writes them: not OTLP, but one object a span, with ``[seconds, nanos]``.

Only ``chat`` spans are requests; the span of the agent's whole turn, and the metrics, say the same again in sum.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from usagestats.sources.claude_code_lines import Refused
from usagestats.sources.genai import request
from usagestats.sources.lines import type_name
from usagestats.sources.objects import Object, inner, loose, words
from usagestats.sources.settling import nameless_key

if TYPE_CHECKING:
    from usagestats.sources.ledger import Ledger, Request

INSTANT_ALLOWED: Final = "[seconds, nanoseconds] since 1970"
MAX_SECONDS: Final = 253_402_300_799
"""The last second of the year 9999."""
FAILED: Final = 2


@dataclass(slots=True)
class Spans:
    """The spans of all files."""

    requests: list[tuple[str, str | None, Request]] = field(default_factory=list)
    """Key, trace and request."""
    sessions: dict[str, str] = field(default_factory=dict)
    """Trace → session, by any span of it that says so."""
    tools: list[tuple[str | None, str | None, int]] = field(default_factory=list)
    """Session, trace and instant of tools' ends."""

    def add(self, raw: Object) -> None:
        """Take one span.

        Raises:
            Refused: it is a request, and a field of it is wrong.
        """
        attributes = inner(raw, "attributes") or {}
        operation, trace = attributes.get("gen_ai.operation.name"), words(raw, "traceId")
        session = words(attributes, "gen_ai.conversation.id")
        if trace and session:
            self.sessions.setdefault(trace, session)
        if operation == "chat":
            key = words(attributes, "gen_ai.response.id")
            seen = _request(raw, attributes, session)
            named = f"{trace}:{words(raw, 'spanId')}" if words(raw, "spanId") else None
            told = (session, seen.timestamp, seen.model, seen.input_tokens, seen.output_tokens)
            self.requests.append((key or named or nameless_key(*told), trace, seen))
        elif operation == "execute_tool":
            self.tools.append((session, trace, _microseconds(raw, "endTime")))

    def settle(self, ledger: Ledger) -> set[str | None]:
        """Hand everything to the ledger; gives the sessions whose requests are told here."""
        for key, trace, seen in self.requests:
            seen.session_id = seen.session_id or self.sessions.get(trace or "")
            ledger.request(key, seen)
            ledger.exported.add(key)
        for session, trace, when in self.tools:
            ledger.instant(session or self.sessions.get(trace or ""), when)
        return {seen.session_id for _, _, seen in self.requests if seen.session_id is not None}


def _request(raw: Object, attributes: Object, session: str | None) -> Request:
    begin, end = _microseconds(raw, "startTime"), _microseconds(raw, "endTime")
    success = loose(raw, "status", "code") != FAILED and attributes.get("error.type") is None
    return request(attributes, session, begin, end, success=success)


def _microseconds(raw: Object, name: str) -> int:
    """The instant in that field, in µs since 1970.

    Raises:
        Refused: it is none.
    """
    value = raw.get(name)
    match value:
        case [seconds, nanoseconds] if _is_whole(seconds, MAX_SECONDS) and _is_whole(nanoseconds, 999_999_999):
            return int(seconds) * 1_000_000 + int(nanoseconds) // 1000
        case _:
            raise Refused(name, INSTANT_ALLOWED, type_name(value))


def _is_whole(value: Any, greatest: int) -> bool:  # noqa: ANN401 - whatever stands there
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value <= greatest and value == int(value)
