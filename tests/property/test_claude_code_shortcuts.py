"""Claude Code's lines count the same whichever way they are read: decoded one by one, or by every shortcut there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from usagestats.sources import claude_code_reading
from usagestats.sources.claude_code_reading import Reading
from usagestats.sources.hashes import Hashes
from usagestats.sources.settling import Sightings

if TYPE_CHECKING:
    from collections.abc import Iterable

UUID = "0f9619ff-8b86-4d01-b42d-00cf4fc964ff"
STAMPS = (
    "2026-11-18T09:00:00.000Z",
    "2026-11-18T09:00:00.001Z",
    "2026-11-18T09:05:00.500Z",
    "2026-11-18 09:07:00+00:00",
)
LOOKALIKES = (
    "x" * 900,
    "\n",
    '"',
    "\\",
    "naïve 漢字 \u2028",
    f'"}}]}},"uuid":"{UUID}","timestamp":"{STAMPS[2]}","toolUseResult":{{"stdout":"',
    '","stderr":"","interrupted":false,"isImage":false}}',
    ',"structuredPatch":[{"lines":["+a"]}]',
    '"type":"create"',
)

texts = st.lists(st.sampled_from(LOOKALIKES), max_size=5).map("".join)
stamps = st.sampled_from((*STAMPS, *STAMPS, *STAMPS, "not a time", None))
sessions = st.sampled_from(("one", "two", None))
ids = st.sampled_from(("a", "b", "c", "", None))
counts = st.sampled_from((0, 1, 2, 5, 7, 8, 9, 7.0, None, -1))
flags = st.sampled_from((False, False, False, True, None))
hunks = st.lists(
    st.builds(lambda lines: {"oldStart": 1, "lines": lines}, st.lists(st.sampled_from((" a", "+b", "-c", "++"))))
)
tails = {"interrupted": False, "isImage": False}


def shell(printed: str, said: str, more: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return said, {"stdout": printed, "stderr": "", **tails, **more}


def file(content: str, said: str, lines: int) -> tuple[str, dict[str, Any]]:
    described = {"filePath": "/a", "content": content, "numLines": lines, "startLine": 1, "totalLines": lines}
    return said, {"type": "text", "file": described}


def edit(content: str, patch: list[Any], more: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "done", {"filePath": "/a", "originalFile": content, "structuredPatch": patch, **more}


def create(content: str, patch: object) -> tuple[str, dict[str, Any]]:
    return "done", {"type": "create", "filePath": "/b", "content": content, "structuredPatch": patch}


twice = st.builds(
    lambda text, make: make(text), texts, st.sampled_from((lambda t: shell(t, t, {}), lambda t: file(t, t, 3)))
)
results = st.one_of(
    twice,
    st.builds(shell, texts, texts, st.sampled_from(({}, {"noOutputExpected": True}, {"more": {"stdout": "x"}}))),
    st.builds(file, texts, texts, st.integers(0, 2000)),
    st.builds(edit, texts, hunks, st.sampled_from(({}, {"userModified": False}, {"meta": {"structuredPatch": [1]}}))),
    st.builds(create, texts, st.sampled_from(([], None, [{"lines": ["+x"]}], "odd"))),
    st.builds(
        lambda said, odd: (said, odd), texts, st.sampled_from((None, "Error", [], [{"text": "a"}], {"mode": "content"}))
    ),
)


@st.composite
def users(draw: st.DrawFn) -> dict[str, Any]:
    """A prompt or a tool's result, its keys in the order in which they are written."""
    said, result = draw(results)
    block = {"tool_use_id": draw(ids), "type": "tool_result", "content": said}
    head = {"parentUuid": draw(st.sampled_from((UUID, None, UUID[:-1] + "\\", '"' * 36))), "isSidechain": draw(flags)}
    line: dict[str, Any] = {**head, "sessionId": draw(sessions), "type": "user"}
    if draw(flags):
        line["isMeta"] = True
    line["message"] = {"role": "user", "content": [block] if draw(st.booleans()) else said}
    line |= {"uuid": UUID, "timestamp": draw(stamps)}
    if result is not None or draw(st.booleans()):
        line["toolUseResult"] = result
    return line | ({"sourceToolAssistantUUID": UUID} if draw(st.booleans()) else {})


@st.composite
def responses(draw: st.DrawFn) -> dict[str, Any]:
    """A response's line, often a copy of the one before."""
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    usage = draw(
        st.one_of(st.none(), st.fixed_dictionaries(dict.fromkeys(names, counts)), st.just({"input_tokens": 5}))
    )
    command = draw(st.sampled_from(("git commit", "ls")))
    block = {"type": "tool_use", "id": draw(ids), "name": "Bash", "input": {"command": command}}
    message = {"id": draw(ids), "model": draw(st.sampled_from(("m", "n", None, "<synthetic>"))), "content": [block]}
    line = {"isSidechain": draw(flags), "sessionId": draw(sessions), "type": "assistant", "requestId": draw(ids)}
    return line | {"message": message | {"usage": usage}, "timestamp": draw(stamps), "isApiErrorMessage": draw(flags)}


@st.composite
def embedded(draw: st.DrawFn) -> dict[str, Any]:
    """A progress line that holds a response."""
    inner = draw(responses())
    return {"type": "progress", "sessionId": draw(sessions), "data": {"type": "agent_progress", "message": inner}}


@st.composite
def copies(draw: st.DrawFn, line: dict[str, Any]) -> dict[str, Any]:
    """The same line, later, or with what another copy of it says."""
    other = draw(responses())
    same = draw(st.sampled_from(("isSidechain", "sessionId", "isApiErrorMessage", "requestId", "timestamp")))
    usage = draw(st.sampled_from((line["message"].get("usage"), other["message"]["usage"])))
    changed = {same: other[same]} if draw(st.booleans()) else {"timestamp": draw(stamps)}
    return line | {"message": line["message"] | {"usage": usage}} | changed


@st.composite
def transcripts(draw: st.DrawFn) -> list[bytes]:
    """Some lines, responses mostly in several copies."""
    found: list[dict[str, Any]] = []
    for line in draw(st.lists(st.one_of(users(), users(), responses(), responses(), embedded()), max_size=6)):
        found.append(line)
        if line["type"] == "assistant":
            found += draw(st.lists(copies(line), max_size=3))
    end = draw(st.sampled_from((b"\n", b"\n", b"\r\n")))
    return [json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + end for line in found]


def told(parts: Iterable[list[bytes]], long_bytes: int) -> tuple[list[str], list[str]]:
    """What the parts of one file hold, each read on its own, and what was refused."""
    sightings = Sightings("claude-code", "anthropic")
    committing = Hashes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claude_code_reading, "LONG_BYTES", long_bytes)
        refused = [str(one) for part in parts for one in Reading(Path("p"), sightings, committing).rejects(part)]
    return sorted(str(record) for table in sightings.tables() for record in table.records()), refused


@given(transcripts())
@settings(suppress_health_check=[HealthCheck.too_slow])
@example([])
def test_long_lines_read_the_quick_way_count_as_decoded_ones(lines: list[bytes]) -> None:
    assert told([lines], 0) == told([lines], 1 << 40)


@given(transcripts())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_copies_that_follow_each_other_count_as_if_each_stood_alone(lines: list[bytes]) -> None:
    together, refused = told([lines], 1 << 40)
    alone, refused_alone = told(([line] for line in lines), 1 << 40)
    assert (together, len(refused)) == (alone, len(refused_alone))
