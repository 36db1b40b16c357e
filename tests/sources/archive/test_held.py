"""What is kept of logs, and when it is passed over."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.sources.logs import response, transcript
from usagestats.errors import InputError
from usagestats.events import Reject
from usagestats.sources import claude_code
from usagestats.sources.archive import held

if TYPE_CHECKING:
    from pathlib import Path

    from usagestats.sources.archive.segments import Resumable

AGENT = claude_code.SOURCE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    """Two logs of one project, one of another."""
    names = ("p/s.jsonl", "p/t.jsonl", "q/u.jsonl")
    return [transcript(tmp_path / "projects" / name, response(name, 0, name)) for name in names]


def kept(folder: Path, logs: list[Path], agent: Resumable = AGENT) -> held.Held:
    """The agent, when all of its logs have been read and written down."""
    found = held.held(agent, [folder])
    list(found.tables(logs))
    found.save(logs)
    return found


def to_read(folder: Path, logs: list[Path], agent: Resumable = AGENT) -> list[str]:
    """The logs that a new process would read."""
    return [path.name for path in held.held(agent, [folder]).gathering().chosen(logs)]


def told(found: held.Held, logs: list[Path]) -> tuple[int, list[Reject]]:
    """How many requests there are, and what was refused."""
    tables = list(found.tables(logs))
    refused = [one for one in tables if isinstance(one, Reject)]
    requests = [one for one in tables if not isinstance(one, Reject) and one.kind == "request"]
    return sum(len(one.columns["event_id"]) for one in requests), refused


def test_what_was_written_down_is_not_read_again(folder: Path, logs: list[Path]) -> None:
    assert to_read(folder, logs) == ["s.jsonl", "t.jsonl", "u.jsonl"]
    kept(folder, logs)
    assert to_read(folder, logs) == []
    assert told(held.held(AGENT, [folder]), logs) == (3, [])
    transcript(logs[1], response("p/t.jsonl", 0, "t"), response("more", 1, "t"))
    assert to_read(folder, logs) == ["t.jsonl"]
    assert told(held.held(AGENT, [folder]), logs) == (4, [])


def test_several_folders_are_asked_in_turn(folder: Path, logs: list[Path], tmp_path: Path) -> None:
    kept(folder, logs)
    assert list(held.held(AGENT, [tmp_path / "none", folder]).gathering().chosen(logs)) == []


def test_only_families_that_were_read_are_written(folder: Path, logs: list[Path]) -> None:
    kept(folder, logs)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    transcript(logs[2], response("more", 1, "u"))
    kept(folder, logs)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(before) == 2
    assert before.keys() == after.keys()
    assert len([name for name in before if before[name] != after[name]]) == 1


def test_of_logs_that_are_gone_nothing_is_kept(folder: Path, logs: list[Path]) -> None:
    kept(folder, logs)
    (other,) = kept(folder / "other", logs[2:]).folders[0].iterdir()
    transcript(logs[0], response("more", 1, "s"))
    kept(folder, logs[:1])
    assert other.name not in {path.name for path in folder.iterdir()}
    assert to_read(folder, logs) == ["t.jsonl", "u.jsonl"]


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"x"])
def test_what_is_damaged_is_passed_over(folder: Path, logs: list[Path], damage: bytes) -> None:
    kept(folder, logs)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[:-1] + damage if damage else b"")
    assert to_read(folder, logs) == ["s.jsonl", "t.jsonl", "u.jsonl"]
    assert told(kept(folder, logs), logs) == (3, [])
    assert to_read(folder, logs) == []


def test_what_another_version_wrote_is_passed_over(
    folder: Path, logs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(folder, logs)
    newer = replace(AGENT, version=AGENT.version + 1)
    assert len(to_read(folder, logs, newer)) == 3
    kept(folder, logs, newer)
    assert (len(to_read(folder, logs, newer)), len(to_read(folder, logs))) == (0, 3)
    monkeypatch.setattr(held, "LAYOUT", held.LAYOUT + 1)
    assert len(to_read(folder, logs, newer)) == 3


def test_a_log_that_cannot_be_read_any_more_is_refused_and_tells_nothing(folder: Path, logs: list[Path]) -> None:
    kept(folder, logs)
    logs[0].unlink()
    count, refused = told(held.held(AGENT, [folder]), logs)
    assert (count, [str(one) for one in refused]) == (
        2,
        [f"{logs[0]}: file must be a readable file, not FileNotFoundError"],
    )


def test_what_is_refused_stays_told_in_a_second_reading_of_the_same_run(folder: Path, logs: list[Path]) -> None:
    for path in logs[:2]:
        path.write_bytes(path.read_bytes() + b"{no json}\n" + json.dumps(response("cut", 1, "s")).encode())
    found = held.held(AGENT, [folder])
    first, second = told(found, logs[:1])[1], told(found, logs)[1]
    assert [one.place for one in first] == [f"{logs[0]}:2"]
    assert [one.place for one in second] == [f"{logs[0]}:2", f"{logs[1]}:2"]
    found.save(logs)
    assert told(held.held(AGENT, [folder]), logs) == (4, [])


def test_what_one_process_read_another_tells(folder: Path, logs: list[Path]) -> None:
    here, there = held.held(AGENT, [folder]), held.held(AGENT, [folder]).gathering()
    assert list(there.rejects(logs)) == []
    here.gathering().merge(there.packed())
    assert here.gathering().chosen(logs) == []
    assert told(here, logs) == (3, [])


def test_every_log_is_told_with_its_size_read_or_not(folder: Path, logs: list[Path]) -> None:
    kept(folder, logs[:1])
    sizes: list[int] = []
    list(held.held(AGENT, [folder]).tables(logs, progress=sizes.append))
    assert sorted(sizes) == sorted(path.stat().st_size for path in logs)


def test_what_is_left_to_read_is_known_beforehand(folder: Path, logs: list[Path]) -> None:
    kept(folder, logs[:2])
    sizes = [path.stat().st_size for path in logs]
    with logs[0].open("ab") as file:
        file.write(b"\n" * 7)
    os.truncate(logs[1], 9)
    found = held.held(AGENT, [folder])
    assert [found.left_bytes(path) for path in logs] == [7, 9, sizes[2]]
    os.utime(logs[0], ns=(1, 1))
    assert held.held(AGENT, [folder]).left_bytes(logs[0]) == 7
    kept(folder, logs[:1])
    assert held.held(AGENT, [folder]).left_bytes(logs[0]) == 0
    os.utime(logs[0], ns=(2, 2))
    assert held.held(AGENT, [folder]).left_bytes(logs[0]) == sizes[0] + 7
    logs[0].unlink()
    assert held.held(AGENT, [folder]).left_bytes(logs[0]) == 0


def test_it_is_the_agent_in_all_else(tmp_path: Path, logs: list[Path]) -> None:
    found = held.held(AGENT, [])
    assert (found.name, found.version, found.origin) == (AGENT.name, AGENT.version, AGENT.origin)
    assert found.roots({}, tmp_path) == AGENT.roots({}, tmp_path)
    assert found.files(tmp_path) == logs
    assert [found.family(path) for path in logs] == [path.parent for path in logs]
    assert not found.matches(tmp_path / "a.txt", b"")


def test_nothing_that_is_written_down_holds_an_id_or_a_path(folder: Path, tmp_path: Path) -> None:
    kept(folder, [transcript(tmp_path / "private" / "private.jsonl", response("private", 0, "private"))])
    (path,) = folder.iterdir()
    assert "private" not in path.name
    assert b"private" not in path.read_bytes()


def test_a_folder_in_the_way_is_named(folder: Path, logs: list[Path]) -> None:
    folder.touch()
    with pytest.raises(InputError, match="cannot be written"):
        kept(folder, logs)
