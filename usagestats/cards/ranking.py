"""Ranked bars: a name, its numbers in columns of their own, and below them a bar on a track.

The longest bar is as long as the track. A bar may have a pale part, which comes first and lies a seam apart from the
full one, so that the two are told apart without their colours too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from usagestats.cards.texts import BOLD, Span, Text, ended, isolated, line
from usagestats.languages import ENGLISH, Language
from usagestats.lettering import cut, width
from usagestats.templating import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP = 14
"""Between the columns."""
SEAM = 1.5
"""Between the pale part of a bar and the full one."""
LEAST = 4
"""No part of a bar is shorter."""
DECENT = 0.45
"""The part of a line that is enough for a name."""
HAIR = 0.01
"""So that a name which just fits is not cut for the error of a float."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ranking, in finished words, and how long its bar is."""

    ink: str
    """The bar's class: ``s0`` … ``s4`` for the hue of a model, a class of text for what is none."""
    label: str
    value: str
    percent: str
    amount: int
    """What the bar's length stands for."""
    pale: int = 0
    """How much of it is pale."""
    note: str = ""
    """A quiet line below the bar."""
    say: Language = ENGLISH


@dataclass(frozen=True, slots=True)
class Rows:
    """Where a ranking stands: base lines from ``top`` on, one every ``pitch``, bars ``drop`` below them."""

    left: float
    right: float
    top: float
    pitch: float
    size: float = 13
    drop: float = 8
    thick: float = 8

    def base(self, place: int) -> float:
        """The base line of a row."""
        return self.top + self.pitch * place


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar; an end of the bar is round, a seam is straight."""

    ink: str
    x: float
    y: float
    width: float
    height: float
    pale: bool = False
    begins: bool = True
    """Whether the bar begins with it."""
    ends: bool = True
    """Whether the bar ends with it."""

    @property
    def path(self) -> str:
        """Its outline: a clip would do, but CairoSVG keeps the last of several."""
        round_ends = self.begins + self.ends
        radius = min(self.height, 2 * self.width / round_ends) / 2
        left, right = (radius if self.begins else 0.0), (radius if self.ends else 0.0)
        x, end, straight = number(self.x + left), number(self.x + self.width - right), self.height - 2 * radius
        r, height = number(radius), number(self.height)
        down, up = (f"v{number(straight)}", f"v-{number(straight)}") if straight else ("", "")
        after = f"a{r} {r} 0 0 1 {r} {r}{down}a{r} {r} 0 0 1 -{r} {r}" if right else f"v{height}"
        before = f"a{r} {r} 0 0 1 -{r} -{r}{up}a{r} {r} 0 0 1 {r} -{r}" if left else ""
        return f"M{x} {number(self.y)}H{end}{after}H{x}{before}z"


@dataclass(frozen=True, slots=True)
class Meter:
    """A bar on its track."""

    x: float
    y: float
    room: float
    """How long the track is."""
    height: float
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows, placed."""

    texts: Sequence[Text]
    meters: Sequence[Meter]


def ranking(entries: Sequence[Entry], rows: Rows, whole: int = 0) -> Ranking:
    """The entries below each other; where there is too little room, names are cut.

    Args:
        entries: What is ranked.
        rows: Where it stands.
        whole: What a full track stands for; 0 for the biggest entry.
    """
    texts = [text for place, entry in enumerate(entries) for text in row(entry, entries, rows, rows.base(place))]
    most = whole or max((entry.amount for entry in entries), default=0)
    return Ranking(texts, [meter(entry, most, rows, rows.base(place)) for place, entry in enumerate(entries)])


def has_room(entries: Sequence[Entry], room: float, size: float) -> bool:
    """Whether the numbers leave room for all names, or else for names of a decent length."""
    left = label_room(entries, room, size)
    return left >= min(DECENT * room, max((width(entry.label, size) for entry in entries), default=0))


def label_room(entries: Sequence[Entry], room: float, size: float) -> float:
    """The room that the columns of numbers leave for names."""
    percents = max((width(entry.percent, size) for entry in entries), default=0)
    values = max((width(entry.value, size, BOLD) for entry in entries), default=0)
    return room - (percents + GAP if percents else 0) - values - GAP


def row(entry: Entry, entries: Sequence[Entry], rows: Rows, y: float) -> Iterator[Text]:
    """The words of one entry; numbers end in columns as wide as the widest of all."""
    percents = max(width(one.percent, rows.size) for one in entries)
    at_value = rows.right - (percents + GAP if percents else 0)
    room = label_room(entries, rows.right - rows.left, rows.size)
    yield line(rows.left, y, Span(isolated(cut(entry.label, room + HAIR, rows.size), entry.say), rows.size, tone="t1"))
    yield ended(at_value, y, Span(entry.value, rows.size, BOLD, "t1"))
    if entry.percent:
        yield ended(rows.right, y, Span(entry.percent, rows.size))
    if entry.note:
        below = y + rows.drop + rows.thick + rows.size + 2
        yield line(rows.left, below, Span(entry.note, rows.size - 1, tone="t3").within(rows.right - rows.left, 8))


def meter(entry: Entry, most: int, rows: Rows, y: float) -> Meter:
    """The bar of one entry, its length a whole number of half pixels, and a dot at least."""
    room = rows.right - rows.left
    length = max(rows.thick, round(2 * room * entry.amount / most) / 2) if entry.amount else 0
    top = y + rows.drop
    return Meter(rows.left, top, room, rows.thick, list(pieces(entry, rows.left, top, length, rows.thick)))


def pieces(entry: Entry, x: float, y: float, length: float, thick: float) -> Iterator[Piece]:
    """The pale part and the full one, those that there are."""
    if not 0 < entry.pale < entry.amount:
        if entry.amount:
            yield Piece(entry.ink, x, y, length, thick, pale=entry.pale > 0)
        return
    room = length - SEAM
    pale = min(max(LEAST, round(2 * room * entry.pale / entry.amount) / 2), room - LEAST)
    yield Piece(entry.ink, x, y, pale, thick, pale=True, ends=False)
    yield Piece(entry.ink, x + pale + SEAM, y, room - pale, thick, begins=False)
