"""Parts of OTLP as plain JSON objects: what is rare, and what typed decoders refuse.

A fault costs the record that has it, and no other; what does not matter may be anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from usagestats.events import Refusal
from usagestats.sources.lines import type_name
from usagestats.sources.objects import Object, inner, loose, words
from usagestats.sources.otlp import sdk
from usagestats.sources.otlp.signals import (
    METRICS,
    Attributes,
    Origin,
    Point,
    Span,
    event,
    microseconds,
    number,
    temporality,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from usagestats.sources.otlp.signals import Telemetry

FAILED: Final = (2, "2", "STATUS_CODE_ERROR")
VALUES: Final = ("stringValue", "intValue", "doubleValue", "boolValue")
"""The kinds of values that matter: arrays, maps and bytes hold nothing that is counted."""


def origin_of(scope: object, resource: Attributes) -> Origin:
    """Where telemetry comes from, by its scope's name and its resource's attributes."""
    told = {"scope": scope, **resource}
    return Origin(words(told, "scope") or "", words(told, "service.name") or "", words(told, "session.id"))


def whole(raw: Object, into: Telemetry) -> Iterator[Refusal]:
    """Hands over every signal of an object, of OTLP or of the SDK; gives what is refused."""
    if sdk.is_object(raw):
        yield from sdk.read(raw, into)
        return
    for resources, scopes, records, take in KINDS:
        for found in _records(raw, resources, scopes, records):
            if isinstance(found, Refusal):
                yield found
                continue
            try:
                yield from take(*found, into)
            except Refusal as refused:
                yield refused


def _records(raw: Object, resources: str, scopes: str, records: str) -> Iterator[tuple[Origin, Object] | Refusal]:
    """Every record of that kind, with its origin."""
    for one in _objects(raw, resources):
        resource = {} if isinstance(one, Refusal) else loose(one, "resource")
        attributes = lenient(resource) if isinstance(resource, dict) else {}
        for part in [one] if isinstance(one, Refusal) else _objects(one, scopes):
            if isinstance(part, Refusal):
                yield part
                continue
            origin = origin_of(loose(part, "scope", "name"), attributes)
            for record in _objects(part, records):
                yield record if isinstance(record, Refusal) else (origin, record)


def _objects(raw: Object, name: str) -> Sequence[Object | Refusal]:
    """The objects of the array in that field, null is none; a refusal if it is no array."""
    try:
        return _dicts(raw, name)
    except Refusal as refused:
        return [refused]


def _dicts(raw: Object, name: str) -> list[Object]:
    """The objects of the array in that field; null is none.

    Raises:
        Refusal: it is no array.
    """
    value = raw.get(name)
    if value is not None and not isinstance(value, list):
        raise Refusal(name, "an array or null", type_name(value))
    return [one for one in value or () if isinstance(one, dict)]


def lenient(raw: Object) -> Attributes:
    """The attributes of an object, whatever their values are."""
    attributes = raw.get("attributes")
    found: Attributes = {}
    for one in attributes if isinstance(attributes, list) else ():
        key, value = loose(one, "key"), loose(one, "value")
        if isinstance(key, str) and isinstance(value, dict):
            told = next((value[kind] for kind in VALUES if value.get(kind) is not None), None)
            if told is not None:
                found[key] = told
    return found


def log(origin: Origin, raw: Object, into: Telemetry) -> Iterable[Refusal]:
    """Hands a log record over, if it matters.

    Raises:
        Refusal: a field of it is wrong.
    """
    body, attributes = loose(raw, "body", "stringValue"), lenient(raw)
    times = raw.get("timeUnixNano"), raw.get("observedTimeUnixNano")
    found = event(origin, raw.get("eventName"), body, attributes, *times)
    if found:
        into.log(found)
    return ()


def span(origin: Origin, raw: Object, into: Telemetry) -> Iterable[Refusal]:
    """Hands a span over, if it is one of the GenAI conventions.

    Raises:
        Refusal: a field of it is wrong.
    """
    attributes = lenient(raw)
    if any(key.startswith("gen_ai.") for key in attributes):
        begin = microseconds("startTimeUnixNano", raw.get("startTimeUnixNano"))
        end = microseconds("endTimeUnixNano", raw.get("endTimeUnixNano"))
        failed = loose(raw, "status", "code") in FAILED
        into.span(Span(origin, attributes, words(raw, "traceId"), words(raw, "spanId"), begin, end, failed))
    return ()


def points(origin: Origin, raw: Object, into: Telemetry) -> Iterator[Refusal]:
    """Hands over the points of a metric that matters; gives those that are refused.

    Raises:
        Refusal: the metric cannot be read at all.
    """
    name, total = raw.get("name"), inner(raw, "sum")
    if not isinstance(name, str) or name not in METRICS or total is None:
        return
    is_cumulative = temporality(total.get("aggregationTemporality"))
    for one in _dicts(total, "dataPoints"):
        try:
            begin = microseconds("startTimeUnixNano", one.get("startTimeUnixNano"))
            end = microseconds("timeUnixNano", one.get("timeUnixNano"))
            value = number(one["asInt"] if one.get("asInt") is not None else one.get("asDouble"))
            into.point(Point(origin, name, lenient(one), is_cumulative, begin, end, value))
        except Refusal as refused:
            yield refused


KINDS: Final[tuple[tuple[str, str, str, Callable[[Origin, Object, Telemetry], Iterable[Refusal]]], ...]] = (
    ("resourceLogs", "scopeLogs", "logRecords", log),
    ("resourceMetrics", "scopeMetrics", "metrics", points),
    ("resourceSpans", "scopeSpans", "spans", span),
)
"""Where records of each kind lie, and what takes them."""
