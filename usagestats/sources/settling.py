"""Copies settled: what was seen in several lines, files and sessions becomes one record that has one owner.

Transcripts repeat themselves: a response is written once a content block, a fork copies its parent's lines under a new
session, a subagent's file replays its parent's message. Everything is collected here while the files are read, and told
once they all are.

**Owner.** What stands in several sessions belongs to the one whose first line that *not all of them* have is earliest;
one without such a line comes first (it stopped where it was copied); ties by session id. An instant is the same line
if sessions that share a request share it, too.

State is a row of 56 bytes a request besides its id (`sources.seen`), and eight bytes a line with an instant. In the end
it is settled by column (`sources.rows`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import compress, count
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from usagestats.events import Coded, Table
from usagestats.sources.active_time import PAUSE_US, active_table
from usagestats.sources.providers import provider
from usagestats.sources.rows import Ids, Rows
from usagestats.sources.seen import FILED, MAIN, NEWLINE, Names, Requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Group = frozenset[int]
"""Sessions, by their index, that have the same thing."""

MAX_US: Final = 1 << 62
_FAILED: Final = bytes(standing > FILED for standing in range(256))
"""Standing → whether the request failed."""


@dataclass(slots=True)
class Activity:
    """Commits and lines that one tool call brought."""

    timestamp: int
    commits: int
    lines_of_code: int
    sessions: Group


class Take(NamedTuple):
    """Where a session's instants go."""

    session_id: str | None
    instant: Callable[[int], None]


@dataclass(slots=True)
class Sightings:
    """All that was seen of one application's transcripts."""

    application: str
    house: str
    """The provider of models whose name does not tell."""
    names: Names = field(default_factory=Names)
    """Sessions and models."""
    requests: Requests = field(init=False)
    activities: dict[str, Activity] = field(default_factory=dict)
    """Tool call's id → what it brought."""
    instants: defaultdict[int, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("q")))
    """Session → the instants of its prompts and tool results."""

    takes: dict[str | None, Take] = field(default_factory=dict)
    alone: dict[int, Group] = field(default_factory=dict)
    """Each session as a group."""
    groups: dict[Group, Group] = field(default_factory=dict)
    """Each group of sessions once: a hundred thousand tool calls have a few hundred."""

    def __post_init__(self) -> None:
        self.requests = Requests(self.names)

    def take(self, session_id: str | None) -> Take:
        """What takes the session's instants."""
        known = self.takes.get(session_id)
        if known is None:
            append = self.instants[self.names[session_id]].append
            known = self.takes[session_id] = Take(session_id, append)
        return known

    def activity(self, key: str, session_id: str | None, timestamp: int, commits: int, lines_of_code: int) -> None:
        """Adds what a tool call brought; a copy adds nothing but its session."""
        number = self.names[session_id]
        alone = self.alone.get(number) or self.alone.setdefault(number, self._group(frozenset((number,))))
        seen = Activity(timestamp, commits, lines_of_code, alone)
        if self.activities.setdefault(key, seen) is not seen:
            self.share(key, seen)

    def share(self, key: str, seen: Activity) -> None:
        """Adds what a tool call brought, as sessions have it."""
        known = self.activities.setdefault(key, seen)
        if known is seen:
            seen.sessions = self._group(seen.sessions)
            return
        known.sessions = self._group(known.sessions | seen.sessions)
        known.timestamp = max(known.timestamp, seen.timestamp)
        known.commits = max(known.commits, seen.commits)
        known.lines_of_code = max(known.lines_of_code, seen.lines_of_code)

    def _group(self, sessions: Group) -> Group:
        return self.groups.setdefault(sessions, sessions)

    def tables(self, pause_us: int = PAUSE_US) -> Iterator[Table]:
        """Every request, every tool call that brought something, and the active hours, each once and with its owner.

        To be called once, at the end.
        """
        is_once = self._are_ids_apart()
        for table in self._tables(pause_us):
            yield replace(table, is_once=is_once)

    def _tables(self, pause_us: int) -> Iterator[Table]:
        rows = Rows.taken(self.requests, replays(self.requests))
        owners = Owners(self, rows)
        yield from self._requests(rows, owners)
        yield self._activities(owners)
        texts = self.names.texts
        yield active_table(
            self.application, ((texts[one], instants) for one, instants in self.instants.items()), pause_us
        )

    def _are_ids_apart(self) -> bool:
        """Whether no two records have one event id.

        A request has its message's name and its own, with a colon between; one without its own is doubtful. A call has
        one name, an hour two colons or more. So it is while no name has a colon, and none is a message's and a call's.
        """
        rows, calls = self.requests.rows, self.activities.keys()
        names = "".join(rows)
        return (
            names.count(NEWLINE) == len(rows)
            and min(rows, default=" ") >= " "
            and ":" not in names
            and ":" not in "".join(calls)
            and calls.isdisjoint(self.requests.doubtful)
        )

    def _requests(self, rows: Rows, owners: Owners) -> Iterator[Table]:
        owners.settle(rows)
        name_failed(rows, self.names)
        rows.shared.clear()
        return (self._part(rows, *part) for part in rows.parts())

    def _part(self, rows: Rows, keys: Sequence[str], part: slice) -> Table:
        texts = self.names.texts
        models, sessions = (array("i", rows.column(name)[part].tobytes()) for name in ("model", "session"))
        providers: list[str | None] = [None] * len(texts)
        for number in set(models):
            providers[number] = provider(texts[number], self.house)
        return Table(
            "request",
            self.application,
            {
                "timestamp": rows.instants[part],
                "provider": _named(models, providers),
                "model": _named(models, texts),
                "session_id": _named(sessions, texts),
                "input_tokens": rows.column("prompt")[part],
                "output_tokens": rows.column("output")[part],
                "cache_read_tokens": rows.column("cache_read")[part],
                "cache_creation_tokens": rows.column("cache_creation")[part],
                "success": [standing <= FILED for standing in rows.column("standing")[part].tobytes()],
                "event_id": Ids(self.application, keys),
            },
        )

    def _activities(self, owners: Owners) -> Table:
        texts, found = self.names.texts, self.activities
        return Table(
            "activity",
            self.application,
            {
                "timestamp": [one.timestamp for one in found.values()],
                "session_id": [texts[owners.of(one.sessions)] for one in found.values()],
                "commits": [one.commits for one in found.values()],
                "lines_of_code": [one.lines_of_code for one in found.values()],
                "event_id": [f"{self.application}:{key}" for key in found],
            },
        )


def _named(numbers: Sequence[int], texts: Sequence[str | None]) -> Sequence[str | None]:
    """The texts that the numbers stand for; where most stand for another one, coding them gains nothing."""
    return Coded(numbers, texts) if len(texts) < len(numbers) else [texts[number] for number in numbers]


def nameless_key(*parts: object) -> str:
    """The key of a request without ids: a hash of session, timestamp, model and tokens, the same in every process."""
    return blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def replays(requests: Requests) -> set[int]:
    """The places of rows that copy another row under another request id; a copy without request id is merged before."""
    messages: defaultdict[str, list[str]] = defaultdict(list)
    doubtful = requests.doubtful - {""}
    for key in [key for key in requests.rows if key.partition(NEWLINE)[0] in doubtful] if doubtful else ():
        messages[key.partition(NEWLINE)[0]].append(key)
    dropped: set[int] = set()
    for keys in messages.values():
        if len(keys) > 1:
            dropped |= _replayed(requests, sorted(keys, reverse=True))
    return dropped


def _replayed(requests: Requests, keys: list[str]) -> set[int]:
    """Of the rows of one message, those that go; ``keys`` end with the one that has no request id, if there is one."""
    places = [requests.rows[key] for key in keys]
    standing = max(requests[place].standing & FILED for place in places)
    strongest = [place for place in places if requests[place].standing & FILED == standing]
    if keys[-1][-1] == NEWLINE and places[-1] in strongest[1:]:
        requests.absorb(strongest[0], strongest.pop())
    if standing != MAIN:
        strongest = [max(strongest, key=lambda place: (requests[place][:4], -requests[place].timestamp))]
    return set(places) - set(strongest)


@dataclass(slots=True)
class Owners:
    """Which of several sessions a thing belongs to; making it takes the copied instants out of the sightings."""

    sightings: Sightings
    moments: dict[int, set[int]]
    """Session that shares something → every instant of its lines."""
    known: dict[Group, int]

    def __init__(self, sightings: Sightings, rows: Rows) -> None:
        self.sightings, self.moments, self.known = sightings, {}, {}
        groups = set(map(frozenset, rows.shared.values()))
        groups |= {one.sessions for one in sightings.activities.values() if len(one.sessions) > 1}
        self._gather({session for group in groups for session in group}, rows)
        for family in families(groups):
            self._settle_instants(family)

    def settle(self, rows: Rows) -> None:
        """Gives each row, and its instant, to its owner."""
        instants, sessions = self.sightings.instants, rows.column("session")
        for session, runs in rows.alone.items():
            for run in runs:
                instants[session].extend(rows.instants[run])
        for row, group in rows.shared.items():
            sessions[row] = owner = self.of(group)
            instants[owner].append(rows.instants[row])

    def of(self, sessions: Iterable[int]) -> int:
        """The owner of what these sessions have."""
        group = frozenset(sessions)
        if len(group) == 1:
            return next(iter(group))
        if group not in self.known:
            common = set.intersection(*(self.moments[session] for session in group))
            texts = self.sightings.names.texts
            self.known[group] = min(
                group, key=lambda one: (min(self.moments[one] - common, default=-MAX_US), texts[one] or "", one > 0)
            )
        return self.known[group]

    def _gather(self, sessions: set[int], rows: Rows) -> None:
        self.moments = {session: set(self.sightings.instants.get(session, ())) for session in sessions}
        for session, moments in self.moments.items():
            moments.update(*(rows.instants[run] for run in rows.alone.get(session, ())))
        for row, group in rows.shared.items():
            for session in group:
                self.moments[session].add(rows.instants[row])

    def _settle_instants(self, family: Group) -> None:
        instants = self.sightings.instants
        lines = {session: instants.pop(session, array("q")) for session in family}
        held = {session: set(its) for session, its in lines.items()}
        everywhere, repeated = set.intersection(*held.values()), twice(held.values())
        if everywhere:
            instants[self.of(family)].extend(sorted(everywhere))
        for session, its in lines.items():  # filtered, they stay in order, which makes them quick to sort
            instants[session].extend([instant for instant in its if instant not in repeated])
        for instant in repeated - everywhere:
            instants[self.of(session for session, its in held.items() if instant in its)].append(instant)


def twice(sets: Iterable[set[int]]) -> set[int]:
    """What is in more than one of them."""
    seen: set[int] = set()
    repeated: set[int] = set()
    for one in sets:
        repeated |= seen & one
        seen |= one
    return repeated


def families(groups: Iterable[Group]) -> list[Group]:
    """The groups, those with a common session joined.

    >>> sorted(map(sorted, families([frozenset({1, 2}), frozenset({4, 5}), frozenset({2, 3})])))
    [[1, 2, 3], [4, 5]]
    """
    joined: list[Group] = []
    for group in groups:
        touching = [family for family in joined if family & group]
        joined = [family for family in joined if not family & group]
        joined.append(group.union(*touching))
    return joined


def name_failed(rows: Rows, names: Names) -> None:
    """Gives failed requests whose line names no model their session's nearest earlier one, else the next, if any."""
    models, sessions = rows.column("model"), rows.column("session")
    failed: defaultdict[int, list[int]] = defaultdict(list)
    is_failed = rows.column("standing").tobytes().translate(_FAILED)
    for row in compress(count(), is_failed):
        if not models[row]:
            failed[sessions[row]].append(row)
    for session, known in _models(set(failed), rows, names.texts).items():
        for row in failed[session]:
            at = bisect_right(known, rows.instants[row], key=itemgetter(0))
            models[row] = names[known[max(0, at - 1)][1]]


def _models(sessions: set[int], rows: Rows, texts: Sequence[str | None]) -> dict[int, list[tuple[int, str]]]:
    """Those of the sessions with models → instants and models of all requests that they have, ascending."""
    found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    models = array("i", rows.column("model").tobytes())
    for session in sessions:
        for run in rows.alone.get(session, ()):
            pairs = zip(rows.instants[run], models[run], strict=True)
            found[session] += [(instant, texts[model] or "") for instant, model in pairs if model]
    for row, group in rows.shared.items() if sessions else ():
        for session in sessions & group if models[row] else ():
            found[session].append((rows.instants[row], texts[models[row]] or ""))
    return {session: sorted(known) for session, known in found.items() if known}
