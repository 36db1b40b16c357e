from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from usagestats.stats import Day, Stats
from usagestats.summary import summarize
from usagestats.summary_schema import summary_schema

EXAMPLE = Path(__file__).parent / "data" / "documented_example"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENT = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}
VALIDATOR = jsonschema.Draft202012Validator(summary_schema())


def document(**stats: object) -> dict[str, Any]:
    found = summarize([EVENT], name="Ada", now=NOW).to_dict()
    found["stats"] |= stats
    return found


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(summary_schema())


@pytest.mark.parametrize("period", ["7d", "30d", "90d"])
@pytest.mark.parametrize("events", [[], [EVENT]])
def test_every_answer_keeps_to_it(period: str, events: list[dict[str, object]]) -> None:
    VALIDATOR.validate(json.loads(summarize(events, period=period, now=NOW).to_json()))


@pytest.mark.parametrize(
    "changed",
    [
        {"total_tokens": -1},
        {"total_tokens": 1.5},
        {"total_tokens": 2**63},
        {"success_rate": 100.1},
        {"events_by_model": {"a": "1"}},
        {"events_by_model": {"a": -1}},
        {"time_series": []},
        {"time_series": [{"date": "2026-11-22"}] * 7},
        {"new": 1},
    ],
)
def test_what_is_no_answer_does_not(changed: dict[str, object]) -> None:
    VALIDATOR.validate(document())
    assert not VALIDATOR.is_valid(document(**changed))


def test_every_name_is_there_in_order_with_its_words() -> None:
    parts = summary_schema()["$defs"]
    for kind in (Stats, Day):
        shape = parts[kind.__name__]
        assert list(shape["properties"]) == shape["required"] == list(kind.__slots__)
        assert all(field["description"] for field in shape["properties"].values())
