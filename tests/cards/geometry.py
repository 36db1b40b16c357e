"""Where everything of a drawn card lies, read from its SVG alone, and what lies over something else or beyond its edge.

Every text and shape becomes polygons in the picture's own pixels, by all that moves it: anchors, spans, transforms,
``use`` and clips. Text is as wide as the shipped face runs. What the reader does not know it refuses, so that nothing
is left out of sight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from math import atan2, cos, pi, radians, sin
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from tests.cards.paths import NUMBER, STEPS, Point, subpaths
from usagestats.lettering import ASCENT, DESCENT, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SVG = "{http://www.w3.org/2000/svg}"
TOUCH = 0.11
"""Coordinates are written to a tenth: so much may seem to overlap."""
BESIDE = 28
"""Free space that a card keeps at its left and right."""
ABOVE = 14
"""Free space that a card keeps at its top and bottom: between the lines of its smallest print and the edge."""
BEARING = 0.05
"""How far, in em, a figure may begin to the left: as much as its own blank side."""
RULE = re.compile(r"\.([\w-]+)\{([^}]*)\}")
SILENT = {"title", "desc", "style", "defs", "clipPath"}

Matrix = tuple[float, float, float, float, float, float]


class Box(NamedTuple):
    """A rectangle that stands upright."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they share more than an edge."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > TOUCH
            and min(self.bottom, other.bottom) - max(self.top, other.top) > TOUCH
        )

    def holds(self, other: Box) -> bool:
        """Whether the other one lies within."""
        return (
            self.left <= other.left + TOUCH
            and self.top <= other.top + TOUCH
            and other.right <= self.right + TOUCH
            and other.bottom <= self.bottom + TOUCH
        )


@dataclass(frozen=True)
class Thing:
    """A text, or a piece of a shape."""

    kind: str
    """``text``, ``fill`` or ``line``."""
    what: str
    """The words, or the class."""
    points: tuple[Point, ...]
    size: float = 0.0
    """A text's font size."""
    box: Box = field(init=False)

    def __post_init__(self) -> None:
        xs, ys = zip(*self.points, strict=True)
        object.__setattr__(self, "box", Box(min(xs), min(ys), max(xs), max(ys)))

    def __str__(self) -> str:
        return f"{self.kind} {self.what[:60]!r} at " + " ".join(f"{edge:.1f}" for edge in self.box)

    @property
    def upright(self) -> bool:
        """Whether it is its box."""
        return len(self.points) == 4 and len({round(x, 3) for x, _ in self.points}) == 2 == len(
            {round(y, 3) for _, y in self.points}
        )

    def meets(self, other: Thing) -> bool:
        """Whether both have a place in common."""
        if not self.box.meets(other.box):
            return False
        return (self.upright and other.upright) or crosses(self.points, other.points)


# ------------------------------------------------------------------------------------------------------------- verdict


def faults(svg: str) -> list[str]:
    """Text over text, text over the edge of a shape, and anything beyond the card or in its padding."""
    root = ET.fromstring(svg)
    size = f"0 0 {root.get('width')} {root.get('height')}"
    across, down = (float(edge) for edge in root.get("viewBox", size).split()[2:])
    placed = list(things(root))
    texts = [thing for thing in placed if thing.kind == "text"]
    shapes = [thing for thing in placed if thing.kind != "text"]
    turned = root.get("direction") == "rtl"
    told = [f"{thing} is outside" for thing in placed if not inside(thing, across, down, turned=turned)]
    told += [f"{one} is over {other}" for one, other in combinations(texts, 2) if one.meets(other)]
    return told + [f"{text} is over {shape}" for text in texts for shape in shapes if is_over(text, shape)]


def inside(thing: Thing, across: float, down: float, *, turned: bool = False) -> bool:
    """Whether it keeps to the card: text to its padding, and a shape too if it is no band from edge to edge."""
    left, top, right, bottom = thing.box
    card = Box(0, 0, across, down)
    if thing.kind != "text" and left <= TOUCH and right >= across - TOUCH:
        return card.holds(thing.box)
    if turned:
        left, right = across - right, across - left
    begin = BESIDE - BEARING * thing.size
    return Box(begin, ABOVE, across - BESIDE, down - ABOVE).holds(Box(left, top, right, bottom))


def is_over(text: Thing, shape: Thing) -> bool:
    """Whether text and shape collide; text that stands wholly on a filled shape stands on its ground."""
    return text.meets(shape) and not (shape.kind == "fill" and contains(shape.points, text.points))


# -------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True)
class Scene:
    """What holds where an element stands."""

    rules: Mapping[str, Mapping[str, str]]
    ids: Mapping[str, ET.Element]
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    style: Mapping[str, str] = field(default_factory=dict)
    clip: Box | None = None

    def at(self, x: float, y: float) -> Point:
        """A point in the picture's own pixels."""
        a, b, c, d, e, f = self.matrix
        return a * x + c * y + e, b * x + d * y + f

    def number(self, name: str, other: float) -> float:
        """An inherited number."""
        return float(self.style.get(name, other))

    def within(self, element: ET.Element) -> Scene:
        """The same inside an element."""
        own = dict(self.style)
        own["class"] = element.get("class", own.get("class", ""))
        for name in element.get("class", "").split():
            own |= self.rules.get(name, {})
        own |= {key: value for key, value in element.attrib.items() if key in INHERITED}
        inner = replace(self, style=own, matrix=moved(self.matrix, element.get("transform", "")))
        return replace(inner, clip=inner.clipped(element))

    def clipped(self, element: ET.Element) -> Box | None:
        """What can be seen of it."""
        found = re.fullmatch(r"url\(#(.+)\)", element.get("clip-path", ""))
        if not found:
            return self.clip
        parts = [thing.box for part in self.ids[found[1]] for thing in drawn(part, replace(self, clip=None))]
        box = Box(*(pick(edges) for pick, edges in zip((min, min, max, max), zip(*parts, strict=True), strict=True)))
        return box if self.clip is None else common(box, self.clip)


INHERITED = {"font-size", "font-weight", "text-anchor", "direction", "fill", "stroke", "stroke-width", "stroke-linecap"}


def things(root: ET.Element) -> Iterator[Thing]:
    """Every text and shape of a picture but its own ground."""
    css = "".join(style.text or "" for style in root.iter(f"{SVG}style"))
    rules = {name: declared(body) for name, body in RULE.findall(css.partition("@media")[0])}
    scene = Scene(rules, {element.get("id", ""): element for element in root.iter()}).within(root)
    for child in root:
        if child.get("class") != "bg":
            yield from drawn(child, scene)


def declared(body: str) -> dict[str, str]:
    """The declarations of a rule that place something."""
    pairs = (pair.partition(":") for pair in body.split(";") if pair)
    return {name.strip(): value.strip().removesuffix("px") for name, _, value in pairs if name.strip() in INHERITED}


def drawn(element: ET.Element, around: Scene) -> Iterator[Thing]:
    """What an element draws, as far as it is not clipped away."""
    tag = element.tag.removeprefix(SVG)
    if tag in SILENT:
        return
    scene = around.within(element)
    if tag in {"g", "svg", "use"}:
        yield from inner(element, tag, scene)
        return
    for thing in written(element, scene) if tag == "text" else shaped(element, tag, scene):
        if scene.clip is None or scene.clip.holds(thing.box):
            yield thing
        elif scene.clip.meets(thing.box):
            left, top, right, bottom = common(thing.box, scene.clip)
            yield replace(thing, points=((left, top), (right, top), (right, bottom), (left, bottom)))


def inner(element: ET.Element, tag: str, scene: Scene) -> Iterator[Thing]:
    """The children of a group, or what is used."""
    if tag == "use":
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        placed = replace(scene, matrix=moved(scene.matrix, f"translate({x} {y})"))
        yield from drawn(scene.ids[element.get("href", "")[1:]], placed)
        return
    for child in element:
        yield from drawn(child, scene)


# ----------------------------------------------------------------------------------------------------------------- text


@dataclass(frozen=True)
class Run:
    """A stretch of text in one size."""

    text: str
    size: float
    weight: int
    gap: float
    y: float

    @property
    def width(self) -> float:
        """How wide it runs."""
        return width(self.text, self.size, self.weight)


def written(element: ET.Element, scene: Scene) -> Iterator[Thing]:
    """The runs of a text; a span with an ``x`` begins anew."""
    x, y = length(element.get("x", "0"), 0), length(element.get("y", "0"), 0)
    size, weight = scene.number("font-size", 16), int(scene.number("font-weight", 400))
    x, y = x + length(element.get("dx", "0"), size), y + length(element.get("dy", "0"), size)
    runs = [Run(element.text or "", size, weight, 0.0, y)]
    for span in element:
        if span.tag != f"{SVG}tspan" or len(span):
            msg = f"a text holds tspans and nothing else, not {span.tag}"
            raise ValueError(msg)
        inside_it = scene.within(span)
        size, weight = inside_it.number("font-size", 16), int(inside_it.number("font-weight", 400))
        y = length(span.get("y", str(y)), size) + length(span.get("dy", "0"), size)
        run = Run(span.text or "", size, weight, length(span.get("dx", "0"), size), y)
        if "x" in span.attrib:
            yield from laid(runs, x, scene)
            runs, x = [run], length(span.get("x", "0"), size)
        else:
            runs.append(run)
        if tail := (span.tail or "").strip():
            runs.append(Run(tail, scene.number("font-size", 16), int(scene.number("font-weight", 400)), 0, y))
    yield from laid(runs, x, scene)


def laid(runs: Sequence[Run], x: float, scene: Scene) -> Iterator[Thing]:
    """Runs in a row, from where their anchor makes them begin."""
    way = -1 if scene.style.get("direction") == "rtl" else 1
    total = sum(way * run.gap + run.width for run in runs)
    at = -{"start": 0.0, "middle": total / 2, "end": total}[scene.style.get("text-anchor", "start")]
    for run in runs:
        start, at = at + way * run.gap, at + way * run.gap + run.width
        if run.text.strip():
            left, right = sorted((x + way * start, x + way * at))
            top, bottom = run.y - ASCENT * run.size, run.y + DESCENT * run.size
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            yield Thing("text", run.text, tuple(scene.at(*corner) for corner in corners), run.size)


def length(text: str, size: float) -> float:
    """A length in pixels, or in em of the font size."""
    return size * float(text[:-2]) if text.endswith("em") else float(text)


# --------------------------------------------------------------------------------------------------------------- shapes


def shaped(element: ET.Element, tag: str, scene: Scene) -> Iterator[Thing]:
    """A shape as what its fill covers, or as the pieces of its line."""
    said = {key: float(element.get(key, "0")) for key in ("x", "y", "width", "height", "cx", "cy", "r", "x1", "y1")}
    match tag:
        case "rect":
            x, y, right, bottom = said["x"], said["y"], said["x"] + said["width"], said["y"] + said["height"]
            outlines = [[(x, y), (right, y), (right, bottom), (x, bottom), (x, y)]]
        case "circle":
            turns = [2 * pi * step / (2 * STEPS) for step in range(2 * STEPS + 1)]
            outlines = [[(said["cx"] + said["r"] * cos(turn), said["cy"] + said["r"] * sin(turn)) for turn in turns]]
        case "line":
            outlines = [[(said["x1"], said["y1"]), (float(element.get("x2", "0")), float(element.get("y2", "0")))]]
        case "path":
            outlines = [outline for outline in subpaths(element.get("d", "")) if len(outline) > 1]
        case _:
            msg = f"the reader knows no <{tag}>"
            raise ValueError(msg)
    is_line = is_stroked(tag, scene)
    for outline in outlines:
        yield from (
            stroke(outline, scene)
            if is_line or len(set(outline)) == 1  # a disc: the round end of a line without length
            else [Thing("fill", scene.style["class"], tuple(scene.at(*point) for point in outline))]
        )


def is_stroked(tag: str, scene: Scene) -> bool:
    """Whether a shape is its line: so are paths and circles whose classes have a line and no fill."""
    if tag == "line" or scene.style.get("fill") == "none":
        return True
    classes = scene.style["class"].split()
    lines = [name for name in classes if "stroke" in scene.rules.get(name, {})]
    fills = [name for name in classes if "fill" in scene.rules.get(name, {})]
    return bool(lines) and not fills


def stroke(outline: Sequence[Point], scene: Scene) -> Iterator[Thing]:
    """Each straight piece of a line as the ground that it covers."""
    half = scene.number("stroke-width", 1) / 2
    ends = half if scene.style.get("stroke-linecap", "butt") != "butt" else 0
    for (x0, y0), (x1, y1) in pairwise(outline):
        turn = atan2(y1 - y0, x1 - x0)
        along, over = (ends * cos(turn), ends * sin(turn)), (-half * sin(turn), half * cos(turn))
        corners = [
            (x0 - along[0] + over[0], y0 - along[1] + over[1]),
            (x1 + along[0] + over[0], y1 + along[1] + over[1]),
            (x1 + along[0] - over[0], y1 + along[1] - over[1]),
            (x0 - along[0] - over[0], y0 - along[1] - over[1]),
        ]
        yield Thing("line", scene.style["class"], tuple(scene.at(*corner) for corner in corners))


# ------------------------------------------------------------------------------------------------------------- geometry


def moved(matrix: Matrix, transform: str) -> Matrix:
    """A matrix followed by the transforms of an element."""
    for name, words in re.findall(r"(\w+)\(([^)]*)\)", transform):
        a, b, c, d, e, f = step(name, [float(number) for number in NUMBER.findall(words)])
        m, n, o, p, q, r = matrix
        matrix = (m * a + o * b, n * a + p * b, m * c + o * d, n * c + p * d, m * e + o * f + q, n * e + p * f + r)
    return matrix


def step(name: str, numbers: list[float]) -> Matrix:
    """One transform as a matrix."""
    match name, numbers:
        case "translate", [x, *rest]:
            return (1, 0, 0, 1, x, rest[0] if rest else 0)
        case "scale", [x, *rest]:
            return (x, 0, 0, rest[0] if rest else x, 0, 0)
        case "rotate", [angle, *rest]:
            x, y = rest or (0, 0)
            c, s = cos(radians(angle)), sin(radians(angle))
            return (c, s, -s, c, x - c * x + s * y, y - s * x - c * y)
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
        case _:
            msg = f"the reader knows no transform {name}{tuple(numbers)}"
            raise ValueError(msg)


def common(one: Box, other: Box) -> Box:
    """What two boxes share; empty at an edge where they share nothing."""
    left, top = max(one.left, other.left), max(one.top, other.top)
    return Box(left, top, max(left, min(one.right, other.right)), max(top, min(one.bottom, other.bottom)))


def crosses(one: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether two polygons have a place in common."""
    if any(cut(*edge, *wall) for edge in edges(one) for wall in edges(other)):
        return True
    return holds(one, other[0]) or holds(other, one[0])


def contains(outer: Sequence[Point], within: Sequence[Point]) -> bool:
    """Whether a polygon lies wholly in another."""
    if any(cut(*edge, *wall) for edge in edges(outer) for wall in edges(within)):
        return False
    return all(holds(outer, point) for point in within)


def edges(polygon: Sequence[Point]) -> Iterable[tuple[Point, Point]]:
    """The sides of a polygon."""
    return pairwise([*polygon, polygon[0]])


def cut(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two straight pieces cross."""
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def side(a: Point, b: Point, c: Point) -> float:
    """On which side of a line through two points a third lies."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def holds(polygon: Sequence[Point], point: Point) -> bool:
    """Whether a point lies in a polygon."""
    x, y = point
    inside_it = False
    for (x0, y0), (x1, y1) in edges(polygon):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside_it = not inside_it
    return inside_it
