"""A real server on loopback, and clients for it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator


class Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - uvicorn takes whatever is called
        super().__init__(uvicorn.Config(app, port=0, log_level="error", proxy_headers=False, lifespan="off"))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @property
    def url(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"


@contextmanager
def served(app: Any) -> Iterator[httpx.Client]:  # noqa: ANN401 - uvicorn takes whatever is called
    """A client of an ASGI application that runs on a socket of its own."""
    server = Server(app)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(30)
        with httpx.Client(base_url=server.url, timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
