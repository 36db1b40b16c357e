"""Make ``usagestats/lettering.bin``, the shipped widths and outlines of Inter: run once, by hand.

    uv run --no-project --with fonttools --with fontpkg-inter python tests/make_glyphs.py

Reads the variable face of the PyPI package ``fontpkg-inter`` (4.1, OFL), cuts the weights 400 and 600 at the optical
size for small text, and writes two deflated texts one after the other, the widths being all that an SVG needs: a line
a character of ``code advance400 advance600``, then, in the same order, one of ``outline400 outline600``, separated by
tabs. The very first line holds the units of an em. Outlines are SVG path data with y downwards, every command
relative, so that a run of text is nothing but its glyphs' data one after another, each behind an absolute ``M``.
"""

from __future__ import annotations

import sys
import zlib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fontTools.ttLib import TTFont

TABLE = Path(__file__).parents[1] / "usagestats" / "lettering.bin"
WEIGHTS = (400, 600)
OPTICAL_SIZE = 14
RANGES = (
    (0x20, 0x7E),  # Basic Latin
    (0xA0, 0xFF),  # Latin-1
    (0x100, 0x17F),  # Latin Extended-A
    (0x384, 0x3CE),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x490, 0x491),  # Ukrainian ghe
    (0x1EA0, 0x1EF9),  # Vietnamese
)
SINGLES = "ȘșȚț‐‑‒–—―‘’‚“”„†‡•…‰′″‹›⁄€₴₹₽₿№™←↑→↓↔↕↗↘≈≠≤≥−×÷∞√∑▲▼◀▶●○■□✓✗★\u2009\u202f\ufffd"

Point = tuple[float, float]


def main(source: Path) -> None:
    """Write the table from the variable face at ``source``."""
    # Not at the top: the tests import this file too, and they run without fontTools.
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    cuts = [instantiateVariableFont(TTFont(source), {"wght": weight, "opsz": OPTICAL_SIZE}) for weight in WEIGHTS]
    names = cuts[0].getBestCmap()
    widths, outlines = [str(cuts[0]["head"].unitsPerEm)], []
    wanted = {*map(ord, SINGLES), *(code for first, last in RANGES for code in range(first, last + 1))}
    for code in sorted(wanted & names.keys()):
        name = names[code]
        advances = [str(cut["hmtx"][name][0]) for cut in cuts]
        widths.append("\t".join([f"{code:x}", *advances]))
        outlines.append("\t".join(outline(cut, name) for cut in cuts))
    TABLE.write_bytes(b"".join(zlib.compress("\n".join(lines).encode("ascii"), 9) for lines in (widths, outlines)))
    print(f"{len(outlines)} glyphs, {TABLE.stat().st_size} bytes")  # noqa: T201


def outline(cut: TTFont, name: str) -> str:
    """The outline of one glyph as relative path data."""
    from fontTools.pens.recordingPen import DecomposingRecordingPen

    glyphs = cut.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return "".join(commands(pen.value))


def commands(drawn: list[tuple[str, tuple[Point, ...]]]) -> Iterator[str]:
    """Relative path commands; after ``z`` the current point is the start of its contour, as SVG has it."""
    from fontTools.pens.basePen import decomposeQuadraticSegment

    at = start = (0, 0)
    for operator, given in drawn:
        match operator:
            case "moveTo":
                (point,) = given
                start = whole(point)
                yield "m" + numbers(at, start)
                at = start
            case "lineTo":
                (point,) = given
                to = whole(point)
                yield line(at, to)
                at = to
            case "qCurveTo":
                for control, end in decomposeQuadraticSegment(given):
                    to = whole(end)
                    yield "q" + numbers(at, whole(control), to)
                    at = to
            case "closePath":
                yield "z"
                at = start
            case _:
                msg = f"no outline of a TrueType face has {operator}"
                raise ValueError(msg)


def whole(point: Point) -> tuple[int, int]:
    """The point in integer units, y downwards."""
    return round(point[0]), -round(point[1])


def line(at: tuple[int, int], to: tuple[int, int]) -> str:
    """A straight line, nothing where it has no length."""
    dx, dy = to[0] - at[0], to[1] - at[1]
    if not dy:
        return f"h{dx}" if dx else ""
    return f"l{numbers(at, to)}" if dx else f"v{dy}"


def numbers(at: tuple[int, int], *points: tuple[int, int]) -> str:
    """Coordinates seen from ``at``, a minus sign serving as the separator."""
    return " ".join(str(n) for point in points for n in (point[0] - at[0], point[1] - at[1])).replace(" -", "-")


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else None
    main(Path(given) if given else Path(str(files("fontpkg_inter"))) / "files" / "Inter[opsz,wght].ttf")
