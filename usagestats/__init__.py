"""Usage statistics of AI coding agents: event records in, the documented JSON and stat cards out.

>>> from datetime import UTC, datetime
>>> import usagestats
>>> request = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "output_tokens": 42}
>>> summary = usagestats.summarize([request], name="Alex Smith", now=datetime(2026, 11, 22, 12, tzinfo=UTC))
>>> summary.to_dict("name,stats.total_tokens")
{'name': 'Alex Smith', 'stats': {'total_tokens': 42}}

Importing this loads nothing else: each name brings its module with it when it is first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from usagestats.badges import badge, badge_endpoint
    from usagestats.cards import CARDS, Look, Svg, card
    from usagestats.errors import (
        DamagedArchive,
        InputError,
        InvalidBadge,
        InvalidEvent,
        InvalidEvents,
        InvalidLook,
        InvalidPeriod,
        InvalidTheme,
        InvalidTime,
        MethodNotAllowed,
        NotFound,
        NumberTooBig,
        RasterError,
        RateLimited,
        ServerError,
        UnknownCard,
        UnknownStat,
        UnknownTheme,
        UsageStatsError,
    )
    from usagestats.events import Event, Reject
    from usagestats.raster import png
    from usagestats.summary import Day, Stats, Summary, summarize, summarize_many
    from usagestats.themes import THEMES

__version__ = "0.1.0"

_HOMES = {
    "badges": ("badge", "badge_endpoint"),
    "cards": ("CARDS", "Look", "Svg", "card"),
    "errors": (
        "DamagedArchive",
        "InputError",
        "InvalidBadge",
        "InvalidEvent",
        "InvalidEvents",
        "InvalidLook",
        "InvalidPeriod",
        "InvalidTheme",
        "InvalidTime",
        "MethodNotAllowed",
        "NotFound",
        "NumberTooBig",
        "RasterError",
        "RateLimited",
        "ServerError",
        "UnknownCard",
        "UnknownStat",
        "UnknownTheme",
        "UsageStatsError",
    ),
    "events": ("Event", "Reject"),
    "raster": ("png",),
    "summary": ("Day", "Stats", "Summary", "summarize", "summarize_many"),
    "themes": ("THEMES",),
}
"""Where each public name lives."""

__all__ = [
    "CARDS",
    "THEMES",
    "DamagedArchive",
    "Day",
    "Event",
    "InputError",
    "InvalidBadge",
    "InvalidEvent",
    "InvalidEvents",
    "InvalidLook",
    "InvalidPeriod",
    "InvalidTheme",
    "InvalidTime",
    "Look",
    "MethodNotAllowed",
    "NotFound",
    "NumberTooBig",
    "RasterError",
    "RateLimited",
    "Reject",
    "ServerError",
    "Stats",
    "Summary",
    "Svg",
    "UnknownCard",
    "UnknownStat",
    "UnknownTheme",
    "UsageStatsError",
    "badge",
    "badge_endpoint",
    "card",
    "png",
    "summarize",
    "summarize_many",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the public names have many types
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        message = f"module 'usagestats' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"usagestats.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
