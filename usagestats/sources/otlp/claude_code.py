"""Claude Code's log records: ``api_request`` and ``api_error``, one a request; prompts and tool results are instants.

``input_tokens`` leaves out what was read from a cache and written to one. Refusals and sizes of answers come beside the
request that they belong to, and a subagent's total repeats its requests: neither is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from usagestats.sources.ledger import Ledger, Request
from usagestats.sources.otlp.signals import Log, count, milliseconds, number, text
from usagestats.sources.settling import nameless_key
from usagestats.sources.tokens import prompt_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _request(log: Log, ledger: Ledger) -> None:
    told = log.attributes
    read, created = count(told, "cache_read_tokens"), count(told, "cache_creation_tokens")
    seen = Request(
        log.instant(),
        log.session(),
        text(told, "model"),
        input_tokens=prompt_tokens(count(told, "input_tokens"), read, created, inside=False),
        output_tokens=count(told, "output_tokens"),
        cache_read_tokens=read,
        cache_creation_tokens=created,
        latency_ms=milliseconds(told, "duration_ms"),
        success=log.name == "api_request",
    )
    ledger.request(_key(log, seen), seen)


def _key(log: Log, seen: Request) -> str:
    """The API's name of the request, else the event's number, which begins anew in each process of a session."""
    name = text(log.attributes, "request_id")
    if name:
        return f"request:{name}"
    sequence = number(log.attributes.get("event.sequence"))
    if isinstance(sequence, int | float):
        return nameless_key(seen.session_id, seen.timestamp, int(sequence))
    tokens = seen.input_tokens, seen.output_tokens, seen.cache_read_tokens, seen.cache_creation_tokens
    return nameless_key(seen.session_id, seen.timestamp, seen.model, *tokens)


def _active(log: Log, ledger: Ledger) -> None:
    ledger.instant(log.session(), log.instant())


HANDLERS: Mapping[str, Callable[[Log, Ledger], None]] = {
    "api_request": _request,
    "api_error": _request,
    "user_prompt": _active,
    "tool_result": _active,
}
"""What takes an event, by its name."""
