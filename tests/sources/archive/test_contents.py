"""The archive's file: what it holds, what it says of itself, and what happens if it is not whole."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import polars as pl
import pytest

from tests.sources.logs import archived, claude, collect, event_file, response, rows, summary, transcript
from usagestats.errors import DamagedArchive, InputError
from usagestats.events import Rejects
from usagestats.sources import AGENTS, given
from usagestats.sources.archive import contents
from usagestats.sources.archive.collecting import collected
from usagestats.sources.archive.contents import MARK, VERSION, Archive, Forgotten, empty, opened, written
from usagestats.sources.hashes import hashed

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An archive of two requests and an active hour."""
    transcript(tmp_path / "logs" / "p" / "s.jsonl", response("a", 0, "secret-s"), response("b", 5, "secret-s"))
    collect(tmp_path / "archive.parquet", claude(tmp_path / "logs"))
    return tmp_path / "archive.parquet"


def parquet(path: Path, frame: pl.DataFrame, **metadata: str) -> Path:
    """A Parquet file with that frame and metadata."""
    frame.write_parquet(path, metadata=metadata)
    return path


def remade(path: Path, frame: pl.DataFrame, **about: object) -> Path:
    """The archive with other rows, or saying something else of itself."""
    said = json.loads(pl.read_parquet_metadata(path)[MARK])
    return parquet(path, frame, **{MARK: json.dumps(said | about)})


def test_a_row_is_a_record_with_hashes_for_ids_its_origin_and_its_reader(kept: Path) -> None:
    found = rows(kept).filter(pl.col("kind") == "request").row(0, named=True)
    assert found["session_id"] == hashed("secret-s")
    assert found["event_id"] == hashed("claude-code:msg_a:req_a")
    assert (found["origin"], found["reader"], found["public_id"]) == ("transcript", "claude_code/1", None)
    assert (found["input_tokens"], found["model"], found["success"]) == (100, "claude-opus-4-5", True)


def test_a_hash_is_128_bits_and_the_same_everywhere() -> None:
    assert hashed("claude-code:active:é") == "cc6c13afb3b014af8c0f18b86d4323b9"
    assert hashed("\ud800") != hashed("\udfff")


def test_no_path_or_id_stands_in_the_file(kept: Path) -> None:
    content = kept.read_bytes()
    words = pl.read_parquet(kept).write_json() + str(pl.read_parquet_metadata(kept))
    for secret in ("secret-s", "msg_a", "req_a", "logs", kept.parent.name):
        assert secret not in words
        assert secret.encode() not in content


def test_the_same_rows_are_the_same_bytes_whatever_their_order(kept: Path) -> None:
    found = opened(kept.read_bytes(), kept)
    turned = Archive(found.rows.reverse(), found.forgotten)
    assert written(found) == written(turned) == kept.read_bytes()


def test_what_is_written_is_not_held_any_more(kept: Path) -> None:
    found = opened(kept.read_bytes(), kept)
    written(found)
    assert found.rows.is_empty()


def test_an_archive_that_is_written_and_read_is_the_same(kept: Path) -> None:
    forgotten = Forgotten(frozenset({"s", "t"}), frozenset({"e"}), 17)
    again = opened(written(Archive(rows(kept), forgotten)), kept)
    assert again.forgotten == forgotten
    assert again.rows.equals(rows(kept))
    assert opened(written(empty()), kept).rows.equals(empty().rows)


def test_any_program_can_read_it(kept: Path) -> None:
    import duckdb

    found = duckdb.connect().execute(f"select sum(input_tokens) from '{kept}'")
    assert found.fetchone() == (200,)


def test_it_is_recognised_by_its_metadata_and_not_taken_for_an_event_file(kept: Path, tmp_path: Path) -> None:
    parquet(tmp_path / "events.parquet", pl.DataFrame({"timestamp": ["2026-11-18T12:00:00Z"]}))
    (tmp_path / "short.parquet").write_bytes(b"PAR1")
    assert {one.source.name: [path.name for path in one.files] for one in given([tmp_path]).found} == {
        "archive": ["archive.parquet"],
        "events": ["events.parquet", "short.parquet"],
        "claude_code": ["s.jsonl"],
    }
    assert not contents.SOURCE.matches(tmp_path / "a.jsonl")
    assert [one.source.name for one in given([kept]).found] == ["archive"]


def test_a_newer_layout_is_refused_and_left_alone(kept: Path) -> None:
    content = remade(kept, rows(kept), version=VERSION + 1).read_bytes()
    for path in (kept, kept.with_name("x.parquet")):
        with pytest.raises(InputError, match=r"must be an archive of at most version 1, not 2: a newer usagestats"):
            opened(content, path)
    with pytest.raises(InputError, match="at most version"):
        collect(kept, claude(kept.parent / "logs"))
    assert kept.read_bytes() == content
    assert [path.name for path in kept.parent.glob("*damaged*")] == []


def test_another_parquet_file_is_never_written_over(tmp_path: Path) -> None:
    path = parquet(tmp_path / "mine.parquet", pl.DataFrame({"a": [1]}))
    content = path.read_bytes()
    with pytest.raises(InputError, match=r"mine\.parquet is no archive of usagestats"):
        collect(path)
    assert path.read_bytes() == content


def test_a_damaged_archive_is_set_aside_and_never_written_over(kept: Path) -> None:
    logs = claude(kept.parent / "logs")
    whole = kept.read_bytes()
    for number, cut in enumerate((0, 3, len(whole) // 2, len(whole) - 1), 1):
        kept.write_bytes(whole[:cut])
        with pytest.raises(DamagedArchive, match=f"archive.parquet is a damaged archive.*damaged-{number}"):
            collect(kept, logs)
        assert kept.with_name(f"archive.parquet.damaged-{number}").read_bytes() == whole[:cut]
        assert not kept.exists()
        assert collect(kept, logs).added == 3
        assert kept.read_bytes() == whole


@pytest.mark.parametrize(
    "wrong",
    [
        pl.col("event_id").cast(pl.Binary),
        pl.col("input_tokens") - 101,
        pl.lit("else").alias("kind"),
        pl.col("timestamp").dt.replace_time_zone(None),
    ],
)
def test_an_archive_that_breaks_a_rule_of_the_record_is_damaged(kept: Path, wrong: pl.Expr) -> None:
    content = remade(kept, rows(kept).with_columns(wrong)).read_bytes()
    with pytest.raises(DamagedArchive):
        opened(content, kept)


@pytest.mark.parametrize("about", [{"version": None}, {"sessions": None}, {"events": 7}, {"version": "new"}])
def test_metadata_that_are_no_archives_are_damage(kept: Path, about: dict[str, object]) -> None:
    content = remade(kept, rows(kept), **about).read_bytes()
    with pytest.raises(DamagedArchive):
        opened(content, kept)


def test_an_archive_without_a_column_is_damaged(kept: Path) -> None:
    with pytest.raises(DamagedArchive):
        opened(remade(kept, rows(kept).drop("origin")).read_bytes(), kept)


def test_whatever_bytes_are_changed_nothing_else_is_raised(kept: Path) -> None:
    content = kept.read_bytes()
    for place in range(0, len(content), max(1, len(content) // 150)):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        with contextlib.suppress(InputError):
            opened(bytes(broken), kept)


def test_an_archive_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "archive.parquet").mkdir()
    with pytest.raises(InputError, match=r"archive\.parquet cannot be read: Is a directory"):
        summary(archived(tmp_path / "archive.parquet"))


def test_an_archive_counts_as_what_it_was_made_of(kept: Path) -> None:
    logs = claude(kept.parent / "logs")
    assert summary(archived(kept)).stats == summary(logs).stats
    assert summary(archived(kept), logs).stats == summary(logs).stats


def test_whose_event_it_is_is_kept_where_an_event_file_says_so(tmp_path: Path) -> None:
    event = {"timestamp": "2026-11-18T12:00:00Z", "event_id": "e", "provider": "openai", "model": "m"}
    events = event_file(tmp_path / "e.jsonl", event | {"public_id": "p"}, event | {"public_id": "q"}, event)
    collect(tmp_path / "a.parquet", events)
    assert sorted(rows(tmp_path / "a.parquet")["public_id"], key=str) == [None, "p", "q"]
    assert rows(tmp_path / "a.parquet")["reader"].unique().to_list() == ["events/1"]


def test_what_one_forgot_and_what_another_forgot_is_forgotten() -> None:
    one, other = Forgotten(frozenset("a"), frozenset("x"), 5), Forgotten(frozenset("b"), frozenset("x"), 7)
    assert one | other == other | one == Forgotten(frozenset("ab"), frozenset("x"), 7)
    assert one | Forgotten() == one


def test_the_file_is_small(kept: Path) -> None:
    many = pl.concat([rows(kept).with_columns(pl.col("event_id") + str(n)) for n in range(1000)])
    assert len(written(Archive(many))) < 40 * many.height


def test_of_all_agents_samples_only_hashes_and_the_names_of_models_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "archive.parquet"
    samples = [DATA / agent.name for agent in AGENTS.values() if (DATA / agent.name).is_dir()]
    found = [one for one in given(samples).found if one.source.name != "events"]
    collected(found, path, tmp_path / "cache", Rejects())
    kept = rows(path)
    said = {name: set(kept[name].drop_nulls()) for name, dtype in kept.schema.items() if dtype == pl.String}
    legends = [
        json.loads(legend.read_text())["events"] for sample in samples for legend in sample.rglob("expected.json")
    ]
    models, houses = ({one.get(name) for events in legends for one in events} for name in ("model", "provider"))
    assert said.pop("model") <= models
    assert said.pop("provider") <= houses
    assert said.pop("reader") <= {f"{agent.name}/{agent.version}" for agent in AGENTS.values()}
    assert said.pop("application") <= {one["application"] for events in legends for one in events}
    assert said.pop("kind") | said.pop("origin") <= {"request", "activity", "transcript", "telemetry"}
    assert said.pop("public_id") == set()
    assert said.keys() == {"session_id", "event_id"}
    assert len(said["event_id"]) == kept.height
    (cache,) = (path for path in (tmp_path / "cache").iterdir() if path.is_file())
    readers = json.loads(cache.read_bytes())["readers"].values()
    for name in [*said["session_id"], *said["event_id"], *(name for reader in readers for name in reader["logs"])]:
        assert re.fullmatch("[0-9a-f]{32}", name)
