"""Cards of half the width: their two cuts are as wide, the one for a phone has larger letters and is higher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from usagestats.cards.heading import byline
from usagestats.cards.sheet import NARROW, PADDING
from usagestats.cards.texts import BOLD, Span, Text, ended, line

if TYPE_CHECKING:
    from usagestats.cards.told import Told

RIGHT = NARROW - PADDING
"""Where the words of a card of half the width end."""
APART = 16
"""Between the words at the left and those at the right."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Font sizes, and the base lines of the head."""

    title: float
    body: float
    small: float
    title_y: float
    by_y: float


PAGE = Cut(title=16, body=13, small=12, title_y=42, by_y=63)
PHONE = Cut(title=18, body=14, small=13, title_y=44, by_y=67)


def head(cut: Cut, summary: Told, what: str, figure: str = "", of: str = "") -> list[Text]:
    """What the card shows over who and when at the left, its one figure over what that is at the right."""
    right = [
        ended(RIGHT, cut.title_y, Span(figure, cut.title, BOLD, "t1")),
        ended(RIGHT, cut.by_y, Span(of, cut.small, tone="t3")),
    ]
    left = [
        line(PADDING, cut.title_y, Span(what, cut.title, BOLD, "t1").within(room_beside(right[0]), cut.small)),
        line(PADDING, cut.by_y, byline(summary, room_beside(right[1]), cut.small)),
    ]
    return [*left, *(text for text in right if text.width)]


def room_beside(text: Text) -> float:
    """How far words at the left may run before one at the right."""
    return text.left - PADDING - (APART if text.width else 0)
