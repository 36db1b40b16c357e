"""Which logs an archive holds as they are, so that they need not be read again.

Kept in a folder of caches, a file an archive, in which a log is known by a hash of its path. It only saves time: it
speaks of one content of the archive and of one version of each reader, and is passed over where either is another, or
where it cannot be read. Logs are settled together, so they are known together: if one has changed or is new, all logs
of that agent are asked, or all of the same family; of some agents only what is new in them is read
(`sources.archive.held`). Logs that are gone change nothing. A log has changed when its size or its time has: somebody
who writes into it and sets back its time is not noticed.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from usagestats.files import replaced
from usagestats.sources.hashes import HASH_BYTES, hashed
from usagestats.sources.logs import Logs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from usagestats.sources import Agent

Prints: TypeAlias = dict[str, tuple[int, ...]]
"""Hash of a log's path → its size and the instant of its last change, then those of its write-ahead log."""

PLAIN: Final = (".json", ".jsonl", ".zst")
"""Endings of logs that have no write-ahead log, which is an SQLite database's."""
WAL: Final = "-wal"


class Reader(msgspec.Struct, frozen=True):
    """What one version of a reader read."""

    version: int
    logs: Prints


class Fingerprints(msgspec.Struct, frozen=True):
    """What an archive holds."""

    archive: str = ""
    """The hash of its content."""
    rows: int = 0
    """How many events it has."""
    readers: dict[str, Reader] = {}
    """By the source's name."""

    def of(self, agent: Agent) -> Prints:
        """The logs of the agent that have been read as they are, if it was by the reader of today."""
        known = self.readers.get(agent.name)
        return known.logs if known is not None and known.version == agent.version else {}


def taken(paths: Iterable[Path]) -> Prints:
    """The fingerprints of logs; of one that cannot be read, none. To be taken before they are read."""
    found: Prints = {}
    for path in paths:
        state = _state(path) if os.access(path, os.R_OK) else ()
        if path.suffix not in PLAIN:
            state += _state(path.with_name(path.name + WAL))
        if state:  # one that can be read later must be
            found[_hash_of(path)] = state
    return found


def unknown(agent: Agent, paths: Sequence[Path], prints: Prints, known: Prints) -> list[Path]:
    """The logs that must be read: the families of those that changed or are new.

    Args:
        agent: Whose logs they are.
        paths: All of them.
        prints: Their fingerprints.
        known: The fingerprints of logs that need not be read.
    """
    hashes = ((path, _hash_of(path)) for path in paths)
    new = {_family(agent, path) for path, name in hashes if name not in prints or prints[name] != known.get(name)}
    return [path for path in paths if _family(agent, path) in new] if new else []


def folder(cache: Path, archive: Path) -> Path:
    """Where the segments of the archive's logs lie."""
    return cache / _hash_of(archive)


def loaded(cache: Path, archive: Path, content: bytes) -> Fingerprints:
    """What is known of an archive with this content: nothing if it was another, or is not written down."""
    try:
        found = msgspec.json.decode(_place(cache, archive).read_bytes(), type=Fingerprints)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Fingerprints()
    return found if found.archive == _digest(content) else Fingerprints()


def save(cache: Path, archive: Path, content: bytes, rows: int, readers: Mapping[str, Reader]) -> None:
    """Writes down what an archive with this content holds.

    Raises:
        InputError: if it cannot be written.
    """
    known = Fingerprints(_digest(content), rows, dict(readers))
    replaced(_place(cache, archive), msgspec.json.encode(known, order="sorted"))


def _family(agent: Agent, path: Path) -> Path | None:
    return agent.family(path) if isinstance(agent, Logs) else None


def _place(cache: Path, archive: Path) -> Path:
    return cache / f"{_hash_of(archive)}.json"


def _hash_of(path: Path) -> str:
    return hashed(str(path.absolute()))


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=HASH_BYTES).hexdigest()
