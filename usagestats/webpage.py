"""The pages of a site: one file each, with everything in it but the pictures, and a policy that allows nothing else.

Without a script all periods stand one below the other, with snippets to select; the script adds the switches and the
buttons that copy. Style and script are allowed by their hashes alone.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from usagestats.formats import date_range, duration, grouped, long_date, percent
from usagestats.periods import PERIODS
from usagestats.snippets import Picture, asciidoc, html, inline, markdown, rest
from usagestats.templating import clean, environment, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


COLUMN_PX: Final = 500
"""Wider pictures take both columns; cards are 412 or 840 wide."""
PAGE_PX: Final = 900
WHAT: Final = "AI coding activity"
"""What it is all about, where nobody has a name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is of one period."""

    period: str
    answer: str
    """Where its documented JSON lies, from the site's folder."""
    document: Mapping[str, Any]
    """That JSON."""
    pictures: tuple[tuple[str, Picture], ...]
    """Its cards, by name; addresses from the person's folder."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge of seven days."""

    stat: str
    picture: Picture
    """Its address from the person's folder."""
    endpoint: str
    """Where the document for shields.io lies, from there too."""

    @property
    def title(self) -> str:
        """Its stat in words."""
        return self.stat.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture on the page, with what is copied to show it elsewhere."""

    id: str
    title: str
    picture: Picture
    snippets: tuple[tuple[str, str], ...]
    """By language."""

    period: str
    is_first: bool
    """Whether it is seen at once."""

    @property
    def shape(self) -> str:
        """``wide`` if it takes both columns."""
        return "half" if self.picture.width_px <= COLUMN_PX else "wide"


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers for people who do not look at pictures."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One period of the page."""

    period: str
    title: str
    dates: str
    as_of: str
    answer: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    days: Table


def person_page(
    name: str,
    shown: Sequence[Shown],
    badges: Sequence[Badge],
    themes: Sequence[tuple[str, str]],
    base_url: str,
    up: str,
) -> str:
    """The page of one person, on which people find the picture they want and copy the snippet.

    Args:
        name: Theirs; any text.
        shown: What there is, by period.
        badges: What there is besides.
        themes: What stands for each theme in the names of files, which is nothing for the first, and its name.
        base_url: Where the page's folder is on the web, if it is known.
        up: The way from the page to the site's folder, such as ``../``.
    """
    base = f"{base_url.rstrip('/')}/" if base_url else ""
    parts = [_part(one, base, up) for one in shown]
    script = _source("site/page.js")
    return _page(
        "index",
        title=clean(name) or WHAT,
        what=WHAT,
        parts=parts,
        badges=[(one, _badge_snippets(one.picture, base)) for one in badges],
        periods=[(part.period, part.title) for part in parts],
        themes=themes,
        base=base,
        script=script,
        script_hash=_hash(script),
    )


def people_page(people: Sequence[tuple[str, str]]) -> str:
    """The list of everybody who has a page.

    Args:
        people: ``public_id`` and name.
    """
    listed = sorted(((clean(name) or public_id, public_id) for public_id, name in people), key=_by_name)
    return _page("people", title="People", people=listed)


def _by_name(entry: tuple[str, str]) -> tuple[str, tuple[str, str]]:
    return entry[0].casefold(), entry


def _page(name: str, **context: object) -> str:
    style = _source("site/page.css")
    return render(f"site/{name}.html.j2", style=style, style_hash=_hash(style), **context) + "\n"


@cache
def _source(name: str) -> str:
    """A file of the templates as it stands."""
    loader = environment().loader
    assert loader  # noqa: S101 - the one environment has one
    return loader.get_source(environment(), name)[0].strip()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# -------------------------------------------------------------------------------------------------------------- parts


def _part(shown: Shown, base: str, up: str) -> Part:
    stats, days = shown.document["stats"], PERIODS[shown.period]
    first, last = (date.fromisoformat(stats["time_series"][place]["date"]) for place in (0, -1))
    written = datetime.fromisoformat(shown.document["generated_at"])
    return Part(
        period=shown.period,
        title=f"{days} days",
        dates=date_range(first, last),
        as_of=f"{long_date(written.date())}, {written:%H:%M} UTC",
        answer=f"{up}{shown.answer}",
        figures=tuple(
            _figure(shown.period, name, picture, base, is_first=not place)
            for place, (name, picture) in enumerate(sorted(shown.pictures, key=_row))
        ),
        tables=tuple(_tables(stats)),
        days=_days(stats),
    )


def _there(picture: Picture, base: str) -> Picture:
    """The picture as a page elsewhere refers to it."""
    sources = tuple(replace(one, address=f"{base}{one.address}") for one in picture.sources)
    return replace(picture, address=f"{base}{picture.address}", sources=sources)


def _badge_snippets(picture: Picture, base: str) -> tuple[tuple[str, str], ...]:
    forms = {"Markdown": inline, "HTML": html, "reST": rest, "AsciiDoc": asciidoc}
    return tuple((language, form(_there(picture, base))) for language, form in forms.items())


def _row(entry: tuple[str, Picture]) -> int:
    """Wide cards first, then those that share a row, then what is wider than the page."""
    width = entry[1].width_px
    return 1 if width <= COLUMN_PX else 2 if width > PAGE_PX else 0


def _figure(period: str, name: str, picture: Picture, base: str, *, is_first: bool) -> Figure:
    there = _there(picture, base)
    forms = {"Markdown": markdown, "HTML": html, "reST": rest, "AsciiDoc": asciidoc}
    snippets = tuple((language, form(there)) for language, form in forms.items())
    return Figure(
        f"{name}-{period}", name.capitalize(), picture, snippets, f"{PERIODS[period]} days", is_first=is_first
    )


def _tables(stats: Mapping[str, Any]) -> Iterator[Table]:
    yield Table("Totals", ("Number", "Value"), tuple(_totals(stats)))
    if stats["tokens_by_model"]:
        yield _by_model(stats)
    for of, counts in (("Provider", "events_by_provider"), ("Application", "events_by_application")):
        if stats[counts]:
            total = sum(stats[counts].values())
            rows = tuple(
                (clean(name) or "unnamed", grouped(count), percent(count, total))
                for name, count in stats[counts].items()
            )
            yield Table(f"By {of.lower()}", (of, "Requests", "Share"), rows)


def _totals(stats: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Tokens", grouped(stats["total_tokens"])
    yield "Input tokens", grouped(stats["input_tokens"])
    yield "Output tokens", grouped(stats["output_tokens"])
    yield "Requests", grouped(stats["total_events"])
    yield "Requests that succeeded", f"{stats['success_rate']:g}%"
    yield "Mean latency", f"{grouped(stats['avg_latency_ms'])} ms"
    yield "Input from cache", f"{stats['cache_efficiency']:g}%"
    yield "Sessions", grouped(stats["sessions_count"])
    yield "Sessions a week", grouped(stats["weekly_avg_sessions"])
    yield "Commits", grouped(stats["total_commits"])
    yield "Lines added", grouped(stats["total_lines_of_code"])
    yield "Active time", duration(stats["total_active_time_seconds"])


def _by_model(stats: Mapping[str, Any]) -> Table:
    rows = tuple(
        (clean(name) or "unnamed", grouped(tokens), percent(tokens, stats["total_tokens"]), grouped(events))
        for name, tokens in stats["tokens_by_model"].items()
        for events in [stats["events_by_model"].get(name, 0)]
    )
    return Table("By model", ("Model", "Tokens", "Share", "Requests"), rows)


def _days(stats: Mapping[str, Any]) -> Table:
    rows = tuple((day["date"], grouped(day["tokens"]), grouped(day["coding_sessions"])) for day in stats["time_series"])
    return Table("By day", ("Day", "Tokens", "Sessions started"), rows)
