"""Logs read by several processes: each reads some, one puts together what they saw (`sources.packing`).

The others are spawned, never forked, load nothing that reading does not need, and end with the pipe to them. They and
this process take the next few files whenever they are done with the last. What a process had taken that ends too early,
or that hangs and is ended, is read here. So the answer is the same with any number of processes, rejects and their
order included.

On the pipes go messages of MessagePack behind their length: lists of files and the name of a source to a process,
sizes, rejects and packed sightings back.
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import DEVNULL, PIPE, Popen
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

from usagestats.events import Reject
from usagestats.sources.logs import size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from usagestats.events import Table
    from usagestats.sources.sharing import Gathering, Shareable

CHUNK_BYTES: Final = 16_000_000
"""Files that are taken at once are together about as big."""
PATIENCE_SECONDS: Final = 60.0
"""How long all other processes may tell nothing, when this one has nothing left to read: they tell of each file."""
START: Final = (
    "import gc, sys, json; gc.disable(); sys.path[:] = json.loads(sys.argv[1]); "
    "from usagestats.sources.jobs import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
)
"""Reading makes no cycles, and looking for them takes a tenth of the time."""
LENGTH_BYTES: Final = 8


class Task(msgspec.Struct, array_like=True):
    """To a process: read these, or, without a number, pack what was read."""

    agent: str
    number: int | None = None
    paths: list[bytes] = []
    folders: list[bytes] = []
    """Where it is written what was read of them before."""


class Told(msgspec.Struct, array_like=True):
    """From a process: a file was read, a task is done, or all that was read."""

    size: int | None = None
    rejects: list[Reject] | None = None
    packed: bytes | None = None


class Ended(Exception):
    """The other end of the pipe is gone."""


@dataclass(slots=True)
class Part:
    """What one process read of one agent's logs."""

    rejects: dict[int, list[Reject]] = field(default_factory=dict)
    """Number of a task → what was refused."""
    packed: bytes | None = None
    """None if the process ended before it told."""


@dataclass(slots=True)
class Crew:
    """The processes that share the reading."""

    agents: Mapping[str, Shareable]
    tasks: dict[str, deque[tuple[int, list[Path]]]]
    """Agent → what is left to read, each with its number."""
    files: dict[str, list[list[Path]]]
    """Agent → all that is to be read, by number."""
    moved: Callable[[str, int], None] | None
    parts: dict[str, SimpleQueue[Part]]
    """Agent → what the other processes read, a part each."""
    processes: list[Popen[bytes]] = field(default_factory=list)
    """The others."""
    heard: int = 0
    """Rises with whatever they tell."""
    lock: Lock = field(default_factory=Lock)

    def tables(self, agent: str) -> Iterator[Table | Reject]:
        """The records of that agent's logs, rejects first. To be called for all agents in their order."""
        gathering = self.agents[agent].gathering()
        rejects: dict[int, list[Reject]] = {}
        for number, paths in self._left(agent):
            rejects[number] = list(gathering.rejects(paths, self._progress(agent)))
        for _ in self.processes:
            part = self._part(agent)
            if part.packed is None:
                for number in part.rejects:
                    rejects[number] = list(gathering.rejects(self.files[agent][number]))
            else:
                rejects |= part.rejects
                gathering.merge(part.packed)
        for number in sorted(rejects):
            yield from rejects[number]
        yield from gathering.tables()

    def _part(self, agent: str) -> Part:
        """What another process read; those that all fall silent while nothing is left to do here are ended."""
        while True:
            before = self.heard
            try:
                return self.parts[agent].get(timeout=PATIENCE_SECONDS)
            except Empty:
                for process in self.processes if self.heard == before else ():
                    process.kill()

    def feed(self, process: Popen[bytes]) -> None:
        """Has a process read, agent by agent, until nothing is left."""
        for agent in self.agents:
            part = Part()
            try:
                for number, paths in self._left(agent):
                    part.rejects[number] = []
                    task = Task(agent, number, list(map(os.fsencode, paths)), self._folders(agent))
                    part.rejects[number] = self._told(process, task)
                send(process.stdin, Task(agent))
                part.packed = self._answer(process).packed
            except (OSError, Ended, msgspec.MsgspecError):
                pass
            finally:
                self.parts[agent].put(part)

    def _told(self, process: Popen[bytes], task: Task) -> list[Reject]:
        send(process.stdin, task)
        progress = self._progress(task.agent)
        while (told := self._answer(process)).rejects is None:
            if progress and told.size is not None:
                progress(told.size)
        return told.rejects

    def _answer(self, process: Popen[bytes]) -> Told:
        told = msgspec.msgpack.decode(receive(process.stdout), type=Told)
        self.heard += 1
        return told

    def _folders(self, agent: str) -> list[bytes]:
        return list(map(os.fsencode, getattr(self.agents[agent], "folders", ())))

    def _left(self, agent: str) -> Iterator[tuple[int, list[Path]]]:
        with suppress(IndexError):
            while True:
                yield self.tasks[agent].popleft()

    def _progress(self, agent: str) -> Callable[[int], None] | None:
        moved = self.moved
        if moved is None:
            return None

        def progress(size: int) -> None:
            with self.lock:
                moved(agent, size)

        return progress


@contextmanager
def crew(
    logs: Mapping[str, tuple[Shareable, Sequence[Path]]], jobs: int, moved: Callable[[str, int], None] | None = None
) -> Iterator[Crew]:
    """The processes that read these logs, this one among them; where none can be spawned, this one alone.

    Args:
        logs: Name of an agent → the agent and its logs.
        jobs: How many processes read.
        moved: Told, file by file, what was read: the agent's name and the number of bytes.
    """
    files = {}
    for name, (agent, paths) in logs.items():
        chosen = agent.gathering().chosen(paths)
        files[name] = _chunks(chosen)
        if moved:
            for path in {*paths} - {*chosen}:
                moved(name, size_of(path))
    made = Crew(
        {name: agent for name, (agent, _) in logs.items()},
        {name: deque(enumerate(chunks)) for name, chunks in files.items()},
        files,
        moved,
        {name: SimpleQueue() for name in logs},
    )
    with ExitStack() as stack:
        for _ in range(min(jobs, sum(map(len, files.values()))) - 1):
            try:
                process = _spawned()
            except OSError:
                break
            thread = Thread(target=made.feed, args=[process], daemon=True)
            stack.callback(_dismiss, process, thread)
            made.processes.append(process)
            thread.start()
        yield made


def serve(tasks: BinaryIO, answers: BinaryIO) -> None:
    """Reads what it is told to, until there is nobody to tell it: what a spawned process does."""
    gatherings: dict[str, Gathering] = {}
    with suppress(Ended):
        while True:
            task = msgspec.msgpack.decode(receive(tasks), type=Task)
            if task.agent not in gatherings:
                gatherings[task.agent] = _agent(task).gathering()
            gathering = gatherings[task.agent]
            if task.number is None:
                send(answers, Told(packed=gathering.packed()))
                del gatherings[task.agent]
                continue
            paths = (Path(os.fsdecode(path)) for path in task.paths)
            send(answers, Told(rejects=list(gathering.rejects(paths, lambda size: send(answers, Told(size))))))


def _agent(task: Task) -> Shareable:
    """The agent whose logs are to be read, with what is known of them."""
    from usagestats.sources import AGENTS
    from usagestats.sources.archive.held import held

    agent: Any = AGENTS[task.agent]
    return held(agent, [Path(os.fsdecode(one)) for one in task.folders]) if task.folders else agent


def send(pipe: BinaryIO | Any, message: Task | Told) -> None:  # noqa: ANN401 - a pipe of a process is no BinaryIO to mypy
    """Puts a message into a pipe.

    Raises:
        OSError: nobody is at the other end.
    """
    content = msgspec.msgpack.encode(message)
    pipe.write(len(content).to_bytes(LENGTH_BYTES) + content)
    pipe.flush()


def receive(pipe: BinaryIO | Any) -> bytes:  # noqa: ANN401 - as above
    """The next message of a pipe.

    Raises:
        Ended: there is none.
    """
    length = int.from_bytes(pipe.read(LENGTH_BYTES))
    content: bytes = pipe.read(length)
    if not length or len(content) < length:
        raise Ended
    return content


def _spawned() -> Popen[bytes]:
    """A process that serves.

    Raises:
        OSError: there can be none.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        raise FileNotFoundError
    program = [sys.executable, "-I", "-S", "-c", START, json.dumps(sys.path)]
    return Popen(program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)  # noqa: S603 - this Python, our own program


def _dismiss(process: Popen[bytes], thread: Thread) -> None:
    process.kill()
    thread.join()
    with suppress(OSError), process:  # what it never read
        pass


def _chunks(paths: Iterable[Path]) -> list[list[Path]]:
    """The files in their order, as many together as make a task."""
    chunks: list[list[Path]] = []
    room = 0
    for path in paths:
        size = size_of(path)
        if room < size or not chunks:
            chunks.append([])
            room = CHUNK_BYTES
        chunks[-1].append(path)
        room -= size
    return chunks
