"""The six lines of the README: event records in, the documented numbers and a card out.

python examples/quick_start.py
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import usagestats

events = pl.read_ndjson(Path(__file__).with_name("events.jsonl"), infer_schema_length=None)
summary = usagestats.summarize(events, name="Alex Smith", period="90d", now=datetime(2026, 11, 22, 20, tzinfo=UTC))
print(f"{summary.name}: {summary.stats.total_tokens:,} tokens in {summary.stats.sessions_count} sessions")
print(summary.to_json("name,stats.events_by_provider"))
picture = usagestats.card(summary, "overview", theme="auto")
print(f"{len(picture):,} letters of SVG, {len(usagestats.png(picture)):,} bytes of PNG")
