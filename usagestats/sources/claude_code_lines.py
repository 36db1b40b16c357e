"""What a line of Claude Code's transcripts holds, as far as it matters, and two ways to read it.

`decoded` is quick and strict. `carefully` takes what `decoded` refuses, field by field: nulls are defaults, whole
floats are integers, what does not matter may be anything, and what matters and is wrong is named by its type only.
"""

from __future__ import annotations

from typing import Final

import msgspec

from usagestats.events import Count, Refusal
from usagestats.sources.objects import Object, count, inner, text, words
from usagestats.sources.tools import line_count

EMBEDDED_AT: Final = "data.message"
"""Where a progress line holds a subagent's."""


class Usage(msgspec.Struct, gc=False):
    """The tokens of one response, as the API counts them."""

    input_tokens: Count = 0
    cache_creation_input_tokens: Count = 0
    cache_read_input_tokens: Count = 0
    output_tokens: Count = 0


class Call(msgspec.Struct, gc=False):
    """What a tool is called with; only a shell's command is looked at."""

    command: str | None = None


class Block(msgspec.Struct, gc=False):
    """A content block: a text, a call of a tool, or a tool's result."""

    tool_use_id: str | None = None
    id: str | None = None
    name: str | None = None
    input: Call | None = None
    is_error: bool | None = None


class Message(msgspec.Struct, gc=False):
    """The API's part of a line."""

    id: str | None = None
    model: str | None = None
    content: list[Block] | str | None = None
    usage: Usage | None = None


class Hunk(msgspec.Struct, gc=False):
    """A piece of a patch."""

    lines: list[str]


class ToolResult(msgspec.Struct, gc=False):
    """What a tool that writes files reports."""

    type: str | None = None
    content: str | list[msgspec.Raw] | None = None
    structuredPatch: list[Hunk] | None = None  # noqa: N815  (the log's name)


class Embedded(msgspec.Struct, gc=False):
    """A subagent's line inside a progress line."""

    type: str | None = None
    timestamp: str | None = None
    message: Message | str | None = None
    requestId: str | None = None  # noqa: N815
    isApiErrorMessage: bool | None = None  # noqa: N815


class Data(msgspec.Struct, gc=False):
    """The load of a progress line."""

    message: Embedded | str | None = None
    type: str | None = None


class Line(msgspec.Struct, gc=False):
    """A line, as far as it matters."""

    isSidechain: bool | None = None  # noqa: N815
    sessionId: str | None = None  # noqa: N815
    data: Data | str | None = None
    type: str | None = None
    message: Message | str | None = None
    isMeta: bool | None = None  # noqa: N815
    requestId: str | None = None  # noqa: N815
    timestamp: str | None = None
    toolUseResult: ToolResult | str | list[msgspec.Raw] | None = None  # noqa: N815
    isApiErrorMessage: bool | None = None  # noqa: N815


decoded = msgspec.json.Decoder(Line).decode
message_of = msgspec.json.Decoder(Message).decode
tool_result_of = msgspec.json.Decoder(ToolResult).decode


def added_lines(result: ToolResult) -> int:
    """The lines that the tool added: ``+`` lines of the patch, or all of a file it created."""
    if result.structuredPatch:
        return sum(row.startswith("+") for hunk in result.structuredPatch for row in hunk.lines)
    if result.type == "create" and isinstance(result.content, str):
        return line_count(result.content)
    return 0


def carefully(raw: Object) -> Line:
    """The line, field by field: nulls are defaults, whole floats are integers, what does not matter may be anything.

    Raises:
        Refusal: a field that matters has a wrong type.
    """
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in {"assistant", "user", "progress"}:
        return Line()
    line = Line(type=kind, isSidechain=raw.get("isSidechain") is True, isMeta=raw.get("isMeta") is True)
    if kind == "progress":
        line.data = _data(raw.get("data"))
        if line.data is None:
            return Line()
    elif kind == "assistant":
        line.message = _response(raw.get("message"))
        line.isApiErrorMessage = raw.get("isApiErrorMessage") is True
        line.requestId = text(raw, "requestId")
    else:
        line.message = _result(raw.get("message"))
        line.toolUseResult = _tool_result(raw.get("toolUseResult"))
    line.sessionId, line.timestamp = text(raw, "sessionId"), text(raw, "timestamp")
    return line


def _data(raw: object) -> Data | None:
    """The load of a progress line, if it embeds a response."""
    if not isinstance(raw, dict) or raw.get("type") != "agent_progress" or not isinstance(raw.get("message"), dict):
        return None
    line = raw["message"]
    if line.get("type") != "assistant":
        return None
    failed = line.get("isApiErrorMessage") is True
    try:
        message = _response(line.get("message"))
        embedded = Embedded("assistant", text(line, "timestamp"), message, text(line, "requestId"), failed)
    except Refusal as refusal:
        raise refusal.within(EMBEDDED_AT) from None
    return Data(embedded, "agent_progress")


def _response(raw: object) -> Message | None:
    """The message of an assistant's line."""
    if not isinstance(raw, dict):
        return None
    try:
        usage = _usage(inner(raw, "usage"))
        return Message(text(raw, "id"), text(raw, "model"), _blocks(raw.get("content")), usage)
    except Refusal as refusal:
        raise refusal.within("message") from None  # noqa: EM101 - the name of a field


def _usage(raw: Object | None) -> Usage | None:
    if raw is None:
        return None
    try:
        return Usage(*(count(raw, name) for name in Usage.__struct_fields__))
    except Refusal as refusal:
        raise refusal.within("usage") from None  # noqa: EM101 - the name of a field


def _result(raw: object) -> Message:
    """The message of a user's line, of which only the results of tools matter."""
    return Message(content=_blocks(raw.get("content")) if isinstance(raw, dict) else None)


def _blocks(raw: object) -> list[Block]:
    """The content blocks that can be read."""
    return [_block(one) for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def _block(raw: Object) -> Block:
    called = raw.get("input")
    command = called.get("command") if isinstance(called, dict) else None
    given = Call(command) if isinstance(command, str) else None
    return Block(words(raw, "tool_use_id"), words(raw, "id"), words(raw, "name"), given, raw.get("is_error") is True)


def _tool_result(raw: object) -> ToolResult | None:
    """The tool's report, as far as it can be read."""
    if not isinstance(raw, dict):
        return None
    content, patch = raw.get("content"), raw.get("structuredPatch")
    hunks = [one.get("lines") for one in patch if isinstance(one, dict)] if isinstance(patch, list) else []
    return ToolResult(
        "create" if raw.get("type") == "create" else None,
        content if isinstance(content, str) else None,
        [Hunk([row for row in rows if isinstance(row, str)]) for rows in hunks if isinstance(rows, list)],
    )
