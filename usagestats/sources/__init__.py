"""Where records come from: agents' logs and event files, found by layout or content, and read in one pass."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from usagestats.errors import InputError, UnknownSource, one_of
from usagestats.events import Records, Reject, Table
from usagestats.sources import event_files
from usagestats.sources.archive import contents
from usagestats.sources.archive.kept import by_agent, is_settled, settled
from usagestats.sources.distributions import may_bring_sources
from usagestats.sources.logs import head_of, size_of
from usagestats.sources.places import PLACES
from usagestats.sources.sharing import Shareable, default_jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from polars import DataFrame

    from usagestats.events import Batch, Rejects
    from usagestats.sources.archive.kept import Piece, Reading
    from usagestats.sources.jobs import Crew
    from usagestats.sources.plugins import Fault, PluginSource

Progress = Callable[[int], None]
"""Is told how many bytes have been read, once a file."""
Moved = Callable[[str, int], None]
"""The same, with the name of the source that read them."""


class Agent(Protocol):
    """A source: an agent whose logs can be found and read."""

    @property
    def name(self) -> str:
        """What the source is called, and what its rows in an archive say."""

    @property
    def version(self) -> int:
        """Rises when the same logs give other records."""

    @property
    def origin(self) -> str:
        """``transcript``, or ``telemetry``, which comes first where both tell the same session."""

    def roots(self, env: Mapping[str, str], home: Path) -> list[Path]:
        """The folders where its logs lie, there or not."""

    def files(self, root: Path) -> list[Path]:
        """The logs below one of them."""

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether a file is one of its logs."""

    def tables(self, paths: Iterable[Path], *, progress: Progress | None = None) -> Iterator[Table | Reject]:
        """The records of these logs, each request once."""


class Agents(Mapping[str, Agent]):
    """The agents of `PLACES` by name, each loaded when it is asked for: all of them cost as much as reading 20 MB."""

    def __getitem__(self, name: str) -> Agent:
        """The agent of that name."""
        source: Agent = import_module(f"usagestats.sources.{name}").SOURCE
        return source

    def __iter__(self) -> Iterator[str]:
        return iter(PLACES)

    def __len__(self) -> int:
        return len(PLACES)


AGENTS: Final = Agents()

Source = Agent | event_files.EventFiles


@dataclass(frozen=True, slots=True)
class Found:
    """Files of one source below one place."""

    source: Source | contents.Archives
    place: Path
    files: tuple[Path, ...]

    @property
    def size_bytes(self) -> int:
        """How big the files are together; standard input has no size."""
        return sum(size_of(path) for path in self.files)


@dataclass(frozen=True, slots=True)
class Empty:
    """A place where nothing was found."""

    name: str
    """Whose place it is."""
    place: Path


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for logs found, and where it looked."""

    found: tuple[Found, ...]
    places: tuple[Path, ...]
    unrecognised: tuple[Path, ...] = ()
    """Files in the given folders that no source knows."""
    empty: tuple[Empty, ...] = ()
    """Sources of this machine that have nothing in one of their places."""
    plugins: tuple[PluginSource, ...] = ()
    """The plug-ins that could have been used."""
    faults: tuple[Fault, ...] = ()
    """Plug-ins that cannot be used, or that failed in the search."""


def installed(env: Mapping[str, str], home: Path, only: str | None = None, *, archived: Path | None = None) -> Search:
    """This machine's own agents, and what is archived of them.

    Args:
        env: Says where some of them keep their logs.
        home: The home folder.
        only: The name of the one source to look for, and no archive.
        archived: Where the archive lies, if there is one.

    Raises:
        UnknownSource: if no source has that name.
        InputError: if that source has no place of its own.
    """
    known, faults = _plugins()
    roots = {**PLACES, **{plugin.name: plugin.roots for plugin in known}}
    if only is not None:
        name = _name(only, known)
        if name not in roots:
            message = f"{name} lie in no place of their own; give a file or a folder"
            raise InputError(message)
        roots = {name: roots[name]}
    looked = [_looked(name, place, known) for name, of in roots.items() for place in of(env, home)]
    kept = [Found(contents.SOURCE, archived, (archived,))] if archived and archived.exists() and only is None else []
    return Search(
        (*(one for one in looked if isinstance(one, Found)), *kept),
        tuple(one.place for one in looked),
        empty=tuple(one for one in looked if isinstance(one, Empty)),
        plugins=tuple(known),
        faults=_faults(known, faults),
    )


def given(inputs: Sequence[Path], only: str | None = None) -> Search:
    """What lies in files and folders that were named.

    Args:
        inputs: The files and folders.
        only: The name of the source that reads them: files whatever they look like, of folders what has the layout or
            the content of its logs. None recognises each file.

    Raises:
        UnknownSource: if no source has that name.
        InputError: if one of them is not there, or a file is of no known kind.
    """
    known, faults = _plugins()
    if only is None:
        found, unrecognised = _recognised(inputs, known)
    else:
        found, unrecognised = _forced(inputs, _named(_name(only, known), known))
    return Search(
        tuple(found),
        tuple(inputs),
        tuple(unrecognised),
        plugins=tuple(known),
        faults=_faults(known, faults),
    )


@contextmanager
def shared(found: Iterable[Found], jobs: int | None = None, progress: Moved | None = None) -> Iterator[Crew | None]:
    """The processes that read what was found, until the block ends; None if this one reads alone.

    Args:
        found: What was found.
        jobs: How many processes read; None decides by the size.
        progress: Told, file by file, what was read.
    """
    paths: dict[str, dict[Path, None]] = {}
    agents: dict[str, Shareable] = {}
    for one in found:
        agent: object = one.source
        if isinstance(agent, Shareable):
            agents[one.source.name] = agent
            paths.setdefault(one.source.name, {}).update(dict.fromkeys(one.files))
    left = {name: getattr(agent, "left_bytes", size_of) for name, agent in agents.items()}
    count = jobs or default_jobs(sum(left[name](path) for name, some in paths.items() for path in some))
    if count == 1 or not paths:
        yield None
        return
    from usagestats.sources.jobs import crew

    with crew({name: (agents[name], list(some)) for name, some in paths.items()}, count, progress) as made:
        yield made


def records(
    found: Iterable[Found],
    progress: Moved | None = None,
    crew: Crew | None = None,
    *,
    fresh: Sequence[Found] | None = None,
) -> Records:
    """The records of everything that was found, in one pass; logs of one agent are settled together.

    What telemetry and transcripts tell alike counts once, as does what an archive holds of them.

    Args:
        found: What was found.
        progress: Told, file by file, what was read.
        crew: The processes that read it, if there are any; they tell their progress themselves.
        fresh: What of it need be read, as `kept.unread` says; the rest is in the archive. Default: everything.
    """
    together = list(found)
    read_all = partial(readings, progress=progress, crew=crew)

    def read(rejects: Rejects) -> Iterator[Piece]:
        if is_settled(together):
            yield settled(together, together if fresh is None else fresh, read_all, rejects, progress)
        else:
            apart = all(one.source.name in PLACES for one in together)
            for _, pieces in read_all(together, rejects):
                yield from pieces if apart else map(_perhaps_again, pieces)

    return Records(read)


def readings(
    found: Sequence[Found], rejects: Rejects, *, progress: Moved | None = None, crew: Crew | None = None
) -> Iterator[Reading]:
    """What each agent's logs and each event file give, each read as it is asked for."""
    for agent, paths in by_agent(found):
        if crew and agent.name in crew.agents:
            tables = crew.tables(agent.name)
        else:
            tables = agent.tables(paths, progress=partial(progress, agent.name) if progress else None)
        yield agent, _tables(tables, rejects)
    for one in found:
        if isinstance(one.source, event_files.EventFiles):
            for path in one.files:
                yield one.source, _batches(one.source, path, rejects, progress, is_named=path == one.place)


def _tables(read: Iterable[Table | Reject], rejects: Rejects) -> Iterator[Table]:
    for one in read:
        if isinstance(one, Reject):
            rejects.add(one)
        else:
            yield one


def _perhaps_again(piece: Piece) -> Piece:
    """The same, where what others tell may have any ids: those of agents begin with their application."""
    return replace(piece, is_once=False) if isinstance(piece, Table) else piece


def _batches(
    source: event_files.EventFiles, path: Path, rejects: Rejects, progress: Moved | None, *, is_named: bool
) -> Iterator[Batch | DataFrame]:
    yield from source.batches(path, rejects, is_named=is_named)
    if progress:
        progress(source.name, size_of(path))


_TAKEN: Final = {event_files.SOURCE.name, contents.SOURCE.name, *PLACES}


def _plugins() -> tuple[list[PluginSource], list[Fault]]:
    """The plug-ins, and those that cannot be used."""
    if not may_bring_sources():
        return [], []
    from usagestats.sources.plugins import discovered

    return discovered(_TAKEN)


def _name(name: str, known: Sequence[PluginSource]) -> str:
    """The name as its source has it: ``-`` and ``_`` are the same.

    Raises:
        UnknownSource: if there is none.
    """
    names = [*PLACES, event_files.SOURCE.name, *(plugin.name for plugin in known)]
    for own in names:
        if name.replace("-", "_") == own.replace("-", "_"):
            return own
    raise UnknownSource(one_of("source", names, name))


def _named(name: str, known: Sequence[PluginSource]) -> Source:
    """The source that has this name."""
    others: dict[str, Source] = {event_files.SOURCE.name: event_files.SOURCE, **{one.name: one for one in known}}
    return others[name] if name in others else AGENTS[name]


def _looked(name: str, place: Path, known: Sequence[PluginSource]) -> Found | Empty:
    """What the source of that name has in one of its places."""
    source = _named(name, known) if place.exists() else event_files.SOURCE
    files = () if isinstance(source, event_files.EventFiles) else tuple(source.files(place))
    return Found(source, place, files) if files else Empty(name, place)


def _faults(known: Iterable[PluginSource], broken: Iterable[Fault]) -> tuple[Fault, ...]:
    return (*broken, *(fault for one in known for fault in one.failed.values()))


def _recognised(inputs: Iterable[Path], plugins: Sequence[PluginSource]) -> tuple[list[Found], list[Path]]:
    """Every file by the source that knows it, and the files of folders that none knows."""
    known: dict[tuple[str, Path], list[Path]] = {}
    unrecognised: list[Path] = []
    sources: dict[str, Source | contents.Archives] = {}
    for place in inputs:
        for path in _files(place):
            source = _source(path, plugins, is_named=path == place)
            if source is None:
                unrecognised.append(path)
            else:
                sources[source.name] = source
                known.setdefault((source.name, place), []).append(path)
    return [Found(sources[name], place, tuple(paths)) for (name, place), paths in known.items()], unrecognised


def _source(path: Path, plugins: Sequence[PluginSource], *, is_named: bool) -> Source | contents.Archives | None:
    """The source that knows the file; None if none does.

    Raises:
        InputError: if the file itself was named and cannot be read, or no source knows it.
    """
    if path == event_files.STDIN:
        return event_files.SOURCE
    try:
        if contents.SOURCE.matches(path):
            return contents.SOURCE
        head = head_of(path)
    except OSError as error:
        if not is_named:
            return None
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message) from error
    source = next((agent for agent in chain(AGENTS.values(), plugins) if agent.matches(path, head)), None)
    if source:
        return source
    empty = path.suffix in event_files.SUFFIXES and not head.strip()
    if empty or event_files.SOURCE.matches(path, head):
        return event_files.SOURCE
    if not is_named:
        return None
    message = f"{path} is neither an event file ({', '.join(event_files.SUFFIXES)}) nor an agent's log"
    raise InputError(message)


def _forced(inputs: Iterable[Path], source: Source) -> tuple[list[Found], list[Path]]:
    """The same, all files by one source."""
    found: list[Found] = []
    rest: list[Path] = []
    for place in inputs:
        if place == event_files.STDIN and source is not event_files.SOURCE:
            message = f"standard input holds event records; {source.name} needs a file or a folder"
            raise InputError(message)
        every = list(_files(place))
        own = set(every) if every == [place] else _own(source, place, every)
        if own:
            found.append(Found(source, place, tuple(sorted(own))))
        rest += [path for path in every if path not in own]
    return found, rest


def _own(source: Source, folder: Path, every: Iterable[Path]) -> set[Path]:
    """The files of a folder that have the layout, or the content, of the source's logs."""
    own = set() if isinstance(source, event_files.EventFiles) else set(source.files(folder))
    for path in every:
        try:
            if path not in own and source.matches(path, head_of(path)):
                own.add(path)
        except OSError:
            continue
    return own


def _files(place: Path) -> Iterator[Path]:
    if place == event_files.STDIN or (place.exists() and not place.is_dir()):
        yield place
    elif not place.exists():
        message = f"{place} does not exist"
        raise InputError(message)
    for folder, folders, names in os.walk(place):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))
