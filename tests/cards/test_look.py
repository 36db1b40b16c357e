from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cards.geometry import SVG, faults, things
from tests.cards.people import ada, made
from usagestats.cards import CARDS, Look, card
from usagestats.cards.look import HIDEABLE, OPTIONS, WORK
from usagestats.errors import InvalidLook
from usagestats.raster import png

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.cards import Svg
    from usagestats.summary import Summary

MONTH = ada("30d", avg_latency_ms=840, events_by_provider={"anthropic": 5, "openai": 3})
SPLIT: dict[str, Any] = {
    "events_by_provider": {"anthropic": 5999, "openai": 3090},
    "events_by_application": {"claude-code": 6000, "codex": 2001},
}
THREE = made([{"gpt-5.1-codex": 3123456, "claude-opus-4-5": 2345678, "gemini-3-pro": 1234567}] * 7)
CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])


def ground(svg: Svg) -> dict[str, str]:
    """What the card's ground says of itself."""
    (found,) = (rect for rect in ET.fromstring(svg).iter(f"{SVG}rect") if rect.get("class") == "bg")
    return found.attrib


def words(svg: Svg) -> str:
    return " ".join("".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text"))


@CUTS
@pytest.mark.parametrize("name", CARDS)
def test_a_plain_look_changes_nothing(name: str, *, compact: bool) -> None:
    assert card(MONTH, name, compact=compact, look=Look()) == card(MONTH, name, compact=compact)


@CUTS
@pytest.mark.parametrize("name", CARDS)
def test_a_width_scales_the_whole_picture_and_leaves_its_parts(name: str, *, compact: bool) -> None:
    plain, wide = (card(MONTH, name, compact=compact, look=look) for look in (Look(), Look(width=1000)))
    across, down = plain.size_px
    assert list(wide.size_px) == [1000, pytest.approx(1000 * down / across, abs=0.05)]
    assert wide[wide.index(" viewBox") :] == plain[plain.index(" viewBox") :]


def test_a_png_is_as_wide_as_its_picture() -> None:
    assert int.from_bytes(png(card(MONTH, look=Look(width=420)), scale=1)[16:20]) == 420


@pytest.mark.parametrize("name", CARDS)
def test_corners_and_border_are_the_frames(name: str) -> None:
    square, bare = (card(MONTH, name, look=look) for look in (Look(radius=0), Look(border=False)))
    across, down = square.size_px
    assert ground(square)["rx"] == "0"
    assert ground(square) | {"rx": ground(bare)["rx"]} == ground(card(MONTH, name))
    assert (ground(bare)["width"], ground(bare)["height"]) == (f"{across:g}", f"{down:g}")
    assert ground(bare)["stroke-width"] == ground(bare)["x"] == "0"


@CUTS
@pytest.mark.parametrize("name", CARDS)
def test_a_title_stands_where_the_name_stood(name: str, *, compact: bool) -> None:
    titled = card(MONTH, name, compact=compact, look=Look(title="Our <team>"))
    assert titled == card(replace(MONTH, name="Our <team>"), name, compact=compact)
    assert "Our <team>" in titled.alt
    assert "Ada" not in titled


@pytest.mark.parametrize(
    ("hidden", "label", "said"),
    [
        ("sessions_count", "Sessions", "sessions"),
        ("total_commits", "Commits", "commits"),
        ("total_active_time_seconds", "Active time", "active time"),
        ("total_lines_of_code", "Lines added", "lines added"),
        ("cache_efficiency", "Cache hits", "from cache"),
        ("success_rate", "Success rate", "succeeded"),
        ("change", "vs previous", "previous"),
    ],
)
def test_what_is_hidden_is_neither_seen_nor_said_and_the_next_fact_takes_its_place(
    hidden: str, label: str, said: str
) -> None:
    plain, bare = card(MONTH), card(MONTH, look=Look(hide=[hidden]))
    assert label in words(plain)
    assert label not in words(bare)
    assert said in plain.alt
    assert said not in bare.alt
    assert ("Mean latency" in words(bare)) == (hidden != "change")


@CUTS
@pytest.mark.parametrize("name", CARDS)
def test_what_is_hidden_is_told_by_no_card(name: str, *, compact: bool) -> None:
    uses = {model: replace(use, avg_latency_ms=1234) for model, use in MONTH.extras.models.items()}
    timed = replace(MONTH, extras=replace(MONTH.extras, models=uses, succeeded=987, failed=13))
    bare = card(timed, name, compact=compact, look=Look(hide=HIDEABLE)).alt
    assert [
        told for told in ("98.7", "91.3", "1.23 s", "840", "18.4", "412", "268", "186 h", "48,200") if told in bare
    ] == []


def test_facts_that_wait_can_be_hidden_too() -> None:
    hide = {"sessions_count", "total_commits", "total_lines_of_code", "avg_latency_ms", "output_tokens"}
    seen = words(card(MONTH, look=Look(hide=hide)))
    assert [word for word in ("Mean latency", "Output tokens") if word in seen] == []
    assert [word for word in ("Providers", "Models") if word not in seen] == []
    assert "Models" not in words(card(MONTH, look=Look(hide={*hide, "events_by_model"})))


def test_an_overview_without_facts_closes_the_band_in_which_they_stood() -> None:
    alone = ada("30d")
    bare = card(alone, look=Look(hide=HIDEABLE))
    assert list(bare.size_px) == [840, 354]
    assert [wide.size_px for wide in (card(alone), card(alone, look=Look(hide=WORK)))] == [(840, 400)] * 2
    lowest = [
        max(thing.box.bottom for thing in things(ET.fromstring(svg)) if thing.kind == "text")
        for svg in (card(alone), bare)
    ]
    assert lowest[0] - lowest[1] == pytest.approx(46)


def test_an_overview_with_neither_facts_nor_models_ends_with_its_dates() -> None:
    requests = card(made([{}] * 7, total_events=12))
    assert list(requests.size_px) == [840, 274]
    assert "266.5H" not in requests
    assert faults(requests) == []


def test_one_name_needs_no_list() -> None:
    assert Look(hide="total_commits") == Look(hide=["total_commits"])


def test_who_did_something_is_never_said_to_have_done_nothing() -> None:
    idle: dict[str, Any] = {"total_events": 0, "total_commits": 3, "success_rate": 0.0, "cache_efficiency": 0.0}
    worked = made([{}] * 7, **idle)
    assert "No activity" not in card(worked, look=Look(hide=WORK))
    for name in CARDS:
        assert not re.search("No (activity|requests|tokens)", card(MONTH, name, look=Look(hide=HIDEABLE)))


@pytest.mark.parametrize("name", CARDS)
@settings(max_examples=20)
@given(st.sets(st.sampled_from(HIDEABLE)), st.booleans(), st.sampled_from([ada("7d"), MONTH, made([{}] * 7)]))
def test_whatever_is_hidden_nothing_collides(name: str, hide: set[str], compact: bool, summary: Summary) -> None:  # noqa: FBT001
    assert faults(card(summary, name, compact=compact, look=Look(hide=hide))) == []


# ------------------------------------------------------------------------------------------------------------- numbers


def test_full_numbers_have_every_digit_in_the_picture_and_in_the_words() -> None:
    full, short = (card(MONTH, look=Look(numbers=numbers)) for numbers in ("full", "compact"))
    assert f"{MONTH.stats.total_tokens:,}" in words(full)
    assert "+48,200" in words(full)
    assert f"{MONTH.stats.total_tokens:,} tokens in 9,089 requests" in full.alt
    assert short == card(MONTH)
    assert "+48.2K" in words(short)


@CUTS
def test_a_number_without_room_for_its_digits_is_written_short(*, compact: bool) -> None:
    galaxy = made([{"gpt-5.1": 10**17}] * 7, total_commits=10**15, total_lines_of_code=10**15)
    seen = words(card(galaxy, compact=compact, look=Look(numbers="full")))
    assert "700 Qa" in seen.replace("Qa", " Qa").replace("  ", " ")
    assert "1Qa" in seen
    assert "1,000,000,000,000,000" not in seen


@CUTS
@pytest.mark.parametrize("power", range(0, 12, 2))
def test_full_numbers_of_any_size_collide_with_nothing(power: int, *, compact: bool) -> None:
    fields = ("sessions_count", "total_commits", "total_lines_of_code", "total_active_time_seconds")
    big = made([{f"model-{n}": 1234567 * 10**power // 8**n for n in range(6)}] * 30, **dict.fromkeys(fields, 10**power))
    for summary in (big, replace(big, extras=replace(big.extras, before=MONTH.extras.before))):
        assert faults(card(summary, compact=compact, look=Look(numbers="full"))) == []


SHORT = re.compile(r"\d[KMBT](?![\w.])|\dQ[ai]")
FULL = Look(numbers="full")


@CUTS
@pytest.mark.parametrize("name", CARDS)
def test_the_words_of_every_card_have_every_digit_of_its_counts(name: str, *, compact: bool) -> None:
    for summary in (ada("7d"), MONTH, THREE, made([{"gpt-5.1": 1234567}] * 7)):
        assert SHORT.findall(card(summary, name, compact=compact, look=FULL).alt) == []


@pytest.mark.parametrize(
    ("name", "compact", "summary", "digits"),
    [
        ("overview", False, MONTH, ["362,928,892", "Peak 32,928,606 · 5 Nov"]),
        ("overview", False, ada("7d"), ["26,613,740", "3,915,851"]),
        ("overview", True, MONTH, ["362,928,892", "193,485,772"]),
        ("overview", True, ada("7d", before=None), ["14,995,615 an active day"]),
        ("models", False, MONTH, ["362,928,892 tokens by model", "193,485,772", "18,196,324"]),
        ("models", True, MONTH, ["362,928,892 tokens by model", "193,485,772"]),
        ("calendar", False, ada("7d"), ["26,613,740 on 17 Nov", "17,238,567"]),
        ("calendar", True, ada("7d"), ["17,238,567"]),
        ("trend", False, MONTH, ["362,928,892", "Mean 12.1M", "Peak 32,928,606"]),
        ("trend", True, MONTH, ["362,928,892", "Mean 12,097,630", "Peak 32,928,606"]),
        ("apps", False, MONTH, ["9,089 requests", "6,000"]),
        ("apps", True, MONTH, ["9,089 requests", "5,999"]),
        ("efficiency", False, MONTH, ["of 356M input"]),
        ("efficiency", True, MONTH, ["of 355,670,315 input"]),
        ("poster", False, MONTH, ["362,928,892", "tokens in 9,089 requests"]),
        ("poster", True, MONTH, ["362,928,892"]),
    ],
)
def test_a_figure_has_every_digit_where_it_has_room(
    name: str,
    compact: bool,  # noqa: FBT001
    summary: Summary,
    digits: list[str],
) -> None:
    summary = replace(summary, stats=replace(summary.stats, **SPLIT))
    seen = words(card(summary, name, compact=compact, look=FULL))
    assert [one for one in digits if one not in seen] == []


@CUTS
def test_a_note_below_a_model_has_every_digit_if_all_have_room(*, compact: bool) -> None:
    seen = words(card(THREE, "models", compact=compact, look=FULL))
    assert ("19,962,007 cached input, 1,902,185 fresh" in seen) != compact
    assert ("20M cached input, 1.9M fresh" in seen) == compact


@CUTS
@pytest.mark.parametrize("name", CARDS)
def test_a_card_with_every_digit_is_drawn_as_its_snapshot(
    name: str,
    same: Callable[[str, str], None],
    *,
    compact: bool,
) -> None:
    month = replace(MONTH, stats=replace(MONTH.stats, **SPLIT))
    same(f"{name}-full{'-compact' * compact}.svg", card(month, name, theme="light", compact=compact, look=FULL))


def test_who_was_idle_reads_every_digit_of_the_days_before() -> None:
    idle = replace(made([{}] * 7), extras=replace(made([{}] * 7).extras, before=MONTH.extras.before))
    assert "306,527,780 tokens in the 7 days before" in words(card(idle, look=FULL))
    assert "306,527,780 tokens in the 7 days before" in card(idle, look=FULL).alt


def test_texts_ask_for_every_part_of_a_look() -> None:
    told = {"title": "Our team", "hide": "total_commits, change,", "width": "600", "radius": "0", "numbers": "full"}
    look = Look(width=600, radius=0, title="Our team", hide=["change", "total_commits"], numbers="full", border=False)
    assert {Look.of(told | {"border": text}) for text in ("no", "FALSE", "0")} == {look}
    assert Look.of({"border": "yes"}) == Look.of({}) == Look()
    assert set(OPTIONS) == set(Look.__slots__)


def test_every_look_has_a_mark_of_its_own_that_stays() -> None:
    looks = [Look(), Look(width=600), Look(border=False), Look(title="a"), Look(hide=["change"]), FULL]
    assert len({look.mark for look in looks}) == len(looks)
    assert Look(hide=["total_commits", "change"]).mark == Look(hide=["change", "total_commits"]).mark == "0437f694"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"width": "wide"}, "width must be 100 to 4000 px, not 'wide'"),
        ({"width": "-600"}, "width must be 100 to 4000 px, not '-600'"),
        ({"width": "9" * 5000}, "width must be 100 to 4000 px, not '999"),
        ({"width": "²"}, "width must be 100 to 4000 px, not '²'"),
        ({"radius": "65"}, "radius must be 0 to 64 px, not 65"),
        ({"border": "nein"}, "border must be yes or no, not 'nein'"),
        ({"numbers": "ful"}, "did you mean 'full'"),
        ({"hide": "change,comits"}, "not 'comits'"),
    ],
)
def test_a_text_that_no_card_can_look_like_is_refused(asked: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidLook, match=re.escape(message)):
        Look.of(asked)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"width": 99}, "width must be 100 to 4000 px, not 99"),
        ({"width": "600"}, "width must be 100 to 4000 px, not '600'"),
        ({"width": True}, "width must be 100 to 4000 px, not True"),
        ({"radius": 65}, "radius must be 0 to 64 px, not 65"),
        ({"numbers": "ful"}, "numbers must be one of compact, full, not 'ful'; did you mean 'full'"),
        ({"radius": -1}, "radius must be 0 to 64 px, not -1"),
        ({"hide": "comits"}, "hide must be one of sessions_count, total_commits, .*, change, not 'comits'"),
        ({"hide": ["total_comits"]}, "not 'total_comits'; did you mean 'total_commits'"),
    ],
)
def test_what_no_card_can_have_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidLook, match=message):
        Look(**asked)
