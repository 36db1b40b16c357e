from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from tests.sources.telemetry import claude_code, lines, log, metric, metrics, point, read, read_files, summed, told

if TYPE_CHECKING:
    from pathlib import Path

COMMITS = "claude_code.commit.count"
LINES = "claude_code.lines_of_code.count"
ACTIVE = "claude_code.active_time.total"
HOUR = 3600.0
FIELDS = ("session_id", "commits", "lines_of_code", "active_time_seconds")


def test_an_hour_of_a_session_is_one_record_with_an_id_of_its_own(tmp_path: Path) -> None:
    found, refused = read(
        tmp_path,
        metrics(
            metric(COMMITS, point(90, 1), point(HOUR + 5, 2, begin=HOUR)),
            metric(LINES, point(90, 6, type="added"), point(90, 4, type="removed"), point(95, 3, type="added")),
            metric(ACTIVE, point(90, 11.4, type="cli"), point(90, 3.2, type="user"), point(300, 2.5, type="user")),
        ),
    )
    assert told(found, *FIELDS, "event_id") == [
        ("s1", 1, 9, pytest.approx(17.1), "claude-code:reported:s1:2026-11-16T10"),
        ("s1", 2, 0, 0, "claude-code:reported:s1:2026-11-16T11"),
    ]
    assert [f"{one['timestamp']:%H:%M:%S}" for one in found] == ["10:05:00", "11:00:05"]
    assert refused == []


def test_cumulative_counts_add_what_they_grew_by_in_any_order(tmp_path: Path) -> None:
    points = [point(60, 10), point(120, 25), point(180, 25), point(HOUR + 60, 29)]
    for some in permutations(points):
        found, _ = read(tmp_path, *(metrics(metric(COMMITS, one, temporality=2)) for one in some))
        assert told(found, "commits") == [(25,), (4,)]


def test_a_process_that_starts_anew_counts_from_nothing(tmp_path: Path) -> None:
    first, second = [point(60, 10), point(120, 25)], [point(1860, 4, begin=1800), point(1900, 6, begin=1800)]
    found, _ = read(tmp_path, metrics(metric(COMMITS, *first, *second, temporality=2)))
    assert summed(found, "commits") == 31


def test_two_processes_of_one_session_at_a_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    one, other = [point(60, 10), point(120, 12)], [point(90, 5, begin=30), point(150, 6, begin=30)]
    found, _ = read(tmp_path, metrics(metric(COMMITS, *one, *other, temporality=2)))
    assert summed(found, "commits") == 18


def test_a_count_that_fell_began_anew(tmp_path: Path) -> None:
    points = [point(60, 10), point(120, 3), point(180, 5)]
    found, _ = read(tmp_path, metrics(metric(COMMITS, *points, temporality="AGGREGATION_TEMPORALITY_CUMULATIVE")))
    assert summed(found, "commits") == 15


@pytest.mark.parametrize("temporality", [1, 2, "AGGREGATION_TEMPORALITY_DELTA"])
def test_metrics_sent_again_count_once_in_one_file_and_across(tmp_path: Path, temporality: object) -> None:
    document = metrics(metric(COMMITS, point(60, 3), point(120, 4, begin=60), temporality=temporality))
    paths = [tmp_path / "data.json", tmp_path / "data-2026-11-16T10-05-00.000.json"]
    for path in paths:
        path.write_bytes(lines(document, document))
    assert read_files(*paths) == read_files(paths[0])
    assert summed(read_files(*paths)[0], "commits") == 7


def test_a_grown_file_tells_the_same_hour_again_and_never_less(tmp_path: Path) -> None:
    documents = [metrics(metric(COMMITS, point(60 * n, 2 * n), temporality=2)) for n in range(1, 4)]
    readings = [read(tmp_path, *documents[:end])[0] for end in range(1, 4)]
    assert len({one["event_id"] for found in readings for one in found}) == 1
    assert [summed(found, "commits") for found in readings] == [2, 4, 6]
    assert [f"{one['timestamp']:%M}" for (one,) in readings] == ["01", "02", "03"]


def test_counters_with_other_attributes_are_others(tmp_path: Path) -> None:
    points = [point(60, 3, type="added", model="a"), point(60, 4, type="added", model="b")]
    assert summed(read(tmp_path, metrics(metric(LINES, *points, temporality=2)))[0], "lines_of_code") == 7


def test_where_active_time_is_reported_none_is_derived(tmp_path: Path) -> None:
    prompts = [log("user_prompt", second, session__id=name) for name in ("s1", "s2") for second in (0, 100)]
    reported = metrics(metric(ACTIVE, point(90, 12.5, type="cli")))
    found, _ = read(tmp_path, reported, claude_code(*prompts))
    assert sorted(told(found, "session_id", "active_time_seconds")) == [("s1", 12.5), ("s2", 100.0)]


def test_active_time_that_is_reported_of_nobody_may_be_anybodys(tmp_path: Path) -> None:
    prompts = [log("user_prompt", second, session__id="s1") for second in (0, 100)]
    nameless = point(90, 12.5) | {"attributes": []}
    found, _ = read(tmp_path, metrics(metric(ACTIVE, nameless)), claude_code(*prompts))
    assert told(found, "session_id", "active_time_seconds") == [(None, 12.5)]


def test_throw_away_sessions_tokens_and_cost_are_not_looked_at(tmp_path: Path) -> None:
    found, refused = read(
        tmp_path,
        metrics(
            metric("claude_code.session.count", point(1, 1, session__id="deadbeef")),
            metric("claude_code.token.usage", point(1, 900, type="input")),
            metric("claude_code.cost.usage", point(1, "dear")),
        ),
    )
    assert (found, refused) == ([], [])


def test_a_histogram_and_a_gauge_of_that_name_are_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, metrics({"name": COMMITS, "gauge": {}}, {"name": None}, {})) == ([], [])


def test_counts_may_be_texts_and_integers(tmp_path: Path) -> None:
    bare = {key: value for key, value in point(60, 0).items() if key != "asDouble"}
    points = [bare | {"asInt": "2"}, bare | {"asInt": 3, "timeUnixNano": point(70, 0)["timeUnixNano"]}]
    assert summed(read(tmp_path, metrics(metric(COMMITS, *points)))[0], "commits") == 5


def test_without_a_session_activity_still_counts(tmp_path: Path) -> None:
    nameless = point(60, 3) | {"attributes": []}
    found, _ = read(tmp_path, metrics(metric(COMMITS, nameless)))
    assert told(found, "session_id", "commits") == [(None, 3)]


@pytest.mark.parametrize(
    ("name", "wrong", "why"),
    [
        (COMMITS, {"asDouble": "many"}, "value must be an integer from 0 to 9223372036854775807, not text"),
        (COMMITS, {"asDouble": None}, "value must be an integer from 0 to 9223372036854775807, not null"),
        (COMMITS, {"asDouble": True}, "value must be an integer from 0 to 9223372036854775807, not boolean"),
        (COMMITS, {"asDouble": 1.5}, "value must be an integer from 0 to 9223372036854775807, not number"),
        (COMMITS, {"asDouble": -1}, "value must be an integer from 0 to 9223372036854775807, not a number out of"),
        (ACTIVE, {"asDouble": 1e300}, "value must be a number from 0 to 9007199254740, not a number out of range"),
        (COMMITS, {"timeUnixNano": 0}, "timeUnixNano must be nanoseconds since 1970, not null"),
        (COMMITS, {"startTimeUnixNano": []}, "startTimeUnixNano must be nanoseconds since 1970, not array"),
    ],
)
def test_a_point_that_is_wrong_is_refused_alone(tmp_path: Path, name: str, wrong: dict[str, object], why: str) -> None:
    found, (refused,) = read(tmp_path, metrics(metric(name, point(60, 3) | wrong, point(70, 4))))
    assert refused.startswith(f"telemetry.jsonl:1: {why}")
    assert summed(found, "commits") + summed(found, "active_time_seconds") == 4


@pytest.mark.parametrize("temporality", [0, None, 3, True, "cumulative"])
def test_a_sum_that_does_not_say_how_it_adds_up_is_refused(tmp_path: Path, temporality: object) -> None:
    found, (refused,) = read(tmp_path, metrics(metric(COMMITS, point(60, 3), temporality=temporality)))
    assert refused.startswith("telemetry.jsonl:1: aggregationTemporality must be 1 (delta) or 2 (cumulative), not ")
    assert found == []
