from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.cards.extremes import SHOWN, looking_back
from tests.cards.geometry import faults
from tests.cards.people import ada, made
from tests.cards.reading import cells, overlaps, said, texts
from usagestats.cards import card
from usagestats.summary import Before

if TYPE_CHECKING:
    from usagestats.cards import Svg

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
WEEK = made([{"gpt-5.1": 10**6 * (n % 4)} for n in range(7)])
WEDNESDAY = made([{"gpt-5.1": 10**6}] * 7, last=date(2026, 11, 18))


def days(svg: Svg) -> int:
    """How many days are drawn: all cells but the five of the legend."""
    return len(cells(svg)) - 5


@CUTS
@pytest.mark.parametrize("length", ["7d", "30d", "90d"])
def test_every_day_of_the_period_has_a_cell(length: str, compact: bool) -> None:  # noqa: FBT001
    assert days(card(ada(length), "calendar", compact=compact)) == ada(length).period.days


@CUTS
@pytest.mark.parametrize("shown", SHOWN)
def test_no_cell_lies_over_another(shown: str, compact: bool) -> None:  # noqa: FBT001
    svg = card(SHOWN[shown], "calendar", compact=compact)
    (border,) = {float(one) for one in re.findall(r'<g stroke-width="(.)"', svg)[:1]}
    assert len(cells(svg)) > 5
    assert overlaps(cells(svg), apart=border) == []


@CUTS
@pytest.mark.parametrize("weeks", [14, 17, 18, 19, 36, 37, 53])
def test_with_weeks_every_day_that_is_known_has_a_cell(weeks: int, compact: bool) -> None:  # noqa: FBT001
    summary = looking_back(ada("7d"), weeks)
    svg = card(summary, "calendar", compact=compact)
    assert days(svg) == 7 * weeks
    assert faults(svg) == []


def test_the_cards_size_is_that_of_the_family() -> None:
    assert card(ada(), "calendar").size_px == (840, 222)
    assert card(SHOWN["year"], "calendar").size_px == (840, 222)
    assert {card(summary, "calendar", compact=True).size_px[0] for summary in SHOWN.values()} == {412}


def test_the_figures_are_active_days_streaks_and_the_busiest_day() -> None:
    shown = texts(card(WEEK, "calendar"))
    assert {"5", "active days of 7", "3days", "current streak", "longest streak", "3M", "on 19 Nov"} <= set(shown)


def test_the_description_holds_every_number() -> None:
    assert said(card(WEEK, "calendar"), "desc") == (
        "5 active days of 7. Current streak 2 days, longest streak 3 days. "
        "Most on 19 November 2026 with 3M tokens. "
        "Tokens by day: Mon 16 0, Tue 17 1M, Wed 18 2M, Thu 19 3M, Fri 20 0, Sat 21 1M, Sun 22 2M."
    )
    assert said(card(ada(), "calendar"), "desc") == (
        "90 active days of 90. Current streak at least 90 days, longest streak at least 90 days. "
        "Most on 9 October 2026 with 44.6M tokens."
    )


@CUTS
def test_a_single_active_day_is_no_plural(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([*[{}] * 29, {"gpt-5.1": 1}]), "calendar", compact=compact)
    assert {"1", "active day of 30", "1day"} <= set(texts(svg))
    assert said(svg, "desc").startswith("1 active day of 30. Current streak 1 day, longest streak 1 day.")


@CUTS
def test_one_or_two_weeks_have_dates_and_a_number_beside_each_day(compact: bool) -> None:  # noqa: FBT001
    one, two = (texts(card(summary, "calendar", compact=compact)) for summary in (WEEK, WEDNESDAY))
    assert {"16 – 22 Nov", "Sun", "1M", "2M", "3M"} <= set(one)
    assert {"12 – 15 Nov", "16 – 18 Nov"} <= set(two)
    assert two.count("1M") >= 7
    assert "Sun" not in texts(card(ada("30d"), "calendar", compact=compact))


@pytest.mark.parametrize(
    ("last", "columns"),
    [
        (date(2026, 1, 4), ["29 Dec – 4 Jan"]),
        (date(2026, 1, 1), ["26 – 28 Dec", "29 Dec – 1 Jan"]),
        (date(2026, 11, 16), ["10 – 15 Nov", "16 Nov"]),
    ],
)
def test_a_column_says_which_days_it_holds(last: date, columns: list[str]) -> None:
    shown = texts(card(made([{"gpt-5.1": 1}] * 7, last=last), "calendar"))
    assert [text for text in shown if text in columns] == columns


def test_a_year_has_its_figures_in_one_line() -> None:
    shown = texts(card(looking_back(ada(), 53, share=0), "calendar"))
    assert "90 active daysof 371" in shown
    assert shown[shown.index("current streak") :][:4] == ["current streak", "90 d", "· longest", "90 d"]
    assert "Ada Lovelace · 17 Nov 2025 – 22 Nov 2026" in shown


def test_a_year_on_a_phone_is_folded_into_bands() -> None:
    svg = card(SHOWN["year"], "calendar", compact=True)
    assert texts(svg).count("Mon") == 3
    assert svg.size_px[1] > card(ada(), "calendar", compact=True).size_px[1]


def test_the_legend_is_there_so_that_colour_is_not_alone() -> None:
    for summary in (WEEK, ada(), SHOWN["year"]):
        assert {"Less", "More"} <= set(texts(card(summary, "calendar")))


@CUTS
def test_days_without_tokens_are_an_empty_track(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 30), "calendar", compact=compact)
    assert {cell.what for cell in cells(svg)} == {"g0"}
    assert {"No activity", "in these 30 days"} <= set(texts(svg))
    assert said(svg, "desc") == "No activity in these 30 days."
    assert "Less" not in texts(svg)


def test_activity_without_tokens_is_told_apart_from_none() -> None:
    svg = card(made([{}] * 7, sessions_count=3, before=Before(1, 5, 1, 1, 1, 1, (0,) * 7)), "calendar")
    assert {"No tokens recorded", "5 tokens in the 7 days before"} <= set(texts(svg))
    assert said(svg, "desc") == "No tokens recorded in these 7 days, 5 tokens in the 7 days before."


def test_earlier_weeks_count_where_the_period_itself_is_empty() -> None:
    shown = texts(card(looking_back(made([{}] * 7), 20, share=1), "calendar"))
    assert "133 active daysof 140" in shown
    assert {"0 d", "133+ d"} <= set(shown)
