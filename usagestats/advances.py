"""Widths of text in Verdana and Helvetica, by which badges are laid out everywhere on the web.

The numbers are those by which shields.io does it, so that a badge of ours beside one of theirs is as wide for the same
words. They were measured by the npm package ``anafanafo`` 2.0.0 (MIT) and are made into a table by
``tests/make_advances.py``, which is read when first needed.
"""

from __future__ import annotations

import zlib
from enum import IntEnum
from functools import cache, lru_cache, reduce
from importlib.resources import files
from itertools import accumulate
from operator import add

from usagestats.lettering import ELLIPSIS, em, graphemes


class Face(IntEnum):
    """A typeface at its size; its number is its column in the table."""

    VERDANA_11 = 0
    VERDANA_10 = 1
    VERDANA_BOLD_10 = 2
    HELVETICA_BOLD_11 = 3


SIZES = (11, 10, 10, 11)
"""The font size of each face, in pixels."""


@cache
def table(face: Face) -> dict[str, float]:
    """By character, its width in pixels."""
    lines = zlib.decompress((files("usagestats") / "advances.bin").read_bytes()).decode("ascii").split("\n")
    known: dict[str, float] = {}
    end = 0
    for line in lines:
        left_out, count, *advances = map(int, line.split("\t"))
        start, end = end + left_out, end + left_out + count
        known |= dict.fromkeys(map(chr, range(start, end)), advances[face] / 100)
    return known


@lru_cache(maxsize=8192)
def advance(text: str, face: Face) -> float:
    """How wide the text runs, in pixels.

    >>> round(advance("tokens", Face.VERDANA_11), 2), advance("漢字", Face.VERDANA_11)
    (36.76, 22.0)
    """
    known = table(face)
    # One after the other, as shields.io does it: a sum of floats that rounds otherwise may be a pixel off.
    return reduce(add, [known[c] if c in known else SIZES[face] * em(c) for c in text], 0.0)


def cut(text: str, room: float, face: Face) -> str:
    """The text where it is no wider than ``room``; else as much of it as fits with an ellipsis, whole graphemes only.

    >>> cut("claude-opus-4-5", 60, Face.VERDANA_11)
    'claude-o…'
    """
    if advance(text, face) <= room:
        return text
    pieces = graphemes(text)
    ends = accumulate((advance(piece, face) for piece in pieces), initial=advance(ELLIPSIS, face))
    kept = sum(1 for end in ends if end <= room) - 1
    return "".join(pieces[:kept]).rstrip() + ELLIPSIS
