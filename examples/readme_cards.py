"""Draws the pictures of the README from the example records, and prints the words that stand for them.

python examples/readme_cards.py
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import usagestats

HERE = Path(__file__).parent

events = pl.read_ndjson(HERE / "events.jsonl", infer_schema_length=None)
summary = usagestats.summarize(events, name="Alex Smith", period="90d", now=datetime(2026, 11, 22, 20, tzinfo=UTC))
for name in ("overview", "calendar"):
    for suffix, theme, compact in (
        ("", "auto", False),
        ("-dark", "dark", False),
        ("-compact-light", "light", True),
        ("-compact-dark", "dark", True),
    ):
        picture = usagestats.card(summary, name, theme=theme, compact=compact)
        (HERE / "cards" / f"{name}-90d{suffix}.svg").write_bytes(picture.encode())
    print(usagestats.card(summary, name).alt)
for stat in ("total_tokens", "success_rate", "cache_efficiency", "longest_streak", "top_model"):
    (HERE / "badges").mkdir(exist_ok=True)
    (HERE / "badges" / f"{stat}.svg").write_bytes(usagestats.badge(summary, stat).encode())
