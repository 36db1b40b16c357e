"""Who, what, when: the words at the top of every card, and those of a card with nothing to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from usagestats.cards.sheet import PADDING
from usagestats.cards.texts import BOLD, Span, Text, ended, isolated, line
from usagestats.cards.written import words
from usagestats.formats import compact_parts, date_range
from usagestats.lettering import ELLIPSIS, cut, width
from usagestats.templating import clean

if TYPE_CHECKING:
    from usagestats.cards.facts import Write
    from usagestats.summary import Summary

WHAT = "AI coding activity"
LEFT = PADDING
HEADING = 16
"""The font size of what a half card is about."""
BETWEEN = " · "


def who(summary: Summary, room: float) -> Span:
    """The name, or what this is about where there is none."""
    return Span(clean(summary.name) or WHAT, 18, BOLD, "t1").within(room, 14)


def dates_of(summary: Summary) -> str:
    """The first and the last day."""
    return date_range(summary.period.first, summary.period.last)


def title_of(summary: Summary, what: str = WHAT, dates: str = "") -> str:
    """Who, what, when; ``dates`` where they are not the period's."""
    name = clean(summary.name)
    said = f"{what}, {dates or dates_of(summary)}"
    return f"{isolated(name)} — {said}" if name else said


def byline(summary: Summary, room: float, size: float, dates: str = "") -> Span:
    """Name and dates in one line; where they are too long, the name is cut, or left out."""
    when, name = dates or dates_of(summary), clean(summary.name)
    shown = cut(name, room - width(BETWEEN + when, size), size)
    said = f"{isolated(shown)}{BETWEEN}{when}" if shown.strip(ELLIPSIS) else when
    return Span(said, size).within(room, 9)


def half_head(
    summary: Summary, what: str, figure: str, label: str, right: float, size: float, *, reserved: float = 0
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


def idle_texts(summary: Summary, y: float, room: float, nothing: str = "", write: Write = compact_parts) -> list[Text]:
    """That nothing happened, calmly; ``nothing`` says what did not."""
    before, days = summary.extras.before, summary.period.days
    texts = [
        line(LEFT, y, Span(nothing or nothing_of(summary), 28, BOLD, "t1").within(room, 18)),
        line(LEFT, y + 26, Span(f"in these {days} days", 14)),
    ]
    if before and before.total_tokens:
        said = words(
            write, lambda number: f"{number} tokens in the {days} days before", before.total_tokens, 12.5, room
        )
        texts.append(line(LEFT, y + 52, Span(said, 12.5, tone="t3").within(room, 11)))
    return texts


def idle_sentence(summary: Summary, write: Write = compact_parts) -> str:
    """The same as a sentence."""
    before, days = summary.extras.before, summary.period.days
    told = before and before.total_tokens
    then = f", {''.join(write(before.total_tokens))} tokens in the {days} days before" if before and told else ""
    return f"{nothing_of(summary)} in these {days} days{then}."


def nothing_of(summary: Summary) -> str:
    """What there was nothing of, where there were no tokens."""
    return "No activity" if is_idle(summary) else "No tokens recorded"


def is_idle(summary: Summary) -> bool:
    """Whether nothing at all was counted."""
    stats = summary.stats
    done = stats.total_commits, stats.total_lines_of_code, stats.total_active_time_seconds
    return not any((stats.total_events, stats.sessions_count, *done))
