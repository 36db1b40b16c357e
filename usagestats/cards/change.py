"""The change against the period before, told only where the data reach back to its start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from usagestats.cards.texts import BOLD, Span, Text

if TYPE_CHECKING:
    from usagestats.cards.told import Told
    from usagestats.languages import Language

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


def change_in_tokens(summary: Told) -> Change | None:
    """How the tokens compare with the period before; None where that is not known."""
    before, say = summary.extras.before, summary.say
    if before is None:
        return None
    now, then, days = summary.stats.total_tokens, before.total_tokens, summary.period.days
    if not then:
        none = say.counted("none in the previous {count} days", "none in the previous {count} days", days)
        return Change("", rising=False, against=none, sentence=none)
    against = say.counted("vs previous {count} days", "vs previous {count} days", days)
    if now == then:
        same = say.counted("as many as in the previous {count} days", "as many as in the previous {count} days", days)
        return Change(f"= {say.percent(0, 1)}", rising=False, against=against, sentence=same)
    amount, rising = say.change(now, then), now > then
    return Change(f"{'▲' if rising else '▼'} {amount}", rising, against, told(say, amount, days, rising=rising))


def told(say: Language, amount: str, days: int, *, rising: bool) -> str:
    """A change in words; from tenfold on it is a factor."""
    if amount.endswith("×"):
        return say.counted("{times} the previous {count} days", "{times} the previous {count} days", days, times=amount)
    if rising:
        return say.counted(
            "up {amount} on the previous {count} days", "up {amount} on the previous {count} days", days, amount=amount
        )
    return say.counted(
        "down {amount} on the previous {count} days", "down {amount} on the previous {count} days", days, amount=amount
    )


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
