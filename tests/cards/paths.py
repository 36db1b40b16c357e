"""The data of SVG paths as corners: curves and arcs in straight steps."""

from __future__ import annotations

import re
from itertools import pairwise
from math import atan2, ceil, cos, hypot, pi, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
COMMAND = re.compile(r"([MLHVCSQTAZmlhvcsqtaz])([^MLHVCSQTAZmlhvcsqtaz]*)")
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7}
STEPS = 24
"""Straight pieces of a curve."""

Point = tuple[float, float]


def subpaths(data: str) -> list[list[Point]]:
    """The corners of a path's pieces, curves in straight steps."""
    if rest := NUMBER.sub("", COMMAND.sub(r"\2", data)).replace(",", "").strip():
        msg = f"the reader does not understand {rest!r} in a path"
        raise ValueError(msg)
    found: list[list[Point]] = []
    here, handle = (0.0, 0.0), None
    for command, words in COMMAND.findall(data):
        kind = command.upper()
        if kind == "Z":
            here = found[-1][0]
            found[-1].append(here)
            continue
        numbers = [float(number) for number in NUMBER.findall(words)]
        for start in range(0, len(numbers), TAKES[kind]):
            given = absolute(command, numbers[start : start + TAKES[kind]], here)
            if kind == "M" and not start:
                found.append([given[0]])
            else:
                steps, handle = drawn_steps(kind, here, given, handle)
                found[-1] += steps
            here = found[-1][-1]
        handle = handle if kind in "CSQT" else None
    return found


def absolute(command: str, numbers: list[float], here: Point) -> list[Point]:
    """The points that a command gives, in the path's own pixels; an arc's radii and flags come first."""
    x, y = here if command.islower() else (0.0, 0.0)
    match command.upper():
        case "H":
            return [(x + numbers[0], here[1])]
        case "V":
            return [(here[0], y + numbers[0])]
        case "A":
            rx, ry, turned, large, sweep, *end = numbers
            return [(rx, ry), (turned, 0.0), (large, sweep), (x + end[0], y + end[1])]
        case _:
            return [(x + a, y + b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]


def drawn_steps(kind: str, here: Point, given: list[Point], handle: Point | None) -> tuple[list[Point], Point | None]:
    """The steps of one command, and the handle that a smooth one after it mirrors."""
    mirrored = (2 * here[0] - handle[0], 2 * here[1] - handle[1]) if handle else here
    match kind:
        case "C" | "Q":
            corners = [here, *given]
        case "S" | "T":
            corners = [here, mirrored, *given]
        case "A":
            return arc(here, given), None
        case _:
            return given, None
    return [bezier(corners, step / STEPS) for step in range(1, STEPS + 1)], corners[-2]


def bezier(corners: Sequence[Point], share: float) -> Point:
    """A point of the curve, by de Casteljau."""
    while len(corners) > 1:
        corners = [
            ((1 - share) * x0 + share * x1, (1 - share) * y0 + share * y1) for (x0, y0), (x1, y1) in pairwise(corners)
        ]
    return corners[0]


def arc(here: Point, given: list[Point]) -> list[Point]:
    """The steps of a circular arc (SVG 2, B.2.4); of an ellipse none is drawn anywhere."""
    (radius, other), _, (large, sweep), end = given
    if radius != other:
        msg = "the reader knows arcs of circles only"
        raise ValueError(msg)
    dx, dy = (here[0] - end[0]) / 2, (here[1] - end[1]) / 2
    apart = hypot(dx, dy)
    radius = max(radius, apart)
    away = sqrt(radius * radius - apart * apart) / apart * (-1 if large == sweep else 1)
    middle = (here[0] + end[0]) / 2 + away * dy, (here[1] + end[1]) / 2 - away * dx
    begin = atan2(here[1] - middle[1], here[0] - middle[0])
    turn = atan2(end[1] - middle[1], end[0] - middle[0]) - begin
    if sweep and turn < 0:
        turn += 2 * pi
    elif not sweep and turn > 0:
        turn -= 2 * pi
    steps = max(2, ceil(abs(turn) / (2 * pi) * 2 * STEPS))
    angles = (begin + turn * step / steps for step in range(1, steps))
    return [*((middle[0] + radius * cos(angle), middle[1] + radius * sin(angle)) for angle in angles), end]
