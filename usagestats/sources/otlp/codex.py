"""Codex's log records: a request ends with the event that tells its tokens, and begins with an ``api_request``.

``api_request`` ends when the headers of the answer arrive: the latency is the time from its beginning to the end of the
request. Attempts that failed are requests, too: by their own status, or by an error in the stream that followed a good
one. As records may come in any order, a session's are put together when all have been read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from usagestats.events import MAX_NUMBER
from usagestats.sources.codex_lines import called, succeeded
from usagestats.sources.ledger import Activity, Ledger, Request
from usagestats.sources.objects import words
from usagestats.sources.otlp.signals import Log, count, is_true, milliseconds, text
from usagestats.sources.otlp.signals import number as plain
from usagestats.sources.providers import folded
from usagestats.sources.settling import nameless_key
from usagestats.sources.tokens import prompt_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SESSION: Final = "conversation.id"
GOOD: Final = range(200, 300)
"""Status codes of success."""
ENDPOINTS: Final = ("responses", "completions")
"""What the addresses that call a model hold; of others (a list of models, say) no answer is a request."""
TOKENS: Final = "input_token_count"
ERROR: Final = "error.message"


@dataclass(slots=True)
class Session:
    """One session's records."""

    provider: str | None = None
    begins: dict[int, int] = field(default_factory=dict)
    """When the headers of a good answer came → when its request began."""
    streamed: dict[str, Request] = field(default_factory=dict)
    """Requests that ended with their stream, well or not."""

    def settle(self) -> None:
        """Gives each request its latency; of several errors of one stream the first stays."""
        headers, before = sorted(self.begins), None
        for key, seen in sorted(self.streamed.items(), key=lambda one: (one[1].timestamp, one[0])):
            at = bisect_right(headers, seen.timestamp) - 1
            if at < 0:
                continue
            if at != before:
                took_ms = (seen.timestamp - self.begins[headers[at]]) / 1000
                seen.latency_ms = took_ms if took_ms <= MAX_NUMBER else None
            elif not seen.success:
                del self.streamed[key]
            before = at


@dataclass(slots=True)
class Codex:
    """Everything of Codex seen so far."""

    sessions: defaultdict[str | None, Session] = field(default_factory=lambda: defaultdict(Session))

    def take(self, log: Log, ledger: Ledger) -> None:
        """Take a log record.

        Raises:
            Refusal: a field of it is wrong.
        """
        self.HANDLERS[log.name](self, log, ledger)

    def settle(self, ledger: Ledger) -> None:
        """Hand the requests to the ledger."""
        for session in self.sessions.values():
            session.settle()
            for key, seen in session.streamed.items():
                ledger.request(key, seen)
        for seen in ledger.requests.values():
            seen.provider = self.sessions[seen.session_id].provider

    def _begun(self, log: Log, _: Ledger) -> None:
        session, named = self.sessions[log.session(SESSION)], folded(text(log.attributes, "provider_name"))
        session.provider = min((one for one in (named, session.provider) if one), default=None)

    def _asked(self, log: Log, ledger: Ledger) -> None:
        endpoint = words(log.attributes, "endpoint")
        if endpoint and not any(one in endpoint for one in ENDPOINTS):
            return
        session, when = log.session(SESSION), log.instant()
        took_ms, status = milliseconds(log.attributes, "duration_ms"), log.attributes.get("http.response.status_code")
        if log.attributes.get(ERROR) is None and (status is None or plain(status) in GOOD):
            begins = self.sessions[session].begins
            begins[when] = min(when - round((took_ms or 0) * 1000), begins.get(when, when))
            return
        attempt = plain(log.attributes.get("attempt"))
        seen = Request(when, session, text(log.attributes, "model"), latency_ms=took_ms, success=False)
        ledger.request(nameless_key(session, when, seen.model, "failed", f"{attempt}"), seen)

    def _streamed(self, log: Log, _: Ledger) -> None:
        told = log.attributes
        if TOKENS not in told and told.get(ERROR) is None:
            return
        read, created = count(told, "cached_token_count"), count(told, "cache_write_token_count")
        seen = Request(
            log.instant(),
            log.session(SESSION),
            text(told, "model"),
            input_tokens=prompt_tokens(count(told, TOKENS), read, created, inside=True),
            output_tokens=count(told, "output_token_count"),
            cache_read_tokens=read,
            cache_creation_tokens=created,
            success=TOKENS in told,
        )
        tokens = seen.input_tokens, seen.output_tokens, read, created
        key = nameless_key(seen.session_id, seen.timestamp, seen.model, *tokens)
        self.sessions[seen.session_id].streamed[key] = seen

    def _tool(self, log: Log, ledger: Ledger) -> None:
        session, when, told = log.session(SESSION), log.instant(), log.attributes
        ledger.instant(session, when)
        call = {"name": words(told, "tool_name"), "arguments": told.get("arguments")}
        if is_true(told.get("success")) and called(call)[0] and succeeded(told.get("output")):
            name = text(told, "call_id") or nameless_key(session, when)
            ledger.activity(f"{session}:{name}:commit", Activity(when, session, commits=1))

    def _prompt(self, log: Log, ledger: Ledger) -> None:
        ledger.instant(log.session(SESSION), log.instant())

    HANDLERS: ClassVar[Mapping[str, Callable[[Codex, Log, Ledger], None]]] = {
        "codex.conversation_starts": _begun,
        "codex.api_request": _asked,
        "codex.sse_event": _streamed,
        "codex.tool_result": _tool,
        "codex.user_prompt": _prompt,
    }
    """What takes an event, by its name."""
