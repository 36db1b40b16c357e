from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.cards.geometry import faults
from tests.cards.people import ada, made
from tests.cards.reading import classes, said, texts
from usagestats.cards import card

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.summary import Summary

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
HOSTILE = "\"><b>Ada</b> & 'co' \u202eevil\x00\x1b ]]> {{ 7 * 7 }}"
THREE = made([{"opus": 3_000_000, "codex": 2_000_000, "pro": 1_000_000}] * 7)
SHOWN = {
    "rich": ada(),
    "one": made([{"gpt-5.1": 1_000_000}] * 7),
    "two": made([{"gpt-5.1": 1_000_000, "opus": 1}] * 7),
    "three": THREE,
    "idle": made([{}] * 7),
    "evil": made([{HOSTILE: 10**6, "漢字モデル" * 9: 10**5, "نموذج": 10**4, "W" * 10_000: 1}] * 7, name=HOSTILE),
}


def uncached(summary: Summary) -> Summary:
    """The same, read by an agent that knows no cache."""
    models = {name: replace(use, cache_read_tokens=0) for name, use in summary.extras.models.items()}
    stats = replace(summary.stats, cache_efficiency=0.0)
    return replace(summary, stats=stats, extras=replace(summary.extras, models=models))


@CUTS
@pytest.mark.parametrize("name", SHOWN)
def test_a_card_is_drawn_as_its_snapshot(name: str, compact: bool, same: Callable[[str, str], None]) -> None:  # noqa: FBT001
    svg = card(SHOWN[name], "models", compact=compact)
    assert faults(svg) == []
    same(f"models-{name}{'-compact' * compact}.svg", svg)


def test_the_cut_for_a_page_has_its_size_at_any_data() -> None:
    assert {card(summary, "models").size_px for summary in SHOWN.values()} == {(412, 344)}


def test_models_are_ranked_with_value_and_share_and_the_rest_are_others() -> None:
    shown = texts(card(made([{f"m{place}": 10**6 * (9 - place) for place in range(7)}] * 7), "models"))
    assert shown[:4] == [
        "294M tokens by model",
        "Ada Lovelace · 16 – 22 Nov 2026",
        "91.3%",
        "of input cached",
    ]
    first, rest = shown.index("m0"), shown.index("3 others")
    assert shown[first : first + 3] == ["m0", "63M", "21%"]
    assert shown[rest : rest + 3] == ["3 others", "84M", "29%"]


def test_cached_input_is_told_apart_by_place_and_by_words() -> None:
    svg = card(SHOWN["rich"], "models")
    assert {"Cached input", "Fresh input and output"} <= set(texts(svg))
    assert svg.count('fill-opacity=".45"') == 6, "five bars and their key"


def test_without_a_cache_nothing_is_pale_and_no_share_is_claimed() -> None:
    svg = card(uncached(ada()), "models")
    assert "fill-opacity" not in svg
    assert not {"of input cached", "Cached input", "0%"} & set(texts(svg))
    assert "cache" not in said(svg, "desc")


def test_one_or_two_models_leave_room_for_what_their_tokens_were() -> None:
    shown = texts(card(SHOWN["one"], "models"))
    assert {"Cached input", "6.39M", "91%", "Fresh input", "469K", "7%", "Output", "140K", "2%"} <= set(shown)
    assert {"Cached input", "Fresh input", "Output"} <= set(texts(card(SHOWN["two"], "models")))
    assert "Output" not in texts(card(THREE, "models"))


def test_parts_of_all_tokens_have_no_models_hue() -> None:
    assert classes(card(SHOWN["one"], "models"), "path") == ["s0", "s0", "t3", "t3", "t3"]


def test_three_models_have_a_note_each() -> None:
    assert "19.2M cached input, 1.83M fresh input and output" in texts(card(THREE, "models"))


def test_without_use_by_model_only_totals_are_told() -> None:
    bare = replace(THREE, extras=replace(THREE.extras, models={}))
    svg = card(bare, "models")
    assert not {"Cached input", "Fresh input"} & set(texts(svg))
    assert texts(svg)[2] == "91.3%"


@CUTS
def test_activity_without_tokens_is_said_calmly(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 30, total_events=3, sessions_count=1), "models", compact=compact)
    assert "No tokens recorded" in texts(svg)
    assert said(svg, "desc") == "No tokens recorded in these 30 days."
    assert faults(svg) == []


def test_the_description_holds_every_number() -> None:
    assert said(card(SHOWN["one"], "models"), "desc") == (
        "7M tokens in 7 days, 91.3% of the input from cache. "
        "gpt-5.1 100% with 7M (6.39M cached input, 609K fresh input and output). "
        "Cached input 6.39M (91%), Fresh input 469K (7%), Output 140K (2%)."
    )
    assert said(card(made([{"gpt-5.1": 1}, *[{}] * 6]), "models"), "desc").startswith("1 token in 7 days")
    assert said(card(SHOWN["evil"], "models"), "title").startswith("\"><b>Ada</b> & 'co' evil")


def test_of_300_models_four_are_named_and_296_are_told_together() -> None:
    many = made([{f"model-{place}": 1000 - place for place in range(300)}] * 7)
    assert "296 others" in texts(card(many, "models"))
    assert "296 others" in said(card(many, "models"), "desc")
