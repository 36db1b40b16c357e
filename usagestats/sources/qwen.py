"""Qwen Code's chats: ``projects/<dir>/chats/<session>.jsonl``, one record a line.

A request is an ``assistant`` line with ``usageMetadata``; the ``ui_telemetry`` line ``api_response`` before it says the
same and how long it took. A response without such a line is a subagent's, whose own transcript
(``projects/<dir>/subagents/<session>/agent-*.jsonl``) names no model and not every request: that one only adds what its
tools did. What failed is told by ``api_error`` alone.

``/branch`` copies lines into a new session and says so (``forkedFrom``): a copy counts only where the original is gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.events import Count, Number, Reject
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.gemini_tools import SHELL, added_lines, exit_code
from usagestats.sources.ledger import Activity, Ledger, Request
from usagestats.sources.lines import each
from usagestats.sources.logs import Logs, below
from usagestats.sources.objects import ENDS, UNREADABLE, Object, instant_of
from usagestats.sources.shapes import Shape, rejects
from usagestats.sources.tokens import prompt_tokens, summed
from usagestats.sources.tools import is_committing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Table
    from usagestats.sources.lines import Bytes

RESPONSE: Final = "qwen-code.api_response"
ERROR: Final = "qwen-code.api_error"
TELEMETRY: Final = "ui_telemetry"
JUST_BEFORE_US: Final = 5_000_000
"""How long before its line in the chat a response can have been told in other numbers."""
ALWAYS: Final = ("type", "uuid", "sessionId", "timestamp", "forkedFrom")
NEEDED: Final = {
    "assistant": ("model", "isSidechain", "usageMetadata", "message"),
    "user": (),
    "tool_result": ("message", "toolCallResult"),
    "system": ("subtype", "systemPayload"),
}
"""What matters of a line, by its type."""
_KEYS = (re.compile(rb'"sessionId"\s*:'), re.compile(rb'"parentUuid"\s*:'))
_CHAT = re.compile(rb'"(?:parts|usageMetadata)"\s*:|"subtype"\s*:\s*"ui_telemetry"')
_SYSTEM = b'"type":"system"'
_SUBTYPE = b'"subtype":"ui_telemetry"'
_HEAD_BYTES = 800


class Usage(msgspec.Struct, gc=False):
    """The tokens of one response; whether the candidates include the thoughts, only the total tells."""

    promptTokenCount: Count = 0  # noqa: N815  (the log's names, here and below)
    candidatesTokenCount: Count = 0  # noqa: N815
    thoughtsTokenCount: Count = 0  # noqa: N815
    totalTokenCount: Count = 0  # noqa: N815
    cachedContentTokenCount: Count = 0  # noqa: N815


class Telemetry(msgspec.Struct, gc=False):
    """What the program says of a request."""

    name: str | None = msgspec.field(default=None, name="event.name")
    model: str | None = None
    duration_ms: Number | None = None
    input_token_count: Count = 0
    output_token_count: Count = 0
    thoughts_token_count: Count = 0
    total_token_count: Count = 0
    cached_content_token_count: Count = 0

    def usage(self) -> Usage:
        """The tokens, as a response has them."""
        return Usage(
            self.input_token_count,
            self.output_token_count,
            self.thoughts_token_count,
            self.total_token_count,
            self.cached_content_token_count,
        )


class Payload(msgspec.Struct, gc=False):
    """The load of a system line."""

    uiEvent: Telemetry | None = None  # noqa: N815


class Call(msgspec.Struct, gc=False):
    """A tool call, or the result of one."""

    id: str | None = None
    name: str | None = None
    args: msgspec.Raw = msgspec.Raw()
    response: msgspec.Raw = msgspec.Raw()


class Part(msgspec.Struct, gc=False):
    """A part of a message."""

    functionCall: Call | None = None  # noqa: N815
    functionResponse: Call | None = None  # noqa: N815


class Message(msgspec.Struct, gc=False):
    """What was said."""

    parts: list[Part] | None = None


class Result(msgspec.Struct, gc=False):
    """What a tool reports."""

    status: str | None = None
    resultDisplay: msgspec.Raw = msgspec.Raw()  # noqa: N815


class Origin(msgspec.Struct, gc=False):
    """Where a copied line stood before."""

    sessionId: str | None = None  # noqa: N815


class Line(msgspec.Struct, gc=False):
    """A line, as far as it matters."""

    type: str | None = None
    uuid: str | None = None
    sessionId: str | None = None  # noqa: N815
    timestamp: str | None = None
    subtype: str | None = None
    model: str | None = None
    isSidechain: bool | None = None  # noqa: N815
    usageMetadata: Usage | None = None  # noqa: N815
    systemPayload: msgspec.Raw = msgspec.Raw()  # noqa: N815
    message: msgspec.Raw = msgspec.Raw()
    toolCallResult: msgspec.Raw = msgspec.Raw()  # noqa: N815
    forkedFrom: Origin | None = None  # noqa: N815


_line_shape: Final[Shape[Line]] = Shape(Line)
_payload_shape: Final[Shape[Payload]] = Shape(Payload)
_result_shape: Final[Shape[Result]] = Shape(Result)
_line = _line_shape.strictly
_message = msgspec.json.Decoder(Message).decode


@dataclass(frozen=True, slots=True)
class Qwen(Logs):
    """The source: where the chats lie, how they are recognised and how they are read."""

    name: str = "qwen"
    application: str = "qwen-code"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The chats and subagents' transcripts below the folder, sorted."""
        return below(root, _is_chat)

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is one of these: by its place below the default root, or by its first lines."""
        if path.suffix != ".jsonl":
            return False
        if "/.qwen/projects/" in path.as_posix() and _is_chat(path):
            return True
        return all(key.search(head) for key in _KEYS) and bool(_CHAT.search(head))

    def family(self, path: Path) -> Path:
        """The project's folder: sessions are branched there, and subagents lie beside the chats."""
        return next((folder for folder in path.parents if folder.parent.name == "projects"), path.parent)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these chats by column; rejects come first, as they are met.

        Args:
            paths: The chats. Forks are settled right only if their parents are among them.
            progress: Called with the number of bytes after each file.
        """
        ledger, copies = Ledger(self.application, "alibaba"), Ledger(self.application, "alibaba")

        def read(path: Path, file: Bytes) -> Iterator[Reject]:
            return Reading(path, ledger, copies).rejects(file)

        yield from each(paths, read, progress)
        ledger.adopt(copies)
        yield from ledger.tables(self.pause_us)


SOURCE: Final = Qwen()
"""The source as the entry point names it."""


@dataclass(slots=True, eq=False)
class Response:
    """A request as telemetry tells it, which the chat may tell once more."""

    book: Ledger
    key: str
    request: Request


@dataclass(slots=True)
class Reading:
    """One chat's reading: everything counted goes to the ledger, what is refused comes out."""

    path: Path
    ledger: Ledger
    copies: Ledger
    """What lines tell that a fork copied."""
    committing: set[str] = field(default_factory=set)
    """Calls of a shell that commit and have no result yet."""
    responses: list[Response] = field(default_factory=list)
    """Those that no line of the chat has told again."""
    untimed: dict[tuple[int, int], Request] = field(default_factory=dict)
    """Tokens → the request that the chat told, and telemetry did not yet."""

    def rejects(self, file: Iterable[bytes]) -> Iterator[Reject]:
        """Reads the whole chat; gives a reject for each line that should have counted and could not."""
        yield from rejects(self.path, file, self._read, self._again)
        for one in self.responses:
            one.book.request(one.key, one.request)

    def _read(self, line: bytes) -> None:
        """Takes down a line, as the typed decoder reads it."""
        if line.find(_SYSTEM, 0, _HEAD_BYTES) >= 0 and line.find(_SUBTYPE, 0, _HEAD_BYTES) < 0 and line.endswith(ENDS):
            return
        self._line(_line(line))

    def _again(self, raw: Object) -> None:
        """Takes down a line that the typed decoder refused."""
        kind = raw.get("type")
        if isinstance(kind, str) and kind in NEEDED and (kind != "system" or raw.get("subtype") == TELEMETRY):
            self._line(_line_shape.of({key: raw.get(key) for key in (*ALWAYS, *NEEDED[kind])}))

    def _line(self, line: Line) -> None:
        if line.type == "assistant":
            self._assistant(line)
        elif line.type == "system":
            if line.subtype == TELEMETRY:
                self._telemetry(line, bytes(line.systemPayload))
        elif line.type == "tool_result":
            self._tool(line)
        elif line.type == "user" and line.timestamp is not None:
            book, session_id = self._owner(line)
            book.instant(session_id, instant_of(line.timestamp))

    def _owner(self, line: Line) -> tuple[Ledger, str | None]:
        """Where the line is to be booked, and on which session."""
        if line.forkedFrom is None:
            return self.ledger, line.sessionId
        return self.copies, line.forkedFrom.sessionId or line.sessionId

    def _assistant(self, line: Line) -> None:
        said = bytes(line.message)
        if b"commit" in said:
            self.committing.update(_committing(said))
        if line.usageMetadata is None or line.isSidechain:
            return
        book, session_id = self._owner(line)
        request = _request(line, session_id, line.model, line.usageMetadata)
        tokens = request.input_tokens, request.output_tokens
        response = self._response(request, tokens)
        if response is None:
            self.untimed[tokens] = request
            book.request(_key(line, request), request)
        else:  # known by the first line that tells it: it may be the last so far, here or in a fork
            self.responses.remove(response)
            request.latency_ms = response.request.latency_ms
            book.request(response.key, request)

    def _response(self, request: Request, tokens: tuple[int, int]) -> Response | None:
        """What telemetry told of the request: the last with the same tokens, else the last if that was just before."""
        for one in reversed(self.responses):
            if (one.request.input_tokens, one.request.output_tokens) == tokens:
                return one
        last = self.responses[-1] if self.responses else None
        return last if last and 0 <= request.timestamp - last.request.timestamp <= JUST_BEFORE_US else None

    def _telemetry(self, line: Line, payload: bytes) -> None:
        """Takes down a failed request, and keeps what is told of another until the chat tells it, too."""
        if RESPONSE.encode() not in payload and ERROR.encode() not in payload:
            return
        event = _payload_shape.part(payload).uiEvent
        if event is None or event.name not in {RESPONSE, ERROR}:
            return
        book, session_id = self._owner(line)
        request = _request(line, session_id, event.model, event.usage())
        request.latency_ms, request.success = event.duration_ms, event.name == RESPONSE
        key = _key(line, request)
        twin = self.untimed.pop((request.input_tokens, request.output_tokens), None) if request.success else None
        if twin:
            twin.latency_ms = request.latency_ms
        elif request.success:
            self.responses.append(Response(book, key, request))
        else:
            book.request(key, request)

    def _tool(self, line: Line) -> None:
        """Takes down what a tool did: its instant, commits, lines."""
        if line.timestamp is None:
            return
        (book, session_id), end = self._owner(line), instant_of(line.timestamp)
        book.instant(session_id, end)
        commits = self._commits(bytes(line.message)) if self.committing else 0
        told = bytes(line.toolCallResult)
        result = _result_shape.part(told) if told else Result()
        if result.status not in {None, "success"}:
            return
        lines = added_lines(bytes(result.resultDisplay))
        if commits or lines:
            activity = Activity(end, session_id, commits, lines)
            book.activity(line.uuid or f"{session_id}:{end}:{commits}:{lines}", activity)

    def _commits(self, said: bytes) -> int:
        """How many of the calls that this answers have committed."""
        made = 0
        for call in (part.functionResponse for part in _parts(said)):
            if call and call.id in self.committing:
                self.committing.discard(call.id)
                made += exit_code(bytes(call.response)) == "0"
        return made


def _is_chat(path: Path) -> bool:
    """Whether a chat or a subagent's transcript may lie there."""
    if path.suffix != ".jsonl":
        return False
    return path.parent.name == "chats" or path.parent.parent.name == "subagents"


def _request(line: Line, session_id: str | None, model: str | None, usage: Usage) -> Request:
    """The request, with its thoughts where the total says that they lie outside the output."""
    prompt, output, thoughts = usage.promptTokenCount, usage.candidatesTokenCount, usage.thoughtsTokenCount
    if usage.totalTokenCount >= prompt + output + thoughts:
        output = summed(output, thoughts)
    cached = usage.cachedContentTokenCount
    prompt = prompt_tokens(prompt, cached, inside=True)
    return Request(instant_of(line.timestamp), session_id, model, None, prompt, output, cached, success=True)


def _key(line: Line, request: Request) -> str:
    """The line's id; where it has none, what tells the request from others."""
    tokens = f"{request.input_tokens}:{request.output_tokens}"
    return line.uuid or f"{request.session_id}:{request.timestamp}:{request.model}:{tokens}"


def _committing(said: bytes) -> Iterator[str]:
    """The calls of a shell that commit."""
    for call in (part.functionCall for part in _parts(said)):
        if call and call.id and call.name == SHELL and is_committing(bytes(call.args)):
            yield call.id


def _parts(said: bytes) -> list[Part]:
    """The parts of a message; none if it has another form."""
    try:
        return _message(said).parts or []
    except UNREADABLE:
        return []
