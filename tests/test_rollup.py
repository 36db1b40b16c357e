from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from usagestats.errors import InputError, InvalidEvent, InvalidEvents
from usagestats.events import Records, Table
from usagestats.rollup import METADATA, Rollup, load, merge, roll_up, save
from usagestats.slots import empty
from usagestats.summary import summarize

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10, "session_id": "s"} | fields


HUGE = [request(output_tokens=2**63 - 1, commits=1)] * 3
PEOPLE = [request(public_id="p1"), request(public_id="p2", session_id=None, timestamp=NOW - timedelta(days=1))]


@pytest.mark.parametrize("way", [list, iter, pl.DataFrame, pl.LazyFrame])
def test_every_kind_of_records_is_rolled_up(way: Any) -> None:  # noqa: ANN401 - types and functions
    events = [request(timestamp=NOW - timedelta(minutes=n)) for n in range(50)]
    found = roll_up(way(events))
    assert found == roll_up(events)
    assert found.cells["events"].to_list() == [4, 1, 14, 1, 14, 1, 14, 1]
    assert found.until == NOW


def test_a_long_generator_is_rolled_up_piece_by_piece() -> None:
    events = [request(timestamp=NOW - timedelta(minutes=n % 7), event_id=str(n % 9)) for n in range(150_000)]
    assert roll_up(iter(events)) == roll_up(pl.DataFrame(events))
    assert roll_up(iter(events)).cells["events"].sum() == 9


def test_peoples_copies_in_a_long_generator_are_one_event_of_each() -> None:
    events = [request(event_id=str(n % 9), public_id=f"p{n % 2}") for n in range(150_000)]
    found = roll_up(iter(events), by_person=True)
    assert found == roll_up(pl.DataFrame(events), by_person=True)
    assert found.cells["events"].to_list() == [9, 9]


def test_peoples_ids_may_be_categories() -> None:
    coded = pl.DataFrame(PEOPLE, infer_schema_length=None).with_columns(pl.col("public_id").cast(pl.Categorical))
    assert roll_up(coded, by_person=True) == roll_up(PEOPLE, by_person=True)


def test_what_an_activity_says_of_tokens_latency_and_success_is_not_in_a_cell() -> None:
    said = [request(kind="activity", latency_ms=5, success=True, output_tokens=7, cache_read_tokens=2, commits=3)]
    assert roll_up(said) == roll_up([request(kind="activity", input_tokens=None, commits=3)])
    assert roll_up(said).cells["commits"].to_list() == [3]


def test_what_is_refused_is_counted_and_told() -> None:
    events = [request(), request(input_tokens=-1)]
    found = merge([roll_up(events), roll_up(events)])
    assert found.refused == 2
    assert summarize(found, now=NOW).rejects.count == 2
    with pytest.raises(InvalidEvent, match="input_tokens"):
        roll_up(events, strict=True)
    with pytest.raises(InvalidEvents):
        roll_up(5)


@pytest.mark.parametrize("way", [list, pl.DataFrame, pl.LazyFrame])
def test_where_people_are_told_apart_nobody_is_refused(way: Any) -> None:  # noqa: ANN401 - types and functions
    events = [*PEOPLE, request(public_id=None)]
    found = roll_up(way(events), by_person=True)
    assert (found.refused, sorted(found.cells["public_id"].to_list())) == (1, ["p1", "p2"])
    with pytest.raises(
        InvalidEvent, match=r"^events\[2\]: public_id must be text, where people are told apart, not null"
    ):
        roll_up(way(events), by_person=True, strict=True)
    assert roll_up(way([request()]), by_person=True).refused == 1


def test_a_readers_table_belongs_to_nobody() -> None:
    table = Table("request", "codex", {"timestamp": [0, 1], "model": ["m", "m"], "provider": ["p", "p"]})
    found = roll_up(Records(lambda _: [table]), by_person=True)
    assert (found.refused, found.cells.height) == (2, 0)


def test_one_persons_part_is_the_rollup_of_their_records() -> None:
    found = roll_up(PEOPLE, by_person=True)
    mine = found.person("p1")
    assert (mine.cells.rows(), mine.sessions.rows()) == (roll_up(PEOPLE[:1]).cells.rows(), [(NOW, "s")])
    assert found.person("p3").cells.is_empty()
    with pytest.raises(InvalidEvents, match="by person"):
        mine.person("p1")


def test_parts_cut_at_once_are_those_cut_one_by_one() -> None:
    silent = request(public_id="p0", session_id=None)
    found = roll_up(
        [*PEOPLE, silent, *PEOPLE, request(public_id="p2", timestamp=NOW - timedelta(days=1))], by_person=True
    )
    parts = found.people()
    assert (list(parts), len(parts), parts.get("p3")) == (["p0", "p1", "p2"], 3, None)
    for public_id, part in parts.items():
        assert part == found.person(public_id)
        assert summarize(part, period="30d", now=NOW) == summarize(found.person(public_id), period="30d", now=NOW)
    assert not empty(by_person=True).people()
    with pytest.raises(InvalidEvents, match="by person"):
        parts["p1"].people()


@pytest.mark.parametrize(
    "rollup",
    [
        empty(),
        empty(by_person=True),
        roll_up([request(), request(kind="activity", model=None)]),
        roll_up(HUGE),
        roll_up(PEOPLE, by_person=True),
        roll_up([request(timestamp=datetime(1, 1, 1, tzinfo=UTC))]),
    ],
    ids=["nothing", "nobody", "a few", "sums beyond 64 bits", "people", "the year 1"],
)
def test_what_is_saved_is_loaded_the_same(rollup: Rollup, tmp_path: Path) -> None:
    assert save(rollup, tmp_path / "a" / "rollup.parquet")
    assert load(tmp_path / "a" / "rollup.parquet") == rollup
    assert not save(rollup, str(tmp_path / "a" / "rollup.parquet"))
    assert load(str(tmp_path / "a" / "rollup.parquet")) == rollup
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["rollup.parquet"]


def test_strangers_can_read_the_file(tmp_path: Path) -> None:
    save(roll_up(HUGE), tmp_path / "rollup.parquet")
    rows = pq.read_table(tmp_path / "rollup.parquet").to_pylist()
    assert [(row["session_id"], row["output_tokens"]) for row in rows] == [(None, 3 * (2**63 - 1)), ("s", None)]


def parquet(about: object) -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(file, metadata={METADATA: json.dumps(about)})
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must be a rollup of usagestats, and is none"),
        (b"PAR1 and some more that is no Parquet PAR1", "must be a rollup of usagestats, and is none"),
        (parquet(None), "the schema of a rollup must be at most 1, not none"),
        (parquet({"schema": 2}), "the schema of a rollup must be at most 1, not 2"),
        (parquet({"schema": 1}), "must be a rollup of usagestats, and is none"),
        (parquet({"schema": "1"}), "must be a rollup of usagestats, and is none"),
        (parquet([]), "must be a rollup of usagestats, and is none"),
    ],
)
def test_another_file_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "rollup.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        load(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.parquet cannot be read: No such file"):
        load(tmp_path / "nothing.parquet")
