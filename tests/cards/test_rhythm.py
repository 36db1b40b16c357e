from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.cards.geometry import faults
from tests.cards.people import ada, made, office_hours
from tests.cards.reading import discs, overlaps, said, texts
from usagestats.cards import card, rhythm
from usagestats.summary import summarize

if TYPE_CHECKING:
    from usagestats.summary import Summary

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["page", "phone"])


class Nameless(tzinfo):
    """A zone that does not say what it is called."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(hours=1)

    def dst(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> None:
        return None


def week(**counts: int) -> tuple[tuple[int, ...], ...]:
    """Requests at some hours, such as ``tue14=3``."""
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return tuple(tuple(counts.get(f"{day}{hour}", 0) for hour in range(24)) for day in names)


def person(**counts: int) -> Summary:
    return made([{"gpt-5.1": 1000}] * 7, hours=week(**counts))


def test_the_cards_size_is_that_of_the_family() -> None:
    assert card(ada(), "rhythm").size_px == (412, 240)
    assert card(ada(), "rhythm", compact=True).size_px[0] == 412


@CUTS
def test_the_busiest_hour_is_told_in_words(compact: bool) -> None:  # noqa: FBT001
    shown = texts(card(person(tue14=5, wed9=2), "rhythm", compact=compact))
    assert {"Tue 14–15", "busiest hour, UTC", "Requests by hour", "00", "06", "12", "18", "23"} <= set(shown)
    assert {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} <= set(shown)


def test_of_equal_hours_the_first_of_the_week_is_the_busiest() -> None:
    assert "Mon 23–24" in texts(card(person(sun0=4, mon23=4), "rhythm"))


def test_the_description_holds_every_number() -> None:
    assert said(card(person(tue14=5, wed9=1200, sun23=1), "rhythm"), "desc") == (
        "1,206 requests, busiest on Wednesdays from 09:00 to 10:00 (UTC) with 1.2K. "
        "By weekday: Monday 0, Tuesday 5, Wednesday 1.2K, Thursday 0, Friday 0, Saturday 0, Sunday 1. "
        "By part of the day: night 0, morning 1.2K, afternoon 5, evening 1."
    )
    assert said(card(person(tue14=1), "rhythm"), "desc").startswith("1 request, busiest on Tuesdays from 14:00")


@CUTS
def test_every_hour_has_a_disc_and_the_busiest_one_is_the_largest_and_last_of_the_ramp(compact: bool) -> None:  # noqa: FBT001
    drawn = discs(card(person(tue14=64, wed9=1), "rhythm", compact=compact))
    assert len(drawn) == 7 * 24
    widths = {disc.what: disc.box.right - disc.box.left for disc in drawn}
    assert list(widths) == ["g0", "g1", "g4"]
    assert widths["g0"] < widths["g1"] < widths["g4"]
    assert sum(disc.what != "g0" for disc in drawn) == 2


def test_discs_of_the_same_count_are_alike_at_any_size_of_numbers() -> None:
    huge = made([{}] * 7, hours=((10**15,) * 24,) * 7)
    for compact in (False, True):
        drawn = discs(card(huge, "rhythm", compact=compact))
        assert {disc.what for disc in drawn} == {"g4"}
        assert overlaps(drawn) == []


@CUTS
def test_a_period_without_requests_says_so(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 7), "rhythm", compact=compact)
    assert {"No requests", "in these 7 days"} <= set(texts(svg))
    assert said(svg, "desc") == "No requests in these 7 days."


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (UTC, "UTC"),
        (ZoneInfo("Asia/Kathmandu"), "Asia/Kathmandu"),
        (timezone(timedelta(hours=2)), "UTC+02:00"),
        (timezone(timedelta(hours=2), "\u202e<b>"), "<b>"),
        (Nameless(), "local time"),
    ],
)
def test_the_zone_of_the_hours_is_told(zone: tzinfo, name: str) -> None:
    summary = ada("7d")
    there = replace(summary, period=replace(summary.period, zone=zone))
    assert rhythm.zone_of(there) == name
    assert f"({name})" in said(card(there, "rhythm"), "desc")


@CUTS
def test_a_long_zone_is_cut_on_the_card_and_whole_in_the_description(compact: bool) -> None:  # noqa: FBT001
    summary = ada("7d", name="W" * 99)
    there = replace(summary, period=replace(summary.period, zone=ZoneInfo("America/Argentina/ComodRivadavia")))
    svg = card(there, "rhythm", compact=compact)
    assert faults(svg) == []
    assert any(text.startswith("busiest hour, America/") and text.endswith("…") for text in texts(svg))
    assert "(America/Argentina/ComodRivadavia)" in said(svg, "desc")


def test_the_hours_are_those_of_the_summary() -> None:
    event = {"timestamp": "2026-11-17T13:30:00Z", "provider": "openai", "model": "gpt-5.1"}
    summary = summarize([event], now=datetime(2026, 11, 22, 12, tzinfo=UTC), tz="Europe/Berlin")
    assert {"Tue 14–15", "busiest hour, Europe/Berlin"} <= set(texts(card(summary, "rhythm")))


def test_people_of_the_tests_keep_office_hours() -> None:
    assert sum(map(sum, office_hours())) > 1000
