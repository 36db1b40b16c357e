"""Cards: a summary in, a picture out. One module a card; what they share stands in the modules beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from usagestats.cards import apps, calendar, efficiency, models, overview, poster, rhythm, trend
from usagestats.cards.look import PLAIN, Look
from usagestats.cards.sheet import drawn
from usagestats.cards.svg import Svg
from usagestats.errors import UnknownCard, check_one_of, check_type
from usagestats.languages import Writing
from usagestats.summary import Summary
from usagestats.themes import palettes

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.cards.facts import Write
    from usagestats.cards.sheet import Sheet
    from usagestats.cards.told import Told
    from usagestats.themes import Theme

__all__ = ["CARDS", "Look", "Svg", "card"]

CUTS: dict[str, tuple[Callable[[Told, Write], Sheet], Callable[[Told, Write], Sheet]]] = {
    "overview": (overview.wide, overview.narrow),
    "models": (models.wide, models.narrow),
    "calendar": (calendar.wide, calendar.narrow),
    "trend": (trend.wide, trend.narrow),
    "apps": (apps.wide, apps.narrow),
    "efficiency": (efficiency.wide, efficiency.narrow),
    "rhythm": (rhythm.wide, rhythm.narrow),
    "poster": (poster.wide, poster.narrow),
}
"""By card, what draws its cut for a page and its cut for a phone, with numbers written short or with every digit."""
CARDS = tuple(CUTS)
"""The name of every card."""


def card(
    summary: Summary, name: str = "overview", *, theme: str | Theme = "auto", compact: bool = False, look: Look = PLAIN
) -> Svg:
    """The card of that name, as an SVG that needs nothing around it.

    Args:
        summary: Whose card it is; without any events it says so.
        name: One of `CARDS`.
        theme: One of `usagestats.themes.THEMES`, or one's own of `usagestats.themes.load`; one that is neither light
            nor dark follows its reader.
        compact: Whether to draw the cut for a phone.
        look: Its width, corners, border, title, language, and what it does not show.

    Raises:
        UnknownCard: There is no card of that name.
        UnknownTheme: There is no theme of that name.
        TypeError: Another argument is of a wrong type.
    """
    check_type("summary", Summary, summary)
    check_one_of("card", CARDS, name, UnknownCard)
    palettes(theme)
    check_type("compact", bool, compact)
    check_type("look", Look, look)
    told = look.summary(summary)
    write = Writing(told.say, full=look.numbers == "full")
    return drawn(CUTS[name][compact](told, write), theme, look)
