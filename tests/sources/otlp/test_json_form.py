from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sources.telemetry import (
    claude_code,
    codex,
    log,
    metric,
    metrics,
    point,
    read,
    read_files,
    requests,
    sent,
    summed,
    told,
)

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Hunter2"
WRONG: tuple[object, ...] = (
    *(None, SECRET, "", -1, 1.5, True, [], {}, [None], [SECRET], {SECRET: SECRET}),
    *({"stringValue": [SECRET]}, {"intValue": SECRET}, {"doubleValue": {SECRET: 1}}, 10**400),
)
GOOD = log("api_request", 5, session__id="s1", model="m", request_id="r1", input_tokens=4)


def changed(value: Any, place: list[str | int], new: object) -> Any:  # noqa: ANN401
    """A copy of the value with something else at that place."""
    if not place:
        return new
    made: Any = dict(value) if isinstance(value, dict) else list(value)
    made[place[0]] = changed(value[place[0]], place[1:], new)
    return made


def test_the_order_of_keys_and_blanks_do_not_matter(tmp_path: Path) -> None:
    named = {"value": {"stringValue": "codex.sse_event"}, "key": "event.name"}
    tokens = {"value": {"intValue": "7"}, "key": "input_token_count"}
    stamp = {"value": {"stringValue": "2026-11-16T10:00:05Z"}, "key": "event.timestamp"}
    document = codex({"attributes": [tokens, stamp, named]})
    (tmp_path / "a.json").write_text(json.dumps(document, indent=4))
    (tmp_path / "b.json").write_text(json.dumps(document, separators=(",", ":")))
    for name in ("a.json", "b.json"):
        found, _ = read(tmp_path, json.loads((tmp_path / name).read_text()))
        assert told(requests(found), "input_tokens") == [(7,)]


def test_an_event_may_be_named_by_its_record(tmp_path: Path) -> None:
    record = GOOD | {"eventName": "claude_code.api_request"}
    record["attributes"] = [one for one in GOOD["attributes"] if one["key"] != "event.name"]
    stream = log("codex.sse_event", 5)
    found, _ = read(tmp_path, sent("Logs", [record], "mine"), sent("Logs", [stream, record], "mine"))
    assert told(requests(found), "application", "input_tokens") == [("claude-code", 4)]


def test_texts_that_look_like_names_of_events_hide_nothing(tmp_path: Path) -> None:
    said = 'x"event.name","value":{"stringValue":"other"'
    record = log("api_request", 5, prompt=said, session__id="s1", model="m")
    stream = log("codex.sse_event", 5)
    found, _ = read(tmp_path, claude_code(stream, record))
    assert len(requests(found)) == 1


def test_a_name_within_a_map_is_not_the_events(tmp_path: Path) -> None:
    inner = {"kvlistValue": {"values": [{"key": "event.name", "value": {"stringValue": "other"}}]}}
    record = GOOD | {"attributes": [{"key": "map", "value": inner}, *GOOD["attributes"]]}
    found, _ = read(tmp_path, claude_code(log("codex.sse_event", 5), record))
    assert len(requests(found)) == 1


def test_empty_values_arrays_and_bytes_are_nothing(tmp_path: Path) -> None:
    odd = {"seed": {}, "list": {"arrayValue": {"values": []}}, "raw": {"bytesValue": "AA=="}, "none": None}
    record = log("api_request", 5, session__id="s1", model="m", input_tokens={}, **odd)
    found, refused = read(tmp_path, claude_code(record))
    assert told(requests(found), "model", "input_tokens") == [("m", 0)]
    assert refused == []


def test_of_documents_in_an_array_the_same_is_passed_over(tmp_path: Path) -> None:
    plain = sent("Spans", [{"attributes": [{"key": "http.method", "value": {"stringValue": "GET"}}]}], "my-agent")
    record = log("api_request", 5, session__id="s1", model="m", seed={}, list={"arrayValue": {}})
    (tmp_path / "all.json").write_text(json.dumps([plain, claude_code(record, log("hook", 6))]))
    found, refused = read_files(tmp_path / "all.json")
    assert (len(requests(found)), refused) == (1, [])


def test_a_fault_costs_the_record_that_has_it_and_no_other(tmp_path: Path) -> None:
    bad = log("api_request", 6, session__id="s1", input_tokens={"intValue": [SECRET]})
    cut = GOOD | {"attributes": [*GOOD["attributes"], {"key": "half", "value": {"stringValue": "\ud800"}}]}
    for records in ([bad, GOOD], [bad, cut], [log("codex.sse_event", 5), bad, cut]):
        found, (refused,) = read(tmp_path, claude_code(*records))
        assert refused.startswith("telemetry.jsonl:1: input_tokens must be an integer from 0")
        assert refused.endswith("not array")
        assert told(requests(found), "input_tokens") == [(4,)]


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("index", range(len(GOOD["attributes"])))
@pytest.mark.parametrize("place", [[], ["key"], ["value"], ["value", "stringValue"], ["value", "intValue"]])
def test_whatever_an_attribute_is_nothing_raises_and_nothing_is_told(
    tmp_path: Path, value: object, index: int, place: list[str]
) -> None:
    bad = changed(GOOD, ["attributes", index], placed(GOOD["attributes"][index], place, value))
    other = log("api_request", 8, session__id="s1", model="m", request_id="r2", input_tokens=5)
    for streamed in ([], [log("codex.sse_event", 5)]):
        found, refused = read(tmp_path, claude_code(*streamed, bad, other))
        assert summed(found, "input_tokens") in {5, 9}
        assert SECRET not in "".join(refused)


def placed(attribute: dict[str, Any], place: list[str], value: object) -> object:
    if not place:
        return value
    inner = placed(attribute.get(place[0], {}), place[1:], value)
    return {**attribute, place[0]: inner}


METRIC = metric("claude_code.commit.count", point(60, 3))
PLACES: tuple[tuple[str, list[str | int]], ...] = (
    ("resourceLogs", []),
    ("resourceLogs", [0]),
    ("resourceLogs", [0, "resource"]),
    ("resourceLogs", [0, "resource", "attributes"]),
    ("resourceLogs", [0, "scopeLogs"]),
    ("resourceLogs", [0, "scopeLogs", 0]),
    ("resourceLogs", [0, "scopeLogs", 0, "scope"]),
    ("resourceLogs", [0, "scopeLogs", 0, "scope", "name"]),
    ("resourceLogs", [0, "scopeLogs", 0, "logRecords"]),
    ("resourceLogs", [0, "scopeLogs", 0, "logRecords", 0]),
    ("resourceLogs", [0, "scopeLogs", 0, "logRecords", 0, "attributes"]),
    ("resourceLogs", [0, "scopeLogs", 0, "logRecords", 0, "timeUnixNano"]),
    ("resourceMetrics", [0, "scopeMetrics", 0, "metrics"]),
    ("resourceMetrics", [0, "scopeMetrics", 0, "metrics", 0]),
    ("resourceMetrics", [0, "scopeMetrics", 0, "metrics", 0, "name"]),
    ("resourceMetrics", [0, "scopeMetrics", 0, "metrics", 0, "sum"]),
    ("resourceMetrics", [0, "scopeMetrics", 0, "metrics", 0, "sum", "dataPoints"]),
    ("resourceMetrics", [0, "scopeMetrics", 0, "metrics", 0, "sum", "dataPoints", 0]),
    ("resourceMetrics", [0, "scopeMetrics", 0, "metrics", 0, "sum", "dataPoints", 0, "attributes"]),
)


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize(("key", "place"), PLACES)
def test_whatever_the_envelope_holds_its_neighbours_are_read(
    tmp_path: Path, key: str, place: list[str | int], value: object
) -> None:
    good = claude_code(log("api_request", 8, session__id="s1", model="m", request_id="r2", input_tokens=5))
    bad = changed({**claude_code(GOOD), **metrics(METRIC)}, [key, *place], value)
    found, refused = read(tmp_path, bad, good)
    assert summed(found, "input_tokens") in {5, 9}
    assert SECRET not in "".join(refused)


def test_what_should_be_an_array_and_is_none_is_named(tmp_path: Path) -> None:
    bad = {"resourceLogs": [{"scopeLogs": 7}, {"scopeLogs": [{"logRecords": "x"}]}], "resourceSpans": True}
    found, refused = read(tmp_path, {**bad, "resourceMetrics": metrics(METRIC)["resourceMetrics"]})
    assert refused == [
        "telemetry.jsonl:1: scopeLogs must be an array or null, not integer",
        "telemetry.jsonl:1: logRecords must be an array or null, not text",
        "telemetry.jsonl:1: resourceSpans must be an array or null, not boolean",
    ]
    assert summed(found, "commits") == 3


def test_a_metric_whose_sum_or_points_cannot_be_read_is_refused(tmp_path: Path) -> None:
    bad = [METRIC | {"sum": 7}, METRIC | {"sum": METRIC["sum"] | {"dataPoints": "x"}}]
    assert read(tmp_path, *(metrics(one) for one in bad))[1] == [
        "telemetry.jsonl:1: sum must be an object or null, not integer",
        "telemetry.jsonl:2: dataPoints must be an array or null, not text",
    ]


def test_halves_of_letters_in_a_metric_or_span_are_no_fault_of_the_rest(tmp_path: Path) -> None:
    found, refused = read(tmp_path, metrics(METRIC | {"description": "\ud800"}))
    assert (summed(found, "commits"), refused) == (3, [])


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("1e400", "value must be an integer from 0 to 9223372036854775807, not a number out of range"),
        ("9" * 5000, "record must be a JSON object, not something else"),
    ],
)
def test_a_number_that_nothing_can_hold_is_refused(tmp_path: Path, number: str, why: str) -> None:
    path = tmp_path / "telemetry.jsonl"
    path.write_text(json.dumps(metrics(METRIC)).replace('"asDouble": 3', f'"asDouble": {number}') + "\n")
    assert read_files(path) == ([], [f"telemetry.jsonl:1: {why}"])


def test_a_record_nested_beyond_measure_is_refused_alone(tmp_path: Path) -> None:
    deep = '{"a":' * 99_999 + "1" + "}" * 99_999
    good = json.dumps(metrics(METRIC))
    (tmp_path / "telemetry.jsonl").write_text(good.replace('"isMonotonic": true', f'"isMonotonic": {deep}'))
    found, (refused,) = read_files(tmp_path / "telemetry.jsonl")
    assert refused.startswith("telemetry.jsonl:1: record must be a JSON")
    assert found == []
