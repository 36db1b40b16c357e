"""Requests by column, once all have been seen: what `sources.settling` tells owners and models of, and writes out.

Rows are numbered anew, those that go are gone. Columns are read out of the packed table and written into it: an object
a request would take ten times the room, and more time than all the rest of settling. In the same way what was seen
elsewhere, where names have other numbers, is laid to what was seen here.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal

from usagestats.sources.seen import NEWLINE, ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from usagestats.sources.seen import Requests, SeenTuple

COLUMNS: Final[dict[str, tuple[Literal["q", "i", "B"], int]]] = {
    "output": ("q", 0),
    "prompt": ("q", 1),
    "cache_read": ("q", 2),
    "cache_creation": ("q", 3),
    "timestamp": ("q", 4),
    "session": ("i", 10),
    "model": ("i", 11),
    "standing": ("B", 48),
}
"""A field of `seen.Seen` → its type, and its place in a row of values of that type."""
PART_ROWS: Final = 1 << 15
"""What is written out at once is small against what is held."""
SESSION: Final = 5
"""Its place in a row as a tuple."""
SEVERAL: Final = -1
"""Stands for the session of rows that several have."""


@dataclass(frozen=True, slots=True)
class Ids(Sequence[str]):
    """The event ids of requests, made when they are asked for: to count requests, nobody does."""

    application: str
    keys: Sequence[str]

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401 - a number gives one, a slice some
        found = self.keys[at]
        return self._id(found) if isinstance(found, str) else Ids(self.application, found)

    def __iter__(self) -> Iterator[str]:
        return map(self._id, self.keys)

    def _id(self, key: str) -> str:
        return f"{self.application}:{key.strip(NEWLINE).replace(NEWLINE, ':')}"


@dataclass(slots=True)
class Rows:
    """What was seen of requests."""

    keys: list[str]
    """``message id\\nrequest id`` of each row."""
    table: bytearray
    instants: array[int]
    shared: dict[int, set[int]]
    """Row → sessions, for rows that several sessions have."""
    alone: dict[int, list[slice]]
    """Session → where the rows lie that no other one has."""

    @classmethod
    def taken(cls, requests: Requests, dropped: Collection[int]) -> Rows:
        """All rows but those at the dropped places; no request is left there."""
        keys = [key for key, place in requests.rows.items() if place not in dropped] if dropped else [*requests.rows]
        gone = sorted(dropped)
        cut(requests.table, gone)
        made = cls(keys, requests.table, array("q"), {}, {})
        made.shared = {
            place // ROW.size - bisect_left(gone, place): sessions
            for place, sessions in requests.shared.items()
            if place not in dropped
        }
        requests.rows, requests.table, requests.shared = {}, bytearray(), {}
        made.instants.frombytes(made.column("timestamp").tobytes())
        made.alone = made._alone()
        return made

    def column(self, name: str) -> memoryview:
        """All values of one field, which can be set there."""
        return column(self.table, name)

    def parts(self) -> Iterator[tuple[list[str], slice]]:
        """Keys, which are forgotten here, and where their rows lie, in parts."""
        for start in range(0, len(self.instants), PART_ROWS):
            keys = self.keys[:PART_ROWS]
            del self.keys[:PART_ROWS]
            yield keys, slice(start, start + len(keys))

    def _alone(self) -> dict[int, list[slice]]:
        sessions = array("i", self.column("session").tobytes())
        for row in self.shared:
            sessions[row] = SEVERAL
        found: defaultdict[int, list[slice]] = defaultdict(list)
        for session, run in runs(sessions):
            found[session].append(run)
        found.pop(SEVERAL, None)
        return found


def column(table: bytearray, name: str) -> memoryview:
    """All values that rows have of one field, which can be set there."""
    code, at = COLUMNS[name]
    values = memoryview(table).cast(code) if table else memoryview(array(code))
    return values[at :: ROW.size // values.itemsize]


def add(
    requests: Requests,
    keys: Sequence[str],
    table: bytearray,
    shared: Mapping[int, Collection[int]],
    number: Mapping[str, Callable[[int], int]],
) -> None:
    """Adds requests that were seen elsewhere: those that are not known as a whole, the others one by one.

    Args:
        requests: What is known, and how sessions and models are numbered.
        keys: Those of the others.
        table: Their rows; it is taken, and changed.
        shared: Place in it → sessions, of rows that several sessions have.
        number: ``session`` and ``model`` → a number there → that here.
    """
    for name, of in number.items():
        values = column(table, name)
        values[:] = array("i", map(of, values.tolist()))
        values.release()
    sessions = {place: set(map(number["session"], its)) for place, its in shared.items()}
    twice = _twice(requests, keys)
    copies = [(keys[row], ROW.unpack_from(table, row * ROW.size), sessions.pop(row * ROW.size, ())) for row in twice]
    cut(table, [row * ROW.size for row in twice])
    start = len(requests.table)
    requests.table += table
    gone = {*twice}
    new = [key for row, key in enumerate(keys) if row not in gone] if gone else keys
    requests.rows.update(zip(new, range(start, len(requests.table), ROW.size), strict=True))
    for place, those in sessions.items():
        requests.shared[start + place - ROW.size * bisect_left(twice, place // ROW.size)] = those
    for copy in copies:
        _copy(requests, *copy)


def _twice(requests: Requests, keys: Sequence[str]) -> list[int]:
    """Where keys stand that are known, or stand there before."""
    known = requests.rows.keys() & keys
    if not known and len(set(keys)) == len(keys):
        return []
    found = []
    for row, key in enumerate(keys):
        if key in known:
            found.append(row)
        known.add(key)
    return found


def _copy(requests: Requests, key: str, seen: SeenTuple, sessions: Collection[int]) -> None:
    """Adds a copy; one that a fork has is mostly the same but for its session."""
    place = requests.rows[key]
    known = ROW.unpack_from(requests.table, place)
    if known[:SESSION] == seen[:SESSION] and known[SESSION + 1 :] == seen[SESSION + 1 :]:
        both = {*requests.sessions(place, known[SESSION]), *(sessions or (seen[SESSION],))}
        if len(both) > 1:
            requests.shared[place] = both
    else:
        requests.see(key, seen, sessions)


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, slice]]:
    """Numbers that follow on themselves, and where.

    >>> list(runs([7, 7, 8]))
    [(7, slice(0, 2, None)), (8, slice(2, 3, None))]
    """
    start = 0
    for number, same in groupby(numbers):
        stop = start + len(list(same))
        yield number, slice(start, stop)
        start = stop


def cut(table: bytearray, places: Sequence[int]) -> None:
    """Takes the rows at these places, ascending, out of the table, in which the others move up."""
    end = start = places[0] if places else len(table)
    with memoryview(table) as view:
        for place in (*places, len(table)):
            length = place - start
            view[end : end + length] = view[start:place]
            end += length
            start = place + ROW.size
    del table[end:]
