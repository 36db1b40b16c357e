"""The event record and the stats of SPEC §1 and §2, slow and obvious: the oracle that the engine is compared with.

Nothing here knows the engine. Every record is looked at by itself: its local day is ``.astimezone(zone).date()``, every
mean and rate is a `Fraction`, every sum a Python integer.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from math import floor, isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COUNTS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens", "commits", "lines_of_code")
NUMBERS = ("latency_ms", "active_time_seconds")
TEXTS = ("application", "provider", "model", "session_id", "event_id", "public_id")
OF_REQUESTS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens", "latency_ms", "success")
DAYS = {"7d": 7, "30d": 30, "90d": 90}
INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)

Record = dict[str, Any]


def document(
    records: Iterable[Mapping[str, Any]], *, period: str, now: datetime, zone: tzinfo = UTC, name: str = ""
) -> Record:
    """The documented JSON of records, given as mappings; those that break a rule are left out."""
    sound = [normal(record) for record in records if wrong_field(record) is None]
    counted = [record for record in merged(sound) if is_counted(record)]
    last = now.astimezone(zone).date()
    days = [last - timedelta(days=n) for n in reversed(range(DAYS[period]))]
    inside = [one for one in counted if one["instant"] <= now and days[0] <= local_day(one, zone) <= last]
    stats = stats_of(inside, days, zone)
    return {"name": name, "stats": stats, "generated_at": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def extras(
    records: Iterable[Mapping[str, Any]], *, period: str, now: datetime, zone: tzinfo = UTC, weeks: int | None = None
) -> Record:
    """What cards need besides: the totals of the period before, the week's hours, what is known of each model."""
    sound = [normal(record) for record in records if wrong_field(record) is None]
    last = now.astimezone(zone).date()
    length = DAYS[period]
    days = [last - timedelta(days=n) for n in reversed(range(2 * length))]
    events = merged(sound)
    counted = [one for one in events if is_counted(one) and one["instant"] <= now]
    reach = [one for one in counted if days[0] <= local_day(one, zone) <= last]
    requests = [one for one in reach if one["kind"] == "request" and local_day(one, zone) >= days[length]]
    hours = [[0] * 24 for _ in range(7)]
    for one in requests:
        local = one["instant"].astimezone(zone)
        hours[local.weekday()][local.hour] += 1
    tokens = Counter[str]()
    for one in requests:
        tokens[one["model"]] += total(one)
    old_enough = start_of(days[0], zone) + timedelta(days=1)
    reaches_back = any(one["instant"] < old_enough for one in events)
    return {
        "before": before(reach, days, zone) if reaches_back else None,
        "hours": hours,
        "models": {model: use([one for one in requests if one["model"] == model]) for model in ranked(tokens)},
        "succeeded": sum(1 for one in requests if one["success"] is True),
        "failed": sum(1 for one in requests if one["success"] is False),
        "days_before": days_before(events, counted, days[length], now, zone, weeks) if weeks else [],
    }


def days_before(
    events: list[Record], counted: list[Record], first: date, now: datetime, zone: tzinfo, weeks: int
) -> list[int]:
    """Tokens of every day from the Monday so many weeks back, or from the earliest record on, to the period's first."""
    last = now.astimezone(zone).date()
    monday = last - timedelta(days=last.weekday() + 7 * (weeks - 1))
    known = [day for day in (monday + timedelta(days=n) for n in range(7 * weeks)) if day < first]
    old_enough = start_of(monday, zone) + timedelta(days=1)
    if not any(one["instant"] < old_enough for one in events):
        earliest = min((local_day(one, zone) for one in events if one["instant"] <= now), default=first)
        known = [day for day in known if day >= earliest]
    requests = [one for one in counted if one["kind"] == "request"]
    return [sum(total(one) for one in requests if local_day(one, zone) == day) for day in known]


def before(reach: list[Record], days: list[date], zone: tzinfo) -> Record:
    """The totals of the first half of ``days``."""
    early = days[: len(days) // 2]
    records = [one for one in reach if local_day(one, zone) in early]
    stats = stats_of(records, early, zone)
    names = "total_events total_tokens sessions_count total_commits total_active_time_seconds total_lines_of_code"
    found = {name: stats[name] for name in names.split()}
    return found | {"tokens_by_day": [day["tokens"] for day in stats["time_series"]]}


def use(requests: list[Record]) -> Record:
    """What is known of one model."""
    known = [one["latency_ms"] for one in requests if one["latency_ms"] is not None]
    return {
        "input_tokens": sum(one["input_tokens"] for one in requests),
        "cache_read_tokens": sum(one["cache_read_tokens"] for one in requests),
        "avg_latency_ms": half_up(Fraction(sum(known), 1000 * len(known))) if known else None,
    }


def stats_of(counted: list[Record], days: list[date], zone: tzinfo) -> Record:
    """The documented stats of counted records that all lie in ``days``."""
    requests = [one for one in counted if one["kind"] == "request"]
    latencies = [one["latency_ms"] for one in requests if one["latency_ms"] is not None]
    outcomes = [one["success"] for one in requests if one["success"] is not None]
    tokens_by_model = Counter[str]()
    for one in requests:
        tokens_by_model[one["model"]] += total(one)
    models = ranked(tokens_by_model)
    started = starts(counted, zone)
    series = []
    for day in days:
        today = [one for one in requests if local_day(one, zone) == day]
        by_model = {model: sum(total(one) for one in today if one["model"] == model) for model in models}
        series.append(
            {
                "date": day.isoformat(),
                "tokens": sum(map(total, today)),
                "tokens_by_model": by_model,
                "coding_sessions": started[day],
            }
        )
    inputs = sum(one["input_tokens"] for one in requests)
    return {
        "total_events": len(requests),
        "total_tokens": sum(map(total, requests)),
        "input_tokens": inputs,
        "output_tokens": sum(one["output_tokens"] for one in requests),
        "avg_latency_ms": half_up(Fraction(sum(latencies), 1000 * len(latencies))) if latencies else 0,
        "success_rate": percent(sum(outcomes), len(outcomes)),
        "events_by_model": ranked(Counter(one["model"] for one in requests)),
        "tokens_by_model": models,
        "events_by_provider": ranked(Counter(one["provider"] for one in requests)),
        "events_by_application": ranked(
            Counter(one["application"] for one in requests if one["application"] is not None)
        ),
        "time_series": series,
        "sessions_count": sum(started.values()),
        "weekly_avg_sessions": half_up(Fraction(sum(started.values()) * 7, len(days))),
        "total_commits": sum(one["commits"] for one in counted),
        "total_active_time_seconds": half_up(Fraction(sum(one["active_time_seconds"] for one in counted), 1000)),
        "total_lines_of_code": sum(one["lines_of_code"] for one in counted),
        "cache_efficiency": percent(sum(one["cache_read_tokens"] for one in requests), inputs),
    }


def starts(counted: list[Record], zone: tzinfo) -> Counter[date]:
    """How many sessions have their first record on each day."""
    first: dict[str, datetime] = {}
    for one in counted:
        session = one["session_id"]
        if session is not None and (session not in first or one["instant"] < first[session]):
            first[session] = one["instant"]
    return Counter(instant.astimezone(zone).date() for instant in first.values())


def wrong_field(record: Mapping[str, Any]) -> str | None:
    """The first field, in the record's order, that breaks a rule of SPEC §1; None if all keep them."""
    if instant_of(record.get("timestamp")) is None:
        return "timestamp"
    if record.get("kind") not in (None, "request", "activity"):
        return "kind"
    for name in (*TEXTS[:4], *COUNTS[:4], "latency_ms", "success", *COUNTS[4:], "active_time_seconds", *TEXTS[4:]):
        value = record.get(name)
        if value is not None and not is_allowed(name, value):
            return name
    read, written, inputs = (
        int(record.get(name) or 0) for name in ("cache_read_tokens", "cache_creation_tokens", "input_tokens")
    )
    return "input_tokens" if record.get("kind") != "activity" and read + written > inputs else None


def is_allowed(name: str, value: object) -> bool:
    """Whether a value that is there has the type and range of its field."""
    if name in TEXTS:
        return isinstance(value, str)
    if name == "success":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    if not isinstance(value, int) and not isfinite(value):
        return False
    if name in COUNTS:
        return value == int(value) and 0 <= value <= 2**63 - 1
    return 0 <= value <= 2**53 // 1000


def instant_of(value: object) -> datetime | None:
    """The instant of a datetime, or of RFC 3339 text; None if there is none."""
    if isinstance(value, datetime):
        return (value if value.utcoffset() is not None else value.replace(tzinfo=UTC)).astimezone(UTC)
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    micros = int(((found[7] or "") + "000000")[:6])
    if second == 60:
        second, micros = 59, 999_999
    zone = (found[8] or "Z").upper()
    try:
        offset = datetime.strptime("+00:00" if zone == "Z" else zone, "%z").utcoffset() or timedelta()
        return datetime(year, month, day, hour, minute, second, micros, UTC) - offset
    except ValueError:
        return None


def normal(record: Mapping[str, Any]) -> Record:
    """A record that keeps the rules, with its defaults; µs and ms for latency and active time."""
    request = record.get("kind") != "activity"
    counts = {name: int(record.get(name) or 0) for name in COUNTS}
    found = {name: record.get(name) for name in (*TEXTS, "success")} | counts
    latency = record.get("latency_ms")
    found["latency_ms"] = None if latency is None else thousandths(latency)
    found["active_time_seconds"] = thousandths(record.get("active_time_seconds") or 0)
    found["kind"] = "request" if request else "activity"
    found["instant"] = instant_of(record.get("timestamp"))
    if not request:
        found |= dict.fromkeys(OF_REQUESTS)
    return found


def merged(records: list[Record]) -> list[Record]:
    """The records, those of one person with the same id as one."""
    groups: dict[tuple[str | None, str], list[Record]] = {}
    alone = [record for record in records if record["event_id"] is None]
    for record in records:
        if record["event_id"] is not None:
            groups.setdefault((record["public_id"], record["event_id"]), []).append(record)
    return alone + [one_of(copies) for copies in groups.values()]


def one_of(copies: list[Record]) -> Record:
    """Column by column: the greatest number and instant, true over false, the least text, request over activity."""
    found: Record = {}
    for name in copies[0]:
        known = [copy[name] for copy in copies if copy[name] is not None]
        if name == "kind":
            found[name] = max(known)  # 'request' > 'activity'
        elif name in TEXTS:
            found[name] = min(known, default=None)
        else:
            found[name] = max(known, default=None)
    return found


def is_counted(record: Record) -> bool:
    """Activities, and the requests whose model and provider are known."""
    return record["kind"] == "activity" or (is_known(record["model"]) and is_known(record["provider"]))


def is_known(name: str | None) -> bool:
    """Neither null nor blank nor ``unknown`` in any case."""
    return name is not None and name.strip().lower() not in ("", "unknown")


def local_day(record: Record, zone: tzinfo) -> date:
    """The day that the calendar on the wall shows."""
    day: date = record["instant"].astimezone(zone).date()
    return day


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first instant whose local date is ``day`` or later, by halving."""
    low = datetime.combine(day, time(), UTC) - timedelta(days=2)
    high = low + timedelta(days=4)
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if middle.astimezone(zone).date() >= day else (middle, high)
    return high


def total(record: Record) -> int:
    """Input and output tokens."""
    found: int = record["input_tokens"] + record["output_tokens"]
    return found


def ranked(counts: Mapping[str, int]) -> dict[str, int]:
    """Biggest first, ties by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def half_up(number: Fraction) -> int:
    """The nearest integer, halves up."""
    return floor(number + Fraction(1, 2))


def percent(part: int, whole: int) -> float:
    """100 x part / whole with one decimal, halves up; 0.0 of nothing."""
    return half_up(Fraction(1000 * part, whole)) / 10 if whole else 0.0


def thousandths(value: float | Decimal) -> int:
    """The nearest integer to a thousand times the value as a float, halves up."""
    return half_up(Fraction(float(value) * 1000))
