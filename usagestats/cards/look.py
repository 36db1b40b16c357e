"""`Look`: what a card's owner wants otherwise: its width, its corners, its title, what it keeps to itself.

Every card takes it on by itself. Width, corners and border are the frame's, and a frame is the same for every card; a
title stands where the name stands; and what is hidden is taken out of the summary before a card sees it, as if nobody
had recorded it, which every card has to be ready for anyway.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal
from zlib import crc32

from usagestats.cards.told import Told
from usagestats.errors import InvalidLook, check_one_of, check_type, one_of, shown
from usagestats.locales import language, locales

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from usagestats.summary import Extras, Summary

NUMBERS = ("compact", "full")
WIDTHS_PX = range(100, 4001)
RADII_PX = range(65)
WORK = ("sessions_count", "total_commits", "total_active_time_seconds", "total_lines_of_code")
"""What can be hidden unless it is all that there is."""
HIDEABLE = (
    *WORK,
    *("cache_efficiency", "success_rate", "avg_latency_ms", "output_tokens", "events_by_model", "change"),
)
"""The stats that `Look.hide` takes, and ``change``, the comparison with the period before."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a card is to look besides its theme.

    >>> Look(width=600, radius=0, border=False, hide=("total_commits",)).width
    600

    Raises:
        InvalidLook: A width, a radius, a locale or a name of what to hide is none of those that there are.
        TypeError: The border is neither True nor False, the title no text, or what to hide no collection.
        MissingPackage: The locale is not English, and the extra ``locale`` is not installed.
    """

    width: int | None = None
    """How wide the picture is shown, 100 to 4000 px; its height and everything in it follow. None: as it is drawn."""
    radius: int | None = None
    """How round the corners are, 0 to 64 px of the card as it is drawn. None: as round as the card has them."""
    border: bool = True
    """Whether a line runs around the card."""
    title: str = ""
    """What stands in place of the name."""
    hide: Collection[str] = ()
    """Names of `HIDEABLE`; where one was a fact, the next one takes its place."""
    numbers: Literal["compact", "full"] = "compact"
    """Whether numbers are written short, or with every digit where that has room."""

    locale: str = "en"
    """The language of words, numbers and dates, one of `usagestats.locales.locales`, with a region if it matters."""

    def __post_init__(self) -> None:
        """Refuse what no card can have."""
        if not isinstance(self.locale, str):
            raise InvalidLook(one_of("locale", locales(), self.locale))
        language(self.locale)
        within("width", self.width, WIDTHS_PX)
        within("radius", self.radius, RADII_PX)
        check_type("border", bool, self.border)
        check_type("title", str, self.title)
        check_one_of("numbers", NUMBERS, self.numbers, InvalidLook)
        check_type("hide", Collection, self.hide)
        names = (self.hide,) if isinstance(self.hide, str) else self.hide
        for name in names:
            check_one_of("hide", HIDEABLE, name, InvalidLook)
        object.__setattr__(self, "hide", frozenset(names))

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Look:
        """The look that texts ask for: options of a command or of a mark, or parameters of an address.

        >>> Look.of({"width": "600", "hide": "total_commits, change", "border": "no"}) == Look(
        ...     width=600, hide=("total_commits", "change"), border=False
        ... )
        True

        Args:
            options: By name, one of `OPTIONS`, the text: ``hide`` is a comma list, ``border`` is ``yes`` or ``no``.

        Raises:
            InvalidLook: A text is none of those allowed.
        """
        return cls(**{name: PARSED[name](text) for name, text in options.items()})

    @property
    def mark(self) -> str:
        """Eight letters that stand for this look, for the names of files."""
        told = [sorted(value) if isinstance(value, frozenset) else value for value in astuple(self)]
        told = told[:-1] if self.locale == PLAIN.locale else told
        return f"{crc32(repr(told).encode()):08x}"

    def summary(self, given: Summary) -> Told:
        """The summary in its language, with another title and without what is hidden."""
        told = Told.of(given, language(self.locale))
        titled = replace(told, name=self.title) if self.title else told
        if not self.hide:
            return titled
        return replace(titled, stats=replace(given.stats, **self._emptied(given)), extras=self._extras(given.extras))

    def _emptied(self, given: Summary) -> dict[str, Any]:
        """The hidden stats, each as empty as it is where nobody recorded it."""
        stats = given.stats
        hidden = [name for name in HIDEABLE if name in self.hide and name != "change"]
        left = [name for name in WORK if getattr(stats, name) and name not in hidden]
        if not stats.total_events and not left:
            hidden = [name for name in hidden if name not in WORK]
        return {name: type(getattr(stats, name))() for name in hidden}

    def _extras(self, given: Extras) -> Extras:
        """The extras without what would tell the hidden stats after all."""
        outcomes: dict[str, Any] = {"succeeded": 0, "failed": 0} if "success_rate" in self.hide else {}
        use: dict[str, Any] = {"cache_read_tokens": 0} if "cache_efficiency" in self.hide else {}
        use |= {"avg_latency_ms": None} if "avg_latency_ms" in self.hide else {}
        models = {name: replace(one, **use) for name, one in given.models.items()}
        return replace(given, before=None if "change" in self.hide else given.before, models=models, **outcomes)


def within(what: str, value: int | None, allowed: range) -> None:
    """Refuse a number of pixels out of its range.

    Raises:
        InvalidLook: It is none of those allowed.
    """
    if value is not None and (type(value) is not int or value not in allowed):
        msg = f"{what} must be {allowed[0]} to {allowed[-1]} px, not {shown(value)}"
        raise InvalidLook(msg)


def pixels(text: str) -> int | str:
    """A number of pixels; what is none stays as it is, to be refused with what is allowed."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < DIGITS else text


def listed(text: str) -> list[str]:
    """The names of a comma list."""
    return [name for name in text.replace(" ", "").split(",") if name]


def answer(text: str) -> bool:
    """Whether the text says yes.

    Raises:
        InvalidLook: It says neither yes nor no.
    """
    if text.lower() not in ANSWERS:
        msg = f"border must be yes or no, not {shown(text)}"
        raise InvalidLook(msg)
    return ANSWERS[text.lower()]


DIGITS: Final = 9
ANSWERS: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
PARSED: Final[dict[str, Callable[[str], Any]]] = {
    "title": str,
    "hide": listed,
    "width": pixels,
    "radius": pixels,
    "border": answer,
    "numbers": str,
    "locale": str,
}
"""By option, what a text means."""
OPTIONS: Final = tuple(PARSED)
"""What texts may ask for."""
PLAIN = Look()
"""A card as it is drawn."""
