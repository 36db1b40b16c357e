"""Log records of Gemini CLI, and of Qwen Code after it: ``api_response`` and ``api_error``, one a request.

A tool's prompt lies outside the input; thoughts lie outside the output, unless the total says that they do not. Lines
added are told by the records of tools' calls; where a session has those, the metric of lines repeats them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from usagestats.sources.gemini_tools import reported_lines
from usagestats.sources.ledger import Activity, Ledger, Request
from usagestats.sources.objects import words
from usagestats.sources.otlp.signals import Attributes, Log, count, milliseconds, text
from usagestats.sources.settling import nameless_key
from usagestats.sources.tokens import prompt_tokens, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from usagestats.sources.otlp.metrics import Session


@dataclass(slots=True)
class Gemini:
    """What of it must be known besides the ledger."""

    told: set[Session] = field(default_factory=set)
    """Sessions whose lines of code are told by records of tools' calls."""

    def take(self, log: Log, ledger: Ledger) -> None:
        """Take a log record.

        Raises:
            Refusal: a field of it is wrong.
        """
        self.HANDLERS[log.name.rpartition(".")[2]](self, log, ledger)

    def _response(self, log: Log, ledger: Ledger) -> None:
        told = log.attributes
        read, fresh = count(told, "cached_content_token_count"), count(told, "input_token_count")
        seen = Request(
            log.instant(),
            log.session(),
            text(told, "model"),
            input_tokens=prompt_tokens(summed(fresh, count(told, "tool_token_count")), read, inside=True),
            output_tokens=_output(told),
            cache_read_tokens=read,
            latency_ms=milliseconds(told, "duration_ms"),
            success=True,
        )
        ledger.request(_key(log, seen), seen)

    def _error(self, log: Log, ledger: Ledger) -> None:
        told = log.attributes
        model = text(told, "model") or text(told, "model_name")
        took_ms = milliseconds(told, "duration_ms" if told.get("duration_ms") is not None else "duration")
        seen = Request(log.instant(), log.session(), model, latency_ms=took_ms, success=False)
        ledger.request(_key(log, seen), seen)

    def _tool(self, log: Log, ledger: Ledger) -> None:
        session, when = log.session(), log.instant()
        ledger.instant(session, when)
        lines = reported_lines((words(log.attributes, "metadata") or "").encode())
        if lines is not None:
            self.told.add((log.application, session))
        if lines:
            name = nameless_key(session, when, words(log.attributes, "function_name"), lines)
            ledger.activity(name, Activity(when, session, lines_of_code=lines))

    def _prompt(self, log: Log, ledger: Ledger) -> None:
        ledger.instant(log.session(), log.instant())

    HANDLERS: ClassVar[Mapping[str, Callable[[Gemini, Log, Ledger], None]]] = {
        "api_response": _response,
        "api_error": _error,
        "tool_call": _tool,
        "user_prompt": _prompt,
    }
    """What takes an event, by its name without the prefix."""


def _output(told: Attributes) -> int:
    """The output with its thoughts, which may be part of it already."""
    output, thoughts = count(told, "output_token_count"), count(told, "thoughts_token_count")
    without = count(told, "input_token_count") + count(told, "tool_token_count") + output
    return output if count(told, "total_token_count") == without else summed(output, thoughts)


def _key(log: Log, seen: Request) -> str:
    tokens = seen.input_tokens, seen.output_tokens, seen.cache_read_tokens
    return nameless_key(seen.session_id, seen.timestamp, seen.model, *tokens, words(log.attributes, "prompt_id"))
