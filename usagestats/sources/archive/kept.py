"""What an archive keeps, read along with what the logs tell now, of which only what changed is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, Union

from usagestats.errors import InputError
from usagestats.sources import event_files
from usagestats.sources.archive import contents, fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from polars import DataFrame

    from usagestats.events import Batch, Rejects, Table
    from usagestats.sources import Agent, Found, Moved, Source
    from usagestats.sources.archive.held import Held

Piece: TypeAlias = Union["Batch", "Table", "DataFrame"]
Reading: TypeAlias = "tuple[Source, Iterable[Piece]]"
"""What a source reads of an agent's logs, or of one event file."""
Read: TypeAlias = "Callable[..., Iterable[Reading]]"
"""`sources.readings`, with what tells its progress and whoever helps."""


def is_settled(found: Iterable[Found]) -> bool:
    """Whether several of these may tell the same: archives do, and telemetry."""
    return any(isinstance(one.source, contents.Archives) or one.source.origin == "telemetry" for one in found)


def by_agent(found: Iterable[Found]) -> list[tuple[Agent, list[Path]]]:
    """The agents whose logs were found, and these, each once."""
    logs: dict[str, tuple[Agent, dict[Path, None]]] = {}
    for one in found:
        if not isinstance(one.source, event_files.EventFiles | contents.Archives):
            logs.setdefault(one.source.name, (one.source, {}))[1].update(dict.fromkeys(one.files))
    return [(agent, list(paths)) for agent, paths in logs.values()]


def holding(found: Iterable[Found], cache: Path, path: Path | None = None) -> list[Found]:
    """What was found, with what is known of the logs of an archive; as it is without one.

    Args:
        found: Archives and other things.
        cache: The folder that remembers what is known.
        path: The archive, if it is not among them.
    """
    together = list(found)
    paths = [path] if path else [one for each in together if _is_archive(each) for one in each.files]
    if not paths:
        return together
    from usagestats.sources.archive.held import held
    from usagestats.sources.archive.segments import Resumable

    folders = [fingerprints.folder(cache, one) for one in paths]
    agents: dict[str, Held] = {}
    for one in together:
        source: object = one.source
        if isinstance(source, Resumable):
            agents.setdefault(source.name, held(source, folders))
    return [replace(one, source=agents.get(one.source.name, one.source)) for one in together]


def unread(found: Sequence[Found], cache: Path) -> list[Found]:
    """What was found without the logs that an archive among it holds as they are.

    Args:
        found: Archives and other things.
        cache: The folder that remembers which logs these are.
    """
    paths = [path for one in found if _is_archive(one) for path in one.files]
    known = [fingerprints.loaded(cache, path, content_of(path)) for path in paths]
    return changed(found, known, prints_of(found) if known else {})


def prints_of(found: Iterable[Found]) -> dict[str, fingerprints.Prints]:
    """Today's fingerprints of all logs, by agent."""
    return {agent.name: fingerprints.taken(paths) for agent, paths in by_agent(found)}


def changed(
    found: Sequence[Found], known: Sequence[fingerprints.Fingerprints], prints: Mapping[str, fingerprints.Prints]
) -> list[Found]:
    """What was found without the logs that are known as they are; ``prints`` are today's fingerprints, by agent."""
    needed: dict[str, set[Path]] = {}
    for agent, paths in by_agent(found) if known else ():
        by_archive = [fingerprints.unknown(agent, paths, prints[agent.name], one.of(agent)) for one in known]
        fewest = min(by_archive, key=len)
        needed[agent.name] = set(fewest)
    fewer = (
        replace(one, files=tuple(path for path in one.files if path in needed[one.source.name]))
        if one.source.name in needed
        else one
        for one in found
    )
    return [one for one in fewer if one.files]


def archives(found: Iterable[Found], progress: Moved | None = None) -> Iterator[contents.Archive]:
    """The archives that were found.

    Raises:
        InputError: one of them cannot be read.
    """
    for one in found:
        for path in one.files if isinstance(one.source, contents.Archives) else ():
            content = content_of(path)
            yield contents.opened(content, path)
            if progress:
                progress(one.source.name, len(content))


def _is_archive(one: Found) -> bool:
    return isinstance(one.source, contents.Archives)


def content_of(path: Path) -> bytes:
    """What stands in the file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message) from error


def grown(
    known: contents.Archive, found: Sequence[Found], fresh: Sequence[Found], read: Read, rejects: Rejects
) -> contents.Archive:
    """The archive with what logs and event files tell.

    Only ``fresh`` is read, unless it has to do with what other logs told: then all logs of its agents are.
    """
    from usagestats.sources.archive import merging

    part = rejects.more()
    live = merging.live(read(fresh, part), part, nameless=True)
    names = {one.source.name for one in fresh}
    whole = [one for one in found if one.source.name in names]
    if by_agent(whole) != by_agent(fresh) and not merging.is_apart(known, live):
        part = rejects.more()
        live = merging.live(read(whole, part, crew=None), part, nameless=True)
    rejects.absorbed(part)
    return merging.joined(known, live)


def settled(
    found: Sequence[Found], fresh: Sequence[Found], read: Read, rejects: Rejects, progress: Moved | None
) -> DataFrame:
    """The records of logs, event files and archives of which several tell the same."""
    from usagestats.columns import SCHEMA
    from usagestats.sources.archive import merging, precedence

    known = list(archives(found, progress))
    if known:
        rows = grown(merging.united(known), found, fresh, read, rejects).rows
    else:
        rows = merging.live(read(found, rejects), rejects, nameless=False)
    return precedence.one_source(rows).select(list(SCHEMA))
