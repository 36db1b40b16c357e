"""What was seen, with ids as hashes: as a cache may hold it, and an archive tells it.

Ids of sessions become the hashes that an archive has for them, and so do the keys of requests and activities: those of
their event ids. All that settling copies needs stays as it was: which keys are of one message, and what has no id.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from usagestats.sources.hashes import HASH_BYTES, hashed
from usagestats.sources.rows import add
from usagestats.sources.seen import NEWLINE
from usagestats.sources.settling import Activity

if TYPE_CHECKING:
    from usagestats.events import Table
    from usagestats.sources.ledger import Ledger
    from usagestats.sources.settling import Sightings

HASH_LETTERS: Final = 2 * HASH_BYTES
HOURS: Final = "active_time_seconds"
"""The column of active hours, whose ids are made while settling."""


def add_sightings(to: Sightings, seen: Sightings) -> None:
    """Adds what was seen to sightings whose ids are hashes."""
    application, texts = seen.application, seen.names.texts

    @cache
    def session(number: int) -> int:
        return to.names[_hash_of(texts[number])]

    model = cache(lambda number: to.names[texts[number]])
    keys = [_key(application, key) for key in seen.requests.rows]
    table = bytearray(seen.requests.table)
    add(to.requests, keys, table, seen.requests.shared, {"session": session, "model": model})
    to.requests.doubtful.update(one and hashed(f"{application}:{one}") for one in seen.requests.doubtful)
    for key, one in seen.activities.items():
        group = frozenset(session(number) for number in one.sessions)
        to.share(hashed(f"{application}:{key}"), Activity(one.timestamp, one.commits, one.lines_of_code, group))
    for number, instants in seen.instants.items():
        to.instants[session(number)].extend(instants)


def add_ledger(to: Ledger, to_roots: dict[str, str], seen: Ledger, roots: dict[str, str]) -> None:
    """Adds what a ledger holds to one whose ids are hashes, and to whom subagents belong."""
    application = seen.application
    for key, request in seen.requests.items():
        named = replace(request, session_id=_hash_of(request.session_id))
        to.request(hashed(f"{application}:{key}"), named)
    for key, activity in seen.activities.items():
        made = replace(activity, session_id=_hash_of(activity.session_id))
        to.activity(hashed(f"{application}:{key}"), made)
    for name, instants in seen.instants.items():
        to.instant(_hash_of(name), *instants)
    to.withdrawn.update(hashed(f"{application}:{key}") for key in seen.withdrawn)
    to_roots.update((hashed(thread), hashed(root)) for thread, root in roots.items())


def told(table: Table) -> Table:
    """A table that was settled of hashed ids, with its event ids as an archive has them."""
    names = table.columns["event_id"]
    hashes = [hashed(one) for one in names] if HOURS in table.columns else [one[-HASH_LETTERS:] for one in names]
    return replace(table, columns={**table.columns, "event_id": hashes})


def _hash_of(name: str | None) -> str | None:
    return None if name is None else hashed(name)


def _key(application: str, key: str) -> str:
    """A request's key as hashes: of its message, if that has an id, and of its event."""
    message, _, request = key.partition(NEWLINE)
    first = hashed(f"{application}:{message}") if message else ""
    event = f"{application}:{key.strip(NEWLINE).replace(NEWLINE, ':')}"
    return f"{first}{NEWLINE}{hashed(event) if request else ''}"
