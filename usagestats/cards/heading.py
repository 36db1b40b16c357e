"""Who, what, when: the words at the top of every card, and those of a card with nothing to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from usagestats.cards.shares import shares
from usagestats.cards.sheet import PADDING
from usagestats.cards.texts import BOLD, Span, Text, ended, isolated, line
from usagestats.cards.written import words
from usagestats.languages import SHORT
from usagestats.lettering import ELLIPSIS, cut, width
from usagestats.templating import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.told import Told
    from usagestats.languages import Language

WHAT = "AI coding activity"
LEFT = PADDING
HEADING = 16
"""The font size of what a half card is about."""
BETWEEN = " · "


def who(summary: Told, room: float) -> Span:
    """The name, or what this is about where there is none."""
    return Span(clean(summary.name) or summary.say(WHAT), 18, BOLD, "t1").within(room, 14)


def dates_of(summary: Told) -> str:
    """The first and the last day."""
    return summary.say.date_range(summary.period.first, summary.period.last)


def title_of(summary: Told, what: str = "", dates: str = "") -> str:
    """Who, what (activity, unless it is said), when; ``dates`` where they are not the period's."""
    name = clean(summary.name)
    said = summary.say("{what}, {dates}", what=what or summary.say(WHAT), dates=dates or dates_of(summary))
    return f"{isolated(name, summary.say)} — {said}" if name else said


def byline(summary: Told, room: float, size: float, dates: str = "") -> Span:
    """Name and dates in one line; where they are too long, the name is cut, or left out."""
    when, name = dates or dates_of(summary), clean(summary.name)
    shown = cut(name, room - width(BETWEEN + when, size), size)
    said = f"{isolated(shown, summary.say)}{BETWEEN}{when}" if shown.strip(ELLIPSIS) else when
    return Span(said, size).within(room, 9)


def half_head(
    summary: Told, what: str, figure: str, label: str, right: float, size: float, *, reserved: float = 0
) -> list[Text]:
    """The head of a half card: what over who and when at the left, a figure over its label at the right.

    Args:
        summary: Whose card.
        what: What it is about.
        figure: What stands at the right; may be empty.
        label: What that is; may be empty.
        right: Where both end.
        size: The font size of the second line.
        reserved: The room of something else in the place of the label.
    """
    beside = [ended(right, 42, Span(figure, HEADING, BOLD, "t1"))] if figure else []
    below = [ended(right, 63, Span(label, size, tone="t3"))] if label else []
    rooms = [right - LEFT - sum(text.width + 16 for text in texts) for texts in (beside, below)]
    by = byline(summary, rooms[1] - (reserved + 16 if reserved else 0), size)
    return [line(LEFT, 42, Span(what, HEADING, BOLD, "t1").within(rooms[0], 12)), *beside, line(LEFT, 63, by), *below]


def idle_texts(summary: Told, y: float, room: float, nothing: str = "", write: Write = SHORT) -> list[Text]:
    """That nothing happened, calmly; ``nothing`` says what did not."""
    texts = [
        line(LEFT, y, Span(nothing or nothing_of(summary), 28, BOLD, "t1").within(room, 18)),
        line(LEFT, y + 26, Span(in_these_days(summary), 14)),
    ]
    said = words(write, lambda way: before_that(summary, way), 12.5, room)
    if said:
        texts.append(line(LEFT, y + 52, Span(said, 12.5, tone="t3").within(room, 11)))
    return texts


def in_these_days(summary: Told) -> str:
    """How long nothing happened."""
    return summary.say.counted("in these {count} days", "in these {count} days", summary.period.days)


def before_that(summary: Told, write: Write) -> str:
    """The tokens of the period before; empty where there were none, or none are known."""
    before, say = summary.extras.before, summary.say
    if not (before and before.total_tokens):
        return ""
    tokens = say.counted("{count} tokens", "{count} tokens", before.total_tokens, write)
    then = say.counted("in the {count} days before", "in the {count} days before", summary.period.days)
    return say("{what} {when}", what=tokens, when=then)


def idle_sentence(summary: Told, write: Write = SHORT) -> str:
    """The same as a sentence."""
    told = nothing_in(summary, nothing_of(summary)), before_that(summary, write)
    return in_sentences(summary.say, [summary.say(", ").join(filter(None, told))])


def nothing_in(summary: Told, nothing: str) -> str:
    """What did not happen, and for how long."""
    return summary.say("{what} {when}", what=nothing, when=in_these_days(summary))


def in_days(summary: Told, what: str) -> str:
    """What happened, and in how long."""
    when = summary.say.counted("in {count} days", "in {count} days", summary.period.days)
    return summary.say("{what} {when}", what=what, when=when)


def last_days(summary: Told) -> str:
    """How long the period is."""
    return summary.say.counted("last {count} days", "last {count} days", summary.period.days)


def tokens_by_model(summary: Told) -> str:
    """The shares of the models as a sentence."""
    say = summary.say
    told = say(", ").join(share.sentence for share in shares(summary.stats.tokens_by_model, say=say))
    return say("Tokens by model: {models}", models=told)


def in_sentences(say: Language, said: Sequence[str]) -> str:
    """Each of these as a sentence."""
    return say("{sentence}.", sentence=say(". ").join(said))


def nothing_of(summary: Told) -> str:
    """What there was nothing of, where there were no tokens."""
    return summary.say("No activity") if is_idle(summary) else summary.say("No tokens recorded")


def is_idle(summary: Told) -> bool:
    """Whether nothing at all was counted."""
    stats = summary.stats
    done = stats.total_commits, stats.total_lines_of_code, stats.total_active_time_seconds
    return not any((stats.total_events, stats.sessions_count, *done))
