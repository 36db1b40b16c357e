"""OTLP as protobuf, by the classes of ``opentelemetry-proto``, which is imported when a binary file is met."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from usagestats.errors import MissingPackage
from usagestats.events import Refusal
from usagestats.sources.objects import words
from usagestats.sources.otlp.signals import (
    METRICS,
    Attributes,
    Origin,
    Point,
    Span,
    event,
    microseconds,
    temporality,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.sources.otlp.signals import Telemetry

Message = Any
"""A message of a generated class."""
Take = Callable[[Origin, Message, "Telemetry"], Iterable[Refusal]]
"""What takes a record."""
FAILED: Final = 2
PLAIN: Final = frozenset({"string_value", "int_value", "double_value", "bool_value"})
"""The kinds of values that matter."""


def read(document: bytes, into: Telemetry) -> Iterator[Refusal]:
    """Hands the message's signals over; gives the reason for each that should have counted and could not.

    Raises:
        MissingPackage: ``opentelemetry-proto`` is not installed.
    """
    found = _signals(document)
    if found is None:
        yield Refusal(field="message", allowed="logs, metrics or spans of OTLP", came="something else")
        return
    take, records = found
    for origin, record in records:
        try:
            yield from take(origin, record, into)
        except Refusal as refused:
            yield refused


class Kind(NamedTuple):
    """What messages of one kind are made of."""

    message: Any
    resources: str
    scopes: str
    records: str
    is_one: Callable[[Message], bool]
    """Whether a record is of this kind."""
    take: Take


def _signals(document: bytes) -> tuple[Take, list[tuple[Origin, Message]]] | None:
    """What takes the records, and the records; None if they are none.

    A message does not say of which kind it is. What is read as another kind loses its fields, for they differ in type:
    spans alone then have an end, of the others metrics alone a sum or the like, and what is left are log records.
    """
    is_empty = False
    for kind in _kinds():
        records = _parsed(document, kind)
        if records is None:
            continue
        if any(kind.is_one(record) for _, record in records):
            return kind.take, records
        is_empty = is_empty or not records
    return (_log, []) if is_empty else None


def _kinds() -> tuple[Kind, ...]:
    try:
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    except ImportError as error:
        message = "binary telemetry needs opentelemetry-proto: install agent-usagestats[otlp]"
        raise MissingPackage(message) from error
    return (
        Kind(ExportTraceServiceRequest, "resource_spans", "scope_spans", "spans", _is_span, _span),
        Kind(ExportMetricsServiceRequest, "resource_metrics", "scope_metrics", "metrics", _is_metric, _points),
        Kind(ExportLogsServiceRequest, "resource_logs", "scope_logs", "log_records", _is_log, _log),
    )


def _parsed(document: bytes, kind: Kind) -> list[tuple[Origin, Message]] | None:
    """The records of a message as that kind; None if it cannot be one."""
    from google.protobuf.message import DecodeError

    try:
        message = kind.message.FromString(document)
    except DecodeError:
        return None
    return _records(getattr(message, kind.resources), kind.scopes, kind.records)


def _records(resources: Iterable[Message], scopes: str, records: str) -> list[tuple[Origin, Message]]:
    """Every record, with its origin."""
    found = []
    for one in resources:
        resource = _attributes(one.resource.attributes)
        for part in getattr(one, scopes):
            told = {"scope": part.scope.name, **resource}
            origin = Origin(words(told, "scope") or "", words(told, "service.name") or "", words(told, "session.id"))
            found += [(origin, record) for record in getattr(part, records)]
    return found


def _is_span(record: Message) -> bool:
    return bool(record.end_time_unix_nano)


def _is_log(record: Message) -> bool:
    return bool(record.time_unix_nano or record.observed_time_unix_nano or record.attributes or record.HasField("body"))


def _is_metric(record: Message) -> bool:
    return bool(record.name) and record.WhichOneof("data") is not None


class Told(Attributes):
    """Attributes whose values are taken out of their messages when they are wanted: most never are."""

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - any value
        """The plain value of that attribute."""
        value = super().get(name)
        return default if value is None else _plain(value)


def _plain(value: Message) -> object:
    """The value; arrays, maps and bytes hold nothing that is counted."""
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind in PLAIN else None


def _attributes(attributes: Iterable[Message]) -> Attributes:
    """The attributes, by name."""
    return {one.key: _plain(one.value) for one in attributes}


def _log(origin: Origin, record: Message, into: Telemetry) -> Iterable[Refusal]:
    times = record.time_unix_nano, record.observed_time_unix_nano
    attributes = Told({one.key: one.value for one in record.attributes})
    found = event(origin, record.event_name, record.body.string_value, attributes, *times)
    if found:
        into.log(found)
    return ()


def _span(origin: Origin, record: Message, into: Telemetry) -> Iterable[Refusal]:
    attributes = _attributes(record.attributes)
    if any(key.startswith("gen_ai.") for key in attributes):
        begin = microseconds("start_time_unix_nano", record.start_time_unix_nano)
        end = microseconds("end_time_unix_nano", record.end_time_unix_nano)
        ids = record.trace_id.hex(), record.span_id.hex()
        into.span(Span(origin, attributes, *ids, begin, end, record.status.code == FAILED))
    return ()


def _points(origin: Origin, record: Message, into: Telemetry) -> Iterator[Refusal]:
    if record.name not in METRICS or not record.HasField("sum"):
        return
    is_cumulative = temporality(record.sum.aggregation_temporality)
    for one in record.sum.data_points:
        try:
            begin = microseconds("start_time_unix_nano", one.start_time_unix_nano)
            end = microseconds("time_unix_nano", one.time_unix_nano)
            kind = one.WhichOneof("value")
            value = getattr(one, kind) if kind else None
            into.point(Point(origin, record.name, _attributes(one.attributes), is_cumulative, begin, end, value))
        except Refusal as refused:
            yield refused
