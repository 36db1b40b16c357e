from __future__ import annotations

import re

import pytest

from usagestats import errors
from usagestats.cards import Look
from usagestats.errors import (
    BrokenPlugin,
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
    UnknownSource,
    UnknownStat,
    UnknownTheme,
    UsageStatsError,
    check_one_of,
    check_type,
    document,
    one_of,
    shown,
)


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (InvalidPeriod, 400, "invalid_period", "period must be one of 7d, 30d, 90d"),
        (NotFound, 404, "not_found", "User not found or API access disabled"),
        (MethodNotAllowed, 405, "method_not_allowed", "method not allowed"),
        (RateLimited, 429, "rate_limited", "too many requests"),
        (ServerError, 500, "server_error", "unexpected error"),
        (UsageStatsError, 500, "server_error", "unexpected error"),
    ],
)
def test_each_documented_error_has_its_status_code_and_exact_message(
    error: type[UsageStatsError], status: int, code: str, message: str
) -> None:
    assert error.status == status
    assert document(error("a text that says more")) == {"error": {"code": code, "message": message}}
    assert list(document(error())["error"]) == ["code", "message"]


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (InvalidPeriod, ValueError),
        (NotFound, LookupError),
        (InvalidEvent, ValueError),
        (InvalidEvents, TypeError),
        (InvalidTime, ValueError),
        (InvalidTheme, ValueError),
        (NumberTooBig, OverflowError),
        (InputError, OSError),
        (DamagedArchive, InputError),
        (UnknownCard, ValueError),
        (UnknownTheme, ValueError),
        (UnknownSource, ValueError),
        (BrokenPlugin, RuntimeError),
        (UnknownStat, ValueError),
        (InvalidBadge, ValueError),
        (InvalidLook, ValueError),
        (RasterError, RuntimeError),
    ],
)
def test_each_error_is_also_the_built_in_that_a_caller_would_expect(
    error: type[UsageStatsError], builtin: type[Exception]
) -> None:
    assert issubclass(error, builtin)
    assert issubclass(error, UsageStatsError)


@pytest.mark.parametrize("error", [InvalidEvent("events[3]: /home/alex"), KeyError("secret"), KeyboardInterrupt()])
def test_a_500_never_shows_what_went_wrong_inside(error: BaseException) -> None:
    assert document(error) == {"error": {"code": "server_error", "message": "unexpected error"}}


def test_every_error_stands_in_the_tree_that_the_docstring_draws() -> None:
    tree = errors.__doc__ or ""
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, UsageStatsError)]
    assert len(found) > 10
    for one in found:
        assert one.__name__ in tree


def test_a_wrong_word_is_answered_with_the_right_ones_and_the_nearest() -> None:
    assert one_of("period", ["7d", "30d"], "1y") == "period must be one of 7d, 30d, not '1y'"
    assert one_of("theme", ["github", "nord"], "Github") == (
        "theme must be one of github, nord, not 'Github'; did you mean 'github'?"
    )


def test_a_long_wrong_word_is_cut() -> None:
    said = one_of("period", ["7d"], "x" * 500)
    assert said == f"period must be one of 7d, not '{'x' * 56}..."


def test_a_value_of_any_type_can_be_a_wrong_word() -> None:
    assert one_of("period", ["7d"], None) == "period must be one of 7d, not None"


def test_a_value_of_a_wrong_type_is_named_by_its_place_and_type_and_not_told() -> None:
    check_type("name", str, "Alex")
    check_type("look", Look, Look())
    with pytest.raises(TypeError, match=r"^name must be text, not list$"):
        check_type("name", str, ["private"])
    with pytest.raises(TypeError, match=r"^look must be a Look, not NoneType$"):
        check_type("look", Look, None)


def test_of_several_types_each_is_said_and_a_flag_is_no_number() -> None:
    check_type("label", str | None, None)
    check_type("compact", bool, True)  # noqa: FBT003 - any value
    with pytest.raises(TypeError, match=r"^indent must be a whole number or None, not bool$"):
        check_type("indent", int | None, False)  # noqa: FBT003 - the same


def test_a_word_that_is_none_is_refused_by_its_own_error() -> None:
    check_one_of("style", ["flat"], "flat", InvalidBadge)
    for wrong in ("round", ["flat"], None):
        with pytest.raises(InvalidBadge, match=f"^{re.escape(one_of('style', ['flat'], wrong))}$"):
            check_one_of("style", ["flat"], wrong, InvalidBadge)


class Unspeakable:
    """Its repr raises."""

    def __repr__(self) -> str:
        message = "no words"
        raise RuntimeError(message)


def test_a_value_is_shown_shortened_and_whatever_its_repr_does() -> None:
    assert shown("x" * 58) == repr("x" * 58)
    assert shown("x" * 59) == "'" + "x" * 56 + "..."
    assert shown(Unspeakable()) == "<Unspeakable>"
    assert shown(10**5000) == "<int>"  # Python writes no integer that long
