"""Copies settled: what was seen in several lines, files and sessions becomes one record that has one owner.

Transcripts repeat themselves: a response is written once a content block, a fork copies its parent's lines under a new
session, a subagent's file replays its parent's message. Everything is collected here while the files are read, and told
once they all are.

**Owner.** What stands in several sessions belongs to the one whose first line that *not all of them* have is earliest;
one without such a line comes first (it stopped where it was copied); ties by session id. An instant is the same line
if sessions that share a request share it, too.

State is a row of 49 bytes a request besides its id (`sources.seen`), and eight bytes a line with an instant.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from usagestats.events import Table
from usagestats.sources.active_time import PAUSE_US, active_table
from usagestats.sources.providers import provider
from usagestats.sources.seen import FILED, MAIN, NEWLINE, Names, Requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Group = frozenset[int]
"""Sessions, by their index, that have the same thing."""

MAX_US: Final = 1 << 62


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
        dropped = replays(self.requests)
        owners = Owners(self, dropped)
        yield from self._requests(dropped, owners)
        yield self._activities(owners)
        texts = self.names.texts
        yield active_table(
            self.application, ((texts[one], instants) for one, instants in self.instants.items()), pause_us
        )

    def _requests(self, dropped: set[int], owners: Owners) -> Iterator[Table]:
        stand_ins = StandIns(self, dropped)
        for keys, places, columns in self.requests.parts(dropped):
            yield self._part(keys, places, columns, owners, stand_ins)

    def _part(
        self,
        keys: Sequence[str],
        places: Sequence[int],
        columns: Sequence[Sequence[int]],
        owners: Owners,
        stand_ins: StandIns,
    ) -> Table:
        shared, texts = self.requests.shared, self.names.texts
        outputs, prompts, reads, creations, instants, sessions, models, standings = columns
        if shared:
            sessions = [
                owners.of(shared[place]) if place in shared else session
                for place, session in zip(places, sessions, strict=True)
            ]
        for session, instant in zip(sessions, instants, strict=True):
            self.instants[session].append(instant)
        named = [texts[number] for number in models]
        for row, standing in enumerate(standings):
            if standing > FILED and named[row] is None:
                named[row] = stand_ins.model(sessions[row], instants[row])
        providers = {model: provider(model, self.house) for model in set(named)}
        return Table(
            "request",
            self.application,
            {
                "timestamp": instants,
                "provider": [providers[model] for model in named],
                "model": named,
                "session_id": [texts[session] for session in sessions],
                "input_tokens": prompts,
                "output_tokens": outputs,
                "cache_read_tokens": reads,
                "cache_creation_tokens": creations,
                "success": [standing <= FILED for standing in standings],
                "event_id": [f"{self.application}:{key.strip(NEWLINE).replace(NEWLINE, ':')}" for key in keys],
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


def nameless_key(*parts: object) -> str:
    """The key of a request without ids: a hash of session, timestamp, model and tokens, the same in every process."""
    return blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def replays(requests: Requests) -> set[int]:
    """The places of rows that copy another row under another request id; a copy without request id is merged before."""
    messages: defaultdict[str, list[str]] = defaultdict(list)
    for key in requests.rows:
        message = key[: key.index(NEWLINE)]
        if message in requests.doubtful and message:
            messages[message].append(key)
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
    moments: dict[int, set[int]] = field(default_factory=dict)
    """Session that shares something → every instant of its lines."""
    known: dict[Group, int] = field(default_factory=dict)

    def __init__(self, sightings: Sightings, dropped: set[int]) -> None:
        self.sightings, self.moments, self.known = sightings, {}, {}
        shared = sightings.requests.shared
        groups = {frozenset(sessions) for place, sessions in shared.items() if place not in dropped}
        groups |= {one.sessions for one in sightings.activities.values() if len(one.sessions) > 1}
        if not groups:
            return
        self._gather({session for group in groups for session in group}, dropped)
        for family in families(groups):
            self._settle_instants(family)

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

    def _gather(self, sessions: set[int], dropped: set[int]) -> None:
        requests = self.sightings.requests
        self.moments = {session: set(self.sightings.instants.get(session, ())) for session in sessions}
        shared = requests.shared
        for _, place, seen in requests:
            if place in dropped:
                continue
            if place in shared:
                for session in sessions & shared[place]:
                    self.moments[session].add(seen[4])
            elif seen[5] in sessions:
                self.moments[seen[5]].add(seen[4])

    def _settle_instants(self, family: Group) -> None:
        held = {session: set(self.sightings.instants.pop(session, ())) for session in family}
        seen: set[int] = set()
        repeated: set[int] = set()
        for instants in held.values():
            repeated |= seen & instants
            seen |= instants
        for session, instants in held.items():
            self.sightings.instants[session].extend(instants - repeated)
        for instant in repeated:
            owner = self.of(session for session, instants in held.items() if instant in instants)
            self.sightings.instants[owner].append(instant)


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


@dataclass(slots=True)
class StandIns:
    """The models that a session's failed requests take, for those whose line does not name one."""

    models: defaultdict[int, list[tuple[int, str]]]
    """Session with such a request → instant and model of its other requests, ascending."""

    def __init__(self, sightings: Sightings, dropped: set[int]) -> None:
        self.models = defaultdict(list)
        requests, texts = sightings.requests, sightings.names.texts
        shared = requests.shared
        nameless = [(place, seen[5]) for _, place, seen in requests if seen[7] > FILED and not seen[6]]
        wanted = {session for place, own in nameless for session in requests.sessions(place, own)}
        for _, place, seen in requests if wanted else ():
            model = texts[seen[6]]
            if model is None or place in dropped:
                continue
            for session in wanted & shared[place] if place in shared else (seen[5],):
                if session in wanted:
                    self.models[session].append((seen[4], model))
        for models in self.models.values():
            models.sort()

    def model(self, session: int, timestamp: int) -> str | None:
        """The nearest earlier model, else the next; None if the session has none."""
        models = self.models.get(session)
        if not models:
            return None
        return models[max(0, bisect_right(models, timestamp, key=itemgetter(0)) - 1)][1]
