"""Where everything of a drawn card lies, read from its SVG alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from usagestats.lettering import ASCENT, DESCENT, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.cards import Svg

SVG = "{http://www.w3.org/2000/svg}"
TOUCH = 0.11
"""Coordinates are written to a tenth: so much may seem to overlap."""
MOVE = re.compile(r"([MHhvL]?)(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?")


@dataclass(frozen=True)
class Box:
    """A rectangle around a thing."""

    kind: str
    what: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether both have a place in common."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > TOUCH
            and min(self.bottom, other.bottom) - max(self.top, other.top) > TOUCH
        )


def texts(svg: Svg) -> list[str]:
    """Every line of text on the card."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def said(svg: Svg, element: str) -> str:
    """The words of an element of the card: its title, its description, its style."""
    return ET.fromstring(svg).findtext(f"{SVG}{element}") or ""


def boxes(svg: Svg) -> list[Box]:
    """Every text and shape of the card but its ground and what only clips."""
    root = ET.fromstring(svg)
    return [box for child in root for box in within(child, float(root.get("font-size", "0")), 0.0)]


def within(element: ET.Element, size: float, stroke: float) -> Iterator[Box]:
    """The boxes of an element and its children."""
    size = float(element.get("font-size", size))
    stroke = float(element.get("stroke-width", stroke))
    match element.tag.removeprefix(SVG):
        case "text":
            yield text_box(element, size)
        case "rect" if element.get("class") != "bg":
            x, y, w, h = (float(element.get(name, "")) for name in ("x", "y", "width", "height"))
            kind = "ground" if element.get("class") in {"ub", "tr"} else "shape"
            yield Box(kind, element.get("class", ""), x, y, x + w, y + h)
        case "path":
            yield from path_boxes(element, stroke)
        case "g":
            for child in element:
                yield from within(child, size, stroke)


def text_box(element: ET.Element, size: float) -> Box:
    """The box of a line of text, as wide as the shipped face runs."""
    weight = int(element.get("font-weight", "400"))
    spans = [(element.text or "", size, weight, 0.0)]
    for part in element:
        own = float(part.get("font-size", size)), int(part.get("font-weight", weight)), float(part.get("dx", "0"))
        spans.append((part.text or "", *own))
    total = sum(gap + width(text, own_size, own_weight) for text, own_size, own_weight, gap in spans)
    x, y = float(element.get("x", "")), float(element.get("y", ""))
    left = x - {"start": 0.0, "middle": total / 2, "end": total}[element.get("text-anchor", "start")]
    said = "".join(text for text, *_ in spans)
    return Box("text", said, left, y - ASCENT * size, left + total, y + DESCENT * size)


def path_boxes(element: ET.Element, stroke: float) -> Iterator[Box]:
    """A box for each stroke of a path, one for a closed one; the halo of a line counts as the line does."""
    name, half = element.get("class", ""), (stroke or 1) / 2
    for one in re.findall(r"M[^M]+", element.get("d", "")):
        corners = points(one)
        if one.endswith("z"):
            wide = half if name.startswith("g") else 0.0
            yield around("cell" if wide else "shape", name, corners, wide, wide)
            continue
        for (x0, y0), (x1, y1) in pairwise(corners):
            if (x0, y0) == (x1, y1):
                yield around("disc", name, [(x0, y0)], half, half)
            else:
                upright = x0 == x1
                kind = "bar" if upright and name.startswith("k") else "shape"
                yield around(kind, name, [(x0, y0), (x1, y1)], half * upright, half * (not upright))


def around(kind: str, what: str, corners: list[tuple[float, float]], wide: float, high: float) -> Box:
    """The box around some corners, so much wider and higher at each side."""
    xs, ys = zip(*corners, strict=True)
    return Box(kind, what, min(xs) - wide, min(ys) - high, max(xs) + wide, max(ys) + high)


def points(path: str) -> list[tuple[float, float]]:
    """The corners of a path of one stroke."""
    found: list[tuple[float, float]] = []
    for command, first, second in MOVE.findall(path):
        x, y = found[-1] if found else (0.0, 0.0)
        match command:
            case "H":
                found.append((float(first), y))
            case "h":
                found.append((x + float(first), y))
            case "v":
                found.append((x, y + float(first)))
            case _:
                found.append((float(first), float(second)))
    return found


def faults(svg: Svg) -> list[str]:
    """What lies over something else or beyond the card's padding."""
    across, down = svg.size_px
    placed = boxes(svg)
    told = [f"{box} is outside" for box in placed if not inside(box, across, down)]
    for one, other in combinations(placed, 2):
        if one.meets(other) and not may_meet(one, other):
            told.append(f"{one} meets {other}")
    return told


def inside(box: Box, across: float, down: float) -> bool:
    """Whether the box keeps to the padding; a big figure's bearing may stand in it."""
    return box.left >= 25 and box.right <= across - 28 + TOUCH and box.top >= 16 and box.bottom <= down - 14


def may_meet(one: Box, other: Box) -> bool:
    """Text stands on the ground made for it; lines of a plot cross each other, bars, cells and their discs do not."""
    if {one.kind, other.kind} == {"ground", "text"}:
        ground, text = (one, other) if one.kind == "ground" else (other, one)
        return ground.left < text.left and text.right < ground.right and ground.top < text.top + 1
    if "text" in {one.kind, other.kind}:
        return False
    if {one.kind, other.kind} == {"disc"}:
        return not one.what.startswith("g")
    return {one.kind, other.kind} not in ({"bar"}, {"cell"})
