"""Pi's sessions: ``sessions/--cwd--/<time>_<id>.jsonl``, a header and then one entry a line.

An entry of type ``message`` is a prompt, a response or a tool's result. The line's own time is when it ended, the time
inside a response is when it began.

A branch or fork is a new file that begins with copies of its parent's entries: what is older than the header is a copy,
and counts only where the original is gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.events import MAX_NUMBER, Count, Number, Reject
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.instants import microseconds
from usagestats.sources.ledger import Activity, Ledger, Request
from usagestats.sources.lines import BOM, each
from usagestats.sources.logs import UUID, Logs, below
from usagestats.sources.objects import ENDS, UNREADABLE, Object, instant_of
from usagestats.sources.shapes import Shape, rejects
from usagestats.sources.tokens import prompt_tokens
from usagestats.sources.tools import is_committing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Table
    from usagestats.sources.lines import Bytes

SHELL: Final = "bash"
FAILED: Final = "error"
"""Why a response ended that is none. One that its user aborted Pi keeps as a response, with its tokens: it counts as
answered. OpenCode keeps it as an error, of which is not told whether it was the model's: there nothing is known."""

NEEDED: Final = {
    "assistant": ("provider", "model", "usage", "stopReason", "timestamp", "content"),
    "user": (),
    "toolResult": ("toolCallId", "toolName", "isError", "details"),
}
"""What matters of a message, by its role."""

_SESSION = re.compile(rf"_({UUID.pattern})(?:\.jsonl)?$")
_TYPED = b'{"type":"'
_COUNTED = (b'{"type":"message"', b'{"type":"session"')


class Usage(msgspec.Struct, gc=False):
    """The tokens of one response: the input leaves cached ones out, the output includes reasoning."""

    input: Count = 0
    output: Count = 0
    cacheRead: Count = 0  # noqa: N815  (the log's names, here and below)
    cacheWrite: Count = 0  # noqa: N815


class Message(msgspec.Struct, gc=False):
    """A message, as far as it matters."""

    role: str | None = None
    provider: str | None = None
    model: str | None = None
    usage: Usage | None = None
    stopReason: str | None = None  # noqa: N815
    timestamp: Number | None = None
    content: msgspec.Raw = msgspec.Raw()
    toolCallId: str | None = None  # noqa: N815
    toolName: str | None = None  # noqa: N815
    isError: bool | None = None  # noqa: N815
    details: msgspec.Raw = msgspec.Raw()


class Line(msgspec.Struct, gc=False):
    """A line: the header, or an entry."""

    type: str | None = None
    id: str | None = None
    timestamp: str | None = None
    message: Message | None = None
    parentSession: str | None = None  # noqa: N815


class Head(msgspec.Struct, gc=False):
    """What makes a header one."""

    type: str
    id: str
    timestamp: str
    cwd: msgspec.Raw


class Call(msgspec.Struct, gc=False):
    """A block of a response; a call of a tool, if it has a name."""

    id: str | None = None
    name: str | None = None
    arguments: msgspec.Raw = msgspec.Raw()


class Details(msgspec.Struct, gc=False):
    """What an edit reports."""

    diff: str | None = None


_line_shape: Final[Shape[Line]] = Shape(Line)
_details_shape: Final[Shape[Details]] = Shape(Details)
_line = _line_shape.strictly
_head = msgspec.json.Decoder(Head).decode
_calls = msgspec.json.Decoder(list[Call]).decode


@dataclass(frozen=True, slots=True)
class Pi(Logs):
    """The source: where the sessions lie, how they are recognised and how they are read."""

    name: str = "pi"
    application: str = "pi"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The sessions below the folder, sorted."""
        return below(root, lambda path: path.suffix == ".jsonl")

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a session: by its place below the default root, or by its header."""
        if path.suffix != ".jsonl":
            return False
        if "/.pi/agent/sessions/" in path.as_posix():
            return True
        try:
            return _head(head.removeprefix(BOM).partition(b"\n")[0]).type == "session"
        except UNREADABLE:
            return False

    def family(self, path: Path) -> Path:
        """The folder of the sessions of one place, in which they are forked."""
        return path.parent

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these sessions by column; rejects come first, as they are met.

        Args:
            paths: The sessions. Forks are settled right only if their parents are among them.
            progress: Called with the number of bytes after each file.
        """
        ledger, copies = Ledger(self.application, None), Ledger(self.application, None)

        def read(path: Path, file: Bytes) -> Iterator[Reject]:
            reading = Reading(path, ledger, copies)
            return rejects(path, file, reading.read, reading.read_again)

        yield from each(paths, read, progress)
        ledger.adopt(copies)
        yield from ledger.tables(self.pause_us)


SOURCE: Final = Pi()
"""The source as the entry point names it."""


@dataclass(slots=True)
class Reading:
    """One session's reading: everything counted goes to the ledger, what is refused is raised."""

    path: Path
    ledger: Ledger
    copies: Ledger
    """What lines tell that were copied from a parent."""
    session_id: str | None = None
    parent_id: str | None = None
    """The session whose entries were copied."""
    begun: int | None = None
    """When the header was written."""
    committing: set[str] = field(default_factory=set)
    """Calls of a shell that commit and have no result yet."""

    def __post_init__(self) -> None:
        self.session_id = _session_of(self.path.name)

    def read(self, line: bytes) -> None:
        """Takes down a line, as the typed decoder reads it."""
        if line.startswith(_TYPED) and not line.startswith(_COUNTED) and line.endswith(ENDS):
            return
        self._line(_line(line))

    def read_again(self, raw: Object) -> None:
        """Takes down a line that the typed decoder refused."""
        if raw.get("type") == "session":
            self._line(_line_shape.of({key: raw.get(key) for key in ("type", "id", "timestamp", "parentSession")}))
        elif raw.get("type") == "message":
            message = raw.get("message")
            role = message.get("role") if isinstance(message, dict) else None
            if isinstance(message, dict) and isinstance(role, str) and role in NEEDED:
                needed = {key: message.get(key) for key in ("role", *NEEDED[role])}
                known = {key: raw.get(key) for key in ("type", "id", "timestamp")}
                self._line(_line_shape.of(known | {"message": needed}))

    def _line(self, line: Line) -> None:
        if line.type == "session":
            self._header(line)
        elif line.type == "message" and line.message is not None:
            role = line.message.role
            if role == "assistant":
                self._response(line, line.message)
            elif role in NEEDED and line.timestamp is not None:
                end = instant_of(line.timestamp)
                book, session_id = self._owner(end)
                book.instant(session_id, end)
                if role == "toolResult":
                    self._result(line, line.message, end)

    def _header(self, line: Line) -> None:
        self.session_id = line.id or self.session_id
        self.begun = microseconds(line.timestamp or "")
        self.parent_id = _session_of(line.parentSession or "")

    def _owner(self, end: int) -> tuple[Ledger, str | None]:
        """Where a line of that instant is to be booked, and on which session."""
        if self.begun is None or end >= self.begun:
            return self.ledger, self.session_id
        return self.copies, self.parent_id or self.session_id

    def _response(self, line: Line, message: Message) -> None:
        said = bytes(message.content)
        if b"commit" in said:
            self.committing.update(_committing(said))
        usage = message.usage
        if usage is None:
            if message.stopReason != FAILED:
                return
            usage = Usage()
        end = instant_of(line.timestamp)
        book, session_id = self._owner(end)
        request = _request(message, usage, end, session_id)
        key = line.id or f"{session_id}:{message.model}:{request.input_tokens}:{usage.output}"
        book.request(f"{key}:{end}", request)

    def _result(self, line: Line, message: Message, end: int) -> None:
        """Takes down what a tool did: commits, lines."""
        committing = message.toolCallId in self.committing
        self.committing.discard(message.toolCallId or "")
        if message.isError:
            return
        commits, lines = int(committing and message.toolName == SHELL), _added_lines(bytes(message.details))
        if commits or lines:
            book, session_id = self._owner(end)
            key = line.id or f"{session_id}:{message.toolCallId}"
            book.activity(f"{key}:{end}", Activity(end, session_id, commits, lines))


def _session_of(name: str) -> str | None:
    """The session that a file is named for; nothing else of its name is looked at."""
    found = _SESSION.search(name)
    return found[1] if found else None


def _request(message: Message, usage: Usage, end: int, session_id: str | None) -> Request:
    return Request(
        end,
        session_id,
        message.model,
        message.provider,
        prompt_tokens(usage.input, usage.cacheRead, usage.cacheWrite, inside=False),
        usage.output,
        usage.cacheRead,
        usage.cacheWrite,
        _latency_ms(end, message.timestamp),
        message.stopReason != FAILED,
    )


def _latency_ms(end: int, start: float | None) -> float | None:
    """How long the response took; None if that is not known, or not possible."""
    latency = end / 1000 - start if start is not None else -1
    return latency if 0 <= latency <= MAX_NUMBER else None


def _committing(said: bytes) -> Iterator[str]:
    """The calls of a shell that commit."""
    try:
        calls = _calls(said)
    except UNREADABLE:
        return
    for call in calls:
        if call.id and call.name == SHELL and is_committing(bytes(call.arguments)):
            yield call.id


def _added_lines(details: bytes) -> int:
    """The lines that an edit added: its diff has the line's number behind the sign, and may have a header.

    Raises:
        Refusal: the diff is no text.
    """
    if b'"diff"' not in details:
        return 0
    diff = _details_shape.part(details).diff
    return sum(row.startswith("+") and not row.startswith("+++") for row in (diff or "").split("\n"))
