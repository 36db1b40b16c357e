"""What OpenCode keeps of a session, as far as it matters: messages, parts of messages, sessions.

The database holds each as JSON with the ids in columns, the older storage as a file each with the ids inside.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, TypeVar

import msgspec

from usagestats.events import Count, Refusal
from usagestats.sources.shapes import Milliseconds, Shape, from_milliseconds
from usagestats.sources.tokens import summed
from usagestats.sources.tools import is_commit, line_count

T = TypeVar("T")

ABORTED: Final = "MessageAbortedError"
"""The user stopped the model: no failure of its."""
EDITS: Final = frozenset({"edit", "multiedit", "patch", "apply_patch"})
"""Tools that tell what they changed."""


class Cache(msgspec.Struct, gc=False):
    """The cached part of a prompt."""

    read: Count | None = None
    write: Count | None = None


class Tokens(msgspec.Struct, gc=False):
    """The tokens of one response; ``input`` leaves cached ones out."""

    input: Count | None = None
    output: Count | None = None
    reasoning: Count | None = None
    total: Count | None = None
    cache: Cache | None = None

    @property
    def prompt(self) -> tuple[int, int, int]:
        """Fresh tokens, those read from a cache, those written to one."""
        cache = self.cache or Cache()
        return self.input or 0, cache.read or 0, cache.write or 0

    @property
    def generated(self) -> int:
        """Output with reasoning, which stands outside of ``output`` unless the total is right without it."""
        output, reasoning = self.output or 0, self.reasoning or 0
        return output if self.total == sum(self.prompt) + output else output + reasoning

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return any(self.prompt) or self.generated > 0

    def check(self) -> None:
        """Make sure that a record can hold them.

        Raises:
            Refusal: it cannot.
        """
        summed(*self.prompt)
        summed(self.generated)


class Time(msgspec.Struct, gc=False):
    """When a message was made."""

    created: Milliseconds | None = None
    completed: Milliseconds | None = None


class Error(msgspec.Struct, gc=False):
    """Why a message was not completed."""

    name: str | None = None


class Message(msgspec.Struct, gc=False):
    """A message: a prompt, or a response of the model."""

    id: str | None = None
    sessionID: str | None = None  # noqa: N815 - the log's name, as others here
    role: str | None = None
    modelID: str | None = None  # noqa: N815
    providerID: str | None = None  # noqa: N815
    tokens: Tokens | None = None
    time: Time | None = None
    error: Error | str | None = None

    @property
    def created(self) -> int:
        """When it was begun, in µs since 1970; who has no such time is refused before."""
        time = self.time or Time()
        return from_milliseconds(time.created or 0)

    @property
    def completed(self) -> int | None:
        """When it was done, in µs since 1970."""
        time = self.time or Time()
        return None if time.completed is None else from_milliseconds(time.completed)

    @property
    def success(self) -> bool | None:
        """Whether the model answered; null if the user stopped it or it did not come to an end."""
        if self.error:
            return None if isinstance(self.error, Error) and self.error.name == ABORTED else False
        return None if self.completed is None else True

    @property
    def stage(self) -> tuple[int, int, int]:
        """How far it has come: of two copies with one id the further one counts."""
        tokens = self.tokens or Tokens()
        return self.completed or 0, tokens.generated, sum(tokens.prompt)

    @property
    def mark(self) -> tuple[object, ...]:
        """What copies of a message under another id agree in, and others do not."""
        tokens = self.tokens or Tokens()
        name = self.error.name if isinstance(self.error, Error) else self.error
        return (
            self.role,
            self.created,
            self.completed,
            self.providerID,
            self.modelID,
            *tokens.prompt,
            tokens.generated,
            name,
        )


class Span(msgspec.Struct, gc=False):
    """When a tool ran."""

    start: Milliseconds | None = None
    end: Milliseconds | None = None


class State(msgspec.Struct, gc=False):
    """How a tool's call went; what it was given and what it tells is read only of tools that matter."""

    status: str | None = None
    input: msgspec.Raw = msgspec.Raw(b"null")
    metadata: msgspec.Raw = msgspec.Raw(b"null")
    time: Span | None = None


class Part(msgspec.Struct, gc=False):
    """A part of a message: a text, a tool's call, the end of a model's call."""

    id: str | None = None
    messageID: str | None = None  # noqa: N815
    sessionID: str | None = None  # noqa: N815
    type: str | None = None
    tool: str | None = None
    state: State | None = None


class Session(msgspec.Struct, gc=False):
    """A session."""

    id: str | None = None
    parentID: str | None = None  # noqa: N815


class Shell(msgspec.Struct, gc=False):
    """What a shell is given."""

    command: str | None = None


class Exit(msgspec.Struct, gc=False):
    """What a shell tells."""

    exit: float | None = None


class Written(msgspec.Struct, gc=False):
    """What a file is made of."""

    content: str | None = None


class FileChange(msgspec.Struct, gc=False):
    """How a file changed."""

    additions: Count | None = None


class Change(msgspec.Struct, gc=False):
    """What a tool that edits tells: one file, several files, several edits, or (older) only a diff."""

    filediff: FileChange | None = None
    files: list[FileChange | None] | None = None
    results: list[Change | None] | None = None
    diff: str | None = None


message_shape: Final[Shape[Message]] = Shape(Message)
part_shape: Final[Shape[Part]] = Shape(Part, "replace")
session_shape: Final[Shape[Session]] = Shape(Session)
_shell_shape: Final[Shape[Shell | None]] = Shape(Shell | None, "replace")
_exit_shape: Final[Shape[Exit | None]] = Shape(Exit | None, "replace")
_written_shape: Final[Shape[Written | None]] = Shape(Written | None, "replace")
_change_shape: Final[Shape[Change | None]] = Shape(Change | None, "replace")


def made(part: Part, state: State) -> tuple[int, int]:
    """The commits and the lines that a completed call made.

    Raises:
        Refusal: what the tool was given or tells has a wrong type.
    """
    if part.tool == "bash":
        given = _inside(_shell_shape, "state.input", state.input)
        if given and is_commit(given.command):
            told = _inside(_exit_shape, "state.metadata", state.metadata)
            return int(told is not None and told.exit == 0), 0
    elif part.tool == "write":
        written = _inside(_written_shape, "state.input", state.input)
        return 0, line_count((written and written.content) or "")
    elif part.tool in EDITS:
        change = _inside(_change_shape, "state.metadata", state.metadata)
        return 0, _added(change) if change else 0
    return 0, 0


def _inside(shape: Shape[T], where: str, raw: msgspec.Raw) -> T:
    """What stands there.

    Raises:
        Refusal: it has a wrong type.
    """
    try:
        return shape.read(bytes(raw))
    except Refusal as refusal:
        raise refusal.within(where) from None


def _added(change: Change) -> int:
    """The lines that the change added; of a diff, its two header lines a file do not count."""
    if change.results:
        return sum(_added(one) for one in change.results if one)
    told = [one.additions for one in (change.filediff, *(change.files or ())) if one and one.additions is not None]
    if told:
        return sum(told)
    rows = (change.diff or "").split("\n")
    headers = sum(row.startswith("+++ ") and above.startswith("--- ") for above, row in pairwise(rows))
    return sum(row.startswith("+") for row in rows) - headers
