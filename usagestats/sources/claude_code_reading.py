"""One transcript of Claude Code, read line by line: what counts goes to the sightings.

Each line is decoded by type, which skips what is not named there at 1 to 2 GB/s; a line that this refuses is judged
once more, field by field (`carefully`). Long tool results need not even be skipped, see `Reading._quickly`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.events import MAX_COUNT, Refusal
from usagestats.sources.claude_code_lines import (
    EMBEDDED_AT,
    Block,
    Data,
    Embedded,
    Line,
    Message,
    ToolResult,
    Usage,
    added_lines,
    carefully,
    decoded,
    message_of,
)
from usagestats.sources.claude_code_raw import (
    ENDS,
    HEAD_BYTES,
    INERT,
    MESSAGE,
    NOTHING,
    PARENT_END,
    STAMP_AT,
    STAMP_BYTES,
    USER,
    content_end,
    has_plain_parent,
    middle_end,
    patch_after,
)
from usagestats.sources.hashes import Hashes
from usagestats.sources.instants import microseconds
from usagestats.sources.objects import UNREADABLE, instant_of
from usagestats.sources.seen import EMBEDDED, FAILED, MAIN, SIDECHAIN
from usagestats.sources.settling import Sightings, Take, nameless_key
from usagestats.sources.shapes import second_look
from usagestats.sources.tokens import summed
from usagestats.sources.tools import is_commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Reject
    from usagestats.sources.objects import Object
    from usagestats.sources.seen import Tokens

SYNTHETIC: Final = "<synthetic>"
"""The model of lines that the program wrote itself: failed requests, and notes that are none."""

LONG_BYTES: Final = 1500
"""From this length on, skipping a tool result by searching is cheaper than by decoding (measured)."""

_TYPE_BYTES = len(b',"type":"user"')
_HEADS = 64
_NOWHERE = b"\n"
"""No line has this before its end."""
_state = msgspec.msgpack.Encoder()
_state_of = msgspec.msgpack.Decoder(tuple[int, set[str]]).decode

Request = tuple[str | None, str | None, str | None, str | None, int]
"""A request as its line names it: message id, request id, session, model, standing."""


@dataclass(slots=True)
class Reading:
    """One file's reading: everything counted goes to the sightings, what is refused comes out."""

    path: Path
    sightings: Sightings
    committing: Hashes = field(default_factory=Hashes)
    """Calls of a shell that commit and have no result yet. Whether there are any, most lines ask: of the bare set."""
    lines: int = 0
    """How many lines were read before."""
    request: Request | None = None
    """The one that was read last. A response that streams is written in copies that follow each other: they are merged
    before anything is looked up."""
    tokens: Tokens = (0, 0, 0, 0)
    """Those of its fullest copy."""
    instant: int = 0
    """That of its latest copy."""
    at: int = 0
    """Where the message of the last long user line began: that of the next mostly begins there, too."""
    opening: bytes = _NOWHERE
    """How that line began, from behind the parent's id to the message: the next mostly begins alike."""
    take: Take | None = None
    """What takes the instants of lines that begin so."""
    heads: dict[bytes, Take | None] = field(default_factory=dict)
    """How user lines begin, behind the parent's id → what takes their instant; None if they are not counted."""

    def rejects(self, file: Iterable[bytes]) -> Iterator[Reject]:
        """Reads the whole file; gives a reject for each line that should have counted and could not."""
        quickly, slowly = self._quickly, self._line
        number = before = self.lines
        try:
            for number, line in enumerate(file, before + 1):
                try:
                    try:
                        if len(line) < LONG_BYTES or not quickly(line):
                            slowly(decoded(line))
                    except UNREADABLE:
                        second_look(line, self._again)
                except Refusal as refusal:
                    yield refusal.at(f"{self.path}:{number}")
        finally:
            self.lines = number
            if self.request:
                self._put_down(self.request)

    def state(self) -> bytes:
        """What must be known of the lines so far to go on behind them."""
        return _state.encode((self.lines, sorted(self.committing.known)))

    def recall(self, state: bytes) -> None:
        """Takes up what was known where the lines so far ended."""
        self.lines, self.committing.known = _state_of(state)

    def _quickly(self, line: bytes) -> bool:
        """Reads a long line without looking at its long parts; False leaves the line to the decoder.

        Sound for every valid line. What stands before ``,"message":`` is decoded, so that key is the line's own; what
        stands behind is found as `middle_end`, `content_end` and `patch_after` say.
        """
        if line.startswith(self.opening, PARENT_END) and has_plain_parent(line):
            at, take = self.at, self.take
        elif line.startswith(MESSAGE, self.at - _TYPE_BYTES):
            return False  # a response in the same session: spares the search
        elif line.startswith(INERT):
            return line.endswith(ENDS)
        else:
            at, take = self._head(line)
        if take is None or self.committing.known or not line.endswith(ENDS):
            return False
        patch: ToolResult | None = NOTHING
        end = middle_end(line, at)
        if end < 0:
            end = content_end(line, at)
            patch = patch_after(line, end) if end >= 0 else None
        if patch is None:
            return False
        instant = microseconds(line[end + STAMP_AT : end + STAMP_AT + STAMP_BYTES].decode())
        if instant is None:
            return False
        if patch is not NOTHING:
            message = message_of(line[at + len(MESSAGE) - 1 : end + len(b"}]}")])
            self._made(take.session_id, message, instant, added_lines(patch))
        take.instant(instant)
        return True

    def _head(self, line: bytes) -> tuple[int, Take | None]:
        """Where a user's message begins and what takes its instant; None if the line is not a plain one of a user.

        The heads of a session's lines differ in the parent's id only, so each is decoded once.
        """
        at = line.find(USER, 0, HEAD_BYTES)
        if at < 0:
            return at, None
        plain = has_plain_parent(line)
        key = line[PARENT_END:at] if plain else line[:at]
        if key not in self.heads:
            if len(self.heads) >= _HEADS:
                self.heads.clear()
            head = decoded(line[:at] + b"}")
            counted = head.type == "user" and not head.isMeta
            self.heads[key] = self.sightings.take(head.sessionId) if counted else None
        self.at, self.take = at, self.heads[key]
        self.opening = key + USER if plain else _NOWHERE
        return at, self.take

    def _line(self, line: Line) -> None:
        message = line.message
        if line.type == "assistant":
            if message.__class__ is Message:
                content = message.content
                if content.__class__ is list:
                    for block in content:
                        if block.name == "Bash":
                            self._called(block)
                self._request(line, message, line.sessionId, SIDECHAIN if line.isSidechain else MAIN)
        elif line.type == "user":
            if not line.isMeta:
                self._user(line, message)
        elif line.type == "progress" and isinstance(line.data, Data):
            self._progress(line, line.data)

    def _called(self, block: Block) -> None:
        """Takes down a shell's call that commits."""
        if block.id and block.input and is_commit(block.input.command):
            self.committing.add(block.id)

    def _progress(self, line: Line, data: Data) -> None:
        embedded = data.message
        if data.type != "agent_progress" or not isinstance(embedded, Embedded) or embedded.type != "assistant":
            return
        if isinstance(embedded.message, Message):
            own = embedded.timestamp
            embedded.timestamp = own or line.timestamp
            try:
                self._request(embedded, embedded.message, line.sessionId, EMBEDDED)
            except Refusal as refusal:
                if refusal.field == "timestamp" and not own:
                    raise
                raise refusal.within(EMBEDDED_AT) from None

    def _request(self, line: Line | Embedded, message: Message, session_id: str | None, standing: int) -> None:
        usage, model = message.usage, message.model
        if line.isApiErrorMessage:
            standing |= FAILED
            usage = usage or Usage()
        if usage is None or (model == SYNTHETIC and standing < FAILED):
            return
        read, created = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
        prompt = usage.input_tokens + read + created
        if prompt > MAX_COUNT:
            summed(prompt, field="message.usage")
        tokens = (usage.output_tokens, prompt, read, created)
        instant = instant_of(line.timestamp)
        request = (message.id, line.requestId, session_id, model, standing)
        if request == self.request and (message.id or line.requestId):
            if tokens > self.tokens:  # noqa: PLR1730 - max() is a call a line
                self.tokens = tokens
            if instant > self.instant:  # noqa: PLR1730
                self.instant = instant
            return
        if self.request:
            self._put_down(self.request)
        self.request, self.tokens, self.instant = request, tokens, instant

    def _put_down(self, request: Request) -> None:
        """Adds a request to the sightings once its copies have been read."""
        message_id, request_id, session_id, model, standing = request
        key = f"{message_id or ''}\n{request_id or ''}"
        if key == "\n":
            key += nameless_key(session_id, self.instant, model, *self.tokens)
        names = self.sightings.names
        number = 0 if model == SYNTHETIC else names[model]
        self.sightings.requests.see(key, (*self.tokens, self.instant, names[session_id], number, standing))

    def _user(self, line: Line, message: Message | str | None) -> None:
        result = line.toolUseResult
        committing = self.committing.known
        added = added_lines(result) if isinstance(result, ToolResult) else 0
        if line.timestamp is None and not added and not committing:
            return
        instant = instant_of(line.timestamp)
        if added or committing:
            self._made(line.sessionId, message, instant, added)
        self.sightings.take(line.sessionId).instant(instant)

    def _made(self, session_id: str | None, message: Message | str | None, instant: int, added: int) -> None:
        """Takes down the commits that the message reports, and the lines that its tool added."""
        content = message.content if isinstance(message, Message) else None
        results = [block for block in content if block.tool_use_id] if isinstance(content, list) else []
        for block in results:
            name = block.tool_use_id or ""
            if name in self.committing:
                self.committing.discard(name)
                if not block.is_error:
                    self.sightings.activity(name, session_id, instant, 1, 0)
        if added:
            key = results[0].tool_use_id if results else nameless_key(session_id, instant, added)
            self.sightings.activity(key or "", session_id, instant, 0, added)

    def _again(self, raw: Object) -> None:
        """Takes down an object that the decoder refused."""
        self._line(carefully(raw))
