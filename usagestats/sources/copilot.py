"""Copilot CLI's logs: a session's events, and the file of OpenTelemetry spans that it writes where it is told to.

Both tell the same requests, but not with the same ids and instants. Of each session those in the spans count, if there
are any; its events then only add commits, lines of code and active time. Events of older versions have no single
requests, only totals by model at each shutdown: one record a total, of which it is not known whether all succeeded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.copilot_spans import Spans
from usagestats.sources.ledger import Activity, Ledger, Request
from usagestats.sources.lines import each
from usagestats.sources.logs import UUID, Logs, below
from usagestats.sources.objects import (
    ENDS,
    Object,
    count,
    inner,
    instant,
    loose,
    milliseconds,
    parsed,
    rejects,
    text,
    words,
)
from usagestats.sources.settling import nameless_key
from usagestats.sources.tokens import prompt_tokens
from usagestats.sources.tools import is_commit, is_zero

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from usagestats.events import Reject, Table
    from usagestats.sources.lines import Bytes

EVENTS: Final = "events.jsonl"

_PLAIN = re.compile(rb'\{"type":"([\w.]+)","data":\{')
_CODE = re.compile(r"exited with exit code (-?\d+)")
_MARK = re.compile(
    rb'"type"\s*:\s*"(?:session\.(?:start|resume)|tool\.execution_start|assistant\.message)"\s*,\s*"data"\s*:'
)
_SPAN = re.compile(rb'"type"\s*:\s*"(?:span|metric|log)"')
_HOUSE = re.compile(rb'"github[.-]copilot')
_COMMIT = b"commit"


@dataclass(frozen=True, slots=True)
class Copilot(Logs):
    """The source: where the logs lie, how they are recognised and how they are read."""

    name: str = "copilot"
    application: str = "copilot-cli"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The logs below the folder, sorted: of a session only its events, for it also keeps a user's own files."""
        return below(
            root,
            lambda path: (
                path.suffix == ".jsonl"
                and (path.parent == root or (path.name == EVENTS and path.parent.parent == root))
            ),
        )

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is one of Copilot's: by its place, or by how its lines are made."""
        if path.suffix != ".jsonl":
            return False
        place = path.as_posix()
        if "/.copilot/otel/" in place or ("/.copilot/session-state/" in place and path.name == EVENTS):
            return True
        return _MARK.search(head) is not None or (_SPAN.search(head) is not None and _HOUSE.search(head) is not None)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The same by column.

        Args:
            paths: The logs. A session's events and spans count once only if both are among them.
            progress: Called with the number of bytes after each file.
        """
        ledger, spans, requests = Ledger(self.application, "github"), Spans(), list[tuple[str, Request]]()

        def read(path: Path, file: Bytes) -> Iterator[Reject]:
            return Reading(path, ledger, spans, requests).rejects(file)

        yield from each(paths, read, progress)
        told = spans.settle(ledger)
        for key, request in requests:
            if request.session_id not in told:
                ledger.request(key, request)
        yield from ledger.tables(self.pause_us)


SOURCE: Final = Copilot()
"""The source as the entry point names it."""


@dataclass(slots=True)
class Reading:
    """One file's reading; a file of events is one session's."""

    path: Path
    ledger: Ledger
    spans: Spans
    requests: list[tuple[str, Request]]
    """Requests of sessions' events, by key."""
    session: str | None = None
    has_requests: bool = False
    """Single requests have been told since the session began, or was shut down."""
    has_lines: bool = False
    """The same of lines of code."""
    committing: set[str] = field(default_factory=set)
    """Calls of a shell that commit and have not ended."""

    def __post_init__(self) -> None:
        named = self.path.parent.name if self.path.name == EVENTS else self.path.stem
        self.session = named if UUID.fullmatch(named) else None

    def rejects(self, file: Iterable[bytes]) -> Iterator[Reject]:
        """Reads the whole file; gives a reject for each line that should have counted and could not."""
        return rejects(self.path, file, self._line)

    def _line(self, line: bytes) -> None:
        plain = _PLAIN.match(line)
        if plain is None or not line.endswith(ENDS) or self._is_wanted(plain[1].decode(), line):
            self._object(parsed(line) or {})

    def _is_wanted(self, kind: str, line: bytes) -> bool:
        return kind in self.HANDLERS and (kind != "tool.execution_start" or _COMMIT in line)

    def _object(self, raw: Object) -> None:
        kind = raw.get("type")
        if kind == "span":
            self.spans.add(raw)
        elif isinstance(kind, str) and kind in self.HANDLERS:
            data = inner(raw, "data")
            if data is not None:
                self.HANDLERS[kind](self, raw, data)

    def _start(self, _: Object, data: Object) -> None:
        self.session = text(data, "sessionId") or self.session

    def _prompt(self, raw: Object, _: Object) -> None:
        if raw.get("timestamp") is not None:
            self.ledger.instant(self.session, instant(raw))

    def _usage(self, raw: Object, data: Object) -> None:
        usage = inner(data, "usage")
        if usage is None:
            return
        self.has_requests = True
        seen = self._spent(raw, usage, text(usage, "model"))
        seen.provider = text(usage, "providerType")
        seen.latency_ms, seen.success = milliseconds(usage, "duration"), True
        key = text(usage, "apiCallId") or self._key(raw, seen)
        self.requests.append((key, seen))

    def _error(self, raw: Object, data: Object) -> None:
        seen = Request(instant(raw), self.session, success=False)
        self.requests.append((words(data, "providerCallId") or self._key(raw, seen), seen))

    def _shutdown(self, raw: Object, data: Object) -> None:
        """The totals since the session began or was resumed: for what was not told singly."""
        has_requests, has_lines, self.has_requests, self.has_lines = self.has_requests, self.has_lines, False, False
        lines = loose(data, "codeChanges", "linesAdded")
        if not has_lines and lines is not None:
            changes = inner(data, "codeChanges") or {}
            self._made(raw, words(raw, "id") or "shutdown", lines=count(changes, "linesAdded"))
        for model, metrics in () if has_requests else (inner(data, "modelMetrics") or {}).items():
            usage = inner(metrics, "usage") if isinstance(metrics, dict) else None
            seen = self._spent(raw, usage or {}, text({"model": model}, "model"))
            if seen.input_tokens or seen.output_tokens:
                self.requests.append((f"{self._key(raw, seen)}:{model}", seen))

    def _spent(self, raw: Object, usage: Object, model: str | None) -> Request:
        read, created = count(usage, "cacheReadTokens"), count(usage, "cacheWriteTokens")
        return Request(
            instant(raw),
            self.session,
            model,
            input_tokens=prompt_tokens(count(usage, "inputTokens"), read, created, inside=True),
            output_tokens=count(usage, "outputTokens"),
            cache_read_tokens=read,
            cache_creation_tokens=created,
        )

    def _key(self, raw: Object, seen: Request) -> str:
        """The event's own id, else what it says."""
        name = words(raw, "id")
        told = (seen.timestamp, seen.model, seen.input_tokens, seen.output_tokens)
        return f"{self.session}:{name}" if name else nameless_key(self.session, *told)

    def _call(self, _: Object, data: Object) -> None:
        name = words(data, "toolCallId")
        if name and is_commit(words(data, "arguments", "command")):
            self.committing.add(name)

    def _ended(self, raw: Object, data: Object) -> None:
        name = words(data, "toolCallId") or ""
        is_commit_call = name in self.committing
        self.committing.discard(name)
        if data.get("success") is not True:
            self._prompt(raw, data)
            return
        metrics = loose(data, "toolTelemetry", "metrics")
        lines = count(metrics, "linesAdded") if isinstance(metrics, dict) else 0
        self.has_lines = self.has_lines or lines > 0
        self._made(raw, name, commits=int(is_commit_call and _succeeded(data)), lines=lines)

    def _made(self, raw: Object, name: str, commits: int = 0, lines: int = 0) -> None:
        """Takes down what a tool's call brought, and when it ended."""
        self._prompt(raw, raw)
        if commits or lines:
            made = Activity(instant(raw), self.session, commits, lines)
            self.ledger.activity(f"{self.session}:{name}", made)

    HANDLERS: ClassVar[Mapping[str, Callable[[Reading, Object, Object], None]]] = {
        "session.start": _start,
        "session.resume": _start,
        "session.usage_record": _usage,
        "session.error": _error,
        "session.shutdown": _shutdown,
        "user.message": _prompt,
        "tool.execution_start": _call,
        "tool.execution_complete": _ended,
    }
    """What reads an event, by its type."""


def _succeeded(data: Object) -> bool:
    """Whether a shell's call that did not fail ended with 0: by its code, else by what the model was told."""
    code = loose(data, "shellExecution", "exitCode")
    if code is not None:
        return is_zero(code)
    told = _CODE.search((words(data, "result", "content") or "")[-200:])
    return told is None or told[1] == "0"
