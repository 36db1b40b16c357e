"""No data can break a layout: nothing lies over a text, and nothing leaves its card, whatever the summary holds."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.cards.geometry import faults
from tests.property.summaries import summaries, widest
from usagestats.cards import CARDS, card

if TYPE_CHECKING:
    from usagestats.summary import Summary

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
BYTES = {"calendar": 35_000, "poster": 100_000}
"""How big the SVG of a card may be where it is not 25,000."""


@CUTS
@pytest.mark.parametrize("name", CARDS)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@example(summary=widest(7, 1))
@example(summary=widest(30, 300))
@example(summary=widest(90, 5))
@given(summary=summaries())
def test_no_data_can_break_the_layout_of_a_card(name: str, compact: bool, summary: Summary) -> None:  # noqa: FBT001
    svg = card(summary, name, theme="light", compact=compact)
    assert faults(svg) == []
    assert len(svg.encode()) < BYTES.get(name, 25_000)
    assert name == "poster" or len(gzip.compress(svg.encode())) < 8_000
