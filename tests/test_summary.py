from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from usagestats.errors import InvalidEvent, InvalidPeriod, InvalidTime
from usagestats.events import Rejects
from usagestats.summary import Summary, summaries, summarize

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 22, 12, 34, 56, 789_000, tzinfo=UTC)
EXAMPLE = Path(__file__).parent / "data" / "documented_example"


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10} | fields


def documented() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLE / "documented.json").read_text())
    return found


def of_the_example() -> Summary:
    """From records that add up to the documented numbers."""
    records = [json.loads(line) for line in (EXAMPLE / "records.jsonl").read_text().splitlines()]
    return summarize(records, name="Alex Smith", now=datetime(2026, 1, 8, 17, 25, 24, tzinfo=UTC), strict=True)


def shape(value: object) -> object:
    """Keys in their order, and the types of what they hold."""
    if isinstance(value, dict):
        return [(key, shape(part)) for key, part in value.items()]
    return shape(value[0]) if isinstance(value, list) else type(value)


def test_the_documented_example_comes_out_with_its_numbers() -> None:
    found, wanted = of_the_example().to_dict(), documented()
    series = found["stats"].pop("time_series")
    excerpt = wanted["stats"].pop("time_series")[0]
    assert found == wanted
    assert series[0] == excerpt | {"date": "2026-01-02"}  # its dates are made up: the window begins a day later
    assert len(series) == 7


def test_the_documented_example_comes_out_in_its_shape() -> None:
    assert shape(of_the_example().to_dict()) == shape(documented())


def test_the_document_is_the_golden_one_to_the_byte() -> None:
    assert of_the_example().to_json(indent=2) + "\n" == (EXAMPLE / "summary.json").read_text()


def test_the_documented_field_selection_gives_the_documented_answer() -> None:
    found = of_the_example().to_json("name,stats.total_events,stats.total_tokens")
    assert found == '{"name":"Alex Smith","stats":{"total_events":11,"total_tokens":10096}}'


def test_a_summary_has_typed_attributes() -> None:
    summary = of_the_example()
    assert summary.stats.total_tokens == 10096
    assert summary.stats.time_series[0].coding_sessions == 2
    assert (summary.period.name, summary.rejects.count) == ("7d", 0)


def test_generated_at_is_now_in_utc_without_fractions() -> None:
    assert summarize([], now=NOW).generated_at == "2026-11-22T12:34:56Z"
    there = NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    assert summarize([], now=there, tz="Asia/Tokyo").generated_at == "2026-11-22T12:34:56Z"
    assert summarize([], now=NOW.replace(tzinfo=None)).generated_at == "2026-11-22T12:34:56Z"


def test_where_no_now_is_given_the_clock_is_read() -> None:
    earliest = datetime.now(UTC).replace(microsecond=0)
    assert earliest <= summarize([]).period.now <= datetime.now(UTC)


def test_the_period_is_seven_days_unless_another_is_asked_for() -> None:
    assert summarize([], now=NOW).period.name == "7d"
    assert len(summarize([], now=NOW, period="90d").stats.time_series) == 90


def test_a_wrong_period_or_zone_is_told_before_any_record_is_read() -> None:
    def unread() -> Iterator[object]:
        yield {}
        message = "a record was read"
        raise AssertionError(message)

    with pytest.raises(InvalidPeriod):
        summarize(unread(), now=NOW, period="1y")
    with pytest.raises(InvalidTime):
        summarize(unread(), now=NOW, tz="Mars/Olympus")


@pytest.mark.parametrize("name", ["", 'Alex "Smith"', "<script>", "\u2028\u0000", "\ud800", "👩‍💻"])
def test_any_name_comes_out_as_json(name: str) -> None:
    text = summarize([], now=NOW, name=name).to_json()
    assert json.loads(text)["name"] == name
    assert text.encode()
    assert "\n" not in text


@pytest.mark.parametrize(("name", "kind"), [(None, "NoneType"), (5, "int"), (b"Alex", "bytes"), (["Alex"], "list")])
def test_a_name_that_is_no_text_is_refused_before_any_record_is_read(name: Any, kind: str) -> None:  # noqa: ANN401
    events = iter([request()])
    with pytest.raises(TypeError, match=f"^name must be text, not {kind}$"):
        summarize(events, now=NOW, name=name)
    assert list(events) == [request()]


def test_json_is_one_line_unless_an_indent_is_asked_for() -> None:
    summary = summarize([request(model="modèle")], now=NOW)
    assert '"events_by_model":{"modèle":1}' in summary.to_json("stats.events_by_model")
    assert summary.to_json("name", indent=2) == '{\n  "name": ""\n}'
    assert json.loads(summary.to_json()) == summary.to_dict()


def test_the_document_can_be_changed_without_changing_the_summary() -> None:
    summary = summarize([request()], now=NOW)
    summary.to_dict()["stats"]["time_series"][0]["tokens"] = 5
    assert summary.to_dict()["stats"]["time_series"][0]["tokens"] == 0


def test_rejects_are_counted_beside_the_document() -> None:
    summary = summarize([request(), request(input_tokens=-1)], now=NOW)
    assert (summary.stats.total_events, summary.rejects.count) == (1, 1)
    assert str(summary.rejects.first[0]).startswith("events[1]: input_tokens must be")
    assert "rejects" not in summary.to_dict()
    with pytest.raises(InvalidEvent, match=r"^events\[1\]"):
        summarize([request(), request(input_tokens=-1)], now=NOW, strict=True)


def test_several_periods_come_from_one_reading() -> None:
    events = [request(timestamp=NOW - timedelta(days=n)) for n in range(100)]
    rejects = Rejects()
    names = ["90d", "7d", "30d"]
    found = summaries(iter([*events, 5]), names, name="Alex", now=NOW, tz="UTC", rejects=rejects)
    assert [one.to_dict() for one in found] == [
        summarize(events, period=name, now=NOW, name="Alex").to_dict() for name in names
    ]
    assert rejects.count == found[0].rejects.count == 1


def test_with_weeks_the_days_before_the_period_are_kept_as_far_as_the_data_reach() -> None:
    events = [request(timestamp=NOW - timedelta(days=n)) for n in (0, 7, 20)]
    assert summarize(events, now=NOW).extras.days_before == ()
    assert summarize(events, now=NOW, weeks=2).extras.days_before == (0,) * 6 + (10,)
    assert summarize(events, now=NOW, weeks=53).extras.days_before == (10, *[0] * 12, 10)
    assert summarize([], now=NOW, weeks=53).extras.days_before == ()
    assert summarize(events, now=NOW, period="90d", weeks=2).extras.days_before == ()


def test_weeks_of_a_scan_do_not_hide_the_period_before() -> None:
    events = pl.DataFrame([request(timestamp=NOW - timedelta(days=n)) for n in (0, 100, 175, 179)]).lazy()
    with_weeks, without = (summarize(events, now=NOW, period="90d", weeks=weeks) for weeks in (14, None))
    assert with_weeks.extras.before == without.extras.before
    assert with_weeks.extras.before is not None
    assert len(with_weeks.extras.days_before) == 98 - 90


def test_wrong_weeks_are_told_before_any_record_is_read() -> None:
    with pytest.raises(InvalidPeriod, match="weeks must be a whole number from 1 to 53, not 54"):
        summarize(iter([]), now=NOW, weeks=54)


def test_outcomes_are_counted_as_far_as_they_are_known() -> None:
    outcomes = [True, True, False, None]
    found = summarize([request(success=known, event_id=str(n)) for n, known in enumerate(outcomes)], now=NOW)
    assert (found.extras.succeeded, found.extras.failed) == (2, 1)
    assert summarize([], now=NOW).extras.succeeded == 0
