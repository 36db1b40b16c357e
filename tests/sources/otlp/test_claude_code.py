from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sources.telemetry import claude_code, log, read, requests, sent, told

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = {"input_tokens": 4, "output_tokens": 181, "cache_read_tokens": 100, "cache_creation_tokens": 20}
NAMES = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def test_the_input_is_the_whole_prompt_with_what_came_from_the_cache(tmp_path: Path) -> None:
    found, refused = read(
        tmp_path, claude_code(log("api_request", 5, session__id="s1", model="claude-x", duration_ms=900, **TOKENS))
    )
    assert told(requests(found), "application", "provider", "model", "session_id", *NAMES, "latency_ms", "success") == [
        ("claude-code", "anthropic", "claude-x", "s1", 124, 181, 100, 20, 900, True)
    ]
    assert refused == []


def test_numbers_may_be_texts_as_older_versions_write_them(tmp_path: Path) -> None:
    texts = {name: str(value) for name, value in TOKENS.items()}
    record = log("api_request", 5, session__id="s1", model="claude-x", duration_ms="900", **texts)
    found, _ = read(tmp_path, claude_code(record))
    assert told(requests(found), *NAMES, "latency_ms") == [(124, 181, 100, 20, 900)]


def test_a_failed_request_counts_once_and_takes_the_nearest_model_if_it_has_none(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        claude_code(
            log("api_request", 5, session__id="s1", model="claude-a", request_id="r1"),
            log("api_error", 9, session__id="s1", error="Overloaded", status_code=529, duration_ms=35000, attempt=11),
            log("api_request", 60, session__id="s1", model="claude-b", request_id="r2"),
            log("api_error", 70, session__id="s1", model="claude-c"),
        ),
    )
    assert told(requests(found), "model", "success", "latency_ms") == [
        ("claude-a", True, None),
        ("claude-a", False, 35000),
        ("claude-b", True, None),
        ("claude-c", False, None),
    ]


def test_a_request_sent_again_counts_once_by_its_id_whatever_else_differs(tmp_path: Path) -> None:
    once = log("api_request", 5, session__id="s1", model="claude-a", request_id="r1", output_tokens=7)
    again = log("api_request", 6, session__id="s1", model="claude-a", request_id="r1", output_tokens=9)
    found, _ = read(tmp_path, claude_code(once), claude_code(again, once))
    assert told(requests(found), "event_id", "output_tokens") == [("claude-code:request:r1", 9)]


def test_without_a_request_id_the_number_of_the_event_tells_requests_apart(tmp_path: Path) -> None:
    same = {"session__id": "s1", "model": "claude-a", "output_tokens": 7}
    records = [
        log("api_request", 5, event__sequence=3, **same),
        log("api_request", 5, event__sequence=4, **same),
        log("api_request", 5, event__sequence="4", **same),
    ]
    found, _ = read(tmp_path, claude_code(*records), claude_code(*records))
    assert len(requests(found)) == 2


def test_a_resumed_session_counts_its_events_anew_and_loses_none(tmp_path: Path) -> None:
    first = log("api_request", 5, session__id="s1", model="claude-a", event__sequence=3)
    resumed = log("api_request", 900, session__id="s1", model="claude-a", event__sequence=3)
    found, _ = read(tmp_path, claude_code(first, resumed))
    assert len(requests(found)) == 2


def test_without_any_id_session_instant_model_and_tokens_tell_requests_apart(tmp_path: Path) -> None:
    records = [
        log("api_request", 5, session__id="s1", model="claude-a", output_tokens=7),
        log("api_request", 5, session__id="s1", model="claude-a", output_tokens=8),
        log("api_request", 5, session__id="s2", model="claude-a", output_tokens=7),
    ]
    found, _ = read(tmp_path, claude_code(*records), claude_code(*records))
    assert len(requests(found)) == 3


@pytest.mark.parametrize(
    "document",
    [
        sent("Logs", [log("api_request", 5, model="m")], "mine", "com.anthropic.claude_code.events"),
        sent("Logs", [log("claude_code.api_request", 5, model="m")], "mine"),
        sent("Logs", [log("api_request", 5, model="m") | {"body": {"stringValue": "claude_code.api_request"}}], "mine"),
        sent("Logs", [log("api_request", 5, model="m")], "claude-code-desktop"),
    ],
    ids=["scope", "event", "body", "service"],
)
def test_it_is_known_by_scope_or_event_and_then_by_its_service(tmp_path: Path, document: dict[str, object]) -> None:
    found, _ = read(tmp_path, document)
    assert told(found, "application", "provider", "model") == [("claude-code", "anthropic", "m")]


def test_events_of_the_same_name_from_other_programs_do_not_count(tmp_path: Path) -> None:
    found, refused = read(tmp_path, sent("Logs", [log("api_request", 5, model="m", input_tokens="many")], "my-agent"))
    assert (found, refused) == ([], [])


def test_prompts_and_tool_results_are_active_time_and_nothing_else(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        claude_code(
            log("user_prompt", 0, session__id="s1"),
            log("tool_result", 90, session__id="s1", success="true"),
            log("subagent_completed", 95, session__id="s1", total_tokens=900),
            log("api_refusal", 95, session__id="s1", model="claude-a"),
        ),
    )
    assert told(found, "kind", "active_time_seconds", "session_id", "event_id") == [
        ("activity", 90, "s1", "claude-code:active:s1:2026-11-16T10")
    ]


def test_without_the_time_of_the_event_that_of_the_record_counts(tmp_path: Path) -> None:
    one, other = log("api_request", 5, model="m"), log("api_request", 6, model="m")
    one["attributes"] = [each for each in one["attributes"] if each["key"] != "event.timestamp"]
    other["attributes"] = one["attributes"]
    other["observedTimeUnixNano"], other["timeUnixNano"] = float(other["timeUnixNano"]), "0"
    found, _ = read(tmp_path, claude_code(one, other))
    assert [f"{record['timestamp']:%H:%M:%S}" for record in requests(found)] == ["10:00:05", "10:00:06"]


def test_the_session_may_stand_in_the_resource(tmp_path: Path) -> None:
    document = sent("Logs", [log("api_request", 5, model="m")], "claude-code", session__id="s9")
    found, _ = read(tmp_path, document)
    assert told(requests(found), "session_id") == [("s9",)]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("input_tokens", "many", "input_tokens must be an integer from 0 to 9223372036854775807, not text"),
        ("output_tokens", -1, "output_tokens must be an integer from 0 to 9223372036854775807, not an integer out of"),
        ("output_tokens", "1e400", "output_tokens must be an integer from 0 to 9223372036854775807, not number"),
        ("input_tokens", 2**63 - 1, "tokens must be at most 9223372036854775807 in all, not more"),
        ("duration_ms", -1.5, "duration_ms must be a number from 0"),
        ("model", 7, "model must be text or null, not integer"),
        ("session.id", True, "session.id must be text or null, not boolean"),
        ("event.timestamp", "yesterday", "event.timestamp must be RFC 3339 text with date and time, not other text"),
        ("event.timestamp", 1, "event.timestamp must be RFC 3339 text with date and time, not integer"),
    ],
)
def test_what_is_wrong_is_refused_by_field_and_type(tmp_path: Path, field: str, value: object, why: str) -> None:
    wrong = log("api_request", 5, **{"session__id": "s1", "model": "m", **TOKENS, field.replace(".", "__"): value})
    right = log("api_request", 6, session__id="s1", model="m")
    found, (refused,) = read(tmp_path, claude_code(right), claude_code(wrong, right))
    assert refused.startswith(f"telemetry.jsonl:2: {why}")
    assert len(requests(found)) == 1


def test_a_record_that_nothing_dates_is_refused(tmp_path: Path) -> None:
    record = log("api_request", 5, model="m")
    record["attributes"] = [one for one in record["attributes"] if one["key"] != "event.timestamp"]
    bad: list[dict[str, object]] = [
        {"timeUnixNano": 0},
        {"timeUnixNano": "soon"},
        {"timeUnixNano": -1},
        {"timeUnixNano": 10**30},
        {"timeUnixNano": 1.5},
    ]
    _, refused = read(tmp_path, *(claude_code(record | one) for one in bad))
    assert [one.partition(": ")[2] for one in refused] == [
        f"timeUnixNano must be nanoseconds since 1970, not {came}"
        for came in ("null", "text", "an integer out of range", "an integer out of range", "number")
    ]
