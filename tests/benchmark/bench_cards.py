"""How quick and how big cards are.

    uv run python -m tests.benchmark.bench_cards

Figures to reach: any card under 2 ms warm, under 25 KB, under 8 KB by gzip; a PNG of scale 2 in under 1.5 × what
CairoSVG alone takes for the same outlined SVG; at least 500 different cards a second and core.
"""

from __future__ import annotations

import gzip
import sys
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from tests.cards.extremes import looking_back
from tests.cards.people import ada
from usagestats.cards import CARDS, card
from usagestats.raster import by_resvg, cairo, outlined, png, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.summary import Summary

PEOPLE: dict[str, Summary] = {length: ada(length) for length in ("7d", "30d", "90d")}
PEOPLE["year"] = looking_back(PEOPLE["90d"], 53)


def milliseconds(call: Callable[[], object], times: int) -> float:
    """The median time of a call after a first one."""
    call()
    taken = []
    for _ in range(times):
        start = perf_counter()
        call()
        taken.append(perf_counter() - start)
    return 1000 * median(taken)


def main() -> int:
    """Print all figures; 1 where one is missed."""
    missed = [line for line in [*svg_figures(), *png_figures(), *throughput()] if line.endswith("MISSED")]
    return 1 if missed else 0


def told(line: str, *, reached: bool) -> str:
    """Print a figure, and whether it is good enough."""
    line += "" if reached else "  MISSED"
    print(line)
    return line


def svg_figures() -> list[str]:
    """Time and size of every card and cut."""
    lines = []
    for name in CARDS:
        for length, summary in PEOPLE.items():
            for compact in (False, True):
                taken = milliseconds(lambda: card(summary, name, compact=compact), 200)  # noqa: B023
                data = card(summary, name, compact=compact).encode()
                packed = len(gzip.compress(data))
                what = f"{name} {length}{' compact' if compact else ''}"
                line = f"{what:24} {taken:6.2f} ms  {len(data):6} bytes  {packed:5} gzip"
                lines.append(told(line, reached=taken < 2 and len(data) < 25_000 and packed < 8_000))
    return lines


def png_figures() -> list[str]:
    """Time of a PNG against CairoSVG alone."""
    convert = cairo()
    if convert is None:
        return [told("no libcairo here", reached=False)]
    svg = card(PEOPLE["90d"])
    drawing = outlined(svg).encode()
    alone = milliseconds(lambda: convert(bytestring=drawing, scale=2, url_fetcher=refuse), 15)
    ours = milliseconds(lambda: png(svg), 15)
    resvg = milliseconds(lambda: by_resvg(drawing.decode(), 2), 15)
    outlining = milliseconds(lambda: outlined(svg), 50)
    line = f"png 90d  {ours:.1f} ms = {ours / alone:.2f} × cairosvg ({alone:.1f}), {len(png(svg))} bytes; "
    return [told(f"{line}outlining {outlining:.2f} ms; resvg {resvg:.1f} ms", reached=ours < 1.5 * alone)]


def throughput() -> list[str]:
    """Different cards a second on one core."""
    people = [replace(PEOPLE["90d"], name=f"Person {number}") for number in range(500)]
    start = perf_counter()
    for person in people:
        card(person)
    rate = len(people) / (perf_counter() - start)
    return [told(f"{rate:.0f} different cards a second", reached=rate >= 500)]


if __name__ == "__main__":
    sys.exit(main())
