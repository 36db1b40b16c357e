from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import polars as pl
import pytest

from usagestats.columns import conformed
from usagestats.copies import BUCKETS, SMALL, Held, merged
from usagestats.summary import Summary, summarize

WHEN = datetime(2026, 11, 22, 8, tzinfo=UTC)


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": WHEN, "provider": "openai", "model": "gpt-4", "event_id": "a"} | fields


def summary(events: object) -> Summary:
    return summarize(events, now=WHEN + timedelta(hours=4))


def columns(*records: dict[str, Any]) -> pl.DataFrame:
    frame = pl.DataFrame(records, infer_schema_length=None)
    return conformed(frame.lazy(), frame.schema).collect()


def test_copies_are_one_event_column_by_column() -> None:
    copies = [
        request(input_tokens=3, output_tokens=9, latency_ms=2.5, success=False, model="b", application=None, commits=2),
        request(
            input_tokens=5, output_tokens=None, latency_ms=None, success=True, model="a", application="z", commits=0
        ),
        request(
            timestamp=WHEN + timedelta(hours=1), success=None, model=None, lines_of_code=4, active_time_seconds=1.5
        ),
    ]
    for order in permutations(copies):
        once = merged(columns(*order).lazy(), "in-memory").collect().row(0, named=True)
        assert once["timestamp"] == WHEN + timedelta(hours=1)
        assert (once["input_tokens"], once["output_tokens"], once["latency_us"]) == (5, 9, 2500)
        assert (once["success"], once["commits"], once["lines_of_code"], once["active_time_ms"]) == (True, 2, 4, 1500)
        assert (once["model"], once["application"], once["event_id"], once["public_id"]) == ("a", "z", "a", None)


def test_a_request_wins_over_an_activity_whose_tokens_say_nothing() -> None:
    copies = [request(kind="activity", input_tokens=100, success=True, commits=1), request(kind=None, input_tokens=3)]
    for given in (copies, copies[::-1], pl.DataFrame(copies)):
        stats = summary(given).stats
        assert (stats.total_events, stats.input_tokens, stats.success_rate, stats.total_commits) == (1, 3, 0.0, 1)


def test_activities_alone_stay_an_activity() -> None:
    stats = summary([request(kind="activity", commits=1), request(kind="activity", commits=3)]).stats
    assert (stats.total_events, stats.total_commits) == (0, 3)


def test_the_least_text_is_that_of_the_least_code_points() -> None:
    assert list(summary([request(model="é"), request(model="z"), request(model="𝔞")]).stats.events_by_model) == ["z"]
    assert list(summary([request(model="a"), request(model="B")]).stats.events_by_model) == ["B"]
    coded = pl.DataFrame([request(model="z"), request(model="a")], schema_overrides={"model": pl.Categorical})
    assert list(summary(coded).stats.events_by_model) == ["a"]


def test_the_same_id_of_two_people_is_two_events() -> None:
    events = [request(public_id="p"), request(public_id="q"), request(public_id=None), request(public_id=None)]
    assert summary(events).stats.total_events == 3
    assert summary(pl.DataFrame(events)).stats.total_events == 3


def test_records_without_an_id_are_events_of_their_own() -> None:
    assert summary([request(event_id=None), request(event_id=None)]).stats.total_events == 2


def test_a_copy_outside_the_window_still_speaks() -> None:
    copies = [request(input_tokens=5), request(input_tokens=9, timestamp=WHEN - timedelta(days=400))]
    for given in (copies, pl.DataFrame(copies), pl.LazyFrame(copies)):
        assert summary(given).stats.input_tokens == 9


def test_a_frame_without_repeated_ids_is_as_it_was() -> None:
    frame = columns(request(event_id="a"), request(event_id="b"), request(event_id=None))
    assert merged(frame.lazy(), "in-memory").collect().equals(frame)


@pytest.mark.parametrize("kind", [pl.Categorical(), pl.Enum(["a", "b", "request", "activity", "gpt-4", "openai"])])
@pytest.mark.parametrize("name", ["kind", "model", "provider", "application", "session_id", "event_id", "public_id"])
def test_coded_text_may_repeat_too(name: str, kind: pl.DataType) -> None:
    events = [request(), request(), request(event_id="b")]
    given = [{"kind": "request", "application": "a", "session_id": "a", "public_id": "b"} | one for one in events]
    frame = pl.DataFrame(given, schema_overrides={name: kind})
    assert summary(frame).stats.total_events == 2


def test_what_is_held_is_merged_as_it_grows() -> None:
    held = Held()
    many = columns(request()).select(pl.all().repeat_by(SMALL).explode())
    for n in range(5):
        held.add(many.with_columns(input_tokens=pl.lit(n)))
    drained = list(held.drain())
    assert [one.height for one in drained] == [1]
    assert drained[0]["input_tokens"].to_list() == [4]
    assert list(held.drain()) == []


def test_what_is_held_stays_under_a_hundred_bytes_an_id() -> None:
    frame = columns(request(input_tokens=1000, latency_ms=1408.5, success=True))
    count = 100_000
    many = frame.select(pl.all().repeat_by(count).explode())
    held = Held()
    held.add(many.with_columns(event_id=pl.int_range(count).cast(pl.String), input_tokens=pl.int_range(count)))
    drained = list(held.drain())
    assert len(drained) == BUCKETS
    assert sum(one.height for one in drained) == count
    kept = [one.drop("kind") for one in drained]
    assert sum(one.estimated_size() for one in kept) < 100 * count
