"""Claude Code's transcripts as they must not be and are: cut, garbled, of odd types, deep and long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sources.test_claude_code import (
    PAD,
    active,
    answer,
    assistant,
    at,
    call,
    dumped,
    lines,
    progress,
    raw,
    save,
    total,
    user,
)
from usagestats.events import MAX_COUNT
from usagestats.sources.claude_code import SOURCE

if TYPE_CHECKING:
    from pathlib import Path


def test_a_byte_order_mark_carriage_returns_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    long = user(answer("t", content=PAD), 5, toolUseResult={"stdout": ""})
    content = (
        b"\xef\xbb\xbf"
        + b"\r\n".join([dumped(user("a", 0)), b"", b"   ", dumped(long), dumped(assistant("m", 9))])
        + b"\r\n\n"
    )
    requests, activities, rejects = raw(tmp_path, content)
    assert (len(requests), rejects) == (1, [])
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 9}


def test_a_line_ends_at_a_line_feed_only(tmp_path: Path) -> None:
    text = [{"type": "text", "text": "a\u2028b\u2029c\x85d"}]
    requests, _, rejects = raw(
        tmp_path, json.dumps(assistant("m", 0, content=text), ensure_ascii=False).encode() + b"\n"
    )
    assert (len(requests), rejects) == (1, [])


def test_a_half_written_last_line_is_no_fault_and_a_whole_one_counts(tmp_path: Path) -> None:
    whole = dumped(assistant("m", 0))
    assert [len(part) for part in raw(tmp_path, whole + b"\n" + whole[:300])] == [1, 0, 0]
    assert [len(part) for part in raw(tmp_path, whole)] == [1, 0, 0]


def test_a_cut_line_in_the_middle_is_a_reject(tmp_path: Path) -> None:
    whole = dumped(assistant("m", 0))
    requests, _, rejects = raw(tmp_path, whole[:200] + b"\n" + whole + b"\n")
    assert len(requests) == 1
    assert [(one.place, one.field) for one in rejects] == [(f"{tmp_path / 'raw.jsonl'}:1", "record")]


@pytest.mark.parametrize(
    "garbage", [b"\x00\xff\xfe garbage", b"not json", b"[1,2]", b"7", b'"text"', b"null", b"{", b"{}{}", b"\x80" * 2000]
)
def test_garbage_is_a_reject_that_shows_nothing_of_it(tmp_path: Path, garbage: bytes) -> None:
    requests, _, rejects = raw(tmp_path, garbage + b"\n" + dumped(assistant("m", 0)) + b"\n")
    assert len(requests) == 1
    assert [(one.field, one.came in {"something else", "array", "integer", "text", "null"}) for one in rejects] == [
        ("record", True)
    ]


def test_garbage_inside_a_text_does_no_harm(tmp_path: Path) -> None:
    line = dumped(assistant("m", 0)).replace(b"private words", b"\xff\xfe\x80")
    surrogate = dumped(assistant("n", 0)).replace(b"private words", b"\\ud800 cut emoji")
    requests, _, rejects = raw(tmp_path, line + b"\n" + surrogate + b"\n")
    assert (len(requests), rejects) == (2, [])


def test_spaces_in_the_json_change_nothing(tmp_path: Path) -> None:
    given = [
        user("a", 0),
        assistant("m", 9),
        user(answer("t", content=PAD), 10, toolUseResult={"structuredPatch": [{"lines": ["+a"]}]}),
    ]
    requests, activities, rejects = raw(
        tmp_path, b"".join(json.dumps(one, separators=(" , ", " : ")).encode() + b"\n" for one in given)
    )
    assert (len(requests), total(activities, "lines_of_code"), rejects) == (1, 1, [])
    assert active(activities) == {"claude-code:active:s:2026-11-18T09": 10}


def test_nulls_are_defaults_anywhere(tmp_path: Path) -> None:
    usage = {"input_tokens": None, "output_tokens": 5, "cache_read_input_tokens": None, "service_tier": None}
    given: list[dict[str, Any]] = [
        assistant(
            "m", 0, message={"usage": usage, "content": None, "model": None}, isSidechain=None, isApiErrorMessage=None
        ),
        dict.fromkeys(assistant("m", 0)),
        assistant("n", 0) | {"message": None},
        user("a", 0) | {"message": None, "toolUseResult": None},
        user(None, 0),
        progress("p", 0) | {"data": None},
        {"type": None},
    ]
    requests, _, rejects = lines(tmp_path, *given)
    assert [(one["input_tokens"], one["output_tokens"], one["model"]) for one in requests] == [(0, 5, None)]
    assert rejects == []


@pytest.mark.parametrize(
    ("value", "came"),
    [
        ("7", "text"),
        (1.5, "number"),
        (float("nan"), "number"),
        (float("inf"), "number"),
        (True, "boolean"),
        ([], "array"),
        ({}, "object"),
        (-1, "an integer out of range"),
        (-1.0, "an integer out of range"),
        (2**63, "an integer out of range"),
        (10**40, "an integer out of range"),
        (1e300, "an integer out of range"),
    ],
)
def test_a_token_count_of_the_wrong_kind_is_a_reject_named_by_its_type(
    tmp_path: Path, value: object, came: str
) -> None:
    requests, _, rejects = lines(
        tmp_path, assistant("m", 0, output=value), progress("p", 0, output=value), assistant("n", 0)
    )
    assert len(requests) == 1
    allowed = f"an integer from 0 to {MAX_COUNT}"
    assert [(one.field, one.allowed, one.came) for one in rejects] == [
        ("message.usage.output_tokens", allowed, came),
        ("data.message.message.usage.output_tokens", allowed, came),
    ]


def test_whole_floats_are_integers(tmp_path: Path) -> None:
    requests, _, rejects = lines(tmp_path, assistant("m", 0, output=7.0))
    assert (total(requests, "output_tokens"), rejects) == (7, [])


def test_a_prompt_too_big_for_a_count_is_a_reject(tmp_path: Path) -> None:
    usage = {"input_tokens": MAX_COUNT, "cache_read_input_tokens": 1}
    requests, _, rejects = lines(tmp_path, assistant("m", 0, message={"usage": usage}))
    assert requests == []
    assert [(one.field, one.came) for one in rejects] == [("message.usage", "more")]


@pytest.mark.parametrize(
    ("more", "field", "came"),
    [
        ({"timestamp": None}, "timestamp", "null"),
        ({"timestamp": ""}, "timestamp", "other text"),
        ({"timestamp": "2026-11-18"}, "timestamp", "other text"),
        ({"timestamp": 1794992400000}, "timestamp", "integer"),
        ({"sessionId": 7}, "sessionId", "integer"),
        ({"sessionId": "\ud800"}, "sessionId", "text"),
        ({"requestId": {}}, "requestId", "object"),
        ({"message": {"id": 7}}, "message.id", "integer"),
        ({"message": {"model": []}}, "message.model", "array"),
        ({"message": {"usage": []}}, "message.usage", "array"),
    ],
)
def test_a_field_that_matters_of_the_wrong_kind_is_a_reject(
    tmp_path: Path, more: dict[str, Any], field: str, came: str
) -> None:
    line = assistant("m", 0, **more)
    requests, _, rejects = raw(tmp_path, json.dumps(line).encode() + b"\n")
    assert requests == []
    assert [(one.field, one.came) for one in rejects] == [(field, came)]


@pytest.mark.parametrize(
    ("own", "outer", "field", "came"),
    [
        ("yesterday", at(0), "data.message.timestamp", "other text"),
        (7, at(0), "data.message.timestamp", "integer"),
        (None, "yesterday", "timestamp", "other text"),
        (None, None, "timestamp", "null"),
    ],
)
def test_an_embedded_line_without_an_instant_is_refused_where_one_should_stand(
    tmp_path: Path, own: object, outer: str | None, field: str, came: str
) -> None:
    line = progress("p", 0)
    line["timestamp"], line["data"]["message"]["timestamp"] = outer, own
    requests, _, rejects = lines(tmp_path, line)
    assert requests == []
    assert [(one.field, one.came) for one in rejects] == [(field, came)]


def test_a_prompt_too_big_for_a_count_is_refused_inside_another_line_too(tmp_path: Path) -> None:
    line = progress("p", 0)
    line["data"]["message"]["message"]["usage"] |= {"input_tokens": MAX_COUNT, "cache_read_input_tokens": 1}
    requests, _, rejects = lines(tmp_path, line)
    assert requests == []
    assert [(one.field, one.came) for one in rejects] == [("data.message.message.usage", "more")]


def test_a_field_that_does_not_matter_may_be_anything(tmp_path: Path) -> None:
    odd = [7, "x", {"type": 7, "id": 7, "name": [], "input": "x"}, {"input": {"command": 7}}, *call("t1", "git commit")]
    patch = {"structuredPatch": [7, {}, {"lines": 7}, {"lines": ["+a", 7]}], "content": 7, "type": 7}
    given: list[dict[str, Any]] = [
        assistant("m", 0, content=odd, isSidechain="no", version=7),
        user([7, *answer("t1"), {"tool_use_id": 7}], 1, toolUseResult=patch),
        user(7, 2, toolUseResult=7),
        user(7, 3) | {"message": 7},
        assistant("n", 4) | {"message": 7},
        assistant("o", 4, content=7, message={"id": "o"}),
        user([7], 5, toolUseResult={"type": "create", "content": "a\n", "structuredPatch": 7}),
        {"type": 7, "timestamp": 7},
        {"type": "system", "message": {"usage": 7}},
        assistant("p", 4, content="text"),
        assistant("q", 4, content=7, message={"usage": None}),
    ]
    requests, activities, rejects = lines(tmp_path, *given)
    assert [one["event_id"] for one in requests] == [
        "claude-code:m:req_m",
        "claude-code:o:req_o",
        "claude-code:p:req_p",
    ]
    assert (total(activities, "commits"), total(activities, "lines_of_code"), rejects) == (1, 2, [])


def test_an_embedded_message_is_judged_like_any_other(tmp_path: Path) -> None:
    odd = progress("p", 0, output=7.0, isApiErrorMessage=True)
    user_inside = progress("q", 0, output=7.0) | {"isMeta": 7}
    user_inside["data"]["message"]["type"] = "user"
    requests, _, rejects = lines(tmp_path, odd, user_inside)
    assert [(one["event_id"], one["success"]) for one in requests] == [("claude-code:p:req_p", False)]
    assert rejects == []


def test_nesting_of_any_depth_harms_its_own_line_only(tmp_path: Path) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    line = dumped(assistant("m", 0)).replace(b'"private words"', deep)
    requests, _, rejects = raw(tmp_path, line + b"\n" + dumped(assistant("n", 0)) + b"\n")
    assert [one["event_id"] for one in requests] == ["claude-code:n:req_n"]
    assert [one.field for one in rejects] == ["record"]


def test_a_line_of_twenty_megabytes_is_a_line(tmp_path: Path) -> None:
    big = "x" * 20_000_000
    given = [
        user(answer("t", content=big), 0, toolUseResult={"stdout": big}),
        assistant("m", 5, content=[{"type": "text", "text": big}]),
    ]
    requests, activities, rejects = lines(tmp_path, *given)
    assert (len(requests), active(activities), rejects) == (1, {"claude-code:active:s:2026-11-18T09": 5}, [])


def test_of_duplicate_keys_the_last_counts(tmp_path: Path) -> None:
    line = dumped(assistant("m", 0)).replace(
        b'"output_tokens":10', b'"output_tokens":"x","output_tokens":10,"output_tokens":11'
    )
    clean = dumped(assistant("n", 0)).replace(b'"output_tokens":10', b'"output_tokens":10,"output_tokens":11')
    requests, _, rejects = raw(tmp_path, line + b"\n" + clean + b"\n")
    assert [one["output_tokens"] for one in requests] == [11, 11]
    assert rejects == []


def test_lines_of_other_kinds_are_passed_over_however_long(tmp_path: Path) -> None:
    kinds = ("summary", "file-history-snapshot", "queue-operation", "system", "attachment", "cost-state", "api-request")
    given: list[dict[str, Any]] = [
        {"type": kind, "timestamp": at(0), "usage": {"input_tokens": 1}, "x": pad}
        for kind in kinds
        for pad in ("", PAD)
    ]
    assert lines(tmp_path, *given) == ([], [], [])


def test_a_long_snapshot_that_is_cut_in_the_middle_is_a_reject(tmp_path: Path) -> None:
    cut = dumped({"type": "file-history-snapshot", "x": PAD})[:-2]
    assert [len(part) for part in raw(tmp_path, cut + b"\n\n")] == [0, 0, 1]


def test_a_reject_comes_where_it_stands_and_reading_goes_on(tmp_path: Path) -> None:
    path = save(tmp_path / "s.jsonl", assistant("m", 0, output="x"), assistant("n", 1), assistant("o", 2, output="y"))
    found = [getattr(one, "place", "record") for one in SOURCE.read(path)]
    assert found[:2] == [f"{path}:1", f"{path}:3"]
