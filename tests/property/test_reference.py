"""The engine and the slow, obvious reference give the same document."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import reference
from tests.property.records import FEW, LAW, WAYS, Case, cases
from usagestats.summary import Summary, summarize


@given(cases())
@LAW
def test_the_document_equals_the_reference(case: Case) -> None:
    summary = summarize(case.records, period=case.period, now=case.now, tz=case.tz, name="Alex Smith")
    wanted = reference.document(case.records, period=case.period, now=case.now, zone=case.zone, name="Alex Smith")
    assert in_order(summary.to_dict()) == in_order(wanted)
    assert summary.rejects.count == 0


@given(cases())
@LAW
def test_the_extras_equal_the_reference(case: Case) -> None:
    summary = summarize(case.records, period=case.period, now=case.now, tz=case.tz)
    wanted = reference.extras(case.records, period=case.period, now=case.now, zone=case.zone)
    assert in_order(extras(summary)) == in_order(wanted)


@given(cases(), st.integers(1, 53))
@LAW
def test_the_days_of_earlier_weeks_equal_the_reference(case: Case, weeks: int) -> None:
    summary = summarize(case.records, period=case.period, now=case.now, tz=case.tz, weeks=weeks)
    wanted = reference.extras(case.records, period=case.period, now=case.now, zone=case.zone, weeks=weeks)
    assert in_order(extras(summary)) == in_order(wanted)
    assert summary.stats == summarize(case.records, period=case.period, now=case.now, tz=case.tz).stats


@pytest.mark.parametrize("way", WAYS)
@given(case=cases(most=12))
@FEW
def test_every_way_in_gives_the_document_of_the_reference(way: str, case: Case) -> None:
    summary = summarize(WAYS[way](case.records), period=case.period, now=case.now, tz=case.tz, weeks=9)
    wanted = reference.document(case.records, period=case.period, now=case.now, zone=case.zone)
    wanted_extras = reference.extras(case.records, period=case.period, now=case.now, zone=case.zone, weeks=9)
    assert in_order(summary.to_dict()) == in_order(wanted)
    assert in_order(extras(summary)) == in_order(wanted_extras)


def extras(summary: Summary) -> object:
    return listed(asdict(summary.extras))


def listed(value: object) -> object:
    """Lists for tuples, all the way down."""
    if isinstance(value, dict):
        return {key: listed(part) for key, part in value.items()}
    return [listed(part) for part in value] if isinstance(value, tuple | list) else value


def in_order(value: object) -> object:
    """The value with its keys as they stand, all the way down, so that ``==`` sees their order."""
    if isinstance(value, dict):
        return [(key, in_order(part)) for key, part in value.items()]
    return [in_order(part) for part in value] if isinstance(value, list) else value
