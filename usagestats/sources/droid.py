"""Factory Droid: ``sessions/**/*.settings.json``, each with one running total of its session.

There are no requests to be counted, so a session is one request: its total so far. Its id is the session's, so that a
total that has grown takes the place of what an earlier reading said. Whether it succeeded is not told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.events import Count, Reject
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.ledger import Ledger, Request
from usagestats.sources.logs import Logs, below
from usagestats.sources.objects import instant_of
from usagestats.sources.shapes import Shape, refusals
from usagestats.sources.tokens import summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Table

ENDING: Final = ".settings.json"
_KEYS: Final = (b'"tokenUsage"', b'"providerLock"')
_HOUSE: Final = re.compile(r"\[[^\]]*\]?")


class TokenUsage(msgspec.Struct, gc=False, rename="camel"):
    """The session's tokens so far; ``inputTokens`` leaves cached ones out, ``outputTokens`` the thinking."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_creation_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    thinking_tokens: Count | None = None


class Settings(msgspec.Struct, gc=False, rename="camel"):
    """A session's settings, as far as they matter."""

    model: str | None = None
    provider_lock: str | None = None
    provider_lock_timestamp: str | None = None
    token_usage: TokenUsage | None = None


_shape: Final[Shape[Settings]] = Shape(Settings)


@dataclass(frozen=True, slots=True)
class Droid(Logs):
    """The source: where the settings lie, how they are recognised and how they are read."""

    name: str = "droid"
    application: str = "droid"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The settings below the folder, sorted; a file, or a folder that cannot be listed, stands for itself."""
        return below(root, lambda path: path.name.endswith(ENDING))

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a session's settings, by its name, and its place or first keys."""
        if not path.name.endswith(ENDING):
            return False
        return "/.factory/sessions/" in path.as_posix() or any(key in head for key in _KEYS)

    def family(self, path: Path) -> Path:
        """The session's settings alone: no others tell of it."""
        return path

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these sessions by column; rejects come first.

        Args:
            paths: The settings.
            progress: Called with the number of bytes after each file.
        """
        ledger = Ledger(self.application, None)
        for path in paths:
            yield from refusals(path, partial(_session, path=path, ledger=ledger), progress)
        yield from ledger.tables(self.pause_us)


SOURCE: Final = Droid()
"""The source as the entry point names it."""


def model_name(text: str | None) -> str | None:
    """The model without the words of a custom one, and Claude's spelled as everywhere else.

    >>> model_name("custom:Claude-Opus-4.5-Thinking-[Anthropic]-0"), model_name("GPT-5.1-Codex"), model_name("[x]")
    ('claude-opus-4-5-thinking-0', 'gpt-5.1-codex', None)
    """
    bare = _HOUSE.sub("", (text or "").strip().removeprefix("custom:")).lower()
    spelled = bare.replace(".", "-") if "claude" in bare else bare
    return re.sub(r"[\s-]+", "-", spelled).strip("-") or None


def _session(document: bytes, path: Path, ledger: Ledger) -> tuple[()]:
    """Reads one session's total into the ledger, unless there is none.

    Raises:
        Refusal: a field has a wrong type.
        OSError: the file is gone.
    """
    settings = _shape.read(document)
    usage = settings.token_usage or TokenUsage()
    fresh, read, written = usage.input_tokens or 0, usage.cache_read_tokens or 0, usage.cache_creation_tokens or 0
    prompt = summed(fresh, read, written, field="tokenUsage")
    output = summed(usage.output_tokens or 0, usage.thinking_tokens or 0, field="tokenUsage")
    if prompt or output:
        name = path.name.removesuffix(ENDING)
        house = (settings.provider_lock or "").strip().lower() or None
        instant = _instant(settings.provider_lock_timestamp, path)
        ledger.request(name, Request(instant, name, model_name(settings.model), house, prompt, output, read, written))
    return ()


def _instant(text: str | None, path: Path) -> int:
    """When the provider was chosen, else when the file was written last.

    Raises:
        Refusal: the text is no instant.
    """
    if text is None:
        return path.stat().st_mtime_ns // 1000
    return instant_of(text, "providerLockTimestamp")
