"""What can be read in parts, and by how many processes: known before any is started (`sources.jobs`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from usagestats.events import Reject, Table

WORTH_BYTES: Final = 100_000_000
"""A process is worth its start from so many bytes on."""
MOST_JOBS: Final = 8
"""More do not help: a disk does not read faster."""


class Gathering(Protocol):
    """Logs of an agent, read in parts."""

    def chosen(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Those that are to be read."""

    def rejects(self, paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Iterator[Reject]:
        """Reads logs to their ends; gives what is refused."""

    def packed(self) -> bytes:
        """All that was read."""

    def merge(self, packed: bytes) -> None:
        """Adds what was read elsewhere."""

    def tables(self) -> Iterator[Table]:
        """The records, once everything has been read."""


@runtime_checkable
class Shareable(Protocol):
    """An agent whose logs can be read in parts."""

    def gathering(self) -> Gathering:
        """What reads them."""


def default_jobs(size_bytes: int) -> int:
    """How many processes read so much: one up to 200 MB, then one more each 100 MB, as many as there are cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, size_bytes // WORTH_BYTES, MOST_JOBS)) if size_bytes > 2 * WORTH_BYTES else 1
