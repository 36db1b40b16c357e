"""The laws of SPEC §2."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.property.records import COLUMNS, LAW, Case, Record, cases, frame, utc
from usagestats.columns import conformed
from usagestats.counting import of_pieces
from usagestats.fields import selected
from usagestats.periods import window
from usagestats.stats import computed
from usagestats.summary import Summary, summarize
from usagestats.tallies import Extent, InPeriod, Tally, merge
from usagestats.tallies import tallied as of_rows

if TYPE_CHECKING:
    from random import Random

FIELD_NAMES = [
    "name",
    "stats",
    "generated_at",
    "stats.total_events",
    "stats.total_tokens",
    "stats.time_series",
    "stats.time_series.date",
    "stats.tokens_by_model",
    "stats.tokens_by_model.m1",
    "stats.nothing",
    "nothing",
    "",
    " ",
]


@given(cases())
@LAW
def test_the_sums_by_model_by_provider_and_over_the_days_equal_the_totals(case: Case) -> None:
    stats = summary_of(case).stats
    assert sum(stats.events_by_model.values()) == stats.total_events
    assert sum(stats.events_by_provider.values()) == stats.total_events
    assert sum(stats.events_by_application.values()) <= stats.total_events
    assert sum(stats.tokens_by_model.values()) == stats.total_tokens == stats.input_tokens + stats.output_tokens
    assert sum(day.tokens for day in stats.time_series) == stats.total_tokens
    assert sum(day.coding_sessions for day in stats.time_series) == stats.sessions_count
    for day in stats.time_series:
        assert sum(day.tokens_by_model.values()) == day.tokens
        assert list(day.tokens_by_model) == list(stats.tokens_by_model)
    for model, tokens in stats.tokens_by_model.items():
        assert sum(day.tokens_by_model[model] for day in stats.time_series) == tokens


@given(cases())
@LAW
def test_the_extras_add_up_to_the_totals(case: Case) -> None:
    summary = summary_of(case)
    assert sum(map(sum, summary.extras.hours)) == summary.stats.total_events
    assert sum(use.input_tokens for use in summary.extras.models.values()) == summary.stats.input_tokens
    if summary.extras.before:
        assert sum(summary.extras.before.tokens_by_day) == summary.extras.before.total_tokens


@given(cases(), st.randoms(use_true_random=False))
@LAW
def test_the_order_of_the_records_does_not_matter(case: Case, random: Random) -> None:
    mixed = list(case.records)
    random.shuffle(mixed)
    assert same(summary_of(case), summary_of(replace(case, records=mixed)))


@given(cases(), st.lists(st.integers(0, 99), max_size=12))
@LAW
def test_giving_a_record_with_an_id_twice_changes_nothing(case: Case, again: list[int]) -> None:
    named = [{"event_id": str(n)} | record for n, record in enumerate(case.records)]
    known = [record for record in named if record["event_id"] is not None]
    copies = [known[n % len(known)] for n in again if known]
    once = summary_of(replace(case, records=named))
    assert same(once, summary_of(replace(case, records=copies + named)))
    assert same(once, summary_of(replace(case, records=[*named, *copies])))


@given(cases())
@LAW
def test_requests_of_no_known_model_and_records_after_now_change_nothing(case: Case) -> None:
    when = {"timestamp": case.now, "session_id": "another", "input_tokens": 5, "commits": 1}
    nothing = [
        when | {"model": "unknown", "provider": "openai"},
        when | {"model": "m1", "provider": " "},
        when | {"provider": "openai"},
        when | {"kind": "activity", "timestamp": case.now.replace(year=case.now.year + 1)},
    ]
    assert same(summary_of(case), summary_of(replace(case, records=nothing + case.records)))


@given(cases(periods=("7d", "30d")))
@LAW
def test_events_tokens_commits_and_lines_of_the_days_add_up_to_the_windows(case: Case) -> None:
    records = [{key: part for key, part in record.items() if key != "event_id"} for record in case.records]
    whole = summary_of(replace(case, records=records)).stats
    names = ("total_events", "total_tokens", "input_tokens", "output_tokens", "total_commits", "total_lines_of_code")
    days = [summary_of(replace(case, records=part)).stats for part in by_day(records, case)]
    for name in names:
        assert sum(getattr(day, name) for day in days) == getattr(whole, name)


@given(cases(periods=("30d",)))
@LAW
def test_a_shorter_window_says_the_same_of_its_days(case: Case) -> None:
    days = summary_of(replace(case, period="7d")).stats.time_series
    longer = summary_of(case).stats.time_series[-7:]
    assert [(day.date, day.tokens) for day in days] == [(day.date, day.tokens) for day in longer]


@given(cases(periods=("7d", "30d")), st.integers(14, 53))
@LAW
def test_earlier_weeks_say_the_same_of_their_days_as_a_longer_window(case: Case, weeks: int) -> None:
    short = summarize(case.records, period=case.period, now=case.now, tz=case.tz, weeks=weeks)
    days = [*short.extras.days_before, *(day.tokens for day in short.stats.time_series)]
    longer = [day.tokens for day in summary_of(replace(case, period="90d")).stats.time_series]
    assert days[-90:] == longer[-len(days) :]
    assert not any(longer[: -len(days)])


@given(cases(), st.lists(st.sampled_from(FIELD_NAMES), max_size=5), st.lists(st.sampled_from(FIELD_NAMES), max_size=5))
@LAW
def test_selecting_fields_twice_is_selecting_once(case: Case, some: list[str], others: list[str]) -> None:
    summary, fields = summary_of(case), ",".join(some)
    once = summary.to_dict(fields)
    assert selected(once, fields) == once
    assert summary.to_dict(", ".join(reversed(some))) == once
    both = summary.to_dict(",".join([*some, *others]))
    if fields.strip(", "):
        assert selected(both, fields) == once


@given(cases(), st.lists(st.integers(0, 3), min_size=24, max_size=24))
@LAW
def test_disjoint_parts_rolled_up_and_merged_in_any_bracketing_are_the_whole(case: Case, parts: list[int]) -> None:
    records = [record | {"event_id": None} for record in case.records]
    groups = [[one for one, group in zip(records, parts, strict=False) if group == n] for n in range(4)]
    first, second, third, fourth = (rolled_up(group, case) for group in groups)
    whole = rolled_up(records, case)
    assert equal(merge([first, second, third, fourth]), whole)
    assert equal(merge([merge([merge([fourth, second]), first]), third]), whole)
    assert equal(merge([merge([third, first]), merge([second, fourth])]), whole)
    assert equal(merge([rolled_up([], case), whole]), whole)


@given(cases(), st.lists(st.integers(0, 24), max_size=5))
@LAW
def test_records_in_pieces_count_as_those_in_one(case: Case, cuts: list[int]) -> None:
    period = window(case.period, case.now, case.tz)
    whole = conformed(frame(case.records).lazy(), dict(frame(case.records).schema)).collect()
    borders = sorted({0, *(min(cut, whole.height) for cut in cuts), whole.height})
    pieces = [whole[start:end] for start, end in itertools.pairwise(borders)]
    one = of_pieces(iter([whole]), [InPeriod(period)])
    many = of_pieces(iter(pieces), [InPeriod(period)])
    assert one.earliest_us == many.earliest_us
    reaches_back = one.earliest_us is not None and period.reaches_back(one.earliest_us)
    stats, more = (
        [computed(part.lazy(), period, reaches_back=reaches_back) for part in found.tables] for found in (one, many)
    )
    assert stats == more


def summary_of(case: Case) -> Summary:
    return summarize(case.records, period=case.period, now=case.now, tz=case.tz)


def same(one: Summary, other: Summary) -> bool:
    return one.to_json() == other.to_json() and one.extras == other.extras


def by_day(records: list[Record], case: Case) -> list[list[Record]]:
    days: dict[object, list[Record]] = {}
    for record in records:
        days.setdefault(utc(record["timestamp"]).astimezone(case.zone).date(), []).append(record)
    return list(days.values())


def rolled_up(records: list[Record], case: Case) -> Tally:
    period = window(case.period, case.now, case.tz)
    return of_rows(
        conformed(frame(records).lazy(), pl.Schema(COLUMNS)), period, period.before.start_us, Extent(), pl.collect_all
    )


def equal(one: Tally, other: Tally) -> bool:
    return all(
        mine.sort(mine.columns).equals(theirs.sort(mine.columns)) and mine.schema == theirs.schema
        for mine, theirs in (
            (one.cells, other.cells),
            (one.hours, other.hours),
            (one.applications, other.applications),
            (one.sessions, other.sessions),
        )
    )
