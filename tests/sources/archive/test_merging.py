"""What is read and what an archive holds, laid together."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.sources.logs import (
    Told,
    archived,
    at,
    claude,
    collect,
    committed,
    event_file,
    response,
    rows,
    same,
    summary,
    transcript,
)
from usagestats.sources import Found, copilot
from usagestats.sources.hashes import hashed

DATA = Path(__file__).parents[2] / "data"

EVENT: dict[str, Any] = {"timestamp": at(0), "provider": "openai", "model": "m", "input_tokens": 7}


def told(*requests: tuple[str | None, float, int], version: int, **more: Any) -> Told:  # noqa: ANN401
    """A reader of that version with requests: id, minutes, tokens."""
    records = [
        {"session_id": "s", "provider": "p", "model": "m", "event_id": name, "minutes": when, "input_tokens": tokens}
        for name, when, tokens in requests
    ]
    return Told((*records, *more.pop("besides", ())), version=version, origin="transcript", **more)


def told_tokens(path: Path) -> list[int]:
    """The tokens of the archive's requests, ascending."""
    return sorted(rows(path).filter(pl.col("kind") == "request")["input_tokens"])


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "a.parquet"


def test_rows_of_a_newer_reader_replace_those_of_a_session_that_it_read_whole(kept: Path) -> None:
    log = kept.with_name("log")
    collect(kept, told(("a", 0, 50), ("b", 1, 60), version=9).found(log))
    collect(kept, told(("a", 0, 5), ("other", 1, 6), ("c", 2, 7), version=10).found(log))
    assert told_tokens(kept) == [5, 6, 7]
    assert rows(kept)["reader"].unique().to_list() == ["told/10"]


def test_what_a_newer_reader_does_not_see_again_stays(kept: Path) -> None:
    log = kept.with_name("log")
    collect(kept, told(("a", 0, 50), ("b", 1, 60), version=1).found(log))
    collect(kept, told(("a", 0, 5), version=2).found(log))
    assert told_tokens(kept) == [50, 60]


def test_an_older_reader_and_another_source_replace_nothing(kept: Path) -> None:
    log = kept.with_name("log")
    collect(kept, told(("a", 0, 50), version=2).found(log))
    collect(kept, told(("b", 0, 5), version=1).found(log))
    collect(kept, told(("c", 0, 6), version=3, name="another").found(log))
    assert told_tokens(kept) == [5, 6, 50]


def test_copies_of_two_readers_are_the_newer_ones(kept: Path) -> None:
    log = kept.with_name("log")
    collect(kept, told(("a", 0, 50), ("b", 1, 1), version=9).found(log))
    collect(kept, told(("a", 0, 5), version=10).found(log))
    assert sorted(rows(kept)["reader"]) == ["told/10", "told/9"]


def test_activities_go_with_the_requests_of_their_session(kept: Path) -> None:
    log, hour = kept.with_name("log"), {"kind": "activity", "session_id": "s", "minutes": 0}
    more = [hour | {"event_id": "h1", "active_time_seconds": 60}, hour | {"event_id": "h2", "commits": 1}]
    collect(kept, told(("a", 0, 50), version=1, besides=more).found(log))
    collect(
        kept, told(("a", 0, 50), version=2, besides=[hour | {"event_id": "h1", "active_time_seconds": 7}]).found(log)
    )
    assert rows(kept).sort("event_id")["active_time_ms"].max() == 7000
    assert rows(kept).height == 2


def test_a_log_that_grew_says_more_of_its_hour(kept: Path) -> None:
    log = kept.with_name("p") / "s.jsonl"
    begin = [response("a", 0, "s"), response("b", 5, "s")]
    collect(kept, claude(transcript(log, *begin).parent))
    assert rows(kept)["active_time_ms"].max() == 300_000
    collect(kept, claude(transcript(log, *begin, response("c", 15, "s")).parent))
    assert rows(kept)["active_time_ms"].max() == 900_000
    assert rows(kept).height == 4


def test_a_session_that_is_partly_deleted_loses_nothing(kept: Path) -> None:
    main, agent = kept.with_name("p") / "s.jsonl", kept.with_name("p") / "s" / "subagents" / "agent-a.jsonl"
    transcript(main, response("a", 0, "s"), *committed("b", 5, "s"))
    transcript(agent, response("c", 9, "s", isSidechain=True), response("d", 19, "s", isSidechain=True))
    before = summary(claude(main.parent))
    collect(kept, claude(main.parent))
    for gone in (agent, main):
        gone.unlink()
        assert same(summary(archived(kept), claude(main.parent)), before)
        collect(kept, claude(main.parent))
        assert same(summary(archived(kept)), before)


def forked(root: Path) -> tuple[Path, Path]:
    """A session, and a fork of it that went on: both files."""
    lines = [response("a", 0, "old"), response("b", 10, "old")]
    own = [response("c", 14, "new"), response("d", 20, "new"), response("g", 70, "new")]
    copies = [line | {"sessionId": "new"} for line in lines]
    return transcript(root / "old.jsonl", *lines), transcript(root / "new.jsonl", *copies, *own)


def test_a_fork_whose_original_is_deleted_changes_nothing(kept: Path) -> None:
    old, _ = forked(kept.with_name("p"))
    before = summary(claude(old.parent))
    collect(kept, claude(old.parent))
    content = kept.read_bytes()
    old.unlink()
    assert not same(summary(claude(old.parent)), before)
    assert same(summary(archived(kept), claude(old.parent)), before)
    collect(kept, claude(old.parent))
    assert kept.read_bytes() == content


def test_a_fork_of_a_fork_whose_originals_are_deleted_changes_nothing(kept: Path) -> None:
    old, new = forked(kept.with_name("p"))
    copies = [json.loads(line) | {"sessionId": "newest"} for line in new.read_text().splitlines()]
    transcript(new.with_name("newest.jsonl"), *copies, response("x", 75, "newest"), response("y", 85, "newest"))
    before = summary(claude(old.parent))
    collect(kept, claude(old.parent))
    content = kept.read_bytes()
    for gone in (old, new):
        gone.unlink()
        collect(kept, claude(old.parent))
        assert kept.read_bytes() == content
    assert same(summary(archived(kept), claude(old.parent)), before)


def test_what_a_fork_of_such_a_fork_did_is_not_lost(kept: Path) -> None:
    def reading(*homes: str) -> Found:
        known = {"provider": "p", "model": "m"}
        told = [known | {"session_id": home, "event_id": f"e{n}", "minutes": n} for n, home in enumerate(homes)]
        hour = {"kind": "activity", "session_id": "newest", "minutes": 0, "event_id": "h", "active_time_seconds": 60}
        return Told((*told, hour), origin="transcript").found(kept.with_name("log"))

    collect(kept, reading("old", "new", "newest"))
    collect(kept, reading("new", "newest", "newest"))
    requests = rows(kept).filter(pl.col("kind") == "request").sort("timestamp")
    assert requests["session_id"].to_list() == [hashed("old"), hashed("new"), hashed("newest")]
    assert rows(kept)["active_time_ms"].sum() == 60_000


def test_requests_that_copilot_exported_stay_told_by_that_when_the_file_is_gone(kept: Path) -> None:
    shutil.copytree(DATA / "copilot", kept.with_name("copilot"))
    logs = [copilot.SOURCE.files(kept.with_name("copilot") / name) for name in ("session-state", "otel")]
    both = Found(copilot.SOURCE, kept, (*logs[0], *logs[1]))
    before = summary(both)
    collect(kept, both)
    assert same(summary(archived(kept)), before)
    events = Found(copilot.SOURCE, kept, tuple(logs[0]))
    shutil.rmtree(kept.parent / "cache")
    assert not same(summary(events), before)
    assert same(summary(archived(kept), events), before)
    collect(kept, events)
    assert same(summary(archived(kept)), before)


def test_a_fork_that_outlives_its_original_goes_on(kept: Path) -> None:
    old, new = forked(kept.with_name("p"))
    collect(kept, claude(old.parent))
    with new.open("a") as file:
        file.write(transcript(kept.with_name("more"), response("e", 80, "new"), response("f", 190, "new")).read_text())
    before = summary(claude(old.parent))
    old.unlink()
    collect(kept, claude(old.parent))
    assert same(summary(archived(kept)), before)


def test_events_of_an_event_file_without_ids_stay_as_many_as_they_are(kept: Path) -> None:
    events = [event_file(kept.with_name(name), EVENT, EVENT, EVENT | {"output_tokens": 1}) for name in ("1.jsonl",)]
    for _ in range(2):
        collect(kept, *events)
        assert rows(kept).height == 3
    collect(kept, event_file(kept.with_name("1.jsonl"), EVENT, EVENT, EVENT, EVENT | {"output_tokens": 1}))
    assert rows(kept).height == 4
    assert summary(archived(kept), *events).stats.total_events == 4


def test_records_of_logs_without_ids_are_copies_if_they_say_the_same(kept: Path) -> None:
    log = kept.with_name("log")
    collect(kept, told((None, 0, 5), (None, 0, 5), (None, 0, 6), version=1).found(log))
    assert told_tokens(kept) == [5, 6]


def test_a_session_is_the_same_session_for_every_application(kept: Path) -> None:
    event = EVENT | {"session_id": "s"}
    events = event_file(kept.with_name("1.jsonl"), event, event | {"application": "codex"})
    collect(kept, events)
    assert rows(kept)["session_id"].unique().to_list() == [hashed("s")]
    assert summary(archived(kept)).stats.sessions_count == summary(events).stats.sessions_count == 1


def test_archives_of_two_machines_add_up_and_count_each_event_once(tmp_path: Path) -> None:
    one, other = tmp_path / "laptop.parquet", tmp_path / "desktop.parquet"
    transcript(tmp_path / "1" / "s.jsonl", response("a", 0, "s"), response("b", 1, "s"))
    transcript(tmp_path / "2" / "s.jsonl", response("b", 1, "s"), response("c", 2, "t"))
    collect(one, claude(tmp_path / "1"))
    collect(other, claude(tmp_path / "2"))
    for both in ((one, other), (other, one), (one, other, one)):
        assert summary(*map(archived, both)).stats.total_events == 3
    collect(one, archived(other))
    assert summary(archived(one)).stats.total_events == 3


def test_telemetry_and_transcript_are_told_apart_when_an_archive_is_read(kept: Path) -> None:
    transcript(kept.with_name("p") / "s.jsonl", response("a", 0, "s"), *committed("b", 10, "s"))
    logs, request = claude(kept.with_name("p")), {"provider": "p", "model": "m", "session_id": "s", "minutes": 0}
    telemetry = Told((request | {"event_id": "r", "input_tokens": 7},)).found(kept.with_name("otel"))
    expected = summary(logs, telemetry)
    assert (expected.stats.input_tokens, expected.stats.total_commits) == (7, 1)
    collect(kept, logs)
    assert same(summary(archived(kept), telemetry), expected)
    collect(kept, telemetry)
    assert same(summary(archived(kept)), expected)
    assert same(summary(archived(kept), logs), expected)
    assert sorted(rows(kept)["origin"]) == ["telemetry", *["transcript"] * 4]
