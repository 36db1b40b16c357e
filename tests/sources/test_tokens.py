from __future__ import annotations

import pytest

from usagestats.events import MAX_COUNT, Refusal
from usagestats.sources.tokens import prompt_tokens, summed


def test_a_prompt_that_claims_to_hold_more_cached_tokens_than_it_has_does_not_hold_them() -> None:
    assert prompt_tokens(10, 6, 4, inside=True) == 10
    assert prompt_tokens(10, 6, 5, inside=True) == 21
    assert prompt_tokens(10, 6, 4, inside=False) == 20
    with pytest.raises(Refusal):
        prompt_tokens(MAX_COUNT, 1, inside=False)


def test_a_sum_that_no_record_can_hold_is_refused() -> None:
    assert summed(MAX_COUNT, 0) == MAX_COUNT
    with pytest.raises(Refusal) as caught:
        summed(MAX_COUNT, 1, field="tokenUsage")
    assert str(caught.value.at("place")) == f"place: tokenUsage must be at most {MAX_COUNT} in all, not more"
