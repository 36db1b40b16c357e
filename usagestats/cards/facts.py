"""The facts of a summary: numbers that are known, each with its label and its place in a sentence.

A stat that nobody recorded is 0 in the document, and there is no telling it from a true 0. So a fact that is 0 is left
out and another one takes its place: a row of facts claims nothing that may be false, and shows no dashes. Only where
outcomes were counted and all of them were failures, the success rate is told as the 0 that it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from usagestats.formats import Part
from usagestats.languages import SHORT, Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.cards.told import Told

Write = Writing


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


def facts(summary: Told, most: int = 6, write: Write = SHORT) -> list[Fact]:
    """Up to six facts that the summary knows, in the order of a row."""
    return list(islice(known(summary, write), most))


def lead(summary: Told, write: Write = SHORT) -> Lead:
    """The tokens; where there are none, the requests or else the first fact."""
    stats, say = summary.stats, summary.say
    if tokens := stats.total_tokens:
        requests = say.counted("{count} request", "{count} requests", stats.total_events, write)
        return Lead(
            (write(tokens),), say.counted("token in {requests}", "tokens in {requests}", tokens, requests=requests)
        )
    if stats.total_events:
        return Lead((write(stats.total_events),), say.counted("request", "requests", stats.total_events))
    first = facts(summary, 1, write)[0]
    return Lead(first.parts, say.lowered(first.label))


def supporting(summary: Told, most: int = 6, write: Write = SHORT) -> list[Fact]:
    """Up to six facts that do not lead already."""
    leading = 0 if summary.stats.total_tokens or summary.stats.total_events else 1
    return facts(summary, most, write)[leading:]


def known(summary: Told, write: Write) -> Iterator[Fact]:
    """Every fact that the summary knows, the most telling first."""
    yield from work(summary, write)
    yield from quality(summary)
    yield from scope(summary, write)


def work(summary: Told, write: Write) -> Iterator[Fact]:
    """What was done."""
    stats, say = summary.stats, summary.say
    if sessions := stats.sessions_count:
        told = say.counted("{count} session", "{count} sessions", sessions)
        yield fact(say("Sessions"), write(sessions), told)
    if commits := stats.total_commits:
        yield fact(say("Commits"), write(commits), say.counted("{count} commit", "{count} commits", commits))
    if seconds := stats.total_active_time_seconds:
        told = say("{time} of active time", time=say.duration(seconds))
        yield Fact(say("Active time"), say.duration_parts(seconds), told)
    if lines := stats.total_lines_of_code:
        told = say.counted("{count} line added", "{count} lines added", lines)
        yield fact(say("Lines added"), Part(say.added(write.text(lines)), ""), told)


def quality(summary: Told) -> Iterator[Fact]:
    """How well it went."""
    stats, say = summary.stats, summary.say
    if stats.cache_efficiency:
        part = cached(summary)
        yield Fact(say("Cache hits"), (part,), say("{share} of the input from cache", share="".join(part)))
    if part_of := succeeded(summary):
        told = say("{share} of the requests succeeded", share="".join(part_of))
        yield Fact(say("Success rate"), (part_of,), told)
    if milliseconds := stats.avg_latency_ms:
        part = say.latency_parts(milliseconds)
        yield Fact(say("Mean latency"), (part,), say("mean latency {time}", time=" ".join(part)))


def scope(summary: Told, write: Write) -> Iterator[Fact]:
    """What was used."""
    stats, say = summary.stats, summary.say
    if output := stats.output_tokens:
        told = say.counted("{count} output tokens", "{count} output tokens", output, write)
        yield fact(say("Output tokens"), write(output), told)
    if (models := len(stats.events_by_model)) > 1:
        yield fact(say("Models"), write(models), say.counted("{count} model", "{count} models", models))
    if (providers := len(stats.events_by_provider)) > 1:
        told = say.counted("{count} provider", "{count} providers", providers)
        yield fact(say("Providers"), write(providers), told)


def fact(label: str, number: Part, sentence: str) -> Fact:
    """A fact of one whole number, its unit as large as its figure."""
    return Fact(label, (Part("".join(number), ""),), sentence)


def cached(summary: Told) -> Part:
    """The cached part of the input, exact where the models' own numbers are there."""
    models = summary.extras.models.values()
    if not models:
        return summary.say.rate_parts(summary.stats.cache_efficiency)
    read, given = sum(use.cache_read_tokens for use in models), sum(use.input_tokens for use in models)
    return summary.say.percent_parts(read, given, digits=1)


def succeeded(summary: Told) -> Part | None:
    """The share of requests that succeeded, exact where the outcomes are counted; None where none is known."""
    known = summary.extras.succeeded + summary.extras.failed
    if known:
        return summary.say.percent_parts(summary.extras.succeeded, known, digits=1)
    return summary.say.rate_parts(summary.stats.success_rate) if summary.stats.success_rate else None
