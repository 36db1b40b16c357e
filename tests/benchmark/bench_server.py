"""The endpoint under load: `respond` alone, then uvicorn with two workers and Debian's hey on the same machine.

    python tests/benchmark/bench_server.py [--seconds 5]

Every person has ten thousand events; nothing is cached. Wanted: 12 ms from a frame, 5 ms (7d) and 12 ms (90d) from a
rollup; 150 answers a second from rollups (7d), 1 500 of people who have not changed (304 by their version).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from event_data import NOW, event_frame  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats.api import Person, respond
from usagestats.asgi import application
from usagestats.rollup import roll_up

if TYPE_CHECKING:
    from starlette.applications import Starlette

EVENTS = 10_000
PLAIN_ID = "00000000-0000-0000-0000-000000000000"
VERSIONED_ID = "11111111-1111-1111-1111-111111111111"
ROUNDS = 30


def app() -> Starlette:
    """What uvicorn runs: two people with the same rollup, one of them with a version."""
    rollup = roll_up(event_frame(EVENTS))
    people = {PLAIN_ID: Person("Alex Smith", rollup), VERSIONED_ID: Person("Alex Smith", rollup, version="1")}
    return application(people.get, rate_limit=None, clock=lambda: NOW)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--seconds", type=int, default=5, help="of each load")
    seconds = arguments.parse_args().seconds
    alone()
    command = ["uvicorn", "bench_server:app", "--factory", "--port", "8917", "--workers", "2", "--no-access-log"]
    folder = Path(__file__).parent
    with subprocess.Popen([sys.executable, "-m", *command, "--log-level", "warning"], cwd=folder) as server:
        try:
            base = "http://127.0.0.1:8917/api/v1/public"
            etag = once_there(f"{base}/{VERSIONED_ID}").headers["ETag"]
            print(f"from rollups, 7d: {load(f'{base}/{PLAIN_ID}', seconds)}")
            print(f"unchanged people: {load(f'{base}/{VERSIONED_ID}', seconds, '-H', f'If-None-Match: {etag}')}")
        finally:
            server.terminate()
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")


def alone() -> None:
    frame = event_frame(EVENTS)
    for what, events in (("a frame", frame), ("a rollup", roll_up(frame))):
        person = Person("Alex Smith", events)
        for period in ("7d", "90d"):
            taken = [answered(person, period) for _ in range(ROUNDS)]
            print(f"respond from {what}, {period}: {min(taken) * 1e3:.1f} ms CPU")


def answered(person: Person, period: str) -> float:
    start = time.process_time()
    found = respond(PLAIN_ID, f"period={period}", lookup=lambda _: person, now=NOW)
    if found.status != 200:
        sys.exit(f"status {found.status}")
    return time.process_time() - start


def once_there(url: str) -> httpx.Response:
    """The first answer of a server that has just been started."""
    for _ in range(200):
        try:
            return httpx.get(url)
        except httpx.ConnectError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def load(url: str, seconds: int, *more: str) -> str:
    command = ["hey", "-z", f"{seconds}s", "-c", "8", *more, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    statuses = dict(re.findall(r"\[(\d+)\]\s+(\d+) responses", said))
    return f"{float(rate[1]) if rate else 0:,.0f} a second, {statuses}"


if __name__ == "__main__":
    main()
