from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from usagestats.sources.seen import MAIN, Seen, fuller

NUMBER = st.integers(0, 2)
COPY = st.builds(Seen, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, st.just(1), st.just(1), st.just(MAIN))


@given(COPY, COPY)
def test_of_two_copies_the_fuller_gives_the_tokens_and_the_later_the_instant(one: Seen, other: Seen) -> None:
    tokens, instant = max(one[:4], other[:4]), max(one.timestamp, other.timestamp)
    assert fuller(one, other) == (*tokens, instant, 1, 1, MAIN)
