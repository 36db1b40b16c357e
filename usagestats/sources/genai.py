"""Model calls by the semantic conventions for generative AI, in today's names and in those of the years before.

By the convention the input includes what was read from a cache and written to one. Emitters that leave it out are found
out where the cached tokens exceed the input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from usagestats.events import ALLOWED, MAX_NUMBER, Refusal
from usagestats.sources.ledger import Request
from usagestats.sources.objects import Object, count, text
from usagestats.sources.providers import folded
from usagestats.sources.tokens import prompt_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE: Final = "gen_ai.usage."
INPUT: Final = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUT: Final = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
READ: Final = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
CREATED: Final = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_write_input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
)
PROVIDER: Final = ("gen_ai.provider.name", "gen_ai.system")
MODEL: Final = ("gen_ai.response.model", "gen_ai.request.model")
"""Each today's name first, then those before; of the models that which answered, then that which was asked."""


def request(attributes: Object, session: str | None, begin: int, end: int, *, success: bool) -> Request:
    """The model call that a span reports.

    Args:
        attributes: The span's.
        session: Whose it is.
        begin: When it began, in µs since 1970.
        end: When it ended.
        success: Whether it succeeded.

    Raises:
        Refusal: a field of it is wrong.
    """
    latency_ms = (end - begin) / 1000
    if not 0 <= latency_ms <= MAX_NUMBER:
        raise Refusal(field="startTime", allowed=ALLOWED["latency_ms"], came="a time out of range")
    read, created = _first(attributes, READ), _first(attributes, CREATED)
    return Request(
        end,
        session,
        _named(attributes, MODEL),
        folded(_named(attributes, PROVIDER)),
        input_tokens=prompt_tokens(_first(attributes, INPUT), read, created, inside=True),
        output_tokens=_first(attributes, OUTPUT),
        cache_read_tokens=read,
        cache_creation_tokens=created,
        latency_ms=latency_ms,
        success=success,
    )


def _first(attributes: Object, names: Sequence[str]) -> int:
    """The count under the first of these names that has one."""
    return next((tokens for name in names if (tokens := count(attributes, name))), 0)


def _named(attributes: Object, names: Sequence[str]) -> str | None:
    return next((found for name in names if (found := text(attributes, name))), None)
