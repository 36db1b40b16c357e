"""DuckDB and Spark make the rollup that a single machine makes; Spark runs for real, with two workers."""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from usagestats import engines
from usagestats.engines import duckdb_rollup, spark_rollup
from usagestats.errors import InvalidEvent, InvalidEvents, MissingPackage
from usagestats.rollup import load, roll_up
from usagestats.slots import empty
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BIG = 2**63 - 1


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "session_id": "s", "input_tokens": 10} | fields


RECORDS = [
    *[request(output_tokens=BIG, commits=1, latency_ms=0.0625, event_id=f"e{n % 3}") for n in range(7)],
    *[request(timestamp=NOW - timedelta(days=9 * n), public_id=f"p{n}", success=n > 1) for n in range(3)],
    *[request(public_id=f"p{n}", event_id="e0", input_tokens=n) for n in range(3)],
    request(kind="activity", model=None, provider=None, lines_of_code=BIG, active_time_seconds=0.4995),
    request(timestamp=NOW + timedelta(minutes=7), model=" Unknown "),
    request(timestamp=None),
    request(input_tokens=-1, event_id="e0"),
    request(kind="Request", public_id="p1"),
    request(latency_ms=float("nan"), public_id="p1"),
    request(input_tokens=None, cache_read_tokens=1),
]
"""Copies, sums beyond 64 bits, and five that break a rule."""
FRAME = pl.DataFrame(RECORDS, infer_schema_length=None, strict=False)


def many(height: int) -> pl.DataFrame:
    """Many people's requests of 130 days; of two in three there is a copy far away, which knows other things."""
    row = pl.int_range(height)
    one = row % (2 * height // 3)
    return pl.select(
        timestamp=pl.lit(NOW) - pl.duration(seconds=one * (130 * 86_400 * 3 // 2 // height)),
        provider=pl.format("provider-{}", one % 5),
        model=pl.format("model-{}", one % 7),
        application=pl.when(row % 11 > 0).then(pl.format("application-{}", one % 3)),
        session_id=pl.format("session-{}-of-{}", one // 20, one.hash(7)),
        input_tokens=one % 9_000 + row % 2,
        output_tokens=one * 7_919 % 4_000,
        latency_ms=pl.when(row % 13 > 0).then(one * 31 % 60_000 / 8),
        success=one % 50 > 0,
        event_id=pl.when(one % 29 > 0).then(pl.format("request-{}-{}", one, one.hash(1))),
        public_id=pl.format("person-{}", one % 97),
    )


def relation(frame: pl.DataFrame) -> Any:  # noqa: ANN401 - duckdb has no types here
    return duckdb.connect().from_arrow(frame.to_arrow())


def asked(query: str) -> Any:  # noqa: ANN401 - the same
    return duckdb.sql(query)


@pytest.mark.parametrize("by_person", [False, True])
@pytest.mark.parametrize("held", [1, 2, 1_000_000])
def test_duckdb_makes_the_same_rollup_however_few_ids_are_held(
    held: int, monkeypatch: pytest.MonkeyPatch, *, by_person: bool
) -> None:
    monkeypatch.setattr(engines, "HELD_IDS", held)
    whole = roll_up(FRAME, by_person=by_person)
    assert whole.refused == (14 if by_person else 5)
    assert duckdb_rollup(relation(FRAME), by_person=by_person) == whole


def test_duckdb_hands_over_records_without_ids_decimals_and_instants_of_any_kind() -> None:
    query = "select timestamp '2026-11-22 12:00' - interval (n) hour as timestamp, 'm' as model, 'p' as provider, "
    query += "n::hugeint as input_tokens, (n / 8)::decimal(9, 3) as latency_ms, n as other from range(50) as t(n)"
    rows = asked(query)
    found = duckdb_rollup(rows)
    assert found == roll_up(rows.pl())
    assert (found.cells["events"].sum(), found.cells["input_tokens"].sum()) == (50, 1225)


@pytest.mark.parametrize("query", ["select 1 as other from range(3)", "select null::varchar as event_id from range(3)"])
def test_rows_without_an_instant_are_refused_one_by_one(query: str) -> None:
    assert duckdb_rollup(asked(query)).refused == 3


@pytest.mark.parametrize("by_person", [False, True])
def test_no_rows_are_the_empty_rollup(*, by_person: bool) -> None:
    assert duckdb_rollup(relation(FRAME.clear()), by_person=by_person) == empty(by_person=by_person)


def test_duckdb_tells_the_first_reject_with_its_row_if_asked() -> None:
    with pytest.raises(InvalidEvent, match=r"^events\[3\]: input_tokens must be .*, not -1$"):
        duckdb_rollup(relation(pl.DataFrame([request()] * 3 + [request(input_tokens=-1)])), strict=True)


def test_parquet_larger_than_duckdbs_memory_is_rolled_up_by_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, limit_mb = tmp_path / "events.parquet", 20
    whole = many(240_000)
    whole.write_parquet(path, compression="uncompressed", row_group_size=20_000)
    assert path.stat().st_size > limit_mb * 1_000_000
    connection = duckdb.connect(config={"memory_limit": f"{limit_mb}MB", "threads": 2, "temp_directory": ""})
    monkeypatch.setattr(engines, "HELD_IDS", 40_000)
    found = duckdb_rollup(connection.sql(f"from '{path}'"))
    assert found == roll_up(whole)
    assert found.cells["events"].sum() == 162_759


@pytest.mark.parametrize(("rollup", "words"), [(duckdb_rollup, "relation of DuckDB"), (spark_rollup, "of Spark")])
def test_what_belongs_to_no_engine_is_refused(rollup: Any, words: str) -> None:  # noqa: ANN401 - functions of two libraries
    with pytest.raises(InvalidEvents, match=rf"{words}, not list$"):
        rollup([])


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = asked("select 1 as timestamp")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPackage, match=r"^duckdb_rollup needs pyarrow, which the extra 'duckdb' brings$"):
        duckdb_rollup(rows)


MISSING = None if find_spec("pyspark") else "needs PySpark (uv sync --inexact --group spark)"
MISSING = MISSING or (None if shutil.which("java") else "needs Debian's Java (apt-get install default-jre-headless)")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    if MISSING and "CI" not in os.environ:
        pytest.skip(MISSING)
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYSPARK_PYTHON", sys.executable)
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "ERROR",
            "spark.sql.shuffle.partitions": "3",
            "spark.sql.session.timeZone": "Asia/Kathmandu",
            "spark.sql.adaptive.enabled": "false",  # it would put what little there is into one partition
            "spark.sql.files.maxPartitionBytes": "500000",
        }
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        yield session
        session.stop()


on_spark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")


def read(spark: Any, frame: pl.DataFrame, folder: Path) -> Any:  # noqa: ANN401 - pyspark has no types here
    frame.write_parquet(folder / "events.parquet", row_group_size=5_000)
    return spark.read.parquet(str(folder))


@on_spark
@pytest.mark.parametrize("by_person", [False, True])
def test_spark_makes_the_same_rollup(spark: Any, tmp_path: Path, *, by_person: bool) -> None:  # noqa: ANN401 - the same
    assert spark_rollup(read(spark, FRAME, tmp_path), by_person=by_person) == roll_up(FRAME, by_person=by_person)


@on_spark
def test_spark_tells_a_reject_if_asked(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - the same
    rows = read(spark, FRAME.drop("event_id"), tmp_path)
    with pytest.raises(InvalidEvent, match=r"^in a partition, events\[\d+\]: timestamp must be a datetime"):
        spark_rollup(rows, strict=True)


@on_spark
def test_many_partitions_of_copies_come_to_the_same_digits(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - the same
    whole = many(60_000)
    rows = read(spark, whole, tmp_path)
    assert rows.rdd.getNumPartitions() > 2
    found = spark_rollup(rows)
    assert found == roll_up(whole)
    for period in ("7d", "90d"):
        wanted = summarize(whole, period=period, now=NOW, tz="America/New_York")
        assert summarize(found, period=period, now=NOW, tz="America/New_York").to_json() == wanted.to_json()
        assert wanted.stats.total_events > 1_000


PAGE = (Path(__file__).parent.parent / "examples" / "engines" / "README.md").read_text()
BY_DUCKDB, BY_SPARK = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_what_the_page_says_of_duckdb_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "events").mkdir()
    FRAME.write_parquet(tmp_path / "events" / "1.parquet")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(BY_DUCKDB, "README.md", "exec"), names)
    assert load(Path("p1.rollup")) == names["whole"]
    assert names["summary"].stats.total_events == 2


@on_spark
def test_what_the_page_says_of_spark_runs(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - the same
    (tmp_path / "events").mkdir()
    read(spark, FRAME, tmp_path / "events")
    code = BY_SPARK.replace('"events"', f'"{tmp_path}/events"').replace('"everybody', f'"{tmp_path}/everybody')
    names: dict[str, Any] = {"spark": spark}
    exec(compile(code, "README.md", "exec"), names)
    assert load(tmp_path / "everybody.rollup") == names["whole"]
    assert list(names["summaries"]) == ["p0", "p1", "p2"]
