from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from usagestats.columns import conformed
from usagestats.periods import window
from usagestats.summary import summarize
from usagestats.tallies import KEYS, SUMS, Extent, Tally, is_unknown, is_within, merge, tallied

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WEEK = window("7d", NOW)


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10, "session_id": "s"} | fields


def columns(*records: dict[str, Any]) -> pl.LazyFrame:
    frame = pl.DataFrame(records, infer_schema_length=None)
    return conformed(frame.lazy(), frame.schema)


def of(*records: dict[str, Any]) -> Tally:
    return tallied(columns(*records), WEEK, WEEK.before.start_us, Extent(), pl.collect_all)


@pytest.mark.parametrize("name", ["", " ", "\t\n", "\u00a0", "unknown", "UNKNOWN", " Unknown "])
def test_blank_and_unknown_in_any_case_name_nothing(name: str) -> None:
    assert is_unknown(name)
    events = [request(model=name), request(provider=name)]
    for given in (events, pl.DataFrame(events), pl.LazyFrame(events)):
        stats = summarize(given, now=NOW).stats
        assert (stats.total_events, stats.sessions_count, stats.events_by_model) == (0, 0, {})


@pytest.mark.parametrize("name", ["unknown-7b", "un known", "none", "null", "0", "."])
def test_other_names_are_names(name: str) -> None:
    assert not is_unknown(name)
    assert summarize([request(model=name)], now=NOW).stats.events_by_model == {name: 1}


def test_days_and_hours_are_numbered_from_the_first_midnight_on() -> None:
    found = of(request(), request(timestamp=NOW - timedelta(days=6)), request(timestamp=NOW - timedelta(days=7)))
    assert sorted(found.cells["day"].to_list()) == [-1, 0, 6]
    assert sorted(found.hours["hour"].to_list()) == [-12, 12, 6 * 24 + 12]
    assert found.sessions.row(0, named=True) == {"session_id": "s", "first": 12, "first_ever": -12}


def test_applications_are_those_of_the_period_itself_and_of_requests() -> None:
    before = request(timestamp=NOW - timedelta(days=7), application="codex")
    named = [request(application="codex"), before, request(application="pi", kind="activity")]
    found = of(*named, request(application="codex"), request(application=None), request(application="pi", model=None))
    assert sorted(found.applications.drop_nulls().rows()) == [("codex", 2)]
    assert summarize([*named, request(application=None)], now=NOW).stats.events_by_application == {"codex": 1}


def test_only_rows_of_the_period_and_the_one_before_up_to_now_are_in_reach() -> None:
    start = datetime(2026, 11, 9, tzinfo=UTC)
    instants = [start - timedelta(microseconds=1), start, NOW, NOW + timedelta(microseconds=1)]
    found = (
        columns(*(request(timestamp=one) for one in instants)).filter(is_within(WEEK, WEEK.before.start_us)).collect()
    )
    assert found["timestamp"].to_list() == [start, NOW]


def test_sums_are_128_bits_wide_and_do_not_wrap() -> None:
    found = of(*(request(output_tokens=2**63 - 1) for _ in range(4)))
    assert found.cells["output_tokens"].to_list() == [4 * (2**63 - 1)]
    assert found.cells.columns == [*KEYS, *SUMS]
    assert set(found.cells.select(SUMS).dtypes) == {pl.Int128()}


def test_coded_names_come_out_as_text() -> None:
    coded = dict.fromkeys(("model", "application", "session_id"), pl.Categorical)
    frame = pl.DataFrame([request(application="pi")], schema_overrides=coded)
    found = tallied(conformed(frame.lazy(), frame.schema), WEEK, WEEK.before.start_us, Extent(), pl.collect_all)
    tables = {"model": found.cells, "application": found.applications, "session_id": found.sessions}
    assert all(table.schema[name] == pl.String for name, table in tables.items())


def test_a_merge_adds_what_is_in_both() -> None:
    one = of(request(application="pi"), request(session_id="t", application="pi"))
    other = of(request(timestamp=NOW - timedelta(days=1)), request(session_id=None, application="pi"))
    both = merge([one, other])
    assert both.cells.sort("day")["events"].to_list() == [1, 3]
    assert both.hours.sort("hour")["events"].to_list() == [1, 3]
    assert dict(both.applications.rows()) == {None: 1, "pi": 3}
    assert both.sessions.sort("session_id").rows() == [("s", 5 * 24 + 12, 5 * 24 + 12), ("t", 6 * 24 + 12, 6 * 24 + 12)]


def test_a_merge_of_one_is_that_one() -> None:
    one = of(request())
    assert merge([one]) is one


def test_requests_of_unknown_names_open_no_session() -> None:
    found = of(request(model="Unknown"), request(model=None))
    assert (found.cells.height, found.hours.height, found.sessions.height) == (0, 0, 0)


def test_an_activity_opens_a_session_and_is_no_event_of_any_hour() -> None:
    found = of(request(kind="activity", model=None))
    assert (found.cells.height, found.hours.height, found.sessions.height) == (1, 0, 1)
