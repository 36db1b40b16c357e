"""Which hue is which model: in a row, in two where names are long, or as a list where the card is narrow."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from usagestats.cards.columns import levelled, spread
from usagestats.cards.texts import BOLD, Span, Text, ended, isolated, line
from usagestats.cards.written import with_room
from usagestats.languages import SHORT
from usagestats.lettering import cut, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.shares import Share

INDENT = 14
"""From a dot's left edge to its words."""
LEAST_GAP = 22
WIDEST_GAP = 52
STEP = 24
"""From one line of a list to the next."""


@dataclass(frozen=True, slots=True)
class Dot:
    """The square of a hue."""

    rank: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Legend:
    """Dots and their words."""

    dots: Sequence[Dot]
    texts: Sequence[Text]


def fits(given: Sequence[Share], room: float, size: float) -> bool:
    """Whether all names have room side by side."""
    return fsum(natural(given, size)) + LEAST_GAP * (len(given) - 1) <= room


def row(given: Sequence[Share], left: float, right: float, y: float, size: float) -> Legend:
    """Side by side between ``left`` and ``right``."""
    starts = spread(natural(given, size), left, right, WIDEST_GAP)
    return Legend(
        [dot(share, x, y) for share, x in zip(given, starts, strict=True)],
        [named(share, share.label, x + INDENT, y, size) for share, x in zip(given, starts, strict=True)],
    )


def rows(given: Sequence[Share], left: float, right: float, ys: Sequence[float], size: float) -> Legend:
    """In as many rows, in columns as wide as they need; the longest names are cut where even that is too little."""
    across = -(-len(given) // len(ys))
    wanted = natural(given, size)
    columns = [max(wanted[place::across]) for place in range(across)]
    widths = levelled(columns, right - left - LEAST_GAP * (across - 1))
    starts = spread(widths, left, right, WIDEST_GAP)
    dots, texts = [], []
    for place, share in enumerate(given):
        x, y = starts[place % across], ys[place // across]
        room = widths[place % across] - INDENT - after(share, size)
        # A hundredth more, so that a name which just fits is not cut for the error of a float.
        dots.append(dot(share, x, y))
        texts.append(named(share, cut(share.label, room + 0.01, size), x + INDENT, y, size))
    return Legend(dots, texts)


def natural(given: Sequence[Share], size: float) -> list[float]:
    """How wide each entry is when nothing is cut."""
    return [INDENT + width(share.label, size) + after(share, size) for share in given]


def after(share: Share, size: float) -> float:
    """The room of a percentage behind a name."""
    return size / 2 + width(share.percent, size, BOLD)


def column(given: Sequence[Share], left: float, right: float, y: float, size: float, write: Write = SHORT) -> Legend:
    """One below the other, amounts and percentages in columns of their own at the right.

    Amounts have every digit, if that is asked for, where they leave room for all names, or for half a line of them.
    """
    at_amounts = right - max((width(share.percent, size, BOLD) for share in given), default=0) - 14
    names = max((width(share.label, size) for share in given), default=0)

    def room_beside(amounts: Sequence[str]) -> float:
        return at_amounts - max((width(amount, size) for amount in amounts), default=0) - 14 - left - INDENT

    amounts = with_room(
        write,
        lambda way: [way.text(share.amount) for share in given],
        lambda amounts: room_beside(amounts) >= min(names, (right - left) / 2),
    )
    room = room_beside(amounts)
    texts = []
    for place, (share, amount) in enumerate(zip(given, amounts, strict=True)):
        base = y + STEP * place
        texts += [
            line(left + INDENT, base, Span(isolated(cut(share.label, room, size), share.say), size)),
            ended(at_amounts, base, Span(amount, size, tone="t3")),
            ended(right, base, Span(share.percent, size, BOLD, "t1")),
        ]
    return Legend([dot(share, left, y + STEP * place) for place, share in enumerate(given)], texts)


def dot(share: Share, x: float, y: float) -> Dot:
    """The dot before words whose base line is ``y``."""
    return Dot(share.rank, round(2 * x) / 2, y - 8)


def named(share: Share, name: str, x: float, y: float, size: float) -> Text:
    """A name and its percentage."""
    return Text(x, y, (Span(isolated(name, share.say), size), Span(share.percent, size, BOLD, "t1", gap=size / 2)))
