from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.sources.telemetry import (
    SECOND,
    START,
    attributes,
    binary,
    claude_code,
    lines,
    log,
    metric,
    metrics,
    point,
    read_files,
    requests,
    sent,
    summed,
    told,
)
from usagestats import summarize
from usagestats.errors import MissingPackage, UsageStatsError
from usagestats.sources import given, records
from usagestats.sources.otlp import SOURCE

if TYPE_CHECKING:
    from pathlib import Path

LOGS = claude_code(log("api_request", 5, session__id="s1", model="claude-a", input_tokens=4, cost_usd=0.01, ok=True))


def test_without_the_extra_a_binary_file_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "body"
    path.write_bytes(binary(LOGS))
    monkeypatch.setitem(sys.modules, "opentelemetry.proto.collector.logs.v1.logs_service_pb2", None)
    found = given([path]).found
    assert [one.source.name for one in found] == ["otlp"]
    with pytest.raises(MissingPackage, match=r"install agent-usagestats\[otlp\]") as raised:
        summarize(records(found))
    assert isinstance(raised.value, (UsageStatsError, ImportError))


def test_without_the_extra_json_is_read_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.proto.collector.logs.v1.logs_service_pb2", None)
    (tmp_path / "telemetry.jsonl").write_bytes(lines(LOGS))
    assert len(requests(read_files(tmp_path / "telemetry.jsonl")[0])) == 1


def test_a_span_keeps_its_ids_so_that_json_and_protobuf_are_one_event(tmp_path: Path) -> None:
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5.5", "gen_ai.usage.input_tokens": 7}
    span = {
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "8d3625b4b1000000",
        "startTimeUnixNano": f"{START}",
        "endTimeUnixNano": f"{START + SECOND}",
        "attributes": attributes(named),
        "status": {"code": 2},
    }
    plain = {"traceId": "00", "spanId": "00", "endTimeUnixNano": f"{START}", "attributes": attributes({"a": "b"})}
    document = sent("Spans", [span, plain], "my-agent")
    (tmp_path / "a").write_bytes(lines(document))
    (tmp_path / "b").write_bytes(binary(document))
    found, _ = read_files(tmp_path / "a", tmp_path / "b")
    assert told(requests(found), "input_tokens", "success", "event_id") == [
        (7, False, "my-agent:span:5b8efff798038103d269b633813fc60c:8d3625b4b1000000")
    ]


def test_records_that_are_wrong_are_refused_alone(tmp_path: Path) -> None:
    bad, good = log("api_request", 5, model=7), log("api_request", 6, model="claude-a", seen={"arrayValue": {}}, no={})
    (tmp_path / "logs").write_bytes(binary(claude_code(bad, good, log("hook", 7))))
    points = [point(60, -1.0), point(70, 2.0), {"timeUnixNano": f"{START}"}]
    gauge = {"name": "claude_code.commit.count", "gauge": {"dataPoints": [point(60, 1.0)]}}
    other = metric("claude_code.cost.usage", point(60, 1.0))
    (tmp_path / "metrics").write_bytes(binary(metrics(gauge, metric("claude_code.commit.count", *points), other)))
    found, refused = read_files(tmp_path / "logs", tmp_path / "metrics")
    assert [one.partition(", not")[2] for one in refused] == [" integer", " a number out of range", " null"]
    assert (len(requests(found)), summed(found, "commits")) == (1, 2)


@pytest.mark.parametrize(
    "document",
    [
        sent("Logs", [], "claude-code"),
        sent("Logs", [{"body": {"stringValue": "only words"}}], "claude-code"),
        metrics(metric("codex.turn")),
        metrics({"name": "x", "histogram": {"dataPoints": [{"count": 3, "sum": 2.5, "bucketCounts": [1, 2]}]}}),
        sent("Spans", [], "my-agent"),
    ],
    ids=["no records", "a body alone", "no points", "histogram", "no spans"],
)
def test_a_message_without_anything_that_counts_is_no_fault(tmp_path: Path, document: dict[str, object]) -> None:
    (tmp_path / "body").write_bytes(binary(document))
    assert SOURCE.matches(tmp_path / "body", binary(document))
    assert read_files(tmp_path / "body") == ([], [])
