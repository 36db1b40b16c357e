from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from usagestats.columns import EXACT_FLOAT, SCHEMA, conformed, doubts, flaws
from usagestats.counting import counted
from usagestats.events import MAX_COUNT, Rejects
from usagestats.frames import batches, chunks
from usagestats.periods import window
from usagestats.summary import summarize
from usagestats.tallies import InPeriod

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10} | fields


def test_every_field_has_its_condition_and_the_cached_tokens_one_of_their_own() -> None:
    assert len(flaws(pl.DataFrame([request()]).schema)) == len(SCHEMA) + 1


def test_counts_of_64_bits_are_not_asked_twice() -> None:
    schema = pl.DataFrame([request(commits=2)]).schema
    assert len(flaws(schema)) - len(doubts(schema)) == 2


@pytest.mark.parametrize(
    ("doubtful", "tokens"),
    [({"output_tokens": MAX_COUNT - 10}, MAX_COUNT), ({"kind": "activity", "cache_read_tokens": 11}, 0)],
)
def test_what_only_looks_like_a_flaw_is_none(doubtful: dict[str, object], tokens: int) -> None:
    found = summarize(pl.DataFrame([request(**doubtful)]), now=NOW)
    assert (found.rejects.count, found.stats.total_tokens) == (0, tokens)


@pytest.mark.parametrize(
    ("latency_ms", "latency_us"),
    [
        (0.0005, 1),
        (0.0004, 0),
        (0.0625, 63),
        (1408.5, 1_408_500),
        (1, 1000),
        (9007199254740, 9007199254740000),
        (None, None),
    ],
)
def test_measures_are_thousandths_rounded_halves_up(latency_ms: float | None, latency_us: int | None) -> None:
    (chunk,) = chunks(batches([request(latency_ms=latency_ms)]), Rejects())
    assert chunk["latency_us"].to_list() == [latency_us]
    frame = pl.DataFrame([request(latency_ms=latency_ms)])
    assert conformed(frame.lazy(), frame.schema).collect()["latency_us"].to_list() == [latency_us]
    assert conformed(frame.lazy(), frame.schema, 1.0).collect()["latency_us"].to_list() == [latency_us]


def test_thousandths_of_floats_stay_floats_where_those_hold_every_sum() -> None:
    frame = pl.DataFrame([request(latency_ms=0.0625, active_time_seconds=1)])
    kept = conformed(frame.lazy(), frame.schema, EXACT_FLOAT - 1).collect_schema()
    assert (kept["latency_us"], kept["active_time_ms"]) == (pl.Float64(), pl.Int64())
    assert conformed(frame.lazy(), frame.schema, EXACT_FLOAT).collect_schema() == SCHEMA


@pytest.mark.parametrize("height", [3, 100_000])
@pytest.mark.parametrize("nearly", [0.999, 1.001, 3.0])
def test_sums_of_thousandths_are_exact_around_what_floats_hold(nearly: float, height: int) -> None:
    latency_ms = (int(EXACT_FLOAT * nearly / height) | 1) / 1000
    frame = pl.DataFrame([request(latency_ms=latency_ms)] * 2 + [request(latency_ms=0.001)])
    many = frame.select(pl.all().repeat_by(height // 3).explode())
    (tally,) = counted(many, [InPeriod(window("7d", NOW))], Rejects()).tables
    assert tally.cells["latency_us"].sum() == (2 * round(latency_ms * 1000) + 1) * (height // 3)
