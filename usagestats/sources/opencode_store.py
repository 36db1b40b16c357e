"""OpenCode's messages and parts settled into requests: what belongs together, and whose it is.

A response is a message of the role ``assistant`` that has tokens, an error, or a part that ends a model's call; others
are a user's shell calls. Its latency is the time from creation to completion in which no tool ran. A fork copies
messages under new ids: copies agree in all times and numbers, and the one with the least id (ids ascend) is the
original; the copies' tool calls go with them. A subagent's session counts as its parent's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from usagestats.events import Refusal
from usagestats.sources.ledger import Activity, Request
from usagestats.sources.opencode_messages import Message, made, message_shape, part_shape, session_shape
from usagestats.sources.shapes import from_milliseconds

if TYPE_CHECKING:
    from usagestats.sources.ledger import Ledger


@dataclass(slots=True)
class Run:
    """One call of a tool; instants in µs since 1970."""

    session_id: str | None
    start: int | None
    end: int | None
    commits: int = 0
    lines: int = 0


@dataclass(slots=True)
class Store:
    """Everything read so far. Taking something twice is taking it once."""

    messages: dict[str, Message] = field(default_factory=dict)
    in_database: set[str] = field(default_factory=set)
    """Messages that need no file."""
    answered: set[str] = field(default_factory=set)
    """Messages with a part that ends a model's call."""
    runs: dict[str | None, dict[str, Run]] = field(default_factory=dict)
    """Message → part → call."""
    parents: dict[str, str] = field(default_factory=dict)

    def session(self, name: str | None, parent: str | None) -> None:
        """Take a session."""
        if name and parent:
            self.parents[name] = parent

    def session_document(self, document: bytes) -> None:
        """Take a session that is a document.

        Raises:
            Refusal: it is none.
        """
        session = session_shape.read(document)
        self.session(session.id, session.parentID)

    def message(
        self, document: bytes, name: str | None = None, session: str | None = None, *, in_database: bool = False
    ) -> None:
        """Take a message, whose ids stand in it or beside it.

        Raises:
            Refusal: it is no message, or cannot be counted.
        """
        message = message_shape.read(document)
        if message.role not in {"assistant", "user"}:
            return
        message.id, message.sessionID = name or message.id, session or message.sessionID
        if message.id is None:
            raise Refusal(field="id", allowed="text", came="null")
        if message.time is None or message.time.created is None:
            raise Refusal(field="time.created", allowed="milliseconds since 1970", came="null")
        if message.tokens:
            message.tokens.check()
        known = self.messages.get(message.id)
        if known is None or message.stage >= known.stage:
            self.messages[message.id] = message
        if in_database:
            self.in_database.add(message.id)

    def part(
        self, document: bytes, name: str | None = None, message: str | None = None, session: str | None = None
    ) -> None:
        """Take a part of a message, whose ids stand in it or beside it.

        Raises:
            Refusal: it is no part, or made something and cannot be counted.
        """
        part = part_shape.read(document)
        owner = message or part.messageID
        if part.type == "step-finish" and owner:
            self.answered.add(owner)
        state = part.state
        if part.type != "tool" or state is None:
            return
        commits, lines = made(part, state) if state.status == "completed" else (0, 0)
        time = state.time
        start = from_milliseconds(time.start) if time and time.start is not None else None
        end = from_milliseconds(time.end) if time and time.end is not None else None
        key = name or part.id
        if key is None:
            raise Refusal(field="id", allowed="text", came="null")
        if end is None and (commits or lines):
            raise Refusal(field="state.time.end", allowed="milliseconds since 1970", came="null")
        self.runs.setdefault(owner, {})[key] = Run(session or part.sessionID, start, end, commits, lines)

    def settle(self, ledger: Ledger) -> None:
        """Tell the ledger: each request once, with its original's session, and that one's root."""
        originals: dict[object, str] = {}
        for name, message in self.messages.items():
            mark = message.mark
            originals[mark] = min(name, originals.get(mark, name))
        chosen = set(originals.values())
        for name, message in self.messages.items():
            runs = self.runs.pop(name, {})
            if name in chosen:
                session = self._root(message.sessionID)
                self._tell(ledger, name, message, session, list(runs.values()))
                _tell_runs(ledger, session, runs)
        for runs in self.runs.values():
            for part, run in runs.items():
                _tell_runs(ledger, self._root(run.session_id), {part: run})

    def _tell(self, ledger: Ledger, name: str, message: Message, session: str | None, runs: list[Run]) -> None:
        """Tell the ledger of a prompt or a response."""
        created, completed, tokens = message.created, message.completed, message.tokens
        ledger.instant(session, created)
        if message.role == "user" or not (message.error or name in self.answered or (tokens and tokens.any)):
            return
        request = Request(created if completed is None else completed, session, message.modelID, message.providerID)
        if tokens:
            _, request.cache_read_tokens, request.cache_creation_tokens = tokens.prompt
            request.input_tokens, request.output_tokens = sum(tokens.prompt), tokens.generated
        if completed is not None and completed >= created:
            request.latency_ms = (completed - created - _busy(runs, created, completed)) / 1000
        request.success = message.success
        ledger.request(name, request)

    def _root(self, session: str | None) -> str | None:
        """The session that this one was begun for, and so on; itself if for none."""
        seen = {session}
        while session is not None and (parent := self.parents.get(session)) and parent not in seen:
            seen.add(parent)
            session = parent
        return session


def _tell_runs(ledger: Ledger, session: str | None, runs: dict[str, Run]) -> None:
    """Tell the ledger when tools were done, and what they made."""
    for part, run in runs.items():
        if run.end is not None:
            ledger.instant(session, run.end)
            if run.commits or run.lines:
                ledger.activity(part, Activity(run.end, session, run.commits, run.lines))


def _busy(runs: list[Run], begin: int, end: int) -> int:
    """How long tools ran in between; what ran at the same time counts once.

    >>> _busy([Run(None, 2, 5), Run(None, 4, 6), Run(None, 8, 20), Run(None, 3, None)], 0, 10)
    6
    """
    spans = sorted((run.start, run.end) for run in runs if run.start is not None and run.end is not None)
    busy = 0
    for start, stop in spans:
        first, last = max(start, begin), min(stop, end)
        if last > first:
            busy += last - first
            begin = last
    return busy
