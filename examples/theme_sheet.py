"""Draws the sheet of all themes for the README: each in both halves, its name, its figures and its five hues.

python examples/theme_sheet.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from usagestats.themes import BUILT_IN, built_in

if TYPE_CHECKING:
    from usagestats.themes import Palette

ACROSS, WIDTH, HEIGHT, GAP = 4, 204, 92, 8
HEIGHTS = (40, 30, 23, 17, 12)


def half(palette: Palette, x: float, words: tuple[str, str]) -> str:
    """One half of a tile: a word in the colour of figures, one in that of labels, and five bars."""
    bars = "".join(
        f'<rect x="{x + 10 + 17 * rank}" y="{HEIGHT - 12 - height}" width="14" height="{height}" fill="{value}"/>'
        for rank, (value, height) in enumerate(zip(palette.series, HEIGHTS, strict=True))
    )
    strong, quiet = words
    return (
        f'<rect x="{x}" width="{WIDTH / 2:g}" height="{HEIGHT}" fill="{palette.paper}"/>'
        f'<text x="{x + 10}" y="20" font-weight="600" fill="{palette.strong}">{strong}</text>'
        f'<text x="{x + 92}" y="34" text-anchor="end" fill="{palette.quiet}">{quiet}</text>'
        f'<path d="M{x + 10} {HEIGHT - 11.5}h82" stroke="{palette.rule}"/>{bars}'
    )


def tile(place: int, name: str) -> str:
    """A theme, light at the left and dark at the right, in a frame that is seen on any ground."""
    x, y = place % ACROSS * (WIDTH + GAP), place // ACROSS * (HEIGHT + GAP)
    theme = built_in(name)
    return (
        f'<g transform="translate({x} {y})"><g clip-path="url(#tile)">'
        f"{half(theme.light, 0, (name, 'light'))}{half(theme.dark, WIDTH / 2, ('48.3M', 'dark'))}</g>"
        f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8" fill="none" stroke="#808080" '
        'stroke-opacity=".4"/></g>\n'
    )


rows = -(-len(BUILT_IN) // ACROSS)
across, down = ACROSS * (WIDTH + GAP) - GAP, rows * (HEIGHT + GAP) - GAP
sheet = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" viewBox="0 0 {across} {down}" '
    'role="img" '
    "font-family=\"-apple-system,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif\" font-size=\"11\">\n"
    f"<title>The themes {', '.join(BUILT_IN)}, each light and dark</title>\n"
    f'<clipPath id="tile"><rect width="{WIDTH}" height="{HEIGHT}" rx="8"/></clipPath>\n'
    f"{''.join(tile(place, name) for place, name in enumerate(BUILT_IN))}</svg>\n"
)
Path(__file__).with_name("themes.svg").write_bytes(sheet.encode())
print(f"{len(BUILT_IN)} themes")
