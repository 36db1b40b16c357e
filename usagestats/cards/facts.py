"""The facts of a summary: numbers that are known, each with its label and its place in a sentence.

A stat that nobody recorded is 0 in the document, and there is no telling it from a true 0. So a fact that is 0 is left
out and another one takes its place: a row of facts claims nothing that may be false, and shows no dashes. Only where
outcomes were counted and all of them were failures, the success rate is told as the 0 that it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from usagestats.formats import (
    Part,
    compact_parts,
    duration,
    duration_parts,
    latency_parts,
    percent_parts,
    plural,
    rate_parts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from usagestats.summary import Summary

    Write = Callable[[int], Part]
    """Writes a number short or with every digit: `compact_parts` or `grouped_parts`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One number with its label."""

    label: str
    parts: tuple[Part, ...]
    sentence: str
    """The number as a part of a sentence."""


class Lead(NamedTuple):
    """The number that leads the card, and the words below it."""

    parts: tuple[Part, ...]
    label: str


def facts(summary: Summary, most: int = 6, write: Write = compact_parts) -> list[Fact]:
    """Up to six facts that the summary knows, in the order of a row."""
    return list(islice(known(summary, write), most))


def lead(summary: Summary, write: Write = compact_parts) -> Lead:
    """The tokens; where there are none, the requests or else the first fact."""
    stats = summary.stats
    requests = "request" if stats.total_events == 1 else "requests"
    if tokens := stats.total_tokens:
        word = "token" if tokens == 1 else "tokens"
        return Lead((write(tokens),), f"{word} in {''.join(write(stats.total_events))} {requests}")
    if stats.total_events:
        return Lead((write(stats.total_events),), requests)
    first = facts(summary, 1, write)[0]
    return Lead(first.parts, first.label.lower())


def supporting(summary: Summary, most: int = 6, write: Write = compact_parts) -> list[Fact]:
    """Up to six facts that do not lead already."""
    leading = 0 if summary.stats.total_tokens or summary.stats.total_events else 1
    return facts(summary, most, write)[leading:]


def known(summary: Summary, write: Write) -> Iterator[Fact]:
    """Every fact that the summary knows, the most telling first."""
    yield from work(summary, write)
    yield from quality(summary)
    yield from scope(summary, write)


def work(summary: Summary, write: Write) -> Iterator[Fact]:
    """What was done."""
    stats = summary.stats
    if sessions := stats.sessions_count:
        yield fact("Sessions", write(sessions), plural(sessions, "session"))
    if commits := stats.total_commits:
        yield fact("Commits", write(commits), plural(commits, "commit"))
    if seconds := stats.total_active_time_seconds:
        yield Fact("Active time", duration_parts(seconds), f"{duration(seconds)} of active time")
    if lines := stats.total_lines_of_code:
        yield Fact("Lines added", (Part(f"+{''.join(write(lines))}", ""),), f"{plural(lines, 'line')} added")


def quality(summary: Summary) -> Iterator[Fact]:
    """How well it went."""
    stats = summary.stats
    if stats.cache_efficiency:
        yield rate("Cache hits", cached(summary), "of the input from cache")
    if part := succeeded(summary):
        yield rate("Success rate", part, "of the requests succeeded")
    if milliseconds := stats.avg_latency_ms:
        part = latency_parts(milliseconds)
        yield Fact("Mean latency", (part,), f"mean latency {part.figure} {part.unit}")


def scope(summary: Summary, write: Write) -> Iterator[Fact]:
    """What was used."""
    stats = summary.stats
    if output := stats.output_tokens:
        yield fact("Output tokens", write(output), f"{''.join(write(output))} output tokens")
    if (models := len(stats.events_by_model)) > 1:
        yield fact("Models", write(models), plural(models, "model"))
    if (providers := len(stats.events_by_provider)) > 1:
        yield fact("Providers", write(providers), plural(providers, "provider"))


def fact(label: str, number: Part, sentence: str) -> Fact:
    """A fact of one whole number, its unit as large as its figure."""
    return Fact(label, (Part("".join(number), ""),), sentence)


def rate(label: str, part: Part, of: str) -> Fact:
    """A fact of one percentage."""
    return Fact(label, (part,), f"{part.figure}{part.unit} {of}")


def cached(summary: Summary) -> Part:
    """The cached part of the input, exact where the models' own numbers are there."""
    models = summary.extras.models.values()
    if not models:
        return rate_parts(summary.stats.cache_efficiency)
    read, given = sum(use.cache_read_tokens for use in models), sum(use.input_tokens for use in models)
    return percent_parts(read, given, digits=1)


def succeeded(summary: Summary) -> Part | None:
    """The share of requests that succeeded, exact where the outcomes are counted; None where none is known."""
    known = summary.extras.succeeded + summary.extras.failed
    if known:
        return percent_parts(summary.extras.succeeded, known, digits=1)
    return rate_parts(summary.stats.success_rate) if summary.stats.success_rate else None
