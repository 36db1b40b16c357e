from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats.cards.shares import segments, shares, stacked
from usagestats.summary import Day

MODELS = st.dictionaries(st.text(min_size=1, max_size=5), st.integers(0, 10**15), max_size=9)


def test_nobody_has_a_share_of_nothing() -> None:
    assert shares({"a": 0}) == ()
    assert segments((), 0, 100) == []


def test_a_model_whose_name_is_only_controls_is_unnamed() -> None:
    assert shares({"\u202e": 1})[0].label == "unnamed"


@given(MODELS)
def test_shares_are_ranked_and_lose_nothing(tokens: dict[str, int]) -> None:
    ranked = dict(sorted(tokens.items(), key=lambda item: -item[1]))
    given_shares = shares(ranked)
    assert sum(share.amount for share in given_shares) == sum(tokens.values())
    assert [share.rank for share in given_shares] == list(range(len(given_shares)))
    assert len(given_shares) <= 5


@given(MODELS)
def test_segments_fill_the_bar_in_order_and_none_is_too_thin(tokens: dict[str, int]) -> None:
    drawn = segments(shares(dict(sorted(tokens.items(), key=lambda item: -item[1]))), 28, 812)
    ends = [28 - 2.0, *(segment.x + segment.width for segment in drawn)]
    assert all(segment.x == end + 2 for segment, end in zip(drawn, ends, strict=False))
    assert all(segment.width >= 2.5 for segment in drawn)
    assert not drawn or ends[-1] == 812


@given(MODELS)
def test_a_stack_is_as_high_as_the_day(tokens: dict[str, int]) -> None:
    day = Day("2026-11-22", sum(tokens.values()), tokens, 0)
    assert sum(stacked(day, list(tokens)[:4])) == day.tokens


def test_what_is_not_among_the_named_is_the_others() -> None:
    day = Day("2026-11-22", 16, {"a": 5, "b": 2, "c": 1, "d": 1, "e": 4, "f": 3}, 0)
    assert stacked(day, ["a", "b", "c", "d"]) == [5, 2, 1, 1, 7]


def test_percentages_of_thin_shares_say_less_than_one() -> None:
    assert [share.percent for share in shares({"a": 9999, "b": 1})] == [">99%", "<1%"]
    assert shares({"a": 1})[0].sentence == "a 100%"


def test_a_name_from_right_to_left_keeps_its_percentage_behind_it() -> None:
    assert shares({"نموذج": 1})[0].sentence == "\u2068نموذج\u2069 100%"


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_shares_are_equally_wide(count: int) -> None:
    widths = {segment.width for segment in segments(shares({str(n): 1 for n in range(count)}), 0, 100 * count - 2)}
    assert max(widths) - min(widths) <= 1


def test_fewer_may_be_named_and_the_others_are_grey() -> None:
    amounts = {"a": 4, "b": 3, "c": 2, "d": 1}
    assert [(share.rank, share.label) for share in shares(amounts, 2)] == [(0, "a"), (1, "b"), (4, "2 others")]
    assert [(share.rank, share.label) for share in shares(amounts, 3)] == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]
