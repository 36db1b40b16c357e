from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from tests.reference import start_of
from usagestats.errors import InvalidPeriod, InvalidTime
from usagestats.periods import EPOCH, calendar_weeks, window, zone

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def start(period: str, now: datetime, tz: str | tzinfo) -> datetime:
    return EPOCH + timedelta(microseconds=window(period, now, tz).start_us)


@pytest.mark.parametrize(
    ("name", "days", "first"), [("7d", 7, "2026-11-16"), ("30d", 30, "2026-10-24"), ("90d", 90, "2026-08-25")]
)
def test_a_window_ends_with_the_day_of_now_and_has_that_many_days(name: str, days: int, first: str) -> None:
    found = window(name, NOON)
    assert (found.name, found.days, len(found.dates)) == (name, days, days)
    assert (str(found.first), str(found.last)) == (first, "2026-11-22")
    assert (found.dates[0], found.dates[-1]) == (found.first, found.last)


def test_the_period_before_has_as_many_days_and_touches_this_one() -> None:
    found = window("7d", NOON)
    assert (str(found.before.first), str(found.before.last)) == ("2026-11-09", "2026-11-15")
    assert found.before.now == found.now


@pytest.mark.parametrize(
    ("tz", "last"),
    [("UTC", 22), ("Asia/Kathmandu", 23), ("Pacific/Chatham", 23), ("America/New_York", 22), ("America/Sao_Paulo", 22)],
)
def test_the_last_day_is_that_of_now_in_the_zone(tz: str, last: int) -> None:
    assert window("7d", datetime(2026, 11, 22, 19, tzinfo=UTC), tz).last == date(2026, 11, last)


def test_a_microsecond_before_midnight_is_still_the_old_day() -> None:
    midnight = datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Kathmandu"))
    assert window("7d", midnight, "Asia/Kathmandu").last == date(2026, 11, 22)
    assert window("7d", midnight - timedelta(microseconds=1), "Asia/Kathmandu").last == date(2026, 11, 21)


def test_a_now_without_offset_is_in_utc() -> None:
    assert window("7d", NOON.replace(tzinfo=None)) == window("7d", NOON)


def test_a_now_of_another_zone_is_the_same_instant() -> None:
    there = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    assert window("7d", there) == window("7d", NOON)
    assert window("7d", there).now.tzinfo is UTC


@pytest.mark.parametrize(
    ("tz", "day"),
    [
        ("UTC", date(2026, 11, 22)),
        ("Asia/Kathmandu", date(2026, 11, 22)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("America/Sao_Paulo", date(2018, 11, 4)),  # begins at 01:00
        ("America/Sao_Paulo", date(2018, 2, 18)),  # the hour before comes twice
        ("Pacific/Chatham", date(2026, 9, 27)),
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/St_Johns", date(2006, 10, 29)),  # midnight comes twice
        ("Pacific/Apia", date(2011, 12, 31)),  # the day before never was
    ],
)
@pytest.mark.parametrize("later", range(8))
def test_the_first_day_starts_with_its_first_instant(tz: str, day: date, later: int) -> None:
    last = day + timedelta(days=6 - later)
    noon = datetime(last.year, last.month, last.day, 12, tzinfo=ZoneInfo(tz))
    found = start("7d", noon, tz)
    wanted = start_of(window("7d", noon, tz).first, ZoneInfo(tz))
    assert found.astimezone(ZoneInfo(tz)).date() == wanted.astimezone(ZoneInfo(tz)).date()
    assert found <= wanted


@pytest.mark.parametrize(
    ("tz", "day", "hours"),
    [
        ("Europe/Berlin", (2026, 3, 29), 23),
        ("Europe/Berlin", (2026, 10, 25), 25),
        ("Australia/Lord_Howe", (2026, 4, 5), 24.5),
    ],
)
def test_a_day_of_a_change_is_as_long_as_it_is(tz: str, day: tuple[int, int, int], hours: float) -> None:
    noon = datetime(*day, 12, tzinfo=ZoneInfo(tz)) + timedelta(days=6)
    found, after = start("7d", noon, tz), start("7d", noon + timedelta(days=1), tz)
    assert after - found == timedelta(hours=hours)


def test_the_offsets_are_those_of_the_zone_a_microsecond_to_either_side_of_each_change() -> None:
    place = ZoneInfo("America/Sao_Paulo")
    found = window("90d", datetime(2018, 11, 20, tzinfo=UTC), place).offsets
    assert [offset // 3_600_000_000 for _, offset in found] == [-3, -2]
    change = EPOCH + timedelta(microseconds=found[1][0])
    assert change == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert change.astimezone(place).hour == 1
    assert (change - timedelta(microseconds=1)).astimezone(place).hour == 23


@pytest.mark.parametrize(
    "place",
    [timezone(timedelta(hours=5, minutes=30)), ZoneInfo("Asia/Kolkata"), "Asia/Kolkata"],
)
def test_a_zone_may_be_a_name_or_any_tzinfo(place: str | tzinfo) -> None:
    assert window("7d", datetime(2026, 11, 22, 18, 30, tzinfo=UTC), place).last == date(2026, 11, 23)


def test_utc_is_utc() -> None:
    assert zone("UTC") is UTC


@pytest.mark.parametrize("name", ["", "7", "1y", "7D", "7d ", "90", None, 7])
def test_another_period_is_refused_with_the_three_that_are(name: str) -> None:
    with pytest.raises(InvalidPeriod, match=r"^period must be one of 7d, 30d, 90d, not "):
        window(name, NOON)


def test_a_period_that_is_no_text_at_all_is_refused_too() -> None:
    with pytest.raises(InvalidPeriod):
        window(["7d"], NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tz", ["", "Mars/Olympus", "local", "Europe", "../../etc/passwd", "/etc/passwd", "\0", "\ud800", 5, None]
)
def test_an_unknown_zone_is_refused(tz: str) -> None:
    with pytest.raises(
        InvalidTime, match=r"tz must be a name of the IANA time zone database, such as Europe/Berlin, not "
    ):
        window("7d", NOON, tz)


@pytest.mark.parametrize("year", [1, 1899, 9990, 9999])
def test_a_now_that_cannot_be_counted_around_is_refused(year: int) -> None:
    with pytest.raises(InvalidTime, match=f"now must lie in the years 1900 to 9989, not {year}"):
        window("7d", NOON.replace(year=year))


@pytest.mark.parametrize("now", ["2026-11-22", NOON.date(), NOON.timestamp(), None])
def test_a_now_that_is_no_datetime_is_refused(now: datetime) -> None:
    with pytest.raises(InvalidTime, match=f"now must be a datetime, not {type(now).__name__}"):
        window("7d", now)


@pytest.mark.parametrize(
    "now", [datetime(1900, 1, 1, tzinfo=UTC), datetime(9989, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
)
@pytest.mark.parametrize("tz", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_a_now_at_the_border_of_the_years_can_be_counted_around(now: datetime, tz: str) -> None:
    found = window("90d", now, tz)
    assert found.before.start_us < found.start_us <= found.now_us


@pytest.mark.parametrize(
    ("day", "first"), [(16, "2026-11-09"), (18, "2026-11-09"), (22, "2026-11-09"), (23, "2026-11-16")]
)
def test_calendar_weeks_begin_on_mondays_and_end_with_the_period(day: int, first: str) -> None:
    week = window("7d", datetime(2026, 11, day, 12, tzinfo=UTC))
    weeks = calendar_weeks(week, 2)
    assert (str(weeks.first), weeks.last, weeks.dates[0].weekday()) == (first, week.last, 0)
    assert len(weeks.dates) == weeks.days


@pytest.mark.parametrize("count", [0, 54, -1])
def test_other_numbers_of_weeks_are_refused(count: int) -> None:
    with pytest.raises(InvalidPeriod, match="weeks must be a whole number from 1 to 53, not"):
        calendar_weeks(window("7d", datetime(2026, 11, 22, 12, tzinfo=UTC)), count)


def test_days_are_known_from_the_earliest_record_on() -> None:
    week = window("7d", datetime(2026, 11, 22, 12, tzinfo=UTC), "Asia/Kathmandu")
    hour = 3_600_000_000
    assert [week.days_known(earliest) for earliest in (None, week.now_us + 1, week.now_us, 0)] == [0, 0, 1, 7]
    assert [week.days_known(week.start_us + hours * hour) for hours in (-1, 0, 23, 24, 47, 48)] == [7, 7, 7, 6, 6, 5]
