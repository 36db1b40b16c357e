"""How quick badges are, beside the two packages that draw them in Python.

    uv run --with pybadges --with anybadge --with "setuptools<81" python -m tests.benchmark.bench_badges

Figures to reach: 20 000 different badges a second and core, from a summary to the SVG, and at least three times as many
as pybadges and anybadge make from words that they are given. CPU time; the best of five rounds, taken in turns.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING

from tests.cards.people import ada
from usagestats.badges import STATS, STYLES, badge, badge_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from usagestats.summary import Summary

    Call = Callable[[], list[object]]

ROUNDS = 5


def main() -> int:
    """Print all figures; 1 where one is missed."""
    month = ada("30d")
    people = [replace(month, stats=replace(month.stats, total_tokens=1000 + number)) for number in range(2000)]
    ours: dict[str, Call] = {f"usagestats {style}": drawing(people, style) for style in STYLES}
    other = others()
    derived: dict[str, Call] = {
        "usagestats, all stats": lambda: [badge(month, stat) for _ in range(20) for stat in STATS]
    }
    documents: dict[str, Call] = {
        "usagestats, endpoint": lambda: [badge_endpoint(person, "total_tokens") for person in people]
    }
    rates = best(ours | derived | documents | other)
    for name, rate in rates.items():
        print(f"{name:28} {rate:8.0f} a second")
    flat = rates["usagestats flat"]
    missed = [name for name in [*ours, *derived] if rates[name] < 20_000]
    missed += [name for name in other if flat < 3 * rates[name]]
    for name in other:
        print(f"{flat / rates[name]:.1f} × {name}")
    print(f"MISSED: {', '.join(missed)}" if missed else "all reached")
    return bool(missed)


def drawing(people: Sequence[Summary], style: str) -> Call:
    """Draws a badge for each of them."""
    return lambda: [badge(person, "total_tokens", style=style) for person in people]


def others() -> dict[str, Call]:
    """What draws badges with the same kind of words, where it is installed."""
    warnings.simplefilter("ignore")
    words = [f"{1000 + number}" for number in range(200)]
    found: dict[str, Call] = {}
    try:
        from anybadge import Badge

        found["anybadge"] = lambda: [Badge("tokens", word, default_color="#4c63d9").badge_svg_text for word in words]
    except ImportError as error:
        print(f"anybadge: {error}")
    try:
        from pybadges import badge as theirs

        found["pybadges"] = lambda: [theirs("tokens", word, right_color="#4c63d9") for word in words]
    except ImportError as error:
        print(f"pybadges: {error}")
    return found


def best(calls: dict[str, Call]) -> dict[str, float]:
    """Of each call the most things a second, over rounds in which all take their turn."""
    rates = dict.fromkeys(calls, 0.0)
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = process_time()
            made = len(call())
            rates[name] = max(rates[name], made / (process_time() - start))
    return rates


if __name__ == "__main__":
    sys.exit(main())
