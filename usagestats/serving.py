"""What ``usagestats serve`` runs: files on a shelf behind the ASGI application, on a socket of uvicorn."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

import msgspec

from usagestats.api import UUID
from usagestats.errors import InputError, MissingPackage
from usagestats.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from starlette.applications import Starlette


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


def run(app: Starlette, opened: socket.socket) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    config = uvicorn.Config(
        app, proxy_headers=False, server_header=False, access_log=False, log_level="warning", lifespan="off"
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises it again when all is answered
        uvicorn.Server(config).run([opened])
