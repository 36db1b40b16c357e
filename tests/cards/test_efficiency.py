from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cards.geometry import faults
from tests.cards.people import ada, made
from tests.cards.reading import classes, said, texts
from tests.cards.telemetry import grace
from usagestats.cards import card
from usagestats.summary import ModelUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.summary import Summary

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
HOSTILE = {'"><b>Ada</b> \u202eevil\x00 ]]>': 90, "漢字モデル" * 9: 50, "نموذج " * 9: 20, "W" * 10_000: 9, "": 1}


def told(summary: Summary, **changed: Any) -> Summary:  # noqa: ANN401
    """The same with other extras."""
    return replace(summary, extras=replace(summary.extras, **changed))


QUIET = told(made([{"gpt-5.1": 10**6}] * 7, success_rate=0.0, cache_efficiency=0.0), models={})
SHOWN = {
    "rich": grace(),
    "logs": told(ada(success_rate=0.0)),
    "quiet": QUIET,
    "idle": made([{}] * 7),
    "evil": told(made([HOSTILE] * 7), models={name: ModelUse(9, 1, 10**12) for name in HOSTILE}, failed=10**15),
}


@CUTS
@pytest.mark.parametrize("name", SHOWN)
def test_a_card_is_drawn_as_its_snapshot(name: str, compact: bool, same: Callable[[str, str], None]) -> None:  # noqa: FBT001
    svg = card(SHOWN[name], "efficiency", compact=compact)
    assert faults(svg) == []
    same(f"efficiency-{name}{'-compact' * compact}.svg", svg)


def test_the_cut_for_a_page_has_its_size_at_any_data() -> None:
    assert {card(summary, "efficiency").size_px for summary in SHOWN.values()} == {(412, 240)}


@CUTS
def test_rings_tell_what_they_are_parts_of(compact: bool) -> None:  # noqa: FBT001
    shown = texts(card(grace(), "efficiency", compact=compact))
    assert {"91.3%", "Cache hits", "of 1.45B input", "98.7%", "Success rate", "of 37K requests"} <= set(shown)


@CUTS
def test_what_nobody_recorded_is_a_dash_and_never_nought(compact: bool) -> None:  # noqa: FBT001
    svg = card(QUIET, "efficiency", compact=compact)
    shown = texts(svg)
    assert shown.count("–") == 2
    assert shown.count("not recorded") == 3
    assert not [text for text in shown if "0%" in text]
    assert said(svg, "desc") == "Cache hits not recorded; success not recorded; latency not recorded."
    assert classes(svg, "circle") == ["kt", "kt"]


def test_nothing_read_from_a_cache_cannot_be_told_from_nothing_recorded() -> None:
    models = {"gpt-5.1": ModelUse(7_000_000, 0, None)}
    assert "Cache hits not recorded" in said(card(told(QUIET, models=models), "efficiency"), "desc")
    no_input = told(made([{"gpt-5.1": 1}] * 7, input_tokens=0), models={"gpt-5.1": ModelUse(0, 0, None)})
    assert "Cache hits not recorded" in said(card(no_input, "efficiency"), "desc")


def test_a_true_nought_is_told() -> None:
    svg = card(told(QUIET, succeeded=0, failed=1), "efficiency")
    assert {"0%", "of 1 request"} <= set(texts(svg))
    assert "0% of 1 request succeeded" in said(svg, "desc")


@pytest.mark.parametrize(
    ("succeeded", "failed", "figure", "arcs"),
    [(10**6, 0, "100%", 1), (10**6, 1, ">99.9%", 1), (1, 10**6, "<0.1%", 1), (0, 5, "0%", 0)],
)
def test_a_rate_is_all_or_none_only_if_it_is(succeeded: int, failed: int, figure: str, arcs: int) -> None:
    svg = card(told(QUIET, succeeded=succeeded, failed=failed), "efficiency")
    assert figure in texts(svg)
    assert classes(svg, "circle").count("av turn") == arcs


def test_without_counted_outcomes_the_documented_rate_is_shown() -> None:
    assert {"98.7%", "of the requests"} <= set(texts(card(ada(), "efficiency")))
    assert {"91.3%"} <= set(texts(card(told(ada(), models={}), "efficiency")))


def test_models_have_their_hue_and_their_mean_latency() -> None:
    svg = card(grace(), "efficiency")
    shown = texts(svg)
    assert shown[2:4] == ["6.24 s", "mean latency"]
    assert shown[shown.index("claude-opus-4-5") :][:4] == ["claude-opus-4-5", "8.42 s", "gpt-5.1-codex", "5.13 s"]
    assert classes(svg, "path") == ["s0", "s1", "s2", "s3"]
    assert "Mean latency, 4 of 16 models" in shown


def test_a_model_of_low_rank_is_grey() -> None:
    summary = grace()
    models = {name: replace(use, avg_latency_ms=None) for name, use in summary.extras.models.items()}
    models["small-9"] = replace(models["small-9"], avg_latency_ms=0)
    models["small-0"] = replace(models["small-0"], avg_latency_ms=900)
    svg = card(told(summary, models=models), "efficiency")
    assert classes(svg, "path") == ["s4"], "0 ms is no bar"
    assert {"Mean latency by model", "0 ms", "900 ms"} <= set(texts(svg))


def test_where_no_latency_is_recorded_the_bars_tell_the_cache_of_each_model() -> None:
    svg = card(ada(), "efficiency")
    assert {"Cache hits, 4 of 16 models", "91%"} <= set(texts(svg))
    assert "latency not recorded. Cache hits by model: claude-opus-4-5 91%," in said(svg, "desc")


def test_the_description_holds_every_number_and_counts_the_models_that_have_no_room() -> None:
    assert said(card(grace(), "efficiency"), "desc") == (
        "91.3% of 1.45B input tokens from cache; 98.7% of 37K requests succeeded; mean latency 6.24 s. "
        "Mean latency by model: claude-opus-4-5 8.42 s, gpt-5.1-codex 5.13 s, gemini-3-pro 12.6 s, "
        "claude-haiku-4-5 940 ms and 12 more models."
    )


@CUTS
def test_a_period_without_activity_is_said_calmly(compact: bool) -> None:  # noqa: FBT001
    svg = card(SHOWN["idle"], "efficiency", compact=compact)
    assert {"No activity", "in these 7 days"} <= set(texts(svg))
    assert said(svg, "desc") == "No activity in these 7 days."
