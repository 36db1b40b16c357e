"""The reader of layouts itself: pictures that are broken on purpose, and what it must say of them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.cards.geometry import Box, faults, things
from tests.cards.paths import subpaths
from tests.cards.people import ada
from usagestats.cards import card
from usagestats.lettering import width

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200" font-size="10">'
CSS = "<style>.s0{fill:#fff}.ln{stroke:#fff}.big{font-size:40px;font-weight:600}@media(x){.s0{fill:none}}</style>"


def picture(*parts: str) -> str:
    return f"{HEAD}{CSS}{''.join(parts)}</svg>"


def boxes(*parts: str) -> list[Box]:
    return [Box(*(round(edge, 1) for edge in thing.box)) for thing in things(ET.fromstring(picture(*parts)))]


def text(x: float, y: float, words: str = "words", more: str = "") -> str:
    return f'<text x="{x}" y="{y}"{more}>{words}</text>'


BROKEN = {
    "text over text": (text(50, 50), text(60, 55)),
    "the end of one text over another": (text(50, 50, "W" * 9), text(130, 50)),
    "a text that ends over one that begins": (text(100, 50), text(120, 50, more=' text-anchor="end"')),
    "a text in the middle of another": (text(100, 50), text(110, 50, more=' text-anchor="middle"')),
    "a span that goes up into the line above": (text(50, 50), text(50, 66, 'a<tspan dy="-1.5em">b</tspan>')),
    "a span that begins anew over its own text": (text(50, 50, 'words<tspan x="55">more</tspan>'),),
    "text moved over text": (text(50, 50), f'<g transform="translate(0 -40)">{text(50, 90)}</g>'),
    "text scaled into text": (text(120, 150), f'<g transform="scale(3)">{text(20, 50)}</g>'),
    "text turned into text": (text(100, 60), text(104, 100, "W" * 9, ' transform="rotate(-90 104 100)"')),
    "large text by its class": (text(50, 60), text(60, 80, "W", ' class="big"')),
    "text over a line": (text(50, 50), '<path class="ln" d="M0 48H400"/>'),
    "text over a slanted line": (text(50, 50), '<path class="ln" d="M30 30L90 70"/>'),
    "text over the edge of a shape": (text(50, 50), '<rect class="s0" x="60" y="30" width="200" height="40"/>'),
    "text over a circle": (text(100, 100), '<circle class="s0" cx="100" cy="100" r="9"/>'),
    "text wider than its ring": (
        text(100, 100, "W" * 6, ' text-anchor="middle"'),
        '<circle cx="100" cy="100" r="25" fill="none" stroke="#fff" stroke-width="4"/>',
    ),
    "text over what is used": (
        text(50, 50),
        '<defs><rect class="s0" id="a" width="9" height="9"/></defs><use href="#a" x="55" y="45"/>',
    ),
    "text beyond the right": (text(360, 50),),
    "text beyond the left": (text(30, 50, more=' text-anchor="middle"'),),
    "text beyond the top": (text(50, 14),),
    "text beyond the bottom": (text(50, 199),),
    "a shape beyond the card": ('<rect class="s0" x="300" y="50" width="150" height="9"/>',),
    "a band that is too high": ('<rect class="s0" x="0" y="150" width="400" height="60"/>',),
    "a circle beyond the card": ('<circle class="s0" cx="100" cy="180" r="30"/>',),
    "a wide line beyond the padding": ('<path class="ln" stroke-width="9" d="M30 50V90"/>',),
    "a curve that swings out": ('<path class="s0" d="M50 50C50 -40 90 -40 90 50Z"/>',),
}
WHOLE = {
    "texts side by side": (text(50, 50), text(50 + width("words", 10), 50)),
    "texts in lines": (text(50, 50), text(50, 60)),
    "text on its own ground": (text(60, 50), '<rect class="s0" x="50" y="36" width="90" height="22" rx="11"/>'),
    "text in its ring": (
        text(100, 103, "W", ' text-anchor="middle"'),
        '<circle cx="100" cy="100" r="25" fill="none" stroke="#fff" stroke-width="4"/>',
    ),
    "a band from edge to edge": ('<rect class="s0" x="0" y="150" width="400" height="50"/>',),
    "a long bar that is clipped": (
        '<clipPath id="c"><rect x="50" y="50" width="100" height="9"/></clipPath>',
        '<g clip-path="url(#c)"><rect class="s0" x="50" y="50" width="900" height="9"/></g>',
        text(160, 58),
    ),
    "what is clipped away": (
        '<clipPath id="c"><rect x="50" y="50" width="100" height="9"/></clipPath>',
        '<g clip-path="url(#c)"><rect class="s0" x="200" y="50" width="900" height="9"/></g>',
    ),
    "text beside a slanted line": (text(50, 50), '<path class="ln" d="M48 0L110 30" transform="translate(30 30)"/>'),
    "the ground of the card": ('<rect class="bg" width="400" height="200"/>', text(50, 50)),
    "a blank": (text(0, 0, " "),),
}


@pytest.mark.parametrize("parts", BROKEN.values(), ids=BROKEN)
def test_a_broken_picture_is_told(parts: tuple[str, ...]) -> None:
    assert len(faults(picture(*parts))) >= 1


@pytest.mark.parametrize("parts", WHOLE.values(), ids=WHOLE)
def test_a_whole_picture_has_no_faults(parts: tuple[str, ...]) -> None:
    assert faults(picture(*parts)) == []


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('<image x="1"/>', "knows no <"),
        ('<g transform="skewX(3)"><rect/></g>', "knows no transform skewX"),
        ('<path d="M0 0X9"/>', "does not understand"),
        ('<path d="M0 0A5 9 0 0 1 9 9"/>', "arcs of circles"),
        ("<text><a/></text>", "tspans and nothing else"),
    ],
)
def test_what_the_reader_does_not_know_it_refuses(part: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        faults(picture(part))


def test_a_text_is_as_wide_as_its_spans_with_the_room_between() -> None:
    one, other = boxes(text(50, 50, 'ab<tspan dx="5" font-size="20" font-weight="600">cd</tspan>'))
    assert one == Box(50, 42.4, round(50 + width("ab", 10), 1), 52.2)
    begin = 50 + width("ab", 10) + 5
    assert other == Box(round(begin, 1), 34.8, round(begin + width("cd", 20, 600), 1), 54.4)


def test_an_anchor_counts_all_spans() -> None:
    *_, last = boxes(text(350, 50, 'ab<tspan dx="5">cd</tspan>', ' text-anchor="end"'))
    assert last.right == 350


def test_words_behind_a_span_count_too() -> None:
    assert len(boxes(text(50, 50, "ab<tspan>cd</tspan>ef"))) == 3


def test_a_transform_is_that_of_all_groups_around() -> None:
    inner = '<rect class="s0" x="1" y="2" width="3" height="4" transform="rotate(90)"/>'
    assert boxes(f'<g transform="translate(100 50)"><g transform="scale(2 3)">{inner}</g></g>') == [
        Box(88, 53, 96, 62),
    ]
    assert boxes('<rect class="s0" width="2" height="2" transform="matrix(1 0 0 1 5 6)"/>') == [Box(5, 6, 7, 8)]


def test_a_line_is_as_wide_as_its_stroke_and_longer_with_round_ends() -> None:
    assert boxes('<line x1="50" y1="50" x2="90" y2="50" stroke-width="4"/>') == [Box(50, 48, 90, 52)]
    assert boxes('<path class="ln" stroke-linecap="round" stroke-width="4" d="M50 50h40"/>') == [Box(48, 48, 92, 52)]


def test_a_clip_within_a_clip_leaves_what_both_leave() -> None:
    clips = "".join(
        f'<clipPath id="{name}"><rect x="{x}" y="0" width="100" height="9"/></clipPath>'
        for name, x in (("a", 0), ("b", 60))
    )
    bar = '<rect class="s0" width="400" height="9"/>'
    assert boxes(clips, f'<g clip-path="url(#a)"><g clip-path="url(#b)">{bar}</g></g>') == [Box(60, 0, 100, 9)]


@pytest.mark.parametrize(
    ("data", "box"),
    [
        ("M1 2L3 4l5 6", (1, 2, 8, 10)),
        ("m1 2 3 4h5v-9H0V1z", (0, -3, 9, 6)),
        ("M0 0Q10 20 20 0T40 0", (0, -10, 40, 10)),
        ("M0 0c0 12 20 12 20 0s20-12 20 0", (0, -9, 40, 9)),
        ("M0 0A10 10 0 0 1 20 0", (0, -10, 20, 0)),
        ("M0 0a10 10 0 1 0 20 0", (0, 0, 20, 10)),
        ("M10 0A10 10 0 1 1 0 10", (0, 0, 20, 20)),
        ("M10 0A10 10 0 0 0 0 10", (0, 0, 10, 10)),
    ],
)
def test_a_path_is_as_big_as_its_lines_curves_and_arcs(data: str, box: tuple[float, ...]) -> None:
    xs, ys = zip(*(point for outline in subpaths(data) for point in outline), strict=True)
    assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx(box, abs=0.1)


def test_a_real_card_is_broken_by_moving_one_text() -> None:
    svg = card(ada("7d"))
    assert faults(svg) == []
    (fault,) = faults(svg.replace('x="28" y="63"', 'x="28" y="52"'))
    assert "Ada Lovelace" in fault
