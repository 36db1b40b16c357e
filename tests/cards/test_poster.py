from __future__ import annotations

import pytest

from tests.cards.extremes import SHOWN, looking_back
from tests.cards.geometry import faults
from tests.cards.people import ada, made
from tests.cards.reading import bars, cells, overlaps, said, texts
from usagestats.cards import card
from usagestats.raster import png
from usagestats.summary import Before

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["page", "square"])


def test_the_poster_has_the_size_of_link_previews_and_is_square_when_compact() -> None:
    assert card(ada(), "poster").size_px == (1200, 630)
    assert card(ada(), "poster", compact=True).size_px == (630, 630)


def test_the_png_is_of_full_size_and_has_no_clear_corner() -> None:
    picture = png(card(ada("7d"), "poster"), scale=1)
    assert [int.from_bytes(picture[at : at + 4]) for at in (16, 20)] == [1200, 630]
    assert 'rx="0"' in card(ada("7d"), "poster")


@CUTS
def test_the_poster_has_name_hero_three_facts_and_models(compact: bool) -> None:  # noqa: FBT001
    shown = texts(card(ada(), "poster", compact=compact))
    assert {"Ada Lovelace", "1.48B", "tokens in 37K requests", "▲ 18.4%", "25 Aug – 22 Nov 2026"} <= set(shown)
    assert {"Sessions", "Commits", "Active time"} <= set(shown)
    assert "Lines added" not in shown
    assert "claude-opus-4-554%" in shown


@CUTS
def test_of_earlier_weeks_the_poster_draws_a_calendar(compact: bool) -> None:  # noqa: FBT001
    period, year = (card(SHOWN[who], "poster", compact=compact) for who in ("90d", "year"))
    assert (len(bars(period)) > 90, len(cells(period))) == (True, 0)
    assert (len(bars(year)), len(cells(year))) == (0, 371 + 5)


def test_bars_run_from_edge_to_edge() -> None:
    for length in ("7d", "30d", "90d"):
        drawn = bars(card(ada(length), "poster"))
        assert min(bar.box.left for bar in drawn) == pytest.approx(72, abs=0.1)
        assert max(bar.box.right for bar in drawn) == pytest.approx(1128, abs=0.1)
        assert overlaps(drawn) == []


def test_the_description_holds_every_number() -> None:
    days = [{"claude-opus-4-5": 600_000_000, "gpt-5.1-codex": 400_000_000}, *[{}] * 6]
    before = Before(1, 800_000_000, 1, 1, 1, 1, (0,) * 7)
    assert said(card(made(days, before=before), "poster"), "desc") == (
        "1B tokens in 25K requests, up 25% on the previous 7 days. "
        "412 sessions, 268 commits and 186 h of active time. "
        "Tokens by model: claude-opus-4-5 60%, gpt-5.1-codex 40%."
    )


@CUTS
def test_activity_without_tokens_leads_with_what_there_is(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 30, sessions_count=12, total_commits=3), "poster", compact=compact)
    assert {"12", "sessions", "3", "Commits"} <= set(texts(svg))
    assert said(svg, "desc") == "12 sessions. 3 commits."
    only = card(made([{}] * 30, sessions_count=12), "poster", compact=compact)
    assert said(only, "desc") == "12 sessions."
    assert faults(only) == []


@CUTS
def test_a_period_without_activity_says_so(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 7), "poster", compact=compact)
    assert {"No activity", "in these 7 days", "16 Nov"} <= set(texts(svg))
    assert said(svg, "desc") == "No activity in these 7 days."


def test_without_a_name_the_poster_says_what_it_is_about() -> None:
    assert texts(card(made([{"gpt-5.1": 1}] * 7, name=""), "poster")).count("AI coding activity") == 1


@CUTS
def test_a_model_too_long_for_the_poster_is_cut_and_keeps_its_share(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{"long-" * 50: 10, "b": 5}] * 7), "poster", compact=compact)
    assert any(text.startswith("long-") and text.endswith("…67%") for text in texts(svg))
    assert faults(svg) == []


def test_facts_without_room_are_left_out() -> None:
    huge = made(
        [{"gpt-5.1": 1}] * 7, sessions_count=10**15, total_commits=10**15, total_active_time_seconds=359_999_000
    )
    assert faults(card(huge, "poster", compact=True)) == []
    assert faults(card(looking_back(huge, 3), "poster")) == []
