"""A real server on loopback, and clients for it; and requests that no client of HTTP would send."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from usagestats import serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping
    from http.server import BaseHTTPRequestHandler


class Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, app: Any, **more: Any) -> None:  # noqa: ANN401 - uvicorn takes whatever is called
        super().__init__(uvicorn.Config(app, port=0, **(serving.settings() | more)))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @property
    def url(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"


@contextmanager
def running(app: Any, **more: Any) -> Iterator[Server]:  # noqa: ANN401 - uvicorn takes whatever is called
    """A server with the settings of `usagestats.serving`, or others, for an ASGI application."""
    server = Server(app, **more)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(30)
        yield server
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


class Listener(ThreadingHTTPServer):
    """A server of Python's own, which does not mind clients that cut a connection: browsers open some in advance."""

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the standard library
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def listening(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server whose requests such a handler answers."""
    with Listener(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def served(app: Any) -> Iterator[httpx.Client]:  # noqa: ANN401 - the same
    """A client of an ASGI application that runs on a socket of its own."""
    with running(app) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


async def asked(app: Any, more: Mapping[str, object]) -> tuple[int, bytes]:  # noqa: ANN401 - the same
    """The status and the body that an ASGI application gives for a request which no server has looked at.

    Args:
        app: The application.
        more: What its scope says besides the usual.
    """
    scope: dict[str, object] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 50_000),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app({**scope, **more}, receive, send)
    start, *parts = sent
    assert all(name.islower() and b"\n" not in name + value for name, value in start["headers"])
    return start["status"], b"".join(part["body"] for part in parts)
