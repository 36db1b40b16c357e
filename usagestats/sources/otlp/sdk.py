"""Telemetry that Gemini CLI writes into a file of its own (``telemetry.outfile``), and Qwen Code after it.

It is not OTLP: objects of OpenTelemetry's SDK for JavaScript, pretty-printed one after the other. Instants are
``[seconds, nanoseconds]``, attributes plain objects, and what stood in the same object before is ``"[Circular]"``. The
SDK's cumulative temporality is 1, where OTLP's is 2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from usagestats.events import Refusal
from usagestats.sources.lines import type_name
from usagestats.sources.objects import Object, loose, paired_instant, words
from usagestats.sources.otlp.signals import EVENTS, METRICS, Attributes, Origin, Point, Span, event, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from usagestats.sources.otlp.signals import Telemetry

CIRCULAR: Final = "[Circular]"
FAILED: Final = 2
DELTA: Final = 0
CUMULATIVE: Final = 1
TEMPORALITY: Final = "aggregationTemporality"
TEMPORALITY_ALLOWED: Final = "0 (delta) or 1 (cumulative)"

_LOG = b'{\n  "hrTime":'
_NAME = re.compile(rb'"event\.name": "([^"\\]*)"')
_EVENTS = frozenset(name.encode() for name in EVENTS)


def is_skipped(document: bytes) -> bool:
    """Whether the document is a log record, as the SDK prints it, that does not matter."""
    if not document.startswith(_LOG) or not document.rstrip().endswith(b"}"):
        return False
    name = _NAME.search(document)
    return name is not None and name[1] not in _EVENTS


def is_object(raw: Object) -> bool:
    """Whether it is an object of the SDK."""
    return "hrTime" in raw or "_spanContext" in raw or "scopeMetrics" in raw


def read(raw: Object, into: Telemetry) -> Iterator[Refusal]:
    """Hands the object's signals over; gives the reason for each that should have counted and could not."""
    try:
        if "hrTime" in raw:
            _log(raw, into)
        elif "_spanContext" in raw:
            _span(raw, into)
        else:
            yield from _metrics(raw, into)
    except Refusal as refused:
        yield refused


def _log(raw: Object, into: Telemetry) -> None:
    attributes = _attributes(raw)
    origin = _origin(raw, loose(raw, "instrumentationScope", "name"))
    found = event(origin, raw.get("eventName"), raw.get("_body"), attributes)
    if found:
        if attributes.get("event.timestamp") is None:
            found.nanoseconds = paired_instant(raw, "hrTime") * 1000
        into.log(found)


def _span(raw: Object, into: Telemetry) -> None:
    attributes = _attributes(raw)
    if any(key.startswith("gen_ai.") for key in attributes):
        context = raw["_spanContext"]
        origin = _origin(raw, loose(raw, "instrumentationScope", "name"))
        begin, end = paired_instant(raw, "startTime"), paired_instant(raw, "endTime")
        failed = loose(raw, "status", "code") == FAILED
        into.span(Span(origin, attributes, words(context, "traceId"), words(context, "spanId"), begin, end, failed))


def _metrics(raw: Object, into: Telemetry) -> Iterator[Refusal]:
    """Hands over the points; those of one object are taken at the same time, which is told in full once."""
    end: object = None
    for part in _dicts(raw.get("scopeMetrics")):
        origin = _origin(raw, loose(part, "scope", "name"))
        for metric in _dicts(part.get("metrics")):
            name = loose(metric, "descriptor", "name")
            for one in _dicts(metric.get("dataPoints")):
                end = end if one.get("endTime") == CIRCULAR else one.get("endTime")
                if not isinstance(name, str) or name not in METRICS:
                    continue
                try:
                    into.point(_point(origin, name, metric, {**one, "endTime": end}))
                except Refusal as refused:
                    yield refused


def _point(origin: Origin, name: str, metric: Object, one: Object) -> Point:
    told = metric.get("aggregationTemporality")
    if told not in (DELTA, CUMULATIVE) or isinstance(told, bool):
        raise Refusal(TEMPORALITY, TEMPORALITY_ALLOWED, type_name(told))
    begin, end = paired_instant(one, "startTime"), paired_instant(one, "endTime")
    return Point(origin, name, _attributes(one), told == CUMULATIVE, begin, end, number(one.get("value")))


def _origin(raw: Object, scope: object) -> Origin:
    """Where it comes from; newer SDKs keep a resource's attributes as pairs, older ones as an object."""
    resource = raw.get("resource")
    pairs = loose(resource, "_rawAttributes")
    found = next(
        (told for name in ("attributes", "_attributes") if isinstance(told := loose(resource, name), dict)), {}
    )
    for pair in pairs if isinstance(pairs, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):  # noqa: PLR2004 - a pair
            found[pair[0]] = pair[1]
    told = {"scope": scope, **found}
    return Origin(words(told, "scope") or "", words(told, "service.name") or "", words(told, "session.id"))


def _attributes(raw: Object) -> Attributes:
    attributes = raw.get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _dicts(value: object) -> Iterable[Object]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
