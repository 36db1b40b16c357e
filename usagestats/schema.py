"""The event record as a JSON Schema, made from its one definition in `usagestats.events`.

What the schema takes is what the readers take, but for the few rules that a JSON Schema cannot say; its own description
names them.
"""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from typing import Any, Final

import msgspec

from usagestats.events import COUNTS, KINDS, MAX_COUNT, MAX_NUMBER, NUMBERS, RFC_3339, TEXTS, Event

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
UNSAID: Final = (
    "Rules besides: the day of the timestamp is one that the calendar has, and its instant in UTC is one, too; "
    "cache_read_tokens + cache_creation_tokens of a request are at most its input_tokens, which include them; "
    "text is Unicode without lone surrogates. Null means the default, unknown members are ignored."
)
"""What the schema cannot say."""

_TYPES: Final[dict[str, dict[str, Any]]] = (
    {name: {"type": ["integer", "null"], "minimum": 0, "maximum": MAX_COUNT} for name in COUNTS}
    | {name: {"type": ["number", "null"], "minimum": 0, "maximum": MAX_NUMBER} for name in NUMBERS}
    | {name: {"type": ["string", "null"]} for name in TEXTS}
    | {
        "timestamp": {"type": "string", "pattern": RFC_3339},
        "kind": {"enum": [*KINDS, None]},
        "success": {"type": ["boolean", "null"]},
    }
)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one event record: each field with its meaning, unit, range and default.

    >>> json_schema()["properties"]["commits"]["default"], json_schema()["required"]
    (0, ['timestamp'])

    Raises:
        OSError: if this package lies here without its source, which tells what the fields mean.
    """
    fields = msgspec.structs.fields(Event)
    meanings = _meanings()
    return {
        "$schema": DIALECT,
        "title": "Event",
        "description": f"What one request to a model, or one report of activity, says. {UNSAID}",
        "type": "object",
        "properties": {
            one.name: {"description": meanings[one.name]} | _TYPES[one.name] | _default(one.default) for one in fields
        },
        "required": [one.name for one in fields if one.required],
    }


def _default(default: object) -> dict[str, object]:
    return {} if default is msgspec.NODEFAULT else {"default": default}


def _meanings() -> dict[str, str]:
    """What stands under each field of the class."""
    (defined,) = ast.parse(inspect.getsource(Event)).body
    lines = defined.body if isinstance(defined, ast.ClassDef) else []
    meanings = {}
    for field, below in pairwise(lines):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            meanings[field.target.id] = inspect.cleandoc(ast.literal_eval(below.value)).replace("``", "`")
    return meanings
