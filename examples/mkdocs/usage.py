"""A hook of MkDocs: ``{{ usage card overview 30d }}`` and ``{{ usage table 7d }}`` in a page become what they say.

mkdocs build -f examples/mkdocs/mkdocs.yml
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path

import polars as pl

import usagestats
from usagestats.tables import text_table

EVENTS = Path(__file__).parents[1] / "events.jsonl"
MARK = re.compile(r"\{\{ usage (card|table) ?(\w*) (\w+) \}\}")


@cache
def summary(period: str) -> usagestats.Summary:
    """The numbers of a period."""
    events = pl.read_ndjson(EVENTS, infer_schema_length=None)
    return usagestats.summarize(events, name="Alex Smith", period=period, now=datetime(2026, 11, 22, 20, tzinfo=UTC))


def on_page_markdown(markdown: str, **_: object) -> str:
    """Fill a page, before MkDocs makes HTML of it."""
    return MARK.sub(filled, markdown)


def filled(mark: re.Match[str]) -> str:
    """A card as an image that holds the whole picture, or a table of text."""
    kind, name, period = mark.groups()
    if kind == "table":
        return f"```text\n{text_table(summary(period))}\n```"
    picture = usagestats.card(summary(period), name)
    data = b64encode(picture.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(picture.alt)}">'
