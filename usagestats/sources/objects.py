"""Fields of a JSON object out of a log: null is the default, a whole float an integer, and what is wrong is named.

For agents whose lines mostly need no decoding: the few that matter are read as plain objects and judged here, field by
field. A refusal tells a value's type, never the value.
"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec

from usagestats.events import ALLOWED, MAX_COUNT, MAX_NUMBER
from usagestats.sources.claude_code_lines import COUNT_ALLOWED, Refused
from usagestats.sources.instants import INSTANT_ALLOWED, microseconds
from usagestats.sources.lines import is_cut, type_name

Object = dict[str, Any]
"""A JSON object of unknown shape."""

_decoded = msgspec.json.Decoder().decode


def parsed(line: bytes) -> Object | None:
    """The line's object; None if the line is blank, or the last one and not finished.

    Raises:
        Refused: the line is something else.
    """
    try:
        found = _decoded(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        if line.isspace():
            return None
        try:
            found = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            if is_cut(line):
                return None
            raise Refused(where="record", allowed="a line of JSON", came="something else") from None
    if not isinstance(found, dict):
        raise Refused(where="record", allowed="a JSON object", came=type_name(found))
    return found


def inner(raw: Object, name: str) -> Object | None:
    """The object in that field, or null.

    Raises:
        Refused: it is neither.
    """
    value = raw.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refused(name, "an object or null", type_name(value))
    return value


def loose(raw: object, *names: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What stands at the end of the path, for fields that do not matter: None if there is no such place.

    >>> loose({"a": {"b": 1}}, "a", "b"), loose({"a": 7}, "a", "b")
    (1, None)
    """
    for name in names:
        if not isinstance(raw, dict):
            return None
        raw = raw.get(name)
    return raw


def words(raw: object, *names: str) -> str | None:
    """The text at the end of the path, for fields that do not matter: None if it is no text that can be written."""
    value = loose(raw, *names)
    return value if isinstance(value, str) and _is_encodable(value) else None


def text(raw: Object, name: str) -> str | None:
    """The text in that field, or null.

    Raises:
        Refused: it is neither.
    """
    value = raw.get(name)
    if value is not None and not (isinstance(value, str) and _is_encodable(value)):
        raise Refused(name, "text or null", type_name(value))
    return value


def count(raw: Object, name: str) -> int:
    """The count in that field; null and nothing are 0.

    Raises:
        Refused: it is none.
    """
    value = raw.get(name)
    if value.__class__ is int and 0 <= value <= MAX_COUNT:
        return value
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(name, COUNT_ALLOWED, type_name(value))
    if not 0 <= value <= MAX_COUNT:
        raise Refused(name, COUNT_ALLOWED, "an integer out of range")
    return value


def milliseconds(raw: Object, name: str) -> float | None:
    """The duration in that field, or null.

    Raises:
        Refused: it is neither.
    """
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refused(name, ALLOWED["latency_ms"], type_name(value))
    if not (math.isfinite(value) and 0 <= value <= MAX_NUMBER):
        raise Refused(name, ALLOWED["latency_ms"], "a number out of range")
    return value


def instant(raw: Object, name: str = "timestamp") -> int:
    """The instant in that field, in µs since 1970.

    Raises:
        Refused: it is none.
    """
    value = raw.get(name)
    found = microseconds(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(name, INSTANT_ALLOWED, "other text" if isinstance(value, str) else type_name(value))
    return found


def _is_encodable(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)
