"""The documented endpoint as a function: request in, status, headers and body out; no framework, no clock, no state.

What is asked is judged in the order 405, 429, 400, 404. An error says the documented words and nothing else; what went
wrong inside goes to the logger ``usagestats.api``. An answer is the same to everybody, so caches and pages of any
origin may have it; its weak ETag says that the content, not ``generated_at``, is the same.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from usagestats import __version__
from usagestats.errors import (
    InvalidPeriod,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    ServerError,
    UsageStatsError,
    check_type,
    document,
    one_of,
)
from usagestats.openapi import openapi
from usagestats.periods import PERIODS, aware, stamp, window

if TYPE_CHECKING:
    from datetime import datetime

    from usagestats.summary import Summary

__all__ = ["HEADERS", "Lookup", "Person", "Response", "openapi", "respond"]

LOG: Final = logging.getLogger(__name__)
METHODS: Final = ("GET", "HEAD", "OPTIONS")
FRESH_SECONDS: Final = 60
"""How long a cache may give an answer away without asking again."""
PREFLIGHT_SECONDS: Final = 86_400
"""How long a browser may remember what `METHODS` are allowed."""
UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
TAG: Final = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\U0010ffff]*)"')

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
)
"""What every answer carries."""
ASKED_WRONGLY: Final = (InvalidPeriod, MethodNotAllowed, NotFound, RateLimited)
"""What is the client's doing; all else is ours, and logged."""
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose numbers can be asked for."""

    name: str
    """The name in the answer; any text."""
    events: object
    """Their records: anything that `summarize` takes, a rollup too, or a function that gives either. It
    is read, or called, only when the answer must be computed."""
    enabled: bool = True
    """Whether they allow it; a person who does not cannot be told from one who does not exist."""
    version: str | None = None
    """Anything that changes whenever the records do (a counter, the time of the last write): an unchanged person is
    then answered 304 without computing. Records that lie after ``now`` must change it when they come due."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as `respond` takes it."""

    public_id: str
    query: str
    lookup: Lookup
    now: datetime
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a summary is made into."""

    media_type: str
    what: str
    """What it is, so that no other thing has its ETag."""
    body: Callable[[Summary, Mapping[str, str]], str]
    """Makes it, as the query's parameters ask, as text."""
    parameters: tuple[str, ...] = ()
    """Those that matter besides ``period``."""
    check: Callable[[Mapping[str, str]], None] = lambda _: None
    """Raises NotFound if they ask for something that there is not."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the answer carries besides the usual."""
    content: Callable[[str, Summary], str] = lambda body, _: body
    """What of the body the ETag stands for."""
    encoded: Callable[[str], bytes] = str.encode
    """What is sent of the body; asked only if it is sent."""
    is_slow: bool = False
    """Whether that takes so long that only a few are to be made at a time."""


def _without_instant(body: str, summary: Summary) -> str:
    return body.removesuffix("}").removesuffix(f'"generated_at":"{summary.generated_at}"')


DOCUMENT: Final = Rendering(
    "application/json",
    "document",
    lambda summary, given: summary.to_json(given.get("fields", "")),
    ("fields",),
    content=_without_instant,
)
"""The documented JSON."""


Lookup = Callable[[str], Person | None]
"""The person of a ``public_id`` (a UUID in lower case), None if there is none."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer."""

    status: int
    """The status code."""
    headers: Mapping[str, str]
    """The headers, by their usual spelling."""
    body: bytes
    """The body; empty after ``HEAD`` and with 204 and 304."""


def respond(
    public_id: str,
    query: str = "",
    *,
    lookup: Lookup,
    now: datetime,
    method: str = "GET",
    headers: Mapping[str, str] = NO_HEADERS,
    retry_after: float | None = None,
) -> Response:
    """The answer to ``GET /api/v1/public/{public_id}?period=…&fields=…``, ``HEAD`` and ``OPTIONS``; never raises.

    >>> from datetime import UTC, datetime
    >>> alex = Person("Alex Smith", events=[])
    >>> respond("1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd", "fields=name", lookup=lambda _: alex,
    ...         now=datetime(2026, 11, 22, tzinfo=UTC)).body
    b'{"name":"Alex Smith"}'

    Args:
        public_id: The last part of the path, decoded. What is not a UUID is a 404.
        query: The query string as it came, without ``?``. Of a repeated parameter the first counts.
        lookup: Gives the person. Whatever it raises is logged and answered 500.
        now: The instant of the summary; without offset in UTC.
        method: The HTTP method.
        headers: The headers of the request; only ``If-None-Match`` matters.
        retry_after: Seconds to wait, if the client has asked too often: the answer is 429. None: it has not.
    """
    asked = Asked(public_id, query, lookup, now, method, headers, retry_after)
    return answered(asked, DOCUMENT)


def refusal(error: UsageStatsError, method: str = "GET", retry_after: float | None = None) -> Response:
    """The documented answer of an error."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(METHODS)
    if isinstance(error, RateLimited) and retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    body = json.dumps(document(error), separators=(",", ":")).encode()
    return whole(error.status, body, "application/json", headers, method)


def whole(status: int, body: bytes, media_type: str, headers: Mapping[str, str], method: str = "GET") -> Response:
    """An answer with a body, which ``HEAD`` only hears of."""
    described = {"Content-Type": media_type, "Content-Length": str(len(body))}
    return Response(status, {**HEADERS, **described, **headers}, b"" if method == "HEAD" else body)


def preflight() -> Response:
    """The answer to ``OPTIONS``: who may ask what. Never limited, since a page sees no status of a failed one."""
    allowed = ", ".join(METHODS)
    told = {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "If-None-Match",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    return Response(HTTPStatus.NO_CONTENT, {**HEADERS, **told}, b"")


def person_of(public_id: str, lookup: Lookup) -> Person:
    """The person who may be shown.

    Raises:
        NotFound: if there is none, or they do not want it, or the id is no UUID.
        ServerError: if the lookup raises, whatever that is.
        TypeError: if their name is no text.
    """
    found = None
    if UUID.fullmatch(public_id):
        try:
            found = lookup(public_id.lower())
        except Exception as error:
            message = "the lookup failed"
            raise ServerError(message) from error
    if found is None or not found.enabled:
        raise NotFound
    check_type("the name of a person", str, found.name)
    return found


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query string, decoded; of a repeated one the first."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        found.setdefault(unquote_plus(name, errors="replace"), value)
    return {name: unquote_plus(value, errors="replace") for name, value in found.items()}


def versioned(person: Person, period: str, now: datetime, *details: str) -> str | None:
    """The tag of what an unchanged person's records give: another one when the window moves on to the next day.

    It also changes with the name and with the version of this library, whose words or formulas may.

    Args:
        person: Whose.
        period: The documented period.
        now: The instant of the summary.
        details: What else the content depends on.
    """
    if person.version is None:
        return None
    last = window(period, now).last.isoformat()
    return tag(__version__, person.version, person.name, period, last, *details)


def tag(*parts: str) -> str:
    """A weak ETag that stands for these parts."""
    digest = blake2b(digest_size=16)
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(content) + content)
    return f'W/"{digest.hexdigest()}"'


def is_known(etag: str, headers: Mapping[str, str]) -> bool:
    """Whether the client's ``If-None-Match`` names the tag: a list, or ``*``; weak and strong ones are the same."""
    asked = ",".join(value for name, value in headers.items() if name.lower() == "if-none-match").strip()
    return asked == "*" or etag.removeprefix("W/").strip('"') in TAG.findall(asked)


def unchanged(etag: str) -> Response:
    """The answer to a client that has the content already."""
    return Response(HTTPStatus.NOT_MODIFIED, {**HEADERS, **kept(etag)}, b"")


def kept(etag: str) -> dict[str, str]:
    """What caches are told."""
    return {"Cache-Control": f"public, max-age={FRESH_SECONDS}", "ETag": etag}


def asked_period(given: Mapping[str, str]) -> str:
    """The period of the query: ``7d`` where none is named.

    Raises:
        InvalidPeriod: if there is no such period.
    """
    period = given.get("period", "7d")
    if period not in PERIODS:
        raise InvalidPeriod(one_of("period", PERIODS, shortened(period)))
    return period


def summary_of(person: Person, period: str, now: datetime) -> Summary:
    """The summary of a person's records.

    A rollup that holds records of a time to come knows only whole quarter-hours until then: the numbers are those of
    the last one. So a clock that runs fast somewhere does not make the person unavailable.
    """
    from usagestats.slots import Rollup
    from usagestats.summary import summarize

    events = person.events() if callable(person.events) else person.events
    told = events.told(aware(now)) if isinstance(events, Rollup) else now
    found = summarize(events, name=person.name, period=period, now=told)
    return found if told is now else replace(found, generated_at=stamp(now))


def shortened(text: str) -> str:
    """Text for a log: one line, at most 60 letters."""
    return ascii(text[:60])


def checked(method: str, retry_after: float | None) -> None:
    """The first two checks of every request.

    Raises:
        MethodNotAllowed: if it is none that reads.
        RateLimited: if the client has asked too often.
    """
    if method not in METHODS:
        raise MethodNotAllowed
    if retry_after is not None:
        raise RateLimited


def answered(asked: Asked, rendering: Rendering) -> Response:
    """The answer to any request for what a person's summary gives, judged as `respond` tells; never raises."""
    try:
        return _answer(asked, rendering)
    except ASKED_WRONGLY as error:
        return refusal(error, asked.method, asked.retry_after)
    except Exception:
        LOG.exception("no answer for %s", shortened(asked.public_id))
        return refusal(ServerError(), asked.method)


def _answer(asked: Asked, rendering: Rendering) -> Response:
    if asked.method == "OPTIONS":
        return preflight()
    checked(asked.method, asked.retry_after)
    given = parameters(asked.query)
    period = asked_period(given)
    person = person_of(asked.public_id, asked.lookup)
    rendering.check(given)
    details = [rendering.what, *(f"{name}={given[name]}" for name in rendering.parameters if name in given)]
    etag = versioned(person, period, asked.now, *details)
    if etag is not None and is_known(etag, asked.headers):
        return unchanged(etag)
    summary = summary_of(person, period, asked.now)
    body = rendering.body(summary, given)
    etag = etag or tag(*details, rendering.content(body, summary))
    if is_known(etag, asked.headers):
        return unchanged(etag)
    return whole(
        HTTPStatus.OK, rendering.encoded(body), rendering.media_type, {**kept(etag), **rendering.headers}, asked.method
    )
