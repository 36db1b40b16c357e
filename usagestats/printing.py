"""A summary as a table of numbers in full: text for a terminal, HTML for a notebook.

As on the cards, a number that nobody recorded is left out rather than shown as 0. Names come from records of others:
in text nothing of them moves a cursor, in HTML all of them is escaped and keeps its direction to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from usagestats.formats import date_range, duration, grouped, latency_parts, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from usagestats.periods import Period
    from usagestats.stats import Extras, Stats

MODELS = 5
"""So many models have a line; more are told together in the last one."""
LONGEST = 48
"""Letters of a name."""
JOINERS = "\u200c\u200d"
NOBODY = "Usage of AI coding agents"
CELL = 'style="text-align:{}"'


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, how much, and what else there is to say of it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows under their heading."""

    heading: str
    totals: Sequence[Row]
    models: Sequence[Row]

    @property
    def text(self) -> str:
        """Lines for a terminal, in columns; without a line break at the end."""
        rows = [*self.totals, *self.models]
        first = max(columns(row.label) for row in rows)
        second = max(columns(row.value) for row in rows)
        groups = [[in_columns(row, first, second) for row in group] for group in (self.totals, self.models) if group]
        return "\n\n".join([self.heading, *("\n".join(group) for group in groups)])

    @property
    def html(self) -> str:
        """A table without any rule for the page around it."""
        bodies = "".join(
            f"<tbody>{''.join(map(html_row, group))}</tbody>" for group in (self.totals, self.models) if group
        )
        return f"<table><caption {CELL.format('left')}><bdi>{escape(self.heading)}</bdi></caption>{bodies}</table>"


def table(name: str, stats: Stats, extras: Extras, period: Period) -> Table:
    """The numbers of a summary.

    Args:
        name: Whose they are; any text.
        stats: The documented ones.
        extras: What is known besides.
        period: Their window.
    """
    heading = f"{printable(name) or NOBODY}, {date_range(period.first, period.last)} ({period.days} days)"
    return Table(heading, list(totals(stats, extras)), models(stats))


def totals(stats: Stats, extras: Extras) -> Iterator[Row]:
    """Tokens and requests, and whatever else is known."""
    parts = f"{grouped(stats.input_tokens)} in, {grouped(stats.output_tokens)} out" if stats.total_tokens else ""
    yield Row("Tokens", grouped(stats.total_tokens), parts)
    yield Row("Requests", grouped(stats.total_events))
    if stats.sessions_count:
        yield Row("Sessions", grouped(stats.sessions_count), f"{grouped(stats.weekly_avg_sessions)} a week")
    if stats.total_commits:
        yield Row("Commits", grouped(stats.total_commits))
    if stats.total_lines_of_code:
        yield Row("Lines added", grouped(stats.total_lines_of_code))
    if stats.total_active_time_seconds:
        yield Row("Active time", duration(stats.total_active_time_seconds))
    yield from quality(stats, extras)


def quality(stats: Stats, extras: Extras) -> Iterator[Row]:
    """Cache hits, success and latency, as far as they are recorded."""
    if stats.cache_efficiency:
        yield Row("Cache hits", f"{stats.cache_efficiency:g}%", "of input tokens")
    known = extras.succeeded + extras.failed
    if known or stats.success_rate:
        yield Row("Success rate", f"{stats.success_rate:g}%", f"of {grouped(known)} known outcomes" if known else "")
    if stats.avg_latency_ms:
        yield Row("Mean latency", " ".join(latency_parts(stats.avg_latency_ms)))


def models(stats: Stats) -> list[Row]:
    """Tokens of the biggest models, and of all others together."""
    used = [(name, tokens) for name, tokens in stats.tokens_by_model.items() if tokens]
    named, rest = (used, []) if len(used) <= MODELS + 1 else (used[:MODELS], used[MODELS:])
    told = [(printable(name) or "unnamed", tokens) for name, tokens in named]
    told += [(f"{len(rest)} others", sum(tokens for _, tokens in rest))] if rest else []
    return [Row(name, grouped(tokens), percent(tokens, stats.total_tokens)) for name, tokens in told]


def in_columns(row: Row, first: int, second: int) -> str:
    """The row as a line; labels begin, values end in a column."""
    label = row.label + " " * (first - columns(row.label))
    return f"{label}  {row.value:>{second}}  {row.note}".rstrip()


def html_row(row: Row) -> str:
    """The row in HTML."""
    head = f'<th scope="row" {CELL.format("left")}><bdi>{escape(row.label)}</bdi></th>'
    return f"<tr>{head}<td {CELL.format('right')}>{row.value}</td><td {CELL.format('left')}>{row.note}</td></tr>"


def printable(name: str) -> str:
    """At most 48 letters of the name, in one line, without what only a terminal would understand."""
    shown = "".join(char if char.isprintable() or char in JOINERS else " " for char in name[: 4 * LONGEST])
    line = " ".join(shown.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def columns(text: str) -> int:
    r"""How many columns of a terminal the text takes.

    >>> columns("Tokens"), columns("漢字"), columns("e\u0301")
    (6, 4, 1)
    """
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text if category(char) not in {"Mn", "Me", "Cf"})
