"""Gemini CLI's chats: ``tmp/<project>/chats/session-*.json`` (one object) and ``.jsonl`` (one record a line).

The lines are a metadata line, messages (the same id again whenever more is known), ``$set`` with metadata or a
checkpoint of all messages, and ``$rewindTo``. What was asked of the model stays counted, whatever is later taken out
of the conversation: so messages are merged by id, and rewinds are passed over. A subagent's chat lies in a folder
named for its parent's session, and belongs to that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.events import Count, Refusal, Reject
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.gemini_tools import SHELL, added_lines, exit_code, told
from usagestats.sources.instants import microseconds
from usagestats.sources.ledger import Activity, Ledger, Request
from usagestats.sources.lines import each
from usagestats.sources.logs import UUID, Logs, below
from usagestats.sources.objects import ENDS, UNREADABLE, Object, instant_of
from usagestats.sources.shapes import Shape, rejects, second_look
from usagestats.sources.tokens import prompt_tokens, summed
from usagestats.sources.tools import is_committing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Table
    from usagestats.sources.lines import Bytes

CHATS: Final = "chats"
COUNTED: Final = ("gemini", "user")
"""Types of messages that matter."""
_SHELL = f'"{SHELL}"'.encode()
_SUCCEEDED = (b'"success"', b"null", b"")
_HEAD = re.compile(rb'"projectHash"\s*:')
_STAMP = b'{"$set":{"lastUpdated":'
_STAMP_BYTES = 100
_REWIND = b'{"$rewindTo":'


class Tokens(msgspec.Struct, gc=False):
    """The tokens of one response: thoughts lie outside the output, a tool's prompt outside the input."""

    input: Count = 0
    output: Count = 0
    cached: Count = 0
    thoughts: Count = 0
    tool: Count = 0


class Call(msgspec.Struct, gc=False):
    """A tool call, as far as every one has it."""

    id: msgspec.Raw = msgspec.Raw()
    name: msgspec.Raw = msgspec.Raw()
    status: msgspec.Raw = msgspec.Raw()
    timestamp: msgspec.Raw = msgspec.Raw()
    args: msgspec.Raw = msgspec.Raw()
    result: msgspec.Raw = msgspec.Raw()
    resultDisplay: msgspec.Raw = msgspec.Raw()  # noqa: N815  (the log's name)


class Message(msgspec.Struct, gc=False):
    """A message; on a line of its own, or one of many."""

    type: str | None = None
    id: str | None = None
    timestamp: str | None = None
    model: str | None = None
    tokens: Tokens | None = None
    toolCalls: list[Call] | None = None  # noqa: N815


class Chat(msgspec.Struct, gc=False):
    """A whole chat, the metadata of one, or what is set in them."""

    sessionId: str | None = None  # noqa: N815
    kind: str | None = None
    messages: list[msgspec.Raw] | None = None


class Line(Message, gc=False):
    """A line, which may be anything."""

    sessionId: str | None = None  # noqa: N815
    kind: str | None = None
    set: Chat | None = msgspec.field(default=None, name="$set")


_line_shape: Final[Shape[Line]] = Shape(Line)
_chat_shape: Final[Shape[Chat]] = Shape(Chat)
_message_shape: Final[Shape[Message]] = Shape(Message)
_line = _line_shape.strictly
_message = _message_shape.strictly


@dataclass(frozen=True, slots=True)
class Gemini(Logs):
    """The source: where the chats lie, how they are recognised and how they are read."""

    name: str = "gemini"
    application: str = "gemini-cli"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The chats below the folder, sorted."""
        return below(root, _is_chat)

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a chat: by its place below the default root, or by its metadata."""
        if path.suffix not in {".json", ".jsonl"}:
            return False
        return ("/.gemini/tmp/" in path.as_posix() and _is_chat(path)) or bool(_HEAD.search(head))

    def family(self, path: Path) -> Path:
        """The project's folder, in which subagents lie below the chats."""
        return next((folder.parent for folder in path.parents if folder.name == CHATS), path.parent)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these chats by column; rejects come first, as they are met.

        Args:
            paths: The chats.
            progress: Called with the number of bytes after each file.
        """
        ledger, failed = Ledger(self.application, "google"), set[str]()

        def read(path: Path, file: Bytes) -> Iterator[Reject]:
            return Reading(path, ledger, failed).rejects(file)

        yield from each(paths, read, progress)
        yield from ledger.tables(self.pause_us)


SOURCE: Final = Gemini()
"""The source as the entry point names it."""


@dataclass(slots=True)
class Reading:
    """One chat's reading: everything counted goes to the ledger, what is refused comes out."""

    path: Path
    ledger: Ledger
    failed: set[str]
    """Calls that did not commit though they wanted to: a later copy may have lost the reason."""
    own_id: str | None = None
    """The chat's own id, by which its messages are known."""
    session_id: str | None = None
    """The session that it belongs to."""

    def __post_init__(self) -> None:
        if UUID.fullmatch(self._folder or ""):
            self.session_id = self._folder

    def rejects(self, file: Bytes) -> Iterator[Reject]:
        """Reads the whole chat; gives a reject for everything that should have counted and could not."""
        if self.path.suffix == ".json":
            return self._document(file.read())
        return rejects(self.path, file, self._read, self._again)

    @property
    def _folder(self) -> str | None:
        """The folder of a parent's subagents, if the chat lies in one."""
        return self.path.parent.name if self.path.parent.parent.name == CHATS else None

    def _document(self, content: bytes) -> Iterator[Reject]:
        """Reads a chat of the old format, which is one object."""
        if not content or content.isspace():
            return
        try:
            chat = _chat_shape.read(content)
        except Refusal as refusal:
            yield refusal.at(str(self.path))
            return
        self._belongs(chat)
        for number, refused in self._messages(chat):
            yield refused.at(f"{self.path}:messages[{number}]")

    def _read(self, line: bytes) -> None:
        """Takes down a line, as the typed decoder reads it."""
        if line.startswith(_REWIND) or (len(line) < _STAMP_BYTES and line.startswith(_STAMP)):
            if not line.endswith(ENDS):
                _line(line)
            return
        self._line(_line(line))

    def _again(self, raw: Object) -> None:
        """Takes down a line that the typed decoder refused."""
        if raw.get("type") in COUNTED:
            self._message_again(raw)
        else:
            self._line(_line_shape.of({key: raw.get(key) for key in ("sessionId", "kind", "$set")}))

    def _line(self, line: Line) -> None:
        if line.set is not None:
            self._chat(line.set)
        elif line.type in COUNTED:
            self._message(line)
        else:
            self._belongs(line)

    def _chat(self, chat: Chat) -> None:
        """Takes down metadata, and messages if there are any.

        Raises:
            Refusal: for the first message that cannot be counted; the others are.
        """
        self._belongs(chat)
        refused = [one for _, one in self._messages(chat)]
        if refused:
            raise refused[0]

    def _belongs(self, chat: Chat | Line) -> None:
        """Keeps the chat's own id and the session that it belongs to, as they are first told."""
        if self.own_id is None and chat.sessionId:
            self.own_id = chat.sessionId
            folder = self._folder if chat.kind == "subagent" else None
            self.session_id = folder or self.session_id or chat.sessionId

    def _messages(self, chat: Chat) -> Iterator[tuple[int, Refusal]]:
        """Takes down every message; gives those that cannot be counted, with their numbers."""
        for number, raw in enumerate(chat.messages or ()):
            try:
                try:
                    self._message(_message(raw))
                except UNREADABLE:
                    second_look(bytes(raw) + b"\n", self._message_again)
            except Refusal as refusal:
                yield number, refusal

    def _message_again(self, raw: Object) -> None:
        """Takes down a message that the typed decoder refused; of a prompt, only when it was."""
        if raw.get("type") in COUNTED:
            user = raw.get("type") == "user"
            calls = raw.get("toolCalls")
            told = {"toolCalls": [one for one in calls if isinstance(one, dict)]} if isinstance(calls, list) else {}
            needed = {key: raw.get(key) for key in ("type", "timestamp")} if user else raw | told
            self._message(_message_shape.of(needed))

    def _message(self, message: Message) -> None:
        if message.type == "user":
            if message.timestamp is not None:
                self.ledger.instant(self.session_id, instant_of(message.timestamp))
        elif message.type == "gemini":
            if message.tokens is not None:
                self._request(message, message.tokens)
            if message.toolCalls:
                self._calls(message, message.toolCalls)

    def _request(self, message: Message, tokens: Tokens) -> None:
        prompt = prompt_tokens(summed(tokens.input, tokens.tool), tokens.cached, inside=True)
        output, end = summed(tokens.output, tokens.thoughts), instant_of(message.timestamp)
        key = message.id or f"{end}:{message.model}:{prompt}:{output}:{tokens.cached}"
        request = Request(end, self.session_id, message.model, None, prompt, output, tokens.cached, success=True)
        self.ledger.request(f"{self.own_id or ''}:{key}", request)

    def _calls(self, message: Message, calls: list[Call]) -> None:
        """Takes down what the tools did: instants, commits, lines."""
        instants = (microseconds(told(call.timestamp) or "") for call in calls)
        self.ledger.instant(self.session_id, *(one for one in instants if one is not None))
        for number, call in enumerate(calls):
            if bytes(call.status) not in _SUCCEEDED:
                continue
            key = f"{self.own_id or ''}:{message.id or message.timestamp}:{told(call.id) or number}"
            commits = self._commits(key, call)
            lines = 0 if commits else added_lines(bytes(call.resultDisplay))
            if commits or lines:
                activity = Activity(instant_of(message.timestamp), self.session_id, commits, lines)
                self.ledger.activity(key, activity)

    def _commits(self, key: str, call: Call) -> int:
        """Whether the call is a shell's that committed, as far as its first copy tells; later ones may be masked."""
        if bytes(call.name) != _SHELL or not is_committing(bytes(call.args)):
            return 0
        if exit_code(bytes(call.result)) not in {None, "0"}:
            self.failed.add(key)
        return int(key not in self.failed)


def _is_chat(path: Path) -> bool:
    """Whether a chat may lie there: in a folder of chats, or one below it."""
    if path.parent.name == CHATS:
        return path.suffix in {".json", ".jsonl"}
    return path.parent.parent.name == CHATS and path.suffix == ".jsonl"
