"""The JSON Schema of a whole documented answer, from the one definition that the OpenAPI document is made of."""

from __future__ import annotations

import json
from typing import Any, Final

from usagestats.openapi import openapi
from usagestats.periods import PERIODS
from usagestats.schema import DIALECT

PARTS: Final = ("Stats", "Day")


def summary_schema() -> dict[str, Any]:
    """What every answer with all its fields keeps to; a new one at every call.

    Integers are counts from 0 to 2**63 - 1, numbers are percentages; names that are not documented do not occur.

    >>> sorted(summary_schema()["required"])
    ['generated_at', 'name', 'stats']
    """
    schemas = json.dumps(openapi()["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/")
    whole = {
        name: shape | {"required": list(shape.get("properties", ()))} for name, shape in json.loads(schemas).items()
    }
    whole["Stats"]["properties"]["time_series"] |= {
        "minItems": min(PERIODS.values()),
        "maxItems": max(PERIODS.values()),
    }
    parts = {name: whole[name] for name in PARTS}
    return {"$schema": DIALECT, "title": "Usage summary", **whole["Summary"], "$defs": parts}
