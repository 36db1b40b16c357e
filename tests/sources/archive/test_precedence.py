"""One source a session: telemetry gives the requests, a transcript adds what telemetry lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tests.sources.logs import Told, claude, committed, event_file, response, summary, transcript
from usagestats.columns import SCHEMA
from usagestats.sources.archive.precedence import one_source

if TYPE_CHECKING:
    from pathlib import Path

KNOWN: dict[str, Any] = {"provider": "anthropic", "model": "claude-opus-4-5", "session_id": "s"}
REQUEST: dict[str, Any] = KNOWN | {"minutes": 0, "input_tokens": 7, "event_id": "claude-code:req_a"}


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of a frame with origins, one request of a session unless said otherwise."""
    told = ({"kind": "request", "application": "claude-code", "session_id": "s"} | row for row in rows)
    return pl.DataFrame(list(told), schema=SCHEMA | {"origin": pl.String()}, infer_schema_length=None)


def kept(*rows: dict[str, Any]) -> list[str]:
    """The ids of what counts."""
    found = one_source(frame(*({"event_id": str(number)} | row for number, row in enumerate(rows))))
    assert found.columns == [*SCHEMA, "origin"]
    return sorted(found["event_id"])


def test_telemetry_gives_the_requests_and_the_transcript_its_commits_and_active_time(tmp_path: Path) -> None:
    transcript(tmp_path / "p" / "s.jsonl", response("a", 0, "s"), *committed("b", 10, "s"))
    found = summary(claude(tmp_path / "p"), Told((REQUEST,)).found(tmp_path / "otel"))
    assert (found.stats.total_events, found.stats.input_tokens) == (1, 7)
    assert (found.stats.total_commits, found.stats.total_active_time_seconds) == (1, 600)
    assert found.stats.sessions_count == 1


@pytest.mark.parametrize(("measure", "expected"), [("commits", (5, 600)), ("active_time_seconds", (1, 5))])
def test_a_measure_that_telemetry_reports_is_not_taken_from_the_transcript(
    measure: str, expected: tuple[int, int], tmp_path: Path
) -> None:
    transcript(tmp_path / "p" / "s.jsonl", response("a", 0, "s"), *committed("b", 10, "s"))
    reported = KNOWN | {"kind": "activity", "minutes": 3, measure: 5, "event_id": "claude-code:metric"}
    both = summary(claude(tmp_path / "p"), Told((REQUEST, reported)).found(tmp_path / "otel")).stats
    assert (both.total_commits, both.total_active_time_seconds) == expected
    assert both.total_events == 1
    metrics_alone = summary(claude(tmp_path / "p"), Told((reported,)).found(tmp_path / "otel")).stats
    assert (metrics_alone.total_commits, metrics_alone.total_active_time_seconds) == expected
    assert metrics_alone.total_events == 2


def test_sessions_that_telemetry_does_not_tell_are_the_transcripts() -> None:
    telemetry = {"origin": "telemetry"}
    assert kept(telemetry, {"origin": "transcript"}) == ["0"]
    assert kept(telemetry, {"origin": "transcript", "session_id": "t"}) == ["0", "1"]
    assert kept(telemetry, {"origin": "transcript", "application": "codex"}) == ["0", "1"]
    assert kept(telemetry, {"origin": "transcript", "session_id": None}) == ["0", "1"]
    assert kept(telemetry | {"session_id": None}, {"origin": "transcript", "session_id": None}) == ["0", "1"]
    assert kept(telemetry | {"kind": "activity", "commits": 1}, {"origin": "transcript"}) == ["0", "1"]


def test_event_files_take_no_part() -> None:
    assert kept({"origin": "telemetry"}, {"origin": "events"}) == ["0", "1"]
    assert kept({"origin": "events"}, {"origin": "transcript"}) == ["0", "1"]


def test_a_request_that_brought_lines_stays_as_an_activity() -> None:
    found = one_source(
        frame(
            {"origin": "telemetry", "event_id": "0", "input_tokens": 1},
            {"origin": "transcript", "event_id": "1", "input_tokens": 1, "lines_of_code": 4, "commits": None},
        )
    )
    assert found.select("event_id", "kind", "lines_of_code").sort("event_id").rows() == [
        ("0", "request", None),
        ("1", "activity", 4),
    ]


def test_without_telemetry_the_rows_are_the_very_same() -> None:
    given = frame({"origin": "transcript"}, {"origin": "events"})
    assert one_source(given) is given


def test_event_files_count_beside_telemetry_as_they_do_alone(tmp_path: Path) -> None:
    events = event_file(tmp_path / "e.jsonl", *[{"timestamp": "2026-11-18T12:00:00Z", **KNOWN, "input_tokens": 1}] * 2)
    assert summary(events, Told((REQUEST,)).found(tmp_path / "otel")).stats.total_events == 3
