"""Qwen Code's chats: each trap with its lines inside the test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import Record, read, save, split
from usagestats.events import MAX_COUNT, Reject
from usagestats.sources.qwen import SOURCE

SESSION = "dcb3d44b-e27a-486e-af13-f088b300a250"
START = datetime(2026, 11, 18, 21, tzinfo=UTC)
MODEL = "qwen3-coder-plus"
FORK = {"sessionId": "fork", "forkedFrom": {"sessionId": SESSION, "messageUuid": "private"}}


def line(kind: str, seconds: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a line may hold anything
    """A line, its id told by kind and time."""
    stamp = (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    made = {"uuid": f"{kind}{seconds}", "parentUuid": None, "sessionId": SESSION, "timestamp": stamp, "type": kind}
    return made | {"cwd": "/home/private"} | more


def assistant(seconds: float, prompt: object = 100, output: object = 10, **more: object) -> dict[str, Any]:
    """A response."""
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": output, "cachedContentTokenCount": 50}
    message = {"role": "model", "parts": [{"text": "private"}]}
    return line("assistant", seconds, **({"model": MODEL, "message": message, "usageMetadata": usage} | more))


def telemetry(seconds: float, name: str = "response", prompt: object = 100, **more: object) -> dict[str, Any]:
    """What telemetry says of a request."""
    event = {"event.name": f"qwen-code.api_{name}", "response_id": "r", "model": MODEL, "duration_ms": 900}
    event |= {"input_token_count": prompt, "output_token_count": 10} | more
    return line("system", seconds, subtype="ui_telemetry", systemPayload={"uiEvent": event})


def call(name: str, command: object, tool: str = "run_shell_command") -> list[dict[str, Any]]:
    """The parts of a response that calls a shell."""
    return [{"functionCall": {"id": name, "name": tool, "args": {"command": command}}}]


def result(seconds: float, name: str, output: object, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A tool's result."""
    parts = [{"functionResponse": {"id": name, "name": "run_shell_command", "response": {"output": output}}}]
    told = {"callId": name, "status": "success", "resultDisplay": "private"} | more.pop("told", {})
    return line("tool_result", seconds, message={"role": "user", "parts": parts}, toolCallResult=told, **more)


def taken(*paths: Path) -> tuple[list[Record], list[Record], list[Reject]]:
    return split(SOURCE, paths)


def chat(tmp_path: Path, *lines: object) -> tuple[list[Record], list[Record], list[Reject]]:
    """The same of a chat with these lines."""
    return taken(save(tmp_path / "chats" / "c.jsonl", *lines))


def timed(requests: list[Record]) -> list[tuple[str, float | None]]:
    """Ids and latencies."""
    return [(one["event_id"].removeprefix("qwen-code:"), one["latency_ms"]) for one in requests]


def test_every_field_of_a_request_is_named_as_in_the_event_record(tmp_path: Path) -> None:
    requests, _, _ = chat(tmp_path, telemetry(1), assistant(1.02))
    assert requests == [
        {
            "timestamp": START + timedelta(seconds=1.02),
            "kind": "request",
            "application": "qwen-code",
            "provider": "alibaba",
            "model": MODEL,
            "session_id": SESSION,
            "input_tokens": 100,
            "output_tokens": 10,
            "cache_read_tokens": 50,
            "cache_creation_tokens": 0,
            "latency_ms": 900,
            "success": True,
            "event_id": "qwen-code:system1",
        }
    ]


def test_files_are_the_chats_and_the_transcripts_of_subagents(tmp_path: Path) -> None:
    names = ["p/chats/a.jsonl", f"p/subagents/{SESSION}/agent-1.jsonl"]
    for name in [*names, "p/chats/a.json", f"p/subagents/{SESSION}/agent-1.meta.json", "p/notes.jsonl"]:
        save(tmp_path / name)
    assert SOURCE.files(tmp_path) == [tmp_path / name for name in names]


def test_the_variable_may_name_the_folder_of_projects_itself() -> None:
    roots = SOURCE.roots({"QWEN_DATA_DIR": "/a,/b/projects"}, Path("/h"))
    assert roots == [Path("/a/projects"), Path("/b/projects")]


@pytest.mark.parametrize(
    ("path", "head", "ours"),
    [
        ("/h/.qwen/projects/p/chats/s.jsonl", b"", True),
        ("/h/.qwen/projects/p/notes.jsonl", b"", False),
        ("/x/s.jsonl", b'{"uuid":"1","parentUuid":null,"sessionId":"s","message":{"parts":[', True),
        ("/x/s.jsonl", b'{"parentUuid":null,"sessionId":"s","subtype":"ui_telemetry"', True),
        ("/x/s.jsonl", b'{"parentUuid":null,"sessionId":"s","message":{"content":[]}}', False),
        ("/x/s.json", b'{"parentUuid":null,"sessionId":"s","message":{"parts":[', False),
    ],
)
def test_a_chat_is_known_by_its_place_or_its_first_lines(path: str, head: bytes, ours: bool) -> None:  # noqa: FBT001
    assert SOURCE.matches(Path(path), head) is ours


# what telemetry says


def test_a_response_that_the_chat_does_not_tell_is_a_subagents_and_a_request(tmp_path: Path) -> None:
    given = [telemetry(1, prompt=7), telemetry(2), telemetry(3, prompt=8), assistant(3.1), telemetry(20, prompt=9)]
    requests, _, _ = chat(tmp_path, *given)
    assert sorted(timed(requests)) == [("system1", 900), ("system2", 900), ("system20", 900), ("system3", 900)]
    assert sum(one["input_tokens"] for one in requests) == 124


def test_a_response_told_just_before_in_other_numbers_is_the_same(tmp_path: Path) -> None:
    requests, _, _ = chat(tmp_path, telemetry(1, prompt=99), assistant(2))
    assert [(one["input_tokens"], one["latency_ms"]) for one in requests] == [(100, 900)]


def test_a_response_told_long_before_in_other_numbers_is_another(tmp_path: Path) -> None:
    requests, _, _ = chat(tmp_path, telemetry(1, prompt=99), assistant(7))
    assert timed(requests) == [("assistant7", None), ("system1", 900)]


def test_telemetry_may_come_after_the_chat(tmp_path: Path) -> None:
    assert timed(chat(tmp_path, assistant(1), telemetry(2))[0]) == [("assistant1", 900)]


def test_a_failed_request_is_told_by_telemetry_alone(tmp_path: Path) -> None:
    requests, _, _ = chat(tmp_path, telemetry(1, "error", prompt=0, model=None), assistant(9))
    assert [(one["success"], one["model"], one["latency_ms"]) for one in requests] == [
        (False, MODEL, 900),
        (True, MODEL, None),
    ]


def test_other_telemetry_and_other_system_lines_are_passed_over(tmp_path: Path) -> None:
    others = [
        telemetry(1, "cancel"),
        line("system", 1, subtype="ui_telemetry", systemPayload={"uiEvent": {"event.name": "qwen-code.tool_call"}}),
        line("system", 1, subtype="ui_telemetry", systemPayload={"uiEvent": {"text": "qwen-code.api_response"}}),
        line("system", 1, subtype="ui_telemetry", systemPayload={"uiEvent": None, "text": "qwen-code.api_error"}),
        line("system", 1, subtype="ui_telemetry", systemPayload=["qwen-code.api_error"]),
        line("system", 1, subtype="chat_compression", systemPayload={"uiEvent": 7}),
        {"pad": "x" * 900} | line("system", 1, subtype="chat_compression", systemPayload={"uiEvent": 7}),
        {"pad": "x" * 900} | line("system", 1, subtype="chat_compression", model=7),
        line("mystery", 1),
    ]
    assert chat(tmp_path, *others) == ([], [], [])


# tokens


@pytest.mark.parametrize(("total", "output"), [(115, 15), (110, 10), (118, 15), (0, 10)])
def test_thoughts_are_added_only_if_the_total_says_so(tmp_path: Path, total: int, output: int) -> None:
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 10, "thoughtsTokenCount": 5, "totalTokenCount": total}
    requests, _, _ = chat(
        tmp_path,
        telemetry(1, thoughts_token_count=5, total_token_count=total),
        assistant(1, usageMetadata=usage),
        telemetry(30, thoughts_token_count=5, total_token_count=total),
    )
    assert [one["output_tokens"] for one in requests] == [output, output]


def test_a_response_without_usage_is_no_request(tmp_path: Path) -> None:
    assert chat(tmp_path, assistant(1, usageMetadata=None)) == ([], [], [])


# subagents and forks


def test_a_subagents_transcript_adds_commits_and_time_but_no_requests(tmp_path: Path) -> None:
    side = {"isSidechain": True, "agentId": "explore-1"}
    message = {"role": "model", "parts": call("c", "git commit -m private")}
    main = save(tmp_path / "p/chats/s.jsonl", line("user", 0), telemetry(2))
    agent = save(
        tmp_path / f"p/subagents/{SESSION}/agent-1.jsonl",
        line("user", 1, **side),
        assistant(2, **side, message=message),
        result(9, "c", "Output: x\nExit Code: 0", told={"status": None}, **side),
    )
    requests, activities, _ = taken(main, agent)
    assert timed(requests) == [("system2", 900)]
    assert [(one["commits"], one["session_id"]) for one in activities] == [(1, SESSION)]
    hours = [one for one in read(SOURCE, [main, agent])[0] if "active_time_seconds" in one]
    assert [one["active_time_seconds"] for one in hours] == [9.0]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_lines_that_a_fork_copied_count_once_for_their_first_session(tmp_path: Path, order: tuple[int, int]) -> None:
    message = {"role": "model", "parts": call("c", "git commit")}
    given = [line("user", 0), telemetry(1), assistant(1, message=message), result(2, "c", "\nExit Code: 0")]
    paths = [
        save(tmp_path / "s.jsonl", *given),
        save(tmp_path / "fork.jsonl", *(one | FORK for one in given), assistant(60, sessionId="fork")),
    ]
    requests, activities, _ = taken(*(paths[n] for n in order))
    assert {(one["event_id"], one["session_id"]) for one in requests} == {
        ("qwen-code:system1", SESSION),
        ("qwen-code:assistant60", "fork"),
    }
    assert [one["session_id"] for one in activities] == [SESSION]
    hours = [one for one in read(SOURCE, paths)[0] if "active_time_seconds" in one]
    assert [(one["session_id"], one["active_time_seconds"]) for one in hours] == [(SESSION, 2.0)]


def test_a_fork_that_was_cut_between_telemetry_and_chat_adds_nothing(tmp_path: Path) -> None:
    main = save(tmp_path / "s.jsonl", telemetry(1), assistant(1))
    assert len(taken(main, save(tmp_path / "fork.jsonl", telemetry(1) | FORK))[0]) == 1


def test_copies_count_for_their_first_session_when_that_is_gone(tmp_path: Path) -> None:
    message = {"role": "model", "parts": call("c", "git commit")}
    given = [assistant(1, message=message), result(2, "c", "\nExit Code: 0"), assistant(3)]
    requests, activities, _ = chat(
        tmp_path, *(one | FORK for one in given[:2]), given[2] | {"sessionId": "fork", "forkedFrom": {}}
    )
    assert [one["session_id"] for one in requests] == [SESSION, "fork"]
    assert [one["session_id"] for one in activities] == [SESSION]


# commits and lines


@pytest.mark.parametrize(
    ("command", "output", "commits"),
    [
        ("git commit -m private", "Output: x\nExit Code: 0\nSignal: 0", 1),
        ("git commit -m private", "Output: x\nExit Code: 1", 0),
        ("git commit -m private", "Output: x\nExit Code: (none)", 0),
        ("git commit -m private", "started in the background", 0),
        ("git log --grep commit", "Exit Code: 0", 0),
        (["git commit"], "Exit Code: 0", 0),
    ],
)
def test_a_commit_is_a_shell_call_that_ended_with_zero(
    tmp_path: Path, command: object, output: str, commits: int
) -> None:
    said = {
        "role": "model",
        "parts": [{"text": "x"}, *call("c", command), *call("d", "git commit", "other"), *call("", "git commit")],
    }
    _, activities, rejects = chat(tmp_path, assistant(1, message=said), result(2, "c", output), result(3, "c", output))
    assert sum(one["commits"] for one in activities) == commits
    assert rejects == []


def test_a_result_that_answers_another_call_leaves_the_commit_open(tmp_path: Path) -> None:
    said = {"role": "model", "parts": call("c", "git commit")}
    others = [
        result(2, "other", "\nExit Code: 0"),
        line("tool_result", 3, message={"parts": [{"text": "x"}]}),
        line("tool_result", 4, message={"parts": "private"}),
    ]
    _, activities, _ = chat(tmp_path, assistant(1, message=said), *others, result(5, "c", "\nExit Code: 0", uuid=None))
    assert [one["commits"] for one in activities] == [1]


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        ({"resultDisplay": {"fileDiff": "+private", "diffStat": {"model_added_lines": 4}}}, 4),
        ({"status": None, "resultDisplay": {"diffStat": {"model_added_lines": 4.0}}}, 4),
        ({"status": "error", "resultDisplay": {"diffStat": {"model_added_lines": 4}}}, 0),
        ({"resultDisplay": {"diffStat": {"model_added_lines": None}}}, 0),
        ({"resultDisplay": {"diffStat": None}}, 0),
        ({"resultDisplay": None}, 0),
    ],
)
def test_lines_are_those_that_a_tool_added(tmp_path: Path, told: dict[str, object], lines: int) -> None:
    _, activities, rejects = chat(tmp_path, result(1, "c", "ok", told=told), line("tool_result", 2))
    assert sum(one["lines_of_code"] for one in activities) == lines
    assert rejects == []


# bad lines


@pytest.mark.parametrize(
    ("bad", "field", "came"),
    [
        (assistant(1, timestamp=None), "timestamp", "null"),
        (assistant(1, timestamp="private"), "timestamp", "other text"),
        (assistant(1, "private"), "usageMetadata.promptTokenCount", "text"),
        (assistant(1, -1), "usageMetadata.promptTokenCount", "an integer out of range"),
        (assistant(1, MAX_COUNT, MAX_COUNT, usageMetadata=7), "usageMetadata", "integer"),
        (assistant(1, model={"private": 1}), "model", "object"),
        (assistant(1, sessionId=["private"]), "sessionId", "array"),
        (assistant(1, isSidechain="private"), "isSidechain", "text"),
        (assistant(1, forkedFrom="private"), "forkedFrom", "text"),
        (telemetry(1, duration_ms="private"), "uiEvent.duration_ms", "text"),
        (telemetry(1, "error", duration_ms=-1), "uiEvent.duration_ms", "a number out of range"),
        (telemetry(1, prompt="private"), "uiEvent.input_token_count", "text"),
        (line("user", 1, timestamp={"private": 1}), "timestamp", "object"),
        (line("tool_result", 1, timestamp="private"), "timestamp", "other text"),
        (line("tool_result", 1, toolCallResult={"status": ["private"]}), "status", "array"),
        (
            result(1, "c", "x", told={"resultDisplay": {"diffStat": {"model_added_lines": "private"}}}),
            "diffStat.model_added_lines",
            "text",
        ),
    ],
)
def test_what_matters_and_is_wrong_is_named_by_its_type(
    tmp_path: Path, bad: dict[str, Any], field: str, came: str
) -> None:
    requests, _, rejects = chat(tmp_path, bad, assistant(2))
    assert timed(requests) == [("assistant2", None)]
    assert [(one.field, one.came) for one in rejects] == [(field, came)]
    assert rejects[0].place.endswith("c.jsonl:1")


def test_nulls_whole_floats_and_what_does_not_matter_are_no_fault(tmp_path: Path) -> None:
    requests, activities, rejects = chat(
        tmp_path,
        assistant(1, 100.0, None, model=None, message="private", uuid=None, subtype=7),
        telemetry(2, prompt=3.0, duration_ms=None),
        line("user", 3, model=7, message=7),
        line("user", 3, timestamp=None),
        line("tool_result", 3, timestamp=None),
        line("tool_result", 4, model=7, message=None, toolCallResult=None),
        line("assistant", 5, message={"parts": "git commit"}),
        {"type": 7},
        {"type": ["user"]},
        line("user", 6, forkedFrom=None),
    )
    assert [(one["input_tokens"], one["latency_ms"]) for one in requests] == [(100, None), (3, None)]
    assert (
        requests[0]["event_id"]
        == f"qwen-code:{SESSION}:{(START + timedelta(seconds=1)).timestamp() * 1e6:.0f}:None:100:0"
    )
    assert (activities, rejects) == ([], [])
