"""`Svg`: a drawn picture, which is its own text."""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape, unescape

SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
VIEW = re.compile(r'<svg [^>]*?viewBox="0 0 ([\d.]+) ')
TITLE = re.compile(r"<title[^>]*>([^<]*)</title>")
DESC = re.compile(r"<desc[^>]*>([^<]*)</desc>")


class Svg(str):
    """The text of an SVG that this library drew; shows itself in a notebook.

    >>> from usagestats.cards.svg import Svg
    >>> Svg('<svg xmlns="…" width="20" height="10"><title>A dot</title><desc>One dot.</desc></svg>').alt
    'A dot: One dot.'
    """

    __slots__ = ()

    @property
    def size_px(self) -> tuple[float, float]:
        """Width and height in CSS pixels."""
        found = SIZE.match(self)
        if not found:
            msg = "the text does not begin with an svg element that has a width and a height"
            raise ValueError(msg)
        return float(found[1]), float(found[2])

    @property
    def laid_out_px(self) -> float:
        """How wide it is laid out, whatever width it is shown with."""
        found = VIEW.match(self)
        return float(found[1]) if found else self.size_px[0]

    @property
    def alt(self) -> str:
        """What the picture says, in words: for the ``alt`` of an image."""
        words = [unescape(found[1]) for pattern in (TITLE, DESC) if (found := pattern.search(self))]
        return ": ".join(words)

    def _repr_svg_(self) -> str:
        """The picture, for notebooks that take an SVG as it is."""
        return str(self)

    def _repr_html_(self) -> str:
        """The picture as an image, so that its rules do not reach the page around it."""
        data = b64encode(self.encode()).decode("ascii")
        return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(self.alt)}">'
