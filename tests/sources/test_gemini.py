"""Gemini CLI's chats: each trap with its lines inside the test."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import Record, read, save, split
from usagestats.events import MAX_COUNT, Reject
from usagestats.sources.gemini import SOURCE

SESSION = "70b175a3-3425-47ea-a8d6-6b3f782be900"
META = {"sessionId": SESSION, "projectHash": "c0ebb461", "startTime": "2026-11-18T16:00:00.000Z", "kind": "main"}
START = datetime(2026, 11, 18, 16, tzinfo=UTC)


def at(seconds: float) -> str:
    """The instant so many seconds after four."""
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def gemini(name: str | None, seconds: float, **more: object) -> dict[str, Any]:
    """A response."""
    tokens = {"input": 100, "output": 10, "cached": 50, "thoughts": 5, "tool": 3, "total": 118}
    made = {"id": name, "timestamp": at(seconds), "type": "gemini", "content": "private", "tokens": tokens}
    return made | {"model": "gemini-2.5-pro"} | more


def shell(command: object, output: object, **more: object) -> dict[str, Any]:
    """A call of a shell."""
    result = [{"functionResponse": {"id": "c", "name": "run_shell_command", "response": {"output": output}}}]
    made = {"id": "c", "name": "run_shell_command", "args": {"command": command}, "result": result}
    return made | {"status": "success", "timestamp": at(9)} | more


def edit(lines: object, **more: object) -> dict[str, Any]:
    """A call of an editor."""
    made = {"id": "e", "name": "replace", "args": {"file_path": "private"}, "status": "success", "timestamp": at(9)}
    return made | {"resultDisplay": {"fileDiff": "+private", "diffStat": {"model_added_lines": lines}}} | more


def chat(tmp_path: Path, *lines: object) -> tuple[list[Record], list[Record], list[Reject]]:
    """Requests, commits and lines, and rejects of a chat with these lines."""
    return taken(save(tmp_path / "p" / "chats" / "session-2026-11-18T16-00-70b175a3.jsonl", META, *lines))


def taken(*paths: Path) -> tuple[list[Record], list[Record], list[Reject]]:
    return split(SOURCE, paths)


def active(path: Path) -> list[float]:
    """Active seconds."""
    return [one["active_time_seconds"] for one in read(SOURCE, [path])[0] if "active_time_seconds" in one]


def test_every_field_of_a_request_is_named_as_in_the_event_record(tmp_path: Path) -> None:
    requests, _, _ = chat(tmp_path, gemini("g", 1))
    assert requests == [
        {
            "timestamp": START + timedelta(seconds=1),
            "kind": "request",
            "application": "gemini-cli",
            "provider": "google",
            "model": "gemini-2.5-pro",
            "session_id": SESSION,
            "input_tokens": 103,
            "output_tokens": 15,
            "cache_read_tokens": 50,
            "cache_creation_tokens": 0,
            "latency_ms": None,
            "success": True,
            "event_id": f"gemini-cli:{SESSION}:g",
        }
    ]


def test_files_are_the_chats_and_those_of_subagents(tmp_path: Path) -> None:
    names = ["p/chats/session-1.json", "p/chats/session-1.jsonl", f"p/chats/{SESSION}/sub.jsonl"]
    others = ["p/logs.json", "p/chats/notes.txt", f"p/chats/{SESSION}/sub.json", "p/checkpoints/checkpoint-x.json"]
    for name in [*names, *others]:
        save(tmp_path / name)
    assert SOURCE.files(tmp_path) == sorted(tmp_path / name for name in names)


@pytest.mark.parametrize(
    ("path", "head", "ours"),
    [
        ("/h/.gemini/tmp/p/chats/session-1.json", b"", True),
        ("/h/.gemini/tmp/p/chats/a/b.jsonl", b"", True),
        ("/h/.gemini/tmp/p/logs.json", b'[{"sessionId":"s"}]', False),
        ("/x/a.json", b'{\n  "sessionId": "s",\n  "projectHash": "p"', True),
        ("/x/a.jsonl", b'{"sessionId":"s","projectHash":"p"}', True),
        ("/x/a.txt", b'{"sessionId":"s","projectHash":"p"}', False),
    ],
)
def test_a_chat_is_known_by_its_place_or_its_metadata(path: str, head: bytes, ours: bool) -> None:  # noqa: FBT001
    assert SOURCE.matches(Path(path), head) is ours


def test_a_message_that_is_written_again_is_one_request(tmp_path: Path) -> None:
    requests, activities, _ = chat(
        tmp_path,
        gemini("g", 1, tokens=None),
        gemini("g", 1),
        gemini("g", 1, toolCalls=[edit(4)]),
        {"$set": {"lastUpdated": at(2)}},
        {"$set": {"messages": [gemini("g", 1, toolCalls=[edit(4)])], "lastUpdated": at(2)}},
    )
    assert len(requests) == 1
    assert [(one["lines_of_code"], one["timestamp"]) for one in activities] == [(4, START + timedelta(seconds=1))]


def test_what_a_rewind_or_a_checkpoint_drops_was_used_all_the_same(tmp_path: Path) -> None:
    requests, _, _ = chat(
        tmp_path, gemini("a", 1), gemini("b", 2), {"$rewindTo": "a"}, {"$set": {"messages": [gemini("c", 3)]}}
    )
    assert [one["event_id"].rpartition(":")[2] for one in requests] == ["a", "b", "c"]


def test_a_message_that_only_a_checkpoint_has_counts(tmp_path: Path) -> None:
    user = {"id": "u", "timestamp": at(0), "type": "user", "content": "private"}
    requests, _, rejects = chat(tmp_path, {"$set": {"messages": [user, gemini("c", 3)]}})
    assert len(requests) == 1
    assert rejects == []


def test_messages_without_tokens_and_notes_are_no_requests(tmp_path: Path) -> None:
    notes = [
        {"id": kind, "timestamp": at(1), "type": kind, "content": "private"} for kind in ("info", "error", "warning")
    ]
    requests, activities, rejects = chat(tmp_path, gemini("g", 1, tokens=None), *notes)
    assert (requests, activities, rejects) == ([], [], [])


def test_an_old_chat_that_was_resumed_lies_there_twice_and_counts_once(tmp_path: Path) -> None:
    old = tmp_path / "p" / "chats" / "session-1.json"
    old.parent.mkdir(parents=True)
    old.write_text(json.dumps(META | {"messages": [gemini("a", 1)]}, indent=2))
    new = save(old.with_suffix(".jsonl"), META, gemini("a", 1), gemini("b", 2))
    assert len(taken(old, new)[0]) == 2


def test_a_subagents_chat_belongs_to_its_parents_session(tmp_path: Path) -> None:
    folder = tmp_path / "chats" / SESSION
    by_folder = save(folder / "sub-1.jsonl", META | {"sessionId": "sub-1", "kind": None}, gemini("s", 1))
    by_kind = save(
        tmp_path / "chats" / "parent" / "sub-2.jsonl",
        META | {"sessionId": "sub-2", "kind": "subagent"},
        gemini("s", 1, toolCalls=[edit(1)]),
    )
    old = save(
        tmp_path / "chats" / "session-3.jsonl", META | {"sessionId": "sub-3", "kind": "subagent"}, gemini("s", 1)
    )
    requests, activities, _ = taken(by_folder, by_kind, old)
    assert [(one["session_id"], one["event_id"]) for one in requests] == [
        (SESSION, "gemini-cli:sub-1:s"),
        ("parent", "gemini-cli:sub-2:s"),
        ("sub-3", "gemini-cli:sub-3:s"),
    ]
    assert [one["session_id"] for one in activities] == ["parent"]


def test_a_chat_without_metadata_has_no_session_and_its_folders_stay_untold(tmp_path: Path) -> None:
    requests, _, _ = taken(save(tmp_path / "chats" / "private" / "a.jsonl", gemini("g", 1)))
    assert [(one["session_id"], one["event_id"]) for one in requests] == [(None, "gemini-cli::g")]


def test_the_first_id_that_a_chat_tells_stays(tmp_path: Path) -> None:
    requests, _, _ = chat(tmp_path, gemini("a", 1), {"$set": {"sessionId": "other"}}, gemini("b", 2))
    assert {one["session_id"] for one in requests} == {SESSION}


def test_without_an_id_instant_model_and_tokens_are_the_id(tmp_path: Path) -> None:
    requests, activities, _ = chat(
        tmp_path, gemini(None, 1), gemini(None, 1), gemini(None, 2, toolCalls=[edit(1, id=None), edit(2, id=7)])
    )
    assert len(requests) == len({one["event_id"] for one in requests}) == 2
    assert [one["lines_of_code"] for one in activities] == [1, 2]


@pytest.mark.parametrize(
    ("call", "commits"),
    [
        (shell("git commit -m private", "Output: done\nProcess Group PGID: 1"), 1),
        (shell("git commit -m private", "Output: done\nExit Code: 0"), 1),
        (shell("git commit -m private", "Output: no\nExit Code: 128"), 0),
        (shell("git commit -m private", "Output: \nExit Code: (none)\nSignal: 9"), 0),
        (shell("git commit -m private", "x", status="error"), 0),
        (shell("git commit -m private", "x", status="cancelled"), 0),
        (shell("git commit -m private", "x", status=None), 1),
        (shell("git status", "x"), 0),
        (shell("git commit", "x", name="other"), 0),
        (shell(["git commit"], "x"), 0),
        (shell("git commit", "x", args="git commit"), 0),
        (shell("git commit", "x", result=None), 1),
    ],
)
def test_a_shell_call_commits_unless_its_exit_code_says_that_it_failed(
    tmp_path: Path, call: dict[str, Any], commits: int
) -> None:
    _, activities, rejects = chat(tmp_path, gemini("g", 1, toolCalls=[call]))
    assert sum(one["commits"] for one in activities) == commits
    assert rejects == []


def test_a_failed_commit_stays_failed_when_its_result_is_masked_later(tmp_path: Path) -> None:
    failed, masked = shell("git commit", "no\nExit Code: 1"), shell("git commit", "[masked]")
    _, activities, _ = chat(tmp_path, gemini("g", 1, toolCalls=[failed]), gemini("g", 1, toolCalls=[masked]))
    assert activities == []


def test_calls_with_the_same_id_in_two_messages_are_two(tmp_path: Path) -> None:
    call = shell("git commit", "done")
    _, activities, _ = chat(tmp_path, gemini("a", 1, toolCalls=[call]), gemini("b", 2, toolCalls=[call]))
    assert sum(one["commits"] for one in activities) == 2


def test_lines_of_an_edit_that_was_cancelled_do_not_count(tmp_path: Path) -> None:
    calls = [edit(4, status="cancelled"), edit(0), edit(1, resultDisplay="text"), edit(1, resultDisplay=None)]
    _, activities, _ = chat(tmp_path, gemini("g", 1, toolCalls=calls))
    assert activities == []


def test_active_time_reaches_from_the_prompt_to_the_last_tool(tmp_path: Path) -> None:
    user = {"id": "u", "timestamp": at(0), "type": "user", "content": "private"}
    calls = [edit(1, timestamp=at(30)), edit(1, timestamp="soon"), edit(1, timestamp=None), edit(1, timestamp=[1])]
    path = save(tmp_path / "chats" / "a.jsonl", META, user | {"timestamp": None}, user, gemini("g", 5, toolCalls=calls))
    assert active(path) == [30.0]


@pytest.mark.parametrize(
    ("message", "field", "came"),
    [
        (gemini("g", 1, timestamp=None), "timestamp", "null"),
        (gemini("g", 1, timestamp="private"), "timestamp", "other text"),
        (gemini("g", 1, timestamp=7), "timestamp", "integer"),
        (gemini("g", 1, tokens="private"), "tokens", "text"),
        (gemini("g", 1, tokens={"input": "private"}), "tokens.input", "text"),
        (gemini("g", 1, tokens={"output": -1}), "tokens.output", "an integer out of range"),
        (gemini("g", 1, tokens={"output": 1.5}), "tokens.output", "number"),
        (gemini("g", 1, tokens={"output": True}), "tokens.output", "boolean"),
        (gemini("g", 1, tokens={"output": MAX_COUNT, "thoughts": 1}), "tokens", "more"),
        (gemini("g", 1, model={"private": 1}), "model", "object"),
        (gemini(None, 1, id=["private"]), "id", "array"),
        (gemini("g", 1, toolCalls="private"), "toolCalls", "text"),
        (gemini("g", 1, tokens=None, toolCalls=[edit("private")]), "diffStat.model_added_lines", "text"),
        ({"type": "user", "timestamp": "private"}, "timestamp", "other text"),
        ({"type": "user", "timestamp": {"private": 1}}, "timestamp", "object"),
    ],
)
def test_what_matters_and_is_wrong_is_named_by_its_type(
    tmp_path: Path, message: dict[str, Any], field: str, came: str
) -> None:
    requests, activities, rejects = chat(tmp_path, message, gemini("h", 2))
    assert ([one["event_id"][-1] for one in requests], activities) == (["h"], [])
    assert [(one.field, one.came) for one in rejects] == [(field, came)]
    assert rejects[0].place.endswith(".jsonl:2")
    requests, _, rejects = chat(tmp_path, {"$set": {"messages": [message, gemini("h", 2)]}})
    assert [one["event_id"][-1] for one in requests] == ["h"]
    assert [(one.field, one.came) for one in rejects] == [(field, came)]


def test_nulls_and_whole_floats_are_no_fault(tmp_path: Path) -> None:
    tokens = {"input": 100.0, "output": None, "cached": 1e1, "thoughts": None}
    requests, _, rejects = chat(
        tmp_path,
        gemini("g", 1, tokens=tokens, model=None, toolCalls=[None, edit(1)]),
        {"id": "u", "type": "user", "timestamp": at(1), "model": 7},
        {"type": 7},
        {"$set": None},
    )
    assert [(one["input_tokens"], one["cache_read_tokens"], one["model"]) for one in requests] == [(100, 10, None)]
    assert requests[0]["provider"] == "google"
    assert rejects == []


def test_other_metadata_of_a_wrong_type_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "chats" / "a.jsonl", META | {"sessionId": 7}, {"$set": "private"}, gemini("g", 1))
    requests, _, rejects = taken(path)
    assert len(requests) == 1
    assert [(one.place[-1], one.field, one.came) for one in rejects] == [
        ("1", "sessionId", "integer"),
        ("2", "$set", "text"),
    ]


@pytest.mark.parametrize(
    ("content", "field", "came"),
    [
        (b'{"sessionId":"s","messages":[', "record", "something else"),
        (b"private", "record", "something else"),
        (b"[1]", "record", "array"),
        (b'{"messages":"private"}', "messages", "text"),
        (b'{"sessionId":{},"messages":[]}', "sessionId", "object"),
        (b'{"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "record", "something else"),
    ],
)
def test_a_broken_chat_of_the_old_format_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, field: str, came: str
) -> None:
    path = tmp_path / "session-1.json"
    path.write_bytes(content)
    _, _, rejects = taken(path)
    assert [(one.place, one.field, one.came) for one in rejects] == [(str(path), field, came)]
    assert "private" not in "".join(str(one).removeprefix(str(path)) for one in rejects)


def test_a_broken_message_of_the_old_format_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "session-1.json"
    messages = [gemini("a", 1, tokens=7), None, gemini("b", 1), {"type": "info", "tokens": 7}]
    path.write_text(json.dumps(META | {"messages": messages}))
    requests, _, rejects = taken(path)
    assert len(requests) == 1
    assert [str(one).removeprefix(str(path)) for one in rejects] == [
        ":messages[0]: tokens must be an object or null, not integer",
        ":messages[1]: record must be a JSON object, not null",
    ]
    path.write_text(json.dumps(META | {"kind": 7, "messages": messages}))
    assert [one.field for one in taken(path)[2]] == ["kind"]


@pytest.mark.parametrize("content", ["", " \n", "{}", '{"messages":null}'])
def test_a_chat_of_the_old_format_may_be_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "session-1.json"
    path.write_text(content)
    assert taken(path) == ([], [], [])
