"""Widths and outlines of the shipped face: Inter 4.1 in the weights 400 and 600 (OFL, see ``lettering.OFL.txt``).

Text is laid out by measured widths, never by counting letters. Inter is wider than all but one of the fonts that a
reader may see instead, so what fits here fits there. Characters that the table lacks are taken as wide as their kind
may be: an em for East Asian ones, nothing for what combines. The table is made by ``tests/make_glyphs.py`` and read
when first needed.
"""

from __future__ import annotations

import re
import zlib
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate
from math import fsum
from unicodedata import bidirectional, category, east_asian_width

WEIGHTS = (400, 600)
ASCENT = 0.76
"""How far the tallest letters rise over the base line, in em."""
DESCENT = 0.22
"""How far the deepest letters hang below it, in em."""
ELLIPSIS = "…"
JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)
PICTOGRAPHS = range(0x1F000, 0x20000)
JOINING_JAMO = range(0x1160, 0x1200)
VERY_WIDE = {0xFDFA: 2.5, 0xFDFB: 2.0, 0xFDFD: 10.0, 0x2E3A: 2.0, 0x2E3B: 3.0}
CUNEIFORM = range(0x12000, 0x12550)
ARABIC = re.compile("[\u0600-\u06ff]")
ALONE = {
    0.34: "اأإآ،؛٫٬",
    0.58: "ءوؤ؟ةهدذرزژ٪٠١٢٤٥٦٩",
    0.67: "عغم٣٧٨",
    0.77: "جحخچ",
    0.86: "لنئىيیق",
    0.98: "طظكکگ",
    1.14: "فبتثپ",
    1.44: "سشصض",
}
"""How wide Arabic letters may be at the end of a word or before one that they do not join, in em."""
JOINED = {0.42: "بتثپنيئیىل", 0.56: "كکگفق", 0.65: "جحخچمهعغ", 0.82: "طظ", 1.02: "سشصض"}
"""The same of those that join the next one. Both are the widest of Noto Sans Arabic, its bold and DejaVu Sans."""


@cache
def table() -> tuple[int, dict[str, tuple[int, int]]]:
    """The units of an em, and by character the advance in each of the two weights."""
    reader = zlib.decompressobj()
    units, *lines = reader.decompress(data()).decode("ascii").split("\n")
    rows = (line.split("\t") for line in lines)
    return int(units), {chr(int(code, 16)): (int(regular), int(bold)) for code, regular, bold in rows}


@cache
def outlines() -> dict[str, tuple[str, str]]:
    """By character, the outline in each of the two weights: relative path data in units of the em, y downwards."""
    reader = zlib.decompressobj()
    reader.decompress(data())
    rows = (line.split("\t") for line in zlib.decompress(reader.unused_data).decode("ascii").split("\n"))
    return {char: (regular, bold) for char, (regular, bold) in zip(table()[1], rows, strict=True)}


def data() -> bytes:
    """The file with the table."""
    return (files("usagestats") / "lettering.bin").read_bytes()


@lru_cache(maxsize=8192)
def width(text: str, size: float, weight: int = 400) -> float:
    """How wide the text runs at that font size, in the unit of ``size``.

    >>> width("", 12), round(width("tokens", 14), 1), width("漢字", 12)
    (0.0, 44.5, 24.0)
    """
    units, advances = table()
    bold = is_bold(weight)
    if not text.isascii() and ARABIC.search(text):
        pairs = zip(text, successors(text), strict=True)
        return size * fsum(advances[c][bold] / units if c in advances else arabic_em(c, after) for c, after in pairs)
    return size / units * fsum(advances[c][bold] if c in advances else units * em(c) for c in text)


def is_bold(weight: int) -> bool:
    """Which of the two weights is nearer: the place of it in a pair."""
    return 2 * weight >= sum(WEIGHTS)


def em(char: str) -> float:
    """How wide a character that the table lacks may be, in em."""
    code = ord(char)
    if extends(char):
        return 0.0
    if code in VERY_WIDE:
        return VERY_WIDE[code]
    if code in CUNEIFORM:
        return 3.0
    if code in PICTOGRAPHS:
        return 1.3
    if east_asian_width(char) in {"W", "F"}:
        return 1.0
    return 0.65 if bidirectional(char) in {"R", "AL"} else 0.8


def arabic_em(char: str, after: str) -> float:
    """How wide a character may be in Arabic text, in em, by the one after it: most letters are narrow within words."""
    joins = after.isalpha() and after != "ء" and ARABIC.match(after)
    for known in (JOINED, ALONE) if joins else (ALONE,):
        for width_em, letters in known.items():
            if char in letters:
                return width_em
    return em(char)


def successors(text: str) -> list[str]:
    """Of every character the next one that takes room; empty at the end."""
    found, after = [], ""
    for char in reversed(text):
        found.append(after)
        after = after if extends(char) else char
    return found[::-1]


def extends(char: str) -> bool:
    """Whether the character only adds to the one before and takes no room of its own."""
    code = ord(char)
    return category(char) in {"Mn", "Me", "Cf"} or code in SKIN_TONES or code in JOINING_JAMO


def graphemes(text: str) -> list[str]:
    """The text in pieces that a reader sees as one letter each.

    >>> graphemes("aé🇩🇪👩‍💻")
    ['a', 'é', '🇩🇪', '👩‍💻']
    """
    pieces: list[str] = []
    for char in text:
        if pieces and belongs(pieces[-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def belongs(piece: str, char: str) -> bool:
    """Whether the character goes on the piece before it."""
    if extends(char) or category(char) == "Mc":
        return True
    if piece[-1] == JOINER:
        return not char.isascii()
    return len(piece) == 1 and ord(piece) in FLAG_LETTERS and ord(char) in FLAG_LETTERS


def cut(text: str, room: float, size: float, weight: int = 400) -> str:
    """The text where it is no wider than ``room``; else as much of it as fits with an ellipsis, whole graphemes only.

    >>> cut("claude-opus-4-5", 60, 12)
    'claude-…'
    """
    if width(text, size, weight) <= room:
        return text
    pieces = graphemes(text)
    ends = accumulate((width(piece, size, weight) for piece in pieces), initial=width(ELLIPSIS, size, weight))
    kept = sum(1 for end in ends if end <= room) - 1
    return "".join(pieces[: max(0, kept)]).rstrip() + ELLIPSIS


def fit(text: str, room: float, largest: float, smallest: float, weight: int = 400) -> tuple[str, float]:
    """The text and the greatest size, in halves, at which it fits the room; at the smallest it is cut.

    >>> fit("Ada Lovelace", 400, 18, 15), fit("Ada Lovelace", 100, 18, 15)
    (('Ada Lovelace', 18), ('Ada Lovelace', 15.5))
    """
    needed = width(text, 1, weight)
    if needed * largest <= room:
        return text, largest
    size = max(smallest, int(2 * room / needed) / 2)
    return cut(text, room, size, weight), size
