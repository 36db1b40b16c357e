"""What ``usagestats serve`` runs: files on a shelf behind the ASGI application, on a socket of uvicorn."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from usagestats.api import UUID
from usagestats.errors import InputError, MissingPackage
from usagestats.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from starlette.applications import Starlette

KEEP_ALIVE_SECONDS: Final = 5
"""How long a connection may rest between two requests."""
SHUTDOWN_SECONDS: Final = 10
"""How long requests are still answered when the server is told to stop."""
REQUEST_BYTES: Final = 16_384
"""The longest request line with its headers; a longer one is answered 400."""


def names(file: IO[bytes] | None) -> dict[str, str]:
    """The names in a JSON file, by ``public_id``.

    Raises:
        InputError: if it holds something else.
    """
    try:
        return {} if file is None else msgspec.json.decode(file.read(), type=dict[str, str])
    except msgspec.DecodeError as error:
        message = f"--names must be a JSON object, public_id to name: {error}"
        raise InputError(message) from error


def shelf(
    inputs: Sequence[Path],
    read: Callable[[Sequence[Path]], object],
    public_id: str | None,
    known: Mapping[str, str],
) -> Shelf:
    """The files, read.

    Raises:
        InputError: if nobody's records are in them, or ``public_id`` is no UUID.
        UsageStatsError: if they cannot be read.
    """
    if public_id is not None and not UUID.fullmatch(public_id):
        message = f"--public-id must be a UUID, such as 1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd, not {public_id!r}"
        raise InputError(message)
    found = Shelf(inputs, read, public_id, known)
    if not found.load().people:
        message = "records must have a public_id, or --public-id must say whose they are"
        raise InputError(message)
    return found


@contextmanager
def listening(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens, and its URL.

    Raises:
        InputError: if the address is not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.create_server((host, port), family=family)
    except OSError as error:
        message = f"{host} port {port} cannot be listened at: {os.strerror(error.errno or 0)}"
        raise InputError(message) from error
    with opened:
        # asyncio asks for it only where a socket names its protocol; the wait for each other's packets is 40 ms
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if ":" in host else host
        yield opened, f"http://{shown}:{opened.getsockname()[1]}"


def application(found: Shelf, *, rate_limit: str, storage: str, trusted_proxy: Sequence[str]) -> Starlette:
    """The ASGI application of a shelf.

    Raises:
        InputError: if a setting cannot be understood.
        MissingPackage: without the extra ``server``.
    """
    try:
        from usagestats import asgi
    except ModuleNotFoundError as error:
        message = f"serve needs {error.name}, which the extra 'server' brings"
        raise MissingPackage(message) from error
    rate = None if rate_limit == "none" else rate_limit
    try:
        return asgi.application(found.lookup, rate_limit=rate, storage=storage, trusted_proxies=trusted_proxy)
    except ValueError as error:
        raise InputError(str(error)) from error


def settings() -> dict[str, Any]:
    """How uvicorn is run: bounded in every way that a client could use up."""
    from usagestats.connections import Connection

    return {
        "http": Connection,
        "ws": "none",
        "lifespan": "off",
        "limit_concurrency": Connection.MOST + 1,  # answers in the making, those too whose clients have gone
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": SHUTDOWN_SECONDS,
        "h11_max_incomplete_event_size": REQUEST_BYTES,
        "proxy_headers": False,  # the application does it, of trusted proxies only
        "server_header": False,
        "access_log": False,
        "log_level": "error",  # a warning is what any client may cause, as often as it likes
    }


def run(app: Starlette, opened: socket.socket) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    with suppress(KeyboardInterrupt):  # uvicorn raises it again when all is answered
        uvicorn.Server(uvicorn.Config(app, **settings())).run([opened])
