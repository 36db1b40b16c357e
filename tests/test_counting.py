from __future__ import annotations

import io
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from usagestats.columns import SCHEMA, conformed
from usagestats.counting import SCANNED_ROWS, STREAMING_HEIGHT, counted, of_pieces, sound
from usagestats.errors import InvalidEvent
from usagestats.events import Batch, Records, Rejects, Table
from usagestats.frames import CHUNK, batches, chunks
from usagestats.periods import Period, window
from usagestats.stats import Extras, Stats, computed
from usagestats.summary import summarize, summarize_many
from usagestats.tallies import InPeriod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERS = {"public_id": "alex"}
PERIODS = [window(name, NOW) for name in ("7d", "90d", "30d")]
AIMS = [InPeriod(one) for one in PERIODS]


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4", "input_tokens": 10} | fields


def numbers(events: object, periods: list[Period]) -> list[tuple[Stats, Extras]]:
    found = counted(events, [InPeriod(one) for one in periods], Rejects())
    return [computed(one.lazy(), when, reaches_back=True) for one, when in zip(found.tables, periods, strict=True)]


def spread(height: int, *, ids: int) -> Iterator[dict[str, Any]]:
    """Records over 120 days; every tenth without an id, the others with so many different ones."""
    for n in range(height):
        yield {
            "timestamp": NOW - timedelta(seconds=n % ids * 17),
            "provider": "openai",
            "model": f"model-{n % 3}",
            "session_id": f"session-{n // 20}",
            "input_tokens": n % ids,
            "event_id": f"event-{n % ids}" if n % 10 else None,
        }


@pytest.mark.parametrize(("is_once", "events"), [(False, 1), (True, 2)])
def test_records_are_merged_by_their_ids_unless_these_are_known_to_be_unique(is_once: bool, events: int) -> None:  # noqa: FBT001
    columns: dict[str, list[Any]] = {"timestamp": [round(NOW.timestamp()) * 1_000_000] * 2}
    columns |= {"provider": ["p"] * 2, "model": ["m"] * 2}
    table = Table("request", "codex", columns | {"event_id": ["same"] * 2}, is_once=is_once)
    ((stats, _),) = numbers(Records(lambda _: iter([table])), PERIODS[:1])
    assert stats.total_events == events


def test_several_periods_are_counted_in_one_reading_of_any_records() -> None:
    events = [request(timestamp=NOW - timedelta(days=n), session_id=str(n % 50), model=f"m{n % 3}") for n in range(200)]
    wanted = [numbers(events, [one])[0] for one in PERIODS]
    assert [stats.total_events for stats, _ in wanted] == [7, 90, 30]
    ways: list[object] = [iter(events), pl.DataFrame(events), pl.LazyFrame(events)]
    for given in ways:
        assert numbers(given, PERIODS) == wanted


def test_records_that_readers_have_checked_are_taken_as_they_are() -> None:
    frame = pl.DataFrame([request(), request()])

    def read(rejects: Rejects) -> Iterable[Batch | pl.DataFrame]:
        yield from batches([request(), request(input_tokens=-1), request()])
        yield sound(frame.lazy(), rejects, str).collect()

    rejects = Rejects()
    found = counted(Records(read), AIMS[:1], rejects)
    assert computed(found.tables[0].lazy(), PERIODS[0], reaches_back=False)[0].total_events == 4
    assert [one.place for one in rejects.first] == ["events[1]"]


def test_the_rows_of_a_file_that_break_a_rule_are_named_by_their_place_in_it() -> None:
    frame = pl.DataFrame([request(), request(input_tokens=-1), request(cache_read_tokens=11)])
    rejects = Rejects()
    found = sound(frame.lazy(), rejects, lambda row: f"events.parquet:{row + 1}").collect()
    assert found.schema == pl.Schema(SCHEMA)
    assert (found.height, [one.place for one in rejects.first]) == (1, ["events.parquet:2", "events.parquet:3"])
    assert sound(frame[:1].lazy(), rejects, str).collect().height == 1
    with pytest.raises(InvalidEvent, match=r"^1: input_tokens must be an integer"):
        sound(frame.lazy(), Rejects(strict=True), str)


def test_columns_of_python_objects_are_read_row_by_row() -> None:
    values = pl.Series("input_tokens", [5, 3.5, None, 2.0], dtype=pl.Object)
    frame = pl.DataFrame([request()] * 4).with_columns(values)
    for given in (frame, frame.lazy()):
        found = summarize(given, now=NOW)
        assert (found.stats.input_tokens, found.stats.total_events) == (7, 3)
        assert [str(one) for one in found.rejects.first] == [
            "events[1]: input_tokens must be an integer from 0 to 9223372036854775807, not 3.5"
        ]


def test_no_pieces_count_as_nothing() -> None:
    found = of_pieces(iter([]), AIMS)
    assert found.earliest_us is None
    assert [one.cells.height for one in found.tables] == [0, 0, 0]


def test_a_piece_without_rows_changes_nothing() -> None:
    whole = conformed(pl.LazyFrame([request()]), pl.DataFrame([request()]).schema).collect()
    found = of_pieces(iter([whole, whole.clear()]), AIMS)
    assert found.earliest_us == PERIODS[0].now_us
    assert [one.cells.height for one in found.tables] == [1, 1, 1]


def test_many_pieces_count_as_one() -> None:
    frame = pl.DataFrame(list(spread(300, ids=170)))
    whole = conformed(frame.lazy(), frame.schema).collect()
    one = of_pieces(iter([whole]), AIMS)
    many = of_pieces(whole.iter_slices(7), AIMS)
    assert one.earliest_us == many.earliest_us
    for period, mine, theirs in zip(PERIODS, one.tables, many.tables, strict=True):
        assert computed(mine.lazy(), period, reaches_back=True) == computed(theirs.lazy(), period, reaches_back=True)


def test_a_long_iterable_counts_as_the_frame_of_its_records() -> None:
    events = list(spread(2 * CHUNK + 5, ids=150_000))
    frame = pl.DataFrame(events)
    wanted = summarize(frame, now=NOW, period="90d")
    assert wanted.to_dict() == summarize(iter(events), now=NOW, period="90d").to_dict()
    assert wanted.to_dict() == summarize(frame.lazy(), now=NOW, period="90d").to_dict()


def test_a_million_records_from_a_generator_are_counted() -> None:
    once = summarize(spread(1_000_000, ids=600_000), now=NOW, period="90d").stats
    distinct, alone = [n for n in range(600_000) if n % 10], list(range(0, 1_000_000, 10))
    inside = (NOW - datetime(2026, 8, 25, tzinfo=UTC)) // timedelta(seconds=17)
    counted_ids = [n for n in distinct if n <= inside] + [n % 600_000 for n in alone if n % 600_000 <= inside]
    assert once.total_events == len(counted_ids)
    assert once.input_tokens == sum(counted_ids)


@pytest.mark.parametrize("height", [STREAMING_HEIGHT - 1, STREAMING_HEIGHT])
def test_both_engines_count_the_same(height: int) -> None:
    frame = pl.DataFrame([request(), request(model="unknown")]).select(pl.all().repeat_by(height // 2).explode())
    grown = pl.concat([frame, frame[: height - frame.height]])
    stats = summarize(grown, now=NOW).stats
    assert stats.total_events == sum(grown["model"] == "gpt-4")


def test_a_scan_is_read_and_judged_in_reach_of_the_window_only() -> None:
    far = NOW - timedelta(days=14)
    events = [request(timestamp=far, input_tokens=-1), request(), request(input_tokens=-1), request(kind="activity")]
    file = io.BytesIO()
    pl.DataFrame(events).write_parquet(file, row_group_size=1)
    file.seek(0)
    found = summarize(pl.scan_parquet(file), now=NOW)
    assert (found.stats.total_events, found.rejects.count) == (1, 1)
    assert found.rejects.first[0].place == "events[2]"


def test_a_scan_of_several_parts_counts_as_the_frame_and_names_the_same_row() -> None:
    height = SCANNED_ROWS + 2
    frame = pl.DataFrame([request()]).select(pl.all().repeat_by(height).explode())
    bad = pl.int_range(height) == height - 1
    flawed = frame.with_columns(pl.when(bad).then(-1).otherwise("input_tokens").alias("input_tokens"))
    for given in (frame, flawed):
        whole, parts = (summarize(one, now=NOW) for one in (given, given.lazy()))
        assert parts == whole
    assert [one.place for one in parts.rejects.first] == [f"events[{height - 1}]"]


def test_a_scan_reads_no_column_that_no_record_has() -> None:
    def read(_: pl.Series) -> pl.Series:
        raise AssertionError

    events = pl.LazyFrame([request()]).with_columns(prompt=pl.col("model").map_batches(read, return_dtype=pl.String))
    assert summarize(events, now=NOW).stats.total_events == 1


def test_a_scan_without_any_known_column_is_refused_row_by_row() -> None:
    found = summarize(pl.LazyFrame({"model_name": ["a", "b"]}), now=NOW)
    assert [one.place for one in found.rejects.first] == ["events[0]", "events[1]"]


def test_a_scan_of_which_nothing_is_left_counts_nothing() -> None:
    for events in ([], [request(input_tokens=-1)]):
        found = summarize(pl.LazyFrame(events, schema=pl.DataFrame([request()]).schema), now=NOW)
        assert (found.stats.total_events, found.rejects.count) == (0, len(events))


def test_a_flawed_copy_in_a_scan_is_left_out() -> None:
    events = [request(event_id="a"), request(event_id="a", input_tokens=-1), request(event_id="a")]
    found = summarize(pl.LazyFrame(events), now=NOW)
    assert (found.stats.total_events, [one.place for one in found.rejects.first]) == (1, ["events[1]"])


def test_the_period_before_is_known_only_where_sound_records_reach_back_to_its_start() -> None:
    start = datetime(2026, 11, 9, tzinfo=UTC)
    late, early = start + timedelta(days=1), start + timedelta(hours=23, minutes=59)
    for when, known in ((early, True), (late, False), (start - timedelta(days=99), True)):
        events = [request(timestamp=when), request()]
        for given in (events, pl.DataFrame(events), pl.LazyFrame(events)):
            assert (summarize(given, now=NOW).extras.before is not None) == known


def test_a_scan_reaches_back_by_records_that_are_not_read_whatever_the_order() -> None:
    start = datetime(2026, 11, 9, tzinfo=UTC)
    events = [request(timestamp=start, input_tokens=-1), request(timestamp=start - timedelta(days=1)), request()]
    for given in itertools.permutations(events):
        found = summarize(pl.LazyFrame(given), now=NOW)
        assert (found.extras.before is not None, found.rejects.count) == (True, 1)


@pytest.mark.parametrize(("day", "known"), [(7, 1), (8, 2), (30, 7)])
def test_weeks_of_a_scan_begin_with_its_earliest_record(day: int, known: int) -> None:
    events = [request(timestamp=NOW - timedelta(days=day)), request()]
    for given in (events, pl.DataFrame(events), pl.LazyFrame(events)):
        assert len(summarize(given, now=NOW, weeks=2).extras.days_before) == known


def test_a_refused_record_does_not_reach_back() -> None:
    events = [request(timestamp=NOW - timedelta(days=13), input_tokens=-1), request()]
    for given in (events, pl.DataFrame(events), pl.LazyFrame(events)):
        assert summarize(given, now=NOW).extras.before is None


def test_records_after_now_do_not_reach_back_and_count_nothing() -> None:
    stats = summarize([request(timestamp=NOW + timedelta(microseconds=1))], now=NOW).stats
    assert (stats.total_events, stats.sessions_count) == (0, 0)


def test_a_clock_set_back_past_midnight_does_not_count_the_day_after() -> None:
    events = [request(timestamp="2006-10-29T02:30:30Z"), request(timestamp="2006-10-29T02:35:00Z")]
    now = datetime(2006, 10, 29, 2, 40, tzinfo=UTC)  # 23:10 on the 28th; 02:30:30Z was 00:00:30 on the 29th
    for given in (events, pl.DataFrame(events), pl.LazyFrame(events)):
        found = summarize(given, now=now, tz="America/St_Johns")
        assert (found.period.last.day, found.stats.total_events) == (28, 1)


@pytest.mark.parametrize("way", [list, pl.DataFrame, pl.LazyFrame])
def test_how_far_back_data_reach_is_told_by_events_not_by_their_copies(way: Callable[[list[Any]], object]) -> None:
    old, new = request(timestamp=NOW - timedelta(days=13), event_id="a"), request(event_id="a")
    assert summarize(way([old]), now=NOW).extras.before is not None
    assert summarize(way([old, new]), now=NOW).extras.before is None
    assert [one.extras.before for _, one in summarize_many(way([old | HERS, new | HERS]), now=NOW)] == [None]


def test_events_that_come_in_pieces_tell_how_far_back_they_reach_when_all_have_come() -> None:
    old, new = request(timestamp=NOW - timedelta(days=13), event_id="a"), request(event_id="a")
    for other, reaches in (({"event_id": "a"}, NOW), ({"event_id": "b"}, old["timestamp"])):
        frames = [pl.concat(chunks(batches([one]), Rejects())) for one in (old, new | other)]
        found = of_pieces(iter(frames), AIMS)
        assert found.earliest_us == reaches.timestamp() * 1_000_000
