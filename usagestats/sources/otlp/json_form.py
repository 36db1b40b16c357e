"""OTLP as JSON: one object of ``resourceLogs``, ``resourceMetrics`` or ``resourceSpans`` (or of several of them).

The envelope is decoded by type; records whose name does not matter are not decoded at all. What the decoder refuses is
read once more as plain objects, so that a fault costs no more than the record that has it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from usagestats.events import Refusal
from usagestats.sources.lines import BOM, type_name
from usagestats.sources.objects import UNREADABLE, plain
from usagestats.sources.otlp import sdk
from usagestats.sources.otlp.objects import log, origin_of, points, span, whole
from usagestats.sources.otlp.signals import EVENTS, METRICS, Attributes, Origin, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from usagestats.sources.objects import Object
    from usagestats.sources.otlp.signals import Telemetry

T = TypeVar("T")

_NAME = re.compile(rb'"event\.name"\s*,\s*"value"\s*:\s*\{\s*"stringValue"\s*:\s*"(?:claude_code\.)?([^"\\]*)"')
_METRIC = re.compile(rb'"name"\s*:\s*"([^"\\]*)"')
_EVENTS = frozenset(name.encode() for name in EVENTS)
_KNOWN = EVENTS | {f"claude_code.{name}" for name in EVENTS}
_METRICS = frozenset(name.encode() for name in METRICS)
_MAP = b'"kvlistValue"'
_STREAMED = b'"codex.sse_event"'
"""An event of a stream: there are hundreds a request, of which only those with tokens or an error matter."""
_TOKENS = b'"input_token_count"'
_ERROR = b'"error.message"'
_GENAI = b'"gen_ai.'


class Value(msgspec.Struct, gc=False):
    """The value of an attribute; one of these, or none."""

    stringValue: str | None = None  # noqa: N815  (here and below: the names of OTLP)
    intValue: int | str | None = None  # noqa: N815
    doubleValue: float | str | None = None  # noqa: N815
    boolValue: bool | None = None  # noqa: N815


class Attribute(msgspec.Struct, gc=False):
    """A key with its value."""

    key: str = ""
    value: Value | None = None


class Record(msgspec.Struct, gc=False):
    """A log record."""

    timeUnixNano: int | str | None = None  # noqa: N815
    observedTimeUnixNano: int | str | None = None  # noqa: N815
    eventName: str | None = None  # noqa: N815
    body: Value | None = None
    attributes: list[Attribute] | None = None


class Resource(msgspec.Struct, gc=False):
    """What produced the telemetry."""

    attributes: list[Attribute] | None = None


class Scope(msgspec.Struct, gc=False):
    """The part of the program that wrote it."""

    name: str | None = None


class ScopeLogs(msgspec.Struct, gc=False):
    """The log records that one scope wrote."""

    scope: Scope | None = None
    logRecords: list[Record] | None = None  # noqa: N815


class ResourceLogs(msgspec.Struct, gc=False):
    """The log records that one resource wrote."""

    resource: Resource | None = None
    scopeLogs: list[ScopeLogs] | None = None  # noqa: N815


class Logs(msgspec.Struct, gc=False):
    """Log records that are sent in one go."""

    resourceLogs: list[ResourceLogs]  # noqa: N815
    resourceMetrics: None = None  # noqa: N815
    resourceSpans: None = None  # noqa: N815


class ScopeRecords(msgspec.Struct, gc=False):
    """What one scope wrote, of one kind."""

    scope: Scope | None = None
    logRecords: list[msgspec.Raw] | None = None  # noqa: N815
    metrics: list[msgspec.Raw] | None = None
    spans: list[msgspec.Raw] | None = None


class ResourceRecords(msgspec.Struct, gc=False):
    """What one resource wrote, of one kind."""

    resource: Resource | None = None
    scopeLogs: list[ScopeRecords] | None = None  # noqa: N815
    scopeMetrics: list[ScopeRecords] | None = None  # noqa: N815
    scopeSpans: list[ScopeRecords] | None = None  # noqa: N815


class Document(msgspec.Struct, gc=False):
    """What is sent in one go."""

    resourceLogs: list[ResourceRecords] | None = None  # noqa: N815
    resourceMetrics: list[ResourceRecords] | None = None  # noqa: N815
    resourceSpans: list[ResourceRecords] | None = None  # noqa: N815


_logs = msgspec.json.Decoder(Logs).decode
_document = msgspec.json.Decoder(Document).decode
_record = msgspec.json.Decoder(Record).decode
_decoder = json.JSONDecoder()


def read(document: bytes, into: Telemetry) -> Iterator[Refusal]:
    """Hands the document's signals over; gives the reason for each that should have counted and could not."""
    if sdk.is_skipped(document):
        return iter(())
    logs = None if _STREAMED in document else _typed(_logs, document)
    if logs:
        return _all(logs, into)
    found = _typed(_document, document)
    if found is None or (found.resourceLogs is found.resourceMetrics is found.resourceSpans is None):
        return _again(document, into)
    return _parts(found, into)


def _typed(decode: Callable[[bytes], T], document: bytes) -> T | None:
    """The document by type; None if it is another."""
    try:
        return decode(document)
    except UNREADABLE:
        return None


def _parts(found: Document, into: Telemetry) -> Iterator[Refusal]:
    for one in found.resourceLogs or ():
        for part in one.scopeLogs or ():
            yield from _each(_logged, part, one.resource, _wanted(part.logRecords or ()), into)
    for one in found.resourceMetrics or ():
        for part in one.scopeMetrics or ():
            yield from _each(_metric, part, one.resource, map(bytes, part.metrics or ()), into)
    for one in found.resourceSpans or ():
        for part in one.scopeSpans or ():
            yield from _each(_span, part, one.resource, map(bytes, part.spans or ()), into)


def _each(
    take: Callable[[Origin, bytes, Telemetry], Iterable[Refusal]],
    part: ScopeRecords,
    resource: Resource | None,
    records: Iterable[bytes],
    into: Telemetry,
) -> Iterator[Refusal]:
    origin = origin_of(part.scope.name if part.scope else None, _attributes(resource.attributes) if resource else {})
    for record in records:
        try:
            yield from take(origin, record, into)
        except Refusal as refused:
            yield refused


def _all(logs: Logs, into: Telemetry) -> Iterator[Refusal]:
    for one in logs.resourceLogs:
        resource = _attributes(one.resource.attributes) if one.resource else {}
        for part in one.scopeLogs or ():
            origin = origin_of(part.scope.name if part.scope else None, resource)
            for record in part.logRecords or ():
                try:
                    _take(origin, record, into)
                except Refusal as refused:
                    yield refused


def _take(origin: Origin, record: Record, into: Telemetry) -> None:
    if not _may_matter(record):
        return
    body = record.body.stringValue if record.body else None
    times = record.timeUnixNano, record.observedTimeUnixNano
    found = event(origin, record.eventName, body, _attributes(record.attributes), *times)
    if found:
        into.log(found)


def _may_matter(record: Record) -> bool:
    """Whether the record is of no other event: spares the others' attributes."""
    for one in record.attributes or ():
        if one.key == "event.name":
            return one.value is None or one.value.stringValue is None or one.value.stringValue in _KNOWN
    return True


def _logged(origin: Origin, raw: bytes, into: Telemetry) -> Iterable[Refusal]:
    try:
        record = _record(raw)
    except UNREADABLE:
        return log(origin, _object(raw), into)
    _take(origin, record, into)
    return ()


def _wanted(records: Iterable[msgspec.Raw]) -> Iterator[bytes]:
    """The log records that may matter, told without decoding: a quote inside of a text would be escaped."""
    for raw in records:
        record = bytes(raw)
        if _STREAMED in record:
            if _TOKENS in record or _ERROR in record:
                yield record
            continue
        name = _NAME.search(record)
        if name is None or name[1] in _EVENTS or _MAP in record:
            yield record


def _metric(origin: Origin, raw: bytes, into: Telemetry) -> Iterable[Refusal]:
    name = _METRIC.search(raw)
    return () if name and name[1] not in _METRICS else points(origin, _object(raw), into)


def _span(origin: Origin, raw: bytes, into: Telemetry) -> Iterable[Refusal]:
    return span(origin, _object(raw), into) if _GENAI in raw else ()


def _attributes(attributes: list[Attribute] | None) -> Attributes:
    """The attributes, by name; an empty value is null."""
    return {
        one.key: value.stringValue
        if value.stringValue is not None
        else value.intValue
        if value.intValue is not None
        else value.doubleValue
        if value.doubleValue is not None
        else value.boolValue
        for one in attributes or ()
        if (value := one.value) is not None
    }


def _again(document: bytes, into: Telemetry) -> Iterator[Refusal]:
    """Reads one object after the other, whatever the decoder made of them."""
    text = document.removeprefix(BOM).decode("utf-8", "replace")
    at, end = 0, len(text)
    while (at := _skipped(text, at)) < end:
        try:
            found, at = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield Refusal(field="record", allowed="a JSON document", came="something else")
            return
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict):
                yield from whole(one, into)
            else:
                yield Refusal(field="record", allowed="a JSON object", came=type_name(one))


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _object(line: bytes) -> Object:
    """The record, which is an object if it is anything; an empty one if it is not.

    Raises:
        Refusal: it cannot be read at all.
    """
    try:
        found = plain(line)
    except ValueError:
        raise Refusal(field="record", allowed="a JSON object", came="something else") from None
    return found if isinstance(found, dict) else {}
