"""Numbers on a card: short, or with every digit where that has room.

Whether it has is measured at every place. What a place shows together, such as a column, is written the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from usagestats.cards.facts import lead
from usagestats.cards.texts import Span, Text, figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.cards.facts import Write
    from usagestats.cards.told import Told

T = TypeVar("T")
SMALLEST = 0.5
"""The share of its size that a big figure with every digit has at least, where its card says nothing else."""
FLUSH = 28
"""A big figure stands this part of its size to the left: its bearing is big too."""


def with_room(write: Write, drawn: Callable[[Write], T], fits: Callable[[T], bool]) -> T:
    """What is drawn with numbers as they are asked for, if it fits, else with short ones.

    >>> from usagestats.languages import ENGLISH, Writing
    >>> full = Writing(ENGLISH, full=True)
    >>> with_room(full, lambda way: way.text(9_089), lambda text: len(text) < 6)
    '9,089'
    >>> with_room(full, lambda way: way.text(34_460_000), lambda text: len(text) < 6)
    '34.5M'
    """
    found = drawn(write)
    return found if not write.full or fits(found) else drawn(write.short)


def words(write: Write, said: Callable[[Write], str], size: float, room: float) -> str:
    """Words with a number, which has every digit if they fit the room in that size."""
    return with_room(write, said, lambda text: Span(text, size).width <= room)


def hero(
    summary: Told,
    at: tuple[float, float],
    sizes: tuple[float, float],
    room: float,
    write: Write,
    least: float = SMALLEST,
) -> Text:
    """The big figure; one with every digit is as small as it has to be, down to a limit, and else written short."""
    x, y = at
    size, unit = sizes

    def drawn(way: Write) -> Text:
        parts = lead(summary, way).parts
        share = min(1.0, int(size * room / figures(x, y, parts, sizes).width) / size)
        return figures(x - size * share / FLUSH, y, parts, (size * share, unit * share))

    return with_room(write, drawn, lambda text: text.spans[0].size >= least * size)


def lead_label(summary: Told, size: float, least: float, room: float, write: Write) -> Span:
    """What the big figure is, as large as fits the room."""
    said = with_room(write, lambda way: Span(lead(summary, way).label, size), lambda span: span.width <= room)
    return said.within(room, least)
