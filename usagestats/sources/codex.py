"""Codex's rollouts: ``sessions`` and ``archived_sessions``, one file a thread, one JSON object a line.

Requests are ``token_usage_record`` lines, and ``token_count`` lines up to the first of those (older versions wrote only
them). A subagent's records carry the session of its parent. Codex packs rollouts that have rested for a week into
``.jsonl.zst``; they are unpacked as they are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BufferedReader
from typing import TYPE_CHECKING, Final

from usagestats.events import Reject, Table
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.codex_rollout import Rollout
from usagestats.sources.codex_state import resumed, written
from usagestats.sources.ledger import Ledger
from usagestats.sources.lines import BUFFER_BYTES, opened
from usagestats.sources.logs import Logs, below, size_of
from usagestats.sources.nameless import add_ledger
from usagestats.sources.packing import merge_ledger, packed_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

SUFFIXES: Final = (".jsonl", ".jsonl.zst")
PACKED: Final = ".zst"

_ROLLOUT = re.compile(r"rollout-\d{4}-\d\d-\d\dT.*\.jsonl(?:\.zst)?")
_THREAD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.jsonl)")
_MARK = re.compile(
    rb'"type"\s*:\s*"(?:session_meta|turn_context|response_item|event_msg|token_usage_record)"\s*,\s*"payload"\s*:'
)


@dataclass(frozen=True, slots=True)
class Codex(Logs):
    """The source: where the rollouts lie, how they are recognised and how they are read."""

    name: str = "codex"
    application: str = "codex"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The rollouts below the folder, sorted; a folder that cannot be listed stands for itself."""
        return below(root, lambda path: path.name.endswith(SUFFIXES))

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a rollout: by its name, or by how its lines are made."""
        if not path.name.endswith(SUFFIXES):
            return False
        return _ROLLOUT.fullmatch(path.name) is not None or _MARK.search(head) is not None

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The same by column.

        Args:
            paths: The rollouts. Subagents of subagents are told their session only if those between are among them.
            progress: Called with the number of bytes after each file.
        """
        given = list(paths)
        gathering = self.gathering()
        chosen = gathering.chosen(given)
        yield from gathering.rejects(chosen, progress)
        if progress:
            for path in {*given} - {*chosen}:
                progress(size_of(path))
        yield from gathering.tables()

    def only_grows(self, path: Path) -> bool:
        """Whether a rollout can be read on where it ended: a packed one cannot."""
        return path.suffix != PACKED

    def gathering(self) -> Gathering:
        """What reads rollouts in parts."""
        return Gathering(Ledger(self.application, "openai"), {}, self.pause_us)


SOURCE: Final = Codex()
"""The source as the entry point names it."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """Rollouts read in parts, here or in other processes."""

    ledger: Ledger
    roots: dict[str, str]
    """Subagent's thread → the session, or thread, that it belongs to."""
    pause_us: int

    def chosen(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Those that are to be read: of copies of a rollout, one."""
        wanted = _chosen(paths)
        return [path for path in paths if path in wanted]

    def rejects(self, paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Iterator[Reject]:
        """Reads rollouts to their ends; gives what is refused."""
        for path in paths:
            try:
                yield from _rejects(path, self.ledger, self.roots)
                if progress:
                    progress(path.stat().st_size)
            except OSError as error:
                yield Reject(str(path), "file", "a readable file", type(error).__name__)

    def tail(self, path: Path, state: bytes) -> Tail:
        """What reads a rollout on where it ended."""
        rollout = _rollout(path, self.ledger, self.roots)
        return Tail(resumed(rollout, state) if state else rollout)

    def nameless(self) -> bytes:
        """All that was read, ids as hashes."""
        hashes = Gathering(Ledger(self.ledger.application, self.ledger.house), {}, self.pause_us)
        add_ledger(hashes.ledger, hashes.roots, self.ledger, self.roots)
        return hashes.packed()

    def packed(self) -> bytes:
        """All that was read."""
        return packed_ledger(self.ledger, self.roots)

    def merge(self, packed: bytes) -> None:
        """Adds what was read elsewhere."""
        merge_ledger(self.ledger, self.roots, packed)

    def tables(self) -> Iterator[Table]:
        """The records, once everything has been read."""
        _gather(self.ledger, self.roots)
        return self.ledger.tables(self.pause_us)


@dataclass(frozen=True, slots=True)
class Tail:
    """The reading of a rollout, which can end behind any line and go on there."""

    rollout: Rollout

    def rejects(self, file: Iterable[bytes]) -> Iterator[Reject]:
        """Reads these lines; gives what is refused."""
        return self.rollout.rejects(file)

    def state(self) -> bytes:
        """What must be known of the lines so far to go on behind them."""
        return written(self.rollout)


def _rollout(path: Path, ledger: Ledger, roots: dict[str, str]) -> Rollout:
    thread = _THREAD.search(path.name)
    return Rollout(path, ledger, roots, thread[0] if thread else None)


def _rejects(path: Path, ledger: Ledger, roots: dict[str, str]) -> Iterator[Reject]:
    rollout = _rollout(path, ledger, roots)
    if path.suffix != PACKED:
        with opened(path) as file:
            yield from rollout.rejects(file)
        return
    import zstandard

    try:
        with path.open("rb") as packed:
            reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
            yield from rollout.rejects(BufferedReader(reader, BUFFER_BYTES))
    except zstandard.ZstdError:
        yield Reject(str(path), "file", "zstd", "something else")


def _chosen(paths: Iterable[Path]) -> set[Path]:
    """The files to read: of copies of a rollout, those not archived, and of those the ones not packed."""
    ranks: dict[str, list[tuple[tuple[bool, bool], Path]]] = {}
    for path in paths:
        rank = ("archived_sessions" in path.parts, path.suffix == PACKED)
        ranks.setdefault(path.name.removesuffix(PACKED), []).append((rank, path))
    return {
        path
        for name, copies in ranks.items()
        for rank, path in copies
        if rank == min(copies)[0] or not _ROLLOUT.fullmatch(name)
    }


def _gather(ledger: Ledger, roots: Mapping[str, str]) -> None:
    """Moves what subagents did to their parents' sessions."""
    if not roots:
        return
    for request in ledger.requests.values():
        request.session_id = _root(request.session_id, roots)
    for activity in ledger.activities.values():
        activity.session_id = _root(activity.session_id, roots)
    instants, ledger.instants = ledger.instants, {}
    for session, seen in instants.items():
        ledger.instant(_root(session, roots), *seen)


def _root(thread: str | None, roots: Mapping[str, str]) -> str | None:
    """The session of a thread, whatever subagents are between."""
    seen = set[str]()
    while thread is not None and thread in roots and thread not in seen:
        seen.add(thread)
        thread = roots[thread]
    return thread
