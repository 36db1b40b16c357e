"""A person's cards and badges over HTTP: judged and tagged as the documented endpoint is, pictures of the same numbers.

What there is no card, badge, theme, style or look of is a 404. A picture runs no script, whatever is written in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from usagestats import badges, cards, themes
from usagestats.api import Rendering
from usagestats.cards.look import OPTIONS, Look
from usagestats.errors import InvalidBadge, InvalidLook, NotFound, UnknownCard, UnknownStat, UnknownTheme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from usagestats.summary import Summary

SVG: Final = "image/svg+xml"
CONTAINED: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
YES: Final = ("", "1", "true")
UNKNOWN: Final = (UnknownCard, UnknownTheme, UnknownStat, InvalidBadge, InvalidLook)


def rendering(kind: str, name: str) -> Rendering:
    """What ``…/{kind}/{name}`` asks for: ``card/NAME.svg``, ``badge/STAT.svg`` or ``badge/STAT.json``."""
    stem, _, ending = name.rpartition(".")
    return KINDS.get((kind, ending), _nothing)(stem)


def card(name: str) -> Rendering:
    """A card as SVG; the query may say ``theme``, ``compact`` and the options of a `usagestats.cards.look.Look`."""

    def check(given: Mapping[str, str]) -> None:
        if name not in cards.CARDS:
            raise NotFound(name)
        themes.palettes(given.get("theme", "auto"))
        _look(given)

    def body(summary: Summary, given: Mapping[str, str]) -> str:
        compact = given.get("compact", "false") in YES
        return cards.card(summary, name, theme=given.get("theme", "auto"), compact=compact, look=_look(given))

    return Rendering(SVG, f"card {name}", body, ("theme", "compact", *OPTIONS), _found(check), CONTAINED)


def _look(given: Mapping[str, str]) -> Look:
    return Look.of({name: given[name] for name in OPTIONS if name in given})


def badge(stat: str) -> Rendering:
    """A badge as SVG; the query may say ``style``, ``label`` and ``color``."""

    def check(given: Mapping[str, str]) -> None:
        badges.check(stat, style=given.get("style", "flat"), color=given.get("color"))

    def body(summary: Summary, given: Mapping[str, str]) -> str:
        label, color = given.get("label"), given.get("color")
        return badges.badge(summary, stat, style=given.get("style", "flat"), label=label, color=color)

    return Rendering(SVG, f"badge {stat}", body, ("style", "label", "color"), _found(check), CONTAINED)


def endpoint(stat: str) -> Rendering:
    """The document that shields.io draws the badge from; the query may say ``label`` and ``color``."""

    def check(given: Mapping[str, str]) -> None:
        badges.check(stat, color=given.get("color"))

    def body(summary: Summary, given: Mapping[str, str]) -> str:
        told = badges.badge_endpoint(summary, stat, label=given.get("label"), color=given.get("color"))
        return json.dumps(told)

    return Rendering("application/json", f"endpoint {stat}", body, ("label", "color"), _found(check))


def _nothing(name: str) -> Rendering:
    def check(_: Mapping[str, str]) -> None:
        raise NotFound(name)

    return Rendering(SVG, "nothing", lambda _summary, _given: "", check=check)


def _found(check: Callable[[Mapping[str, str]], None]) -> Callable[[Mapping[str, str]], None]:
    """The check, for which what is unknown is not found."""

    def found(given: Mapping[str, str]) -> None:
        try:
            check(given)
        except UNKNOWN as error:
            raise NotFound(str(error)) from error

    return found


KINDS: Final[dict[tuple[str, str], Callable[[str], Rendering]]] = {
    ("card", "svg"): card,
    ("badge", "svg"): badge,
    ("badge", "json"): endpoint,
}
