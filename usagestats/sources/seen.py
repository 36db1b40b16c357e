"""Requests as they are seen, copies merged at once: the table that `sources.settling` settles in the end.

Merging is commutative, associative and idempotent, so files may be read in any order, and in parts that are put
together. What a line of its own says stands over what is embedded in another. Then the fullest copy gives the tokens,
the latest the instant, the least text the model, and one that failed makes the request failed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

EMBEDDED: Final = 0
"""Seen only inside another line: counts only where the message has no line of its own."""
SIDECHAIN: Final = 1
"""A subagent's line: a replay if another line has the same message."""
MAIN: Final = 2

FAILED: Final = 4
"""Added to the standing of a failed request."""
FILED: Final = MAIN | SIDECHAIN
"""The part of the standing that says whether a line of its own holds the request."""
NEWLINE: Final = "\n"


class Names(dict[str | None, int]):
    """Texts by number, so that a row need not hold them: asking for a text gives it one. No text is 0."""

    def __init__(self) -> None:
        super().__init__({None: 0})
        self.texts: list[str | None] = [None]

    def __missing__(self, text: str | None) -> int:
        self[text] = number = len(self.texts)
        self.texts.append(text)
        return number


class Seen(NamedTuple):
    """A request as one of its copies has it; the fullest copy compares greatest."""

    output: int
    prompt: int
    cache_read: int
    cache_creation: int
    timestamp: int
    session: int
    model: int
    standing: int
    """`EMBEDDED`, `SIDECHAIN` or `MAIN`; with `FAILED` added if the request failed."""


Tokens = tuple[int, int, int, int]
"""Output, prompt, cache read, cache creation: a fuller copy compares greater."""
SeenTuple = tuple[int, int, int, int, int, int, int, int]
"""A `Seen` without its names, which is cheaper to make: there is one a line."""
ROW = Struct("=qqqqqiiB7x")
"""Ends on a whole word, so that columns can be read by themselves (`sources.rows`)."""


@dataclass(slots=True)
class Requests:
    """Every request seen, packed; rows are numbered in the order of ``rows``."""

    names: Names = field(default_factory=Names)
    """Sessions and models."""
    rows: dict[str, int] = field(default_factory=dict)
    """``message id\\nrequest id`` → the row's place in the table."""
    table: bytearray = field(default_factory=bytearray)
    doubtful: set[str] = field(default_factory=set)
    """Messages that a line saw as no main line's, or without a request id: they may be copies of others."""
    shared: dict[int, set[int]] = field(default_factory=dict)
    """Place → sessions, for rows that several sessions have."""

    def see(self, key: str, seen: SeenTuple, sessions: Collection[int] = ()) -> None:
        """Adds a copy: the fullest gives the tokens, the latest the instant; embedded ones only stand in for others.

        In whatever order the copies come, and whichever were merged before, the same comes out.

        Args:
            key: The request's.
            seen: The copy.
            sessions: All that have it, if it was merged of several.
        """
        place = self.rows.get(key)
        if place is None:
            table = self.table
            self.rows[key] = len(table)
            table += ROW.pack(*seen)
            if seen[7] != MAIN or key[-1] == NEWLINE or sessions:
                self._note(key, seen, sessions)
            return
        known = ROW.unpack_from(self.table, place)
        if known[5] == seen[5] and known[6] == seen[6] and known[7] == seen[7] and not sessions:
            ROW.pack_into(self.table, place, *fuller(known, seen))
        elif bool(seen[7] & FILED) == bool(known[7] & FILED):
            self._merge(place, Seen(*known), Seen(*seen), sessions or (seen[5],))
        elif seen[7] & FILED:
            self.shared.pop(place, None)
            ROW.pack_into(self.table, place, *seen)
            self._note(key, seen, sessions)

    def _note(self, key: str, seen: SeenTuple, sessions: Collection[int]) -> None:
        """Takes down what a row does not say of itself."""
        if key[-1] == NEWLINE or seen[7] & FILED != MAIN:
            self.doubtful.add(key[: key.index(NEWLINE)])
        if sessions:
            self.shared[self.rows[key]] = set(sessions)

    def __getitem__(self, place: int) -> Seen:
        """The row at that place."""
        return Seen(*ROW.unpack_from(self.table, place))

    def __iter__(self) -> Iterator[tuple[str, int, SeenTuple]]:
        """Key, place and row of every request."""
        return zip(self.rows, self.rows.values(), ROW.iter_unpack(self.table), strict=True)

    def sessions(self, place: int, session: int) -> Iterable[int]:
        """All sessions that have the row, whose own session is given."""
        return self.shared.get(place) or (session,)

    def absorb(self, place: int, other: int) -> None:
        """Makes the row at the other place a copy of this one."""
        two = self[other]
        self._merge(place, self[place], two, {*self.sessions(other, two.session)})

    def _merge(self, place: int, known: Seen, seen: Seen, sessions: Collection[int]) -> None:
        both = {*self.sessions(place, known.session), *sessions}
        if len(both) > 1:
            self.shared[place] = both
        fullest = max(known[:4], seen[:4])
        instant, model = max(known.timestamp, seen.timestamp), self._model(known.model, seen.model)
        standing = max(known.standing & FILED, seen.standing & FILED) | (known.standing | seen.standing) & FAILED
        ROW.pack_into(self.table, place, *fullest, instant, known.session, model, standing)

    def _model(self, one: int, other: int) -> int:
        """The model that two copies agree on: where both name one, the least text."""
        if not one or not other:
            return one or other
        return min(one, other, key=lambda number: self.names.texts[number] or "")


def fuller(known: SeenTuple, seen: SeenTuple) -> SeenTuple:
    """Of two copies in one session the one with more tokens, with the later instant."""
    if seen > known and seen[4] >= known[4]:  # as responses that stream mostly are: a fifth of the time
        return seen
    most, other = (seen, known) if seen[:4] > known[:4] else (known, seen)
    return most if most[4] >= other[4] else (*most[:4], other[4], *most[5:])
