"""The endpoint as an ASGI application, with a person's cards and badges, for uvicorn or to mount in any other.

Every answer is made by `usagestats.api`; here are routes, clients and the clock. Lookups and computing run in threads,
so a slow one holds up nobody else; a lookup may be a coroutine function, too. Needs the extra ``server``.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from anyio import CapacityLimiter, from_thread, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from usagestats import pictures
from usagestats.api import DOCUMENT, Asked, Person, Response, answered, openapi, preflight, refusal, whole
from usagestats.errors import MethodNotAllowed, NotFound, check_type
from usagestats.limiting import Limits, client, networks
from usagestats.openapi import PATH, Reading, reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from starlette.types import Receive, Scope, Send

    from usagestats.api import Lookup, Rendering
    from usagestats.limiting import Budget

AsyncLookup = Callable[[str], Awaitable[Person | None]]
Clock = Callable[[], datetime]

THREADS: Final = 40
"""How many answers are made at a time; more wait."""
DRAWN: Final = 4
"""How many of these may be slow ones: PNGs, which take up to 200 ms and 20 MB each while they are drawn."""
COUNTED: Final = ("GET", "HEAD")
"""The methods that a client's budget pays for."""
OWN: Final = {
    "/openapi.json": Reading(
        "openapi", "What is served here", "This document.", {"type": "object"}, headers=(), errors=(MethodNotAllowed,)
    ),
    "/healthz": Reading(
        "healthz",
        "Whether it lives",
        "It does.",
        reference("Health"),
        headers=("Cache-Control",),
        errors=(MethodNotAllowed,),
    ),
}
"""What can be read besides people's numbers."""
OWN_SCHEMAS: Final = {
    "Health": {
        "type": "object",
        "properties": {"status": {"const": "ok"}},
        "required": ["status"],
        "additionalProperties": False,
    }
}


def system_clock() -> datetime:
    """The time."""
    return datetime.now(UTC)


def application(
    lookup: Lookup | AsyncLookup,
    *,
    rate_limit: str | None = "120/minute",
    storage: str = "memory://",
    trusted_proxies: Iterable[str] = (),
    clock: Clock = system_clock,
) -> Starlette:
    """The application: the documented endpoint, and cards and badges below it, ``/card/NAME.svg`` and such.

    Both are there as ``.svg`` and ``.png``, badges as the ``.json`` from which shields.io draws them, too.

    ``/openapi.json`` describes it, ``/healthz`` says that it lives.

    Args:
        lookup: Gives the person of a ``public_id``; may be a coroutine function.
        rate_limit: How often a client may ask, such as ``120/minute``; None: as often as it likes.
        storage: Where that is counted: ``memory://`` in this process, ``redis://host:port`` for all of them.
        trusted_proxies: Addresses or networks whose ``X-Forwarded-For`` is believed.
        clock: Gives the instant of an answer.

    Raises:
        ValueError: if the rate limit, the storage or a proxy cannot be understood.
        TypeError: if an argument is of a wrong type.
    """
    check_type("lookup", Callable, lookup)  # type: ignore[arg-type]  # a type to isinstance
    check_type("rate_limit", str | None, rate_limit)
    check_type("storage", str, storage)
    check_type("clock", Callable, clock)  # type: ignore[arg-type]  # the same
    found = _waited_for(lookup) if inspect.iscoroutinefunction(lookup) else lookup
    public = _Public(
        lookup=found,  # type: ignore[arg-type]  # no coroutine function is left
        clock=clock,
        limits=Limits.of(rate_limit, storage) if rate_limit else None,
        trusted=networks(trusted_proxies),
        threads=CapacityLimiter(THREADS),
        slow_threads=CapacityLimiter(DRAWN),
    )
    own = {"/openapi.json": _describing(limited=public.limits is not None), "/healthz": _healthz}
    return _routed({PATH: public, f"{PATH}/{{kind}}/{{name}}": public, **own})


def _routed(endpoints: Mapping[str, Callable[..., Any]]) -> Starlette:
    app = Starlette(
        routes=[Route(path, endpoint) for path, endpoint in endpoints.items()],
        exception_handlers={HTTPStatus.NOT_FOUND: _missing, HTTPStatus.METHOD_NOT_ALLOWED: _unread},
    )
    app.router.redirect_slashes = False
    return app


@dataclass(frozen=True, slots=True)
class _Public:
    """People's numbers as an ASGI application, whose answers are made in threads, whatever the method."""

    lookup: Lookup
    clock: Clock
    limits: Limits | None
    trusted: Sequence[IPv4Network | IPv6Network]
    """The proxies that are believed."""
    threads: CapacityLimiter
    slow_threads: CapacityLimiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        given = request.path_params
        kind = pictures.rendering(given["kind"], given["name"]) if "kind" in given else DOCUMENT
        threads = self.slow_threads if kind.is_slow else self.threads
        answer = await to_thread.run_sync(self._answer, request, kind, limiter=threads)
        await _sent(answer)(scope, receive, send)

    def _answer(self, request: Request, kind: Rendering) -> Response:
        budget = self._budget(request)
        asked = Asked(
            public_id=request.path_params["public_id"],
            query=request.scope["query_string"].decode("latin-1"),  # whatever bytes a server lets through
            lookup=self.lookup,
            now=self.clock(),
            method=request.method,
            headers=request.headers,
            retry_after=budget.retry_after if budget else None,
        )
        return _told(answered(asked, kind), budget)

    def _budget(self, request: Request) -> Budget | None:
        """What the client may still ask; None where that is not counted."""
        if self.limits is None or request.method not in COUNTED:
            return None
        peer = request.client.host if request.client else ""
        return self.limits.take(client(peer, request.headers.getlist("x-forwarded-for"), self.trusted))


def _waited_for(lookup: Lookup | AsyncLookup) -> Lookup:
    """The lookup for threads: its coroutine runs where all the others do."""
    return partial(from_thread.run, lookup)  # type: ignore[arg-type]  # it is a coroutine function


def _told(answer: Response, budget: Budget | None) -> Response:
    """The answer with what the client may still ask."""
    return answer if budget is None else Response(answer.status, {**answer.headers, **budget.headers}, answer.body)


def _sent(answer: Response) -> HttpResponse:
    return HttpResponse(answer.body, answer.status, dict(answer.headers))


def described(*, limited: bool) -> dict[str, Any]:
    """The OpenAPI document of all that the application serves.

    Args:
        limited: Whether clients are told how often they may ask.
    """
    told = ("RateLimit", "RateLimit-Policy") if limited else ()
    return openapi({**pictures.readings(told), **OWN}, pictures.SCHEMAS | OWN_SCHEMAS, told)


def _describing(*, limited: bool) -> Callable[[Request], Awaitable[HttpResponse]]:
    @cache
    def body(root_path: str) -> bytes:
        servers = {"servers": [{"url": root_path}]} if root_path else {}
        return json.dumps(described(limited=limited) | servers).encode()

    async def answer(request: Request) -> HttpResponse:
        found = body(request.scope.get("root_path", ""))
        return _sent(whole(HTTPStatus.OK, found, "application/json", {}, request.method))

    return answer


async def _healthz(request: Request) -> HttpResponse:
    body = b'{"status":"ok"}'
    return _sent(whole(HTTPStatus.OK, body, "application/json", {"Cache-Control": "no-store"}, request.method))


async def _missing(request: Request, _: Exception) -> HttpResponse:
    return _sent(refusal(NotFound(), request.method))


async def _unread(request: Request, _: Exception) -> HttpResponse:
    return _sent(preflight() if request.method == "OPTIONS" else refusal(MethodNotAllowed(), request.method))
