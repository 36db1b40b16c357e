"""Random event records around the borders that matter, and every way to hand records over."""

from __future__ import annotations

import io
from collections import UserDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.reference import start_of
from usagestats.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]

LAW = settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
"""How a law is tried: always with the same examples."""
FEW = settings(LAW, max_examples=15)

MICROSECOND = timedelta(microseconds=1)
DAYS_IN_ZONES = (
    ("UTC", date(2026, 11, 22)),
    ("UTC", date(2024, 2, 29)),
    ("Asia/Kathmandu", date(2026, 1, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back at 02:00
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour forward
    ("America/Sao_Paulo", date(2018, 11, 4)),  # forward at midnight: the day begins at 01:00
    ("America/Sao_Paulo", date(2018, 2, 18)),  # back at midnight: the day before has its last hour twice
    ("Pacific/Chatham", date(2026, 4, 5)),  # +13:45 to +12:45
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/St_Johns", date(2006, 10, 29)),  # back at 00:01: midnight comes twice
    ("Pacific/Apia", date(2012, 1, 2)),  # 30 December 2011 never was
)


@dataclass(frozen=True)
class Case:
    """Records and the window they are summarized in."""

    records: list[Record]
    period: str
    now: datetime
    tz: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self.tz)


@st.composite
def cases(draw: st.DrawFn, *, most: int = 24, periods: tuple[str, ...] = ("7d", "30d", "90d")) -> Case:
    """A window near a day with a story, and records near its borders."""
    tz, day = draw(st.sampled_from(DAYS_IN_ZONES))
    zone = ZoneInfo(tz)
    period = draw(st.sampled_from(periods))
    today = day + timedelta(days=draw(st.sampled_from([0, 1, 3, 6])))
    now = start_of(today, zone) + draw(_near(24))
    length = int(period[:-1])
    borders = [start_of(today - timedelta(days=n), zone) for n in (-1, 0, 1, 2, length - 1, length, 2 * length - 1)]
    borders += [now, start_of(day, zone), start_of(day + timedelta(days=1), zone)]
    instants = st.builds(lambda border, offset: border + offset, st.sampled_from(borders), _near(5))
    far = st.builds(lambda hours: now - timedelta(hours=hours), st.integers(-3, 48 * length))
    size = draw(st.integers(0, most))
    records = draw(st.lists(_records(instants | far, zone), min_size=size, max_size=size))
    return Case(records, period, now, tz)


def _near(hours: int) -> st.SearchStrategy[timedelta]:
    """Nothing, a microsecond to either side, or some minutes later."""
    later = st.integers(0, 12 * hours).map(lambda n: timedelta(minutes=5 * n))
    return st.sampled_from([timedelta(), -MICROSECOND, MICROSECOND]) | later


def _records(instants: st.SearchStrategy[datetime], zone: ZoneInfo) -> st.SearchStrategy[Record]:
    return st.builds(
        _record,
        instants,
        st.sampled_from([UTC, zone, None]),
        st.fixed_dictionaries(
            {
                "input_tokens": _rarely_null(st.integers(60, 300)),
                "output_tokens": _rarely_null(st.integers(0, 90)),
            },
            optional={
                "kind": st.sampled_from(["request", "activity", None]),
                "application": st.sampled_from(["claude-code", "codex", None, ""]),
                "session_id": st.sampled_from(["s1", "s2", "s3", "s4", None, ""]),
                "cache_read_tokens": st.sampled_from([0, 7, 40, None]),
                "cache_creation_tokens": st.sampled_from([0, 3, 20, None]),
                "latency_ms": st.sampled_from([None, 0, 12, 0.0625, 1408.5, 999.9995]),
                "success": st.sampled_from([True, False, None]),
                "commits": st.sampled_from([0, 1, 4, None]),
                "lines_of_code": st.sampled_from([0, 847, None]),
                "active_time_seconds": st.sampled_from([0, 0.5, 14.4995, 61, None]),
                "event_id": st.sampled_from([None, None, "e1", "e2", "e3", "é", ""]),
                "public_id": st.sampled_from([None, "p1", "p2"]),
            },
        ),
        st.sampled_from(["m1", "m1", "m2", "m2", "Z", "é", "unknown", "Unknown ", "", " ", "unknowns", None]),
        st.sampled_from(["anthropic", "openai", "openai", "UNKNOWN", "", None, "p", "p"]),
    )


def _rarely_null(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.one_of(numbers, numbers, numbers, st.none())


def _record(instant: datetime, zone: tzinfo | None, record: Record, model: str | None, provider: str | None) -> Record:
    when = instant.astimezone(zone) if zone else instant.astimezone(UTC).replace(tzinfo=None)
    if not record["input_tokens"]:
        record |= {"cache_read_tokens": None, "cache_creation_tokens": 0}
    return {"timestamp": when, "model": model, "provider": provider} | record


COLUMNS: dict[str, Any] = {
    "timestamp": pl.Datetime("us", "UTC"),
    "kind": pl.String,
    "application": pl.String,
    "provider": pl.String,
    "model": pl.String,
    "session_id": pl.String,
    "input_tokens": pl.Int64,
    "output_tokens": pl.Int64,
    "cache_read_tokens": pl.Int64,
    "cache_creation_tokens": pl.Int64,
    "latency_ms": pl.Float64,
    "success": pl.Boolean,
    "commits": pl.Int64,
    "lines_of_code": pl.Int64,
    "active_time_seconds": pl.Float64,
    "event_id": pl.String,
    "public_id": pl.String,
}
CODED = COLUMNS | dict.fromkeys(["kind", "application", "provider", "model", "session_id", "event_id"], pl.Categorical)


def utc(when: datetime) -> datetime:
    """The same instant in UTC; without offset it is there already."""
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def frame(records: list[Record], columns: dict[str, Any] = COLUMNS) -> pl.DataFrame:
    """Records as a frame, instants in UTC."""
    rows = [dict.fromkeys(columns) | one | {"timestamp": utc(one["timestamp"])} for one in records]
    return pl.DataFrame(rows, schema=columns)


def _as_text(record: Record) -> Record:
    return record | {"timestamp": record["timestamp"].isoformat()}


def _parquet(records: list[Record]) -> pl.LazyFrame:
    file = io.BytesIO()
    frame(records).write_parquet(file, row_group_size=5)
    file.seek(0)
    return pl.scan_parquet(file)


def _duckdb_relation(records: list[Record]) -> object:
    connection = duckdb.connect()
    connection.execute("set timezone = 'Asia/Kathmandu'")
    return connection.from_arrow(frame(records).to_arrow())


def _nanoseconds(records: list[Record]) -> pl.DataFrame:
    return frame(records).with_columns(pl.col("timestamp").dt.cast_time_unit("ns"))


WAYS: dict[str, Callable[[list[Record]], object]] = {
    "dicts": lambda records: records,
    "a generator": iter,
    "other mappings": lambda records: [UserDict(one) for one in records],
    "events": lambda records: [
        Event(**{key: part for key, part in one.items() if part is not None}) for one in records
    ],
    "objects": lambda records: [SimpleNamespace(**one) for one in records],
    "dicts and objects": lambda records: [SimpleNamespace(**one) if n % 2 else one for n, one in enumerate(records)],
    "text instants": lambda records: [_as_text(one) for one in records],
    "text and datetimes": lambda records: [_as_text(one) if n % 2 else one for n, one in enumerate(records)],
    "a polars frame": frame,
    "a lazy frame": lambda records: frame(records).lazy(),
    "a frame in another zone": lambda records: frame(records).with_columns(
        pl.col("timestamp").dt.convert_time_zone("Asia/Kathmandu")
    ),
    "a frame of nanoseconds": _nanoseconds,
    "a frame of text instants": lambda records: frame(records).with_columns(
        pl.col("timestamp").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    ),
    "a frame of categories": lambda records: frame(records, CODED),
    "a scan of Parquet": _parquet,
    "a pyarrow table": lambda records: frame(records).to_arrow(),
    "a pyarrow reader": lambda records: frame(records).to_arrow().to_reader(3),
    "a pandas frame": lambda records: frame(records).to_pandas(),
    "a DuckDB relation": _duckdb_relation,
}
