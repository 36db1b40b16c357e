"""Spans by the GenAI conventions: one that calls a model is a request; an agent's whole turn only sums them up.

Spans count where no log records tell the session's requests. Those of an agent that writes log records, too, need a
session for that: without one they may be anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from usagestats.events import Refusal
from usagestats.sources import genai
from usagestats.sources.otlp.signals import NANOS_ALLOWED, Attributes, number, text
from usagestats.sources.settling import nameless_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.sources.ledger import Ledger, Request
    from usagestats.sources.otlp.signals import Span

CALLS: Final = ("chat", "text_completion", "generate_content")
"""Operations that call a model."""
TOOL: Final = "execute_tool"
SESSIONS: Final = ("gen_ai.conversation.id", "session.id", "conversation.id")


@dataclass(slots=True)
class Call:
    """A model call, and where its session may be told."""

    request: Request
    trace_ids: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Spans:
    """The spans of all files."""

    calls: dict[tuple[str, str], Call] = field(default_factory=dict)
    """By application and key; copies fall together."""
    sessions: dict[str, str] = field(default_factory=dict)
    """Trace → session, by any span of it that says so."""
    tools: set[tuple[str, str, str | None, int]] = field(default_factory=set)
    """Application, trace, session and instant of tools' ends."""

    def add(self, span: Span) -> None:
        """Take a span.

        Raises:
            Refusal: it is a request, and a field of it is wrong.
        """
        told = span.attributes
        operation = told.get("gen_ai.operation.name")
        session = next((found for name in SESSIONS if (found := text(told, name))), span.origin.session_id)
        trace = (span.trace_id or "").lower()
        if trace and session:
            self.sessions[trace] = min(session, self.sessions.get(trace, session))
        if operation not in (*CALLS, TOOL):
            return
        if not span.end:
            raise Refusal(field="endTimeUnixNano", allowed=NANOS_ALLOWED, came="null")
        application = span.origin.application()
        if operation == TOOL:
            self.tools.add((application, trace, session, span.end))
            return
        success = not span.failed and told.get("error.type") is None
        seen = genai.request(_counted(told), session, span.begin, span.end, success=success)
        known = self.calls.setdefault((application, _key(span, seen)), Call(seen))
        known.trace_ids.add(trace)
        if known.request is not seen:
            known.request.merge(seen)

    def settle(self, told: set[str | None], writers: set[str], ledger: Callable[[str], Ledger]) -> None:
        """Hand the requests over that no log record tells.

        Args:
            told: Sessions whose requests log records tell.
            writers: Applications that write such records.
            ledger: Gives the ledger of an application.
        """
        for (application, key), call in self.calls.items():
            seen = call.request
            told_by_trace = (self.sessions[one] for one in call.trace_ids if one in self.sessions)
            seen.session_id = seen.session_id or min(told_by_trace, default=None)
            if seen.session_id in told if seen.session_id else application in writers:
                continue
            ledger(application).request(key, seen)
        for application, trace_id, session, when in self.tools:
            ledger(application).instant(session or self.sessions.get(trace_id), when)


def _key(span: Span, seen: Request) -> str:
    """The response's id, else the span's, else what it says."""
    response = text(span.attributes, "gen_ai.response.id")
    if response:
        return f"response:{response}"
    if span.trace_id and span.span_id:
        return f"span:{span.trace_id}:{span.span_id}".lower()
    return nameless_key(seen.session_id, seen.timestamp, seen.model, seen.input_tokens, seen.output_tokens)


def _counted(attributes: Attributes) -> Attributes:
    """The attributes, their tokens as numbers."""
    return {key: number(one) if key.startswith(genai.USAGE) else one for key, one in attributes.items()}
