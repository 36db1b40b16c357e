"""The documented endpoint: `respond` by itself, and through uvicorn under the load of hey; the figures of one run.

    python tests/benchmark/bench_server.py [--events 10000] [--seconds 5] [--processes 2] [--repeats 40] [--people 1000]

Needs Debian's ``hey``. Nothing is cached but where it says 304: each request gets a rollup that nobody asked before.
Other programs share the cores, so CPU times stand beside the rates: what a request costs is what they leave alone.
A number to reach is judged by the rate that was seen, else by what one core of the servers answers, the other one
being the load's.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import polars as pl
from event_data import NOW, event_frame  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats import serving
from usagestats.api import Person, respond
from usagestats.asgi import application
from usagestats.rollup import roll_up
from usagestats.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from usagestats.api import Lookup

ID = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
UNCHANGED = "00000000-0000-4000-8000-000000000001"
PATH = "/api/v1/public/"
CONNECTIONS = 8


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--events", type=int, default=10_000)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--repeats", type=int, default=40)
    arguments.add_argument("--people", type=int, default=1000, help="on a shelf, with a thousand events each (0: none)")
    arguments.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.serve is not None:
        serve(given.events, given.serve)
        return
    by_itself(given.events, given.repeats)
    if given.people:
        on_a_shelf(given.people, given.repeats)
    if shutil.which("hey") is None:
        sys.exit("Debian: apt-get install hey")
    under_load(given.events, given.seconds, given.processes)


def by_itself(height: int, repeats: int) -> None:
    """Prints what an answer costs, without any server."""
    frame = event_frame(height)
    rollup = roll_up(frame)
    print(f"respond, {height:,} events, median and least CPU ms of {repeats}:")
    for what, person, most in (
        ("frame", Person("Alex", frame), {"7d": 12, "30d": 12, "90d": 12}),
        ("rollup, kept", Person("Alex", rollup), {"7d": 5, "90d": 12}),
        ("rollup, new each time", Person("Alex", partial(replace, rollup)), {"7d": 5, "90d": 12}),
    ):
        costs = {period: cost([ID], {ID: person}.get, period, repeats) for period in ("7d", "30d", "90d")}
        told = "   ".join(f"{period} {median(found):.1f} ({min(found):.1f})" for period, found in costs.items())
        print(f"  {what:22}  {told}")
        for period, limit in most.items():
            near, least = median(costs[period]), min(costs[period])
            verdict = "reached" if near < limit else "reached at best" if least < limit else "NOT reached"
            print(f"    {period}: under {limit} ms wanted: {verdict}")


def cost(people: Sequence[str], lookup: Lookup, period: str, repeats: int) -> list[float]:
    """CPU milliseconds of answers, one person's after the other."""
    found = []
    for public_id in islice(cycle(people), repeats):
        start = time.process_time()
        answer = respond(public_id, f"period={period}", lookup=lookup, now=NOW)
        found.append((time.process_time() - start) * 1e3)
        if answer.status != httpx.codes.OK:
            sys.exit(f"{answer.status}: {answer.body!r}")
    return found


def on_a_shelf(people: int, repeats: int) -> None:
    """Prints what the answers of one of many people cost, whose records lie in one file."""
    ids = [str(UUID(int=number)) for number in range(people)]
    sessions = pl.Series(ids).gather(pl.Series(range(50 * people)) * 7919 % people)
    frame = event_frame(1000 * people)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        frame.with_columns(sessions.gather(pl.Series(range(frame.height)) // 20).alias("public_id")).write_parquet(path)
        del frame
        shelf = Shelf([path], lambda places: pl.scan_parquet(places[0]))
        start = time.process_time()
        shelf.load()
        print(f"a shelf of {people:,} people with 1,000 events each, read in {time.process_time() - start:.1f} s CPU:")
        for period in ("7d", "90d"):
            found = cost(ids, shelf.lookup, period, 5 * repeats)
            rate = 1e3 * len(found) / sum(found)
            print(f"  {period}  {median(found):.1f} ({min(found):.1f}) ms CPU, {rate:.0f} answers a second a core")


def serve(height: int, listening: int) -> None:
    """Serve on a socket that the parent has opened."""
    serving.run(application(lookup(height), rate_limit=None, clock=lambda: NOW), socket.socket(fileno=listening))


def lookup(height: int) -> Lookup:
    rollup = roll_up(event_frame(height))
    people: dict[str, Callable[[], Person]] = {
        ID: lambda: Person("Alex", replace(rollup)),
        UNCHANGED: lambda: Person("Alex", replace(rollup), version="1"),
    }
    return lambda public_id: people[public_id]() if public_id in people else None


def under_load(height: int, seconds: int, processes: int) -> None:
    """Prints how many requests a second uvicorn answers, and what each costs."""
    with serving.listening("127.0.0.1", 0) as (opened, url):
        command = [sys.executable, __file__, "--events", str(height), "--serve", str(opened.fileno())]
        one_thread = os.environ | {"POLARS_MAX_THREADS": "1"}
        servers = [subprocess.Popen(command, pass_fds=[opened.fileno()], env=one_thread) for _ in range(processes)]
        try:
            etag = httpx.get(f"{url}{PATH}{UNCHANGED}", timeout=60).headers["ETag"]
            print(f"uvicorn, {processes} processes, hey with {CONNECTIONS} connections for {seconds} s:")
            for what, path, more, least in (
                ("7d from a rollup", f"{PATH}{ID}", [], 150),
                ("90d from a rollup", f"{PATH}{ID}?period=90d", [], None),
                ("unchanged: 304", f"{PATH}{UNCHANGED}", ["-H", f"If-None-Match: {etag}"], 1_500),
                ("/healthz", "/healthz", [], None),
            ):
                seen, a_core, told = rate(servers, url + path, seconds, more)
                print(f"  {what:22}  {told}")
                if least is not None:
                    verdict = "reached" if seen >= least else "reached in CPU" if a_core >= least else "NOT reached"
                    print(f"    at least {least:,} a second wanted: {verdict}")
        finally:
            for server in servers:
                server.terminate()
                server.wait()


def rate(
    servers: Sequence[subprocess.Popen[bytes]], url: str, seconds: int, more: list[str]
) -> tuple[float, float, str]:
    """Answers a second, answers a second a core of the servers, and both in words."""
    before, start = cpu_seconds(servers), time.perf_counter()
    command = ["hey", "-z", f"{seconds}s", "-c", str(CONNECTIONS), *more, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    taken, used = time.perf_counter() - start, cpu_seconds(servers) - before
    counts = {status: int(count) for status, count in re.findall(r"\[(\d{3})\]\s+(\d+) responses", said)}
    if "Error distribution" in said or len(counts) != 1:
        sys.exit(said)
    ((status, count),) = counts.items()
    slowest = re.search(r"99% in ([\d.]+) secs", said)
    late = f", 99 % within {float(slowest[1]) * 1e3:.0f} ms" if slowest else ""
    told = (
        f"{count / taken:,.0f} a second ({status}{late}); {used / count * 1e3:.2f} CPU ms each, "
        f"{used / taken:.2f} cores used: {count / used:,.0f} a second a core"
    )
    return count / taken, count / used, told


def cpu_seconds(servers: Sequence[subprocess.Popen[bytes]]) -> float:
    """What running processes have used."""
    stats = [Path(f"/proc/{one.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split() for one in servers]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
