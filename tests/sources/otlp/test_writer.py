"""What a real writer sends: OpenTelemetry's own SDK and exporters, to a listener on this machine."""

from __future__ import annotations

import math
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.json.http._log_exporter import OTLPLogExporter as JsonLogs
from opentelemetry.exporter.otlp.json.http.metric_exporter import OTLPMetricExporter as JsonMetrics
from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter as JsonSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as ProtoLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as ProtoMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as ProtoSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.serving import listening
from tests.sources.telemetry import SECOND, START, read_files, requests, summed, told
from usagestats.sources import given

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Exporters(NamedTuple):
    logs: Any
    metrics: Any
    spans: Any
    options: dict[str, Any]


WRITERS = {
    "json": Exporters(JsonLogs, JsonMetrics, JsonSpans, {}),
    "protobuf": Exporters(ProtoLogs, ProtoMetrics, ProtoSpans, {}),
    "protobuf, gzip": Exporters(ProtoLogs, ProtoMetrics, ProtoSpans, {"compression": Compression.Gzip}),
}
TEMPORALITIES = {"delta": AggregationTemporality.DELTA, "cumulative": AggregationTemporality.CUMULATIVE}
CALL: dict[str, str | int] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5.5",
    "gen_ai.conversation.id": "conv_1",
    "gen_ai.usage.input_tokens": 5000,
    "gen_ai.usage.output_tokens": 120,
    "gen_ai.usage.cache_read.input_tokens": 4096,
}


@contextmanager
def listener(folder: Path) -> Iterator[str]:
    """The address of a server that keeps every body that is sent to it in a file of its own."""

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / f"{self.path.rpartition('/')[2]}-{len(list(folder.iterdir()))}").write_bytes(body)
            self.send_response(200)
            self.send_header("Content-Type", self.headers["Content-Type"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with listening(Keep) as address:
        yield f"{address}/v1"


def event(name: str, second: int, **told: object) -> LogRecord:
    named = {"event.name": name, "session.id": "s1", **told}
    return LogRecord(timestamp=START + second * SECOND, body=f"claude_code.{name}", attributes=named)  # type: ignore[arg-type]


def write_logs(exporter: Any) -> None:  # noqa: ANN401 - one of either package
    provider = LoggerProvider(resource=Resource({"service.name": "claude-code"}))
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    logger = provider.get_logger("com.anthropic.claude_code.events", "2.1.330")
    logger.emit(event("user_prompt", 0, prompt="<REDACTED>", prompt_length=4))
    tokens = {"input_tokens": 4, "output_tokens": 181, "cache_read_tokens": 0, "cache_creation_tokens": 14200}
    logger.emit(event("api_request", 6, model="claude-sonnet-4-5", request_id="r1", duration_ms=5400, **tokens))
    logger.emit(event("api_request", 6, model="claude-sonnet-4-5", request_id="r1", duration_ms=5400, **tokens))
    texts = {name: str(value) for name, value in tokens.items()}
    logger.emit(event("api_request", 12, model="claude-sonnet-4-5", request_id="r2", duration_ms="3900", **texts))
    logger.emit(event("api_error", 20, model="claude-sonnet-4-5", error="Overloaded", duration_ms=35000.5))
    provider.shutdown()


def write_metrics(exporter: Any) -> None:  # noqa: ANN401
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)
    provider = MeterProvider([reader], resource=Resource({"service.name": "claude-code"}))
    meter = provider.get_meter("com.anthropic.claude_code", "2.1.330")
    commits, added = (
        meter.create_counter("claude_code.commit.count"),
        meter.create_counter("claude_code.lines_of_code.count"),
    )
    active = meter.create_counter("claude_code.active_time.total", unit="s")
    for _ in range(3):
        commits.add(1, {"session.id": "s1"})
        added.add(6, {"session.id": "s1", "type": "added"})
        added.add(2, {"session.id": "s1", "type": "removed"})
        active.add(2.5, {"session.id": "s1", "type": "user"})
        provider.force_flush()
    provider.shutdown()


def write_spans(exporter: Any) -> None:  # noqa: ANN401
    provider = TracerProvider(resource=Resource({"service.name": "my-agent"}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    span = provider.get_tracer("my.instrumentation").start_span("chat", start_time=START, attributes=dict(CALL))
    span.end(START + 4 * SECOND)
    provider.shutdown()


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("temporality", TEMPORALITIES)
def test_what_the_sdks_exporters_send_is_read_as_it_was_meant(tmp_path: Path, writer: str, temporality: str) -> None:
    exporters, preferred = WRITERS[writer], {Counter: TEMPORALITIES[temporality]}
    with listener(tmp_path) as url:
        write_logs(exporters.logs(endpoint=f"{url}/logs", **exporters.options))
        write_spans(exporters.spans(endpoint=f"{url}/traces", **exporters.options))
        write_metrics(
            exporters.metrics(endpoint=f"{url}/metrics", preferred_temporality=preferred, **exporters.options)
        )
    search = given([tmp_path])
    assert [(one.source.name, len(one.files)) for one in search.found] == [("otlp", len(list(tmp_path.iterdir())))]
    found, refused = read_files(*search.found[0].files)
    fields = ("application", "provider", "model", "session_id", "input_tokens", "output_tokens", "cache_read_tokens")
    assert told(requests(found), *fields, "cache_creation_tokens", "latency_ms", "success") == [
        ("my-agent", "openai", "gpt-5.5", "conv_1", 5000, 120, 4096, 0, 4000, True),
        ("claude-code", "anthropic", "claude-sonnet-4-5", "s1", 14204, 181, 0, 14200, 5400, True),
        ("claude-code", "anthropic", "claude-sonnet-4-5", "s1", 14204, 181, 0, 14200, 3900, True),
        ("claude-code", "anthropic", "claude-sonnet-4-5", "s1", 0, 0, 0, 0, 35000.5, False),
    ]
    reported = [one for one in found if one["session_id"] == "s1"]
    assert [summed(reported, name) for name in ("commits", "lines_of_code", "active_time_seconds")] == [3, 18, 7.5]
    assert refused == []
