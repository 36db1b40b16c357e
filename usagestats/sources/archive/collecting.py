"""Collecting: what the logs tell now goes into the archive, which keeps it when the logs are gone.

What is written is made under a lock that dies with its process: read the archive, read the logs that changed, merge,
write. That there is nothing to write is seen without it.

The archive appears whole or not at all, so a process that is killed at any moment loses nothing; the fingerprints are
written after it, so they never claim more than it holds.
"""

from __future__ import annotations

import glob
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

from usagestats.errors import DamagedArchive, InputError
from usagestats.files import replaced
from usagestats.sources import readings, shared
from usagestats.sources.archive import contents
from usagestats.sources.archive.fingerprints import Reader, folder, loaded, save
from usagestats.sources.archive.held import Held
from usagestats.sources.archive.kept import archives, by_agent, changed, content_of, grown, holding, prints_of
from usagestats.sources.hashes import hashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from usagestats.events import Rejects
    from usagestats.sources import Found, Moved
    from usagestats.sources.archive.contents import Archive
    from usagestats.sources.archive.fingerprints import Prints

TEMPORARY: Final = "?" * 8
"""What `files.replaced` puts behind the name of a file until it is whole."""


@dataclass(frozen=True, slots=True)
class Forget:
    """What is to be forgotten."""

    sessions: tuple[str, ...] = ()
    """The agents' own ids, or the archive's hashes of them."""
    before_us: int | None = None
    """All that is older, in µs since 1970."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of a collecting: numbers of events."""

    added: int
    known: int
    """Those that the archive held before, and still holds."""
    forgotten: int = 0
    """Those that were removed."""


NOTHING: Final = Forget()


def collected(
    found: Sequence[Found],
    path: Path,
    cache: Path,
    rejects: Rejects,
    *,
    forget: Forget = NOTHING,
    progress: Moved | None = None,
    jobs: int | None = None,
) -> Collected:
    """Adds to the archive at ``path`` what was found, and removes what is to be forgotten.

    Args:
        found: What to read; logs that the archive holds as they are need no reading.
        path: The archive, there or not.
        cache: The folder that remembers which logs these are.
        rejects: Takes what is refused.
        forget: What is removed, and stays so, whatever logs still hold.
        progress: Told, file by file, what was read.
        jobs: How many processes read; None decides by the size.

    Raises:
        DamagedArchive: the file at ``path`` cannot be read as an archive; it has been set aside.
        InputError: it is something else, or cannot be read or written, or a session to be forgotten is not known.
    """
    prints = prints_of(found)
    if forget == NOTHING and (unchanged := _unchanged(found, path, cache, prints)):
        return unchanged
    with _locked(path):
        content = content_of(path) if path.exists() else b""
        known = loaded(cache, path, content)
        found = holding(found, cache, path)
        fresh = changed(found, [known], prints)
        if known.readers and not fresh and forget == NOTHING:
            return Collected(0, known.rows)
        with shared(fresh, jobs, progress) as crew:
            from usagestats.sources.archive import merging  # polars is loaded while other processes read

            old = _opened(content, path)
            read = partial(readings, progress=progress, crew=crew)
            more = grown(merging.united([old, *archives(found, progress)]), found, fresh, read, rejects)
        readers = {agent.name: Reader(agent.version, prints[agent.name]) for agent, _ in by_agent(found)}
        new = _without(more, forget)
        came = _difference(old, more, new)
        written = contents.written(new)
        replaced(path, written)
        save(cache, path, written, came.added + came.known, {**known.readers, **readers})
        _hold(found, folder(cache, path), forget)
        return came


def _unchanged(found: Sequence[Found], path: Path, cache: Path, prints: Mapping[str, Prints]) -> Collected | None:
    """What comes of it if there is nothing to write; None if there is, or may be: that is seen under the lock."""
    try:
        known = loaded(cache, path, path.read_bytes())
    except OSError:
        return None
    if not known.readers or _left(path) or changed(found, [known], prints):
        return None
    return Collected(0, known.rows)


def _left(path: Path) -> list[Path]:
    """What a collecting into this archive, or one that was killed, has not yet given its name."""
    return list(path.parent.glob(f".{glob.escape(path.name)}.{TEMPORARY}"))


def _hold(found: Iterable[Found], place: Path, forget: Forget) -> None:
    """Writes down what the logs told; nothing at all when something was to be forgotten."""
    if forget != NOTHING:
        shutil.rmtree(place, ignore_errors=True)
        return
    for agent, paths in by_agent(found):
        if isinstance(agent, Held):
            agent.save(paths)


def _without(known: Archive, forget: Forget) -> Archive:
    """The archive without what is to be forgotten.

    Raises:
        InputError: it never had one of the sessions.
    """
    rows, forgotten = known.rows, known.forgotten
    sessions = set(rows["session_id"].unique().drop_nulls()) | forgotten.sessions
    found: set[str] = set()
    for name in forget.sessions:
        its = {hashed(name), name} & sessions
        if not its:
            message = f"no session {name!r} is in the archive or in what was read"
            raise InputError(message)
        found |= its
    events = rows.filter(rows["session_id"].is_in(sorted(found)))["event_id"]
    forgotten |= contents.Forgotten(frozenset(found), frozenset(events), forget.before_us)
    return contents.Archive(forgotten.without(rows), forgotten)


def _difference(old: Archive, more: Archive, new: Archive) -> Collected:
    is_new = old.rows.is_empty()  # a join with nothing takes as much memory as with much
    known = 0 if is_new else new.rows.join(old.rows, on=["public_id", "event_id"], how="semi", nulls_equal=True).height
    return Collected(new.rows.height - known, known, more.rows.height - new.rows.height)


def _opened(content: bytes, path: Path) -> Archive:
    """The archive, an empty one if there is none.

    Raises:
        DamagedArchive: it is damaged, and has been set aside.
    """
    if not content and not path.exists():
        return contents.empty()
    try:
        return contents.opened(content, path)
    except DamagedArchive as error:
        names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        path.rename(aside)
        message = f"{error}, and was set aside as {aside}; the next run begins a new one with what the logs still tell"
        raise DamagedArchive(message) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Nobody else collects into the same archive meanwhile; what one who was killed left behind is removed.

    Raises:
        InputError: the lock cannot be made beside the archive.
    """
    from filelock import FileLock

    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(message) from error
    try:
        for left in _left(path):
            left.unlink()
        yield
    finally:
        lock.release()
