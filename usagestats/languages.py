"""`Language`: how cards speak. English is built in; every other one is `usagestats.cldr.Translated`.

What a card says is a message: its English words, with gaps in braces. A language says the same in its own words, and
writes numbers, dates, units and lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from usagestats import formats
from usagestats.formats import Part

if TYPE_CHECKING:
    from datetime import date


class Language:
    """English, as `usagestats.formats` writes it; other languages say the same otherwise."""

    code: str = "en"
    """What the picture says its language is."""
    from_right: bool = False
    """Whether it is read from right to left."""

    # ---------------------------------------------------------------------------------------------------------- words

    def __call__(self, message: str, **values: object) -> str:
        """The message with its gaps filled.

        >>> ENGLISH("last {days} days", days=7)
        'last 7 days'
        """
        return message.format(**values)

    def counted(self, one: str, other: str, number: int, write: Writing | None = None, **values: object) -> str:
        """The message for a number, which fills its gap ``count``.

        >>> ENGLISH.counted("{count} session", "{count} sessions", 1200)
        '1,200 sessions'

        Args:
            one: The English words for 1.
            other: Those for any other number, by which files of words know the message.
            number: What is counted.
            write: How it is written; in groups unless it is said.
            values: What fills the other gaps.
        """
        return (one if number == 1 else other).format(
            count=write.text(number) if write else self.grouped(number), **values
        )

    def lowered(self, label: str) -> str:
        """A label within a line."""
        return label.lower()

    def listed(self, items: list[str]) -> str:
        """The items as a sentence counts them up."""
        return formats.listed(items)

    # -------------------------------------------------------------------------------------------------------- numbers

    def digits(self, text: str) -> str:
        """The text, each of its digits as the language writes it."""
        return text

    def compact(self, number: int) -> str:
        """The number as short as it gets."""
        return "".join(self.compact_parts(number))

    def compact_parts(self, number: int) -> Part:
        """Like `compact`, figure and unit apart; a space between them is the unit's."""
        return formats.compact_parts(number)

    def grouped(self, number: int) -> str:
        """The number with every digit, in groups."""
        return formats.grouped(number)

    def grouped_parts(self, number: int) -> Part:
        """Like `grouped`, as a figure without a unit."""
        return Part(self.grouped(number), "")

    def percent(self, part: int, whole: int) -> str:
        """How much of ``whole`` is ``part``; of nothing it is 0 %."""
        return "".join(self.percent_parts(part, whole))

    def percent_parts(self, part: int, whole: int, digits: int = 0) -> Part:
        """The same with up to ``digits`` decimals, figure and unit apart."""
        return formats.percent_parts(part, whole, digits)

    def rate_parts(self, rate: float) -> Part:
        """A documented rate, 0 to 100 and rounded already, with its decimal where it has one."""
        return formats.rate_parts(rate)

    def added(self, number: str) -> str:
        """A number that came on top: ``+48.2K``."""
        return f"+{number}"

    def change(self, now: int, before: int) -> str:
        """By how much ``now`` differs from a positive ``before``: a percentage, from tenfold on a factor."""
        return formats.change(now, before)

    # ---------------------------------------------------------------------------------------------------------- times

    def duration(self, seconds: int) -> str:
        """A length of time in its one or two leading units."""
        return " ".join(" ".join(part) for part in self.duration_parts(seconds))

    def duration_parts(self, seconds: int) -> tuple[Part, ...]:
        """Like `duration`, every figure and unit apart."""
        return formats.duration_parts(seconds)

    def latency_parts(self, milliseconds: int) -> Part:
        """A latency in ms, from a second on in s."""
        return formats.latency_parts(milliseconds)

    # ---------------------------------------------------------------------------------------------------------- dates

    def short_date(self, day: date) -> str:
        """Day and month: ``25 Aug``."""
        return formats.short_date(day)

    def long_date(self, day: date) -> str:
        """Day, month and year in full: ``25 August 2026``."""
        return formats.long_date(day)

    def date_range(self, first: date, last: date) -> str:
        """From the first to the last day, saying nothing twice: ``16 – 22 Nov 2026``."""
        return formats.date_range(first, last)

    def weekday(self, day: int) -> str:
        """The day of the week, Monday being 0."""
        return formats.WEEKDAYS[day]

    def short_weekday(self, day: int) -> str:
        """The same as short as in a column."""
        return formats.WEEKDAYS[day][:3]

    def short_month(self, month: int) -> str:
        """The month, January being 1, as short as over a column."""
        return formats.MONTHS[month - 1][:3]

    def day(self, day: date) -> str:
        """Weekday and day of the month: ``Sun 22``."""
        return f"{self.short_weekday(day.weekday())} {day.day}"

    def short_range(self, first: date, last: date) -> str:
        """From the first to the last day, without a year: ``16 – 22 Nov``."""
        if first == last:
            return self.short_date(last)
        begin = str(first.day) if first.month == last.month else self.short_date(first)
        return f"{begin} – {self.short_date(last)}"


ENGLISH: Final = Language()


@dataclass(frozen=True, slots=True)
class Writing:
    """How a language writes the numbers of a card: short, or with every digit.

    >>> Writing(ENGLISH).text(34_460_000), Writing(ENGLISH, full=True).text(34_460_000)
    ('34.5M', '34,460,000')
    """

    say: Language
    full: bool = False

    def __call__(self, number: int) -> Part:
        """Figure and unit."""
        return self.say.grouped_parts(number) if self.full else self.say.compact_parts(number)

    def text(self, number: int) -> str:
        """Both in one piece."""
        return "".join(self(number))

    @property
    def short(self) -> Writing:
        """The short way of the same language."""
        return Writing(self.say)


SHORT: Final = Writing(ENGLISH)
"""How English is written unless it is asked for otherwise."""
