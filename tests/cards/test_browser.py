"""Cards in a real browser: Debian's Chromium, as GitHub shows them, inside an ``<img>``."""

from __future__ import annotations

import base64
import os
import shutil
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.cards import people
from usagestats.cards import CARDS, card
from usagestats.raster import png
from usagestats.themes import BUILT_IN, built_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from usagestats.cards import Svg

CHROMIUM = shutil.which("chromium")
STRUCTURE = 2.5
"""How far the same picture in two typefaces may be from itself, 0 to 255."""
PAPER = {"light": (255, 255, 255), "dark": (13, 17, 23)}

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="needs Debian's chromium (apt-get install chromium)"
)


READ = """async ([cell, sources]) => {
    const read = async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const [width, height] = [image.naturalWidth, image.naturalHeight];
        const drawing = new OffscreenCanvas(width, height).getContext("2d");
        drawing.fillStyle = "#808080";
        drawing.fillRect(0, 0, width, height);
        drawing.drawImage(image, 0, 0);
        const full = drawing.getImageData(0, 0, width, height).data;
        const cells = [];
        for (let top = 0; top + cell <= height; top += cell)
            for (let left = 0; left + cell <= width; left += cell)
                for (let channel = 0; channel < 3; channel++) {
                    let sum = 0;
                    for (let y = top; y < top + cell; y++)
                        for (let x = left; x < left + cell; x++) sum += full[4 * (y * width + x) + channel];
                    cells.push(sum / (cell * cell));
                }
        return {width, height, cells};
    };
    return Promise.all(sources.map(read));
}"""
"""Pictures as the means of square cells: letters become grey, and the structure is left."""


def cell_of(name: str) -> int:
    """How wide the cells are that make letters grey: those of the poster are three times as large."""
    return 24 if name == "poster" else 8


def seen(browser: Browser, scheme: Literal["light", "dark"], cell: int, *sources: str) -> list[dict[str, Any]]:
    """What the browser shows of pictures, once they have come to rest, to a reader who wants light or dark."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1300, "height": 1100})
    shots = [at_rest(page, source) for source in sources]
    found: list[dict[str, Any]] = page.evaluate(READ, [cell, shots])
    page.close()
    return found


def at_rest(page: Page, source: str) -> str:
    """A screenshot of a picture, taken until two are the same."""
    page.set_content(f'<body style="margin:0;background:#808080"><img src="{source}" style="display:block">')
    before, now = b"", page.locator("img").screenshot()
    while before != now:
        page.wait_for_timeout(150)
        before, now = now, page.locator("img").screenshot()
    return "data:image/png;base64," + base64.b64encode(now).decode()


def as_svg(picture: Svg) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()


def as_png(picture: Svg) -> str:
    return "data:image/png;base64," + base64.b64encode(png(picture, scale=1)).decode()


def distance(one: list[float], other: list[float]) -> float:
    """The mean difference of two pictures, 0 to 255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_card_follows_light_and_dark_and_the_png_shows_the_same(
    browser: Browser, name: str, scheme: Literal["light", "dark"], *, compact: bool
) -> None:
    follows, fixed = (card(people.ada(), name, theme=theme, compact=compact) for theme in ("auto", scheme))
    cell = cell_of(name)
    auto, one, picture = seen(browser, scheme, cell, as_svg(follows), as_svg(fixed), as_png(fixed))
    assert auto == one
    second = 3 * (auto["width"] // cell + 1)  # the second cell of the second row: paper and nothing else
    assert tuple(auto["cells"][second : second + 3]) == PAPER[scheme]
    assert (one["width"], one["height"]) == (picture["width"], picture["height"])
    assert distance(one["cells"], picture["cells"]) < STRUCTURE


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_theme_follows_light_and_dark(browser: Browser, scheme: Literal["light", "dark"]) -> None:
    week = people.ada("7d")
    pictures = [as_svg(card(week, theme=name, compact=True)) for name in BUILT_IN]
    papers = []
    for picture in seen(browser, scheme, 8, *pictures):
        second = 3 * (picture["width"] // 8 + 1)
        papers.append("#" + bytes(picture["cells"][second : second + 3]).hex())
    assert papers == [getattr(built_in(name), scheme).paper for name in BUILT_IN]


@pytest.mark.parametrize("name", CARDS)
def test_a_picture_of_other_numbers_is_told_apart(browser: Browser, name: str) -> None:
    pictures = [card(summary, name) for summary in (people.ada(), people.made([{}] * 90))]
    one, other = seen(browser, "light", cell_of(name), *map(as_svg, pictures))
    assert distance(one["cells"], other["cells"]) > 2 * STRUCTURE


@pytest.mark.parametrize("name", CARDS)
def test_the_browser_reads_the_description_to_those_who_do_not_see(browser: Browser, name: str) -> None:
    page = browser.new_page()
    picture = card(people.ada(), name)
    page.set_content(f"<body>{picture}</body>")
    image = page.get_by_role("img")
    assert image.count() == 1
    title = image.evaluate("node => node.querySelector('title').textContent")
    assert title in picture.alt
    page.close()
