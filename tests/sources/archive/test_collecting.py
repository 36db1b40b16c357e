"""Collecting: what is kept, what is read again, what is forgotten, and what a kill or a second collecting can do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.sources.logs import (
    NOON,
    NOW,
    Told,
    archived,
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
from usagestats.errors import InputError
from usagestats.events import Rejects
from usagestats.sources import AGENTS, given, records
from usagestats.sources.archive.collecting import Collected, Forget, collected
from usagestats.sources.archive.kept import holding, unread
from usagestats.sources.hashes import hashed
from usagestats.summary import summaries

CHILD = """
import sys
from pathlib import Path
from tests.sources.logs import claude, collect
print("ready", flush=True)
collect(Path(sys.argv[1]), claude(Path(sys.argv[2])))
"""
ROOT = Path(__file__).parents[3]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "data" / "archive.parquet"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder of two sessions."""
    transcript(tmp_path / "logs" / "s.jsonl", response("a", 0, "s"), *committed("b", 5, "s"))
    transcript(tmp_path / "logs" / "t.jsonl", response("c", 60, "t"))
    return tmp_path / "logs"


def read_again(kept: Path, logs: Path) -> list[str]:
    """The logs that a reading with the archive would read."""
    fresh = unread([archived(kept), claude(logs)], kept.parent / "cache")
    return [path.name for one in fresh if one.source.name == "claude_code" for path in one.files]


def test_collecting_says_what_it_added_and_what_it_knew(kept: Path, logs: Path) -> None:
    assert collect(kept, claude(logs)) == Collected(added=5, known=0)
    assert collect(kept, claude(logs)) == Collected(added=0, known=5)
    transcript(logs / "u.jsonl", response("d", 90, "u"))
    assert collect(kept, claude(logs)) == Collected(added=1, known=5)


def test_collecting_twice_changes_no_byte(kept: Path, logs: Path) -> None:
    collect(kept, claude(logs))
    content = kept.read_bytes()
    os.utime(kept, (1, 1))
    collect(kept, claude(logs))
    shutil.rmtree(kept.parent / "cache")
    collect(kept, claude(logs))
    assert kept.read_bytes() == content
    assert kept.stat().st_mtime == 1


def test_nothing_lies_around_afterwards(kept: Path, logs: Path) -> None:
    kept.parent.mkdir()
    (kept.parent / ".archive.parquet.12345678").touch()
    (kept.parent / ".archive.parquet.bak").touch()
    collect(kept, claude(logs))
    assert sorted(path.name for path in kept.parent.iterdir()) == [
        ".archive.parquet.bak",
        ".archive.parquet.lock",
        "archive.parquet",
        "cache",
    ]


def test_what_a_collecting_left_that_was_killed_goes_though_nothing_is_new(kept: Path, logs: Path) -> None:
    collect(kept, claude(logs))
    kept.with_name(".archive.parquet.abcd_123").write_bytes(b"PAR1")
    assert collect(kept, claude(logs)).added == 0
    assert [path.name for path in kept.parent.glob(".archive.parquet.*")] == [".archive.parquet.lock"]


def test_logs_that_did_not_change_are_not_read_again(kept: Path, logs: Path) -> None:
    collect(kept, claude(logs))
    assert read_again(kept, logs) == []
    for path in logs.iterdir():
        size, state = path.stat().st_size, path.stat()
        path.write_bytes(b"\n" * size)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert collect(kept, claude(logs)) == Collected(added=0, known=5)
    assert summary(*unread([archived(kept), claude(logs)], kept.parent / "cache")).stats.total_events == 3


def test_logs_are_read_again_when_one_changed_or_came_and_not_when_one_went(kept: Path, logs: Path) -> None:
    collect(kept, claude(logs))
    (logs / "t.jsonl").unlink()
    assert read_again(kept, logs) == []
    transcript(logs / "u.jsonl", response("d", 90, "u"))
    assert read_again(kept, logs) == ["s.jsonl", "u.jsonl"]
    collect(kept, claude(logs))
    assert read_again(kept, logs) == []
    with (logs / "u.jsonl").open("a") as file:
        file.write("\n")
    assert read_again(kept, logs) == ["s.jsonl", "u.jsonl"]


def test_a_log_that_was_changed_in_its_middle_is_read_again(kept: Path, logs: Path) -> None:
    long = transcript(logs / "u.jsonl", *(response(f"{number:03}", number, "u") for number in range(90)))
    known = collect(kept, claude(logs)).added
    before = summary(archived(kept)).stats.input_tokens
    content, later_ns = long.read_bytes(), long.stat().st_mtime_ns + 1
    place = content.index(b"msg_045")
    long.write_bytes(content[:place] + content[place:].replace(b'"input_tokens": 100', b'"input_tokens": 900', 1))
    os.utime(long, ns=(later_ns, later_ns))
    assert collect(kept, claude(logs)) == Collected(added=0, known=known)
    assert summary(archived(kept)).stats.input_tokens == before + 800


def projects(root: Path, *, shared: bool) -> list[Path]:
    """Logs in two projects; if they share a session, one log must be read for the other."""
    other = "s" if shared else "t"
    return [
        transcript(root / "projects" / "p" / "s.jsonl", response("a", 0, "s"), {"type": "user", "timestamp": 7}),
        transcript(root / "projects" / "q" / "t.jsonl", response("b", 10, other), {"type": "user", "timestamp": 8}),
    ]


@pytest.mark.parametrize(("shared", "again"), [(False, ["t.jsonl"]), (True, ["t.jsonl", "s.jsonl", "t.jsonl"])])
def test_logs_of_other_projects_are_read_again_only_if_they_are_needed(
    kept: Path, tmp_path: Path, again: list[str], *, shared: bool
) -> None:
    logs = projects(tmp_path, shared=shared)
    cache = kept.parent / "cache"
    collected([claude(tmp_path)], kept, cache, Rejects())
    with logs[1].open("a") as file:
        file.write(json.dumps(response("c", 24, "s" if shared else "t")) + "\n")
    found = [archived(kept), claude(tmp_path)]
    fresh = unread(found, cache)
    assert [path for one in fresh for path in one.files] == [kept, logs[1]]
    rejects, sizes = Rejects(), {path.stat().st_size: path.name for path in logs}
    seen: list[str] = []
    read = records(found, lambda _, size: seen.append(sizes.get(size, "")), fresh=fresh)
    counted = summaries(read, ["30d"], name="", now=NOW, tz="UTC", rejects=rejects)[0]
    assert [name for name in seen if name] == again
    assert [str(one.place) for one in rejects.first] == [f"{path}:2" for path in logs[0 if shared else 1 :]]
    assert (counted.stats.total_events, counted.stats.sessions_count) == (3, 1 if shared else 2)
    assert counted.stats.total_active_time_seconds == (24 if shared else 14) * 60


def test_a_log_that_grew_is_read_on_where_it_ended(kept: Path, tmp_path: Path) -> None:
    log = many(tmp_path / "logs") / "s0.jsonl"
    collect(kept, claude(log.parent))
    size = log.stat().st_size
    with log.open("r+b") as file:
        file.seek(size // 4)
        file.write(b"\n" * (size // 2))
        file.seek(size)
        file.write(json.dumps(response("new", 99, "s0")).encode() + b"\n")
    found, cache = [archived(kept), claude(log.parent)], kept.parent / "cache"
    held = holding(found, cache)
    read = records(held, fresh=unread(held, cache))
    assert summaries(read, ["30d"], name="", now=NOW, tz="UTC", rejects=Rejects())[0].stats.total_events == 3001
    assert collect(kept, claude(log.parent)) == Collected(added=1, known=3000 + 30 * 2)
    shutil.rmtree(cache)
    assert holding(found, cache)[1].source.name == "claude_code"
    assert holding(found[1:], cache) == found[1:]


@pytest.mark.parametrize("name", AGENTS)
def test_a_log_that_is_read_without_others_of_its_agent_changes_nothing(name: str, kept: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests" / "data" / name, tmp_path / name)
    found = [one for one in given([tmp_path / name]).found if one.source.name == name]
    for path in (paths := [path for one in found for path in one.files]):
        os.utime(path, ns=(0, 1_800_000_000_000_000_000))
    collected(found, kept, cache := tmp_path / "cache", Rejects())
    content = kept.read_bytes()
    for path in paths:
        os.utime(path, ns=(0, 1_800_000_000_000_000_001))
        assert path in [one for each in unread([archived(kept), *found], cache) for one in each.files]
        collected(found, kept, cache, Rejects())
        assert kept.read_bytes() == content


def test_nothing_is_kept_of_logs_when_something_is_forgotten(kept: Path, logs: Path) -> None:
    collect(kept, claude(logs))
    assert [path.name for path in (kept.parent / "cache").iterdir() if path.is_dir()] != []
    collect(kept, claude(logs), forget=Forget(("s",)))
    assert [path.name for path in (kept.parent / "cache").iterdir() if path.is_dir()] == []


def test_another_archive_or_a_lost_state_only_cost_a_reading(kept: Path, logs: Path) -> None:
    collect(kept, claude(logs))
    content = kept.read_bytes()
    transcript(logs / "u.jsonl", response("d", 90, "u"))
    collect(kept, claude(logs))
    latest = kept.read_bytes()
    kept.write_bytes(content)
    assert read_again(kept, logs) == ["s.jsonl", "t.jsonl", "u.jsonl"]
    collect(kept, claude(logs))
    assert kept.read_bytes() == latest
    kept.unlink()
    assert collect(kept, claude(logs)).added == 6
    assert kept.read_bytes() == latest


def test_event_files_are_read_each_time(kept: Path, tmp_path: Path) -> None:
    event = {"timestamp": "2026-11-18T12:00:00Z", "event_id": "e"}
    assert collect(kept, event_file(tmp_path / "e.jsonl", event)).added == 1
    again = collect(kept, event_file(tmp_path / "e.jsonl", event, event | {"event_id": "f"}))
    assert again == Collected(added=1, known=1)


def test_nothing_at_all_is_an_archive_of_nothing(kept: Path) -> None:
    assert collect(kept) == collect(kept) == Collected(added=0, known=0)
    assert rows(kept).is_empty()


def test_progress_is_told_the_bytes_that_are_read(kept: Path, logs: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    collect(kept, claude(logs), progress=lambda _, size: seen.append(size))
    assert seen == [path.stat().st_size for path in sorted(logs.iterdir())]
    collect(tmp_path / "b.parquet", archived(kept), progress=lambda _, size: seen.append(size))
    assert seen[2:] == [kept.stat().st_size]


def test_what_is_refused_stops_a_strict_collecting_and_nothing_is_written(kept: Path, tmp_path: Path) -> None:
    events = event_file(tmp_path / "e.jsonl", {})
    with pytest.raises(ValueError, match=r"e\.jsonl:1: timestamp must be"):
        collect(kept, events)
    assert not kept.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"archive\.parquet cannot be written: "):
        collect(tmp_path / "file" / "archive.parquet")


class TestForgetting:
    """What must not be published."""

    def test_a_session_is_removed_and_stays_so_though_logs_still_hold_it(self, kept: Path, logs: Path) -> None:
        collect(kept, claude(logs))
        assert collect(kept, claude(logs), forget=Forget(("s",))) == Collected(added=0, known=1, forgotten=4)
        shutil.rmtree(kept.parent / "cache")
        assert collect(kept, claude(logs)) == Collected(added=0, known=1)
        assert rows(kept)["session_id"].to_list() == [hashed("t")]
        for found in (summary(archived(kept), claude(logs)), summary(claude(logs), archived(kept))):
            assert (found.stats.total_events, found.stats.total_commits, found.stats.sessions_count) == (1, 0, 1)

    def test_a_session_is_also_known_by_its_hash_and_can_be_named_again(self, kept: Path, logs: Path) -> None:
        collect(kept, claude(logs))
        assert collect(kept, claude(logs), forget=Forget((hashed("s"),))).forgotten == 4
        assert collect(kept, forget=Forget(("s", hashed("s")))).forgotten == 0

    def test_a_session_is_forgotten_before_it_is_ever_written(self, kept: Path, logs: Path) -> None:
        assert collect(kept, claude(logs), forget=Forget(("s",))) == Collected(added=1, known=0, forgotten=4)

    def test_a_session_that_nobody_knows_is_an_error_and_nothing_changes(self, kept: Path, logs: Path) -> None:
        with pytest.raises(InputError, match="no session 'x' is in the archive or in what was read"):
            collect(kept, claude(logs), forget=Forget(("s", "x")))
        assert not kept.exists()

    def test_what_is_older_than_a_day_is_removed_and_stays_so(self, kept: Path, logs: Path) -> None:
        an_hour_on = round(NOON.timestamp() + 3600) * 1_000_000
        collect(kept, claude(logs))
        assert collect(kept, claude(logs), forget=Forget(before_us=an_hour_on)).forgotten == 4
        shutil.rmtree(kept.parent / "cache")
        collect(kept, claude(logs))
        assert rows(kept)["timestamp"].to_physical().to_list() == [an_hour_on]
        assert summary(archived(kept), claude(logs)).stats.total_events == 1

    def test_a_fork_is_no_way_back(self, kept: Path, tmp_path: Path) -> None:
        lines = [response("a", 0, "s"), response("b", 1, "s")]
        old = transcript(tmp_path / "logs" / "s.jsonl", *lines)
        transcript(tmp_path / "logs" / "f.jsonl", *[one | {"sessionId": "f"} for one in lines], response("c", 90, "f"))
        collect(kept, claude(old.parent), forget=Forget(("s",)))
        old.unlink()
        assert summary(archived(kept), claude(old.parent)).stats.total_events == 1

    def test_what_one_machine_forgot_no_other_brings_back(self, kept: Path, logs: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.parquet"
        collect(other, claude(logs))
        collect(kept, claude(logs), forget=Forget(("s",)))
        for both in ((kept, other), (other, kept)):
            assert summary(*map(archived, both)).stats.total_events == 1
        assert collect(kept, archived(other)).added == 0
        collect(other, archived(kept))
        assert rows(other)["session_id"].to_list() == [hashed("t")]

    def test_the_name_of_what_was_forgotten_stands_nowhere(self, kept: Path, tmp_path: Path) -> None:
        transcript(tmp_path / "logs" / "x.jsonl", response("a", 0, "very-private"))
        collect(kept, claude(tmp_path / "logs"), forget=Forget(("very-private",)))
        assert "very-private" not in str(pl.read_parquet_metadata(kept))


def child(kept: Path, logs: Path) -> subprocess.Popen[bytes]:
    """A process that collects; it has said that it begins."""
    program = [sys.executable, "-c", CHILD, str(kept), str(logs)]
    started = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE)
    assert started.stdout
    assert started.stdout.readline() == b"ready\n"
    return started


def many(folder: Path) -> Path:
    """Logs that take a moment."""
    for session in range(30):
        name = f"s{session}"
        transcript(folder / f"{name}.jsonl", *(response(f"{name}-{n}", n, name) for n in range(100)))
    return folder


def test_a_kill_at_any_moment_loses_nothing_and_doubles_nothing(kept: Path, logs: Path, tmp_path: Path) -> None:
    collect(kept, claude(logs))
    before, known = kept.read_bytes(), rows(kept)["event_id"]
    everything = many(tmp_path / "more")
    begin = time.perf_counter()
    with child(kept, everything) as started:
        assert started.wait() == 0
    took = time.perf_counter() - begin
    after = kept.read_bytes()
    kills = 5
    for number in range(kills):
        kept.write_bytes(before)
        shutil.rmtree(kept.parent / "cache")
        with child(kept, everything) as started:
            try:
                started.wait(took * number / kills)
            except subprocess.TimeoutExpired:
                started.kill()
        assert kept.read_bytes() in (before, after)
        collect(kept, claude(everything))
        assert kept.read_bytes() == after
    assert set(known) < set(rows(kept)["event_id"])
    assert rows(kept)["event_id"].is_unique().all()


@pytest.mark.parametrize(
    ("step", "call", "is_written"),
    [("fsync", 1, False), ("replace", 1, False), ("replace", 2, True), ("replace", 3, True)],
)
def test_a_kill_around_the_writing_leaves_one_whole_archive(
    step: str, call: int, kept: Path, logs: Path, *, is_written: bool
) -> None:
    collect(kept, claude(logs))
    before = kept.read_bytes()
    program = f"""
import os, signal, sys
from pathlib import Path
from tests.sources.logs import claude, collect
real, calls = os.{step}, []
def deadly(*arguments, **named):
    calls.append(1)
    if len(calls) == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)
os.{step} = deadly
collect(Path(sys.argv[1]), claude(Path(sys.argv[2])))
"""
    transcript(logs / "u.jsonl", response("d", 90, "u"))
    ran = subprocess.run([sys.executable, "-c", program, str(kept), str(logs)], cwd=ROOT, check=False)
    assert ran.returncode == -9
    assert (kept.read_bytes() != before) == is_written
    assert collect(kept, claude(logs)) == Collected(added=0 if is_written else 1, known=6 if is_written else 5)
    assert [path.name for path in kept.parent.glob(".archive.parquet.*")] == [".archive.parquet.lock"]


def test_collectings_at_the_same_time_follow_one_another(kept: Path, logs: Path, tmp_path: Path) -> None:
    others = [many(tmp_path / "1"), logs]
    transcript(tmp_path / "2" / "z.jsonl", response("z", 0, "z"))
    started = [child(kept, folder) for folder in (*others, tmp_path / "2")]
    assert [one.wait() for one in started] == [0, 0, 0]
    for one in started:
        assert one.stdout
        one.stdout.close()
    found = summary(archived(kept))
    assert same(found, summary(claude(others[0]), claude(others[1]), claude(tmp_path / "2")))
    assert found.stats.total_events == 3000 + 3 + 1


def test_a_hand_made_telemetry_source_is_kept_with_its_origin(kept: Path, tmp_path: Path) -> None:
    record: dict[str, Any] = {"minutes": 0, "session_id": "s", "event_id": "e"}
    collect(kept, Told((record,)).found(tmp_path / "otel"))
    assert rows(kept).select("origin", "reader").rows() == [("telemetry", "told/1")]
    assert next(iter(records([archived(kept)]).read(Rejects()))).height == 1  # type: ignore[union-attr]


def test_several_processes_collect_the_same(kept: Path, tmp_path: Path) -> None:
    projects(tmp_path, shared=True)
    found, alone = [claude(tmp_path)], tmp_path / "alone.parquet"
    collected(found, alone, tmp_path / "cache", Rejects(), jobs=1)
    collected(found, kept, tmp_path / "cache", rejects := Rejects(), jobs=2)
    assert kept.read_bytes() == alone.read_bytes()
    with (tmp_path / "projects" / "q" / "t.jsonl").open("a") as file:
        file.write(json.dumps(response("c", 24, "s")) + "\n")
    for path, jobs in ((alone, 1), (kept, 2)):
        collected(found, path, tmp_path / "cache", rejects, jobs=jobs)
    assert kept.read_bytes() == alone.read_bytes()
    assert rejects.count == 2
