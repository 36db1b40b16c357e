from __future__ import annotations

import sqlite3
import subprocess
import sys
from array import array
from collections import OrderedDict, namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from usagestats.columns import SCHEMA, conformed
from usagestats.errors import InvalidEvent, InvalidEvents
from usagestats.events import BATCH, MAX_COUNT, Coded, Event, Reject, Rejects, Table
from usagestats.frames import CHUNK, as_polars, batches, chunks
from usagestats.summary import Summary, summarize

if TYPE_CHECKING:
    from polars._typing import TimeUnit

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WHEN = datetime(2026, 11, 22, 8, tzinfo=UTC)
INSTANT = "a datetime, or RFC 3339 text with date and time"
COUNT = "an integer from 0 to 9223372036854775807"


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": WHEN, "provider": "openai", "model": "gpt-4", "input_tokens": 10} | fields


def summary(events: object, *, strict: bool = False) -> Summary:
    return summarize(events, now=NOW, strict=strict)


def words(events: object) -> list[str]:
    return [str(one) for one in summary(events).rejects.first]


def columns(*records: object) -> pl.DataFrame:
    rejects = Rejects()
    return pl.concat(chunks(batches(records), rejects))


# ---- instants


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-11-22T08:00:00Z", WHEN),
        ("2026-11-22t08:00:00z", WHEN),
        ("2026-11-22 08:00:00", WHEN),
        ("2026-11-22T08:00:00", WHEN),
        ("2026-11-22T13:45:00+05:45", WHEN),
        ("2026-11-21T22:30:00-09:30", WHEN),
        ("2026-11-22T08:00:00-00:00", WHEN),
        ("2026-11-23T07:59:00+23:59", WHEN),
        ("2026-11-22T08:00:00.1Z", WHEN.replace(microsecond=100_000)),
        ("2026-11-22T08:00:00.123456Z", WHEN.replace(microsecond=123_456)),
        ("2026-11-22T08:00:00.123456999Z", WHEN.replace(microsecond=123_456)),
        ("2026-11-22T08:00:00.999999999999+00:00", WHEN.replace(microsecond=999_999)),
        ("2026-11-21T23:59:60Z", datetime(2026, 11, 21, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("2026-11-21T23:59:60.5Z", datetime(2026, 11, 21, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("1969-12-31T23:59:59.9999999Z", datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_text_with_date_and_time_is_an_instant(text: str, same: datetime) -> None:
    assert columns({"timestamp": text})["timestamp"].to_list() == [same]
    assert columns({"timestamp": text}, {"timestamp": WHEN})["timestamp"][0] == same
    frame = pl.DataFrame({"timestamp": [text]})
    assert conformed(frame.lazy(), frame.schema).collect()["timestamp"].to_list() == [same]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026-11-22",
        "20261122T080000Z",
        "2026-11-22T08:00Z",
        "2026-11-22T08:00:00 Z",
        "2026-11-22T08:00:00Z ",
        " 2026-11-22T08:00:00Z",
        "2026-11-22T08:00:00Z\n",
        "2026-11-22  08:00:00",
        "2026-11-22T08:00:00.Z",
        "2026-11-22T08:00:00,5Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T08:60:00Z",
        "2026-11-22T08:00:61Z",
        "2026-02-29T08:00:00Z",
        "2026-13-01T08:00:00Z",
        "2026-00-10T08:00:00Z",
        "2026-11-00T08:00:00Z",
        "2026-11-22T08:00:00+0545",
        "2026-11-22T08:00:00+05",
        "2026-11-22T08:00:00+24:00",
        "2026-11-22T08:00:00+05:60",
        "2026-11-22T08:00:00 UTC",
        "2026-11-22T08:00:00[Europe/Berlin]",
        "+2026-11-22T08:00:00Z",
        "٢٠٢٦-11-22T08:00:00Z",
        "1795000000",
    ],
)
def test_other_text_is_no_instant_neither_in_a_dict_nor_in_a_frame(text: str) -> None:
    wanted = [f"events[0]: timestamp must be {INSTANT}, not {text!r}"]
    assert words([request(timestamp=text)]) == wanted
    assert words([request(timestamp=text), request()])[:1] == wanted
    assert words(pl.DataFrame([request(timestamp=text)])) == wanted


@pytest.mark.parametrize(
    ("when", "same"),
    [
        (WHEN.replace(tzinfo=None), WHEN),
        (datetime(2026, 11, 22, 13, 45, tzinfo=ZoneInfo("Asia/Kathmandu")), WHEN),
        (
            datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=ZoneInfo("Europe/Berlin")),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),
        (
            datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ),
        (datetime(2026, 11, 22, 8, 0, 0, 1, tzinfo=timezone(timedelta(microseconds=1))), WHEN),
        (pd.Timestamp("2026-11-22T08:00:00.000000999Z"), WHEN),
        (pd.Timestamp("2026-11-22T08:00:00"), WHEN),
    ],
)
def test_a_datetime_of_any_zone_is_its_instant(when: datetime, same: datetime) -> None:
    assert columns({"timestamp": when})["timestamp"].to_list() == [same]
    assert columns({"timestamp": when}, {"timestamp": "2026-11-22T08:00:00Z"})["timestamp"].to_list() == [same, WHEN]


def test_datetimes_of_mixed_zones_naive_ones_and_text_come_together() -> None:
    there = WHEN.astimezone(ZoneInfo("Pacific/Chatham"))
    events = [
        request(timestamp=one)
        for one in (WHEN, there, WHEN.replace(tzinfo=None), there.isoformat(), "2026-11-22 08:00:00")
    ]
    assert columns(*events)["timestamp"].to_list() == [WHEN] * 5


@pytest.mark.parametrize(
    "when",
    [
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))),
        "9999-12-31T23:00:00-05:00",
        "0000-01-01T00:00:00Z",
    ],
)
def test_an_instant_at_the_end_of_the_calendar_is_far_away_and_no_fault(when: object) -> None:
    found = summary([request(timestamp=when), request()])
    assert (found.stats.total_events, found.rejects.count) == (1, 0)


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
@pytest.mark.parametrize("tz", [None, "UTC", "Asia/Kathmandu"])
def test_an_instant_column_of_any_unit_and_zone_is_taken(unit: TimeUnit, tz: str | None) -> None:
    frame = pl.DataFrame([request()]).with_columns(pl.col("timestamp").dt.cast_time_unit(unit))
    there = frame.with_columns(
        pl.col("timestamp").dt.convert_time_zone(tz) if tz else pl.col("timestamp").dt.replace_time_zone(None)
    )
    assert conformed(there.lazy(), there.schema).collect()["timestamp"].to_list() == [WHEN]
    assert summary(there).stats.total_events == 1


def test_nanoseconds_are_cut_not_rounded() -> None:
    frame = pl.DataFrame({"timestamp": pl.Series([999, -1]).cast(pl.Datetime("ns", "UTC"))})
    found = conformed(frame.lazy(), frame.schema).collect()["timestamp"].to_physical()
    assert found.to_list() == [0, -1]


# ---- what is refused, in dicts and frames alike

COLUMNS = [
    pl.Series("timestamp", ["2026-11-22T08:00:00Z", "x", None, "2026-11-22"]),
    pl.Series("timestamp", ["2026-11-22T08:00:00Z", "x", None], dtype=pl.Categorical),
    pl.Series("timestamp", ["2026-11-22T08:00:00Z", "x"], dtype=pl.Enum(["x", "2026-11-22T08:00:00Z"])),
    pl.Series("timestamp", [WHEN, None]),
    pl.Series("timestamp", [WHEN.replace(tzinfo=None), None]),
    pl.Series("timestamp", [date(2026, 11, 22), None]),
    pl.Series("timestamp", [time(8), None]),
    pl.Series("timestamp", [1_795_000_000, None]),
    pl.Series("timestamp", [1_795_000_000.5, None]),
    pl.Series("timestamp", [None, None]),
    pl.Series("kind", ["request", "activity", None, "Request", ""]),
    pl.Series("kind", ["request", "activity", None, "x"], dtype=pl.Categorical),
    pl.Series("kind", ["request", "x"], dtype=pl.Enum(["x", "request"])),
    pl.Series("kind", [1, None]),
    pl.Series("kind", [None, None]),
    pl.Series("model", ["gpt-4", None, "", "unknown"]),
    pl.Series("model", ["gpt-4", None, ""], dtype=pl.Categorical),
    pl.Series("model", ["gpt-4", None], dtype=pl.Enum(["o", "gpt-4"])),
    pl.Series("model", [5, None]),
    pl.Series("model", [b"gpt-4", None]),
    pl.Series("model", [["gpt-4"], None]),
    pl.Series("model", [{"name": "gpt-4"}, None]),
    pl.Series("session_id", [1.5, None, float("nan")]),
    pl.Series("event_id", [5, None, 5]),
    pl.Series("event_id", ["a", None, "a"], dtype=pl.Categorical),
    pl.Series("event_id", ["a", None, "a"], dtype=pl.Enum(["a"])),
    pl.Series("public_id", [True, None]),
    pl.Series("input_tokens", [-1, 3, None, 127], dtype=pl.Int8),
    pl.Series("input_tokens", [-1, 3, None, MAX_COUNT - 100], dtype=pl.Int64),
    pl.Series("output_tokens", [2**63, 5, None, 2**64 - 1], dtype=pl.UInt64),
    pl.Series("output_tokens", [2**63, -1, 2**100, None, 5], dtype=pl.Int128),
    pl.Series("output_tokens", [5, None, 255], dtype=pl.UInt8),
    pl.Series("output_tokens", [3.0, 3.5, None, float("nan"), float("inf"), -float("inf"), -1.0, 2.0**63, 1e300, -0.0]),
    pl.Series("output_tokens", [3.0, 3.5, 2.0**62, float("nan")], dtype=pl.Float32),
    pl.Series(
        "output_tokens",
        [Decimal(3), Decimal(MAX_COUNT - 100), None, Decimal(-1), Decimal(2**63)],
        dtype=pl.Decimal(38, 0),
    ),
    pl.Series("output_tokens", [Decimal(3), Decimal("3.00000000000000000001")], dtype=pl.Decimal(38, 20)),
    pl.Series("output_tokens", [True, None, False]),
    pl.Series("output_tokens", ["3", None]),
    pl.Series("output_tokens", [timedelta(seconds=3), None]),
    pl.Series("output_tokens", [None, None]),
    pl.Series("output_tokens", [3, None, "x", 3.5, [1]], dtype=pl.Object),
    pl.Series("latency_ms", [-1, 5, None, 2**62]),
    pl.Series("latency_ms", [5, None, 2**63], dtype=pl.UInt64),
    pl.Series("latency_ms", [2**100, 5, -1], dtype=pl.Int128),
    pl.Series(
        "latency_ms", [0.0, 0.5, None, -0.5, float("nan"), float("inf"), 9007199254740.0, 9007199254741.0, 1e300]
    ),
    pl.Series("latency_ms", [0.5, 1408.25, -1.0], dtype=pl.Float32),
    pl.Series("latency_ms", [Decimal("1.5"), Decimal(-1), None], dtype=pl.Decimal(10, 2)),
    pl.Series("latency_ms", ["1.5", None]),
    pl.Series("active_time_seconds", [True, None]),
    pl.Series("success", [True, False, None]),
    pl.Series("success", [1, 0, None]),
    pl.Series("success", ["true", None]),
    pl.Series("cache_read_tokens", [0, 10, 11, None]),
    pl.Series("cache_creation_tokens", [0.0, 10.0, 11.0, None]),
    pl.Series("cache_read_tokens", [MAX_COUNT, MAX_COUNT - 1]),
]


def several(series: pl.Series) -> pl.DataFrame:
    height = len(series)
    kinds = {"kind": ["request"] * height, "timestamp": [WHEN] * height, "model": ["gpt-4"] * height}
    others = {"provider": ["openai"] * height, "input_tokens": [10] * height, "output_tokens": [1] * height}
    return pl.DataFrame(kinds | others).with_columns(series)


@pytest.mark.parametrize("series", COLUMNS, ids=lambda series: f"{series.name} {series.dtype}")
def test_a_column_of_any_type_is_judged_as_its_values_in_dicts_are(series: pl.Series) -> None:
    frame = several(series)
    rows = [dict(zip(frame.columns, values, strict=True)) for values in frame.iter_rows()]
    wanted, lazily = summary(rows), summary(frame.lazy())
    found = summary(frame)
    assert words(frame) == words(rows)
    assert found.to_dict() == wanted.to_dict() == lazily.to_dict()
    assert found.rejects == wanted.rejects


def test_unsigned_integers_beyond_128_bits_signed_are_refused() -> None:
    frame = several(pl.Series("output_tokens", [2**127 + 5, 5], dtype=pl.UInt128))
    assert words(frame) == [f"events[0]: output_tokens must be {COUNT}, not {2**127 + 5}"]


def test_milliseconds_beyond_what_microseconds_reach_are_refused() -> None:
    far = pl.Series("timestamp", [2**62]).cast(pl.Datetime("ms", "UTC"))
    assert summary(several(far)).rejects.count == 1


def test_cached_tokens_beyond_the_input_are_refused_with_the_hint_that_it_includes_them() -> None:
    events = [
        request(cache_read_tokens=6, cache_creation_tokens=5),
        request(cache_read_tokens=6, cache_creation_tokens=4),
    ]
    wanted = (
        "events[0]: input_tokens must be at least cache_read_tokens + cache_creation_tokens "
        "(input_tokens includes cached tokens), not 10"
    )
    assert words(events) == [wanted]
    assert words(pl.DataFrame(events)) == [wanted]


def test_of_an_activity_the_tokens_are_ignored_and_so_is_what_they_add_up_to() -> None:
    events = [request(kind="activity", cache_read_tokens=11, latency_ms=5, success=True)]
    for given in (events, pl.DataFrame(events)):
        found = summary(given)
        assert (found.rejects.count, found.stats.total_tokens, found.stats.total_events) == (0, 0, 0)


def test_rejects_come_in_the_order_of_the_records_whatever_is_wrong_with_them() -> None:
    events = [
        request(timestamp="x"),
        request(input_tokens=-1),
        request(cache_read_tokens=11),
        request(model="\ud800"),
        request(timestamp="y"),
        5,
        request(),
    ]
    assert [one.split(" ")[:2] for one in words(events)] == [
        ["events[0]:", "timestamp"],
        ["events[1]:", "input_tokens"],
        ["events[2]:", "input_tokens"],
        ["events[3]:", "model"],
        ["events[4]:", "timestamp"],
        ["events[5]:", "record"],
    ]


def test_a_strict_reading_raises_the_first_reject_of_all() -> None:
    text = "2026-11-22T08:00:00Z"
    events = [
        request(timestamp=text),
        request(timestamp=text, kind="x"),
        request(timestamp="x"),
        request(timestamp=text),
    ]
    for given in (events, pl.DataFrame(events), pl.LazyFrame(events)):
        with pytest.raises(InvalidEvent, match=r"^events\[1\]: kind must be 'request' or 'activity', not 'x'$"):
            summary(given, strict=True)


def test_a_strict_reading_of_good_records_is_as_any_other() -> None:
    assert summary([request()], strict=True) == summary([request()])


def test_a_lone_surrogate_refuses_its_record_only() -> None:
    events = [
        request(model="\ud800"),
        request(),
        request(timestamp="2026-11-22T08:00:00Z\udc80"),
        request(session_id="\udfff", input_tokens=-5),
    ]
    found = summary(events)
    assert found.stats.total_events == 1
    assert [one.field for one in found.rejects.first] == ["model", "timestamp", "session_id"]


def test_places_are_counted_on_over_the_batches() -> None:
    events = [request() for _ in range(BATCH + 10)]
    events[BATCH + 3] = request(input_tokens=-1)
    events[BATCH + 5] = request(timestamp="x")
    assert [one.split(":")[0] for one in words(events)] == [f"events[{BATCH + 3}]", f"events[{BATCH + 5}]"]


def test_a_reject_among_the_records_is_handed_through_with_its_own_place() -> None:
    reject = Reject("log.jsonl:7", "record", "a JSON object", "text")
    found = summary([request(), reject, request(input_tokens=-1), request()])
    assert [one.place for one in found.rejects.first] == ["log.jsonl:7", "events[2]"]
    assert found.stats.total_events == 2


def test_the_rejects_of_a_frame_stop_at_a_hundred_but_are_all_counted() -> None:
    frame = pl.DataFrame({"timestamp": ["x"] * 250})
    found = summary(frame)
    assert (found.rejects.count, len(found.rejects.first)) == (250, 100)
    assert found.rejects == summary(frame.to_dicts()).rejects


# ---- ways in


def test_numbers_of_numpy_decimals_and_integral_floats_count_as_what_they_are() -> None:
    events = [
        request(input_tokens=np.int64(3), latency_ms=np.float32(0.5), success=np.bool_(True)),  # noqa: FBT003
        request(input_tokens=Decimal(4), latency_ms=Decimal("1.5"), success=False),
        request(input_tokens=5.0, latency_ms=1),
    ]
    stats = summary(events).stats
    assert (stats.input_tokens, stats.avg_latency_ms, stats.success_rate) == (12, 1, 50.0)


def test_one_odd_record_does_not_change_how_its_neighbours_are_read() -> None:
    events: list[Any] = [request(), OrderedDict(request()), SimpleNamespace(**request()), Event(**request())]
    events.append(namedtuple("Point", request())(**request()))  # noqa: PYI024 - rows of that kind are what is tested
    found = summary([*events, request(input_tokens=np.int8(10))])
    assert (found.stats.total_events, found.stats.input_tokens, found.rejects.count) == (6, 60, 0)


def test_rows_of_sqlite_are_records() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    query = "select '2026-11-22T08:00:00Z' as timestamp, 'gpt-4' as model, 'openai' as provider, 5 as input_tokens"
    found = summary(connection.execute(query))
    assert (found.stats.total_tokens, found.rejects.count) == (5, 0)
    found = summary([*connection.execute(query), request(input_tokens=5.0)])
    assert (found.stats.total_tokens, found.rejects.count) == (10, 0)
    connection.close()


def test_rows_of_pandas_are_records() -> None:
    frame = pd.DataFrame([request(), request(commits=3)])
    frame["timestamp"] = pd.to_datetime(frame["timestamp"])
    filled = frame.fillna({"commits": 0})
    for rows in (filled.to_dict("records"), filled.itertuples(), (row for _, row in filled.iterrows())):
        found = summary(rows)
        assert (found.stats.total_events, found.stats.total_commits, found.rejects.count) == (2, 3, 0)


def test_an_empty_cell_of_pandas_is_null() -> None:
    frame = pd.DataFrame([request(latency_ms=5.0, success=True), request(model=None)])
    found = summary(frame)
    assert (found.rejects.count, found.stats.total_events, found.stats.avg_latency_ms) == (0, 1, 5)


def test_an_object_whose_attribute_is_missing_has_its_default() -> None:
    found = summary([SimpleNamespace(timestamp=WHEN, model="gpt-4", provider="openai")])
    assert (found.stats.total_events, found.stats.total_tokens) == (1, 0)


@pytest.mark.parametrize(
    "nothing",
    [
        [],
        (),
        iter([]),
        pl.DataFrame(),
        pl.LazyFrame(),
        pl.DataFrame(schema={"timestamp": pl.String}),
        pl.DataFrame(schema={"timestamp": pl.Object}),
        pl.DataFrame(schema={"other": pl.String}),
        pl.DataFrame(schema=SCHEMA),
        pd.DataFrame(),
        pa.table({}),
    ],
    ids=lambda one: type(one).__name__,
)
def test_no_records_give_an_empty_answer(nothing: object) -> None:
    found = summary(nothing)
    assert (found.stats.total_events, found.rejects.count, len(found.stats.time_series)) == (0, 0, 7)


def test_a_record_of_nulls_alone_lacks_its_timestamp() -> None:
    nulls = dict.fromkeys(SCHEMA) | {"timestamp": None}
    assert words([nulls]) == [f"events[0]: timestamp must be {INSTANT}, not null"]
    assert words([nulls | {"timestamp": WHEN}]) == []


def test_a_frame_without_a_timestamp_column_is_refused_row_by_row() -> None:
    wanted = [f"events[{n}]: timestamp must be {INSTANT}, not null" for n in range(2)]
    assert words(pl.DataFrame({"other": [1, 2]})) == wanted
    assert words(pl.LazyFrame({"other": [1, 2]})) == wanted


def test_of_a_lazy_frame_only_the_rows_in_reach_of_the_window_are_judged() -> None:
    events = [
        request(input_tokens=-1),
        request(input_tokens=-2, timestamp=WHEN - timedelta(days=20)),
        request(input_tokens=-3, timestamp=WHEN - timedelta(days=3)),
        request(),
    ]
    assert [one.place for one in summary(pl.LazyFrame(events)).rejects.first] == ["events[0]", "events[2]"]
    assert summary(pl.LazyFrame(events[1:2])).rejects.count == 0
    named = pl.LazyFrame([one | {"event_id": str(n)} for n, one in enumerate(events)])  # copies may stand anywhere
    assert [one.place for one in summary(named).rejects.first] == ["events[0]", "events[1]", "events[2]"]


def test_of_a_lazy_frame_a_row_without_a_readable_instant_is_always_refused() -> None:
    frame = pl.LazyFrame({"timestamp": ["x", "2026-11-22T08:00:00Z", None], "model": ["gpt-4"] * 3})
    assert [one.came for one in summary(frame).rejects.first] == ["'x'", "null"]
    with pytest.raises(InvalidEvent, match=r"^events\[0\]"):
        summary(frame, strict=True)


def test_extra_columns_of_any_name_do_not_matter() -> None:
    names = ("row", "len", "hour", "day", "request", "flaw 0", "ids", "earliest", "bucket", "hash", "index", "tokens")
    frame = pl.DataFrame([request(event_id="a", **dict.fromkeys(names, "x")), request(event_id="a", input_tokens=-1)])
    for given in (frame, frame.lazy()):
        found = summary(given)
        assert (found.stats.total_events, [one.place for one in found.rejects.first]) == (1, ["events[1]"])


@pytest.mark.parametrize(
    "nothing", [None, 5, "text", b"bytes", {"timestamp": WHEN}, Event(timestamp=WHEN), object(), NOW]
)
def test_what_holds_no_records_is_named(nothing: object) -> None:
    name = type(nothing).__name__
    with pytest.raises(InvalidEvents, match=f"^events must be an iterable of records or a frame, not {name}$"):
        summary(nothing)


class Broken:
    """A frame whose export fails."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        message = "the data went away"
        raise RuntimeError(message)


def test_a_foreign_frame_that_cannot_be_handed_over_is_named() -> None:
    with pytest.raises(
        InvalidEvents, match=r"^this Broken cannot be read over the Arrow PyCapsule interface: .*went away"
    ):
        summary(Broken())
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["model", "model"])
    with pytest.raises(InvalidEvents, match=r"^this Table cannot be read"):
        summary(twice)


def test_a_series_of_structs_is_a_frame_and_any_other_series_is_none() -> None:
    assert summary(pl.Series([request(), request()])).stats.total_events == 2
    with pytest.raises(InvalidEvents, match=r"Series"):
        summary(pl.Series([1, 2]))


def test_frames_are_known_by_what_they_are() -> None:
    frame = pl.DataFrame([request()])
    assert as_polars(frame) is not None
    assert as_polars(frame.lazy()) is not None
    assert as_polars(frame.to_arrow()) is not None
    assert as_polars(frame.to_dicts()) is None


def test_a_program_that_hands_over_a_relation_of_duckdb_ends_in_silence() -> None:
    program = """
import duckdb, usagestats
rows = duckdb.sql("select now() - interval 1 day as timestamp, 'm' as model, 'p' as provider")
print(usagestats.summarize(rows).stats.total_events)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("1\n", "")


def test_pandas_pyarrow_and_duckdb_hand_their_frames_over() -> None:
    frame = pl.DataFrame([request(input_tokens=n, session_id=str(n)) for n in range(10)])
    table = frame.to_arrow()
    relation = duckdb.connect().from_arrow(table).filter("input_tokens > 4")
    for given, tokens in ((frame.to_pandas(), 45), (table, 45), (table.to_reader(3), 45), (relation, 35)):
        found = summary(given)
        assert (found.stats.total_tokens, found.stats.sessions_count) == (tokens, 10 if tokens == 45 else 5)


def test_dictionary_text_and_narrow_numbers_of_arrow_are_taken() -> None:
    table = pa.table(
        {
            "timestamp": pa.array([WHEN], pa.timestamp("s", "Europe/Berlin")),
            "model": pa.array(["gpt-4"]).dictionary_encode(),
            "provider": pa.array(["openai"], pa.large_string()),
            "input_tokens": pa.array([5], pa.uint16()),
            "latency_ms": pa.array([1.5], pa.float16()),
        }
    )
    found = summary(table)
    assert (found.stats.total_tokens, found.stats.avg_latency_ms, found.rejects.count) == (5, 2, 0)


def test_a_category_of_pandas_is_text() -> None:
    frame = pd.DataFrame([request(event_id="a"), request(event_id="a"), request(event_id="b")])
    for name in ("model", "provider", "event_id"):
        frame[name] = frame[name].astype("category")
    assert summary(frame).stats.events_by_model == {"gpt-4": 2}


# ---- chunks


def test_a_long_iterable_comes_in_chunks_of_bounded_height() -> None:
    one = request()
    heights = [frame.height for frame in chunks(batches([one] * (CHUNK + BATCH + 1)), Rejects())]
    assert heights == [CHUNK, BATCH + 1]


def test_a_frame_among_the_batches_is_taken_as_it_is() -> None:
    frame = columns(request())
    found = list(chunks([*batches([request()]), frame], Rejects()))
    assert [(one.height, one.schema) for one in found] == [(2, pl.Schema(SCHEMA))]


def test_a_table_of_a_reader_is_the_frame_of_its_records() -> None:
    microseconds = int(WHEN.timestamp() * 1_000_000)
    read: dict[str, Any] = {"model": ["gpt-4", None], "input_tokens": [5, 6], "latency_ms": [1.5, None]}
    read |= {"provider": Coded([2, 0], [None, "anthropic", "openai"]), "output_tokens": memoryview(array("q", [7, 8]))}
    table = Table("request", "codex", {"timestamp": [microseconds, microseconds + 1]} | read)
    (found,) = chunks([table], Rejects())
    assert found.schema == pl.Schema(SCHEMA)
    assert found.equals(columns(*table.records()).select(found.columns))
    assert found["timestamp"].to_list() == [WHEN, WHEN + timedelta(microseconds=1)]
    assert found.select("kind", "application", "commits").row(0) == ("request", "codex", None)
