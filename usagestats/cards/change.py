"""The change against the period before, told only where the data reach back to its start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from usagestats.cards.texts import BOLD, Span, Text
from usagestats.formats import change

if TYPE_CHECKING:
    from usagestats.summary import Summary

Ground = Literal["ub", "tr"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change in words: on the card, beside it, and in a sentence."""

    mark: str
    """An arrow and the change; empty where there was nothing to compare with."""
    rising: bool
    against: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pill:
    """A word on a rounded ground."""

    text: Text
    ground: Ground
    x: float
    y: float
    width: float
    height: float


def change_in_tokens(summary: Summary) -> Change | None:
    """How the tokens compare with the period before; None where that is not known."""
    before = summary.extras.before
    if before is None:
        return None
    now, then, days = summary.stats.total_tokens, before.total_tokens, f"previous {summary.period.days} days"
    if not then:
        return Change("", rising=False, against=f"none in the {days}", sentence=f"none in the {days}")
    if now == then:
        return Change("= 0%", rising=False, against=f"vs {days}", sentence=f"as many as in the {days}")
    amount, rising = change(now, then), now > then
    if amount.endswith("×"):
        return Change(f"▲ {amount}", rising, f"vs {days}", f"{amount} the {days}")
    arrow, word = ("▲", "up") if rising else ("▼", "down")
    return Change(f"{arrow} {amount}", rising, f"vs {days}", f"{word} {amount} on the {days}")


def pill(told: Change, x: float, y: float, size: float) -> Pill:
    """The change on its ground; ``y`` is its base line. A fall is no fault: it is told, not coloured."""
    tone: Literal["up", "t2"] = "up" if told.rising else "t2"
    text = Text(x + 0.75 * size, y, (Span(told.mark, size, BOLD, tone),))
    height = round(1.8 * size)
    top = y - round(0.36 * size + height / 2)
    return Pill(text, "ub" if told.rising else "tr", x, top, text.width + 1.5 * size, height)


def at_right(given: Pill, right: float) -> Pill:
    """The same pill, ending at ``right``."""
    shift = right - given.width - given.x
    return replace(given, x=given.x + shift, text=given.text.moved(given.text.x + shift))
