"""What settled requests, calls and hours claim of their ids."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.sources.sightings import Log, sightings
from usagestats.sources.seen import EMBEDDED, MAIN

NAMES = st.sampled_from(["", "a", "b", "a:b", ":", "\n", "a\nb", "active:one:2026-11-18T09", "\ta"])
KEYS = st.tuples(NAMES, NAMES).map("\n".join)
REQUESTS = st.lists(KEYS.map(lambda key: (key, 1, 1, "one", "model", MAIN)), max_size=4)
CALLS = st.lists(NAMES.map(lambda key: (key, "one", 1, 1, 1)), max_size=2)


def told(log: Log) -> tuple[list[str], set[bool]]:
    """All ids, and whether they are said to be unique."""
    tables = list(sightings(log).tables())
    return [name for one in tables for name in one.columns["event_id"]], {one.is_once for one in tables}


def log(*keys: str, calls: tuple[str, ...] = ()) -> Log:
    return [(key, 1, 1, "one", "model", MAIN) for key in keys], [(call, "one", 1, 1, 1) for call in calls]


@given(st.tuples(REQUESTS, CALLS))
@example(log("a:b\nc", "a\nb:c"))
@example(log("a\n", "\na"))
@example(log("a\n", calls=("a",)))
@example(log("a\nb\n", "a\nb"))
def test_ids_that_are_said_to_be_unique_are(given: Log) -> None:
    names, claims = told(given)
    assert len(claims) == 1
    assert claims == {False} or len(set(names)) == len(names)


def test_names_as_they_mostly_are_make_unique_ids() -> None:
    names, claims = told(log("msg_1\nreq_1", "msg_1\nreq_2", "msg_2\n", calls=("toolu_1",)))
    assert names == ["app:msg_1:req_1", "app:msg_1:req_2", "app:msg_2", "app:toolu_1"]
    assert claims == {True}


@pytest.mark.parametrize(
    "one",
    [
        log("a:b\nc"),
        log("a\nb\nc"),
        log("\na"),
        log("\ta\nb", "\nb"),
        log("a\nb", calls=("c:d",)),
        log("a\n", calls=("a",)),
    ],
)
def test_names_that_may_make_one_id_of_two_make_no_claim(one: Log) -> None:
    assert told(one)[1] == {False}


def test_nothing_that_was_seen_is_unique() -> None:
    assert told(([], [])) == ([], {True})


def test_a_call_that_is_named_as_a_replay_makes_no_claim() -> None:
    assert told(([("a\nb", 1, 1, "one", "model", EMBEDDED)], [("a", "one", 1, 1, 1)]))[1] == {False}
