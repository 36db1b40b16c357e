"""Snippets: what a reader pastes to show a picture, in Markdown, HTML, reStructuredText and AsciiDoc.

A ``<picture>`` follows the system's light and dark and the width of the screen; its ``<img>`` is the picture that does
so itself. reStructuredText and AsciiDoc know one address only, so they get that one. All text is escaped here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Final

SPECIAL: Final = re.compile(r"[][\\`*_<>&|~]")
"""What Markdown would not take for a letter."""
PHONE: Final = "(max-width: 500px)"
"""Screens that get the compact cut."""
DARK: Final = "(prefers-color-scheme: dark)"


@dataclass(frozen=True, slots=True)
class Source:
    """Another cut of a picture, and when it is shown."""

    media: str
    """A media query."""
    address: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a page refers to it."""

    address: str
    """Of the cut that follows light and dark by itself, or of the only one."""
    width_px: float
    height_px: float
    alt: str
    """What it says, in words."""
    sources: tuple[Source, ...] = ()
    """The first one whose query holds is shown instead."""


def markdown(picture: Picture) -> str:
    """The ``<picture>`` for a README.

    >>> print(markdown(Picture("a.svg", 840, 400, "Ada", (Source(DARK, "a-dark.svg"),))))
    <picture>
      <source media="(prefers-color-scheme: dark)" srcset="a-dark.svg">
      <img src="a.svg" width="840" alt="Ada">
    </picture>
    """
    return _picture(picture, f'width="{picture.width_px:.0f}"')


def image(picture: Picture) -> str:
    """The picture where several stand in a row, such as badges.

    >>> print(image(Picture("a.svg", 90, 20, "streak: 7 days")))
    <img src="a.svg" alt="streak: 7 days">
    """
    return f'<img src="{escape(picture.address)}" alt="{escape(_line(picture.alt))}">'


def inline(picture: Picture) -> str:
    r"""The Markdown of a picture that stands in a line, such as a badge.

    >>> print(inline(Picture("a.svg", 90, 20, "streak [days]: 7")))
    ![streak \[days\]: 7](a.svg)
    """
    alt = SPECIAL.sub(r"\\\g<0>", _line(picture.alt))
    return f"![{alt}]({picture.address})"


def html(picture: Picture) -> str:
    """The ``<picture>`` for a page of one's own: it keeps its place free while it loads, and fits a narrow column."""
    size = f'width="{picture.width_px:.0f}" height="{picture.height_px:.0f}"'
    return _picture(picture, f'{size} loading="lazy" style="max-width: 100%; height: auto"')


def rest(picture: Picture) -> str:
    """The directive for reStructuredText.

    >>> print(rest(Picture("a.svg", 840, 400, "Ada")))
    .. image:: a.svg
       :width: 840px
       :alt: Ada
    """
    return f".. image:: {picture.address}\n   :width: {picture.width_px:.0f}px\n   :alt: {_line(picture.alt)}"


def asciidoc(picture: Picture) -> str:
    r"""The macro for AsciiDoc.

    >>> print(asciidoc(Picture("a.svg", 840, 400, 'Ada "the" {first}]')))
    image::a.svg[alt="Ada \"the\" \{first}\]",width=840]
    """
    alt = re.sub(r'(["\]{])', r"\\\1", _line(picture.alt))
    return f'image::{picture.address}[alt="{alt}",width={picture.width_px:.0f}]'


def _picture(picture: Picture, attributes: str) -> str:
    image = f'<img src="{escape(picture.address)}" {attributes} alt="{escape(_line(picture.alt))}">'
    if not picture.sources:
        return image
    sources = (f'  <source media="{one.media}" srcset="{escape(one.address)}">' for one in picture.sources)
    return "\n".join(["<picture>", *sources, f"  {image}", "</picture>"])


def _line(text: str) -> str:
    return " ".join(text.split())
