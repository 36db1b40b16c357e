"""Long lines of Claude Code's transcripts in bytes: where their parts stand, found without decoding them.

Inside a JSON string every quote is escaped, so bytes such as ``}]},"uuid":"`` cannot stand in one: wherever they are
in a valid line, a list and an object end there, and a key follows.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from usagestats.sources.claude_code_lines import ToolResult, tool_result_of

INERT: Final = (b'{"type":"file-history-snapshot",', b'{"type":"queue-operation",', b'{"type":"summary",')
ENDS: Final = (b"}\n", b"}\r\n")
USER: Final = b',"message":{"role":"user","content":['
MESSAGE: Final = b',"message":{'
HEAD_BYTES: Final = 800
"""Where a message begins, at the latest."""
NOTHING: Final = ToolResult()
"""The result of a tool that writes nothing, or of none."""

_PARENT = b'{"parentUuid":"'
_ID_AT = len(_PARENT)
_ID_BYTES = 36
PARENT_END: Final = _ID_AT + _ID_BYTES
"""Where the id of a line's parent ends, if the line begins with it."""

_UUID = b'}]},"uuid":"'
_STAMP = b'","timestamp":"'
_ID_END = len(_UUID) + _ID_BYTES
STAMP_AT: Final = _ID_END + len(_STAMP)
"""Where the timestamp stands, counted from the end of the message's content."""
STAMP_BYTES: Final = len("2026-11-22T10:00:00.000Z")
_RESULT_AT = STAMP_AT + STAMP_BYTES + 1
_RESULT = b',"toolUseResult":'
_CREATED = b'{"type":"create",'
_PATCH = b',"structuredPatch":['
_MAKERS = (b'"structuredPatch"', b'"create"')
_CLOSED = (b'"}\n', b'"}\r')
_SHELL = b'{"stdout":"'
_FILE = b'{"type":"text","file":{'
_PATCHLESS = (_SHELL, _FILE, b'{"type":"image","file":{')
_TWICE = (_RESULT + _SHELL, _RESULT + _FILE)
_LAST = re.compile(
    rb',"(?:totalLines":[0-9]+\}\}|(?:isImage|noOutputExpected)":(?:false|true)\})'
    rb'(?:,"sourceToolAssistantUUID":"[0-9a-f-]{36}")?\}\n'
)
_LAST_BYTES = 100
_BETWEEN_BYTES = 400
"""How far before the middle of its line a message that stands twice may end; mostly 50 to 200 (measured)."""


def has_plain_parent(line: bytes) -> bool:
    """Whether the line begins with its parent's id, 36 bytes long.

    >>> has_plain_parent(b'{"parentUuid":"0f9619ff-8b86-4d01-b42d-00cf4fc964ff","type":"user"}')
    True
    """
    return line.startswith(_PARENT) and line.find(b'"', _ID_AT) == PARENT_END and line[PARENT_END - 1] != ord("\\")


def middle_end(line: bytes, at: int) -> int:
    """Where the content of the user's message that begins at that place ends, if its result stands in the line twice.

    Then that is near the middle, which spares the search. What is found there is the end of the line's own message,
    unless the result holds whole lines of transcripts that are not text; but by its first key and the last ones of the
    line it is a file's text or what a shell printed. These hold none, and no patch. -1 if it is not found.
    """
    if not _LAST.search(line, len(line) - _LAST_BYTES):
        return -1
    end = line.find(_UUID, max(at, (at + len(line)) // 2 - _BETWEEN_BYTES))
    return end if line.startswith(_TWICE, end + _RESULT_AT) and _has_stamp(line, end) else -1


def content_end(line: bytes, at: int) -> int:
    """Where the content of the user's message that begins at that place ends; -1 if it is not clear.

    A user's message is one of the API, whose blocks hold no ``uuid`` and ``timestamp``. So the first place where a list
    and a message end and ``"uuid":"…","timestamp":"…"`` follows is the end of that message.
    """
    end = line.find(_UUID, at)
    return end if _has_stamp(line, end) else -1


def _has_stamp(line: bytes, end: int) -> bool:
    stamp = end + _ID_END
    return end >= 0 and line.startswith(_STAMP, stamp) and line.find(b'"', end + len(_UUID)) == stamp


def patch_after(line: bytes, end: int) -> ToolResult | None:
    """What the tool wrote, by what follows the content that ends there; `NOTHING` if nothing, None if unclear.

    ``"structuredPatch":[`` cannot stand inside a string. It is the result's own if what follows it, to the end of the
    line, closes one object more than it opens, and then the line.
    """
    at = end + _RESULT_AT
    start = at + len(_RESULT)
    if not line.startswith(_RESULT, at):
        return NOTHING if line[at - 1 : at + 2] in _CLOSED else None
    if line.startswith(_PATCHLESS, start):
        return NOTHING
    try:
        if line.startswith(_CREATED, start):
            return tool_result_of(line[start : line.rindex(b"}")])
        at = line.rfind(_PATCH, start)
        if at < 0:
            return None if any(line.find(key, start) >= 0 for key in _MAKERS) else NOTHING
        found = tool_result_of(b"{" + line[at + 1 : line.rindex(b"}")])
    except msgspec.MsgspecError:
        return None
    return found if found.structuredPatch else None
