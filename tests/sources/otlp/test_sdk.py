from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sources.telemetry import SECOND, START, gemini, lines, log, read_files, requests, stamp, summed, told
from usagestats.sources import given

if TYPE_CHECKING:
    from pathlib import Path

RESOURCE = {"_rawAttributes": [["service.name", "gemini-cli"], ["session.id", "s1"]], "_asyncAttributesPending": False}
SCOPE = {"name": "gemini-cli"}
SECOND_OF_START = START // SECOND
CIRCULAR = "[Circular]"


def at(second: float) -> list[int]:
    whole = int(second)
    return [SECOND_OF_START + whole, round((second - whole) * SECOND)]


def record(name: str, second: float, **told: object) -> dict[str, Any]:
    known = {"event.name": name, "event.timestamp": stamp(second), "session.id": "s1"}
    return {
        "hrTime": at(second),
        "resource": RESOURCE,
        "instrumentationScope": SCOPE,
        "attributes": known | {key.replace("__", "."): value for key, value in told.items()},
        "_body": "API response from gemini-2.5-pro.",
    }


def response(second: float, **told: object) -> dict[str, Any]:
    known = {"model": "gemini-2.5-pro", "input_token_count": 8200, "output_token_count": 150, "duration_ms": 4000}
    return record("gemini_cli.api_response", second, **(known | told))


def span(begin: float, end: object, **fields: object) -> dict[str, Any]:
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gemini-2.5-pro", "session.id": "s2"}
    return {
        "_spanContext": {"traceId": "a7e69744cbed01f811b5f0fbb0b2e8d5", "spanId": f"{begin}"},
        "attributes": named,
        "startTime": at(begin),
        "endTime": end,
        "status": {"code": 0},
        "resource": RESOURCE,
        "instrumentationScope": SCOPE,
        **fields,
    }


def counted(*points: dict[str, Any], temporality: object = 1) -> dict[str, Any]:
    other = {"descriptor": {"name": "gemini_cli.token.usage"}, "aggregationTemporality": 1}
    changed = {"descriptor": {"name": "gemini_cli.lines.changed"}, "aggregationTemporality": temporality}
    found = [other | {"dataPoints": [point(1, at(60))]}, changed | {"dataPoints": list(points)}]
    return {"resource": RESOURCE, "scopeMetrics": [{"scope": SCOPE, "metrics": found}]}


def point(value: object, end: object, **told: object) -> dict[str, Any]:
    return {"attributes": {"type": "added", "session.id": "s1"} | told, "startTime": at(0), "endTime": end} | {
        "value": value
    }


def written(folder: Path, *objects: dict[str, Any]) -> Path:
    path = folder / "outfile.log"
    path.write_text("".join(json.dumps(one, indent=2) + "\n" for one in objects))
    return path


def test_objects_of_all_kinds_are_read_out_of_one_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        record("gemini_cli.config", 0),
        record("gemini_cli.user_prompt", 1),
        counted(point(2, CIRCULAR)),
        response(5),
        span(6, at(7.5)),
        counted(point(9, at(120))),
    )
    assert [one.source.name for one in given([path]).found] == ["otlp"]
    found, refused = read_files(path)
    fields = ("application", "session_id", "model", "input_tokens", "latency_ms", "success")
    assert told(requests(found), *fields) == [
        ("gemini-cli", "s1", "gemini-2.5-pro", 8200, 4000, True),
        ("gemini-cli", "s2", "gemini-2.5-pro", 0, 1500, True),
    ]
    assert told([one for one in found if one.get("lines_of_code")], "lines_of_code", "event_id") == [
        (9, "gemini-cli:reported:s1:2026-11-16T10")
    ]
    assert refused == []


def test_the_same_telemetry_over_otlp_counts_once(tmp_path: Path) -> None:
    sent = {"model": "gemini-2.5-pro", "input_token_count": 8200, "output_token_count": 150, "duration_ms": 4000}
    (tmp_path / "otlp.json").write_bytes(lines(gemini(log("gemini_cli.api_response", 5, session__id="s1", **sent))))
    found, _ = read_files(written(tmp_path, response(5)), tmp_path / "otlp.json")
    assert len(requests(found)) == 1


@pytest.mark.parametrize("kind", ["hrTime", "_spanContext", "resource"])
def test_each_kind_may_stand_first(tmp_path: Path, kind: str) -> None:
    first = {"hrTime": response(5), "_spanContext": span(1, at(2)), "resource": counted(point(2, at(60)))}
    assert [one.source.name for one in given([written(tmp_path, first[kind])]).found] == ["otlp"]


@pytest.mark.parametrize("name", ["attributes", "_attributes"])
def test_older_sdks_keep_the_resource_as_an_object(tmp_path: Path, name: str) -> None:
    old = {name: {"service.name": "qwen-code", "session.id": "s7"}}
    one = record("qwen-code.api_response", 5, model="m") | {"resource": old}
    del one["attributes"]["session.id"]
    found, _ = read_files(written(tmp_path, one))
    assert told(requests(found), "application", "session_id") == [("qwen-code", "s7")]


def test_without_the_time_of_the_event_that_of_the_record_counts(tmp_path: Path) -> None:
    one, other = response(5), response(6) | {"hrTime": CIRCULAR}
    del one["attributes"]["event.timestamp"], other["attributes"]["event.timestamp"]
    found, refused = read_files(written(tmp_path, one, other))
    assert [f"{record['timestamp']:%H:%M:%S}" for record in requests(found)] == ["10:00:05"]
    assert [one.split(":", 2)[2] for one in refused] == [" hrTime must be [seconds, nanoseconds] since 1970, not text"]


def test_deltas_are_0_and_cumulative_counts_1(tmp_path: Path) -> None:
    points = [point(2, at(60)), point(5, at(120))]
    for temporality, lines_of_code in ((0, 7), (1, 5)):
        found, _ = read_files(written(tmp_path, counted(*points, temporality=temporality)))
        assert summed(found, "lines_of_code") == lines_of_code


@pytest.mark.parametrize("temporality", [2, None, True, "1"])
def test_a_sum_that_does_not_say_how_it_adds_up_is_refused(tmp_path: Path, temporality: object) -> None:
    _, (refused,) = read_files(written(tmp_path, counted(point(2, at(60)), temporality=temporality)))
    assert "aggregationTemporality must be 0 (delta) or 1 (cumulative), not " in refused


@pytest.mark.parametrize("end", [CIRCULAR, None, [1], [1, -1], [1, 10**9], [-1, 0], [1.5, 0], [10**15, 0]])
def test_a_span_without_an_end_is_refused(tmp_path: Path, end: object) -> None:
    found, (refused,) = read_files(written(tmp_path, span(1, end), response(5)))
    assert refused.startswith("outfile.log:1: endTime must be [seconds, nanoseconds] since 1970, not ")
    assert len(requests(found)) == 1


def test_a_span_that_failed_is_a_failed_request(tmp_path: Path) -> None:
    found, _ = read_files(written(tmp_path, span(1, at(2), status={"code": 2}), span(3, at(4), attributes={})))
    assert told(requests(found), "success") == [(False,)]


def test_a_writer_that_was_stopped_spoils_no_more_than_its_last_object(tmp_path: Path) -> None:
    path = written(tmp_path, response(5), response(6))
    content = path.read_text()
    path.write_text(content[:-30] + "\n" + json.dumps(response(7), indent=2))
    found, (refused,) = read_files(path)
    begin = content.count("\n") // 2 + 1
    assert refused.startswith(f"outfile.log:{begin}: record must be a JSON document, not something else")
    assert len(requests(found)) == 2


def test_what_does_not_matter_may_be_anything(tmp_path: Path) -> None:
    odd = [
        response(5) | {"resource": CIRCULAR, "instrumentationScope": CIRCULAR},
        response(6) | {"attributes": CIRCULAR},
        response(7) | {"resource": {"_rawAttributes": [["service.name"], CIRCULAR, [7, 8], ["a", "b"]]}},
        {"scopeMetrics": CIRCULAR},
        {"scopeMetrics": [CIRCULAR, {"metrics": [CIRCULAR, {"dataPoints": [CIRCULAR]}]}]},
        {"scopeMetrics": [{"metrics": [{"descriptor": {"name": {"a": 1}}, "dataPoints": [point(1, at(60))]}]}]},
    ]
    found, refused = read_files(written(tmp_path, *odd))
    assert (len(requests(found)), refused) == (2, [])


def test_one_object_a_line_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "outfile.jsonl"
    path.write_bytes(lines(response(5), record("gemini_cli.config", 6), response(7)))
    assert len(requests(read_files(path)[0])) == 2
