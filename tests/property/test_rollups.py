"""What holds of every rollup, and of many people at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.records import FEW, LAW, Case, Record, cases
from usagestats.errors import InvalidTime
from usagestats.rollup import Rollup, merge, roll_up
from usagestats.slots import empty
from usagestats.summary import summarize, summarize_many

if TYPE_CHECKING:
    from random import Random


@given(cases(), st.lists(st.integers(0, 3), min_size=24, max_size=24), st.randoms(use_true_random=False))
@LAW
def test_disjoint_parts_merged_in_any_order_and_bracketing_are_the_whole(
    case: Case, parts: list[int], random: Random
) -> None:
    for by_person in (False, True):
        records = [record for record in once(case.records) if record.get("public_id") or not by_person]
        groups: list[list[Record]] = [[], [], [], []]
        for record, part in zip(records, parts, strict=False):
            groups[part].append(record)
        random.shuffle(groups)
        first, second, third, fourth = (roll_up(group, by_person=by_person) for group in groups)
        whole = roll_up(records, by_person=by_person)
        assert merge([first, second, third, fourth]) == whole
        assert merge([merge([first, second]), merge([third, fourth])]) == whole
        assert merge([merge([merge([fourth, third]), second]), first]) == whole
        assert merge([whole, empty(by_person=by_person)]) == whole


@given(cases())
@LAW
def test_a_summary_from_the_rollup_is_the_summary_from_the_events(case: Case) -> None:
    rollup = roll_up(case.records)
    told = replace(case, now=rollup.told(case.now))
    assert told.now == case.now or is_refused(rollup, case, "now must be")
    if case.tz == "America/St_Johns":
        return
    wanted = summarize(case.records, period=case.period, now=told.now, tz=case.tz)
    found = summarize(rollup, period=case.period, now=told.now, tz=case.tz)
    assert found.to_json() == wanted.to_json()
    assert found.extras == wanted.extras


@given(cases())
@FEW
def test_one_persons_part_is_the_rollup_of_their_records(case: Case) -> None:
    people = [record for record in once(case.records) if record.get("public_id")]
    whole = roll_up(people, by_person=True)
    for public_id in ("p1", "p2"):
        alone = roll_up([record for record in people if record["public_id"] == public_id])
        mine = whole.person(public_id)
        assert replace(mine, since=alone.since, until=alone.until) == alone


def is_refused(rollup: Rollup, case: Case, words: str) -> bool:
    with pytest.raises(InvalidTime, match=words):
        summarize(rollup, period=case.period, now=case.now, tz=case.tz)
    return True


def once(records: list[Record]) -> list[Record]:
    """The records without those that may repeat."""
    return [{key: part for key, part in record.items() if key != "event_id"} for record in records]


@given(cases())
@LAW
def test_everybodys_summary_from_one_query_is_each_ones_own(case: Case) -> None:
    people = [record for record in case.records if record.get("public_id")]
    found = dict(summarize_many(people, names={"p3": "Sam"}, period=case.period, now=case.now, tz=case.tz))
    assert list(found) == sorted({record["public_id"] for record in people} | {"p3"})
    for public_id, one in found.items():
        mine = [record for record in people if record["public_id"] == public_id]
        name = "Sam" if public_id == "p3" else ""
        alone = summarize(mine, name=name, period=case.period, now=case.now, tz=case.tz)
        assert one == alone
        assert one.to_json() == alone.to_json()
