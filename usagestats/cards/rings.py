"""Rings and donuts: arcs on a circular track, drawn as dashes, which every renderer has.

They begin at the top and run clockwise. Lengths are measured along the middle of the ring.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi
from typing import TYPE_CHECKING

from usagestats.cards.shares import segments
from usagestats.cards.texts import centred

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.shares import Share
    from usagestats.cards.texts import Span, Text

SEAM = 2
"""Between the arcs of a donut."""
LEAST = 3
"""No arc is shorter, and no gap in a ring that is not full."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A piece of a ring."""

    ink: str
    """Its class: ``k0`` … ``k4``, or ``av``."""
    turn: float
    """Where it begins, in degrees from the right, clockwise, as SVG turns."""
    length: float


@dataclass(frozen=True, slots=True)
class Ring:
    """A circular track, its arcs and the words in its middle."""

    x: float
    y: float
    radius: float
    """To the middle of the track."""
    thick: float
    arcs: Sequence[Arc]
    texts: Sequence[Text]
    round_ends: bool = False

    @property
    def around(self) -> float:
        """The length of the whole ring, rounded up: a dash's gap that lets none follow."""
        return float(int(2 * pi * self.radius) + 1)


def ring(x: float, y: float, radius: float, thick: float, part: int, whole: int) -> Ring:
    """A ring filled by ``part`` of ``whole``: closed only where that is all, empty only where it is nothing.

    Its ends are round and belong to its length.
    """
    around = 2 * pi * radius
    if not part:
        return Ring(x, y, radius, thick, [], [])
    if part == whole:
        return Ring(x, y, radius, thick, [Arc("av", -90.0, around + 1)], [])
    length = min(max(0.1, around * part / whole - thick), around - thick - LEAST)
    return Ring(x, y, radius, thick, [Arc("av", 180 * thick / around - 90, length)], [], round_ends=True)


def donut(x: float, y: float, radius: float, thick: float, given: Sequence[Share]) -> Ring:
    """Shares of a whole around a hole, in proportion, none too thin to be seen."""
    around = 2 * pi * radius
    if len(given) == 1:
        return Ring(x, y, radius, thick, [Arc(f"k{given[0].rank}", -90.0, around + 1)], [])
    cut = segments(given, 0, around - SEAM, gap=SEAM, least=LEAST)
    arcs = [Arc(f"k{one.rank}", 360 * (one.x + SEAM / 2) / around - 90, one.width) for one in cut]
    return Ring(x, y, radius, thick, arcs, [])


def room_in(given: Ring) -> float:
    """How wide words in its middle may be."""
    return 1.6 * (given.radius - given.thick / 2)


def within(given: Ring, figure: Span, below: Span | None = None) -> Ring:
    """The ring with words in its middle, as large as fits."""
    room = room_in(given)
    shown = figure.within(room, 7)
    if below is None:
        texts = [centred(given.x, given.y + 0.36 * shown.size, shown)]
    else:
        texts = [
            centred(given.x, given.y + 0.1 * shown.size, shown),
            centred(given.x, given.y + 0.1 * shown.size + 1.3 * below.size, below.within(room, 7)),
        ]
    return replace(given, texts=texts)
