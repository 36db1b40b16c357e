"""``name,stats.total_tokens`` → a projection of the documented document."""

from __future__ import annotations

from typing import Any


def selected(document: dict[str, Any], fields: str = "") -> dict[str, Any]:
    """The part of a document that a comma list of documented names selects, in the document's own order.

    A parent includes its children, order and spaces do not matter, unknown names select nothing, and none at all means
    everything. Names go two deep: nothing inside maps and arrays can be selected.

    >>> selected({"name": "Alex", "stats": {"total_events": 11, "total_tokens": 10096}}, "stats.total_tokens, name")
    {'name': 'Alex', 'stats': {'total_tokens': 10096}}
    """
    wanted = {field.strip() for field in fields.split(",")} - {""}
    if not wanted:
        return document
    found: dict[str, Any] = {}
    for name, value in document.items():
        inside = {field.removeprefix(f"{name}.") for field in wanted if field.startswith(f"{name}.")}
        if name in wanted:
            found[name] = value
        elif isinstance(value, dict) and inside & value.keys():
            found[name] = {key: part for key, part in value.items() if key in inside}
    return found
