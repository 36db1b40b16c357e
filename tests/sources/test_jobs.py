from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from usagestats.events import Reject
from usagestats.sources import Found, claude_code, codex, jobs, shared
from usagestats.sources.archive.held import held
from usagestats.sources.jobs import Crew, Ended, Part, Task, Told, crew, receive, send, serve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from usagestats.events import Table

DATA = Path(__file__).parent.parent / "data"
LAST = 3
NO_JSON = "record must be a line of JSON, not something else"
AGENTS: dict[str, Any] = {"claude_code": claude_code.SOURCE, "codex": codex.SOURCE}


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Path]]:
    """Twenty copies of each sample, each with a line that is refused, and every file a task of its own."""
    monkeypatch.setattr(jobs, "CHUNK_BYTES", 1)
    found: dict[str, list[Path]] = {}
    for name, agent in AGENTS.items():
        for number in range(20):
            shutil.copytree(DATA / name, tmp_path / name / str(number))
        found[name] = agent.files(tmp_path / name)
        for path in found[name]:
            path.write_bytes(path.read_bytes().removesuffix(b"\n") + b"\n{no json}\n")
    return found


def told(tables: Iterable[Table | Reject]) -> tuple[list[str], list[str]]:
    """Rejects in their order, records in an order of their own."""
    every = list(tables)
    rejects = [str(one) for one in every if isinstance(one, Reject)]
    return rejects, sorted(str(one) for table in every if not isinstance(table, Reject) for one in table.records())


def read_by(count: int, logs: dict[str, list[Path]]) -> dict[str, tuple[list[str], list[str]]]:
    with crew({name: (AGENTS[name], paths) for name, paths in logs.items()}, count) as made:
        return {name: told(made.tables(name)) for name in logs}


def alone(logs: dict[str, list[Path]]) -> dict[str, tuple[list[str], list[str]]]:
    return {name: told(AGENTS[name].tables(paths)) for name, paths in logs.items()}


def test_any_number_of_processes_gives_the_same_records_and_the_same_rejects_in_their_order(
    logs: dict[str, list[Path]],
) -> None:
    expected = alone(logs)
    assert len(expected["claude_code"][0]) > 20
    for count in (1, 2, 3):
        assert read_by(count, logs) == expected


def test_processes_read_on_where_logs_ended(logs: dict[str, list[Path]], tmp_path: Path) -> None:
    paths = logs["claude_code"]

    def read(count: int) -> tuple[list[str], list[str]]:
        agent = held(claude_code.SOURCE, [tmp_path / "cache"])
        with crew({"claude_code": (agent, paths)}, count) as made:
            found = told(made.tables("claude_code"))
        if count == LAST:
            agent.save(paths)
        return found

    expected = told(held(claude_code.SOURCE, [tmp_path]).tables(paths))
    assert [read(count) for count in (1, 2, LAST)] == [expected] * 3
    for path in paths:
        path.write_bytes(path.read_bytes() + b"{no json, either}\n")
    assert [read(count) for count in (1, 2, LAST)] == [
        ([f"{path}:{_lines(path)}: {NO_JSON}" for path in paths], expected[1])
    ] * 3
    assert read(2) == ([], expected[1])


def _lines(path: Path) -> int:
    return len(path.read_bytes().splitlines())


@pytest.mark.parametrize("name", AGENTS)
def test_every_file_is_told_once_whoever_reads_it(name: str, logs: dict[str, list[Path]]) -> None:
    moved: list[tuple[str, int]] = []
    with crew({name: (AGENTS[name], logs[name])}, 3, lambda *read: moved.append(read)) as made:
        list(made.tables(name))
    assert sorted(moved) == sorted((name, path.stat().st_size) for path in logs[name])


def test_what_a_process_had_taken_when_it_died_is_read_here(
    logs: dict[str, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(logs)
    dying = "import sys; sys.stdin.buffer.read(20)"
    silent = jobs.START.replace("serve(", "(lambda *_: None)(")
    packless = jobs.START.replace(
        "serve(", "import usagestats.sources.claude_code as c; del c.Gathering.packed; serve("
    )
    for start in (dying, silent, packless):
        monkeypatch.setattr(jobs, "START", start)
        assert read_by(2, logs) == expected


@pytest.mark.parametrize(
    "hangs", ["sys.stdin.buffer.read()", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"]
)
def test_what_a_process_had_taken_that_hangs_is_read_here(
    hangs: str, logs: dict[str, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(logs)
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "START", f"import sys; {hangs}")
    assert read_by(3, logs) == expected


def test_who_tells_something_is_waited_for() -> None:
    made = Crew({"codex": codex.SOURCE}, {"codex": deque()}, {"codex": []}, None, {})

    class Slow(SimpleQueue[Part]):
        """Where nothing comes for a while, although files are being read."""

        def get(self, block: bool = True, timeout: float | None = None) -> Part:  # noqa: ARG002, FBT001, FBT002
            if made.heard < 5:
                made.heard += 1
                raise Empty
            return Part(packed=codex.SOURCE.gathering().packed())

    class Reader:
        def kill(self) -> None:
            pytest.fail("it was not waited for")

    made.parts["codex"] = Slow()
    made.processes.append(Reader())  # type: ignore[arg-type]
    assert told(made.tables("codex")) == ([], [])


def test_where_no_process_can_be_spawned_this_one_reads_alone(
    logs: dict[str, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(logs)
    monkeypatch.setattr(sys, "executable", "")
    assert read_by(3, logs) == expected
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert read_by(3, logs) == expected


def test_small_files_are_read_together_and_need_no_other_process(
    logs: dict[str, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CHUNK_BYTES", 16_000_000)
    with crew({"codex": (codex.SOURCE, logs["codex"])}, 3) as made:
        assert made.processes == []
        assert told(made.tables("codex")) == alone(logs)["codex"]


def test_processes_end_when_nobody_wants_their_answer(logs: dict[str, list[Path]]) -> None:
    with pytest.raises(KeyError), crew({"codex": (codex.SOURCE, logs["codex"])}, 2) as made:
        made.tables("gemini").__next__()


def test_a_process_reads_packs_and_ends_with_its_pipe(logs: dict[str, list[Path]]) -> None:
    (path, *_) = logs["claude_code"]
    tasks, answers = io.BytesIO(), io.BytesIO()
    send(tasks, Task("claude_code", 0, [os.fsencode(path)]))
    send(tasks, Task("claude_code"))
    tasks.seek(0)
    serve(tasks, answers)
    answers.seek(0)
    size, rejects, packed = (msgspec.msgpack.decode(receive(answers), type=Told) for _ in range(3))
    assert size.size == path.stat().st_size
    assert [one.place for one in rejects.rejects or ()][-1] == f"{path}:{len(path.read_bytes().splitlines())}"
    gathering = claude_code.SOURCE.gathering()
    gathering.merge(packed.packed or b"")
    assert told(gathering.tables())[1] == told(claude_code.SOURCE.tables([path]))[1]
    with pytest.raises(Ended):
        receive(answers)


def test_a_process_that_reads_loads_no_polars(logs: dict[str, list[Path]]) -> None:
    tasks = io.BytesIO()
    send(tasks, Task("claude_code", 0, [os.fsencode(path) for path in logs["claude_code"]]))
    send(tasks, Task("claude_code"))
    send(tasks, Task("codex", 1, [os.fsencode(path) for path in logs["codex"]]))
    program = f"{jobs.START}; sys.stderr.write(json.dumps(sorted(sys.modules)))"
    python = [sys.executable, "-I", "-S", "-c", program, json.dumps(sys.path)]
    ran = subprocess.run(python, input=tasks.getvalue(), capture_output=True, check=True)
    loaded = set(json.loads(ran.stderr))
    assert "usagestats.sources.jobs" in loaded
    assert loaded & {"polars", "click", "jinja2", "multiprocessing", "importlib.metadata"} == set()


def test_nothing_is_shared_that_cannot_be_or_need_not(logs: dict[str, list[Path]]) -> None:
    found = Found(claude_code.SOURCE, DATA, tuple(logs["claude_code"]))
    with shared([found]) as one, shared([], 4) as other, shared([found, found], 1) as third:
        assert (one, other, third) == (None, None, None)
    with shared([found, found], 2) as made:
        assert made
        assert told(made.tables("claude_code")) == told(claude_code.SOURCE.tables(logs["claude_code"]))
