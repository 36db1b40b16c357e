"""Files as the API's data: event files and logs, read again when they change.

What was read is kept as a rollup. Whether files have changed is looked at once a second at most; while one request
reads them again, the others are answered from what was read before.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Final

from usagestats.api import Person
from usagestats.errors import UsageStatsError
from usagestats.rollup import Rollup, roll_up
from usagestats.slots import PERSON, empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

LOG: Final = logging.getLogger(__name__)
LOOKED_EVERY_SECONDS: Final = 1.0


@dataclass(slots=True)
class Shelf:
    """The people whose records lie in some files; `lookup` is what the API takes."""

    inputs: Sequence[Path]
    """Files and folders."""
    read: Callable[[Sequence[Path]], object]
    """Gives their records, as `roll_up` takes them."""
    public_id: str | None = None
    """Whose they all are; None: each record's own ``public_id`` says it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """``public_id`` → name."""
    clock: Callable[[], float] = time.monotonic
    _lock: Lock = field(default_factory=Lock)
    _looked: float = -LOOKED_EVERY_SECONDS
    _version: str = ""
    _whole: Rollup = field(default_factory=empty)
    _people: dict[str, str] = field(default_factory=dict)

    def load(self) -> Rollup:
        """Read the files, if they have changed since they were read.

        Raises:
            UsageStatsError: if they cannot be read.
        """
        version = fingerprint(self.inputs)
        if version != self._version:
            whole = roll_up(self.read(self.inputs), by_person=self.public_id is None)
            self._people = self._ids(whole)
            self._whole, self._version = whole, version
        return self._whole

    def lookup(self, public_id: str) -> Person | None:
        """The person of an id, in whatever case it is written in the records."""
        self._look()
        whole, version, known = self._whole, self._version, self._people.get(public_id)
        if known is None:
            return None
        name = self.names.get(known, self.names.get(public_id, ""))
        if self.public_id is not None:
            return Person(name, whole, version=version)
        return Person(name, lambda: whole.person(known), version=version)

    def _look(self) -> None:
        """Read again what has changed, unless somebody does already; what cannot be read stays as it was."""
        if self.clock() - self._looked < LOOKED_EVERY_SECONDS or not self._lock.acquire(blocking=False):
            return
        try:
            self.load()
        except (UsageStatsError, OSError):
            LOG.exception("the files could not be read again; answers are made from what they were")
        finally:
            self._looked = self.clock()
            self._lock.release()

    def _ids(self, whole: Rollup) -> dict[str, str]:
        if self.public_id is not None:
            return {self.public_id.lower(): self.public_id}
        return {public_id.lower(): public_id for public_id in whole.cells[PERSON].unique().sort()}


def fingerprint(inputs: Sequence[Path]) -> str:
    """What changes when a file does: the hash of all names, sizes and times."""
    digest = blake2b(digest_size=16)
    for path in sorted(found for place in inputs for found in _below(place)):
        about = path.stat()
        digest.update(
            f"{path}\0{about.st_size}\0{about.st_mtime_ns}\0{about.st_ino}\0".encode("utf-8", "surrogateescape")
        )
    return digest.hexdigest()


def _below(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from (path for path in place.rglob("*") if path.is_file())
    else:
        yield place
