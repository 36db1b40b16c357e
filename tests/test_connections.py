"""Clients that are slow, gone or hostile, over real sockets; each wait ends when the server does what it is to do."""

from __future__ import annotations

import asyncio
import gc
import select
import socket
import struct
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.serving import Server, running
from tests.test_api import ALEX_ID, NOW, PEOPLE
from usagestats.asgi import application
from usagestats.connections import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATH = f"/api/v1/public/{ALEX_ID}"
REQUEST = f"GET {PATH}/card/overview.svg HTTP/1.1\r\nHost: a\r\n\r\n".encode()
PATIENCE_SECONDS = 60
BIG = 20_000_000


class Impatient(Connection):
    """A connection whose client has little time, though enough for one that does what it can."""

    SECONDS = 1
    LAST_SECONDS = 0.3


class Few(Connection):
    """A server with few connections."""

    MOST = 20


async def big(_scope: object, _receive: object, send: Callable[[dict[str, Any]], Any]) -> None:
    """An ASGI application whose answer is more than sockets hold."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % BIG)]})
    half = {"type": "http.response.body", "body": bytes(BIG // 2), "more_body": True}
    await send(half)
    await send(half | {"more_body": False})


@contextmanager
def impatient(app: Any = None, **more: Any) -> Iterator[Server]:  # noqa: ANN401 - an ASGI application
    ours = app or application(PEOPLE.get, rate_limit=None, clock=lambda: NOW)
    with running(ours, http=Impatient, **more) as server:
        yield server


def connected(server: Server, more: ExitStack) -> socket.socket:
    where = httpx.URL(server.url)
    found = more.enter_context(socket.socket())
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    found.settimeout(PATIENCE_SECONDS)
    found.connect((where.host, where.port))
    return found


def is_cut(one: socket.socket) -> bool:
    """Whether the server ends the connection, without reading what it may have sent."""
    told = select.poll()
    told.register(one, select.POLLHUP | select.POLLERR | select.POLLRDHUP)
    return bool(told.poll(1000 * PATIENCE_SECONDS))


def is_refused(server: Server) -> bool:
    """Whether the server ends a new connection, which it may do before the client has heard that there is one."""
    with ExitStack() as more:
        try:
            return is_cut(connected(server, more))
        except ConnectionResetError:
            return True


def is_answered(server: Server) -> bool:
    return httpx.get(f"{server.url}{PATH}", params={"fields": "name"}, timeout=PATIENCE_SECONDS).status_code == 200


def closing(server: Server) -> bytes:
    """The answer to a last request, after which the server closes the connection."""
    with ExitStack() as more:
        one = connected(server, more)
        one.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        return b"".join(iter(lambda: one.recv(65_536), b""))


def at_rest(server: Server) -> None:
    """Wait until the server's loop has done what it was about."""
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), server.servers[0].get_loop()).result(PATIENCE_SECONDS)


def dripped(one: socket.socket, letter: bytes) -> int:
    """How many letters can be sent, one every 10 ms, until the server has enough."""
    for sent in range(1000 * PATIENCE_SECONDS):
        if select.select([one], [], [], 0.01)[0]:
            return sent
        try:
            one.send(letter)
        except OSError:
            return sent
    pytest.fail("the server listens for ever")


@pytest.mark.parametrize("begun", [b"", b"G", REQUEST[:-2], b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"])
def test_a_request_that_never_ends_is_cut_and_others_are_answered(begun: bytes) -> None:
    with impatient() as server, ExitStack() as more:
        clients = [connected(server, more) for _ in range(30)]
        for one in clients:
            one.sendall(begun)
        assert is_answered(server)
        assert all(map(is_cut, clients))
        assert is_answered(server)


def test_a_request_that_comes_letter_by_letter_is_cut() -> None:
    with impatient() as server, ExitStack() as more:
        one = connected(server, more)
        one.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert dripped(one, b"x") > 1


def test_a_body_that_comes_letter_by_letter_after_its_answer_is_cut() -> None:
    with impatient() as server, ExitStack() as more:
        one = connected(server, more)
        one.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n")
        assert one.recv(9) == b"HTTP/1.1 "
        while b"}}" not in one.recv(4096):
            pass
        assert dripped(one, b"x") > 1


def test_an_answer_that_is_never_taken_is_dropped() -> None:
    with impatient(big) as server, ExitStack() as more:
        clients = [connected(server, more) for _ in range(5)]
        for one in clients:
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        assert all(map(is_cut, clients))
        assert httpx.head(server.url, timeout=PATIENCE_SECONDS).status_code == 200


def test_an_answer_that_takes_long_to_make_is_not_cut() -> None:
    made = threading.Event()

    async def slow(_scope: object, _receive: object, send: Callable[[dict[str, Any]], Any]) -> None:
        await asyncio.to_thread(made.wait, PATIENCE_SECONDS)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    with impatient(slow) as server, ExitStack() as more:
        asks, later = connected(server, more), []
        asks.sendall(REQUEST)
        for _ in range(3):
            later.append(connected(server, more))
            assert is_cut(later[-1])
        made.set()
        assert asks.recv(12) == b"HTTP/1.1 204"


def test_a_connection_may_be_used_again_and_again() -> None:
    app = application(PEOPLE.get, rate_limit=None, clock=lambda: NOW)
    with running(app) as server, httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS) as client:
        ports = {client.get(PATH).extensions["network_stream"].get_extra_info("client_addr") for _ in range(50)}
    assert len(ports) == 1


def test_of_too_many_connections_the_one_that_rests_longest_makes_room() -> None:
    app = application(PEOPLE.get, rate_limit=None, clock=lambda: NOW)
    with running(app, http=Few) as server, ExitStack() as more:
        idle = [connected(server, more) for _ in range(Few.MOST)]
        idle[0].sendall(REQUEST[:10])
        assert is_answered(server)
        assert is_cut(idle[0])
        flood = [connected(server, more) for _ in range(5 * Few.MOST)]
        assert is_answered(server)
        assert all(map(is_cut, flood[: 3 * Few.MOST]))
        assert len(server.server_state.connections) <= Few.MOST


def test_when_all_are_being_answered_one_more_is_refused() -> None:
    made, begun = threading.Event(), threading.Semaphore(0)

    async def slow(_scope: object, _receive: object, send: Callable[[dict[str, Any]], Any]) -> None:
        begun.release()
        await asyncio.to_thread(made.wait, PATIENCE_SECONDS)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    with running(slow, http=Few) as server, ExitStack() as more:
        busy = [connected(server, more) for _ in range(Few.MOST)]
        for one in busy:
            one.sendall(REQUEST)
            assert begun.acquire(timeout=PATIENCE_SECONDS)
        assert is_refused(server)
        made.set()
        assert {one.recv(12) for one in busy} == {b"HTTP/1.1 204"}


def test_answers_that_nobody_waits_for_any_more_are_bounded_too() -> None:
    made, begun = threading.Event(), threading.Semaphore(0)

    def lookup(_: str) -> None:
        begun.release()
        assert made.wait(PATIENCE_SECONDS)

    app = application(lookup, rate_limit=None, clock=lambda: NOW)
    with running(app, limit_concurrency=4) as server:
        for _ in range(4):
            with ExitStack() as more:
                connected(server, more).sendall(REQUEST)
                assert begun.acquire(timeout=PATIENCE_SECONDS)
        assert httpx.get(f"{server.url}/healthz", timeout=PATIENCE_SECONDS).status_code == 503
        made.set()


def test_connections_cut_in_the_middle_leave_nothing_behind() -> None:
    with impatient() as server:
        held: list[tuple[int, int]] = []
        for _ in range(2):
            for cut_at in range(len(REQUEST), -1, -2):
                with ExitStack() as more:
                    one = connected(server, more)
                    one.sendall(REQUEST[:cut_at])
                    if cut_at == len(REQUEST):
                        assert one.recv(1)
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with ExitStack() as more:
                waited_for = [connected(server, more) for _ in range(20)]
                assert all(map(is_cut, waited_for))
            assert closing(server).startswith(b"HTTP/1.1 200 ")
            at_rest(server)
            gc.collect()
            held.append((len(list(Path("/proc/self/fd").iterdir())), threading.active_count()))
            assert not server.server_state.connections
            assert not server.server_state.tasks
        assert held[1] <= held[0]


def test_a_client_that_takes_nothing_does_not_keep_the_server_from_its_end() -> None:
    with impatient(big) as server, ExitStack() as more:
        one = connected(server, more)
        one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert one.recv(12) == b"HTTP/1.1 200"
        server.should_exit = True
        assert is_cut(one)
