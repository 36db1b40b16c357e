"""What was read of one application's logs, by key: copies fall together, and everything comes out as columns.

For agents whose logs tell each request's own numbers. Copies of a request are merged column by column, as events with
the same id are (`usagestats.copies`): the greatest number, true over false, the least text.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from usagestats.events import Table
from usagestats.periods import DAY_US
from usagestats.sources.active_time import PAUSE_US, active_table
from usagestats.sources.providers import provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEXTS: Final = ("session_id", "model", "provider")


@dataclass(slots=True)
class Request:
    """One model call as a log has it; instants in µs since 1970, tokens as the event record counts them."""

    timestamp: int
    session_id: str | None = None
    model: str | None = None
    provider: str | None = None
    """As the source says; None leaves it to the model's name."""
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_creation_tokens: int = 0
    latency_ms: float | None = None
    success: bool | None = None

    def merge(self, other: Request) -> None:
        """Take what a copy says besides."""
        for name, choose in _CHOICES.items():
            known = [one for one in (getattr(self, name), getattr(other, name)) if one is not None]
            setattr(self, name, choose(known) if known else None)


_CHOICES: Final = {name: min if name in TEXTS else max for name in Request.__slots__}
"""How copies agree on each field."""


@dataclass(slots=True)
class Activity:
    """What one tool call brought."""

    timestamp: int
    session_id: str | None = None
    commits: int = 0
    lines_of_code: int = 0

    def merge(self, other: Activity) -> None:
        """Take what a copy says besides."""
        self.timestamp = max(self.timestamp, other.timestamp)
        self.session_id = min((one for one in (self.session_id, other.session_id) if one is not None), default=None)
        self.commits = max(self.commits, other.commits)
        self.lines_of_code = max(self.lines_of_code, other.lines_of_code)


@dataclass(slots=True)
class Ledger:
    """Everything seen so far."""

    application: str
    house: str | None
    """The provider of models whose name does not tell."""
    requests: dict[str, Request] = field(default_factory=dict)
    """By key, which is unique within the application."""
    activities: dict[str, Activity] = field(default_factory=dict)
    """By tool call."""
    exported: set[str] = field(default_factory=set)
    """The keys of requests that telemetry told, for agents that write it beside their transcripts."""
    instants: dict[str | None, set[int]] = field(default_factory=dict)
    """Session → instants of its prompts, tool results and requests, in µs since 1970."""
    reported: set[str | None] = field(default_factory=set)
    """Sessions whose active time is reported, so that none is derived; None if it is not told whose it is."""
    withdrawn: set[str] = field(default_factory=set)
    """Keys of requests that another stands for."""

    def request(self, key: str, seen: Request) -> None:
        """Add a request, or a copy of one."""
        known = self.requests.setdefault(key, seen)
        if known is not seen and known != seen:
            known.merge(seen)

    def activity(self, key: str, seen: Activity) -> None:
        """Add what a tool call brought, or a copy of it."""
        known = self.activities.setdefault(key, seen)
        if known is not seen and known != seen:
            known.merge(seen)

    def withdraw(self, key: str) -> None:
        """Take a request back, whichever log tells it: another stands for it."""
        self.withdrawn.add(key)

    def instant(self, session_id: str | None, *instants: int) -> None:
        """Add instants at which a session was active."""
        self.instants.setdefault(session_id, set()).update(instants)

    def adopt(self, copies: Ledger) -> None:
        """Take from copies what their originals, which are gone, do not tell any more."""
        for key, request in copies.requests.items():
            self.requests.setdefault(key, request)
        for key, activity in copies.activities.items():
            self.activities.setdefault(key, activity)

    def tables(self, pause_us: int = PAUSE_US) -> Iterator[Table]:
        """The records: requests, what tool calls brought, and the active hours. To be called once, at the end."""
        for key in self.withdrawn:
            self.requests.pop(key, None)
        self._name_failed()
        self._busy(pause_us)
        yield self._requests({key: one for key, one in self.requests.items() if key not in self.exported})
        if self.exported:
            exported = {key: one for key, one in self.requests.items() if key in self.exported}
            yield replace(self._requests(exported), origin="telemetry")
        yield self._activities()
        derived = (one for one in self.instants.items() if not self.reported & {one[0], None})
        # whatever it is derived from, it gives way to what telemetry reports
        yield replace(active_table(self.application, derived, pause_us), origin="transcript")

    def _requests(self, requests: Mapping[str, Request]) -> Table:
        found = requests.values()
        columns = {name: [getattr(one, name) for one in found] for name in Request.__slots__}
        columns["provider"] = [one.provider or provider(one.model, self.house) for one in found]
        columns["event_id"] = [f"{self.application}:{key}" for key in requests]
        return Table("request", self.application, columns)

    def _busy(self, pause_us: int) -> None:
        """A request is active from its beginning to its end, for up to a day: what takes longer, nobody worked with."""
        for one in self.requests.values():
            begin = one.timestamp - min(round((one.latency_ms or 0) * 1000), DAY_US)
            self.instant(one.session_id, *range(begin, one.timestamp, pause_us), one.timestamp)

    def _activities(self) -> Table:
        found = self.activities.values()
        columns = {name: [getattr(one, name) for one in found] for name in Activity.__slots__}
        columns["event_id"] = [f"{self.application}:{key}" for key in self.activities]
        return Table("activity", self.application, columns)

    def _name_failed(self) -> None:
        """Failed requests without a model take their session's nearest earlier one, else the next."""
        nameless = [one for one in self.requests.values() if one.success is False and one.model is None]
        models: dict[str | None, list[tuple[int, str]]] = {one.session_id: [] for one in nameless}
        for one in self.requests.values() if nameless else ():
            if one.model is not None and one.session_id in models:
                models[one.session_id].append((one.timestamp, one.model))
        for known in models.values():
            known.sort()
        for failed in nameless:
            known = models[failed.session_id]
            at = bisect_right(known, failed.timestamp, key=itemgetter(0))
            failed.model = known[max(0, at - 1)][1] if known else None
