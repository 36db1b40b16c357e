"""Cards in other languages than English."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.cards.extremes import SHOWN
from tests.cards.geometry import faults
from tests.cards.people import ada, made
from tests.cards.reading import said, texts
from tests.property.summaries import summaries, widest
from usagestats.cards import CARDS, CUTS, Look, card
from usagestats.cards.sheet import drawn
from usagestats.cards.told import Told
from usagestats.formats import Part
from usagestats.languages import Language, Writing
from usagestats.locales import locales

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from usagestats.summary import Summary

EVERY = pytest.mark.parametrize("name", CARDS)
CUTS_OF = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
OTHERS = pytest.mark.parametrize("locale", locales()[1:])
BEGIN, END = "\u2061", "\u2062"
"""Two letters without a width, around what a language said."""
MARKED = re.compile(f"{BEGIN}[^{BEGIN}{END}]*{END}")


class Marked(Language):
    """English that shows what went through it."""

    def __call__(self, message: str, **values: object) -> str:
        return mark(super().__call__(message, **values))

    def counted(self, one: str, other: str, number: int, write: Writing | None = None, **values: object) -> str:
        return mark(super().counted(one, other, number, write, **values))

    def compact_parts(self, number: int) -> Part:
        figure, unit = super().compact_parts(number)
        return Part(mark(figure), mark(unit) if unit else "")

    def percent_parts(self, part: int, whole: int, digits: int = 0) -> Part:
        return Part(mark("".join(super().percent_parts(part, whole, digits))), "")

    def rate_parts(self, rate: float) -> Part:
        return Part(mark("".join(super().rate_parts(rate))), "")

    def duration_parts(self, seconds: int) -> tuple[Part, ...]:
        return tuple(Part(mark(figure), mark(unit)) for figure, unit in super().duration_parts(seconds))

    def latency_parts(self, milliseconds: int) -> Part:
        return Part(*map(mark, super().latency_parts(milliseconds)))

    def change(self, now: int, before: int) -> str:
        return mark(super().change(now, before))

    def grouped(self, number: int) -> str:
        return mark(super().grouped(number))

    def added(self, number: str) -> str:
        return mark(super().added(number))

    def digits(self, text: str) -> str:
        return mark(text)

    def short_date(self, day: date) -> str:
        return mark(super().short_date(day))

    def long_date(self, day: date) -> str:
        return mark(super().long_date(day))

    def date_range(self, first: date, last: date) -> str:
        return mark(super().date_range(first, last))

    def short_range(self, first: date, last: date) -> str:
        return mark(super().short_range(first, last))

    def weekday(self, day: int) -> str:
        return mark(super().weekday(day))

    def short_weekday(self, day: int) -> str:
        return mark(super().short_weekday(day))

    def short_month(self, month: int) -> str:
        return mark(super().short_month(month))

    def day(self, day: date) -> str:
        return mark(super().day(day))


def mark(text: str) -> str:
    return f"{BEGIN}{text}{END}"


def unmarked(text: str) -> str:
    """What no language said."""
    found = 1
    while found:
        text, found = MARKED.subn("", text)
    return text


FULL = ada(
    "30d",
    name="",
    avg_latency_ms=1240,
    events_by_provider={"": 3, " ": 2},
    events_by_application={"": 7},
)


SAID = {"full": FULL} | {shown: SHOWN[shown] for shown in ("7d", "30d", "90d", "year", "nobody")}
"""Summaries whose names are short enough to be shown whole."""


@EVERY
@CUTS_OF
@pytest.mark.parametrize("shown", SAID)
def test_no_word_and_no_digit_is_said_but_by_the_language(name: str, shown: str, *, compact: bool) -> None:
    summary, say = replace(SAID[shown], name=""), Marked()
    svg = drawn(CUTS[name][compact](Told.of(summary, say), Writing(say)), "light")
    left = [unmarked(text) for text in (*texts(svg), said(svg, "title"), said(svg, "desc"))]
    names = re.compile("|".join(["anthropic", "UTC", *summary.stats.tokens_by_model]))
    assert [text for text in left if re.search(r"\w", names.sub("", text))] == []


@OTHERS
@EVERY
@CUTS_OF
@pytest.mark.parametrize("shown", ["90d", "nobody"])
def test_a_card_of_a_language_is_drawn_as_its_snapshot(
    locale: str, name: str, shown: str, same: Callable[[str, str], None], *, compact: bool
) -> None:
    summary = SHOWN[shown]
    same(
        f"{name}-{shown}{'-compact' * compact}.{locale}.svg",
        card(summary, name, compact=compact, look=Look(locale=locale)),
    )


@OTHERS
@EVERY
@CUTS_OF
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@example(summary=widest(7, 3))
@example(summary=widest(30, 300))
@example(summary=widest(90, 5))
@given(summary=summaries())
def test_no_data_can_break_the_layout_in_any_language(
    locale: str, name: str, summary: Summary, *, compact: bool
) -> None:
    assert faults(card(summary, name, theme="light", compact=compact, look=Look(locale=locale))) == []


@EVERY
def test_a_picture_says_which_language_it_is_in(name: str) -> None:
    assert 'lang="de-AT"' in card(FULL, name, look=Look(locale="de_AT"))
    assert " lang=" not in card(FULL, name)


@EVERY
@CUTS_OF
def test_title_and_description_are_in_the_language_of_the_card(name: str, *, compact: bool) -> None:
    svg = card(ada("30d"), name, compact=compact, look=Look(locale="de"))
    assert said(svg, "title").startswith("Ada Lovelace — Programmieren mit KI")
    assert not re.search(r"\b(the|of|by|and|on|days|requests)\b", said(svg, "desc"))


def test_full_numbers_are_grouped_as_the_language_does_it() -> None:
    svg = card(made([{"gpt-5.1": 1_234_567}] * 7), look=Look(locale="de", numbers="full"))
    assert "8.641.969" in texts(svg)
