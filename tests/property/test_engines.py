"""However an engine shares records out and hands them over, the rollup is that of a single machine.

In the place of Spark's hashes is chance: the partition of a record, the length of batches, who merges a week.
`tests/test_engines.py` lets Spark do it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.records import FEW, LAW, Case, cases, frame
from usagestats import engines
from usagestats.engines import duckdb_rollup, spark_parts, spark_weeks, spark_whole
from usagestats.errors import InvalidEvent
from usagestats.rollup import Rollup, roll_up

if TYPE_CHECKING:
    from random import Random

    import polars as pl


@given(cases(), st.randoms(use_true_random=False))
@settings(LAW, max_examples=30)
def test_parts_of_any_partitions_come_to_the_same_rollup(case: Case, random: Random) -> None:
    whole = frame(case.records)
    for by_person in (False, True):
        assert shared_out(whole, random, by_person=by_person) == roll_up(whole, by_person=by_person)


@given(cases(), st.randoms(use_true_random=False))
@FEW
def test_of_a_strict_reading_the_driver_hears_the_reject(case: Case, random: Random) -> None:
    whole = frame(case.records)
    if roll_up(whole, by_person=True).refused:
        with pytest.raises(InvalidEvent, match=r"^in a partition, events\[\d+\]: public_id must be text"):
            shared_out(whole, random, by_person=True, strict=True)
    else:
        assert shared_out(whole, random, by_person=True, strict=True) == roll_up(whole, by_person=True)


@given(cases(), st.integers(1, 5))
@FEW
def test_duckdb_comes_to_the_same_rollup_however_few_ids_are_held(case: Case, held: int) -> None:
    whole = frame(case.records)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engines, "HELD_IDS", held)
        for by_person in (False, True):
            rows = duckdb.connect().from_arrow(whole.to_arrow())
            assert duckdb_rollup(rows, by_person=by_person) == roll_up(whole, by_person=by_person)


def shared_out(whole: pl.DataFrame, random: Random, *, by_person: bool, strict: bool = False) -> Rollup:
    """The rollup of partitions at random; records that may be one event lie in the same."""
    places: dict[object, int] = defaultdict(lambda: random.randrange(3))
    events = zip(whole["public_id"], whole["event_id"], range(whole.height), strict=True)
    mine = [places[row if one is None else (person, one)] for person, one, row in events]
    sent = []
    for place in range(3):
        partition = whole.filter([found == place for found in mine]).to_arrow().to_batches(random.randint(1, 9))
        sent += rows(list(spark_parts(iter(partition), by_person=by_person, strict=strict)))
    weeks: dict[int, list[dict[str, Any]]] = {0: [], 1: []}
    merger: dict[object, int] = defaultdict(lambda: random.randrange(2))
    for row in sent:
        weeks[merger[row["week"]]].append(row)
    found = [row for some in weeks.values() for row in rows(list(spark_weeks(batches(some), by_person=by_person)))]
    return spark_whole(found, by_person=by_person)


def rows(read: list[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for batch in read for row in batch.to_pylist()]


def batches(given: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - pyarrow has no types here
    schema = pa.schema({"week": pa.int64(), "part": pa.binary(), "refusal": pa.string()})
    return iter(pa.RecordBatch.from_pylist([row], schema) for row in given)
