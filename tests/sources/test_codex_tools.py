"""Codex's commits, lines of code and active time, as old and new versions tell them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sources.reading import save
from tests.sources.test_codex import (
    WAYS,
    Line,
    Record,
    event,
    item,
    line,
    meta,
    read,
    reader,
    record,
    running,
    turn,
    usage,
)
from usagestats.sources.codex_lines import added, commits, patched, succeeded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sources.test_codex import Lines

PATCH = "*** Begin Patch\n*** Add File: private.py\n+a\n+b\n*** Update File: x\n@@\n-c\n+d\n*** End Patch"
DIFF = "--- a/private\n+++ b/private\n@@ -1 +1,3 @@\n-a\n+b\n+++ c\n+d\n\\ No newline at end of file"
COMMIT = "cd /private && git commit -m private"


@pytest.fixture(params=WAYS)
def lines(request: pytest.FixtureRequest, tmp_path: Path) -> Lines:
    return reader(request.param, tmp_path)


def made(activities: list[Record]) -> tuple[int, int]:
    """Commits and lines."""
    return sum(int(str(one.get("commits", 0))) for one in activities), sum(
        int(str(one.get("lines_of_code", 0))) for one in activities
    )


def completed(seconds: float, kind: str, **more: object) -> Line:
    return event(seconds, "item_completed", thread_id="t", turn_id="u", item={"type": kind, "id": "c", **more})


def ran(seconds: float, command: object, **more: object) -> Line:
    return completed(seconds, "CommandExecution", command=command, **more)


def called(seconds: float, name: str, **more: object) -> Line:
    return item(seconds, "function_call", name=name, call_id="c", **more)


def answered(seconds: float, output: object, kind: str = "function_call_output") -> Line:
    return item(seconds, kind, call_id="c", output=output)


# commits


@pytest.mark.parametrize(
    ("command", "code", "count"),
    [
        (["/bin/bash", "-lc", COMMIT], 0, 1),
        (["git", "commit", "-m", "x"], 0, 1),
        (COMMIT, 0, 1),
        (COMMIT, 1, 0),
        (COMMIT, None, 0),
        (COMMIT, False, 0),
        (["git", "log", "--grep", "commit"], 0, 0),
        (["git", 7, "commit"], 0, 1),
        (7, 0, 0),
    ],
)
@pytest.mark.parametrize("kind", ["item_completed", "exec_command_end"])
def test_a_command_that_commits_and_succeeds_is_a_commit(
    lines: Lines, kind: str, command: object, code: object, count: int
) -> None:
    ended = (
        ran(5, command, exit_code=code)
        if kind == "item_completed"
        else event(5, kind, call_id="c", command=command, exit_code=code)
    )
    assert made(lines(meta(), ended)[1]) == (count, 0)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("exec_command", json.dumps({"cmd": COMMIT})),
        ("shell", json.dumps({"command": ["bash", "-lc", COMMIT], "workdir": "/private"})),
        ("shell_command", json.dumps({"command": COMMIT})),
    ],
)
@pytest.mark.parametrize(
    "output",
    [
        "Chunk ID: 1\nProcess exited with code 0\nOutput:\nexited with code 1",
        "Exit code: 0\nWall time: 1 seconds\nOutput:\n",
        '{"output":"x","metadata":{"exit_code":0,"duration_seconds":0.1}}',
        [{"type": "input_text", "text": "Exit code: 0"}, {"type": "input_image"}],
        {"content": "Process exited with code 0", "success": True},
    ],
)
def test_in_older_versions_call_and_output_tell_it(lines: Lines, name: str, arguments: str, output: object) -> None:
    requests, activities, _ = lines(meta(), called(5, name, arguments=arguments), answered(6, output))
    assert (requests, made(activities)) == ([], (1, 0))


@pytest.mark.parametrize(
    "output",
    [
        "Process exited with code 1\nOutput:\n",
        "Process running with session ID 7\nOutput:\nProcess exited with code 0",
        '{"output":"x","metadata":{"exit_code":1}}',
        '{"output":"x","metadata":7}',
        '{"output":',
        "{" + "[" * 5000,
        "",
        None,
        7,
    ],
)
def test_an_output_that_tells_no_success_is_no_commit(lines: Lines, output: object) -> None:
    given = called(5, "shell", arguments=json.dumps({"command": COMMIT})), answered(6, output)
    assert made(lines(meta(), *given)[1]) == (0, 0)


def test_a_local_shell_call_may_commit(lines: Lines) -> None:
    call = item(5, "local_shell_call", call_id="c", action={"type": "exec", "command": ["git", "commit"]})
    assert made(lines(meta(), call, answered(6, "Exit code: 0"))[1]) == (1, 0)


@pytest.mark.parametrize(
    "arguments", [None, 7, "git commit", '{"command":7}', '["git commit"]', '{"other":"git commit"}']
)
def test_arguments_without_a_command_are_no_commit(lines: Lines, arguments: object) -> None:
    assert made(lines(meta(), called(5, "shell", arguments=arguments), answered(6, "Exit code: 0"))[1]) == (0, 0)


def test_what_is_no_shell_does_not_commit(lines: Lines) -> None:
    call = called(5, "notes", arguments=json.dumps({"command": COMMIT}))
    nameless = item(5, "function_call", name="shell", arguments=json.dumps({"command": COMMIT}))
    assert made(lines(meta(), call, nameless, answered(6, "Exit code: 0"))[1]) == (0, 0)


def test_a_commit_that_is_told_three_times_counts_once(lines: Lines) -> None:
    call = called(5, "exec_command", arguments=json.dumps({"cmd": COMMIT}))
    ended = event(6, "exec_command_end", call_id="c", command=COMMIT, exit_code=0)
    _, activities, _ = lines(meta(), call, ran(6, COMMIT, exit_code=0), ended, answered(7, "Exit code: 0"))
    assert [one["event_id"] for one in activities if one.get("commits")] == [
        "codex:01a1eef5-0f00-7abc-8123-abc123abc123:c:commit"
    ]


def test_two_commits_without_ids_are_told_apart_by_their_instants(lines: Lines) -> None:
    given = [completed(n, "CommandExecution", command=COMMIT, exit_code=0) for n in (5, 6, 6)]
    for one in given:
        del one["payload"]["item"]["id"]
    assert made(lines(meta(), *given)[1]) == (2, 0)


def test_words_about_commits_are_none() -> None:
    assert not commits(None)
    assert not commits("echo commit")


# lines of code


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"/p/a": {"type": "add", "content": "a\nb\n"}, "/p/b": {"type": "add", "content": "c"}}, 3),
        ({"/p/a": {"type": "update", "unified_diff": DIFF, "move_path": None}}, 3),
        ({"/p/a": {"type": "update", "unified_diff": "@@ -1 +1,2 @@\n-hi\n+hello\n+world\n@@ -9 +9 @@\n+x\n"}}, 3),
        ({"/p/a": {"type": "update", "unified_diff": "+++ b\n"}}, 0),
        ({"/p/a": {"type": "delete", "content": "a\nb\n"}}, 0),
        ({"/p/a": {"add": {"content": "a\n"}}, "/p/b": {"update": {"unified_diff": DIFF}}, "/p/c": {"delete": {}}}, 4),
        ({"/p/a": {"type": "add", "content": ""}, "/p/b": {"type": "add", "content": 7}, "/p/c": 7}, 0),
        (7, 0),
        (None, 0),
    ],
)
def test_lines_added_are_those_of_new_files_and_of_diffs_without_headers(changes: object, count: int) -> None:
    assert added(changes) == count


@pytest.mark.parametrize(("status", "count"), [("completed", 3), (None, 3), ("failed", 0), ("declined", 0)])
def test_a_change_of_files_that_was_made_adds_lines(lines: Lines, status: str | None, count: int) -> None:
    changes = {"/private": {"type": "update", "unified_diff": DIFF}}
    assert made(lines(meta(), completed(5, "FileChange", changes=changes, status=status))[1]) == (0, count)


def test_a_patch_is_told_as_a_call_a_change_and_an_end_and_counts_once(lines: Lines) -> None:
    call = item(4, "custom_tool_call", name="apply_patch", call_id="c", input=PATCH)
    changes = {"/private": {"type": "add", "content": "a\nb\nc\n"}}
    told = [
        call,
        completed(5, "FileChange", changes=changes, status="completed"),
        event(5.5, "patch_apply_end", call_id="c", success=True, changes=changes),
        answered(6, "Success. Updated the following files:\nA private", "custom_tool_call_output"),
    ]
    assert made(lines(meta(), *told)[1]) == (0, 3)


@pytest.mark.parametrize(
    ("output", "count"),
    [
        ("Success. Updated the following files:", 3),
        ('{"output":"Success.","metadata":{"exit_code":0}}', 3),
        ("Exit code: 0\nOutput:\nSuccess.", 3),
        ("apply_patch verification failed: private", 0),
    ],
)
def test_in_older_versions_the_patch_and_its_output_tell_the_lines(lines: Lines, output: str, count: int) -> None:
    call = item(4, "custom_tool_call", name="apply_patch", call_id="c", input=PATCH)
    assert made(lines(meta(), call, answered(6, output, "custom_tool_call_output"))[1]) == (0, count)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("apply_patch", {"input": PATCH}),
        ("shell", {"command": ["apply_patch", PATCH]}),
        ("shell", {"command": ["bash", "-lc", f"apply_patch <<'EOF'\n{PATCH}\nEOF\n+no"]}),
    ],
)
def test_a_patch_may_be_a_functions_argument_or_a_shells(lines: Lines, name: str, arguments: object) -> None:
    given = called(4, name, arguments=json.dumps(arguments)), answered(6, "Exit code: 0\nOutput:\nSuccess.")
    assert made(lines(meta(), *given)[1]) == (0, 3)


def test_other_tools_inputs_are_no_patches(lines: Lines) -> None:
    given = [item(4, "custom_tool_call", name="exec", call_id="c", input=PATCH + COMMIT)]
    given.append(item(4, "custom_tool_call", name="apply_patch", call_id="c", input=7) | {"note": "commit"})
    assert made(lines(meta(), *given, answered(6, "Success.", "custom_tool_call_output"))[1]) == (0, 0)


@pytest.mark.parametrize("success", [True, False, None])
def test_a_patch_told_at_its_beginning_counts_if_its_end_says_success(lines: Lines, success: object) -> None:
    changes = {"/private": {"add": {"content": "a\nb\n"}}}
    begin = event(4, "patch_apply_begin", call_id="c", changes=changes)
    given = [begin, event(4, "patch_apply_begin", call_id="d", changes=None), event(5, "patch_apply_end", call_id="c")]
    given[2]["payload"]["success"] = success
    assert made(lines(meta(), *given)[1]) == (0, 2 if success else 0)


def test_a_command_may_both_commit_and_patch(lines: Lines) -> None:
    arguments = json.dumps({"command": f"apply_patch <<'EOF'\n{PATCH}\nEOF\ngit commit -am x"})
    assert made(lines(meta(), called(4, "shell", arguments=arguments), answered(5, "Exit code: 0"))[1]) == (1, 3)


def test_a_patch_without_an_end_is_taken_as_it_is() -> None:
    assert patched("*** Begin Patch\n+a") == 1
    assert succeeded("Success.")


# active time


def active(activities: list[Record]) -> list[object]:
    return [one["active_time_seconds"] for one in activities if "active_time_seconds" in one]


@pytest.mark.parametrize(
    "given",
    [
        item(10, "message", role="user", content=[{"type": "input_text", "text": "private"}]),
        event(10, "user_message", message="private"),
        answered(10, "private"),
        answered(10, "private", "custom_tool_call_output"),
        ran(10, ["ls"], exit_code=1),
        event(10, "exec_command_end", call_id="c", command=["ls"], exit_code=1),
        completed(10, "FileChange", changes={}, status="failed"),
        completed(10, "McpToolCall", server="private"),
        completed(10, "UserMessage", content=[]),
        event(10, "patch_apply_end", call_id="c", success=False),
        record(10),
        running(10, usage(), usage()),
    ],
)
def test_prompts_results_of_tools_and_requests_are_activity(lines: Lines, given: Line) -> None:
    _, activities, rejects = lines(meta(), event(0, "user_message", message="private"), given)
    assert (active(activities), rejects) == ([10.0], [])


@pytest.mark.parametrize(
    "given",
    [
        item(10, "message", role="assistant", content=[{"type": "output_text", "text": "private"}]),
        item(10, "message", role="developer", content=[]),
        item(10, "reasoning", encrypted_content="x"),
        called(10, "shell", arguments="{}"),
        completed(10, "AgentMessage", content=[]),
        completed(10, "AgentMessage", content="commit"),
        event(10, "agent_message", message="private"),
        event(10, "token_count", info=None),
        line(10, "compacted", {"type": "user_message", "message": "x"}),
        line(10, "world_state", {}),
        line(10, "event_msg", {"kind": "x"}),
        line(10, "message", {"role": "user"}),
        turn(10),
    ],
)
def test_other_lines_are_none(lines: Lines, given: Line) -> None:
    _, activities, rejects = lines(meta(), event(0, "user_message", message="private"), given)
    assert (active(activities), rejects) == ([], [])


def test_what_stands_in_a_prompt_does_not_look_like_a_line(tmp_path: Path) -> None:
    text = json.dumps(running(5, usage(), usage())) + COMMIT + PATCH
    given = [item(1, "message", role="user", content=[{"type": "input_text", "text": text}])]
    given += [event(2, "user_message", message=text), answered(3, text)]
    requests, activities, rejects = read(save(tmp_path / "a.jsonl", meta(), *given))
    assert (requests, made(activities), rejects) == ([], (0, 0), [])


def test_a_tool_whose_name_is_no_text_is_none(lines: Lines) -> None:
    call = item(2, "function_call", name={"exec_command": COMMIT}, call_id="c", arguments=json.dumps({"cmd": COMMIT}))
    assert made(lines(meta(), turn(1), call, answered(3, "Process exited with code 0\n"))[1]) == (0, 0)
