"""Where the parts of Claude Code's long lines stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sources.test_claude_code import PAD, active, answer, assistant, read, total, user
from usagestats.sources.claude_code_raw import NOTHING, USER, content_end, has_plain_parent, middle_end, patch_after

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UUID = "0f9619ff-8b86-4d01-b42d-00cf4fc964ff"
STAMP = "2026-11-18T09:00:00.000Z"
SHELL = {"stdout": PAD, "stderr": "", "interrupted": False, "isImage": False}
FILE = {"type": "text", "file": {"content": PAD, "numLines": 9, "startLine": 1, "totalLines": 12}}
HEAD = f'{{"parentUuid":"{UUID}","isSidechain":false,"sessionId":"s","type":"user"'


def line(said: str, result: object = None, **more: object) -> bytes:
    """A tool's result, as it is written."""
    message = {"role": "user", "content": [{"tool_use_id": "t", "type": "tool_result", "content": said}]}
    rest = {"message": message, "uuid": UUID, "timestamp": STAMP} | (
        {} if result is None else {"toolUseResult": result}
    )
    return (HEAD + "," + json.dumps(rest | more, separators=(",", ":"))[1:] + "\n").encode()


def places(raw: bytes) -> tuple[int, int]:
    """Where the content ends, by the middle and by a search."""
    at = raw.index(USER)
    return middle_end(raw, at), content_end(raw, at)


@pytest.mark.parametrize(
    ("said", "result"),
    [
        (PAD, SHELL),
        (PAD + "\nwarning", SHELL | {"stderr": "warning", "noOutputExpected": False}),
        ("\n".join(f"{n:6}→{'x' * 30}" for n in range(90)), FILE),
    ],
)
@pytest.mark.parametrize("more", [{}, {"sourceToolAssistantUUID": UUID}])
def test_a_result_that_stands_twice_is_found_from_the_middle(
    said: str, result: object, more: Mapping[str, object]
) -> None:
    raw = line(said, result, **more)
    middle, searched = places(raw)
    assert middle == searched == raw.index(b'}]},"uuid"')
    assert patch_after(raw, searched) is NOTHING


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("short", SHELL),  # its other copy is longer
        (PAD, {"mode": "content", "content": PAD}),
        (PAD, {"mode": "content", "isImage": False}),
        (PAD, SHELL | {"cause": "another last key"}),
        (PAD, {"type": "text", "file": {"part": {"content": PAD, "totalLines": 1}}}),  # closes another object
        (PAD, None),
    ],
)
def test_any_other_result_is_searched_for(said: str, result: object) -> None:
    middle, searched = places(line(said, result))
    assert middle < 0 < searched


def test_an_end_without_an_id_and_a_timestamp_is_none() -> None:
    assert places(line("a").replace(b'"timestamp"', b'"time"')) == (-1, -1)
    nested = f'"uuid":"a","more":{{"note":"{"b" * 17}","timestamp":"{STAMP}"}}'
    raw = line("a").replace(f'"uuid":"{UUID}","timestamp":"{STAMP}"'.encode(), nested.encode())
    assert raw.index(b'","timestamp":"') - raw.index(b'"uuid":"') - len('"uuid":"') == len(UUID)
    assert places(raw) == (-1, -1)


def test_a_created_file_is_told_with_its_content() -> None:
    raw = line("done", {"type": "create", "filePath": "/a", "content": "a\nb", "structuredPatch": []})
    patch = patch_after(raw, places(raw)[1])
    assert patch is not None
    assert (patch.type, patch.content) == ("create", "a\nb")


def test_a_result_that_is_not_the_last_of_its_line_is_unclear() -> None:
    for result in ({"type": "create", "content": "a"}, {"file": "/a", "structuredPatch": [{"lines": []}]}):
        raw = line("done", result, sourceToolAssistantUUID=UUID)
        assert patch_after(raw, places(raw)[1]) is None


@pytest.mark.parametrize(
    ("begin", "plain"),
    [
        (f'{{"parentUuid":"{UUID}","a":1}}', True),
        ('{"parentUuid":null,"a":1}', False),
        (f'{{"parentUuid":"{UUID[:-2]}","a":1}}', False),
        ('{"parentUuid":"x","isMeta":true,"a":"ppppppppppppp","b":1}', False),
        (f'{{"parentUuid":"{UUID[:-1]}\\","a":1}}', False),
    ],
)
def test_a_parent_is_plain_if_its_id_is_36_bytes_long(begin: str, plain: bool) -> None:  # noqa: FBT001 - a column
    assert has_plain_parent(begin.encode()) is plain


def test_a_line_that_only_looks_like_the_one_before_is_read_on_its_own(tmp_path: Path) -> None:
    first = line(PAD, SHELL)
    behind = first.index(UUID.encode()) + len(UUID)
    hidden = b'{"parentUuid":"x","isMeta":true,"a":"'.ljust(behind, b"p") + first[behind:]
    later = [raw.replace(STAMP.encode(), b"2026-11-18T09:05:00.000Z") for raw in (hidden, first)]
    path = tmp_path / "s.jsonl"
    path.write_bytes(first + later[0])
    assert active(read(path)[1]) == {}
    path.write_bytes(first + later[1])
    assert active(read(path)[1]) == {"claude-code:active:s:2026-11-18T09": 300}


def test_what_failed_to_read_leaves_the_request_before_it(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(assistant("m1", 1, output=3)) + "\n" + json.dumps(user(answer("t"), 2)) + "\n{nothing\n")
    requests, _, rejects = read(path)
    assert (total(requests, "output_tokens"), len(rejects)) == (3, 1)
