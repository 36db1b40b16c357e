"""Segments: what one log tells, as far as it was read, so that a log that only grew is read on where it ended.

A segment ends behind the log's last whole line; a line that its writer may not be done with is told, but not kept. A
log goes on if it is the same file, is as it was or longer, and has the same bytes before the place where it ended, and
at its beginning. Else it is read from its beginning: also one whose time alone has changed, since who only appends to a
log makes it longer, and what is new in it may stand anywhere.
"""

from __future__ import annotations

import os
import zlib
from contextlib import contextmanager
from hashlib import blake2b
from io import BufferedReader, FileIO
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import msgspec

from usagestats.events import Reject
from usagestats.sources.hashes import HASH_BYTES
from usagestats.sources.lines import BOM, BUFFER_BYTES
from usagestats.sources.sharing import Gathering

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PROOF_BYTES: Final = 4096
"""How much of either end of what was read must be as it was."""
BLOCK_BYTES: Final = 4096
LEVEL: Final = 1
"""Of zlib: halves what is written, at a tenth of what the reading costs; more gains little."""

State = tuple[int, int, int]
"""A file's inode, its size and the instant of its last change."""


class Tail(Protocol):
    """The reading of one log, which can end behind any line and go on there."""

    def rejects(self, file: Iterable[bytes]) -> Iterator[Reject]:
        """Reads these lines; gives what is refused."""

    def state(self) -> bytes:
        """What must be known of the lines so far to go on: no id but as a hash."""


class Segmented(Gathering, Protocol):
    """Logs of an agent that are told apart."""

    def tail(self, path: Path, state: bytes) -> Tail:
        """What reads that log on where it ended with that state; from its beginning without one."""

    def nameless(self) -> bytes:
        """All that was read, packed, ids as hashes."""


@runtime_checkable
class Resumable(Protocol):
    """An agent whose logs can be told apart and, where they only grow, be read on."""

    @property
    def name(self) -> str:
        """What the source is called."""

    @property
    def version(self) -> int:
        """Rises when the same logs give other records."""

    def files(self, root: Path) -> list[Path]:
        """The logs below a folder."""

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether a file is one of its logs."""

    def family(self, path: Path) -> Path | None:
        """The folder within which the logs that have to do with this one mostly lie; None if that cannot be told."""

    def gathering(self) -> Segmented:
        """What reads them."""

    def only_grows(self, path: Path) -> bool:
        """Whether that log can be read on; else it is read as a whole."""


class Segment(msgspec.Struct, array_like=True, gc=False):
    """What one log tells."""

    log: State
    """The log as it was before it was read."""
    offset: int
    """Where reading ended."""
    proof: bytes
    """The hash of the bytes at both ends of what was read."""
    state: bytes
    """What its reader must know to go on."""
    seen: bytes
    """What was seen up to there: packed, ids as hashes, compressed."""
    cut: bytes = b""
    """What was seen behind it, packed; for now only."""
    rejects: list[Reject] = []
    """What was refused in this reading; for now only."""

    def is_current(self, log: State) -> bool:
        """Whether there is nothing more to read."""
        return self.log == log and self.offset == log[1]

    def may_go_on(self, log: State) -> bool:
        """Whether the log is the same file, and as it was or longer."""
        return self.log == log or (self.log[0] == log[0] and self.log[1] < log[1])

    def told(self) -> Iterator[bytes]:
        """All that was seen, packed."""
        yield zlib.decompress(self.seen)
        if self.cut:
            yield self.cut

    def kept(self) -> Segment:
        """What of it is written down."""
        return Segment(self.log, self.offset, self.proof, self.state, self.seen)


class Part(FileIO):
    """A file that ends before one of its bytes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.end = 0

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever can be written to
        """Reads on, as far as that byte."""
        return super().readinto(memoryview(buffer)[: max(0, self.end - self.tell())])


def state_of(path: Path) -> State:
    """What tells that a log has changed.

    Raises:
        OSError: it is not there.
    """
    return _state(path.stat())


def read(agent: Resumable, path: Path, known: Segment | None) -> Segment:
    """Reads a log, from where it ended if it only grew.

    Args:
        agent: Whose log it is.
        path: The log.
        known: What an earlier reading left, if there was one.

    Raises:
        OSError: the log cannot be read.
    """
    if not agent.only_grows(path):
        return _whole(agent.gathering(), path)
    with Part(path) as file:
        log = _state(os.fstat(file.fileno()))
        known = known if known and _goes_on(known, file, log) else None
        return _read_on(agent, path, file, log, known)


def _whole(part: Segmented, path: Path) -> Segment:
    log = state_of(path)
    with path.open("rb"):  # what cannot be read must not be taken for empty
        refused = list(part.rejects([path]))
    return Segment(log, log[1], b"", b"", zlib.compress(part.nameless(), LEVEL), rejects=refused)


def _read_on(agent: Resumable, path: Path, file: Part, log: State, known: Segment | None) -> Segment:
    start, before = (known.offset, known.state) if known else (0, b"")
    end = _last_end(file, start, log[1])
    with _between(file, start, end) as lines:
        seen, state, refused = _lines(agent, path, before, lines)
    both = zlib.compress(_together(agent, known, seen), LEVEL)
    found = Segment(log, end, _proof(file, end), state, both, rejects=refused)
    if end < log[1]:
        rest = _bytes(file, end, log[1])
        line = rest if end else rest.removeprefix(BOM)
        found.cut, _, more = _lines(agent, path, state, [line])
        found.rejects += more
    return found


def _lines(agent: Resumable, path: Path, state: bytes, lines: Iterable[bytes]) -> tuple[bytes, bytes, list[Reject]]:
    """What lines tell that follow on a state, the state behind them, and what is refused."""
    part = agent.gathering()
    tail = part.tail(path, state)
    refused = list(tail.rejects(lines))
    return part.nameless(), tail.state(), refused


def _together(agent: Resumable, known: Segment | None, seen: bytes) -> bytes:
    if known is None:
        return seen
    both = agent.gathering()
    both.merge(zlib.decompress(known.seen))
    both.merge(seen)
    return both.packed()


@contextmanager
def _between(file: Part, start: int, end: int) -> Iterator[BufferedReader[Part]]:
    """The lines there, of a file that stays open."""
    file.end = end
    file.seek(start)
    lines = BufferedReader(file, BUFFER_BYTES)
    try:
        if not start and lines.peek(len(BOM)).startswith(BOM):
            lines.seek(len(BOM))
        yield lines
    finally:
        lines.detach()


def _goes_on(known: Segment, file: FileIO, log: State) -> bool:
    return known.may_go_on(log) and known.proof == _proof(file, known.offset)


def _proof(file: FileIO, offset: int) -> bytes:
    length = min(PROOF_BYTES, offset)
    ends = _bytes(file, 0, length) + _bytes(file, offset - length, offset)
    return blake2b(ends, digest_size=HASH_BYTES).digest()


def _last_end(file: FileIO, start: int, size: int) -> int:
    """Where the last whole line ends."""
    at = size
    while at > start:
        block = max(start, at - BLOCK_BYTES)
        found = _bytes(file, block, at).rfind(b"\n")
        if found >= 0:
            return block + found + 1
        at = block
    return start


def _bytes(file: FileIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)


def _state(found: os.stat_result) -> State:
    return found.st_ino, found.st_size, found.st_mtime_ns
