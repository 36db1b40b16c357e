"""Amp's threads: ``threads/T-*.json``, one JSON document a thread.

A thread with a ledger (``usageLedger.events``) has a request an event, whose cached tokens stand in the message that it
ends with; an older one has its usage in the messages alone. Never both: they tell of the same requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, TypeVar

import msgspec

from usagestats.events import Count, Refusal, Reject
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.ledger import Ledger, Request
from usagestats.sources.logs import Logs, below
from usagestats.sources.objects import instant_of
from usagestats.sources.shapes import Milliseconds, Shape, from_milliseconds, refusals
from usagestats.sources.tokens import prompt_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Table


class Usage(msgspec.Struct, gc=False, rename="camel"):
    """The tokens of one response; ``inputTokens`` leaves cached ones out."""

    model: str | None = None
    timestamp: str | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None


class Message(msgspec.Struct, gc=False, rename="camel"):
    """A message of the thread."""

    role: str | None = None
    message_id: int | str | None = None
    timestamp: str | None = None
    usage: Usage | None = None


class Tokens(msgspec.Struct, gc=False, rename="camel"):
    """The tokens of an event; some versions tell cached ones here, too."""

    input: Count | None = None
    output: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None


class Event(msgspec.Struct, gc=False, rename="camel"):
    """An event of the ledger."""

    id: str | None = None
    timestamp: str | None = None
    model: str | None = None
    tokens: Tokens | None = None
    to_message_id: int | str | None = None


class UsageLedger(msgspec.Struct, gc=False):
    """The thread's own ledger."""

    events: list[msgspec.Raw] | None = None


class Thread(msgspec.Struct, gc=False, rename="camel"):
    """A thread; what it lists is decoded one by one, so that a wrong one leaves the others."""

    id: str | None = None
    created: Milliseconds | str | None = None
    messages: list[msgspec.Raw] | None = None
    usage_ledger: UsageLedger | None = None


_thread_shape: Final[Shape[Thread]] = Shape(Thread, "replace")
_message_shape: Final[Shape[Message]] = Shape(Message)
_event_shape: Final[Shape[Event]] = Shape(Event)

T = TypeVar("T")
Placed: TypeAlias = tuple[str, T]
"""Something, and where in the thread it stands."""


class Told(NamedTuple):
    """What one entry tells of a request."""

    name: str | int | None
    timestamp: str | None
    model: str | None
    prompt: tuple[int | None, int | None, int | None]
    """Fresh tokens, those read from a cache, those written to one."""
    output: int | None


@dataclass(frozen=True, slots=True)
class Amp(Logs):
    """The source: where the threads lie, how they are recognised and how they are read."""

    name: str = "amp"
    application: str = "amp"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The threads below the folder, sorted; a file, or a folder that cannot be listed, stands for itself."""
        return below(root, _is_thread)

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a thread, by its name, and its folder or first keys."""
        return _is_thread(path) and (path.parent.name == "threads" or b'"messages"' in head)

    def family(self, path: Path) -> Path:
        """The thread alone: what it tells, no other does."""
        return path

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these threads by column; rejects come first.

        Args:
            paths: The threads.
            progress: Called with the number of bytes after each file.
        """
        ledger = Ledger(self.application, None)
        for path in paths:
            yield from refusals(path, partial(_thread, name=path.stem, ledger=ledger), progress)
        yield from ledger.tables(self.pause_us)


SOURCE: Final = Amp()
"""The source as the entry point names it."""


def _is_thread(path: Path) -> bool:
    return path.suffix == ".json" and path.name.startswith("T-")


def _thread(document: bytes, name: str, ledger: Ledger) -> list[Refusal]:
    """Reads a thread into the ledger; gives what of it could not be taken."""
    faults: list[Refusal] = []
    thread = _thread_shape.read(document)
    messages = list(_each(_message_shape, "messages", thread.messages, faults))
    events = thread.usage_ledger.events if thread.usage_ledger else None
    found = _of_events(events, messages, faults) if events else _of_messages(messages)
    for where, told in found:
        try:
            request = _request(told, thread, name)
        except Refusal as refusal:
            faults.append(refusal.within(where))
            continue
        if request.input_tokens or request.output_tokens:
            ledger.request(_key(told, request), request)
    return faults


def _each(shape: Shape[T], where: str, listed: list[msgspec.Raw] | None, faults: list[Refusal]) -> Iterator[Placed[T]]:
    """What is listed there, one by one, each with its place."""
    for number, raw in enumerate(listed or ()):
        place = f"{where}[{number}]"
        if bytes(raw) == b"null":
            continue
        try:
            yield place, shape.read(bytes(raw))
        except Refusal as refusal:
            faults.append(refusal.within(place))


def _of_messages(messages: list[Placed[Message]]) -> Iterator[Placed[Told]]:
    """What the messages tell, in a thread without a ledger."""
    for where, message in messages:
        usage = message.usage
        if message.role == "assistant" and usage:
            instant = usage.timestamp or message.timestamp
            prompt = usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens
            yield where, Told(message.message_id, instant, usage.model, prompt, usage.output_tokens)


def _of_events(
    listed: list[msgspec.Raw], messages: list[Placed[Message]], faults: list[Refusal]
) -> Iterator[Placed[Told]]:
    """What the ledger tells; of events that end with the same message, the last one has the message's cached tokens."""
    usages = {message.message_id: message.usage for _, message in messages if message.usage}
    events = list(_each(_event_shape, "usageLedger.events", listed, faults))
    last = {event.to_message_id: where for where, event in events}
    for where, event in events:
        tokens = event.tokens
        if tokens:
            cached: Usage | Tokens = tokens
            if last[event.to_message_id] == where:
                cached = usages.get(event.to_message_id, tokens)
            prompt = tokens.input, cached.cache_read_input_tokens, cached.cache_creation_input_tokens
            yield where, Told(event.id, event.timestamp, event.model, prompt, tokens.output)


def _request(told: Told, thread: Thread, name: str) -> Request:
    """The request; one without an instant has its thread's.

    Raises:
        Refusal: there is no instant, or too many tokens.
    """
    fresh, read, written = (count or 0 for count in told.prompt)
    return Request(
        _instant(thread.created if told.timestamp is None else told.timestamp),
        thread.id or name,
        told.model,
        input_tokens=prompt_tokens(fresh, read, written, inside=False),
        output_tokens=told.output or 0,
        cache_read_tokens=read,
        cache_creation_tokens=written,
        success=True,
    )


def _instant(value: float | str | None) -> int:
    """Milliseconds or text as an instant.

    Raises:
        Refusal: it is none.
    """
    return instant_of(value) if value is None or isinstance(value, str) else from_milliseconds(value)


def _key(told: Told, request: Request) -> str:
    """What is the request's alone: its name within its thread, else its instant, model and tokens."""
    if told.name is not None:
        return f"{request.session_id}:{told.name}"
    numbers = request.input_tokens, request.output_tokens, request.cache_read_tokens, request.cache_creation_tokens
    return ":".join(str(one) for one in (request.session_id, request.timestamp, request.model, *numbers))
