"""Claude Code's forks, commits, lines of code and active time."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.benchmark.claude_code_logs import generate
from tests.sources.test_claude_code import (
    PAD,
    active,
    answer,
    assistant,
    at,
    call,
    lines,
    progress,
    read,
    save,
    split,
    total,
    user,
)
from usagestats.sources.claude_code import SOURCE, ClaudeCode

if TYPE_CHECKING:
    from pathlib import Path

PATCH = {"structuredPatch": [{"oldStart": 1, "lines": [" a", "-b", "+B", "++c", "\\ No newline at end of file"]}]}


def fork(session: str, *given: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines as a fork copies them."""
    return [line | {"sessionId": session} for line in given]


# forks


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_what_a_fork_copied_belongs_to_the_session_that_went_on_first(tmp_path: Path, names: tuple[str, str]) -> None:
    old = [user("p", 0, "old"), assistant("m1", 10, session="old")]
    parent = save(tmp_path / f"{names[0]}.jsonl", *old, assistant("m2", 20, session="old"))
    child = save(
        tmp_path / f"{names[1]}.jsonl", *fork("new", *old), user("q", 100, "new"), assistant("m3", 104, session="new")
    )
    requests, activities, _ = read(*sorted((parent, child)))
    assert [(one["event_id"], one["session_id"]) for one in requests] == [
        ("claude-code:m1:req_m1", "old"),
        ("claude-code:m2:req_m2", "old"),
        ("claude-code:m3:req_m3", "new"),
    ]
    assert active(activities) == {"claude-code:active:old:2026-11-18T09": 20, "claude-code:active:new:2026-11-18T09": 4}


def test_a_session_without_a_line_of_its_own_is_the_one_that_was_copied(tmp_path: Path) -> None:
    old = [user("p", 0, "z-old"), assistant("m1", 10, session="z-old")]
    requests, activities, _ = lines(tmp_path, *fork("a-new", *old), assistant("m2", 60, session="a-new"), *old)
    assert [one["session_id"] for one in requests] == ["z-old", "a-new"]
    assert active(activities) == {"claude-code:active:z-old:2026-11-18T09": 10}


def test_two_equal_sessions_are_told_apart_by_their_id(tmp_path: Path) -> None:
    old = [assistant("m1", 10, session="b"), assistant("m2", 12, session="b")]
    requests, activities, _ = lines(tmp_path, *old, *fork("a", *old))
    assert [one["session_id"] for one in requests] == ["a", "a"]
    assert len(activities) == 1


def test_a_fork_of_a_fork_leaves_each_line_with_its_first_session(tmp_path: Path) -> None:
    one = [assistant("m1", 10, session="one")]
    two = [*fork("two", *one), assistant("m2", 100, session="two")]
    three = [*fork("three", *two), assistant("m3", 200, session="three")]
    requests, _, _ = lines(tmp_path, *three, *two, *one)
    assert [one["session_id"] for one in requests] == ["one", "two", "three"]


def test_two_forks_of_one_session_leave_it_its_lines(tmp_path: Path) -> None:
    old = [assistant("m1", 10, session="old"), assistant("m2", 20, session="old")]
    left = [*fork("left", *old[:1]), assistant("m3", 300, session="left")]
    right = [*fork("right", *old), assistant("m4", 400, session="right")]
    requests, _, _ = lines(tmp_path, *right, *left, *old)
    assert [one["session_id"] for one in requests] == ["old", "old", "left", "right"]


def test_a_prompt_that_some_of_a_family_copied_is_the_first_ones_time(tmp_path: Path) -> None:
    old = [user("p", 0, "old"), assistant("m1", 10, session="old"), user("q", 60, "old")]
    left = [*fork("left", *old[:2]), user("on", 300, "left")]
    right = [*fork("right", *old), user("on", 400, "right")]
    _, activities, _ = lines(tmp_path, *right, *left, *old, user("end", 90, "old"))
    assert active(activities) == {"claude-code:active:old:2026-11-18T09": 90}


def test_a_failed_request_of_a_fork_may_take_the_model_of_a_copied_line(tmp_path: Path) -> None:
    old = [assistant("m1", 10, session="old"), assistant("m2", 20, session="old")]
    failed = assistant("e", 99, session="new", message={"model": "<synthetic>"}, isApiErrorMessage=True)
    requests, _, _ = lines(tmp_path, *old, *fork("new", *old), failed)
    assert [(one["session_id"], one["model"]) for one in requests][-1] == ("new", "claude-sonnet-4-5")


# commits


def test_a_commit_counts_once_when_its_result_is_no_error(tmp_path: Path) -> None:
    given = [
        assistant("a", 0, content=call("t1", "git commit -m private")),
        user(answer("t1", is_error=False), 5),
        assistant("b", 6, content=call("t2", "git commit -m again")),
        user(answer("t2", is_error=True), 7, toolUseResult="Error: private"),
        assistant("c", 8, content=call("t3", "ls")),
        user(answer("t3"), 9),
        assistant("d", 10, content=call("t4", "git commit -m 'no result yet'")),
    ]
    _, activities, _ = lines(tmp_path, *given, *fork("forked", *given), user("on", 99, "forked"))
    commits = [one for one in activities if one.get("commits")]
    assert [(one["event_id"], one["session_id"], one["timestamp"]) for one in commits] == [
        ("claude-code:t1", "s", datetime(2026, 11, 18, 9, 0, 5, tzinfo=UTC))
    ]


def test_a_long_result_of_a_commit_counts_too(tmp_path: Path) -> None:
    given = [
        assistant("a", 0, content=call("t1", "git commit -m x")),
        user(answer("t1", content=PAD), 5, toolUseResult={"stdout": PAD}),
    ]
    assert total(lines(tmp_path, *given)[1], "commits") == 1


def test_calls_in_parallel_and_blocks_of_other_kinds_do_not_disturb(tmp_path: Path) -> None:
    content = [
        {"type": "text", "text": "x"},
        *call("t1", "git commit"),
        *call("t2", "git commit"),
        {"name": "Bash", "id": "t3"},
    ]
    results = [*answer("t2"), {"type": "text", "text": "x"}, *answer("t1"), *answer("t9")]
    _, activities, _ = lines(tmp_path, assistant("a", 0, content=content), user(results, 1))
    assert total(activities, "commits") == 2


# lines of code


@pytest.mark.parametrize("pad", ["", PAD])
@pytest.mark.parametrize(
    ("result", "added"),
    [
        (PATCH, 2),
        ({"type": "update", "content": "a\nb\n", **PATCH}, 2),
        ({"type": "create", "content": "a\nb\nc\n", "structuredPatch": []}, 3),
        ({"type": "create", "content": "a\nb\nc"}, 3),
        ({"type": "create", "content": ""}, 0),
        ({"type": "create", "content": None}, 0),
        ({"type": "text", "file": {"content": "a\n"}}, 0),
        ({"stdout": "+a\n+b", "stderr": ""}, 0),
        ({"mode": "content", "content": "+a\n+b"}, 0),
        ({"structuredPatch": []}, 0),
        ({"structuredPatch": None}, 0),
        ("Error: +a", 0),
        ([{"type": "text", "text": "+a"}], 0),
    ],
)
def test_lines_are_those_a_patch_adds_or_a_created_file_holds(
    tmp_path: Path, pad: str, result: object, added: int
) -> None:
    if isinstance(result, dict):
        result = {"filePath": "/private" + pad, **result, "userModified": False} if "stdout" not in result else result
    _, activities, rejects = lines(tmp_path, user(answer("t1", content=pad), 5, toolUseResult=result), user("x", 6))
    assert [one["lines_of_code"] for one in activities if "lines_of_code" in one] == [added] * (added > 0)
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 1}
    assert rejects == []


def test_a_patch_that_a_fork_copied_counts_once(tmp_path: Path) -> None:
    given = [assistant("a", 0), user(answer("t1"), 5, toolUseResult=PATCH), assistant("b", 6)]
    _, activities, _ = lines(tmp_path, *fork("new", *given), user("on", 50, "new"), *given, user("on", 7))
    found = [
        (one["event_id"], one["session_id"], one["lines_of_code"]) for one in activities if one.get("lines_of_code")
    ]
    assert found == [("claude-code:t1", "s", 2)]


def test_a_patch_without_a_tools_id_counts_once_too(tmp_path: Path) -> None:
    given = user("text", 5, toolUseResult=PATCH)
    _, activities, _ = lines(tmp_path, given, given)
    assert total(activities, "lines_of_code") == 2


def test_a_patch_inside_a_nested_object_is_not_the_results_own(tmp_path: Path) -> None:
    nested = {"filePath": PAD, "inner": {"x": 1, **PATCH}}
    both = {"inner": {"x": 1, **PATCH}, "filePath": PAD, "structuredPatch": [{"lines": ["+a"]}]}
    given = [user(answer("t1"), 5, toolUseResult=nested), user(answer("t2"), 5, toolUseResult=both)]
    assert total(lines(tmp_path, *given)[1], "lines_of_code") == 1


# active time


def test_gaps_up_to_fifteen_minutes_are_joined_and_a_lone_instant_adds_nothing(tmp_path: Path) -> None:
    _, activities, _ = lines(
        tmp_path, user("a", 0), user("b", 900), user("c", 1801), assistant("m", 1805), user("lone", 3000, "t")
    )
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 904}


def test_the_pause_is_a_setting(tmp_path: Path) -> None:
    path = save(tmp_path / "s.jsonl", user("a", 0), user("b", 600), user("c", 601))
    _, activities, _ = split(list(ClaudeCode(pause_us=60_000_000).read(path)))
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 1}


def test_each_utc_hour_has_a_record_of_its_own_that_begins_inside_it(tmp_path: Path) -> None:
    _, activities, _ = lines(tmp_path, user("a", 3500), user("b", 3700), assistant("m", 4000))
    assert [(one["event_id"], one["timestamp"], one["active_time_seconds"]) for one in activities] == [
        ("claude-code:active:s:2026-11-18T09", datetime(2026, 11, 18, 9, 58, 20, tzinfo=UTC), 100),
        ("claude-code:active:s:2026-11-18T10", datetime(2026, 11, 18, 10, tzinfo=UTC), 400),
    ]


def test_lines_that_the_program_wrote_itself_are_no_activity(tmp_path: Path) -> None:
    given = [user("a", 0), user("note", 30, isMeta=True), user(answer("t", content=PAD), 60, isMeta=True)]
    assert active(lines(tmp_path, *given)[1]) == {}


def test_a_line_without_a_session_is_no_active_time_but_its_request_counts(tmp_path: Path) -> None:
    line = assistant("m", 5) | {"sessionId": None}
    requests, activities, _ = lines(tmp_path, user("a", 0) | {"sessionId": None}, line)
    assert [one["session_id"] for one in requests] == [None]
    assert activities == []


def test_a_prompt_without_an_instant_is_passed_over(tmp_path: Path) -> None:
    assert lines(tmp_path, user("a", 0) | {"timestamp": None}) == ([], [], [])


NESTED = {"timestamp": at(700), "meta": {"uuid": "3" * 36, "timestamp": at(600)}}


@pytest.mark.parametrize(
    "ending",
    [
        {},
        {"toolUseResult": {"stdout": "x", **NESTED}},
        {"toolUseResult": {"file": "x", **NESTED}},
        {"toolUseResult": "text"},
        {"permissionMode": "x"},
    ],
)
def test_a_long_tool_result_gives_its_own_instant_and_no_nested_one(tmp_path: Path, ending: dict[str, Any]) -> None:
    nested = json.dumps(user("nested", 800), separators=(",", ":"))
    content = answer("t1", content=[{"type": "text", "text": nested + PAD, "timestamp": at(500), "uuid": "2" * 36}])
    _, activities, _ = lines(tmp_path, user("a", 0), user(content, 60, **ending))
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 60}


def test_long_lines_are_read_alike_whatever_their_head_is(tmp_path: Path) -> None:
    big = answer("t", content=PAD)
    given = [
        user(big, 0),
        user(big, 10) | {"parentUuid": None},
        user(big, 20) | {"parentUuid": '"' + "0" * 35},
        user(big, 30) | {"timestamp": "2026-11-18T09:00:30Z"},
        user(big, 40) | {"uuid": "short"},
        user(PAD, 50),
        user(big, 60) | {"type": "system"},
        user(big, 70) | {"timestamp": "x" * 24},
    ]
    _, activities, rejects = lines(tmp_path, *given)
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 50}
    assert [one.field for one in rejects] == ["timestamp"]


def test_long_lines_with_ever_different_heads_are_read_alike(tmp_path: Path) -> None:
    given = [user(answer("t", content=PAD), second, cwd=f"/{second}") for second in range(150)]
    given = [{"cwd": line["cwd"], **line} for line in given]
    assert active(lines(tmp_path, *given)[1]) == {"claude-code:active:s:2026-11-18T09": 149}


def test_a_patch_counts_whatever_follows_its_result(tmp_path: Path) -> None:
    given = user(answer("t1"), 5, toolUseResult={"filePath": PAD, **PATCH}, sourceToolAssistantUUID="4" * 36)
    assert total(lines(tmp_path, given)[1], "lines_of_code") == 2


# the whole


def test_a_generated_set_adds_up_to_its_truth(tmp_path: Path) -> None:
    truth = generate(tmp_path, 3, 7, datetime(2026, 11, 22, tzinfo=UTC))
    requests, activities, rejects = read(*SOURCE.files(tmp_path / "projects"))
    assert rejects == []
    assert (len(requests), sum(not one["success"] for one in requests)) == (truth.requests, truth.failures)
    for name in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens"):
        assert total(requests, name) == getattr(truth, name), name
    assert (total(activities, "commits"), total(activities, "lines_of_code")) == (truth.commits, truth.lines_of_code)
    assert round(total(activities, "active_time_seconds") * 1000) == truth.active_time_ms
    assert len({one["session_id"] for one in requests}) == truth.sessions


def test_the_order_of_the_files_changes_nothing(tmp_path: Path) -> None:
    generate(tmp_path, 1, 3, datetime(2026, 11, 22, tzinfo=UTC))
    files = SOURCE.files(tmp_path / "projects")
    whole = sorted(map(str, SOURCE.read_all(files)))
    for seed in range(5):
        random.Random(seed).shuffle(files)
        assert sorted(map(str, SOURCE.read_all(files))) == whole


def test_reading_long_lines_the_quick_way_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tmp_path, 2, 11, datetime(2026, 11, 22, tzinfo=UTC))
    files = SOURCE.files(tmp_path / "projects")
    quick = sorted(map(str, SOURCE.read_all(files)))
    monkeypatch.setattr("usagestats.sources.claude_code_reading.LONG_BYTES", 1 << 40)
    assert sorted(map(str, SOURCE.read_all(files))) == quick


def test_nothing_private_is_in_a_record_or_a_reject(tmp_path: Path) -> None:
    secret = "private-7c1f"
    given = [
        user(secret, 0, cwd=f"/home/{secret}"),
        assistant("a", 1, content=call("t1", f"git commit -m {secret}"), gitBranch=secret),
        user(answer("t1", content=secret), 2, toolUseResult={"filePath": secret, **PATCH}),
        progress("p", 3, content=secret),
        assistant("b", 4, output=secret),
        assistant("c", 5) | {"timestamp": secret},
        assistant("d", 6, message={"usage": secret}),
    ]
    path = save(tmp_path / "s.jsonl", *given)
    with path.open("a") as file:
        file.write(f"{secret}\n[{json.dumps(secret)}]\n")
    requests, activities, rejects = read(path)
    assert (len(requests), len(rejects)) == (2, 5)
    assert secret not in repr((requests, activities, [(one.field, one.allowed, one.came) for one in rejects]))
