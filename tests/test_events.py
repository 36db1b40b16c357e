from __future__ import annotations

from collections import UserDict
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from usagestats.errors import InvalidEvent
from usagestats.events import (
    ALLOWED,
    FIELDS,
    KINDS,
    MAX_COUNT,
    MAX_NUMBER,
    Coded,
    Event,
    Refusal,
    Reject,
    Rejects,
    Row,
    instant,
    row,
)

WHEN = datetime(2026, 11, 22, 8, tzinfo=UTC)
COUNT = "an integer from 0 to 9223372036854775807"
NUMBER = "a number from 0 to 9007199254740"
TEXT = "text or null"
INSTANT = "a datetime, or RFC 3339 text with date and time"


class Nothing(tzinfo):
    """A zone that knows no offset."""

    def utcoffset(self, _when: datetime | None) -> None:
        return None

    dst = tzname = utcoffset


def refusal(**fields: object) -> str:
    with pytest.raises(Refusal) as caught:
        row({"timestamp": WHEN} | fields)
    return str(caught.value.at("events[3]"))


@pytest.mark.parametrize(
    ("field", "value", "allowed", "came"),
    [
        ("timestamp", None, INSTANT, "null"),
        ("timestamp", 1_795_000_000, INSTANT, "1795000000"),
        ("timestamp", 1_795_000_000.5, INSTANT, "1795000000.5"),
        ("timestamp", True, INSTANT, "True"),
        ("timestamp", date(2026, 11, 22), INSTANT, "datetime.date(2026, 11, 22)"),
        ("timestamp", time(8), INSTANT, "datetime.time(8, 0)"),
        ("timestamp", pd.NaT, INSTANT, "NaT"),
        ("timestamp", b"2026-11-22T08:00:00Z", INSTANT, "b'2026-11-22T08:00:00Z'"),
        ("timestamp", "2026-11-22T08:00:00Z\ud800", INSTANT, "'2026-11-22T08:00:00Z\\ud800'"),
        ("kind", "Request", "'request' or 'activity'", "'Request'"),
        ("kind", "", "'request' or 'activity'", "''"),
        ("kind", 1, "'request' or 'activity'", "1"),
        ("kind", ["request"], "'request' or 'activity'", "['request']"),
        (
            "kind",
            np.array(["request", "request"]),
            "'request' or 'activity'",
            "array(['request', 'request'], dtype='<U7')",
        ),
        ("application", 5, TEXT, "5"),
        ("provider", b"openai", TEXT, "b'openai'"),
        ("model", True, TEXT, "True"),
        ("model", ["gpt-4"], TEXT, "['gpt-4']"),
        ("model", "\ud800", TEXT, "'\\ud800'"),
        ("session_id", 7, TEXT, "7"),
        ("event_id", float("nan"), TEXT, "nan"),
        ("public_id", {}, TEXT, "{}"),
        ("input_tokens", -1, COUNT, "-1"),
        ("output_tokens", 3.5, COUNT, "3.5"),
        ("cache_read_tokens", float("nan"), COUNT, "nan"),
        ("cache_creation_tokens", float("inf"), COUNT, "inf"),
        ("commits", float("-inf"), COUNT, "-inf"),
        ("lines_of_code", 2**63, COUNT, "9223372036854775808"),
        ("input_tokens", float(2**63), COUNT, "9.223372036854776e+18"),
        ("input_tokens", 10**400, COUNT, "1" + "0" * 56 + "..."),
        ("input_tokens", True, COUNT, "True"),
        ("input_tokens", False, COUNT, "False"),
        ("input_tokens", "7", COUNT, "'7'"),
        ("input_tokens", Decimal("3.5"), COUNT, "Decimal('3.5')"),
        ("input_tokens", Decimal("3.00000000000000000001"), COUNT, "Decimal('3.00000000000000000001')"),
        ("input_tokens", Decimal("NaN"), COUNT, "Decimal('NaN')"),
        ("input_tokens", Decimal("sNaN"), COUNT, "Decimal('sNaN')"),
        ("input_tokens", Decimal("1E+999999999"), COUNT, "Decimal('1E+999999999')"),
        ("input_tokens", Decimal("Infinity"), COUNT, "Decimal('Infinity')"),
        ("input_tokens", Fraction(1, 2), COUNT, "Fraction(1, 2)"),
        ("input_tokens", np.int8(-1), COUNT, "np.int8(-1)"),
        ("input_tokens", np.float64("nan"), COUNT, "np.float64(nan)"),
        ("input_tokens", 3 + 0j, COUNT, "(3+0j)"),
        ("input_tokens", [], COUNT, "[]"),
        ("input_tokens", {"tokens": 5}, COUNT, "{'tokens': 5}"),
        ("latency_ms", -0.001, NUMBER, "-0.001"),
        ("latency_ms", float("nan"), NUMBER, "nan"),
        ("latency_ms", float("inf"), NUMBER, "inf"),
        ("latency_ms", 10**400, NUMBER, "1" + "0" * 56 + "..."),
        ("latency_ms", True, NUMBER, "True"),
        ("latency_ms", "12", NUMBER, "'12'"),
        ("latency_ms", Decimal(-1), NUMBER, "Decimal('-1')"),
        ("latency_ms", timedelta(seconds=1), NUMBER, "datetime.timedelta(seconds=1)"),
        ("active_time_seconds", MAX_NUMBER + 1, NUMBER, "9007199254741"),
        ("active_time_seconds", 1e300, NUMBER, "1e+300"),
        ("success", 1, "true, false or null", "1"),
        ("success", "true", "true, false or null", "'true'"),
        ("success", np.array([True, True]), "true, false or null", "array([ True,  True])"),
    ],
)
def test_a_value_out_of_type_or_range_is_refused_by_name(field: str, value: object, allowed: str, came: str) -> None:
    assert refusal(**{field: value}) == f"events[3]: {field} must be {allowed}, not {came}"


def test_a_fraction_too_big_for_a_float_is_refused() -> None:
    assert refusal(latency_ms=Fraction(10**400)).startswith(
        f"events[3]: latency_ms must be {NUMBER}, not Fraction(1000"
    )


@pytest.mark.parametrize("record", [None, 5, "text", b"bytes", [1], (WHEN,), WHEN, pd.Timestamp(WHEN)])
def test_what_is_no_record_is_refused_as_one(record: object) -> None:
    with pytest.raises(Refusal) as caught:
        row(record)
    assert (caught.value.field, caught.value.allowed) == ("record", "a mapping, or an object with a timestamp")


@pytest.mark.parametrize("record", [{}, {"model": "gpt-4"}, object(), SimpleNamespace(model="gpt-4")])
def test_a_missing_timestamp_is_refused(record: object) -> None:
    with pytest.raises(Refusal) as caught:
        row(record)
    assert str(caught.value.at("events[0]")) == f"events[0]: timestamp must be {INSTANT}, not null"


def test_the_first_field_that_breaks_a_rule_is_the_one_named() -> None:
    assert refusal(success=1, model=5, input_tokens=-1).startswith("events[3]: model must be")


@pytest.mark.parametrize(
    ("field", "value", "taken"),
    [
        ("input_tokens", 3.0, 3),
        ("input_tokens", -0.0, 0),
        ("input_tokens", MAX_COUNT, MAX_COUNT),
        ("input_tokens", np.int32(4), 4),
        ("input_tokens", np.uint64(4), 4),
        ("input_tokens", np.float32(4), 4),
        ("input_tokens", Decimal("3.000"), 3),
        ("input_tokens", Decimal(MAX_COUNT), MAX_COUNT),
        ("input_tokens", Fraction(6, 2), 3),
        ("latency_ms", 3, 3.0),
        ("latency_ms", 0.0625, 0.0625),
        ("latency_ms", Decimal("1.5"), 1.5),
        ("latency_ms", np.float32(0.5), 0.5),
        ("latency_ms", MAX_NUMBER, float(MAX_NUMBER)),
        ("kind", "activity", "activity"),
        ("success", False, False),
        ("model", np.str_("gpt-4"), "gpt-4"),
        ("model", "", ""),
        ("session_id", "\u2028\x00é", "\u2028\x00é"),
        *((field, None, None) for field in FIELDS[1:]),
        *((field, pd.NA, None) for field in FIELDS[1:]),
    ],
)
def test_a_value_in_type_and_range_is_taken(field: str, value: object, taken: object) -> None:
    found = getattr(row({"timestamp": WHEN, field: value}), field)
    assert found == taken
    assert type(found) is type(taken)


def test_a_success_of_numpy_is_a_success() -> None:
    assert row({"timestamp": WHEN, "success": np.bool_(True)}).success is True  # noqa: FBT003


@pytest.mark.parametrize(
    "record",
    [
        {"timestamp": WHEN, "model": "gpt-4", "extra": object(), 5: 6},
        UserDict({"timestamp": WHEN, "model": "gpt-4"}),
        MappingProxyType({"timestamp": WHEN, "model": "gpt-4"}),
        SimpleNamespace(timestamp=WHEN, model="gpt-4", extra=1),
        Event(timestamp=WHEN, model="gpt-4"),
        Row(timestamp=WHEN, model="gpt-4"),
    ],
)
def test_mappings_events_and_objects_are_records(record: object) -> None:
    found = row(record)
    assert (found.timestamp, found.model, found.input_tokens or 0) == (WHEN, "gpt-4", 0)


class TableRow:
    """A row as sqlite3 and asyncpg give them: keys and items, no attributes."""

    def keys(self) -> list[str]:
        return ["timestamp", "model"]

    def __getitem__(self, name: str) -> object:
        return {"timestamp": WHEN, "model": "gpt-4"}[name]


def test_a_row_of_a_database_is_a_record() -> None:
    found = row(TableRow())
    assert (found.timestamp, found.model, found.provider) == (WHEN, "gpt-4", None)


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (WHEN, WHEN),
        (WHEN.replace(tzinfo=None), WHEN),
        (WHEN.replace(tzinfo=Nothing()), WHEN),
        (WHEN.astimezone(timezone(timedelta(hours=5, minutes=45))), WHEN),
        (pd.Timestamp(WHEN), WHEN),
        (pd.Timestamp("2026-11-22T08:00:00.123456999Z"), WHEN.replace(microsecond=123456)),
        (pd.Timestamp("2026-11-22T08:00:00"), WHEN),
        (pd.NaT, None),
        ("2026-11-22T08:00:00Z", None),
        (5, None),
    ],
)
def test_a_datetime_of_any_kind_is_an_instant(value: object, same: datetime | None) -> None:
    found = instant(value)
    assert found == same
    assert type(found) is type(same)


def test_an_event_has_the_fields_of_a_record_in_order_and_the_defaults_of_null() -> None:
    event = Event(timestamp=WHEN)
    assert tuple(ALLOWED.keys() - {"record"} - set(FIELDS)) == ()
    assert tuple(Row.__struct_fields__) == FIELDS
    assert {name: getattr(event, name) for name in FIELDS[1:]} == {
        "kind": "request",
        "application": None,
        "provider": None,
        "model": None,
        "session_id": None,
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_read_tokens": 0,
        "cache_creation_tokens": 0,
        "latency_ms": None,
        "success": None,
        "commits": 0,
        "lines_of_code": 0,
        "active_time_seconds": 0.0,
        "event_id": None,
        "public_id": None,
    }
    assert event.kind in KINDS


def test_an_event_is_frozen_and_written_by_name() -> None:
    event = Event(timestamp=WHEN)
    with pytest.raises(AttributeError):
        event.model = "gpt-4"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Event(WHEN)  # type: ignore[call-arg]


def test_the_first_hundred_rejects_are_kept_and_all_are_counted() -> None:
    rejects = Rejects()
    for n in range(250):
        rejects.add(Reject(f"events[{n}]", "kind", "'request' or 'activity'", "'x'"))
    assert rejects.count == 250
    assert [one.place for one in rejects.first] == [f"events[{n}]" for n in range(100)]


def test_a_strict_reading_raises_its_first_reject() -> None:
    rejects = Rejects(strict=True)
    with pytest.raises(InvalidEvent, match=r"^log\.jsonl:7: kind must be 'request' or 'activity', not 'x'$"):
        rejects.add(Reject("log.jsonl:7", "kind", "'request' or 'activity'", "'x'"))
    assert rejects.count == 0


def test_a_part_of_a_reading_is_counted_when_it_is_absorbed() -> None:
    whole = Rejects(shown=3)
    reject = Reject("a:1", "record", "a record", "text")
    whole.add(reject)
    part = whole.more()
    for number in range(4):
        part.add(Reject(f"b:{number}", "record", "a record", "text"))
    assert whole.count == 1
    whole.absorbed(part)
    assert (whole.count, [one.place for one in whole.first]) == (5, ["a:1", "b:0", "b:1"])
    whole.absorbed(part)
    assert (whole.count, len(whole.first)) == (9, 3)
    with pytest.raises(InvalidEvent, match="a:1: record"):
        Rejects(strict=True).more().add(reject)


def test_texts_by_number_are_a_column_of_texts() -> None:
    column = Coded([1, 0, 2, 1], [None, "a", "b"])
    assert list(column) == [column[0], column[1], column[2], column[3]] == ["a", None, "b", "a"]
    assert list(column[1:3]) == [None, "b"]
    assert len(column) == 4
