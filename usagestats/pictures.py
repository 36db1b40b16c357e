"""A person's cards and badges over HTTP: judged and tagged as the documented endpoint is, pictures of the same numbers.

What there is no card, badge, theme, style or look of is a 404. A picture runs no script, whatever is written in it.
A PNG is drawn from the SVG, and only if the client has not got it: the ETag stands for the SVG's text. Whatever width
is asked for, it has no more than about `MOST_PIXELS`, and the last ones drawn are kept.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache, partial
from math import sqrt
from typing import TYPE_CHECKING, Final

from usagestats import badges, cards, raster, themes
from usagestats.api import Rendering
from usagestats.cards.look import ANSWERS, HIDEABLE, NUMBERS, OPTIONS, RADII_PX, WIDTHS_PX, Look
from usagestats.cards.svg import Svg
from usagestats.errors import (
    InvalidBadge,
    InvalidLook,
    MissingPackage,
    NotFound,
    UnknownCard,
    UnknownStat,
    UnknownTheme,
)
from usagestats.locales import locales
from usagestats.openapi import PATH, PERIOD, PUBLIC_ID, Reading, described, parameter, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from usagestats.openapi import Json
    from usagestats.summary import Summary

SVG: Final = "image/svg+xml"
PNG: Final = "image/png"
MOST_PIXELS: Final = 4_000_000
"""Of a PNG; a card at its own width has a third of it."""
KEPT_PNGS: Final = 64
"""How many PNGs are kept: a card's has 50 to 200 KB, twice as much at `MOST_PIXELS`."""
CONTAINED: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
COMPACT: Final = {**ANSWERS, "": True}
"""What ``compact`` may be, and whether it means yes."""
UNKNOWN: Final = (UnknownCard, UnknownTheme, UnknownStat, InvalidBadge, InvalidLook, MissingPackage)


def rendering(kind: str, name: str) -> Rendering:
    """What ``…/{kind}/{name}`` asks for: ``card/NAME.svg`` or ``.png``, ``badge/STAT.svg``, ``.png`` or ``.json``."""
    stem, _, ending = name.rpartition(".")
    return KINDS.get((kind, ending), _nothing)(stem)


def card(name: str) -> Rendering:
    """A card as SVG; the query may say ``theme``, ``compact`` and the options of a `usagestats.cards.look.Look`."""

    def check(given: Mapping[str, str]) -> None:
        if name not in cards.CARDS:
            raise NotFound(name)
        if given.get("compact", "no") not in COMPACT:
            raise NotFound(given["compact"])
        themes.palettes(given.get("theme", "auto"))
        _look(given)

    def body(summary: Summary, given: Mapping[str, str]) -> str:
        compact = COMPACT[given.get("compact", "no")]
        return cards.card(summary, name, theme=given.get("theme", "auto"), compact=compact, look=_look(given))

    return Rendering(SVG, f"card {name}", body, _names(CARD_QUERY), _found(check), CONTAINED)


def _look(given: Mapping[str, str]) -> Look:
    return Look.of({name: given[name] for name in OPTIONS if name in given})


def badge(stat: str) -> Rendering:
    """A badge as SVG; the query may say ``style``, ``label`` and ``color``."""

    def check(given: Mapping[str, str]) -> None:
        badges.check(stat, style=given.get("style", "flat"), color=given.get("color"))

    def body(summary: Summary, given: Mapping[str, str]) -> str:
        label, color = given.get("label"), given.get("color")
        return badges.badge(summary, stat, style=given.get("style", "flat"), label=label, color=color)

    return Rendering(SVG, f"badge {stat}", body, _names(BADGE_QUERY), _found(check), CONTAINED)


def as_png(picture: Rendering, scale: float) -> Rendering:
    """The same picture as a PNG; one that follows light and dark is light.

    Args:
        picture: What it is as SVG.
        scale: Pixels to a CSS pixel, as far as `MOST_PIXELS` go.
    """
    encoded = partial(drawn_png, scale=scale)
    return replace(picture, media_type=PNG, what=f"{picture.what} png", headers={}, encoded=encoded, is_slow=True)


@lru_cache(KEPT_PNGS)
def drawn_png(svg: str, scale: float) -> bytes:
    """The PNG of an SVG of ours.

    Args:
        svg: The picture.
        scale: As `as_png` takes it.

    Raises:
        RasterError: no rasteriser is there.
    """
    drawing = Svg(svg)
    across, down = drawing.size_px
    return raster.png(drawing, scale=min(scale, sqrt(MOST_PIXELS / (across * down))))


def endpoint(stat: str) -> Rendering:
    """The document that shields.io draws the badge from; the query may say ``label`` and ``color``."""

    def check(given: Mapping[str, str]) -> None:
        badges.check(stat, color=given.get("color"))

    def body(summary: Summary, given: Mapping[str, str]) -> str:
        told = badges.badge_endpoint(summary, stat, label=given.get("label"), color=given.get("color"))
        return json.dumps(told)

    return Rendering("application/json", f"endpoint {stat}", body, _names(ENDPOINT_QUERY), _found(check))


def readings(told: tuple[str, ...]) -> dict[str, Reading]:
    """What can be read of pictures, by path, for the OpenAPI document.

    Args:
        told: As in `Reading`.
    """
    of_card = _one_of("card", "Which card.", cards.CARDS, "path")
    of_badge = _one_of("stat", "Which number.", badges.STATS, "path")
    document = Reading(
        "badgeEndpoint",
        "What shields.io draws a badge from",
        "The document.",
        reference("BadgeEndpoint"),
        path=(PUBLIC_ID, of_badge),
        query=(PERIOD, *ENDPOINT_QUERY),
        told=told,
    )
    return {
        **_pictures("card", of_card, CARD_QUERY, told),
        **_pictures("badge", of_badge, BADGE_QUERY, told),
        f"{PATH}/badge/{{stat}}.json": document,
    }


def _pictures(kind: str, which: Json, query: Sequence[Json], told: tuple[str, ...]) -> dict[str, Reading]:
    """A card or a badge as SVG and as PNG, by path."""
    path = f"{PATH}/{kind}/{{{which['name']}}}"
    kept = ("ETag", "Cache-Control")
    svg = Reading(
        kind,
        f"A {kind}",
        f"The {kind}.",
        TEXT,
        SVG,
        path=(PUBLIC_ID, which),
        query=(PERIOD, *query),
        headers=(*kept, *CONTAINED),
        told=told,
    )
    words = f"The {kind}, two pixels to a CSS pixel, a poster one; fewer where it would have over {MOST_PIXELS:,}."
    png = replace(svg, operation=f"{kind}Png", summary=f"A {kind} as PNG", description=words, media_type=PNG)
    return {f"{path}.svg": svg, f"{path}.png": replace(png, schema={}, headers=kept)}


def _names(query: Sequence[Json]) -> tuple[str, ...]:
    return tuple(one["name"] for one in query)


def _one_of(name: str, words: str, allowed: Iterable[str], place: str = "query", **more: object) -> Json:
    return parameter(name, words, {"type": "string", "enum": list(allowed), **more}, place)


def _pixels(name: str, allowed: range) -> Json:
    return _look_option(name, {"type": "integer", "minimum": allowed[0], "maximum": allowed[-1]})


def _look_option(name: str, schema: Json, words: str | None = None, **more: str | bool) -> Json:
    told = words or described(Look)[name][1].partition(" None: ")[0]
    return parameter(name, told, schema, "query", **more)


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
    ("card", "png"): lambda name: as_png(card(name), raster.scale_of(name)),
    ("badge", "svg"): badge,
    ("badge", "png"): lambda stat: as_png(badge(stat), raster.SCALE),
    ("badge", "json"): endpoint,
}
"""What there is, by kind and ending."""
LOOK_QUERY: Final[dict[str, Json]] = {
    "title": _look_option("title", {"type": "string", "default": ""}),
    "hide": _look_option(
        "hide",
        {"type": "array", "items": {"type": "string", "enum": list(HIDEABLE)}},
        "Comma list of what is not shown; where one was a fact, the next one takes its place.",
        style="form",
        explode=False,
    ),
    "width": _pixels("width", WIDTHS_PX),
    "radius": _pixels("radius", RADII_PX),
    "border": _look_option("border", {"type": "string", "enum": list(ANSWERS), "default": "yes"}),
    "numbers": _look_option("numbers", {"type": "string", "enum": list(NUMBERS), "default": "compact"}),
    "locale": _look_option(
        "locale",
        {"type": "string", "pattern": f"^({'|'.join(locales())})([-_][A-Za-z0-9]{{1,8}})*$", "default": "en"},
        "The language of words, numbers and dates, with a region if it matters.",
    ),
}
CARD_QUERY: Final = (
    _one_of(
        "theme",
        "Its colours; a name without -light or -dark follows its reader, and is light as PNG.",
        themes.THEMES,
        default="auto",
    ),
    _one_of("compact", "Whether it is the cut for a phone; without a value it is.", COMPACT, default="no"),
    *(LOOK_QUERY[name] for name in OPTIONS),
)
LABEL: Final = parameter("label", "What stands at the left; empty for nothing.", {"type": "string"})
COLOR: Final = parameter(
    "color",
    "#rgb, #rrggbb, the # may be missing, or one of the names of shields.io.",
    {"type": "string", "pattern": f"^(#?([0-9A-Fa-f]{{3}}){{1,2}}|{'|'.join(badges.COLORS)})$"},
)
ENDPOINT_QUERY: Final = (LABEL, COLOR)
BADGE_QUERY: Final = (_one_of("style", "How it looks.", badges.STYLES, default="flat"), *ENDPOINT_QUERY)
TEXT: Final[Json] = {"type": "string"}
SCHEMAS: Final[dict[str, Json]] = {
    "BadgeEndpoint": {
        "type": "object",
        "properties": {
            "schemaVersion": {"const": 1},
            "label": TEXT,
            "message": {**TEXT, "minLength": 1},
            "color": {**TEXT, "pattern": f"^(#[0-9a-f]{{6}}|{'|'.join(badges.COLORS)})$"},
            "cacheSeconds": {"const": badges.CACHE_SECONDS},
        },
        "required": ["schemaVersion", "label", "message", "color", "cacheSeconds"],
        "additionalProperties": False,
    }
}
"""What `readings` refer to."""
