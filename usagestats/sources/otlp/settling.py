"""Signals collected from all files, each request once; log records before spans, reported time before derived.

Token metrics are not looked at: with log records they only repeat them, and without there is no telling how many
requests they sum up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from usagestats.sources.ledger import Ledger
from usagestats.sources.otlp.claude_code import HANDLERS
from usagestats.sources.otlp.codex import Codex
from usagestats.sources.otlp.gemini import Gemini
from usagestats.sources.otlp.metrics import Counters
from usagestats.sources.otlp.signals import CLAUDE_CODE, CODEX, COPILOT, GEMINI, QWEN
from usagestats.sources.otlp.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from usagestats.events import Table
    from usagestats.sources.otlp.signals import Log, Point, Span

HOUSES: Final[Mapping[str, str]] = {
    CLAUDE_CODE: "anthropic",
    CODEX: "openai",
    GEMINI: "google",
    QWEN: "alibaba",
    COPILOT: "github",
}
"""Application → whose API it speaks."""


@dataclass(slots=True)
class Signals:
    """Everything that counts of what was read."""

    ledgers: dict[str, Ledger] = field(default_factory=dict)
    """By application."""
    codex: Codex = field(default_factory=Codex)
    gemini: Gemini = field(default_factory=Gemini)
    spans: Spans = field(default_factory=Spans)
    counters: Counters = field(default_factory=Counters)

    def log(self, log: Log) -> None:
        """Take a log record; of a name that another application uses for something else, none."""
        if log.application == CLAUDE_CODE and log.name in HANDLERS:
            HANDLERS[log.name](log, self._ledger(CLAUDE_CODE))
        elif log.name in Codex.HANDLERS:
            self.codex.take(log, self._ledger(CODEX))
        elif log.application in {GEMINI, QWEN} and "." in log.name:
            self.gemini.take(log, self._ledger(log.application))

    def span(self, span: Span) -> None:
        """Take a span."""
        self.spans.add(span)

    def point(self, point: Point) -> None:
        """Take a point of a metric."""
        self.counters.add(point)

    def tables(self, pause_us: int) -> Iterator[Table]:
        """The records. To be called once, when all has been read."""
        if CODEX in self.ledgers:
            self.codex.settle(self.ledgers[CODEX])
        writers = {application for application, ledger in self.ledgers.items() if ledger.requests}
        told = {one.session_id for ledger in self.ledgers.values() for one in ledger.requests.values()}
        self.spans.settle(told, writers, self._ledger)
        for application, session_id in self.counters.reported():
            self._ledger(application).reported.add(session_id)
        yield from self.counters.tables(self.gemini.told)
        for ledger in self.ledgers.values():
            yield from ledger.tables(pause_us)

    def _ledger(self, application: str) -> Ledger:
        if application not in self.ledgers:
            self.ledgers[application] = Ledger(application, HOUSES.get(application))
        return self.ledgers[application]
