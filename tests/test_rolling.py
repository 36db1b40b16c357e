from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from usagestats import rolling
from usagestats.errors import InvalidEvents
from usagestats.rolling import Slots
from usagestats.rollup import merge, roll_up
from usagestats.slots import empty
from usagestats.summary import summarize
from usagestats.tallies import SUMS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
US = timedelta(microseconds=1)


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10, "session_id": "s"} | fields


def test_a_slot_is_a_quarter_hour_and_its_first_microsecond_another() -> None:
    instants = [NOW - US, NOW, NOW + US, NOW + timedelta(minutes=15) - US, NOW + timedelta(minutes=15)]
    found = roll_up(request(timestamp=one) for one in instants)
    quarter = timedelta(minutes=15)
    assert found.cells["slot"].to_list() == [NOW - quarter + US, NOW, NOW + US, NOW + quarter]
    assert found.cells["events"].to_list() == [1, 1, 2, 1]
    assert found.sessions["slot"].to_list() == found.cells["slot"].to_list()


def test_instants_before_1970_lie_in_slots_too() -> None:
    when = datetime(1969, 12, 31, 23, 59, tzinfo=UTC)
    assert roll_up([request(timestamp=when)]).cells["slot"].item() == datetime(1969, 12, 31, 23, 45, tzinfo=UTC) + US


def test_what_is_not_counted_has_an_empty_cell_and_opens_no_session() -> None:
    found = roll_up([request(model="Unknown", commits=5), request(provider=None), request(provider=" ", kind=None)])
    assert found.cells.row(0) == (NOW, "request", None, None, None, *[0] * len(SUMS))
    assert (found.cells.height, found.sessions.height, found.until) == (1, 0, None)
    assert found.earliest_us == NOW.timestamp() * 1_000_000


def test_how_far_data_reach_back_is_known_from_what_is_not_counted_too() -> None:
    events = [request(), request(timestamp=NOW - timedelta(days=13), model=None)]
    assert summarize(roll_up(events), now=NOW).extras.before == summarize(events, now=NOW).extras.before is not None


def test_sums_are_as_narrow_as_they_are_and_never_wrap() -> None:
    part = roll_up([request(output_tokens=2**63 - 1)])
    assert str(part.cells.schema["output_tokens"]) == "Int64"
    both = merge([part, part])
    assert both.cells["output_tokens"].to_list() == [2**64 - 2]
    assert merge([both, empty()]) == both
    assert merge([both, roll_up([request(output_tokens=1)])]).cells["output_tokens"].item() == 2**64 - 1


def test_nothing_merges_to_nothing_and_one_to_itself() -> None:
    one = roll_up([request()])
    assert merge([]) == empty() == Slots().merge([])
    assert Slots(by_person=True).merge([]) == empty(by_person=True)
    assert merge([one]) is one
    assert one != empty()
    assert one != "something else"


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("by_person", [False, True])
def test_however_few_rows_are_merged_at_a_time_the_whole_is_the_same(
    rows: int, monkeypatch: pytest.MonkeyPatch, *, by_person: bool
) -> None:
    records = [
        request(timestamp=NOW - timedelta(minutes=n * 7 % 60), model=f"m{n % 3}", session_id=f"s{n % 4}", public_id="p")
        for n in range(40)
    ]
    records.append(request(timestamp=NOW - timedelta(days=800), output_tokens=2**63 - 1, public_id="q"))
    whole = roll_up(records, by_person=by_person)
    assert (whole.cells.height, whole.sessions.height) == (16, 20)
    monkeypatch.setattr(rolling, "SPAN_ROWS", rows)
    assert merge([roll_up(records[start::3], by_person=by_person) for start in range(3)]) == whole


def test_people_are_told_apart_everywhere_or_nowhere() -> None:
    with pytest.raises(InvalidEvents, match="all be by person, or none"):
        merge([empty(), empty(by_person=True)])
