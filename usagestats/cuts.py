"""Cuts: the files that a card has, by width, theme and shade, and what they are called.

A file is called ``NAME-PERIOD[-compact][-THEME][-light|-dark]``; the first theme of a site and github's in a README go
without their name, and without a shade it is the picture that follows light and dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from usagestats.cards import card
from usagestats.themes import ALIASES, palettes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.cards import Svg
    from usagestats.summary import Summary

SHADES: Final = ("", "-light", "-dark")
"""The endings of a theme's names: what follows its reader, and its two fixed sides."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One picture of a card."""

    card: str
    theme: str
    """As `usagestats.card` takes it."""
    compact: bool
    suffix: str
    """What its file's name ends with, before the dot."""

    def stem(self, period: str) -> str:
        """The name of its file, without what follows the dot."""
        return f"{self.card}-{period}{self.suffix}"

    def drawn(self, summary: Summary) -> Svg:
        """The picture."""
        return card(summary, self.card, theme=self.theme, compact=self.compact)


def pair(theme: str) -> tuple[str, str]:
    """A theme's own name and its shade, which is empty for one that follows light and dark.

    >>> pair("auto"), pair("dark"), pair("github-light")
    (('github', ''), ('github', '-dark'), ('github', '-light'))

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    palettes(theme)
    full = ALIASES.get(theme, theme)
    shade = next((shade for shade in SHADES[1:] if full.endswith(shade)), "")
    return full.removesuffix(shade), shade


def cuts(card_name: str, theme: str, label: str = "") -> Iterator[Cut]:
    """Every picture of a card in one theme: wide and compact, each following its reader, light and dark.

    Args:
        card_name: One of `usagestats.CARDS`.
        theme: Any name of the theme: its fixed halves mean the whole of it.
        label: What stands for the theme in the files' names, such as ``-nord``.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    base, _ = pair(theme)
    for compact in (False, True):
        for shade in SHADES:
            yield cut(card_name, base, shade, label, compact=compact)


def cut(card_name: str, base: str, shade: str, label: str, *, compact: bool) -> Cut:
    """One picture of a card; ``base`` is its theme's own name, ``shade`` one of `SHADES`."""
    return Cut(card_name, f"{base}{shade}", compact, f"{'-compact' if compact else ''}{label}{shade}")
