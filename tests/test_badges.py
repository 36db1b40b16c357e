from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cards.people import ada, made
from tests.cards.test_svg import NAME
from usagestats import badge, badge_endpoint, png
from usagestats.badges import COLORS, STATS, STYLES, WIDEST, inks
from usagestats.errors import InvalidBadge, UnknownStat
from usagestats.themes import contrast

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.cards import Svg

SVG = "{http://www.w3.org/2000/svg}"
MONTH = ada("30d")
NOBODY = made([{}] * 7)
THEIRS = json.loads((Path(__file__).parent / "data" / "badge_maker_widths.json").read_text("utf-8"))
"""What shields.io's badge-maker 6.0.0 makes of some texts, by ``tests/make_badge_widths.mjs``."""
HOSTILE = "\"><script>alert('x')</script>&amp; \u202eevil\x00\ud800"


def named(message: str, **asked: Any) -> Svg:  # noqa: ANN401
    """A badge that says ``message``, which is the name of a model."""
    return badge(made([{message: 10}] * 7), "top_model", **asked)


def texts(picture: Svg) -> list[ET.Element]:
    """The texts that are no shadows."""
    root = ET.fromstring(picture)
    shadows = {text for group in root.iter(f"{SVG}g") if group.get("aria-hidden") for text in group}
    return [text for text in root.iter(f"{SVG}text") if text not in shadows]


# ------------------------------------------------------------------------------------------------------------- drawing


@pytest.mark.parametrize("style", STYLES)
def test_a_badge_is_drawn_as_its_snapshot(style: str, same: Callable[[str, str], None]) -> None:
    same(f"badge-{style}.svg", badge(MONTH, "total_tokens", style=style))


@pytest.mark.parametrize("style", STYLES)
def test_a_badge_without_a_label_is_drawn_as_its_snapshot(style: str, same: Callable[[str, str], None]) -> None:
    same(f"badge-{style}-bare.svg", badge(MONTH, "top_model", style=style, label="", color="yellow"))


@pytest.mark.parametrize("row", THEIRS, ids=lambda row: "-".join(map(str, row[:3])))
def test_a_badge_is_as_wide_as_one_of_shields_io(row: tuple[str, str, str, float, float, float, float]) -> None:
    style, label, message, width, height, *lengths = row
    picture = named(message, style=style, label=label)
    assert picture.size_px == (width, height)
    assert [float(text.get("textLength") or 0) for text in texts(picture)] == [length for length in lengths if length]


@pytest.mark.parametrize("style", STYLES)
def test_both_texts_stand_in_the_middle_of_their_sides_without_touching(style: str) -> None:
    picture = badge(MONTH, "success_rate", style=style)
    places = [(float(text.get("x") or 0), float(text.get("textLength") or 0) / 2) for text in texts(picture)]
    (label, half), (message, other) = places
    assert 0 < label - half < label + half < message - other < message + other < picture.size_px[0]
    assert label - half == pytest.approx(picture.size_px[0] - message - other, abs=3)


def test_a_badge_is_a_picture_with_a_name() -> None:
    picture = badge(MONTH, "total_tokens")
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == "tokens: 363M (24 Oct – 22 Nov 2026)"
    assert picture.alt == "tokens: 363M (24 Oct – 22 Nov 2026)"
    assert badge(MONTH, "total_tokens", label="").alt == "363M (24 Oct – 22 Nov 2026)"


def test_two_badges_on_a_page_have_ids_of_their_own() -> None:
    one, other = (set(re.findall(r' id="(\w+)"', badge(MONTH, stat))) for stat in ("total_tokens", "input_tokens"))
    assert len(one) == len(other) == 2
    assert not one & other


def test_words_are_written_as_a_style_has_them() -> None:
    assert [text.text for text in texts(named("gpt-5", style="for-the-badge"))] == ["TOP MODEL", "GPT-5"]
    assert [text.text for text in texts(named("gpt-5", style="social"))] == ["Top model", "gpt-5"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "label", ["漢字モデル", "نموذج", "שלום 3", "👩\u200d💻 ships", "e" + "\u0301" * 50, HOSTILE, NAME]
)
def test_text_of_any_script_is_harmless_and_fits(style: str, label: str) -> None:
    picture = named(label, style=style, label=label)
    root = ET.fromstring(picture)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "linearGradient", "stop", "clipPath", "g", "rect", "path", "text"),
    }
    assert not set(picture) & set("\x00\u202e\ud800")
    assert png(picture)[1:4] == b"PNG"


def test_what_runs_from_right_to_left_is_kept_apart_and_may_stretch() -> None:
    (label, message) = texts(named("gpt-5", label="نموذج"))
    assert (label.text, label.get("lengthAdjust")) == ("\u2068نموذج\u2069", "spacingAndGlyphs")
    assert (message.text, message.get("lengthAdjust")) == ("gpt-5", "spacing")
    assert (named("نموذج").alt).startswith("top model: \u2068نموذج\u2069 (")


def test_an_east_asian_letter_takes_an_em() -> None:
    assert named("漢字", label="").size_px[0] == (2 * 11 | 1) + 10


def test_a_long_name_is_cut_and_stands_in_full_in_the_title() -> None:
    name = "openrouter/" + 40 * "anthropic-"
    picture = named(name.strip("-"))
    (_, message) = texts(picture)
    assert (message.text or "").endswith("…")
    assert float(message.get("textLength") or 0) <= WIDEST + 1
    assert name[:200] in picture.alt
    assert named("W" * 10_000).size_px[0] < 2 * WIDEST


@given(
    st.text(st.characters(), max_size=30), st.text(st.characters(), min_size=1, max_size=30), st.sampled_from([*STYLES])
)
def test_any_words_make_a_badge_that_is_xml_and_inside_itself(label: str, message: str, style: str) -> None:
    picture = named(message, label=label, style=style)
    ET.fromstring(picture)
    width = picture.size_px[0]
    for text in texts(picture):
        half = float(text.get("textLength") or 0) / 2
        assert float(text.get("x") or 0) - half >= 0
        assert float(text.get("x") or 0) + half <= width


@pytest.mark.parametrize("style", STYLES)
def test_a_badge_becomes_a_png_without_any_font(style: str) -> None:
    picture = badge(MONTH, "total_tokens", style=style)
    across, down = picture.size_px
    drawn = png(picture, scale=2)
    assert int.from_bytes(drawn[16:20]) == round(2 * across)
    assert int.from_bytes(drawn[20:24]) == 2 * down


# -------------------------------------------------------------------------------------------------------------- colour


@pytest.mark.parametrize("color", COLORS)
def test_text_can_be_read_on_every_colour(color: str) -> None:
    ink, _ = inks(COLORS[color])
    assert contrast({"#fff": "#ffffff", "#000": "#000000"}[ink], COLORS[color]) >= 4.5
    assert f'fill="{COLORS[color]}"' in badge(MONTH, "total_tokens", color=color)
    assert f'<g fill="{ink}">' in badge(MONTH, "total_tokens", color=color, label="")


@given(st.integers(0, 0xFFFFFF))
def test_text_can_be_read_on_any_colour(color: int) -> None:
    ink, _ = inks(f"#{color:06x}")
    assert contrast({"#fff": "#ffffff", "#000": "#000000"}[ink], f"#{color:06x}") >= 4.5


@pytest.mark.parametrize("color", ["#FA0", "fa0", "#ffaa00", "FFAA00"])
def test_a_colour_is_written_anew(color: str) -> None:
    assert 'fill="#ffaa00"' in badge(MONTH, "total_tokens", color=color)
    assert badge_endpoint(MONTH, "total_tokens", color=color)["color"] == "#ffaa00"


@pytest.mark.parametrize(
    "color", ["", "#ff", "rebeccapurple", "#fff;}", "#fffffff", "url(#a)", '"/>', "#１２３", "#fff\n"]
)
def test_what_is_no_colour_is_refused(color: str) -> None:
    for ask in (badge, badge_endpoint):
        with pytest.raises(InvalidBadge, match="color must be one of #rgb, #rrggbb, brightgreen, green"):
            ask(MONTH, "total_tokens", color=color)


def test_near_misses_are_answered_with_what_was_meant() -> None:
    with pytest.raises(InvalidBadge, match="did you mean 'blue'"):
        badge(MONTH, "total_tokens", color="bleu")
    with pytest.raises(
        InvalidBadge, match=r"style must be one of flat, .*, not 'for-the-bagde'; did you mean 'for-the-b"
    ):
        badge(MONTH, "total_tokens", style="for-the-bagde")
    for ask in (badge, badge_endpoint):
        with pytest.raises(UnknownStat, match=r"stat must be one of total_tokens, .*; did you mean 'total_tokens'"):
            ask(MONTH, "total_token")


def test_what_is_no_summary_is_named() -> None:
    nothing: Any = None
    for ask in (badge, badge_endpoint):
        with pytest.raises(TypeError, match=r"^summary must be a Summary, not NoneType$"):
            ask(nothing, "total_tokens")


# ------------------------------------------------------------------------------------------------------------ endpoint


def test_the_endpoint_document_has_the_keys_of_shields_io_and_no_other() -> None:
    assert badge_endpoint(MONTH, "total_tokens") == {
        "schemaVersion": 1,
        "label": "tokens",
        "message": "363M",
        "color": "#4c63d9",
        "cacheSeconds": 3600,
    }


@pytest.mark.parametrize("stat", STATS)
@pytest.mark.parametrize("summary", [MONTH, NOBODY], ids=["month", "nobody"])
def test_every_stat_says_the_same_as_a_picture_and_as_a_document(stat: str, summary: Any) -> None:  # noqa: ANN401
    told = badge_endpoint(summary, stat)
    assert told["message"]
    assert [text.text for text in texts(badge(summary, stat))] == [told["label"], told["message"]]
    assert f'fill="{told["color"]}"' in badge(summary, stat)


def test_a_label_and_a_colour_of_ones_own_are_passed_on() -> None:
    told = badge_endpoint(MONTH, "total_tokens", label=HOSTILE, color="informational")
    assert (told["label"], told["color"]) == ("\"><script>alert('x')</script>&amp; evil \ufffd", "informational")
    assert badge_endpoint(MONTH, "total_tokens", label="")["label"] == ""


def test_no_message_is_empty_whatever_a_model_is_called() -> None:
    assert badge_endpoint(made([{"\u202e": 1}] * 7), "top_model")["message"] == "unnamed"
