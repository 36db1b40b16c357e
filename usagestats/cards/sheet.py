"""`Sheet`: what a card hands to its template; the frame around it is the same for every card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from usagestats import themes
from usagestats.cards.svg import Svg
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


def drawn(sheet: Sheet, theme: str | Theme) -> Svg:
    """The picture of a sheet in the colours of a theme.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    return Svg(render(f"cards/{sheet.card}.svg.j2", sheet=sheet, css=themes.css(theme, ramp=sheet.ramp), **sheet.parts))
