"""The command under load while it is killed, started again, and stopped."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.test_serving import ALEX_ID, EVENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATH = f"/api/v1/public/{ALEX_ID}"
CLIENTS = 6
PATHS = (PATH, f"{PATH}/card/overview.svg", f"{PATH}?fields=name", f"{PATH}?period=1y")
PATIENCE_SECONDS = 60


class Load:
    """Clients that ask until they are stopped, and come back when the server does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ended = threading.Event()
        self.counts: Counter[str] = Counter()
        self.changed = threading.Condition()

    def ask(self, first: int) -> None:
        """Ask for one after the other; every answer must be a whole and documented one."""
        with httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS) as client:
            for number in count(first):
                if self.ended.is_set():
                    return
                path = PATHS[number % len(PATHS)]
                try:
                    self.tell(kind(path, client.get(path)))
                except httpx.TransportError as error:
                    self.tell("half" if "without sending complete" in str(error) else "cut")
                    self.ended.wait(0.02)

    def tell(self, what: str) -> None:
        with self.changed:
            self.counts[what] += 1
            self.changed.notify_all()

    def check(self) -> None:
        """No answer was wrong."""
        assert self.counts.keys() <= {"good", "cut", "half"}

    def wait_for(self, what: str, more: int) -> None:
        """Wait until there are so many more of these."""
        with self.changed:
            wanted = self.counts[what] + more
            assert self.changed.wait_for(lambda: self.counts[what] >= wanted, PATIENCE_SECONDS), self.counts


def kind(path: str, answer: httpx.Response) -> str:
    """``good``, if that is the answer to this path, else what it is."""
    if path.endswith("1y"):
        good = (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_period")
    elif path.endswith(".svg"):
        good = answer.status_code == httpx.codes.OK and answer.text.endswith("</svg>")
    else:
        good = answer.status_code == httpx.codes.OK and answer.json()["name"] == "Alex Smith"
    return "good" if good else f"{path} {answer.status_code} {answer.text}"


@contextmanager
def under_load(url: str) -> Iterator[Load]:
    load = Load(url)
    with ThreadPoolExecutor(CLIENTS) as clients:
        asking = [clients.submit(load.ask, first) for first in range(CLIENTS)]
        try:
            yield load
        finally:
            load.ended.set()
    for one in asking:
        one.result()


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(EVENT | {"session_id": str(n)}) + "\n" for n in range(500)))
    return path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        found: int = free.getsockname()[1]
    return found


def start(events: Path, port: int) -> subprocess.Popen[str]:
    """The command, when it listens."""
    program = "from usagestats.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", str(events), "--port", str(port), "--rate-limit", "none"]
    process = subprocess.Popen(
        [*command, "--public-id", ALEX_ID, "--name", "Alex Smith"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    assert process.stderr.readline().startswith("serving ")
    return process


def end(process: subprocess.Popen[str], how: signal.Signals) -> tuple[int, str]:
    """The exit code, and what it said."""
    process.send_signal(how)
    words = process.communicate(timeout=PATIENCE_SECONDS)[1]
    return process.returncode, words


def test_clients_come_back_after_a_kill_and_nobody_gets_half_an_answer(events: Path, port: int) -> None:
    process = start(events, port)
    with under_load(f"http://127.0.0.1:{port}") as load:
        for _ in range(2):
            load.wait_for("good", 40)
            assert end(process, signal.SIGKILL)[1] == ""
            load.wait_for("cut", CLIENTS)
            process = start(events, port)
        load.wait_for("good", 40)
    assert end(process, signal.SIGTERM)[1] == ""
    load.check()


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 0)])
def test_a_stop_under_load_is_quiet_and_leaves_no_answer_half_sent(
    events: Path, port: int, how: signal.Signals, code: int
) -> None:
    process = start(events, port)
    with under_load(f"http://127.0.0.1:{port}") as load:
        load.wait_for("good", 40)
        assert end(process, how) == (code, "")
        load.wait_for("cut", CLIENTS)
    load.check()
    assert not load.counts["half"]
