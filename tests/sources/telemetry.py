"""Telemetry made to order: records of OTLP as JSON, and what the source makes of files."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from usagestats.events import Reject
from usagestats.sources.otlp import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Json = dict[str, Any]
Record = dict[str, Any]

SECOND = 10**9
START = 1_794_823_200 * SECOND
"""2026-11-16T10:00:00Z."""


def stamp(second: float) -> str:
    """So many seconds after ten o'clock, as agents write it; up to an hour."""
    minute, rest = divmod(second, 60)
    return f"2026-11-16T10:{int(minute):02}:{rest:06.3f}Z"


def attributes(told: Json) -> list[Json]:
    """The list of OTLP; what is no plain value is put in as it is."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "boolValue"),
        (str, "stringValue"),
        (int, "intValue"),
        (float, "doubleValue"),
    )
    return [
        {"key": key, "value": next(({name: value} for kind, name in kinds if isinstance(value, kind)), value)}
        for key, value in told.items()
    ]


def log(name: str, second: float, **told: object) -> Json:
    """A log record; double underscores stand for dots."""
    named = {key.replace("__", "."): value for key, value in told.items()}
    known = {"event.name": name, "event.timestamp": stamp(second)} | named
    return {"timeUnixNano": f"{START + round(second * SECOND)}", "attributes": attributes(known)}


def sent(kind: str, records: Iterable[Json], service: str = "", scope: str = "", **resource: object) -> Json:
    """A document of that kind: ``Logs``, ``Metrics`` or ``Spans``, of one resource and scope."""
    named = ({"service.name": service} if service else {}) | {k.replace("__", "."): v for k, v in resource.items()}
    key = {"Logs": "logRecords", "Metrics": "metrics", "Spans": "spans"}[kind]
    part = {"scope": {"name": scope}, key: list(records)}
    return {f"resource{kind}": [{"resource": {"attributes": attributes(named)}, f"scope{kind}": [part]}]}


def claude_code(*records: Json) -> Json:
    return sent("Logs", records, "claude-code", "com.anthropic.claude_code.events")


def codex(*records: Json) -> Json:
    return sent("Logs", records, "codex_cli_rs", "codex_otel.log_only")


def gemini(*records: Json) -> Json:
    return sent("Logs", records, "gemini-cli", "gemini-cli")


def point(second: float, value: object, begin: float = 0, **told: object) -> Json:
    """A point of a sum, whose count began then."""
    named = {key.replace("__", "."): one for key, one in told.items()}
    return {
        "attributes": attributes({"session.id": "s1"} | named),
        "startTimeUnixNano": f"{START + round(begin * SECOND)}",
        "timeUnixNano": f"{START + round(second * SECOND)}",
        "asDouble": value,
    }


def metric(name: str, *points: Json, temporality: object = 1) -> Json:
    return {"name": name, "sum": {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": points}}


def metrics(*found: Json) -> Json:
    return sent("Metrics", found, "claude-code", "com.anthropic.claude_code")


def lines(*documents: Json) -> bytes:
    return b"".join(json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in documents)


def read_files(*paths: Path) -> tuple[list[Record], list[str]]:
    """The records of these files in order of time, and what is said of those that were refused."""
    found = list(SOURCE.read_all(paths))
    records = [one for one in found if not isinstance(one, Reject)]
    order = sorted(records, key=lambda one: (str(one["timestamp"]), str(one["event_id"])))
    return order, [str(one).replace(f"{paths[0].parent}/", "") for one in found if isinstance(one, Reject)]


def read(folder: Path, *documents: Json) -> tuple[list[Record], list[str]]:
    """The same of documents, as lines of one file."""
    path = folder / "telemetry.jsonl"
    path.write_bytes(lines(*documents))
    return read_files(path)


def requests(records: Iterable[Record]) -> list[Record]:
    return [one for one in records if one["kind"] == "request"]


def summed(records: Iterable[Record], name: str) -> Any:  # noqa: ANN401 - whatever the field holds
    return sum(one.get(name) or 0 for one in records)


def told(records: Iterable[Record], *names: str) -> list[tuple[object, ...]]:
    """These fields of each record."""
    return [tuple(one.get(name) for name in names) for one in records]


def binary(document: Json) -> bytes:
    """The same document as protobuf, by OpenTelemetry's own definitions."""
    from google.protobuf.json_format import ParseDict
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    kinds: dict[str, Any] = {
        "resourceLogs": ExportLogsServiceRequest,
        "resourceMetrics": ExportMetricsServiceRequest,
        "resourceSpans": ExportTraceServiceRequest,
    }
    (key,) = document
    message: bytes = ParseDict(_identified(document), kinds[key]()).SerializeToString()
    return message


def _identified(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    """The same with the ids of spans as protobuf's own JSON has them, which is not OTLP's."""
    if isinstance(value, list):
        return [_identified(one) for one in value]
    if not isinstance(value, dict):
        return value
    ids = {key: b64encode(bytes.fromhex(value[key])).decode() for key in ("traceId", "spanId") if key in value}
    return {key: _identified(one) for key, one in value.items()} | ids


def framed(*messages: bytes) -> bytes:
    """Messages as the Collector writes them: each with its length before it."""
    return b"".join(len(one).to_bytes(4, "big") + one for one in messages)
