"""Codex's rollouts as they must not be and are: cut, garbled, of odd types, deep and long."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from tests.sources.reading import dumped, save
from tests.sources.test_codex import (
    SAMPLE,
    THREAD,
    WAYS,
    Line,
    event,
    item,
    line,
    meta,
    raw,
    read,
    reader,
    record,
    running,
    spent,
    turn,
    usage,
)
from usagestats.events import MAX_COUNT
from usagestats.sources.objects import words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sources.test_codex import Lines

COUNT = f"an integer from 0 to {MAX_COUNT}"


@pytest.fixture(params=WAYS)
def lines(request: pytest.FixtureRequest, tmp_path: Path) -> Lines:
    return reader(request.param, tmp_path)


def test_a_byte_order_mark_carriage_returns_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    rows = [dumped(meta()), b"", b"   ", dumped(turn(1)), dumped(record(2)), dumped(item(3, "function_call_output"))]
    requests, activities, rejects = raw(tmp_path, b"\xef\xbb\xbf" + b"\r\n".join(rows) + b"\r\n\n")
    assert (spent(requests), rejects) == ([(100, 10)], [])
    assert [one["active_time_seconds"] for one in activities] == [1.0]


def test_a_line_ends_at_a_line_feed_only(tmp_path: Path) -> None:
    text = event(1, "user_message", message="a\u2028b\u2029c\x85d")
    content = json.dumps(text, ensure_ascii=False).encode() + b"\n" + dumped(record(2)) + b"\n"
    assert [len(part) for part in raw(tmp_path, content)] == [1, 0, 0]


def test_a_half_written_last_line_is_no_fault_and_a_whole_one_counts(tmp_path: Path) -> None:
    whole = dumped(record(2))
    assert [len(part) for part in raw(tmp_path, dumped(meta()) + b"\n" + whole[:99])] == [0, 0, 0]
    assert [len(part) for part in raw(tmp_path, dumped(meta()) + b"\n" + whole)] == [1, 0, 0]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert raw(tmp_path, b"") == ([], [], [])


@pytest.mark.parametrize(
    ("bad", "allowed", "came"),
    [
        (b"private garbage", "a line of JSON", "something else"),
        (dumped(record(2))[:99], "a line of JSON", "something else"),
        (b"[1,2]", "a JSON object", "array"),
        (b"7", "a JSON object", "integer"),
        (b"null", "a JSON object", "null"),
        (b"[" * 100_000, "a line of JSON", "something else"),
        (b'{"timestamp":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "a line of JSON", "something else"),
        (b"\x00\xff\xfe", "a line of JSON", "something else"),
    ],
)
def test_a_line_that_is_no_object_is_a_reject_without_its_content(
    tmp_path: Path, bad: bytes, allowed: str, came: str
) -> None:
    requests, _, rejects = raw(tmp_path, dumped(meta()) + b"\n" + bad + b"\n" + dumped(record(2)) + b"\n")
    assert len(requests) == 1
    assert [str(one) for one in rejects] == [f"{tmp_path / 'raw.jsonl'}:2: record must be {allowed}, not {came}"]


@pytest.mark.parametrize(
    ("value", "came"),
    [
        ("12 private", "text"),
        (-1, "an integer out of range"),
        (MAX_COUNT + 1, "an integer out of range"),
        (1.5, "number"),
        (True, "boolean"),
        ([1], "array"),
        ({"private": 1}, "object"),
    ],
)
def test_tokens_that_are_none_are_a_reject(lines: Lines, value: object, came: str) -> None:
    given = [record(2, output=value), running(3, usage(1, value)), running(4, None, usage(1, value))]
    requests, _, rejects = lines(meta(), *given, record(9, "good"))
    assert len(requests) == 1
    assert [(one.field, one.allowed, one.came) for one in rejects] == [("output_tokens", COUNT, came)] * 3


def test_whole_floats_are_integers_and_nulls_are_zero(lines: Lines) -> None:
    requests, _, rejects = lines(meta(), record(2, prompt=100.0, cached=None, written=None))
    assert (spent(requests), rejects) == ([(100, 10)], [])


def test_a_prompt_too_big_for_a_count_is_a_reject(lines: Lines) -> None:
    _, _, rejects = lines(meta(), record(2, prompt=1, cached=MAX_COUNT, written=1))
    assert [(one.field, one.came) for one in rejects] == [("tokens", "more")]


@pytest.mark.parametrize(
    ("bad", "field", "came"),
    [
        (record(2) | {"timestamp": None}, "timestamp", "null"),
        (record(2) | {"timestamp": "2026-11-18"}, "timestamp", "other text"),
        (record(2) | {"timestamp": "yesterday, about nine o'clock"}, "timestamp", "other text"),
        (record(2) | {"timestamp": 1794992400000}, "timestamp", "integer"),
        (running(2, usage(), usage()) | {"timestamp": []}, "timestamp", "array"),
        (event(2, "error") | {"timestamp": None}, "timestamp", "null"),
        (event(2, "user_message") | {"timestamp": 7}, "timestamp", "integer"),
        (item(2, "function_call_output") | {"timestamp": "yesterday, about nine o'clock"}, "timestamp", "other text"),
        (event(2, "exec_command_end", command="git commit", exit_code=0) | {"timestamp": None}, "timestamp", "null"),
        (record(2, 7), "response_id", "integer"),
        (record(2, "\ud800"), "response_id", "text"),
        (line(2, "token_usage_record", 7), "payload", "integer"),
        (line(2, "token_usage_record", {"usage": []}), "usage", "array"),
        (event(2, "token_count", info=7), "info", "integer"),
        (event(2, "token_count", info={"total_token_usage": "private"}), "total_token_usage", "text"),
        (event(2, "item_completed", item="commit"), "item", "text"),
        (turn(2, {"private": 1}), "model", "object"),
        (meta(2, 7), "id", "integer"),
        (meta(2, model_provider=["private"]), "model_provider", "array"),
    ],
)
def test_a_field_that_matters_of_the_wrong_kind_is_a_reject(lines: Lines, bad: Line, field: str, came: str) -> None:
    requests, _, rejects = lines(bad, record(9, "good"))
    assert len(requests) == 1
    assert [(one.field, one.came) for one in rejects] == [(field, came)]


def test_a_field_that_does_not_matter_may_be_anything(lines: Lines) -> None:
    given: list[Line] = [
        meta(0, timestamp=7, source=7, session_id=[], parent_thread_id=7, forked_from_id={}, history_base=None),
        event(1, "task_started", turn_id=7),
        turn(1, turn_id=["x"]),
        event(2, "task_complete", turn_id=7, error=None),
        event(2, "error", turn_id={}, codex_error_info=[7]),
        {"type": 7, "timestamp": 7, "payload": 7},
        {"type": "event_msg", "timestamp": 7, "payload": 7},
        {"type": "event_msg", "payload": {"type": ["token_count"]}},
        {"type": "event_msg", "payload": None},
        line(3, "session_meta", None),
        {"type": "message", "role": "user", "content": []},
        {"type": "token_usage_record"},
        item(3, "function_call", name=7, call_id=7, arguments="commit"),
        item(3, "local_shell_call", call_id="c", action="commit"),
        item(3, "function_call_output", call_id=7),
        event(3, "item_completed", item=None) | {"note": "commit"},
        event(3, "user_message") | {"timestamp": None},
        event(3, "exec_command_end", command={"git": "commit"}, exit_code="0"),
        meta(4, {"private": 1}),
    ]
    requests, _, rejects = lines(*given, record(9))
    assert [one["success"] for one in requests] == [False, True]
    assert rejects == []


def test_of_duplicate_keys_the_last_counts(tmp_path: Path) -> None:
    twice = dumped(record(2)).replace(b'"output_tokens":10', b'"output_tokens":"x","output_tokens":11')
    assert spent(raw(tmp_path, twice + b"\n")[0]) == [(100, 11)]


def test_letters_that_are_no_utf_8_are_passed_over(tmp_path: Path) -> None:
    bad = dumped(event(2, "error", message="x")).replace(b'"x"', b'"\xff"')
    requests, _, rejects = raw(tmp_path, bad + b"\n")
    assert ([one["success"] for one in requests], rejects) == ([False], [])
    assert words({"a": "\ud800"}, "a") is None


def test_a_line_of_twenty_megabytes_is_a_line(tmp_path: Path) -> None:
    big = "x" * 20_000_000
    given = [
        item(1, "function_call_output", call_id="c", output=big),
        event(2, "task_complete", last_agent_message=big),
    ]
    requests, activities, rejects = read(save(tmp_path / "a.jsonl", meta(base_instructions=big), *given, record(3)))
    assert (len(requests), len(activities), rejects) == (1, 1, [])


def test_the_sample_cut_or_garbled_anywhere_is_never_fatal_and_tells_nothing(tmp_path: Path) -> None:
    dice = random.Random(7)
    path = next(iter((SAMPLE / "sessions/2026/11/18").iterdir()))
    whole = path.read_bytes()
    for _ in range(300):
        at, length = dice.randrange(len(whole)), dice.randrange(1, 40)
        noise = dice.choice(
            [b"", b"null", b"\n", b'"', b"\\", b"7", b"{}", b"[[", bytes(dice.randrange(256) for _ in range(5))]
        )
        _, _, rejects = raw(tmp_path, whole[:at] + noise + whole[at + length :])
        assert not any("git" in str(one) or "/home" in str(one) or "stream" in str(one) for one in rejects)


def test_nothing_private_comes_out(tmp_path: Path) -> None:
    secret = "private-words"
    given: list[Line] = [
        meta(cwd=secret, originator=secret, base_instructions={"text": secret}, git={"branch": secret}),
        turn(1, cwd=secret, user_instructions=secret),
        event(2, "user_message", message=secret, images=[secret]),
        item(2, "message", role="user", content=[{"text": secret}]),
        record(3),
        item(
            4, "function_call", name="shell", call_id="c", arguments=json.dumps({"command": f"git commit -m {secret}"})
        ),
        item(5, "function_call_output", call_id="c", output=f"Exit code: 0\nOutput:\n{secret}"),
        event(
            6,
            "item_completed",
            item={"type": "FileChange", "id": "d", "changes": {secret: {"type": "add", "content": secret}}},
        ),
        event(7, "task_complete", last_agent_message=secret, error={"message": secret, "codex_error_info": secret}),
        event(8, "token_count", info=secret),
        turn(9, [secret]),
        meta(9, {secret: secret}),
    ]
    requests, activities, rejects = read(save(tmp_path / "a.jsonl", *given))
    assert (len(requests), len(activities), len(rejects)) == (2, 3, 2)
    assert secret not in str((requests, activities, [str(one) for one in rejects]))
    assert {one["session_id"] for one in requests} == {THREAD}
