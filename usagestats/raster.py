"""`png`: our own SVG as pixels; the one place that knows a rasteriser.

Text becomes outlines of the shipped face first, so a picture is the same bytes on a machine without a single font.
What the face lacks (CJK, emoji, right-to-left scripts) stays text and goes by the system's fonts, where there are
some. CairoSVG draws, or resvg where the system has no libcairo, and where text is left: CairoSVG knows a single font
and no shaping. Neither ever sees anything but the few elements that our templates use, without a reference to anything
outside.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from math import fsum
from numbers import Real
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from unicodedata import bidirectional, east_asian_width, name
from xml.etree import ElementTree as ET

from usagestats.cards.svg import Svg
from usagestats.errors import RasterError, check_type
from usagestats.lettering import PICTOGRAPHS, graphemes, is_bold, outlines, table, width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_PIXELS = 16_000_000
SCALE = 2.0
"""Pixels to a CSS pixel where nothing else is said."""
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
SILENT = frozenset({"title", "desc"})
DRAWN = frozenset(
    {
        *("svg", "style", "defs", "g", "use", "text", "tspan", "rect", "circle", "line", "path"),
        *("clipPath", "linearGradient", "radialGradient", "stop"),
    }
)
"""The elements that our templates use."""
OUTSIDE = re.compile(r"url\((?!#)|@import|^(?!#).*:", re.IGNORECASE)
"""What would reach beyond the picture, in an attribute or a style."""
FACE = ("font-size", "font-weight", "text-anchor", "textLength", "lengthAdjust")
JAPANESE_FONTS = "Noto Sans CJK JP,Noto Sans JP,Hiragino Sans,Yu Gothic,Meiryo,sans-serif"
WIDE_FONTS = "Noto Sans CJK SC,Noto Sans SC,PingFang SC,Hiragino Sans,Microsoft YaHei,Malgun Gothic,sans-serif"
"""Without a name, the first font that has the letter is taken, often one with serifs."""
RIGHT_FONTS = "Noto Sans Arabic,Noto Sans Hebrew,Noto Sans,Segoe UI,Geeza Pro,Arial,sans-serif"
LATIN_FONTS = "Noto Sans,Segoe UI,Helvetica,Arial,DejaVu Sans,sans-serif"
RIGHT_TO_LEFT, ENDED = "\u202b", "\u202c"
ISOLATED = re.compile("[\u2066\u2067\u2068]([^\u2069]*)\u2069")
ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069\u200e")


class Face(NamedTuple):
    """How text is set where it stands."""

    size: float = 16.0
    weight: int = 400
    anchor: str = "start"
    spacing: float = 0.0
    """Room after every letter, in pixels."""
    from_right: bool = False
    """Whether lines are read from right to left."""
    language: str = ""
    """What the picture says its language is."""

    def within(self, element: ET.Element) -> Face:
        """The same with what an element says of itself."""
        return Face(
            float(element.get("font-size", self.size)),
            int(element.get("font-weight", self.weight)),
            element.get("text-anchor", self.anchor),
            from_right=self.from_right or element.get("direction") == "rtl",
            language=element.get("lang", self.language),
        )

    def as_long(self, length: float, text: str) -> Face:
        """The same with so much room between the letters that the text becomes as long as that."""
        gaps = len(graphemes(text)) - 1
        return self._replace(spacing=(length - width(text, self.size, self.weight)) / gaps) if gaps > 0 else self


class Run(NamedTuple):
    """A stretch of text that has outlines, where it names no script, or else goes by the system's fonts."""

    text: str
    script: str


def scale_of(card: str) -> float:
    """How many pixels to a CSS pixel the PNG of a card has unless asked: 2 for sharp screens.

    A poster has 1: its PNG is a share image, and those are 1200 × 630.
    """
    return 1.0 if card == "poster" else SCALE


def scaled(picture: tuple[Svg, float]) -> bytes:
    """`png` of a picture and its scale, for drawing many."""
    svg, scale = picture
    return png(svg, scale=scale)


def png(svg: Svg, *, scale: float = SCALE) -> bytes:
    """The picture as a PNG, ``scale`` pixels to a CSS pixel; one that follows light and dark is drawn light.

    Raises:
        TypeError: The picture was not drawn by this library, or the scale is no number.
        RasterError: It would have more than 16 megapixels, or no rasteriser is there.
    """
    check_type("scale", Real, scale)
    drawing, scale = outlined(svg), float(scale)
    across, down = svg.size_px
    if not (min(across, down) * scale >= 1 and across * down * scale * scale <= MOST_PIXELS):
        msg = f"a PNG has 1 to {MOST_PIXELS:,} pixels, not {across:g} × {down:g} at scale {scale:g}"
        raise RasterError(msg)
    convert = None if "</text>" in drawing else cairo()
    if convert is None:
        return by_resvg(drawing, scale)
    return convert(bytestring=drawing.encode(), scale=scale, url_fetcher=refuse)


@cache
def cairo() -> Callable[..., bytes] | None:
    """CairoSVG's way from an SVG to a PNG; None where the system has no libcairo."""
    try:
        from cairosvg.surface import PNGSurface
    except (ImportError, OSError):
        return None
    convert: Callable[..., bytes] = PNGSurface.convert
    return convert


def refuse(url: str, *_: object) -> NoReturn:
    """Nothing outside the picture is ever fetched."""
    msg = f"a card refers to nothing outside itself, not to {url[:60]!r}"
    raise RasterError(msg)


def by_resvg(drawing: str, scale: float) -> bytes:
    """What resvg makes of it; fonts are only looked for where text is left.

    Raises:
        RasterError: resvg is not installed.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        msg = "drawing a PNG needs libcairo or the package resvg-py"
        raise RasterError(msg) from error
    return bytes(svg_to_bytes(svg_string=drawing, zoom=scale, skip_system_fonts="</text>" not in drawing))


def outlined(svg: Svg) -> str:
    """The picture without words and media rules, its text as outlines as far as the shipped face goes.

    Raises:
        TypeError: The picture was not drawn by this library.
    """
    if not isinstance(svg, Svg):
        refuse_foreign(type(svg).__name__)
    if "<!" in svg or "<?" in svg:
        refuse_foreign("one with a declaration")
    try:
        root = ET.fromstring(svg.replace(NAMESPACE, "", 1))  # noqa: S314  # no declarations are in it, so no entities
    except ET.ParseError:
        refuse_foreign("other text")
    redraw(root, Face().within(root))
    root.set("font-family", "sans-serif")
    return ET.tostring(root, encoding="unicode").replace("<svg", f"<svg {NAMESPACE}", 1)


def refuse_foreign(what: str) -> NoReturn:
    """Refuse what this library has not drawn.

    Raises:
        TypeError: Always.
    """
    msg = f"svg must be a picture drawn by usagestats, not {what}"
    raise TypeError(msg)


def redraw(parent: ET.Element, face: Face) -> None:
    """Replace the text below an element, drop what is not drawn, refuse what no template writes."""
    for place, child in reversed(list(enumerate(parent))):
        check(child)
        if child.tag in SILENT:
            parent.remove(child)
        elif child.tag == "style":
            child.text = (child.text or "").partition("@media")[0]
        elif child.tag == "text":
            parent[place] = lettered(child, face.within(child))
        else:
            redraw(child, face.within(child))


def check(element: ET.Element) -> None:
    """Refuse an element that could reach beyond the picture.

    Raises:
        TypeError: It is none that our templates write.
    """
    said = [value for key, value in element.attrib.items() if OUTSIDE.search(value) or key.startswith("on")]
    known = element.tag in DRAWN or (element.tag in SILENT and not len(element))
    if not known or said or OUTSIDE.search(element.text or "" if element.tag == "style" else ""):
        refuse_foreign(f"one with <{element.tag}> {said}")


def lettered(text: ET.Element, face: Face) -> ET.Element:
    """A group that looks like the text."""
    group = ET.Element("g", without(text, "x", "y"))
    words = text.text or ""
    length = text.get("textLength")
    spans = [(words, face.as_long(float(length), words) if length else face, 0.0, group)]
    for tspan in text:
        check(tspan)
        part = ET.SubElement(group, "g", without(tspan, "dx"))
        spans.append((tspan.text or "", face.within(tspan), float(tspan.get("dx", "0")), part))
    way = -1 if face.from_right else 1
    total = fsum(way * gap + width(said, own.size, own.weight) for said, own, gap, _ in spans)
    total = float(length) if length else total
    pen = float(text.get("x", "0")) - way * {"start": 0.0, "middle": total / 2, "end": total}[face.anchor]
    y = float(text.get("y", "0"))
    for words, own, gap, part in spans:
        across = width(words, own.size, own.weight)
        for element in pieces(words, pen + gap - (across if face.from_right else 0), y, own):
            part.append(element)
        pen += gap + way * across
    return group


def without(element: ET.Element, *names: str) -> dict[str, str]:
    """What an element says besides place and face."""
    return {key: value for key, value in element.attrib.items() if key not in {*names, *FACE}}


def pieces(words: str, x: float, y: float, face: Face) -> Iterator[ET.Element]:
    """The runs of a text, as a path or as text."""
    units, advances = table()
    bold = is_bold(face.weight)
    if face.from_right and any(bidirectional(char) in {"R", "AL", "AN"} for char in words):
        yield whole(words, x, y, face)
        return
    fonts = JAPANESE_FONTS if face.language.startswith("ja") else WIDE_FONTS
    for run in runs(turned(words) if face.from_right else words.translate(ISOLATES)):
        if not run.script:
            pen, data, between = 0, [], round(face.spacing * units / face.size)
            for char in run.text:
                if shape := outlines()[char][bold]:
                    data.append(f"M{pen} 0{shape}")
                pen += advances[char][bold] + between
            place = f"translate({x:.3f} {y:g}) scale({face.size / units:.6f})"
            yield ET.Element("path", {"transform": place, "d": "".join(data)})
        else:
            said = {"x": f"{x:.3f}", "y": f"{y:g}", "font-size": f"{face.size:g}", "font-weight": str(face.weight)}
            said |= {"text-anchor": "start"} if face.anchor != "start" else {}
            left = ET.Element("text", said | ({"font-family": fonts} if run.script == "wide" else {}))
            left.text = run.text
            yield left
        x += width(run.text, face.size, face.weight) + face.spacing * len(graphemes(run.text))


def whole(words: str, left: float, y: float, face: Face) -> ET.Element:
    """A line that is read from right to left as one text: its letters need a shaper, and so does their order."""
    share, anchor = {"start": (1.0, "end"), "middle": (0.5, "middle"), "end": (0.0, "start")}[face.anchor]
    at = left + share * width(words, face.size, face.weight)
    said = {"x": f"{at:.3f}", "y": f"{y:g}", "font-size": f"{face.size:g}", "font-weight": str(face.weight)}
    line = ET.Element("text", said | {"text-anchor": anchor, "font-family": RIGHT_FONTS})
    for latin, letters in groupby(f"{RIGHT_TO_LEFT}{words}{ENDED}", lambda char: char.isalpha() and char in table()[1]):
        part = ET.SubElement(line, "tspan", {"font-family": LATIN_FONTS} if latin else {})
        part.text = "".join(letters)
    return line


def turned(words: str) -> str:
    """The isolated parts of a line without letters from right to left, and what is between them, in reverse order.

    >>> turned("▲ \u206618%\u2069")
    '18% ▲'
    """
    parts = list(enumerate(ISOLATED.split(words)))
    if not parts[1:]:
        return words.translate(ISOLATES)
    return "".join(part if place % 2 else part[::-1] for place, part in reversed(parts)).translate(ISOLATES)


def runs(words: str) -> list[Run]:
    """The words in runs of one script; what is neither letter nor digit between two of the same stays with them.

    >>> [(run.text, run.script) for run in runs("Ada 漢字 漢字 🚀")]
    [('Ada ', ''), ('漢字 漢字', 'wide'), (' ', ''), ('🚀', 'emoji')]
    """
    found = [Run("".join(pieces), kind) for kind, pieces in groupby(graphemes(words), script)]
    joined: list[Run] = []
    for place, run in enumerate(found):
        around = {near.script for near in found[max(0, place - 1) : place + 2 : 2]}
        between = len(around) == 1 and 0 < place < len(found) - 1 and not any(map(str.isalnum, run.text))
        kind = around.pop() if between and not run.script else run.script
        if joined and kind and joined[-1].script == kind:
            joined[-1] = Run(joined[-1].text + run.text, kind)
        else:
            joined.append(Run(run.text, kind))
    return joined


def script(piece: str) -> str:
    """What kind of font has the grapheme: none for the shipped face."""
    known = table()[1]
    if all(char in known for char in piece):
        return ""
    first = next(char for char in piece if char not in known)
    if bidirectional(first) in {"R", "AL", "AN"}:
        return bidirectional(first)
    if ord(first) in PICTOGRAPHS:
        return "emoji"
    return "wide" if east_asian_width(first) in {"W", "F"} else name(first, "unknown").partition(" ")[0].lower()
