from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import polars as pl
import pytest

from usagestats.errors import InvalidTime
from usagestats.periods import PERIODS, window
from usagestats.rollup import roll_up
from usagestats.slots import UNCODED_CELLS, UNCODED_TALLIES
from usagestats.summary import summarize

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
US = timedelta(microseconds=1)


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10, "session_id": "s"} | fields


@pytest.mark.parametrize("minutes", [1, -1, 14, 16, 119])
def test_a_now_before_the_last_record_must_lie_on_a_border(minutes: int) -> None:
    found = roll_up([request(), request(timestamp=NOW - timedelta(hours=3))])
    now = NOW - timedelta(hours=2) + timedelta(minutes=minutes)
    with pytest.raises(
        InvalidTime, match=r"^now must be 2026-11-22 12:00:00\+00:00 or later, or the border of a quart"
    ):
        summarize(found, now=now)
    assert found.told(now) <= now < found.told(now) + timedelta(minutes=15)
    assert summarize(found, now=found.told(now)).stats.total_events == 1
    assert summarize(found, now=NOW + timedelta(minutes=abs(minutes))).stats.total_events == 2


@pytest.mark.parametrize(("offset", "events"), [(-US, 1), (timedelta(), 2), (timedelta(minutes=15) - US, 3)])
def test_the_first_and_the_last_instant_of_a_quarter_hour_are_borders(offset: timedelta, events: int) -> None:
    instants = [NOW - timedelta(minutes=1), NOW, NOW + US, NOW + timedelta(minutes=15), NOW + timedelta(hours=1)]
    records = [request(timestamp=one) for one in instants]
    assert summarize(roll_up(records), now=NOW + offset).stats.total_events == events
    assert summarize(records, now=NOW + offset).stats.total_events == events


def test_one_rollup_serves_every_zone_of_today() -> None:
    records = [
        request(timestamp=NOW - timedelta(minutes=1 + 297 * n), session_id=str(n % 40), model=f"m{n % 3}", success=True)
        for n in range(300)
    ]
    rollup = roll_up(records)
    now = NOW + timedelta(minutes=7)
    zones = available_timezones() - {"Factory", "localtime"}
    different = {window("30d", now, name).offsets: name for name in sorted(zones)}
    assert {"Australia/Eucla", "Pacific/Chatham"} <= set(different.values())
    assert len(different) > 40
    for name in different.values():
        one, other = (summarize(given, period="30d", now=now, tz=name) for given in (rollup, records))
        assert one.to_json() == other.to_json()
        assert one.extras == other.extras


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/Amsterdam", datetime(1930, 6, 1, tzinfo=UTC)),  # +1:19:32
        ("Africa/Monrovia", datetime(1971, 6, 1, tzinfo=UTC)),  # -0:44:30
        ("America/St_Johns", datetime(2006, 10, 30, tzinfo=UTC)),  # back at 00:01
    ],
)
def test_a_zone_that_cuts_through_slots_is_refused(zone: str, now: datetime) -> None:
    records = [request(timestamp=now - timedelta(days=2))]
    with pytest.raises(InvalidTime, match="tz must be quarter-hours from UTC all the time for a rollup"):
        summarize(roll_up(records), now=now, tz=zone)


def test_a_change_at_an_odd_minute_out_of_reach_does_no_harm() -> None:
    for now in (datetime(2006, 10, 28, 12, tzinfo=UTC), datetime(2006, 11, 6, 12, tzinfo=UTC)):
        records = [request(timestamp=now - timedelta(days=2))]
        one, other = (summarize(given, now=now, tz="America/St_Johns") for given in (roll_up(records), records))
        assert one.to_json() == other.to_json()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna"])
def test_few_and_very_many_cells_give_what_the_events_give(zone: str) -> None:
    count = 45_000
    n = pl.Series(range(count))
    records = pl.DataFrame(
        {
            "timestamp": [NOW - timedelta(seconds=347 * n) for n in range(count)],
            "kind": pl.Series(["activity", *["request"] * 10]).gather(n % 11),
            "provider": pl.Series(["openai", "anthropic", None]).gather(n % 7 % 3),
            "model": pl.Series(["a", "b", "unknown", "c", None]).gather(n % 5),
            "session_id": (n // 50).cast(pl.String),
            "input_tokens": n,
            "commits": n % 3,
        }
    )
    rollup = roll_up(records)
    few, many = (
        rollup.near(one, one.before.start_us)[0].collect().height for one in (window("7d", NOW), window("90d", NOW))
    )
    assert few < UNCODED_CELLS < many
    for period in PERIODS:
        wanted = summarize(records, period=period, now=NOW, tz=zone)
        for _ in range(UNCODED_TALLIES + 1):
            found = summarize(rollup, period=period, now=NOW, tz=zone)
            assert found.to_json() == wanted.to_json()
            assert found.extras == wanted.extras
