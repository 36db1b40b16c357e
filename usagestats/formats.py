"""Numbers and dates as people read them: pure, total, English, without locale and clock.

What a text says is true of the number behind it: 0 % stands for none only, 100 % for all only, and rounding is half up
in integers. ``*_parts`` give figure and unit apart, for places that write the unit smaller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

MINUS = "\u2212"
KILO = 1000
MINUTE = 60
HOUR = 3600
TENFOLD = 10
"""From here on, factors instead of percentages and hours without minutes."""
UNITS = ("", "K", "M", "B", "T", "Qa", "Qi")
"""Thousands, millions … quintillions: enough for the largest number that the document can hold."""
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Part(NamedTuple):
    """A figure and the unit behind it, which may be empty."""

    figure: str
    unit: str


def compact(number: int) -> str:
    """The number in three significant digits and a unit.

    >>> [compact(n) for n in (0, 999, 1_310_000_000, 999_499, 999_950, -48_200)]
    ['0', '999', '1.31B', '999K', '1M', '−48.2K']
    """
    return "".join(compact_parts(number))


def compact_parts(number: int) -> Part:
    """Like `compact`, figure and unit apart.

    >>> compact_parts(34_460_000)
    Part(figure='34.5', unit='M')
    """
    sign, size = (MINUS if number < 0 else ""), abs(number)
    power = next((power for power in range(len(UNITS) - 1) if 2 * size < 1999 * KILO**power), len(UNITS) - 1)
    one = KILO**power
    decimals = 0 if not power or size >= 100 * one else 1 if size >= 10 * one else 2
    return Part(sign + decimal(half_up(size * 10**decimals, one), decimals), UNITS[power])


def grouped(number: int) -> str:
    """The whole number in groups of three.

    >>> grouped(-1234567)
    '−1,234,567'
    """
    return f"{number:,}".replace("-", MINUS)


def grouped_parts(number: int) -> Part:
    """Like `grouped`, as a figure without a unit.

    >>> grouped_parts(34_460_000)
    Part(figure='34,460,000', unit='')
    """
    return Part(grouped(number), "")


def percent(part: int, whole: int, digits: int = 0) -> str:
    """How much of ``whole`` is ``part``, with up to ``digits`` decimals; of nothing it is 0 %.

    >>> [percent(*of) for of in ((0, 9), (1, 1000), (54, 100), (999, 1000), (9, 9))]
    ['0%', '<1%', '54%', '>99%', '100%']
    >>> percent(913, 1000, digits=1)
    '91.3%'
    """
    return "".join(percent_parts(part, whole, digits))


def percent_parts(part: int, whole: int, digits: int = 0) -> Part:
    """Like `percent`, figure and unit apart.

    >>> percent_parts(9_999, 10_000, digits=1)
    Part(figure='>99.9', unit='%')
    """
    one = 10**digits
    scaled = half_up(100 * one * part, whole) if whole else 0
    if part > 0 and not scaled:
        return Part("<" + decimal(1, digits), "%")
    if part < whole and scaled >= 100 * one:
        return Part(">" + decimal(100 * one - 1, digits), "%")
    return Part(decimal(scaled, digits), "%")


def rate_parts(rate: float) -> Part:
    """A documented rate, 0 to 100 and rounded already, with its decimal where it has one.

    >>> rate_parts(98.7), rate_parts(100.0)
    (Part(figure='98.7', unit='%'), Part(figure='100', unit='%'))
    """
    return Part(decimal(round(10 * rate), 1), "%")


def change(now: int, before: int) -> str:
    """By how much ``now`` differs from a positive ``before``: a percentage, from tenfold on a factor.

    >>> change(118, 100), change(100, 100), change(5000, 100), change(99_999, 100_000)
    ('18%', '0%', '50×', '<0.1%')
    """
    if now >= TENFOLD * before:
        times = 10 * now // before
        return f"{decimal(times, 1) if times < 100 * TENFOLD else compact(times // 10)}×"
    digits = 1 if abs(now - before) < before else 0
    scaled = half_up(100 * 10**digits * abs(now - before), before)
    if now and scaled == 100 * 10**digits and digits:
        return ">99.9%"
    return f"{decimal(scaled, digits)}%" if scaled or now == before else "<0.1%"


def duration(seconds: int) -> str:
    """A length of time in its one or two leading units.

    >>> [duration(s) for s in (0, 45, 2_520, 12_000, 36_000, 669_600)]
    ['0 s', '45 s', '42 min', '3 h 20 min', '10 h', '186 h']
    """
    return " ".join(f"{part.figure} {part.unit}" for part in duration_parts(seconds))


def duration_parts(seconds: int) -> tuple[Part, ...]:
    """Like `duration`, every figure and unit apart.

    >>> duration_parts(3_599)
    (Part(figure='1', unit='h'),)
    """
    if seconds < MINUTE:
        return (Part(str(seconds), "s"),)
    hours, minutes = divmod(half_up(seconds, MINUTE), HOUR // MINUTE)
    if not hours:
        return (Part(str(minutes), "min"),)
    if hours >= TENFOLD:
        return (Part(compact(half_up(seconds, HOUR)), "h"),)
    return (Part(str(hours), "h"), Part(str(minutes), "min"))[: 2 if minutes else 1]


def latency_parts(milliseconds: int) -> Part:
    """A latency in ms, from a second on in s.

    >>> latency_parts(840), latency_parts(1_240), latency_parts(999_999)
    (Part(figure='840', unit='ms'), Part(figure='1.24', unit='s'), Part(figure='1K', unit='s'))
    """
    if milliseconds < KILO:
        return Part(str(milliseconds), "ms")
    if milliseconds >= 100 * KILO:
        return Part(compact(half_up(milliseconds, KILO)), "s")
    decimals = 1 if milliseconds >= 10 * KILO else 2
    return Part(decimal(half_up(milliseconds * 10**decimals, KILO), decimals), "s")


def plural(number: int, word: str) -> str:
    """The number in groups of three and its word.

    >>> plural(1, "session"), plural(1200, "session")
    ('1 session', '1,200 sessions')
    """
    return f"{grouped(number)} {word}{'s' if number != 1 else ''}"


def short_date(day: date) -> str:
    """Day and month: ``25 Aug``."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def long_date(day: date) -> str:
    """Day, month and year in full: ``25 August 2026``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def weekday(day: date) -> str:
    """The day of the week: ``Tuesday``."""
    return WEEKDAYS[day.weekday()]


def date_range(first: date, last: date) -> str:
    """From the first to the last day, saying nothing twice.

    >>> from datetime import date
    >>> date_range(date(2026, 8, 25), date(2026, 11, 22))
    '25 Aug – 22 Nov 2026'
    >>> date_range(date(2026, 11, 16), date(2026, 11, 22))
    '16 – 22 Nov 2026'
    >>> date_range(date(2025, 12, 29), date(2026, 1, 4))
    '29 Dec 2025 – 4 Jan 2026'
    """
    end = f"{short_date(last)} {last.year}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{short_date(first)} {first.year} – {end}"
    return f"{short_date(first) if first.month != last.month else first.day} – {end}"


def listed(items: list[str]) -> str:
    """The items as a sentence counts them up.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def half_up(numerator: int, denominator: int) -> int:
    """The quotient to the nearest integer, halves upwards; for numbers that are not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def decimal(scaled: int, decimals: int) -> str:
    """``scaled / 10**decimals`` without idle zeros.

    >>> decimal(1310, 3), decimal(100, 1), decimal(7, 2)
    ('1.31', '10', '0.07')
    """
    if not decimals:
        return str(scaled)
    digits = str(scaled).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}".rstrip("0").rstrip(".")
