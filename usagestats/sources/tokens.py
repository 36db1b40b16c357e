"""Sums of tokens, as far as a record can hold them."""

from __future__ import annotations

from usagestats.events import MAX_COUNT, Refusal


def prompt_tokens(fresh: int, cached: int, written: int = 0, *, inside: bool) -> int:
    """The whole prompt, cached tokens included.

    Args:
        fresh: As the source counts its input.
        cached: Read from a cache.
        written: Written to a cache.
        inside: Whether the source's input includes them. Where it claims so and they exceed it, it does not.

    Raises:
        Refusal: no record can hold it.
    """
    whole = fresh if inside and cached + written <= fresh else fresh + cached + written
    return summed(whole)


def summed(*tokens: int, field: str = "tokens") -> int:
    """The sum of tokens, which stand in that field.

    Raises:
        Refusal: no record can hold it.
    """
    total = sum(tokens)
    if total > MAX_COUNT:
        raise Refusal(field, f"at most {MAX_COUNT} in all", "more")
    return total
