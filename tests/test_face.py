"""Every argument of every public function names itself, what is allowed and what came, if it is of a wrong type.

Which functions are public is read from `usagestats.__all__` and from the README, what they take from their signatures.
"""

from __future__ import annotations

import inspect
import re
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import usagestats
import usagestats.api
import usagestats.engines
import usagestats.schema
from usagestats import rollup
from usagestats.asgi import application
from usagestats.themes import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

README: Final = Path(__file__).parent.parent / "README.md"
REQUESTS: Final = [{"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "public_id": "alex"}]
SUMMARY: Final = usagestats.summarize(REQUESTS)
RIGHT: Final[dict[str, Any]] = {
    "events": REQUESTS,
    "summary": SUMMARY,
    "stat": "total_tokens",
    "svg": usagestats.badge(SUMMARY, "total_tokens"),
    "parts": [],
    "rollup": rollup.roll_up([]),
    "path": "nothing",
    "lookup": {}.get,
}
"""By name, what an argument may be that has no default."""
UNCHECKED: Final = {"api.respond": "never raises: what goes wrong is logged and answered 500"}
CALLED: Final = {"card.name": "card"}
"""What messages call an argument other than its name."""


class Nothing:
    """Of no type that anything takes, false, and without a hash."""

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return False


def public() -> dict[str, Callable[..., Any]]:
    """By name, every function that a user calls, and the methods of a summary."""
    names = re.findall(r"`(?:[a-z]+=)?usagestats\.([a-z]+\.\w+|\w+)\(", README.read_text("utf-8"))
    found: dict[str, Any] = {name: attrgetter(name)(usagestats) for name in (*names, *usagestats.__all__)}
    found |= {f"rollup.{name}": getattr(rollup, name) for name in rollup.__all__}
    found |= {"Summary.to_dict": SUMMARY.to_dict, "Summary.to_json": SUMMARY.to_json}
    return {name: one for name, one in sorted(found.items()) if inspect.isroutine(one) or name == "Look"}


def wrong_for(annotation: str) -> list[Any]:
    """Values that an argument with that annotation does not take."""
    is_number = re.search(r"\b(int|float|object)\b", annotation) is not None
    flags = ["no", "", None] if "bool" in annotation else []
    return [5j, Nothing(), *flags, *([True] if is_number else [5, 0])]


def arguments() -> Iterator[Any]:
    """Every argument of every public function."""
    for name, function in public().items():
        for parameter in inspect.signature(function).parameters.values():
            if name not in UNCHECKED:
                yield pytest.param(function, f"{name}.{parameter.name}", parameter, id=f"{name}-{parameter.name}")


def test_the_functions_of_the_face_are_all_found() -> None:
    assert list(public()) == [
        "Look",
        "Summary.to_dict",
        "Summary.to_json",
        "api.openapi",
        "api.respond",
        "asgi.application",
        "badge",
        "badge_endpoint",
        "card",
        "engines.duckdb_rollup",
        "engines.spark_rollup",
        "png",
        "rollup.load",
        "rollup.merge",
        "rollup.roll_up",
        "rollup.save",
        "schema.json_schema",
        "summarize",
        "summarize_many",
        "themes.load",
    ]


@pytest.mark.parametrize(("function", "place", "parameter"), [*arguments()])
def test_an_argument_of_a_wrong_type_is_named_with_what_is_allowed_and_what_came(
    function: Callable[..., Any], place: str, parameter: inspect.Parameter
) -> None:
    signature = inspect.signature(function)
    needed = {one.name: RIGHT[one.name] for one in signature.parameters.values() if one.default is one.empty}
    said = CALLED.get(place, parameter.name)
    for wrong in wrong_for(str(parameter.annotation)):
        given = signature.bind(**{**needed, parameter.name: wrong})
        with pytest.raises((usagestats.UsageStatsError, TypeError)) as caught:
            function(*given.args, **given.kwargs)
        came = rf"({re.escape(repr(wrong))[:56]}.*|{type(wrong).__name__})"
        assert re.fullmatch(rf"{said} must be .+, not {came}", str(caught.value)), str(caught.value)


@pytest.mark.parametrize(
    ("function", "given", "words"),
    [
        (usagestats.Look, {"hide": (name for name in ["change"])}, "hide must be a collection, not generator"),
        (usagestats.Look, {"hide": [["change"]]}, r"hide must be one of .*, not \['change'\].*"),
        (usagestats.summarize, {"events": [], "weeks": 5.0}, "weeks must be a whole number from 1 to 53, not 5.0"),
        (usagestats.summarize_many, {"events": [], "names": ["al"]}, "names must be a mapping or None, not list"),
        (usagestats.badge_endpoint, {"summary": SUMMARY, "stat": "streak", "label": 5}, "label must be text or .*int"),
        (usagestats.png, {"svg": RIGHT["svg"], "scale": "2"}, "scale must be a number, not str"),
        (usagestats.png, {"svg": usagestats.Svg("text")}, "svg must be a picture drawn by usagestats, not other text"),
        (rollup.merge, {"parts": [5]}, r"parts\[0\] must be a Rollup, not int"),
        (load, {"path": 5}, "path must be text or a path, not int"),
        (application, {"lookup": print, "trusted_proxies": [5]}, r"trusted_proxies\[0\] must be text, not int"),
        (application, {"lookup": "alex"}, "lookup must be a function, not str"),
    ],
)
def test_the_message_says_what_is_allowed(function: Callable[..., Any], given: dict[str, Any], words: str) -> None:
    with pytest.raises((usagestats.UsageStatsError, TypeError), match=f"^{words}$"):
        function(**given)
