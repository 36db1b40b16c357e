"""Claude Code's transcripts: ``projects/**/*.jsonl``, one JSON object a line.

What counts: ``assistant`` lines with ``usage`` (requests), ``user`` lines (prompts and tool results: instants, commits,
lines of code), and ``progress`` lines that embed a subagent's message. Every other line is passed over.

Each line is decoded by type, which skips what is not named there at 1 to 2 GB/s; a line that this refuses is judged
once more, field by field (`carefully`). Long tool results need not even be skipped, see `_quickly`. Nothing of a
prompt, path or command is kept: of a command, only whether it commits.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.events import MAX_COUNT, Reject, Table
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.claude_code_lines import (
    Data,
    Embedded,
    Line,
    Message,
    Refused,
    ToolResult,
    Usage,
    carefully,
    decoded,
    message_of,
    tool_result_of,
)
from usagestats.sources.instants import INSTANT_ALLOWED, microseconds
from usagestats.sources.lines import BOM, each, is_cut, type_name
from usagestats.sources.logs import Logs, below
from usagestats.sources.seen import EMBEDDED, FAILED, MAIN, SIDECHAIN
from usagestats.sources.settling import Sightings, Take, nameless_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path


SYNTHETIC: Final = "<synthetic>"
"""The model of lines that the program wrote itself: failed requests, and notes that are none."""

COMMIT: Final = re.compile(
    r"""\bgit
    (?:[\s\\]+(?:(?:-[cC]|--(?:git-dir|work-tree|namespace|exec-path|config-env))[\s\\]+(?:"[^"]*"|'[^']*'|\S)++|-\S++))*+
    [\s\\]+commit(?![\w-])""",
    re.VERBOSE,
)
"""A shell command that holds a ``git commit``, global options before the word included."""

LONG_BYTES: Final = 1500
"""From this length on, skipping a tool result by searching is cheaper than by decoding (measured)."""

_INERT = (b'{"type":"file-history-snapshot",', b'{"type":"queue-operation",', b'{"type":"summary",')
_ENDS = (b"}\n", b"}\r\n")
_USER = b',"message":{"role":"user","content":['
_MESSAGE = b',"message":{'
_TYPE_BYTES = len(b',"type":"user"')
_HEAD_BYTES = 800
_HEADS = 64
_UUID = b'}]},"uuid":"'
_STAMP = b'","timestamp":"'
_STAMP_AT = len(_UUID) + 36
_PARENT = b'{"parentUuid":"'
_ID_AT = len(_PARENT)
_ID_END = _ID_AT + 36
_ID_LETTERS = b"0123456789abcdef-"
_PATCH = b',"structuredPatch":['
_MAKERS = (b'"structuredPatch"', b'"create"')
_CLOSED = (b'"}\n', b'"}\r')
_RESULT = b',"toolUseResult":'
_NO_RESULT = ToolResult()
_PATCHLESS = (b'{"stdout":"', b'{"type":"text","file":{', b'{"type":"image","file":{')
_MARKS = re.compile(rb'"(?:isSidechain|leafUuid|userType)"\s*:')
_CHATS = re.compile(rb'"(?:parts|usageMetadata)"\s*:')
"""Keys of Qwen Code's chats, which else look alike."""


@dataclass(frozen=True, slots=True)
class ClaudeCode(Logs):
    """The source: where the transcripts lie, how they are recognised and how they are read."""

    name: str = "claude_code"
    application: str = "claude-code"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The transcripts below the folder, sorted.

        A folder that cannot be listed stands for itself, and is refused, with its name, on reading.
        """
        return below(root, lambda path: path.suffix == ".jsonl")

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a transcript: by its place below one of the default roots, or by its first keys."""
        if path.suffix != ".jsonl":
            return False
        folders = path.as_posix().rpartition("/")[0] + "/"
        if "/.claude/projects/" in folders or "/.config/claude/projects/" in folders:
            return True
        return head.removeprefix(BOM).startswith(_INERT) or bool(_MARKS.search(head) and not _CHATS.search(head))

    def family(self, path: Path) -> Path:
        """The project's folder: sessions are resumed and forked there, and their subagents lie below.

        >>> from pathlib import Path
        >>> SOURCE.family(Path("/home/me/.claude/projects/-home-me-app/0a1b/subagents/agent-1.jsonl")).name
        '-home-me-app'
        """
        return next((folder for folder in path.parents if folder.parent.name == "projects"), path.parent)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The same by column.

        Args:
            paths: The transcripts. Forks and subagents are settled right only if their parents are among them.
            progress: Called with the number of bytes after each file.
        """
        gathering = self.gathering()
        yield from gathering.rejects(paths, progress)
        yield from gathering.tables()

    def gathering(self) -> Gathering:
        """What reads transcripts in parts."""
        return Gathering(Sightings(self.application, "anthropic"), self.pause_us)


SOURCE: Final = ClaudeCode()
"""The source as the entry point names it."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """Transcripts read in parts, here or in other processes."""

    sightings: Sightings
    pause_us: int

    def chosen(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Those that are to be read: all."""
        return paths

    def rejects(self, paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Iterator[Reject]:
        """Reads transcripts to their ends; gives what is refused."""
        return each(paths, lambda path, file: Reading(path, self.sightings).rejects(file), progress)

    def packed(self) -> bytes:
        """All that was read."""
        from usagestats.sources.packing import packed_sightings

        return packed_sightings(self.sightings)

    def merge(self, packed: bytes) -> None:
        """Adds what was read elsewhere."""
        from usagestats.sources.packing import merge_sightings

        merge_sightings(self.sightings, packed)

    def tables(self) -> Iterator[Table]:
        """The records, once everything has been read."""
        return self.sightings.tables(self.pause_us)


@dataclass(slots=True)
class Reading:
    """One file's reading: everything counted goes to the sightings, what is refused comes out."""

    path: Path
    sightings: Sightings
    committing: set[str] = field(default_factory=set)
    """Calls of a shell that commit and have no result yet."""
    at: int = 0
    """Where the message of the last long user line began: that of the next mostly begins there, too."""
    heads: dict[bytes, Take | None] = field(default_factory=dict)
    """How user lines begin, behind the parent's id → what takes their instant; None if they are not counted."""

    def rejects(self, file: Iterable[bytes]) -> Iterator[Reject]:
        """Reads the whole file; gives a reject for each line that should have counted and could not."""
        quickly, slowly = self._quickly, self._line
        for number, line in enumerate(file, 1):
            try:
                if len(line) < LONG_BYTES or not quickly(line):
                    slowly(decoded(line))
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                refused = self._second_try(line)
            except Refused as error:
                refused = error
            else:
                continue
            if refused:
                yield Reject(f"{self.path}:{number}", refused.where, refused.allowed, refused.came)

    def _quickly(self, line: bytes) -> bool:  # noqa: PLR0911 - each way out is a reason to leave the line alone
        """Reads a long line without looking at its long parts; False leaves the line to the decoder.

        Sound for every valid line. What stands before ``,"message":`` is decoded, so that key is the line's own. A
        user's message is one of the API, whose blocks hold no ``uuid`` and ``timestamp``; so the first place where a
        list and a message end and ``"uuid":"…","timestamp":"…"`` follows is the end of that message (inside a string
        the quotes would be escaped). What follows must be nothing, or the result of a tool (`_patch`).
        """
        at = self.at
        if not line.startswith(_USER, at):
            if line.startswith(_INERT):
                return line.endswith(_ENDS)
            if line.startswith(_MESSAGE, at - _TYPE_BYTES):
                return False  # a response in the same session: spares the search
            self.at = at = line.find(_USER, 0, _HEAD_BYTES)
        if at < 0 or self.committing or not line.endswith(_ENDS):
            return False
        end = line.find(_UUID, at) + _STAMP_AT
        if line[end : end + len(_STAMP)] != _STAMP or end < at + _STAMP_AT:
            return False
        start = end + len(_STAMP)
        patch = _patch(line, start + 24)
        if patch is None:
            return False
        take = self._head(line, at)
        instant = microseconds(line[start : start + 24].decode("ascii", "replace"))
        if take is None or instant is None:
            return False
        if patch is not _NO_RESULT:
            message = message_of(line[at + len(_MESSAGE) - 1 : end - _STAMP_AT + 3])
            self._made(take.session_id, message, instant, _added(patch))
        take.instant(instant)
        return True

    def _head(self, line: bytes, at: int) -> Take | None:
        """What takes the instant of a user line whose message is at that place; None if the line is not a plain one.

        The heads of a session's lines differ in the parent's id only, so each is decoded once.
        """
        plain = line.startswith(_PARENT) and not line[_ID_AT:_ID_END].translate(None, _ID_LETTERS)
        key = line[_ID_END:at] if plain else line[:at]
        if key not in self.heads:
            if len(self.heads) >= _HEADS:
                self.heads.clear()
            head = decoded(line[:at] + b"}")
            counted = head.type == "user" and not head.isMeta
            self.heads[key] = self.sightings.take(head.sessionId) if counted else None
        return self.heads[key]

    def _line(self, line: Line) -> None:
        message = line.message
        if line.type == "assistant":
            if message.__class__ is Message:
                self._assistant(line, message)
        elif line.type == "user":
            if not line.isMeta:
                self._user(line, message)
        elif line.type == "progress" and isinstance(line.data, Data):
            self._progress(line, line.data)

    def _assistant(self, line: Line, message: Message) -> None:
        content = message.content
        if content.__class__ is list:
            for block in content:
                if block.name == "Bash" and block.id and block.input and is_commit(block.input.command):
                    self.committing.add(block.id)
        self._request(line, message, line.sessionId, SIDECHAIN if line.isSidechain else MAIN)

    def _progress(self, line: Line, data: Data) -> None:
        embedded = data.message
        if data.type != "agent_progress" or not isinstance(embedded, Embedded) or embedded.type != "assistant":
            return
        if isinstance(embedded.message, Message):
            embedded.timestamp = embedded.timestamp or line.timestamp
            self._request(embedded, embedded.message, line.sessionId, EMBEDDED)

    def _request(self, line: Line | Embedded, message: Message, session_id: str | None, standing: int) -> None:
        usage, model = message.usage, message.model
        if line.isApiErrorMessage:
            standing |= FAILED
            usage = usage or Usage()
        if usage is None or (model == SYNTHETIC and standing < FAILED):
            return
        read, created, output = usage.cache_read_input_tokens, usage.cache_creation_input_tokens, usage.output_tokens
        prompt = usage.input_tokens + read + created
        if prompt > MAX_COUNT:
            raise Refused(where="usage", allowed=f"at most {MAX_COUNT} tokens", came="more")
        instant = _instant(line.timestamp)
        key = f"{message.id or ''}\n{line.requestId or ''}"
        if key == "\n":
            key += nameless_key(session_id, instant, model, output, prompt, read, created)
        sightings = self.sightings
        number = 0 if model == SYNTHETIC else sightings.names[model]
        session = sightings.names[session_id]
        sightings.requests.see(key, (output, prompt, read, created, instant, session, number, standing))

    def _user(self, line: Line, message: Message | str | None) -> None:
        result = line.toolUseResult
        added = _added(result) if isinstance(result, ToolResult) else 0
        if line.timestamp is None and not added and not self.committing:
            return
        instant = _instant(line.timestamp)
        if added or self.committing:
            self._made(line.sessionId, message, instant, added)
        self.sightings.take(line.sessionId).instant(instant)

    def _made(self, session_id: str | None, message: Message | str | None, instant: int, added: int) -> None:
        """Takes down the commits that the message reports, and the lines that its tool added."""
        content = message.content if isinstance(message, Message) else None
        results = [block for block in content if block.tool_use_id] if isinstance(content, list) else []
        for block in results:
            if block.tool_use_id in self.committing:
                self.committing.discard(block.tool_use_id)
                if not block.is_error:
                    self.sightings.activity(block.tool_use_id, session_id, instant, 1, 0)
        if added:
            key = results[0].tool_use_id if results else nameless_key(session_id, instant, added)
            self.sightings.activity(key or "", session_id, instant, 0, added)

    def _second_try(self, line: bytes) -> Refused | None:
        """Reads a line that the typed decoder refused; gives the reason if it is no JSON object or a field is wrong."""
        if line.isspace():
            return None
        try:
            raw = json.loads(line.decode("utf-8", "replace"))
            if not isinstance(raw, dict):
                return Refused("record", "a JSON object", type_name(raw))
            self._line(carefully(raw))
        except (ValueError, RecursionError) as error:
            if isinstance(error, Refused):
                return error
            return None if is_cut(line) else Refused("record", "a line of JSON", "something else")
        return None


def is_commit(command: str | None) -> bool:
    """Whether the shell command holds a ``git commit``.

    >>> is_commit("git -C /tmp commit -m x"), is_commit("git log --grep commit"), is_commit("git commit-tree HEAD")
    (True, False, False)
    """
    return command is not None and "commit" in command and COMMIT.search(command) is not None


def _patch(line: bytes, end: int) -> ToolResult | None:
    """What the tool wrote, by what follows the timestamp that ends there; an empty result if nothing, None if unclear.

    ``"structuredPatch":[`` cannot stand inside a string. It is the result's own if what follows it, to the end of the
    line, closes one object more than it opens, and then the line.
    """
    start = end + 1 + len(_RESULT)
    if line[end + 1 : start] != _RESULT:
        return _NO_RESULT if line[end : end + 3] in _CLOSED else None
    if line.startswith(_PATCHLESS, start):
        return _NO_RESULT
    at = line.rfind(_PATCH, start)
    if at < 0:
        return None if any(line.find(key, start) >= 0 for key in _MAKERS) else _NO_RESULT
    try:
        found = tool_result_of(b"{" + line[at + 1 : line.rindex(b"}")])
    except msgspec.MsgspecError:
        return None
    return found if found.structuredPatch else None


def _instant(text: str | None) -> int:
    """The line's instant.

    Raises:
        Refused: there is none.
    """
    instant = microseconds(text) if text else None
    if instant is None:
        raise Refused(where="timestamp", allowed=INSTANT_ALLOWED, came="null" if text is None else "other text")
    return instant


def _added(result: ToolResult) -> int:
    """The lines that the tool added: ``+`` lines of the patch, or all of a file it created."""
    if result.structuredPatch:
        return sum(row.startswith("+") for hunk in result.structuredPatch for row in hunk.lines)
    if result.type == "create" and isinstance(result.content, str) and result.content:
        return result.content.count("\n") + (not result.content.endswith("\n"))
    return 0
