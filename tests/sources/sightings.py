"""Made-up logs as they were seen, for what is done with them then."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from usagestats.sources.seen import EMBEDDED, FAILED, MAIN, NEWLINE, SIDECHAIN
from usagestats.sources.settling import Sightings

SMALL = st.integers(0, 2)
SESSIONS = st.sampled_from(["one", "two", "three", None])
KEYS = st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "r"])).map(NEWLINE.join)
"""Names of messages and requests as they come."""
STANDINGS = st.sampled_from([EMBEDDED, SIDECHAIN, MAIN, MAIN | FAILED, SIDECHAIN | FAILED])
COPIES = st.tuples(KEYS, SMALL, SMALL, SESSIONS, st.sampled_from(["model", "other", None]), STANDINGS)
CALLS = st.tuples(st.sampled_from("xyz"), SESSIONS, SMALL, SMALL, SMALL)
LOG = st.tuples(st.lists(COPIES, max_size=12), st.lists(CALLS, max_size=6))
"""Copies of requests (key, tokens, instant, session, model, standing) and calls (key, session, instant, what came)."""
Log = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def sightings(*logs: Log) -> Sightings:
    seen = Sightings("app", "house")
    for copies, calls in logs:
        for key, tokens, instant, session, model, standing in copies:
            row = (tokens, tokens, 0, 0, instant, seen.names[session], seen.names[model], standing)
            seen.requests.see(key, row)
        for key, session, instant, commits, added in calls:
            seen.activity(key, session, instant, commits, added)
            seen.take(session).instant(instant)
    return seen
