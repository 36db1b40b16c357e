"""What the logs of an agent told before, kept so that only what is new in them is read.

The segments of a family of logs lie in one file of a folder beside the fingerprints of an archive: compressed, behind a
checksum, logs known by a hash of their path. They only save time. What cannot be read, was written in another layout or
by another version of a reader, or belongs to a log that is no more what it was, is passed over, and the log is read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.events import Reject
from usagestats.files import replaced
from usagestats.sources.archive import segments
from usagestats.sources.archive.segments import Resumable, Segment
from usagestats.sources.hashes import HASH_BYTES, hashed
from usagestats.sources.logs import Logs, size_of
from usagestats.sources.nameless import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from usagestats.events import Table

LAYOUT: Final = 2
"""Rises when the same segments are written otherwise."""


class Family(msgspec.Struct, array_like=True, gc=False):
    """The segments of logs that have to do with each other."""

    layout: int
    version: int
    """The reader's."""
    logs: dict[str, Segment]
    """Hash of a log's path → its segment."""


@dataclass(frozen=True, slots=True)
class Held(Logs):
    """An agent whose logs are read on where they ended; the ids of its records are an archive's hashes."""

    name: str
    version: int
    agent: Resumable
    folders: tuple[Path, ...]
    """Where segments lie: the first that has a family's is asked for them."""
    families: dict[str, dict[str, Segment]] = field(default_factory=dict)
    """Name of a family's file → its segments, once they are asked for."""
    grown: set[str] = field(default_factory=set)
    """The families of which logs were read."""
    refused: dict[Path, list[Reject]] = field(default_factory=dict)
    """What was refused of each log that was read."""
    wanted: list[Path] = field(default_factory=list)
    """The logs whose records are told."""

    def files(self, root: Path) -> list[Path]:
        """The logs below the folder."""
        return self.agent.files(root)

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is one of the agent's logs."""
        return self.agent.matches(path, head)

    def family(self, path: Path) -> Path | None:
        """The folder within which the logs that have to do with this one mostly lie."""
        return self.agent.family(path)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these logs by column.

        Args:
            paths: The logs.
            progress: Called with the number of bytes after each file.
        """
        gathering, given = self.gathering(), list(paths)
        new = gathering.chosen(given)
        for _ in gathering.rejects(new, progress):
            pass  # told below, along with those of a reading before this one
        if progress:
            for path in {*given} - {*new}:
                progress(size_of(path))
        for path in given:
            yield from self.refused.get(path, ())
        yield from gathering.tables()

    def gathering(self) -> Gathering:
        """What reads them, in parts."""
        return Gathering(self)

    def left_bytes(self, path: Path) -> int:
        """How much of the log is still to be read, unless it turns out to be another."""
        known = self.known(path)
        try:
            log = segments.state_of(path)
        except OSError:
            return 0
        return log[1] - known.offset if known and known.may_go_on(log) else log[1]

    def known(self, path: Path) -> Segment | None:
        """What is known of the log."""
        return self._family(path).get(hashed(str(path.absolute())))

    def is_current(self, path: Path) -> bool:
        """Whether all that stands in the log is known."""
        known = self.known(path)
        try:
            return known is not None and known.is_current(segments.state_of(path))
        except OSError:
            return False

    def keep(self, path: Path, segment: Segment) -> None:
        """Keeps what was read of the log."""
        self._family(path)[hashed(str(path.absolute()))] = segment
        self.grown.add(self._place(path))
        self.refused[path] = [*self.refused.get(path, ()), *segment.rejects]

    def lose(self, path: Path, refused: Reject) -> None:
        """Keeps nothing of a log that cannot be read any more."""
        self._family(path).pop(hashed(str(path.absolute())), None)
        self.refused[path] = [refused]

    def save(self, paths: Iterable[Path]) -> None:
        """Writes down what was read; of other logs than these, nothing is kept.

        Args:
            paths: All logs of the agent.

        Raises:
            InputError: it cannot be written.
        """
        folder, there = self.folders[0], dict[str, set[str]]()
        for path in paths:
            there.setdefault(self._place(path), set()).add(hashed(str(path.absolute())))
        for name in self.grown:
            kept = {log: one.kept() for log, one in self.families[name].items() if log in there.get(name, ())}
            replaced(folder / name, _written(Family(LAYOUT, self.version, kept)), durable=False)
        for left in folder.glob(f"{self.name}-*"):
            if left.name not in there:
                left.unlink(missing_ok=True)

    def _family(self, path: Path) -> dict[str, Segment]:
        name = self._place(path)
        if name not in self.families:
            found = (_read(folder / name) for folder in self.folders)
            known = next((one for one in found if one and (one.layout, one.version) == (LAYOUT, self.version)), None)
            self.families[name] = known.logs if known else {}
        return self.families[name]

    def _place(self, path: Path) -> str:
        """The name of its family's file."""
        family = self.agent.family(path)
        return f"{self.name}-{hashed(str(family.absolute())) if family else 'all'}"


@dataclass(slots=True)
class Gathering:
    """Logs read in parts, each into a segment of its own."""

    held: Held
    read: dict[bytes, Segment] = field(default_factory=dict)
    """Those that it read."""

    def chosen(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Those that are to be read: that have something new."""
        self.held.wanted[:] = self.held.agent.gathering().chosen(paths)
        return [path for path in self.held.wanted if not self.held.is_current(path)]

    def rejects(self, paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Iterator[Reject]:
        """Reads logs to their ends; gives what is refused."""
        for path in paths:
            try:
                segment = segments.read(self.held.agent, path, self.held.known(path))
            except OSError as error:
                refused = Reject(str(path), "file", "a readable file", type(error).__name__)
                self.held.lose(path, refused)
                yield refused
                continue
            self.read[os.fsencode(path)] = segment
            self.held.keep(path, segment)
            yield from segment.rejects
            if progress:
                progress(segment.log[1])

    def packed(self) -> bytes:
        """All that was read."""
        return _encoded(self.read)

    def merge(self, packed: bytes) -> None:
        """Adds what was read elsewhere."""
        for path, segment in _segments(packed).items():
            self.held.keep(Path(os.fsdecode(path)), segment)

    def tables(self) -> Iterator[Table]:
        """The records, once everything has been read."""
        together = self.held.agent.gathering()
        for path in self.held.wanted:
            segment = self.held.known(path)
            for seen in segment.told() if segment else ():
                together.merge(seen)
        return map(told, together.tables())


_encoded: Final = msgspec.msgpack.Encoder().encode
_segments: Final = msgspec.msgpack.Decoder(dict[bytes, Segment]).decode
_family: Final = msgspec.msgpack.Decoder(Family).decode


def held(agent: Resumable, folders: Iterable[Path]) -> Held:
    """The agent, with what is known of its logs.

    Args:
        agent: The agent.
        folders: Where segments lie; into the first, new ones are written.
    """
    return Held(agent.name, agent.version, agent, tuple(folders))


def _written(family: Family) -> bytes:
    content = _encoded(family)
    return _sum(content) + content


def _read(path: Path) -> Family | None:
    """The family whose file this is; None if there is none, or it is damaged."""
    try:
        content = path.read_bytes()
        return _family(content[HASH_BYTES:]) if content.startswith(_sum(content[HASH_BYTES:])) else None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _sum(content: bytes) -> bytes:
    return blake2b(content, digest_size=HASH_BYTES).digest()
