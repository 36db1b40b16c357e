"""Text on a card: placed by its base line, measured by the shipped face."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, Literal
from unicodedata import bidirectional

from usagestats.languages import ENGLISH
from usagestats.lettering import fit, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.formats import Part
    from usagestats.languages import Language

BODY = 12
"""The font size where none is written."""
BOLD = 600
Tone = Literal["t1", "t2", "t3", "up"]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one size, weight and tone."""

    text: str
    size: float = BODY
    weight: int = 400
    tone: Tone = "t2"
    gap: float = 0
    """Room before it."""

    @property
    def width(self) -> float:
        """How wide it runs, with the room before it."""
        return self.gap + width(self.text, self.size, self.weight)

    def within(self, room: float, smallest: float) -> Span:
        """The same as large as fits the room, not larger and at least the smallest size; then cut."""
        text, size = fit(self.text, room, self.size, smallest, self.weight)
        return replace(self, text=text, size=size)


@dataclass(frozen=True)
class Text:
    """A line of text; anything but a single span begins at ``x``, since not all renderers can end several there."""

    x: float
    y: float
    """The base line."""
    spans: tuple[Span, ...]
    anchor: Anchor = "start"

    @cached_property
    def width(self) -> float:
        """How wide the whole line runs."""
        return fsum(span.width for span in self.spans)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.x - {"start": 0.0, "middle": self.width / 2, "end": self.width}[self.anchor]

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    def kept(self, left: float, right: float) -> Text:
        """The same line, moved as far as it takes to keep it between the two."""
        return self.moved(self.x + max(0, left - self.left) - max(0, self.right - right))

    def moved(self, x: float) -> Text:
        """The same line at another ``x``."""
        return replace(self, x=x)


def line(x: float, y: float, span: Span) -> Text:
    """A line of one span that begins at ``x``."""
    return Text(x, y, (span,))


def ended(x: float, y: float, span: Span) -> Text:
    """A line of one span that ends at ``x``."""
    return Text(x, y, (span,), "end")


def centred(x: float, y: float, span: Span) -> Text:
    """A line of one span around ``x``."""
    return Text(x, y, (span,), "middle")


def figures(x: float, y: float, parts: Sequence[Part], sizes: tuple[float, float]) -> Text:
    """Figures in bold, each followed by its unit, which is smaller and quieter."""
    size, unit_size = sizes
    spans: list[Span] = []
    for part in parts:
        spans.append(Span(part.figure, size, BOLD, "t1", gap=size / 4 if spans else 0))
        if part.unit:
            spans.append(Span(part.unit.strip(), unit_size, BOLD, "t2", gap=size / 10))
    return Text(x, y, tuple(spans))


def scaled(spans: Sequence[Span], factor: float, smallest: float) -> list[Span]:
    """The spans in the one size, in halves, that makes them narrower by a factor; not smaller than the smallest."""
    if factor >= 1:
        return list(spans)
    return [replace(span, size=max(smallest, int(2 * span.size * factor) / 2)) for span in spans]


def isolated(text: str, say: Language = ENGLISH) -> str:
    """The text, kept apart from the direction of the words around it where it may run the other way."""
    alike = text.isascii() or not any(bidirectional(char) in {"R", "AL", "AN"} for char in text)
    return text if alike and not say.from_right else f"\u2068{text}\u2069"
