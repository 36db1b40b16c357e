"""Files as the API's data: event files and logs, read again when they change.

What was read is kept as rollups, one a person, cut when it is read and not when somebody asks. Whether files have
changed is looked at once a second at most, beside the requests: they are answered from what was read before, until all
of what is new stands ready. While the files are being written it is put off, since they may hold half of something.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

import polars as pl

from usagestats.api import Person
from usagestats.errors import UsageStatsError
from usagestats.rolling import merge
from usagestats.rollup import Rollup, roll_up
from usagestats.slots import PERSON, empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

LOG: Final = logging.getLogger(__name__)
LOOKED_EVERY_SECONDS: Final = 1.0
PUT_OFF: Final = 10
"""How often in a row a reading is put off because files changed during it: those that always do are shown, too."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What was read at one time; a request sees one and the same from end to end."""

    version: str
    """The `fingerprint` of the files."""
    people: Mapping[str, Rollup]
    """By ``public_id`` in lower case."""


def system_clock() -> datetime:
    """The time."""
    return datetime.now(UTC)


def beside(work: Callable[[], None]) -> None:
    """Do it in a thread of its own, which does not keep the process from its end."""
    Thread(target=work, name="usagestats-shelf", daemon=True).start()


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
    start: Callable[[Callable[[], None]], None] = beside
    """Starts the work of looking at the files again."""
    now: Callable[[], datetime] = system_clock
    """Tells what is still to come."""
    _lock: Lock = field(default_factory=Lock)
    _looked: float = -LOOKED_EVERY_SECONDS
    _put_off: int = 0
    _stock: Stock = field(default_factory=lambda: Stock("", {}))
    _named: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Names are found in whatever case an id is written."""
        self._named = {public_id.lower(): name for public_id, name in self.names.items()}

    def load(self) -> Stock:
        """Read the files, if they have changed since they were read.

        Raises:
            UsageStatsError: if they cannot be read.
            OSError: if they cannot be looked at.
        """
        version = fingerprint(self.inputs)
        if version != self._stock.version:
            self._stock = Stock(version, self._people())
        self._looked = self.clock()
        return self._stock

    def lookup(self, public_id: str) -> Person | None:
        """The person of an id, in whatever case it is written in the records."""
        self._look()
        stock = self._stock
        if public_id not in stock.people:
            return None
        mine = stock.people[public_id]
        return Person(self._named.get(public_id, ""), mine, version=self._version(stock, mine))

    def _version(self, stock: Stock, mine: Rollup) -> str:
        """Records of a time to come are counted at the next border of a quarter-hour, which is another version."""
        now = self.now()
        if mine.until is None or mine.until <= now:
            return stock.version
        return f"{stock.version} {mine.told(now).isoformat()}"

    def _look(self) -> None:
        """Have the files looked at again, unless that was just now, or somebody is at it."""
        if self.clock() - self._looked >= LOOKED_EVERY_SECONDS:
            self._looked = self.clock()
            self.start(self._again)

    def _again(self) -> None:
        """What cannot be read stays as it was; so does, for a while, what somebody writes meanwhile."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            version = fingerprint(self.inputs)
            if version != self._stock.version:
                people = self._people()
                still = fingerprint(self.inputs) == version
                self._put_off = 0 if still else (self._put_off + 1) % PUT_OFF
                if not self._put_off:
                    self._stock = Stock(version, people)
        except (UsageStatsError, OSError):
            LOG.exception("the files could not be read again; answers are made from what they were")
        finally:
            self._lock.release()

    def _people(self) -> Mapping[str, Rollup]:
        whole = roll_up(self.read(self.inputs), by_person=self.public_id is None)
        return in_lower_case(whole).people() if self.public_id is None else {self.public_id.lower(): whole}


def in_lower_case(whole: Rollup) -> Rollup:
    """A rollup by person in which two spellings of an id are one person."""
    lower = pl.col(PERSON).str.to_lowercase()
    cells, sessions = (table.with_columns(lower) for table in (whole.cells, whole.sessions))
    if cells[PERSON].equals(whole.cells[PERSON]):
        return whole
    return merge([Rollup(cells, sessions, whole.since, whole.until, whole.refused), empty(by_person=True)])


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
