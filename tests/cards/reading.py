"""What a card says, read from its SVG."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.cards.geometry import SVG, things

if TYPE_CHECKING:
    from tests.cards.geometry import Thing
    from usagestats.cards import Svg


def texts(svg: Svg) -> list[str]:
    """Every line of text on the card."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def said(svg: Svg, element: str) -> str:
    """Its title, its description or its rules."""
    return ET.fromstring(svg).findtext(f"{SVG}{element}") or ""


def classes(svg: Svg, element: str) -> list[str]:
    """The class of every such element, in the order of drawing."""
    return [one.get("class", "") for one in ET.fromstring(svg).iter(f"{SVG}{element}")]


def cells(svg: Svg) -> list[Thing]:
    """What is filled with a step of the ramp: the days of a grid, and those that explain it."""
    return [thing for thing in things(ET.fromstring(svg)) if thing.kind == "fill" and thing.what.startswith("g")]


def discs(svg: Svg) -> list[Thing]:
    """Lines without length in a step of the ramp."""
    return [thing for thing in things(ET.fromstring(svg)) if thing.kind == "line" and thing.what.startswith("g")]


def bars(svg: Svg) -> list[Thing]:
    """Upright lines in the hue of a model."""
    placed = (thing for thing in things(ET.fromstring(svg)) if thing.kind == "line" and thing.upright)
    return [thing for thing in placed if thing.what.startswith("k")]


def overlaps(given: list[Thing], apart: float = 0) -> list[tuple[Thing, Thing]]:
    """Which of some upright things lie over each other, or nearer than that."""
    return [
        (one, other)
        for one, other in combinations(given, 2)
        if min(one.box.right, other.box.right) - max(one.box.left, other.box.left) > 0.11 - apart
        and min(one.box.bottom, other.box.bottom) - max(one.box.top, other.box.top) > 0.11 - apart
    ]
