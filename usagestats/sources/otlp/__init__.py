"""Telemetry by OpenTelemetry: logs, metrics and spans of agents, as files in any form that programs give them.

Log records tell single requests, metrics tell commits, lines of code and active time, spans tell requests of agents
that write no log records. What is sent twice counts once: by the request's id, else by its place in the session, else
by session, instant, model and tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from usagestats.events import Refusal, Reject
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.logs import Logs, below
from usagestats.sources.otlp import json_form, proto_form
from usagestats.sources.otlp.files import Damaged, documents, is_json, is_telemetry, unpacked
from usagestats.sources.otlp.settling import Signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Table

HEAD_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True)
class Otlp(Logs):
    """The source: how telemetry is recognised and how it is read."""

    name: str = "otlp"
    version: int = 1
    origin: Final = "telemetry"
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time, for sessions that report none."""

    def files(self, root: Path) -> list[Path]:
        """The files of telemetry below the folder, sorted."""
        return below(root, self._is_telemetry)

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is telemetry, by its content."""
        return is_telemetry(path, head)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The same by column, by application.

        Args:
            paths: The files. What repeats in several of them counts once if all are given.
            progress: Called with the number of bytes after each file.

        Raises:
            MissingPackage: a binary file is among them, and ``opentelemetry-proto`` is not installed.
        """
        signals = Signals()
        for path in paths:
            yield from _rejects(path, signals, progress)
        yield from signals.tables(self.pause_us)

    def _is_telemetry(self, path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return is_telemetry(path, file.read(HEAD_BYTES))
        except OSError:
            return False


SOURCE: Final = Otlp()
"""The source as the entry point names it."""


def _rejects(path: Path, signals: Signals, progress: Callable[[int], None] | None) -> Iterator[Reject]:
    try:
        with unpacked(path) as file:
            for number, document in documents(file):
                for refused in _refused(document, signals):
                    yield refused.at(f"{path}:{number}")
        if progress:
            progress(path.stat().st_size)
    except Damaged:
        yield Reject(str(path), "file", "gzip or zstd to its end", "something else")
    except OSError as error:
        yield Reject(str(path), "file", "a readable file", type(error).__name__)


def _refused(document: bytes | Refusal, signals: Signals) -> Iterator[Refusal]:
    if isinstance(document, Refusal):
        yield document
    elif is_json(document):
        yield from json_form.read(document, signals)
    else:
        yield from proto_form.read(document, signals)
