from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

import usagestats
from usagestats.errors import InvalidEvent, InvalidEvents, InvalidPeriod, InvalidTime, NumberTooBig
from usagestats.events import Records, Table
from usagestats.people import SLICE
from usagestats.rollup import roll_up
from usagestats.summary import Summary, summarize, summarize_many

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def request(public_id: str | None = "alex", **fields: object) -> dict[str, Any]:
    sent = {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10, "session_id": "s"}
    return sent | {"public_id": public_id} | fields


def many(events: object, **more: Any) -> dict[str, Summary]:  # noqa: ANN401 - whatever summarize_many takes
    return dict(summarize_many(events, **({"now": NOW} | more)))


WAYS = [list, iter, pl.DataFrame, pl.LazyFrame, lambda events: roll_up(events, by_person=True)]


@pytest.mark.parametrize("way", WAYS)
def test_everybody_has_the_summary_of_their_own_records(way: Any) -> None:  # noqa: ANN401 - types and functions
    events = [
        request(str(n % 7), timestamp=NOW - timedelta(hours=5 * n), model=f"m{n % 3}", session_id=str(n // 9))
        for n in range(300)
    ]
    for period in ("7d", "90d"):
        found = many(way(events), names={"3": "Sam"}, period=period)
        assert list(found) == sorted(map(str, range(7)))
        for public_id, summary in found.items():
            mine = [event for event in events if event["public_id"] == public_id]
            name = "Sam" if public_id == "3" else ""
            assert summary == summarize(mine, name=name, period=period, now=NOW)


def test_people_come_in_the_order_of_their_ids_with_those_who_have_no_records() -> None:
    events = [request("b"), request("é"), request("Z")]
    found = many(events, names={"a": "Alex", "b": "Sam", "zz": "Kim"})
    assert [(public_id, one.name, one.stats.total_events) for public_id, one in found.items()] == [
        ("Z", "", 1),
        ("a", "Alex", 0),
        ("b", "Sam", 1),
        ("zz", "Kim", 0),
        ("é", "", 1),
    ]
    assert found["a"] == summarize([], name="Alex", now=NOW)


@pytest.mark.parametrize("way", WAYS)
def test_a_record_of_nobody_is_refused(way: Any) -> None:  # noqa: ANN401 - types and functions
    found = many(way([request(), request(None)]))
    assert {public_id: one.stats.total_events for public_id, one in found.items()} == {"alex": 1}
    assert found["alex"].rejects.count == 1


def test_nobody_is_named_where_reading_is_strict() -> None:
    with pytest.raises(InvalidEvent, match=r"^events\[1\]: public_id must be text, where people are told apart"):
        many([request(), request(None)], strict=True)


@pytest.mark.parametrize("nothing", [[], pl.DataFrame(), pl.LazyFrame({"timestamp": []}), [request(None)]])
def test_of_nobody_there_is_nothing(nothing: object) -> None:
    assert many(nothing) == {}
    assert many(nothing, names={"a": "Alex"})["a"].stats.total_events == 0


def test_what_is_wrong_is_said_by_the_call_itself() -> None:
    with pytest.raises(InvalidPeriod):
        summarize_many([], period="1y", now=NOW)
    with pytest.raises(InvalidTime):
        summarize_many([], tz="Mars", now=NOW)
    with pytest.raises(InvalidEvents):
        summarize_many(5, now=NOW)
    with pytest.raises(InvalidEvents, match="by person"):
        summarize_many(roll_up([request()]), now=NOW)
    with pytest.raises(InvalidTime, match="border"):
        summarize_many(roll_up([request()], by_person=True), now=NOW - timedelta(minutes=1))


def test_a_number_too_big_is_said_of_the_person_it_belongs_to() -> None:
    found = summarize_many([request("a"), *[request("b", output_tokens=2**63 - 1)] * 2], now=NOW)
    assert next(found)[0] == "a"
    with pytest.raises(NumberTooBig):
        next(found)


def test_records_that_repeat_count_once_for_each_person() -> None:
    events = [request("a", event_id="1")] * 3 + [request("b", event_id="1")]
    assert [one.stats.total_events for one in many(events).values()] == [1, 1]


def test_readers_tables_and_columns_of_python_objects_are_read_too() -> None:
    table = Table("request", "codex", {"timestamp": [0], "model": ["m"], "provider": ["p"]})
    assert many(Records(lambda _: [table])) == {}
    assert many(pl.DataFrame({"timestamp": pl.Series([NOW], dtype=pl.Object), "public_id": ["a"]}))["a"]


def test_more_people_than_a_slice_and_more_rows_than_one_engine_takes() -> None:
    ids = [f"{n:05}" for n in range(2 * SLICE + 3)]
    frame = pl.DataFrame([request(one) for one in ids])
    whole = pl.concat([frame] * 50)
    assert whole.height > 100_000
    found = many(whole)
    assert list(found) == ids
    assert {one.stats.total_events for one in found.values()} == {50}


def test_without_a_now_the_clock_is_read() -> None:
    ((_, found),) = usagestats.summarize_many([request(timestamp=datetime.now(UTC) - timedelta(hours=1))])
    assert found.stats.total_events == 1


def test_a_rollups_refusals_are_told() -> None:
    rollup = replace(roll_up([request()], by_person=True), refused=7)
    assert many(rollup)["alex"].rejects.count == 7


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"alex": "Alex", "sam": None}, r"names\['sam'\] must be text, not NoneType"),
        ({"alex": 5}, r"names\['alex'\] must be text, not int"),
        ({5: "Alex"}, "a public_id of names must be text, not int"),
    ],
)
def test_a_name_that_is_no_text_is_refused_by_the_call_itself(names: Any, said: str) -> None:  # noqa: ANN401
    events = iter([request()])
    with pytest.raises(TypeError, match=f"^{said}$"):
        summarize_many(events, names=names, now=NOW)
    assert list(events) == [request()]
