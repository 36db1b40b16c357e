"""Writes examples/events.jsonl: half a year of one person's work with four agents, made up, the same at every run.

python examples/make_events.py > examples/events.jsonl
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST = datetime(2026, 11, 22, tzinfo=UTC)
DAYS = 182
AGENTS = {
    "claude-code": ("anthropic", ("claude-opus-4-5",) * 6 + ("claude-sonnet-4-5", "claude-haiku-4-5")),
    "codex": ("openai", ("gpt-5.1-codex",) * 5 + ("gpt-5.1",)),
    "gemini-cli": ("google", ("gemini-3-pro",)),
    "opencode": ("moonshot_ai", ("kimi-k2", "kimi-k2-thinking")),
}
CHOICES = ("claude-code",) * 12 + ("codex",) * 5 + ("gemini-cli",) * 2 + ("opencode",)
HOLIDAY = range(46, 53)
"""Days before the last one without any work."""


def sessions(random: Random) -> Iterator[tuple[datetime, str]]:
    """When a session starts, and with which agent."""
    for ago in reversed(range(DAYS)):
        day = LAST - timedelta(days=ago)
        if ago in HOLIDAY:
            continue
        pace = (0.5 if day.weekday() >= 5 else 1.9) * (0.65 + 0.6 * (DAYS - ago) / DAYS)
        for _ in range(int(pace + 1.6 * random.random())):
            start = day + timedelta(hours=min(22.0, max(6.5, random.gauss(13.5, 3.4))))
            yield start, random.choice(CHOICES)


def events(random: Random) -> Iterator[dict[str, object]]:
    """The records of all sessions, in the order of their instants."""
    found: list[dict[str, object]] = []
    for number, (start, application) in enumerate(sessions(random)):
        found += session(random, start, application, f"session-{number:04}")
    yield from sorted(found, key=lambda event: (str(event["timestamp"]), str(event["session_id"])))


def session(random: Random, start: datetime, application: str, session_id: str) -> Iterator[dict[str, object]]:
    """The requests of one session, and what it left behind."""
    provider, models = AGENTS[application]
    instant, context = start, random.randint(18_000, 42_000)
    common = {"application": application, "session_id": session_id}
    for turn in range(random.randint(2, 7)):
        latency_ms = round(random.lognormvariate(9.1, 0.5))
        instant += timedelta(milliseconds=latency_ms, seconds=random.randint(5, 300))
        fresh = random.randint(1_500, 24_000)
        yield {
            "timestamp": instant.isoformat(timespec="seconds").replace("+00:00", "Z"),
            **common,
            "provider": provider,
            "model": random.choice(models),
            "input_tokens": context + fresh,
            "output_tokens": random.randint(150, 3_200),
            "cache_read_tokens": context if turn else 0,
            "latency_ms": latency_ms,
            "success": random.random() > 0.014,
        }
        context += fresh
    yield {
        "timestamp": instant.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "kind": "activity",
        **common,
        "commits": random.choice((0, 0, 1, 1, 2)),
        "lines_of_code": int(random.expovariate(1 / 95)),
        "active_time_seconds": round((instant - start).total_seconds() + random.randint(30, 900)),
    }


if __name__ == "__main__":
    for event in events(Random(2026)):
        print(json.dumps(event, separators=(",", ":")))
