"""Pi's sessions: each trap with its lines inside the test."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import Record, read, save, split
from usagestats.events import MAX_COUNT, Reject
from usagestats.sources.pi import SOURCE

SESSION = "01a2027b-6d1b-74bc-95ba-2626f26c7ff8"
FORK = "ffffffff-6d1b-74bc-95ba-2626f26c7ff8"
START = datetime(2026, 11, 18, 22, tzinfo=UTC)
MODEL = "claude-sonnet-4-5"


def at(seconds: float) -> str:
    """The instant so many seconds after ten."""
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def header(seconds: float = 0, **more: object) -> dict[str, Any]:
    """The first line."""
    made = {"type": "session", "version": 3, "id": SESSION, "timestamp": at(seconds), "cwd": "/home/private"}
    return made | more


def entry(seconds: float, role: str, /, **message: Any) -> dict[str, Any]:  # noqa: ANN401 - it may hold anything
    """A message's line."""
    line = {key: message.pop(key) for key in ("id", "timestamp") if key in message}
    start = {"timestamp": message.pop("start", (START.timestamp() + seconds) * 1000 - 500)}
    base = {"type": "message", "id": f"{role[0]}{seconds}", "parentId": None, "timestamp": at(seconds)}
    return base | line | {"message": {"role": role, "content": [{"type": "text", "text": "private"}]} | start | message}


def assistant(seconds: float, **message: Any) -> dict[str, Any]:  # noqa: ANN401
    """A response."""
    usage = {"input": 4, "output": 10, "cacheRead": 50, "cacheWrite": 6, "totalTokens": 70}
    made = {"provider": "anthropic", "model": MODEL, "usage": usage, "stopReason": "stop"}
    return entry(seconds, "assistant", **(made | message))


def call(name: object, command: object, tool: str = "bash") -> list[dict[str, Any]]:
    """The content of a response that calls a shell."""
    arguments = {"command": command}
    return [{"type": "text", "text": "x"}, {"type": "toolCall", "id": name, "name": tool, "arguments": arguments}]


def result(seconds: float, name: object = "c", tool: object = "bash", **message: Any) -> dict[str, Any]:  # noqa: ANN401
    """A tool's result."""
    return entry(seconds, "toolResult", **({"toolCallId": name, "toolName": tool, "isError": False} | message))


def taken(*paths: Path) -> tuple[list[Record], list[Record], list[Reject]]:
    return split(SOURCE, paths)


def session(tmp_path: Path, *lines: object) -> tuple[list[Record], list[Record], list[Reject]]:
    """The same of a session with these lines."""
    return taken(save(tmp_path / "s.jsonl", header(), *lines))


def active(*paths: Path) -> dict[str, float]:
    """Session → active seconds."""
    records = (one for one in read(SOURCE, paths)[0] if "active_time_seconds" in one)
    return {one["session_id"]: one["active_time_seconds"] for one in records}


def test_every_field_of_a_request_is_named_as_in_the_event_record(tmp_path: Path) -> None:
    requests, _, _ = session(tmp_path, assistant(1))
    assert requests == [
        {
            "timestamp": START + timedelta(seconds=1),
            "kind": "request",
            "application": "pi",
            "provider": "anthropic",
            "model": MODEL,
            "session_id": SESSION,
            "input_tokens": 60,
            "output_tokens": 10,
            "cache_read_tokens": 50,
            "cache_creation_tokens": 6,
            "latency_ms": 500,
            "success": True,
            "event_id": f"pi:a1:{(START.timestamp() + 1) * 1e6:.0f}",
        }
    ]


def test_files_are_all_sessions_below_sorted(tmp_path: Path) -> None:
    names = ["--b--/2026_1.jsonl", "--a--/2026_2.jsonl"]
    for name in [*names, "--a--/notes.txt"]:
        save(tmp_path / name)
    assert SOURCE.files(tmp_path) == sorted(tmp_path / name for name in names)


@pytest.mark.parametrize(
    ("path", "head", "ours"),
    [
        ("/h/.pi/agent/sessions/--p--/a.jsonl", b"", True),
        ("/h/.pi/agent/sessions/--p--/a.json", b"", False),
        ("/x/a.jsonl", json.dumps(header()).encode() + b"\nrest", True),
        ("/x/a.jsonl", json.dumps({"type": "session_meta", "id": "s", "timestamp": "", "cwd": ""}).encode(), False),
        ("/x/a.jsonl", b'{"type":"session","id":"s","timestamp":"x"}', False),
    ],
)
def test_a_session_is_known_by_its_place_or_its_header(path: str, head: bytes, ours: bool) -> None:  # noqa: FBT001
    assert SOURCE.matches(Path(path), head) is ours


@pytest.mark.parametrize(
    ("provider", "model", "found"),
    [("openrouter", "gpt-5", "openrouter"), (None, "gpt-5", "openai"), (None, "homemade", None)],
)
def test_the_provider_is_the_messages_own_else_the_models(
    tmp_path: Path, provider: str | None, model: str, found: str | None
) -> None:
    requests, _, _ = session(tmp_path, assistant(1, provider=provider, model=model))
    assert [one["provider"] for one in requests] == [found]


def test_a_response_that_ended_in_an_error_failed_and_takes_its_sessions_model(tmp_path: Path) -> None:
    requests, _, _ = session(
        tmp_path,
        assistant(1),
        assistant(2, stopReason="error", model=None, usage=None, errorMessage="private"),
        assistant(3, usage=None),
        assistant(4, stopReason="aborted"),
        assistant(5, stopReason=None),
    )
    assert [(one["success"], one["model"], one["input_tokens"]) for one in requests] == [
        (True, MODEL, 60),
        (False, MODEL, 0),
        (True, MODEL, 60),
        (True, MODEL, 60),
    ]


@pytest.mark.parametrize(
    ("start", "latency"), [(None, None), (9e12, None), (1795039200500.0, 500), (1795039200500.5, 499.5)]
)
def test_the_latency_is_between_the_two_instants(tmp_path: Path, start: float | None, latency: float | None) -> None:
    requests, _, rejects = session(tmp_path, assistant(1, start=start))
    assert [one["latency_ms"] for one in requests] == [latency]
    assert rejects == []


def test_other_entries_and_other_messages_are_passed_over(tmp_path: Path) -> None:
    others = [
        {"type": "model_change", "id": "x", "timestamp": "private", "provider": 7},
        {"id": "x", "type": "compaction", "message": "private"},
        {"type": "message", "id": "x", "timestamp": at(1), "message": "private"},
        {"type": "message", "id": "x", "timestamp": at(1), "message": None},
        entry(1, "bashExecution", command="git commit", exitCode=0),
        entry(1, "custom", usage="private"),
        entry(1, "user", timestamp=None),
        {"type": "message", "id": "x", "timestamp": at(1), "message": {"role": ["private"], "usage": 7}},
        {"type": 7},
    ]
    assert session(tmp_path, *others) == ([], [], [])


# sessions and forks


def test_without_a_header_the_session_is_the_one_in_the_files_name(tmp_path: Path) -> None:
    named = save(tmp_path / f"2026-11-18T22-00-00-000Z_{SESSION}.jsonl", assistant(1))
    unnamed = save(tmp_path / "private.jsonl", header(id=None, timestamp=None), assistant(2))
    assert [one["session_id"] for one in taken(named, unnamed)[0]] == [SESSION, None]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_entries_that_a_fork_copied_count_once_for_their_first_session(tmp_path: Path, order: tuple[int, int]) -> None:
    edit = result(3, tool="edit", details={"diff": "+1 x"})
    given = [entry(0, "user"), assistant(1, content=call("c", "git commit")), result(2), edit]
    parent = save(tmp_path / f"1_{FORK}.jsonl", header(id=FORK), *given)
    fork = save(
        tmp_path / f"2_{SESSION}.jsonl", header(60, parentSession=str(parent)), *given, entry(61, "user"), assistant(69)
    )
    paths = [(parent, fork)[n] for n in order]
    requests, activities, _ = taken(*paths)
    assert sorted((one["session_id"], one["event_id"][:5]) for one in requests) == [(SESSION, "pi:a6"), (FORK, "pi:a1")]
    assert [(one["session_id"], one["commits"], one["lines_of_code"]) for one in activities] == [
        (FORK, 1, 0),
        (FORK, 0, 1),
    ]
    assert active(*paths) == {FORK: 3.0, SESSION: 8.0}


def test_copies_count_for_their_first_session_when_that_is_gone(tmp_path: Path) -> None:
    given = [assistant(1, content=call("c", "git commit")), result(2)]
    fork = save(tmp_path / "a.jsonl", header(60, parentSession=f"/home/private/1_{FORK}.jsonl"), *given)
    orphan = save(tmp_path / "b.jsonl", header(60, parentSession="/private"), assistant(3))
    requests, activities, _ = taken(fork, orphan)
    assert [one["session_id"] for one in requests] == [FORK, SESSION]
    assert [one["session_id"] for one in activities] == [FORK]


def test_without_an_id_instant_model_and_tokens_are_the_id(tmp_path: Path) -> None:
    same = assistant(1, id=None)
    requests, activities, _ = session(
        tmp_path,
        same,
        same,
        assistant(1, id=None, usage=None, stopReason="error"),
        result(3, id=None, details={"diff": "+1"}),
    )
    assert len(requests) == len({one["event_id"] for one in requests}) == 2
    assert [one["lines_of_code"] for one in activities] == [1]


# commits and lines


@pytest.mark.parametrize(
    ("command", "answer", "commits"),
    [
        ("git commit -m private", {}, 1),
        ("git commit -m private", {"isError": True}, 0),
        ("git commit -m private", {"isError": None}, 1),
        ("git commit -m private", {"tool": "other"}, 0),
        ("git commit -m private", {"name": "d"}, 0),
        ("git commit -m private", {"name": None}, 0),
        ("git log --grep commit", {}, 0),
        (["git commit"], {}, 0),
    ],
)
def test_a_commit_is_a_shell_call_that_is_no_error(
    tmp_path: Path, command: object, answer: dict[str, Any], commits: int
) -> None:
    content = [*call("c", command), *call("d", "git commit", "other"), *call(None, "git commit")]
    _, activities, rejects = session(tmp_path, assistant(1, content=content), result(2, **answer), result(3, **answer))
    assert sum(one["commits"] for one in activities) == commits
    assert rejects == []


@pytest.mark.parametrize("content", ["git commit", [7, "commit"], {"name": "commit"}, [{"id": 7, "name": "commit"}]])
def test_content_of_another_form_holds_no_commit(tmp_path: Path, content: object) -> None:
    requests, activities, rejects = session(tmp_path, assistant(1, content=content), result(2, 7, details=None))
    assert len(requests) == 1
    assert activities == []
    assert [one.field for one in rejects] == ["message.toolCallId"]


@pytest.mark.parametrize(
    ("details", "lines"),
    [
        ({"diff": " 1 x=1\n-2 y=2\n+2 y=3\n+3 z=4", "firstChangedLine": 2}, 2),
        ({"diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y"}, 1),
        ({"diff": "+1 \u2028+2\r\n+3 x"}, 2),
        ({"diff": "+1 x", "pad": float("nan")}, 1),
        ({"diff": None}, 0),
        ({"diff": ""}, 0),
        ({"other": "+1"}, 0),
        (["diff"], 0),
        ('"diff"', 0),
        (None, 0),
    ],
)
def test_lines_are_those_that_a_diff_adds(tmp_path: Path, details: object, lines: int) -> None:
    _, activities, rejects = session(tmp_path, result(1, tool="edit", details=details))
    assert sum(one["lines_of_code"] for one in activities) == lines
    assert rejects == []


def test_an_edit_that_failed_adds_nothing(tmp_path: Path) -> None:
    assert session(tmp_path, result(1, tool="edit", details={"diff": "+1"}, isError=True))[1] == []


# bad lines


@pytest.mark.parametrize(
    ("bad", "field", "came"),
    [
        (assistant(1, timestamp=None), "timestamp", "null"),
        (assistant(1, timestamp="private"), "timestamp", "other text"),
        (assistant(1, timestamp=7), "timestamp", "integer"),
        (assistant(1, start="private"), "message.timestamp", "text"),
        (assistant(1, start=-1), "message.timestamp", "a number out of range"),
        (assistant(1, usage="private"), "message.usage", "text"),
        (assistant(1, usage={"input": "private"}), "message.usage.input", "text"),
        (assistant(1, usage={"cacheRead": -1}), "message.usage.cacheRead", "an integer out of range"),
        (assistant(1, usage={"input": MAX_COUNT, "cacheRead": 1}), "tokens", "more"),
        (assistant(1, model={"private": 1}), "message.model", "object"),
        (assistant(1, provider=["private"]), "message.provider", "array"),
        (assistant(1, id=7), "id", "integer"),
        (entry(1, "user", timestamp="private"), "timestamp", "other text"),
        (result(1, isError="private"), "message.isError", "text"),
        (result(1, details={"diff": ["private"]}), "diff", "array"),
        (header(id={"private": 1}), "id", "object"),
    ],
)
def test_what_matters_and_is_wrong_is_named_by_its_type(
    tmp_path: Path, bad: dict[str, Any], field: str, came: str
) -> None:
    requests, activities, rejects = session(tmp_path, bad, assistant(2))
    assert ([one["event_id"][3:5] for one in requests], activities) == (["a2"], [])
    assert [(one.field, one.came) for one in rejects] == [(field, came)]
    assert rejects[0].place.endswith("s.jsonl:2")


def test_nulls_whole_floats_and_what_does_not_matter_are_no_fault(tmp_path: Path) -> None:
    requests, _, rejects = session(
        tmp_path,
        assistant(1, usage={"input": 4.0, "output": None, "cacheRead": None}, toolName=7, model=None),
        entry(2, "user", usage=7, model=7),
        result(3, usage=7, toolName=None),
    )
    assert [(one["input_tokens"], one["output_tokens"], one["model"]) for one in requests] == [(4, 0, None)]
    assert rejects == []
