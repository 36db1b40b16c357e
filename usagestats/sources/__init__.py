"""Where records come from: agents' logs and event files, found by layout or content, and read in one pass."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from usagestats.errors import InputError
from usagestats.events import Records, Reject
from usagestats.sources import amp, claude_code, codex, copilot, droid, event_files, gemini, opencode, pi, qwen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from polars import DataFrame

    from usagestats.events import Batch, Rejects, Table

HEAD_BYTES: Final = 16_384
"""How much of a file is looked at to tell what it is."""


Progress = Callable[[int], None]
"""Is told how many bytes have been read."""


class Agent(Protocol):
    """A source: an agent whose logs can be found and read."""

    @property
    def name(self) -> str:
        """What the source is called, and what its rows in an archive say."""

    @property
    def version(self) -> int:
        """Rises when the same logs give other records."""

    def roots(self, env: Mapping[str, str], home: Path) -> list[Path]:
        """The folders where its logs lie, there or not."""

    def files(self, root: Path) -> list[Path]:
        """The logs below one of them."""

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether a file is one of its logs."""

    def tables(self, paths: Iterable[Path], *, progress: Progress | None = None) -> Iterator[Table | Reject]:
        """The records of these logs, each request once."""


AGENTS: Final[tuple[Agent, ...]] = (
    claude_code.SOURCE,
    codex.SOURCE,
    gemini.SOURCE,
    opencode.SOURCE,
    copilot.SOURCE,
    qwen.SOURCE,
    pi.SOURCE,
    amp.SOURCE,
    droid.SOURCE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """Files of one source below one place."""

    source: Agent | event_files.EventFiles
    place: Path
    files: tuple[Path, ...]

    @property
    def size_bytes(self) -> int:
        """How big the files are together; standard input has no size."""
        return sum(_size(path) for path in self.files)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for logs found, and where it looked."""

    found: tuple[Found, ...]
    places: tuple[Path, ...]
    unrecognised: tuple[Path, ...] = ()
    """Files in the given folders that no source knows."""


def installed(env: Mapping[str, str], home: Path) -> Search:
    """This machine's own agents."""
    places = [(agent, root) for agent in AGENTS for root in agent.roots(env, home)]
    found = (Found(agent, root, tuple(agent.files(root))) for agent, root in places if root.exists())
    return Search(tuple(one for one in found if one.files), tuple(root for _, root in places))


def given(inputs: Sequence[Path]) -> Search:
    """What lies in files and folders that were named.

    Raises:
        InputError: if one of them is not there, or a file is of no known kind.
    """
    known: dict[tuple[str, Path], list[Path]] = {}
    unrecognised: list[Path] = []
    for place in inputs:
        for path in _files(place):
            try:
                source = _recognised(path)
            except OSError as error:
                if path == place:
                    message = f"{path} cannot be read: {error.strerror or error}"
                    raise InputError(message) from error
                source = None
            if source:
                known.setdefault((source.name, place), []).append(path)
            elif path == place:
                message = f"{path} is neither an event file ({', '.join(event_files.SUFFIXES)}) nor an agent's log"
                raise InputError(message)
            else:
                unrecognised.append(path)
    every: tuple[Agent | event_files.EventFiles, ...] = (*AGENTS, event_files.SOURCE)
    sources = {source.name: source for source in every}
    found = (Found(sources[name], place, tuple(paths)) for (name, place), paths in known.items())
    return Search(tuple(found), tuple(inputs), tuple(unrecognised))


def records(found: Iterable[Found], progress: Progress | None = None) -> Records:
    """The records of everything that was found, in one pass; logs of one agent are settled together."""
    together = list(found)

    def read(rejects: Rejects) -> Iterator[Batch | Table | DataFrame]:
        for agent in AGENTS:
            paths = dict.fromkeys(path for one in together if one.source is agent for path in one.files)
            for read in agent.tables(paths, progress=progress):
                if isinstance(read, Reject):
                    rejects.add(read)
                else:
                    yield read
        for one in together:
            if isinstance(one.source, event_files.EventFiles):
                for path in one.files:
                    yield from one.source.batches(path, rejects)
                    if progress:
                        progress(_size(path))

    return Records(read)


def _recognised(path: Path) -> Agent | event_files.EventFiles | None:
    if path == event_files.STDIN:
        return event_files.SOURCE
    head = _head(path)
    agent = next((agent for agent in AGENTS if agent.matches(path, head)), None)
    if agent:
        return agent
    empty = path.suffix in event_files.SUFFIXES and not head.strip()
    return event_files.SOURCE if empty or event_files.SOURCE.matches(path, head) else None


def _files(place: Path) -> Iterator[Path]:
    if place == event_files.STDIN or (place.exists() and not place.is_dir()):
        yield place
    elif not place.exists():
        message = f"{place} does not exist"
        raise InputError(message)
    for folder, folders, names in os.walk(place):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
