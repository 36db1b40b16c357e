"""What was seen elsewhere and is put together in bulk is what had been seen if it had been seen here, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from tests.sources.sightings import LOG, Log, sightings
from usagestats.sources.packing import merge_sightings, packed_sightings
from usagestats.sources.seen import ROW
from usagestats.sources.settling import Sightings

if TYPE_CHECKING:
    from collections.abc import Iterable


def named(seen: Sightings, sessions: Iterable[int]) -> set[str | None]:
    return {seen.names.texts[one] for one in sessions}


def told(seen: Sightings) -> list[object]:
    """All that was seen, with names for numbers."""
    requests = {
        key: (row[:5], named(seen, seen.requests.sessions(place, row[5])), seen.names.texts[row[6]], row[7])
        for key, place, row in seen.requests
    }
    activities = {
        key: (one.timestamp, one.commits, one.lines_of_code, named(seen, one.sessions))
        for key, one in seen.activities.items()
    }
    instants = {seen.names.texts[session]: sorted(its) for session, its in seen.instants.items()}
    return [requests, seen.requests.doubtful, activities, instants]


@given(LOG, LOG)
def test_what_two_saw_is_put_together_as_if_one_had_seen_it(here: Log, elsewhere: Log) -> None:
    both = sightings(here)
    merge_sightings(both, packed_sightings(sightings(elsewhere)))
    assert told(both) == told(sightings(here, elsewhere))
    assert list(both.requests.rows.values()) == [place for _, place, _ in both.requests]
    assert len(both.requests.table) == ROW.size * len(both.requests.rows)


@given(LOG)
def test_into_nothing_goes_all_that_was_seen(elsewhere: Log) -> None:
    both = Sightings("app", "house")
    merge_sightings(both, packed_sightings(sightings(elsewhere)))
    assert told(both) == told(sightings(elsewhere))
