"""`Sheet`: what a card hands to its template; the frame around it is the same for every card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from usagestats import themes
from usagestats.cards.look import PLAIN, Look
from usagestats.cards.svg import Svg
from usagestats.locales import language
from usagestats.templating import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from usagestats.themes import Theme

PADDING = 28
WIDE = 840
NARROW = 412


@dataclass(frozen=True, slots=True)
class Sheet:
    """A card before it is drawn: its size, its words and its finished parts."""

    card: str
    """The card's name, which is also its template's."""
    width: int
    height: int
    title: str
    """Who, what, when."""
    desc: str
    """Every number of the card, as a sentence."""
    parts: Mapping[str, object]
    """What the template places."""
    ramp: bool = False
    """Whether its colours include the five of the ramp."""
    radius: int = 14
    """How round its corners are."""

    @property
    def id(self) -> str:
        """A name for ids inside the picture: the same for the same words, another for others."""
        return f"{self.card[0]}{crc32((self.title + self.desc).encode()):08x}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around a card's parts."""

    shown_width: float
    """How wide it is shown, whatever it is drawn as."""
    shown_height: float
    inset: float
    """How far the ground lies from the edge: half the border's width, 0 without one."""
    radius: float


def drawn(sheet: Sheet, theme: str | Theme, look: Look = PLAIN) -> Svg:
    """The picture of a sheet in the colours of a theme, framed as its owner wants it.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    across = look.width or sheet.width
    frame = Frame(
        shown_width=across,
        shown_height=round(10 * sheet.height * across / sheet.width) / 10,
        inset=0.5 if look.border else 0.0,
        radius=sheet.radius if look.radius is None else look.radius,
    )
    css = themes.css(theme, ramp=sheet.ramp)
    return Svg(
        render(
            f"cards/{sheet.card}.svg.j2", sheet=sheet, frame=frame, css=css, say=language(look.locale), **sheet.parts
        )
    )
