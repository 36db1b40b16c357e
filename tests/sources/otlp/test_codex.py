from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from tests.sources.telemetry import codex, log, read, requests, summed, told

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("success", "latency_ms", "input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def asked(second: float, took_ms: object = "500", **other: object) -> dict[str, Any]:
    known = {"conversation__id": "c1", "model": "gpt-5.5", "duration_ms": took_ms, "http__response__status_code": 200}
    return log("codex.api_request", second, **(known | other))


def streamed(second: float, **other: object) -> dict[str, Any]:
    return log("codex.sse_event", second, **({"conversation__id": "c1", "model": "gpt-5.5"} | other))


def completed(second: float, **other: object) -> dict[str, Any]:
    tokens = {"input_token_count": "9000", "output_token_count": "320", "tool_token_count": "9320"}
    return streamed(second, **(tokens | other))


def tool(second: float, command: str, output: str, **other: object) -> dict[str, Any]:
    known = {"conversation__id": "c1", "tool_name": "exec_command", "call_id": "call_1", "success": "true"}
    call = {"arguments": f'{{"cmd":"{command}"}}', "output": output}
    return log("codex.tool_result", second, **(known | call | other))


def test_a_request_ends_with_its_tokens_and_begins_before_the_headers_came(tmp_path: Path) -> None:
    found, refused = read(
        tmp_path,
        codex(
            asked(5, took_ms="812"),
            streamed(9, event__kind="response.completed", duration_ms="2"),
            completed(9.1, cached_token_count=8000, cache_write_token_count=40, reasoning_token_count=128),
        ),
    )
    assert told(requests(found), *FIELDS) == [(True, 4912, 9000, 320, 8000, 40)]
    assert told(requests(found), "application", "provider", "model", "session_id") == [
        ("codex", "openai", "gpt-5.5", "c1")
    ]
    assert refused == []


def test_failed_attempts_count_by_their_own_status_or_by_an_error_in_the_stream(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        codex(
            asked(20, took_ms="300", http__response__status_code=500, error__message="http 500", attempt=0),
            asked(21, took_ms="200", http__response__status_code="429"),
            asked(21.5, took_ms="100", http__response__status_code=200, error__message="cut"),
            asked(22, attempt=3),
            completed(24.5),
            asked(30),
            streamed(31, event__kind="response.failed", error__message="rate limit reached"),
        ),
    )
    assert told(requests(found), "success", "latency_ms") == [
        (False, 300),
        (False, 200),
        (False, 100),
        (True, 3000),
        (False, 1500),
    ]


def test_a_beginning_in_another_age_is_no_latency(tmp_path: Path) -> None:
    late = completed(9, event__timestamp="9999-12-31T00:00:00Z")
    found, _ = read(tmp_path, codex(asked(5), late))
    assert told(requests(found), "latency_ms") == [(None,)]


def test_what_was_asked_of_no_model_is_no_request_and_begins_none(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        codex(
            asked(5, endpoint="/responses"),
            asked(6, endpoint="/models"),
            asked(7, endpoint="/models", http__response__status_code=500),
            completed(9),
            asked(10, endpoint="/chat/completions", http__response__status_code=500),
            asked(11, endpoint="", http__response__status_code=500),
        ),
    )
    assert told(requests(found), "success", "latency_ms") == [(True, 4500), (False, 500), (False, 500)]


def test_the_order_of_the_records_does_not_matter(tmp_path: Path) -> None:
    records = [asked(5), completed(9), asked(15), completed(18), streamed(18.5, error__message="late")]
    every = [read(tmp_path, codex(*some))[0] for some in permutations(records)]
    assert told(requests(every[0]), "success", "latency_ms") == [(True, 4500), (True, 3500)]
    assert all(one == every[0] for one in every)


def test_one_answer_fails_once_and_what_has_no_beginning_has_no_latency(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        codex(
            completed(1),
            asked(5),
            streamed(6, error__message="cut"),
            streamed(7, error__message="closed"),
            completed(8),
        ),
    )
    assert told(requests(found), "success", "latency_ms") == [(True, None), (False, 1500), (True, None)]


def test_errors_without_any_beginning_are_requests_of_their_own(tmp_path: Path) -> None:
    found, _ = read(tmp_path, codex(streamed(6, error__message="cut"), streamed(7, error__message="cut")))
    assert told(requests(found), "success", "latency_ms") == [(False, None), (False, None)]


def test_a_session_is_its_own_and_an_answer_of_another_begins_nothing(tmp_path: Path) -> None:
    found, _ = read(tmp_path, codex(asked(5, conversation__id="c2"), completed(9)))
    assert told(requests(found), "session_id", "latency_ms") == [("c1", None)]


@pytest.mark.parametrize(("named", "provider"), [("OpenAI", "openai"), ("Azure", "azure"), (None, "openai")])
def test_the_provider_is_the_one_that_the_session_began_with(tmp_path: Path, named: str, provider: str) -> None:
    begun = log("codex.conversation_starts", 0, conversation__id="c1", **({"provider_name": named} if named else {}))
    found, _ = read(tmp_path, codex(completed(9, model="house-model"), begun))
    assert told(requests(found), "provider") == [(provider,)]


def test_telemetry_sent_again_counts_once(tmp_path: Path) -> None:
    document = codex(asked(5), completed(9), asked(20, http__response__status_code=500), tool(21, "git commit", "x"))
    once, again = read(tmp_path, document), read(tmp_path, document, document)
    assert once == again


@pytest.mark.parametrize(
    ("command", "output", "other", "commits"),
    [
        ("git add -A && git commit -q -m one", "Process exited with code 0\\nOutput:\\n", {}, 1),
        ("git commit -m one", "Process exited with code 1\\nOutput:\\n", {}, 0),
        ("git status", "Process exited with code 0\\nOutput:\\n", {}, 0),
        ("git commit -m one", "Process exited with code 0", {"success": "false"}, 0),
        ("git commit -m one", "Process exited with code 0", {"success": True}, 1),
        ("git commit -m one", "Process exited with code 0", {"tool_name": "mcp"}, 0),
    ],
)
def test_a_commit_is_a_command_that_ended_well(
    tmp_path: Path, command: str, output: str, other: dict[str, object], commits: int
) -> None:
    found, _ = read(tmp_path, codex(tool(5, command, output, **other)))
    assert summed(found, "commits") == commits


def test_a_commit_has_the_id_that_the_transcript_gives_it_too(tmp_path: Path) -> None:
    well = "Process exited with code 0"
    found, _ = read(tmp_path, codex(tool(5, "git commit", well), tool(6, "git commit", well, call_id="")))
    ids = [one["event_id"] for one in found if one.get("commits")]
    assert "codex:c1:call_1:commit" in ids
    assert len(set(ids)) == 2


def test_prompts_tools_and_requests_are_active_time(tmp_path: Path) -> None:
    prompt = log("codex.user_prompt", 1, conversation__id="c1", prompt="[REDACTED]")
    found, _ = read(tmp_path, codex(prompt, asked(5), completed(9), tool(11, "ls", "")))
    assert summed(found, "active_time_seconds") == 10


def test_records_of_other_parts_of_the_program_are_nothing(tmp_path: Path) -> None:
    other = {"attributes": [], "body": {"stringValue": "flushing"}, "eventName": "event otel/src/client.rs:324"}
    assert read(tmp_path, codex(other, streamed(1, event__kind="response.created"), other)) == ([], [])
