from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sources.telemetry import gemini, log, metric, point, read, requests, sent, summed, told

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens", "latency_ms", "success")


def response(second: float, prefix: str = "gemini_cli", **other: object) -> dict[str, Any]:
    known = {"session__id": "s1", "model": "gemini-2.5-pro", "duration_ms": 4000, "input_token_count": 8200}
    return log(f"{prefix}.api_response", second, **(known | {"output_token_count": 150} | other))


def edit(second: float, lines: object, **other: object) -> dict[str, Any]:
    told = {"metadata": json.dumps({"model_added_lines": lines, "model_removed_lines": 1}, indent=2)}
    return log("gemini_cli.tool_call", second, **({"session__id": "s1", "function_name": "replace"} | told | other))


def changed(second: float, lines: int, session__id: str = "s1") -> dict[str, Any]:
    return metric(
        "gemini_cli.lines.changed", point(second, lines, type="added", session__id=session__id), temporality=2
    )


def test_thoughts_are_output_and_a_tools_prompt_is_input(tmp_path: Path) -> None:
    tokens: dict[str, Any] = {"cached_content_token_count": 6000, "thoughts_token_count": 90, "tool_token_count": 40}
    found, refused = read(tmp_path, gemini(response(5, **tokens, total_token_count=8480)))
    assert told(requests(found), *FIELDS) == [(8240, 240, 6000, 0, 4000, True)]
    assert told(requests(found), "application", "provider", "session_id") == [("gemini-cli", "google", "s1")]
    assert refused == []


def test_thoughts_that_the_total_counts_within_the_output_are_not_added(tmp_path: Path) -> None:
    found, _ = read(tmp_path, gemini(response(5, thoughts_token_count=90, total_token_count=8350)))
    assert told(requests(found), "output_tokens") == [(150,)]


def test_a_failed_request_tells_its_model_and_duration_under_two_names(tmp_path: Path) -> None:
    new = log("gemini_cli.api_error", 5, session__id="s1", model="gemini-2.5-flash", duration_ms=250)
    old = log("gemini_cli.api_error", 6, session__id="s1", model_name="gemini-2.5-pro", duration=300)
    found, _ = read(tmp_path, gemini(new, old))
    assert told(requests(found), "model", "latency_ms", "success") == [
        ("gemini-2.5-flash", 250, False),
        ("gemini-2.5-pro", 300, False),
    ]


def test_qwen_code_writes_the_same_under_its_own_name(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        sent(
            "Logs",
            [response(5, prefix="qwen-code", model="coder-model"), log("qwen-code.user_prompt", 1, session__id="s1")],
            "mine",
        ),
    )
    assert told(requests(found), "application", "provider", "model", "input_tokens") == [
        ("qwen-code", "alibaba", "coder-model", 8200)
    ]
    assert summed(found, "active_time_seconds") == 4


def test_requests_that_only_a_prompts_id_tells_apart_are_two(tmp_path: Path) -> None:
    one, other = response(5, prompt_id="a"), response(5, prompt_id="b")
    found, _ = read(tmp_path, gemini(one, other), gemini(other, one))
    assert len(requests(found)) == 2


def test_lines_come_from_tools_calls_and_the_metric_repeats_them(tmp_path: Path) -> None:
    counted = sent("Metrics", [changed(20, 9), changed(30, 7, session__id="s2")], "gemini-cli", "gemini-cli")
    found, _ = read(tmp_path, counted, gemini(edit(5, 2), edit(8, 3), edit(8, 3)))
    assert told([one for one in found if one.get("lines_of_code")], "session_id", "lines_of_code") == [
        ("s1", 2),
        ("s1", 3),
        ("s2", 7),
    ]


def test_calls_that_tell_no_lines_leave_the_metric_to_tell_them(tmp_path: Path) -> None:
    counted = sent("Metrics", [changed(20, 9)], "gemini-cli", "gemini-cli")
    found, _ = read(tmp_path, gemini(edit(5, 2, metadata="{}"), edit(6, 2, metadata=7)), counted)
    assert summed(found, "lines_of_code") == 9


def test_an_edit_that_added_nothing_tells_so_too(tmp_path: Path) -> None:
    counted = sent("Metrics", [changed(20, 9)], "gemini-cli", "gemini-cli")
    found, _ = read(tmp_path, gemini(edit(5, 0.0)), counted)
    assert summed(found, "lines_of_code") == 0


@pytest.mark.parametrize("lines", ["two", -1, 1.5, [2]])
def test_lines_that_are_no_number_are_refused(tmp_path: Path, lines: object) -> None:
    found, (refused,) = read(tmp_path, gemini(edit(5, lines)))
    assert refused.startswith("telemetry.jsonl:1: model_added_lines must be an integer from 0")
    assert summed(found, "lines_of_code") == 0


def test_what_repeats_requests_under_other_names_is_not_counted(tmp_path: Path) -> None:
    again = log("gen_ai.client.inference.operation.details", 5, gen_ai__usage__input_tokens=8200, session__id="s1")
    asked = log("gemini_cli.api_request", 1, session__id="s1", model="gemini-2.5-pro")
    tokens = sent("Metrics", [metric("gemini_cli.token.usage", point(5, 900, type="input"))], "gemini-cli")
    found, _ = read(tmp_path, gemini(asked, again, response(5), again), tokens)
    assert len(requests(found)) == 1
