"""Every language but English: words from a file, numbers, dates, units and lists of the CLDR by Babel.

What a text says is as true of the number behind it as in `usagestats.formats`, whose rules these are: three
significant digits, halves upwards, 0 % for none only and 100 % for all only.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, get_day_names, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from usagestats import formats
from usagestats.formats import HOUR, KILO, TENFOLD, Part, half_up
from usagestats.languages import Language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from usagestats.languages import Writing

    Words = Mapping[str, Any]
    """By message its words; under ``counted``, by message its words by plural category."""

ZEROS = {"arab": "٠", "arabext": "۰", "beng": "০", "deva": "०", "mymr": "၀", "tibt": "༠"}
"""By numbering system that a language of the CLDR writes by itself, its nought; the other digits follow it."""
LEFT_TO_RIGHT, ISOLATED, LEFT_MARK = "\u2066", "\u2069", "\u200e"
"""What keeps signs on their side of a number, and both in one run of text: a percentage is never taken apart."""
MOST_NOUGHTS = 14
"""Of the largest number for which the CLDR has a word."""
UNITS = {"h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
"""What the CLDR calls the units of `usagestats.formats`."""


def translated(name: str, locale: str) -> Language:
    """The language of a file of words.

    Args:
        name: The file.
        locale: Whose numbers and dates; where the CLDR does not know it, those of the file's own language.
    """
    text = (files("usagestats") / "words" / f"{name}.toml").read_text("utf-8")
    return Translated(nearest(locale, name), tomllib.loads(text))


def nearest(*names: str) -> Locale:
    """The first of the locales that the CLDR knows."""
    *others, last = names
    for name in others:
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(last)


class Translated(Language):
    """A language by its words and its locale."""

    def __init__(self, locale: Locale, words: Words) -> None:
        self.code = str(locale).replace("_", "-")
        self.from_right = locale.text_direction == "rtl"
        self._locale, self._words = locale, words
        system = locale.default_numbering_system
        zero = ord(ZEROS.get(system, "0"))
        self._digits = {ord("0") + digit: zero + digit for digit in range(10)}
        self._point = str(locale.number_symbols.get(system, locale.number_symbols["latn"])["decimal"])
        self._percent = format_percent(0.01, locale=locale, numbering_system="default")
        short = locale.compact_decimal_formats["short"]
        self._magnitudes: dict[str, Any] = {form: dict(short[form].items()) for form in short}
        self._units = {
            unit: format_unit(100, f"duration-{name}", "short", locale=locale).replace("100", "").strip()
            for unit, name in UNITS.items()
        }

    # ---------------------------------------------------------------------------------------------------------- words

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, with its gaps filled."""
        return str(self._words[message].format(**values))

    def counted(
        self,
        one: str,  # noqa: ARG002 - the file has the forms that this language has
        other: str,
        number: int,
        write: Writing | None = None,
        **values: object,
    ) -> str:
        """The message in the form that the number asks for, as it is written."""
        forms = self._words["counted"][other]
        form = self._locale.plural_form(rounded(number) if write and not write.full else number)
        return str(forms[form]).format(count=write.text(number) if write else self.grouped(number), **values)

    def lowered(self, label: str) -> str:
        """The label: a word that is written with a capital letter keeps it."""
        return label

    def listed(self, items: list[str]) -> str:
        """The items as a sentence counts them up."""
        return format_list(items, locale=self._locale)

    # -------------------------------------------------------------------------------------------------------- numbers

    def digits(self, text: str) -> str:
        """The text, each of its digits as the language writes it."""
        return text.translate(self._digits)

    def _figure(self, english: str) -> str:
        """An English figure without groups in this language."""
        return self.digits(english.replace(".", self._point))

    def grouped(self, number: int) -> str:
        """The whole number in groups."""
        text = format_decimal(abs(number), locale=self._locale, numbering_system="default")
        return (formats.MINUS if number < 0 else "") + self.digits(text)

    def compact_parts(self, number: int) -> Part:
        """Like `compact`, figure and unit apart; the unit begins with the space before it, if there is one."""
        if set(self._pattern(abs(number), "other")) == {"0"}:
            return Part(self.grouped(number), "")
        size = rounded(abs(number))
        pattern = self._pattern(size, "other")
        power, zeros = min(len(str(size)) - 1, MOST_NOUGHTS), pattern.count("0")
        one = 10 ** (power + 1 - zeros)
        mantissa = Decimal(size) / one
        pattern = self._pattern(size, self._locale.plural_form(mantissa))
        decimals = 0 if mantissa >= TENFOLD**2 else 1 if mantissa >= TENFOLD else 2
        scaled = size * 10**decimals // one
        figure = self._figure(formats.decimal(scaled, decimals)) if mantissa < KILO else self.grouped(scaled)
        before, _, after = pattern.replace("0" * pattern.count("0"), "0", 1).partition("0")
        return Part((formats.MINUS if number < 0 else "") + before + figure, after)

    def _pattern(self, size: int, form: str) -> str:
        """How a number of that size is written short: noughts for the figure, then its unit; noughts alone: in full."""
        key = str(10 ** min(len(str(size)) - 1, MOST_NOUGHTS))
        known = (self._magnitudes.get(one, {}).get(key) for one in (form, "other"))
        return next((str(found.pattern).replace("'", "") for found in known if found), "0")

    def percent_parts(self, part: int, whole: int, digits: int = 0) -> Part:
        """Like `percent`, figure and unit apart."""
        return self._percentage(formats.percent_parts(part, whole, digits).figure)

    def rate_parts(self, rate: float) -> Part:
        """A documented rate, 0 to 100."""
        return self._percentage(formats.rate_parts(rate).figure)

    def _percentage(self, figure: str) -> Part:
        """An English figure as a percentage of this language."""
        before, _, after = self.digits(self._percent).partition(self.digits("1"))
        if self.from_right:
            return Part(f"{LEFT_TO_RIGHT}{before}{self._figure(figure)}{after}{ISOLATED}", "")
        return Part(before + self._figure(figure), after)

    def added(self, number: str) -> str:
        """A number that came on top, its sign at the left in any language."""
        return f"{LEFT_MARK if self.from_right else ''}+{number}"

    def change(self, now: int, before: int) -> str:
        """By how much ``now`` differs from a positive ``before``: a percentage, from tenfold on a factor."""
        said = formats.change(now, before)
        if said.endswith("%"):
            return "".join(self._percentage(said[:-1]))
        times = 10 * now // before
        return f"{self._figure(formats.decimal(times, 1)) if times < 100 * TENFOLD else self.compact(times // 10)}×"

    # ---------------------------------------------------------------------------------------------------------- times

    def duration_parts(self, seconds: int) -> tuple[Part, ...]:
        """A length of time in its one or two leading units."""
        if seconds >= TENFOLD * HOUR:
            return (Part(self.compact(half_up(seconds, HOUR)), self._units["h"]),)
        return tuple(self._time(part) for part in formats.duration_parts(seconds))

    def latency_parts(self, milliseconds: int) -> Part:
        """A latency in ms, from a second on in s."""
        if milliseconds >= 100 * KILO:
            return Part(self.compact(half_up(milliseconds, KILO)), self._units["s"])
        return self._time(formats.latency_parts(milliseconds))

    def _time(self, part: Part) -> Part:
        """The English figure and unit in this language."""
        return Part(self._figure(part.figure), self._units[part.unit])

    # ---------------------------------------------------------------------------------------------------------- dates

    def short_date(self, day: date) -> str:
        """Day and month."""
        return self.digits(format_skeleton("MMMd", day, locale=self._locale))

    def long_date(self, day: date) -> str:
        """Day, month and year in full."""
        return self.digits(format_date(day, "long", locale=self._locale))

    def date_range(self, first: date, last: date) -> str:
        """From the first to the last day, saying nothing twice."""
        return self.digits(format_interval(first, last, "yMMMd", locale=self._locale))

    def short_range(self, first: date, last: date) -> str:
        """From the first to the last day, without a year."""
        return self.digits(format_interval(first, last, "MMMd", locale=self._locale))

    def weekday(self, day: int) -> str:
        """The day of the week, Monday being 0."""
        return str(get_day_names("wide", "format", self._locale)[day])

    def short_weekday(self, day: int) -> str:
        """The same as short as in a column."""
        return str(get_day_names("abbreviated", "format", self._locale)[day])

    def short_month(self, month: int) -> str:
        """The month, January being 1, as short as over a column."""
        return self.digits(str(get_month_names("abbreviated", "format", self._locale)[month]))

    def day(self, day: date) -> str:
        """Weekday and day of the month."""
        return f"{self.short_weekday(day.weekday())} {self.digits(str(day.day))}"


def rounded(number: int) -> int:
    """The number to three significant digits, halves upwards; for numbers that are not negative.

    >>> rounded(1_311_225), rounded(999_500), rounded(42)
    (1310000, 1000000, 42)
    """
    one: int = 10 ** max(0, len(str(number)) - 3)
    return half_up(number, one) * one
