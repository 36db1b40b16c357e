"""Badges: one number of a summary as a small picture, or as the document from which shields.io draws one.

A badge is as wide as its text in Verdana or Helvetica, as shields.io's are, and ``textLength`` keeps it so in any other
font. Text is white where that has a contrast of at least 4.5, else black. What it says, and of which days, stands in
its title too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import starmap
from math import floor
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from usagestats.advances import Face, advance, cut
from usagestats.cards.svg import Svg
from usagestats.cards.texts import isolated
from usagestats.errors import InvalidBadge, UnknownStat, check_one_of, check_type, one_of
from usagestats.formats import date_range
from usagestats.lettering import graphemes
from usagestats.readings import STATS, Reading, reading
from usagestats.summary import Summary
from usagestats.templating import clean, mould
from usagestats.themes import TEXT, colour, contrast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

__all__ = ["COLORS", "STATS", "STYLES", "badge", "badge_endpoint"]

COLORS = {
    "brightgreen": "#44bb00",
    "green": "#67ac09",
    "yellowgreen": "#95991a",
    "yellow": "#d8b800",
    "orange": "#ea7233",
    "red": "#d93a3a",
    "blue": "#007bc2",
    "grey": "#555555",
    "lightgrey": "#939393",
    "gray": "#555555",
    "lightgray": "#939393",
    "critical": "#d93a3a",
    "important": "#ea7233",
    "success": "#44bb00",
    "informational": "#007bc2",
    "inactive": "#939393",
}
"""The names of shields.io; its red and blue a shade darker, since white text on them lacks a little contrast."""
HEX = re.compile(r"#?((?:[0-9a-f]{3}){1,2})", re.IGNORECASE | re.ASCII)
WIDEST = 400
"""A label or message is no wider than so many pixels; its full text stands in the title."""
CACHE_SECONDS = 3600
"""How long shields.io keeps what it was told; 300 is the least that it takes."""
GAPS = (
    *("width", "title", "id", "split", "rest", "color", "ink", "shade", "bubble"),
    *(f"{side}.{what}" for side in ("label", "message") for what in ("text", "x", "length", "adjust")),
)
"""What differs from badge to badge."""


class Side(NamedTuple):
    """One side of a badge: its text, how long that is, and how wide the side."""

    text: str
    length: float
    width: float

    def placed(self, name: str, x: float) -> dict[str, str]:
        """Its values, the text around ``x``. Letters that may be joined are rather stretched than spread."""
        return {
            f"{name}.text": isolated(self.text),
            f"{name}.x": f"{x:g}",
            f"{name}.length": f"{self.length:g}",
            f"{name}.adjust": "spacing" if self.text.isascii() else "spacingAndGlyphs",
        }


def badge(
    summary: Summary, stat: str, *, style: str = "flat", label: str | None = None, color: str | None = None
) -> Svg:
    """A badge of one number, as an SVG that needs nothing around it.

    Args:
        summary: Whose number it is.
        stat: One of `STATS`: a documented number, or ``change``, ``active_days``, ``streak``, ``longest_streak``,
            ``top_model``, ``top_provider``, ``top_application``.
        style: One of `STYLES`.
        label: What stands at the left instead of the stat's own words; empty for nothing.
        color: One of `COLORS`, ``#rgb`` or ``#rrggbb`` instead of the stat's own; a social badge has none.

    Raises:
        UnknownStat: There is no such stat.
        InvalidBadge: There is no such style or colour.
        TypeError: What was given as the summary is none, or the label no text.
    """
    check(stat, style=style, color=color)
    said = worded(summary, stat, label, color)
    words = f"{isolated(said.label)}: " if said.label else ""
    title = f"{words}{isolated(said.message)} ({dates(summary.period.first, summary.period.last)})"
    values = STYLES[style](said)
    ink, shade = inks(said.color)
    values |= {"title": title, "color": said.color, "ink": ink, "shade": shade}
    values["id"] = f"b{crc32(f'{style}{said.color}{title}'.encode()):08x}"
    return Svg(mould(f"badges/{style}.svg.j2", GAPS, has_label=bool(said.label)).filled(values))


def badge_endpoint(
    summary: Summary, stat: str, *, label: str | None = None, color: str | None = None
) -> dict[str, str | int]:
    """The document that shields.io draws a badge from, at ``https://img.shields.io/endpoint?url=…``.

    Args:
        summary: Whose number it is.
        stat: One of `STATS`.
        label: What stands at the left instead of the stat's own words; empty for nothing.
        color: One of `COLORS`, ``#rgb`` or ``#rrggbb`` instead of the stat's own.

    Raises:
        UnknownStat: There is no such stat.
        InvalidBadge: There is no such colour.
        TypeError: What was given as the summary is none, or the label no text.
    """
    check(stat, color=color)
    said = worded(summary, stat, label, color)
    return {
        "schemaVersion": 1,
        "label": said.label,
        "message": said.message,
        "color": color if color in COLORS else said.color,
        "cacheSeconds": CACHE_SECONDS,
    }


def check(stat: str, *, style: str = "flat", color: str | None = None) -> None:
    """Refuse what no badge has, before a summary is made for it.

    Raises:
        UnknownStat: There is no such stat.
        InvalidBadge: There is no such style or colour.
    """
    check_one_of("stat", STATS, stat, UnknownStat)
    check_one_of("style", STYLES, style, InvalidBadge)
    if color is not None:
        hexadecimal(color)


def worded(summary: Summary, stat: str, label: str | None, color: str | None) -> Reading:
    """The words and the colour of a badge, one's own where they are given; harmless, and no message is empty.

    Raises:
        TypeError: What was given as the summary is none, or the label no text.
    """
    check_type("summary", Summary, summary)
    check_type("label", str | None, label)
    own, message, shade = reading(summary, stat)
    return Reading(
        own if label is None else clean(label),
        clean(message) or "unnamed",
        shade if color is None else hexadecimal(color),
    )


def hexadecimal(color: str) -> str:
    """The colour as ``#rrggbb``.

    >>> hexadecimal("brightgreen"), hexadecimal("4c1"), hexadecimal("#FF8800")
    ('#44bb00', '#44cc11', '#ff8800')

    Raises:
        InvalidBadge: It is neither one of `COLORS` nor ``#rgb`` nor ``#rrggbb``.
    """
    if isinstance(color, str) and color in COLORS:
        return COLORS[color]
    found = HEX.fullmatch(color) if isinstance(color, str) else None
    if not found:
        raise InvalidBadge(one_of("color", ("#rgb", "#rrggbb", *COLORS), color))
    return colour(f"#{found[1]}")


@lru_cache(maxsize=256)
def inks(ground: str) -> tuple[str, str]:
    """The colours of text and of its shadow on a ground."""
    return ("#fff", "#010101") if contrast("#ffffff", ground) >= TEXT else ("#000", "#fff")


@lru_cache(maxsize=64)
def dates(first: date, last: date) -> str:
    """The days that a badge is about."""
    return date_range(first, last)


# -------------------------------------------------------------------------------------------------------------- styles


def flat(said: Reading) -> dict[str, str]:
    """Two rectangles, each with 5 px before and after its text; the message stands a pixel to the left."""
    label, message = starmap(ordinary, ((said.label, Face.VERDANA_11, 5), (said.message, Face.VERDANA_11, 5)))
    middle = label.width + message.width / 2 - (1 if said.label else 0)
    return rectangles(label, message) | label.placed("label", label.width / 2 + 1) | message.placed("message", middle)


def for_the_badge(said: Reading) -> dict[str, str]:
    """Two higher rectangles with capitals, 1.25 px between them and 12 px around the text."""
    label = spaced(said.label.upper(), Face.VERDANA_10)
    message = spaced(said.message.upper(), Face.VERDANA_BOLD_10)
    middles = label.width / 2, label.width + message.width / 2
    return rectangles(label, message) | label.placed("label", middles[0]) | message.placed("message", middles[1])


def social(said: Reading) -> dict[str, str]:
    """A box with the label, which begins with a capital, and a bubble with the message that points at it."""
    label = ordinary(said.label[:1].upper() + said.label[1:], Face.HELVETICA_BOLD_11, 5)
    message = ordinary(said.message, Face.HELVETICA_BOLD_11, 4)
    left = label.width + 6 if said.label else 0
    notch = "v-4.5l-3-2.5 3-2.5" if said.label else ""
    round_box = f"a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2h{4 - message.width:g}a2 2 0 0 1-2-2"
    bubble = f"M{left + 2.5:g} .5h{message.width - 4:g}{round_box}{notch}V2.5a2 2 0 0 1 2-2z"
    values = {"width": f"{left + message.width + 1:g}", "split": f"{label.width:g}", "rest": "", "bubble": bubble}
    middles = label.width / 2 + 0.5, left + message.width / 2 + 0.5
    return values | label.placed("label", middles[0]) | message.placed("message", middles[1])


STYLES: dict[str, Callable[[Reading], dict[str, str]]] = {
    "flat": flat,
    "flat-square": flat,
    "plastic": flat,
    "for-the-badge": for_the_badge,
    "social": social,
}
"""By style, what places its words; the look is a template of the same name."""


def ordinary(text: str, face: Face, padding: float) -> Side:
    """A side whose text has an odd number of pixels: with its padding, its middle is one."""
    shown = cut(text, WIDEST, face)
    length = floor(advance(shown, face)) | 1
    return Side(shown, length, length + 2 * padding if text else 0)


def spaced(text: str, face: Face) -> Side:
    """A side with room between its letters."""
    shown = cut(text, WIDEST, face)
    letters = len(shown) if shown.isascii() else len(graphemes(shown))
    length = floor(advance(shown, face)) + 1.25 * letters
    return Side(shown, length, length + 24 if text else 0)


def rectangles(label: Side, message: Side) -> dict[str, str]:
    """The widths of two rectangles side by side."""
    return {
        "width": f"{label.width + message.width:g}",
        "split": f"{label.width:g}",
        "rest": f"{message.width:g}",
        "bubble": "",
    }
