"""No data can break a layout: nothing lies over a text, and nothing leaves its card, whatever the summary holds."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cards.geometry import faults
from tests.property.summaries import summaries, widest
from usagestats.cards import CARDS, Look, card
from usagestats.cards.look import HIDEABLE, PLAIN

if TYPE_CHECKING:
    from usagestats.summary import Summary

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
BYTES = {"calendar": 35_000, "poster": 100_000}
"""How big the SVG of a card may be where it is not 25,000."""
FULL = Look(numbers="full")
LOOKS = st.builds(
    Look,
    width=st.sampled_from([None, 100, 4000]),
    radius=st.sampled_from([None, 0, 64]),
    border=st.booleans(),
    title=st.sampled_from(["", "W" * 99]),
    hide=st.sampled_from([(), HIDEABLE]) | st.sets(st.sampled_from(HIDEABLE)),
    numbers=st.sampled_from(["compact", "full"]),
)


@CUTS
@pytest.mark.parametrize("name", CARDS)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@example(summary=widest(7, 1), look=PLAIN)
@example(summary=widest(30, 300), look=PLAIN)
@example(summary=widest(90, 5), look=PLAIN)
@example(summary=widest(7, 1), look=FULL)
@example(summary=widest(30, 3), look=FULL)
@given(summary=summaries(), look=LOOKS)
def test_no_data_and_no_look_can_break_the_layout_of_a_card(
    name: str,
    compact: bool,  # noqa: FBT001
    summary: Summary,
    look: Look,
) -> None:
    svg = card(summary, name, theme="light", compact=compact, look=look)
    assert faults(svg) == []
    assert len(svg.encode()) < BYTES.get(name, 25_000)
    assert name == "poster" or len(gzip.compress(svg.encode())) < 8_000
