"""Every error that usagestats raises on purpose, with its code and HTTP status.

    UsageStatsError
    ├── InvalidPeriod (ValueError)         invalid_period      400
    ├── NotFound (LookupError)             not_found           404
    ├── MethodNotAllowed                   method_not_allowed  405
    ├── RateLimited                        rate_limited        429
    └── ServerError                        server_error        500
        ├── InvalidEvent (ValueError)      a record was refused and ``strict`` asked to know
        ├── InvalidEvents (TypeError)      what was given holds no records at all
        ├── InvalidTime (ValueError)       the zone is unknown, or ``now`` out of reach
        ├── NumberTooBig (OverflowError)   a sum does not fit the document
        ├── InputError (OSError)           a file or folder could not be read, or holds nothing or something wrong
        │   └── DamagedArchive             an archive is not whole
        ├── MissingPackage (ImportError)   an input needs a package that is not installed
        ├── UnknownCard (ValueError)
        ├── UnknownTheme (ValueError)
        ├── InvalidTheme (ValueError)      a theme's file breaks a rule
        ├── UnknownSource (ValueError)
        ├── BrokenPlugin (RuntimeError)    a plug-in failed and ``strict`` asked to know
        ├── UnknownStat (ValueError)
        ├── InvalidBadge (ValueError)      a badge has no such style or colour
        ├── InvalidLook (ValueError)       a card cannot look like that
        └── RasterError (RuntimeError)     no PNG could be drawn

An argument of a wrong type, such as a name that is no text, is a plain ``TypeError``.

The text of an exception may say more than the documented API does; `document` says just what is documented.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from numbers import Real
from os import PathLike
from types import NoneType, UnionType
from typing import ClassVar, Final, get_args

SHOWN_LETTERS: Final = 60
"""How much of a value a message shows."""
TYPES: Final[Mapping[object, str]] = {
    str: "text",
    bool: "True or False",
    int: "a whole number",
    Real: "a number",
    NoneType: "None",
    Callable: "a function",
    Collection: "a collection",
    Iterable: "an iterable",
    Mapping: "a mapping",
    PathLike: "a path",
}
"""What a type is called; any other is called by its name."""


class UsageStatsError(Exception):
    """The root of the tree."""

    code: ClassVar[str] = "server_error"
    """The documented error code."""
    status: ClassVar[int] = 500
    """The HTTP status that goes with it."""
    public: ClassVar[str] = "unexpected error"
    """The documented message: all that the API ever says."""


class InvalidPeriod(UsageStatsError, ValueError):
    """The period is none of the documented ones."""

    code = "invalid_period"
    status = 400
    public = "period must be one of 7d, 30d, 90d"


class NotFound(UsageStatsError, LookupError):
    """There is no such person, or theirs is switched off: which of the two, nobody can tell."""

    code = "not_found"
    status = 404
    public = "User not found or API access disabled"


class MethodNotAllowed(UsageStatsError):
    """The endpoint is read only."""

    code = "method_not_allowed"
    status = 405
    public = "method not allowed"


class RateLimited(UsageStatsError):
    """Too many requests in too short a time."""

    code = "rate_limited"
    status = 429
    public = "too many requests"


class ServerError(UsageStatsError):
    """Whatever is no fault of the one who asks over HTTP."""


class InvalidEvent(ServerError, ValueError):
    """A record was refused; the text names the place, the field, what is allowed and what came."""


class InvalidEvents(ServerError, TypeError):
    """What was given is neither an iterable of records nor a frame with the columns of one."""


class InvalidTime(ServerError, ValueError):
    """The time zone has no entry in the IANA database, or ``now`` is too far from today."""


class NumberTooBig(ServerError, OverflowError):
    """A number of the document is beyond 2**63 - 1."""


class InputError(ServerError, OSError):
    """A file could not be read or written, does not hold what it should, or there was none."""


class MissingPackage(ServerError, ImportError):
    """An input needs an optional package that is not installed; the text names the extra that brings it."""


class DamagedArchive(InputError):
    """An archive cannot be read as one; nothing is ever written over it."""


class UnknownCard(ServerError, ValueError):
    """No card has that name."""


class UnknownTheme(ServerError, ValueError):
    """No theme has that name."""


class InvalidTheme(ServerError, ValueError):
    """A theme's file breaks a rule; the text names the file, the key, what is allowed and what came."""


class UnknownSource(ServerError, ValueError):
    """No source has that name."""


class BrokenPlugin(ServerError, RuntimeError):
    """A plug-in cannot be used; the text names it, its distribution and the reason."""


class UnknownStat(ServerError, ValueError):
    """No badge has that name."""


class InvalidBadge(ServerError, ValueError):
    """A badge's style or colour is none that there is."""


class InvalidLook(ServerError, ValueError):
    """A card cannot be that wide, that round, or hide that."""


class RasterError(ServerError, RuntimeError):
    """No rasteriser is there, or the picture is too big."""


def document(error: BaseException) -> dict[str, dict[str, str]]:
    """The documented JSON body of an error; whatever is not one of ours is an ``unexpected error``.

    >>> document(InvalidPeriod("period must be one of 7d, 30d, 90d, not '1y'"))
    {'error': {'code': 'invalid_period', 'message': 'period must be one of 7d, 30d, 90d'}}
    """
    kind = type(error) if isinstance(error, UsageStatsError) else ServerError
    return {"error": {"code": kind.code, "message": kind.public}}


def one_of(what: str, allowed: Iterable[str], came: object) -> str:
    """A sentence for a word that is not in the list, with the nearest one that is.

    >>> one_of("period", ["7d", "30d"], "30")
    "period must be one of 7d, 30d, not '30'; did you mean '30d'?"
    """
    from difflib import get_close_matches

    names = list(allowed)
    near = get_close_matches(str(came), names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{what} must be one of {', '.join(names)}, not {shown(came)}{hint}"


def check_one_of(what: str, allowed: Iterable[str], came: object, error: type[UsageStatsError]) -> None:
    """Refuse a word that is not in the list, or no word at all, with `one_of`.

    Args:
        what: The place, such as ``period``.
        allowed: The list.
        came: What was given.
        error: What is raised.

    Raises:
        UsageStatsError: of that kind.
    """
    if not isinstance(came, str) or came not in allowed:
        raise error(one_of(what, allowed, came))


def check_type(what: str, kind: type | UnionType, came: object) -> None:
    """Refuse what a caller gave that is of another type; True and False are no numbers.

    >>> check_type("label", str | None, 5)
    Traceback (most recent call last):
    TypeError: label must be text or None, not int

    Args:
        what: The place, such as ``name``.
        kind: The type allowed, or several.
        came: What was given; the message names its type, never itself.

    Raises:
        TypeError: if it is none of that kind.
    """
    if isinstance(came, kind) and not isinstance(came, bool):
        return
    kinds = get_args(kind) or (kind,)
    if not isinstance(came, bool) or bool not in kinds:
        allowed = " or ".join(TYPES.get(one, f"a {one.__name__}") for one in kinds)
        message = f"{what} must be {allowed}, not {type(came).__name__}"
        raise TypeError(message)


def shown(value: object) -> str:
    """A value for a message: its ``repr``, at most 60 letters."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a foreign object's repr may raise anything, and the message must still come out
        text = f"<{type(value).__name__}>"
    return text if len(text) <= SHOWN_LETTERS else text[: SHOWN_LETTERS - 3] + "..."
