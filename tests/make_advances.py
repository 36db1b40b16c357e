"""Make ``usagestats/advances.bin``, the widths of text in Verdana and Helvetica: run once, by hand.

    npm pack anafanafo@2.0.0 && tar -xzf anafanafo-2.0.0.tgz
    uv run --no-project python tests/make_advances.py package/data

Reads the tables that the npm package ``anafanafo`` 2.0.0 (MIT, by Metabolize) measured in a browser, which shields.io
lays its badges out by, and writes one deflated text: a line for a run of characters of the same widths, of
how many characters were left out before it, how many it has, and the advance in each of the four faces in hundredths
of a pixel. Only the Basic Multilingual Plane is kept, and of it no wide East Asian character: these fill an em square,
whatever the font of that browser made of them.
"""

from __future__ import annotations

import json
import sys
import zlib
from itertools import groupby
from pathlib import Path
from unicodedata import east_asian_width

TABLE = Path(__file__).parents[1] / "usagestats" / "advances.bin"
FACES = ("verdana-11px-normal", "verdana-10px-normal", "verdana-10px-bold", "helvetica-11px-bold")
LAST = 0xFFFF


def main(folder: Path) -> None:
    """Write the table from the four of ``folder``."""
    faces = [widths(json.loads((folder / f"{face}.json").read_text("utf-8"))) for face in FACES]
    codes = [code for code in sorted(faces[0]) if code <= LAST and east_asian_width(chr(code)) not in {"W", "F"}]
    kept = [(code, tuple(str(face[code]) for face in faces)) for code in codes]
    lines, end = [], 0
    for _, run in groupby(enumerate(kept), lambda item: (item[1][0] - item[0], item[1][1])):
        (_, (first, advances)), *rest = run
        last = rest[-1][1][0] if rest else first
        lines.append("\t".join([str(first - end), str(last + 1 - first), *advances]))
        end = last + 1
    TABLE.write_bytes(zlib.compress("\n".join(lines).encode("ascii"), 9))
    print(f"{len(kept)} characters in {len(lines)} runs, {TABLE.stat().st_size} bytes")  # noqa: T201


def widths(runs: list[tuple[int, int, float]]) -> dict[int, int]:
    """By code point, the width in hundredths of a pixel."""
    return {code: round(100 * width) for first, last, width in runs for code in range(first, last + 1)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
