"""Claude Code's transcripts, line by line: each trap with its lines inside the test."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from usagestats.events import Reject
from usagestats.sources.claude_code import SOURCE
from usagestats.sources.claude_code_reading import LONG_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, object]

SAMPLE = Path(__file__).parents[1] / "data" / "claude_code"
DAY = datetime(2026, 11, 18, 9, tzinfo=UTC)
MODEL = "claude-sonnet-4-5"
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")
PAD = "x" * LONG_BYTES


def at(seconds: float) -> str:
    """The instant so many seconds after nine."""
    return (DAY + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def assistant(
    name: str | None,
    seconds: float,
    /,
    *,
    output: object = 10,
    session: str = "s",
    **more: Any,  # noqa: ANN401 - a line may hold anything
) -> dict[str, Any]:
    """A response's line."""
    usage = {
        "input_tokens": 1,
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 300,
        "output_tokens": output,
    }
    content = more.pop("content", [{"type": "text", "text": "private words"}])
    inner = {"id": name, "type": "message", "role": "assistant", "model": MODEL, "content": content, "usage": usage}
    inner |= more.pop("message", {})
    line = {"parentUuid": None, "isSidechain": False, "sessionId": session, "message": inner, "type": "assistant"}
    return line | {"requestId": f"req_{name}", "uuid": f"u{seconds}", "timestamp": at(seconds)} | more


def user(content: object, seconds: float, session: str = "s", **more: object) -> dict[str, Any]:
    """A prompt's or tool result's line, with the keys in the order of the program."""
    head = {"parentUuid": "0" * 36, "isSidechain": False, "cwd": "/home/private", "sessionId": session, "type": "user"}
    tail = {"uuid": "1" * 36, "timestamp": at(seconds)}
    return {**head, "message": {"role": "user", "content": content}, **tail, **more}


def answer(tool: str, **more: object) -> list[dict[str, Any]]:
    """The content of a tool result."""
    return [{"tool_use_id": tool, "type": "tool_result", "content": "private output", **more}]


def call(tool: str, command: str) -> list[dict[str, Any]]:
    """The content of a shell call."""
    return [{"type": "tool_use", "id": tool, "name": "Bash", "input": {"command": command}}]


def save(path: Path, *lines: dict[str, Any]) -> Path:
    """A transcript with these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines)
    path.write_bytes("".join(rows).encode())
    return path


def split(found: list[Record | Reject]) -> tuple[list[Record], list[Record], list[Reject]]:
    """Requests by time, activities by time, rejects."""
    records = sorted(
        (one for one in found if isinstance(one, dict)), key=lambda one: (str(one["timestamp"]), str(one["event_id"]))
    )
    requests = [one for one in records if one["kind"] == "request"]
    return (
        requests,
        [one for one in records if one["kind"] == "activity"],
        [one for one in found if isinstance(one, Reject)],
    )


def read(*paths: Path) -> tuple[list[Record], list[Record], list[Reject]]:
    """What these transcripts hold."""
    return split(list(SOURCE.read_all(paths)))


def lines(tmp_path: Path, *given: dict[str, Any]) -> tuple[list[Record], list[Record], list[Reject]]:
    """What a transcript with these lines holds."""
    return read(save(tmp_path / "s.jsonl", *given))


def raw(tmp_path: Path, content: bytes) -> tuple[list[Record], list[Record], list[Reject]]:
    """What a transcript of these bytes holds."""
    path = tmp_path / "raw.jsonl"
    path.write_bytes(content)
    return read(path)


def dumped(line: dict[str, Any]) -> bytes:
    """A line, without its end."""
    return json.dumps(line, separators=(",", ":")).encode()


def total(records: list[Record], name: str) -> float:
    """The sum of a field."""
    return sum(float(str(one.get(name, 0))) for one in records)


def active(records: list[Record]) -> dict[str, float]:
    """Event id → active seconds."""
    return {
        str(one["event_id"]): float(str(one["active_time_seconds"])) for one in records if "active_time_seconds" in one
    }


# the sample


def test_every_event_of_the_sample_comes_out_and_active_time_besides() -> None:
    requests, activities, rejects = read(*SOURCE.files(SAMPLE))
    expected = json.loads((SAMPLE / "expected.json").read_text())["events"]
    keys = ("timestamp", "kind", "provider", "model", "session_id", "success", "commits", "lines_of_code", *TOKENS)
    found = [one for one in [*requests, *activities] if "active_time_seconds" not in one]
    simple = [{key: one.get(key) or None for key in keys} for one in found]
    for one in expected:
        one["timestamp"] = datetime.fromisoformat(one["timestamp"])
        if one["success"] is False:
            one["model"] = "claude-haiku-4-5-20251001"  # SPEC §7: the session's nearest earlier model
    wanted = [{key: one.get(key) or None for key in keys} for one in expected]
    assert sorted(map(str, simple)) == sorted(map(str, wanted))
    assert active(activities) == {
        "claude-code:active:aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa:2026-11-18T09": 60.0,
        "claude-code:active:bbbbbbbb-2222-4222-8222-bbbbbbbbbbbb:2026-11-18T10": 4.0,
    }
    assert [(one.place.rpartition(":")[2], one.field) for one in rejects] == [("16", "record")]  # cut, but ended


def test_every_field_of_a_request_is_named_as_in_the_event_record(tmp_path: Path) -> None:
    requests, _, _ = lines(tmp_path, assistant("m", 0))
    assert requests == [
        {
            "timestamp": DAY,
            "kind": "request",
            "application": "claude-code",
            "provider": "anthropic",
            "model": MODEL,
            "session_id": "s",
            "input_tokens": 321,
            "output_tokens": 10,
            "cache_read_tokens": 300,
            "cache_creation_tokens": 20,
            "success": True,
            "event_id": "claude-code:m:req_m",
        }
    ]


# where the transcripts lie


def test_both_default_roots_are_looked_at() -> None:
    home = Path("/home/me")
    assert SOURCE.roots({}, home) == [home / ".claude/projects", home / ".config/claude/projects"]
    assert SOURCE.roots({"XDG_CONFIG_HOME": "/x"}, home) == [home / ".claude/projects", Path("/x/claude/projects")]


def test_claude_config_dir_is_a_comma_list_that_replaces_the_defaults() -> None:
    given = {"CLAUDE_CONFIG_DIR": " /a ,, ~/b,/c/projects,/a", "XDG_CONFIG_HOME": "/x"}
    assert SOURCE.roots(given, Path("/h")) == [Path("/a/projects"), Path("/h/b/projects"), Path("/c/projects")]
    assert SOURCE.roots({"CLAUDE_CONFIG_DIR": " "}, Path("/h"))[0] == Path("/h/.claude/projects")


def test_files_are_all_transcripts_below_sorted(tmp_path: Path) -> None:
    names = ["p/b.jsonl", "p/a.jsonl", "p/a/subagents/agent-1.jsonl", "p/agent-2.jsonl"]
    for name in [*names, "p/notes.txt"]:
        save(tmp_path / name)
    assert SOURCE.files(tmp_path) == sorted(tmp_path / name for name in names)
    assert SOURCE.files(tmp_path / "p/a.jsonl") == [tmp_path / "p/a.jsonl"]
    assert SOURCE.files(tmp_path / "absent") == []


def test_a_folder_that_cannot_be_listed_is_named_and_not_fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, scandir = save(tmp_path / "b/good.jsonl", assistant("m", 0)), os.scandir
    (tmp_path / "a").mkdir()

    def closed(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if Path(path) == tmp_path / "a":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    files = SOURCE.files(tmp_path)
    requests, _, rejects = read(*files)
    assert files == [tmp_path / "a", good]
    assert len(requests) == 1
    assert [(one.place, one.field) for one in rejects] == [(str(tmp_path / "a"), "file")]


def test_a_file_that_is_gone_is_named_and_not_fatal(tmp_path: Path) -> None:
    requests, _, rejects = read(tmp_path / "gone.jsonl", save(tmp_path / "here.jsonl", assistant("m", 0)))
    assert len(requests) == 1
    assert str(rejects[0]) == f"{tmp_path / 'gone.jsonl'}: file must be a readable file, not FileNotFoundError"


@pytest.mark.parametrize(
    ("path", "head", "ours"),
    [
        ("/h/.claude/projects/p/s.jsonl", b"", True),
        ("/h/.config/claude/projects/p/s/subagents/agent-1.jsonl", b"", True),
        ("/h/.claude/projects/p/s.json", b"", False),
        ("/h/.claude/history.jsonl", b'{"display":"x"}', False),
        ("/x/s.jsonl", b'{"parentUuid":null,"isSidechain":false,"userType":"external"', True),
        ("/x/s.jsonl", b'\xef\xbb\xbf{"type":"summary","summary":"x"', True),
        ("/h/.qwen/projects/p/chats/s.jsonl", b'{"uuid":"1","parentUuid":null,"message":{"parts":[]}', False),
        ("projects/s.jsonl", b"", False),
        ("/home/claude/projects/p/events.jsonl", b'{"timestamp":"2026-11-18T09:00:00Z"}', False),
    ],
)
def test_a_transcript_is_known_by_its_place_or_its_first_bytes(path: str, head: bytes, ours: bool) -> None:  # noqa: FBT001
    assert SOURCE.matches(Path(path), head) is ours


def test_progress_is_told_the_bytes_of_each_file(tmp_path: Path) -> None:
    path, seen = save(tmp_path / "s.jsonl", assistant("m", 0)), list[int]()
    list(SOURCE.tables([path, path], progress=seen.append))
    assert seen == [path.stat().st_size] * 2
    assert len(list(SOURCE.read(path))) == 1


# copies


def test_streaming_copies_are_one_request_with_the_greatest_output_and_the_last_instant(tmp_path: Path) -> None:
    requests, _, _ = lines(
        tmp_path, assistant("m", 0, output=1), assistant("m", 1, output=90), assistant("m", 2, output=1)
    )
    assert [(one["output_tokens"], one["timestamp"]) for one in requests] == [(90, DAY + timedelta(seconds=2))]


def test_copies_out_of_order_are_settled_all_the_same(tmp_path: Path) -> None:
    requests, _, _ = lines(tmp_path, assistant("m", 2, output=90), assistant("m", 1, output=1))
    assert [(one["output_tokens"], one["timestamp"]) for one in requests] == [(90, DAY + timedelta(seconds=2))]


def test_the_same_message_under_two_request_ids_is_two_requests_in_the_main_line(tmp_path: Path) -> None:
    requests, _, _ = lines(tmp_path, assistant("m", 0), assistant("m", 1, requestId="other"))
    assert [one["event_id"] for one in requests] == ["claude-code:m:req_m", "claude-code:m:other"]


@pytest.mark.parametrize("replay_first", [True, False])
def test_a_sidechain_replay_is_dropped_however_many_tokens_it_has(tmp_path: Path, replay_first: bool) -> None:  # noqa: FBT001
    own = assistant("m", 0, output=5)
    replay = assistant("m", 3, output=50, requestId="req_replay", isSidechain=True)
    requests, activities, _ = lines(tmp_path, *([replay, own] if replay_first else [own, replay]))
    assert [(one["output_tokens"], one["timestamp"]) for one in requests] == [(5, DAY)]
    assert activities == []


def test_of_two_sidechain_copies_the_fuller_stays(tmp_path: Path) -> None:
    small = assistant("m", 0, output=5, isSidechain=True)
    requests, _, _ = lines(tmp_path, small, assistant("m", 3, output=50, requestId="r2", isSidechain=True))
    assert [one["output_tokens"] for one in requests] == [50]


def test_a_message_in_the_main_line_and_in_a_sidechain_under_one_request_id_is_one_request(tmp_path: Path) -> None:
    replay = assistant("m", 3, output=50, requestId="r2", isSidechain=True)
    requests, _, _ = lines(tmp_path, assistant("m", 0, isSidechain=True), assistant("m", 0), replay)
    assert [one["event_id"] for one in requests] == ["claude-code:m:req_m"]


@pytest.mark.parametrize("folder", ["s/subagents", "."])
def test_a_subagent_belongs_to_its_parents_session(tmp_path: Path, folder: str) -> None:
    main = save(tmp_path / "p/s.jsonl", user("go", 0), assistant("m", 1))
    agent = save(
        tmp_path / "p" / folder / "agent-1.jsonl",
        user("look", 2, isSidechain=True),
        assistant("a", 5, isSidechain=True),
    )
    requests, activities, _ = read(main, agent)
    assert [one["session_id"] for one in requests] == ["s", "s"]
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 5.0}


def test_without_a_request_id_the_message_id_is_enough(tmp_path: Path) -> None:
    requests, _, _ = lines(tmp_path, assistant("m", 0, requestId=None), assistant("m", 1, requestId=None, output=20))
    assert [(one["event_id"], one["output_tokens"]) for one in requests] == [("claude-code:m", 20)]


def test_a_copy_without_request_id_in_the_same_session_is_a_copy(tmp_path: Path) -> None:
    requests, _, _ = lines(tmp_path, assistant("m", 1, requestId=None, output=20), assistant("m", 0))
    assert [(one["event_id"], one["output_tokens"]) for one in requests] == [("claude-code:m:req_m", 20)]


def test_a_copy_without_request_id_is_a_copy_of_the_one_that_has_it(tmp_path: Path) -> None:
    first = save(tmp_path / "a.jsonl", assistant("m", 1, requestId=None, output=20), assistant("m", 0))
    second = save(
        tmp_path / "b.jsonl", assistant("m", 1, requestId=None, output=20, session="t"), assistant("n", 60, session="t")
    )
    requests, _, _ = read(first, second)
    assert [(one["event_id"], one["output_tokens"], one["session_id"]) for one in requests] == [
        ("claude-code:m:req_m", 20, "s"),
        ("claude-code:n:req_n", 10, "t"),
    ]


def test_without_a_message_id_the_request_id_is_enough(tmp_path: Path) -> None:
    requests, _, _ = lines(tmp_path, assistant(None, 0, requestId="r"), assistant(None, 1, requestId="r"))
    assert [one["event_id"] for one in requests] == ["claude-code:r"]


def test_without_any_id_session_instant_model_and_tokens_are_the_id(tmp_path: Path) -> None:
    same = assistant(None, 0, requestId=None)
    requests, _, _ = lines(tmp_path, same, same, assistant(None, 0, requestId=None, output=11))
    assert len(requests) == len({one["event_id"] for one in requests}) == 2


# messages embedded in progress lines


def progress(
    name: str,
    seconds: float,
    session: str = "s",
    **more: Any,  # noqa: ANN401 - a line may hold anything
) -> dict[str, Any]:
    """The parent's line that embeds a subagent's response."""
    inner = {
        key: value for key, value in assistant(name, seconds, **more).items() if key not in {"sessionId", "isSidechain"}
    }
    data = {"message": inner, "type": "agent_progress", "agentId": "a"}
    return {
        "parentUuid": None,
        "isSidechain": False,
        "sessionId": session,
        "type": "progress",
        "data": data,
        "timestamp": at(seconds + 1),
    }


def test_an_embedded_message_counts_when_the_subagent_has_no_file(tmp_path: Path) -> None:
    requests, _, _ = lines(tmp_path, progress("a", 4, output=7), progress("a", 3, output=2))
    assert [(one["output_tokens"], one["timestamp"], one["session_id"]) for one in requests] == [
        (7, DAY + timedelta(seconds=4), "s")
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("request_id", ["req_a", "other"])
def test_an_embedded_message_does_not_count_beside_the_subagents_file(
    tmp_path: Path, order: tuple[int, int], request_id: str
) -> None:
    main = save(
        tmp_path / "s.jsonl",
        progress("a", 9, output=99, requestId=request_id),
        progress("a", 9, "t", requestId=request_id),
    )
    agent = save(tmp_path / "agent-1.jsonl", assistant("a", 4, output=7, isSidechain=True))
    requests, _, _ = read(*((main, agent)[n] for n in order))
    assert [(one["output_tokens"], one["timestamp"], one["session_id"]) for one in requests] == [
        (7, DAY + timedelta(seconds=4), "s")
    ]


def test_an_embedded_message_that_a_fork_copied_is_one(tmp_path: Path) -> None:
    given = [progress("a", 4), assistant("b", 9), progress("a", 4, "t"), assistant("c", 60, session="t")]
    requests, _, _ = lines(tmp_path, *given)
    assert [(one["event_id"], one["session_id"]) for one in requests] == [
        ("claude-code:a:req_a", "s"),
        ("claude-code:b:req_b", "s"),
        ("claude-code:c:req_c", "t"),
    ]


def test_other_progress_is_passed_over(tmp_path: Path) -> None:
    line = progress("a", 4)
    others: list[dict[str, Any]] = [
        line | {"data": {"type": "bash_progress", "output": "private"}},
        line | {"data": "text"},
        line | {"data": 7},
        line | {"data": {"type": "agent_progress", "message": {"type": "user", "message": {"content": []}}}},
        line | {"data": {"type": "agent_progress", "message": {"type": "user", "message": 7}}},
        line | {"data": {"type": "agent_progress", "message": {"type": "assistant", "message": "text"}}},
        line | {"data": {"type": "agent_progress", "message": 7}},
    ]
    assert lines(tmp_path, *others) == ([], [], [])


def test_an_embedded_message_without_an_instant_takes_its_lines(tmp_path: Path) -> None:
    line = progress("a", 4)
    del line["data"]["message"]["timestamp"]
    requests, _, _ = lines(tmp_path, line)
    assert [one["timestamp"] for one in requests] == [DAY + timedelta(seconds=5)]


# failures


def synthetic(seconds: float, session: str = "s", **more: object) -> dict[str, Any]:
    """A line that the program wrote in the model's place."""
    zeros = dict.fromkeys(
        ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"), 0
    )
    return assistant(
        f"err{seconds}", seconds, session=session, message={"model": "<synthetic>", "usage": zeros}, **more
    )


def test_a_synthetic_line_is_a_failed_request_only_with_its_mark(tmp_path: Path) -> None:
    requests, _, _ = lines(
        tmp_path, synthetic(0, isApiErrorMessage=True), synthetic(1, isApiErrorMessage=False), synthetic(2)
    )
    assert [(one["timestamp"], one["success"], one["model"], one["provider"]) for one in requests] == [
        (DAY, False, None, "anthropic")
    ]


def test_a_failed_request_takes_its_sessions_nearest_earlier_model_else_the_next(tmp_path: Path) -> None:
    given = [
        synthetic(0, isApiErrorMessage=True),
        assistant("a", 10, message={"model": "claude-a"}),
        assistant("b", 20, message={"model": "gpt-b"}),
        assistant("c", 25, message={"model": None}),
        synthetic(30, isApiErrorMessage=True),
        assistant("d", 40, message={"model": "claude-d"}),
        assistant("e", 29, session="elsewhere"),
    ]
    requests, _, _ = lines(tmp_path, *given)
    failed = [(one["model"], one["provider"]) for one in requests if not one["success"]]
    assert failed == [("claude-a", "anthropic"), ("gpt-b", "openai")]


def test_a_failure_without_usage_counts_and_a_response_without_usage_does_not(tmp_path: Path) -> None:
    requests, _, rejects = lines(
        tmp_path,
        assistant("m", 0, message={"usage": None}),
        assistant("n", 1, message={"usage": None, "model": "claude-x"}, isApiErrorMessage=True),
    )
    assert [(one["model"], one["success"], one["input_tokens"]) for one in requests] == [("claude-x", False, 0)]
    assert rejects == []
