"""Spans as Copilot CLI's own file exporter writes them: not OTLP, but one object a span, with ``[seconds, nanos]``.

Only ``chat`` spans are requests; the span of the agent's whole turn, and the metrics, say the same again in sum.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from usagestats.sources.genai import request
from usagestats.sources.objects import Object, inner, loose, paired_instant, words
from usagestats.sources.settling import nameless_key

if TYPE_CHECKING:
    from usagestats.sources.ledger import Ledger, Request

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
            Refusal: it is a request, and a field of it is wrong.
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
            self.tools.append((session, trace, paired_instant(raw, "endTime")))

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
    begin, end = paired_instant(raw, "startTime"), paired_instant(raw, "endTime")
    success = loose(raw, "status", "code") != FAILED and attributes.get("error.type") is None
    return request(attributes, session, begin, end, success=success)
