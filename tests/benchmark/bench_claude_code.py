"""What reading Claude Code's transcripts costs, against a bare loop over their lines and other programs.

    npm install --prefix PEERS ccusage@20.0.24 @tokscale/cli-linux-x64-gnu@4.17.0
    python tests/benchmark/bench_claude_code.py DIR [--rounds 7] [--peers PEERS]

DIR is what `claude_code_logs.py` wrote. Each measure runs in a process of its own, in turn with the others, so that a
noisy machine disturbs all alike; CPU is user and system time of the process and those it spawns. What our users call
is measured whole, start included; the loops and the reader are told without the start of Python and the imports.
Every process finds bytecode, as those of an installed package do: one start before measuring writes it, whatever
``PYTHONDONTWRITEBYTECODE`` says here.
Homes and archives are made in a temporary folder. All programs find the logs by ``CLAUDE_CONFIG_DIR``; tokscale is run
twice in a home of its own, since it keeps what it read, and asks for prices in vain where there is no network, which
takes time but hardly any of the processor's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from claude_code_logs import generate  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats.events import Reject
from usagestats.sources.claude_code import SOURCE

NOW = "2026-11-22T23:59:59Z"
OURS = (sys.executable, "-m", "usagestats")
SUMMARY = (*OURS, "summary", "--period", "90d", "--now", NOW)
CCUSAGE = ("node_modules/.bin/ccusage", "claude", "daily", "--json", "--offline")
TOKSCALE = ("node_modules/@tokscale/cli-linux-x64-gnu/bin/tokscale", "models", "--json", "--no-spinner", "-c", "claude")
SMALL_MEGABYTES = 5
TRUTHS = ("requests", "input_tokens", "output_tokens", "commits", "lines_of_code")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    cpu: float
    """Seconds, of user and system, with those that it spawned."""
    wall: float
    """Seconds."""
    peak: float
    """MiB of the biggest of them."""
    answer: str


Round = Mapping[str, Cost]


def loop(folder: Path) -> dict[str, float]:
    """The bare loop, as anybody would write it."""
    count = 0
    for path in SOURCE.files(folder):
        with path.open("rb") as file:
            for _ in file:
                count += 1
    return {"lines": count}


def buffered(folder: Path) -> dict[str, float]:
    """The bare loop with a read-ahead of 1 MiB."""
    count = 0
    for path in SOURCE.files(folder):
        with path.open("rb", buffering=1 << 20) as file:
            for _ in file:
                count += 1
    return {"lines": count}


def bytes_alone(folder: Path) -> dict[str, float]:
    """The files read into one buffer, and not looked at."""
    buffer = bytearray(1 << 18)
    count = 0
    for path in SOURCE.files(folder):
        with path.open("rb", buffering=0) as file:
            while size := file.readinto(buffer):
                count += size
    return {"bytes": count}


def reader(folder: Path) -> dict[str, float]:
    """Our reader: every record, by column."""
    names = ("input_tokens", "output_tokens", "commits", "lines_of_code", "active_time_seconds")
    totals: dict[str, float] = dict.fromkeys(("requests", "rejects", *names), 0)
    for one in SOURCE.tables(SOURCE.files(folder)):
        if isinstance(one, Reject):
            totals["rejects"] += 1
            continue
        totals["requests"] += len(one.columns["timestamp"]) if one.kind == "request" else 0
        for name in names:
            totals[name] += sum(one.columns.get(name, ()))
    return totals


class Usage(msgspec.Struct, gc=False):
    """The tokens of a response."""

    input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    output_tokens: int = 0


class Message(msgspec.Struct, gc=False):
    """A response."""

    id: str | None = None
    usage: Usage | None = None


class Line(msgspec.Struct, gc=False):
    """A line that may hold one."""

    type: str | None = None
    message: Message | str | None = None
    requestId: str | None = None  # noqa: N815  (the log's name)


def usage_alone(folder: Path) -> dict[str, float]:
    """The plainest program that adds up tokens: no prompts, commits, lines of code, forks, subagents or bad lines."""
    decoded = msgspec.json.Decoder(Line).decode
    fullest: dict[tuple[str | None, str | None], tuple[int, int]] = {}
    for path in SOURCE.files(folder):
        with path.open("rb", buffering=1 << 20) as file:
            for line in file:
                if b'"usage":{' not in line:
                    continue
                with suppress(msgspec.MsgspecError):
                    found = decoded(line)
                    if found.type == "assistant" and isinstance(found.message, Message) and found.message.usage:
                        usage, key = found.message.usage, (found.message.id, found.requestId)
                        prompt = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
                        fullest[key] = max(fullest.get(key, (0, 0)), (usage.output_tokens, prompt))
    return {"output_tokens": sum(one[0] for one in fullest.values())}


def empty(_folder: Path) -> dict[str, float]:
    """Nothing but the start of Python and the imports."""
    return {}


PARTS: Mapping[str, Callable[[Path], dict[str, float]]] = {
    one.__name__: one for one in (empty, bytes_alone, loop, buffered, usage_alone, reader)
}


def run(command: Sequence[str], env: Mapping[str, str]) -> Cost:
    """What that command takes.

    Raises:
        subprocess.CalledProcessError: it fails.
    """
    begin = time.perf_counter()
    everything = {**os.environ, **env}
    everything.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=everything, text=True)
    answer = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, answer)


def home(folder: Path, name: str, logs: Path) -> dict[str, str]:
    """The environment of a person with these logs and nothing else."""
    place = folder / name
    place.mkdir(exist_ok=True)
    nowhere = dict.fromkeys(("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), "")
    return {**nowhere, "HOME": str(place), "CLAUDE_CONFIG_DIR": str(logs)}


def measured(folder: Path, peers: Path | None, scratch: Path, number: int) -> dict[str, Cost]:
    """One round: every measure once."""
    own = home(scratch, f"home-{number}", folder)
    alone = [*SUMMARY, str(folder / "projects"), "--jobs"]
    costs = {name: run([sys.executable, __file__, str(folder), "--part", name], own) for name in PARTS}
    costs |= {"command": run([*alone, "1"], own), "shared": run([*alone, "2"], own)}
    if peers:
        ccusage, tokscale = ([str(peers / program), *rest] for program, *rest in (CCUSAGE, TOKSCALE))
        theirs = home(scratch, f"tokscale-{number}", folder)
        costs |= {"ccusage": run(ccusage, theirs), "tokscale": run(tokscale, theirs)}
        costs["tokscale again"] = run(tokscale, theirs)
    costs |= {"collect": run([*OURS, "collect"], own), "collect again": run([*OURS, "collect"], own)}
    costs |= {"unchanged": run(SUMMARY, own), "small": run(SUMMARY, home(scratch, "small", scratch / "logs"))}
    return costs


def main() -> None:
    """Reads the command line; measures, or is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", type=Path, help="where npm installed other programs that read the same logs")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](given.folder)))
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        generate(scratch / "logs", SMALL_MEGABYTES, 1, datetime(2026, 11, 22, tzinfo=UTC))
        for command in ([*OURS, "collect"], SUMMARY):
            run(command, home(scratch, "before", scratch / "logs"))
        rounds = [measured(given.folder, given.peers, scratch, number) for number in range(given.rounds)]
    check(given.folder, rounds[0])
    report(rounds)
    judge(rounds)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def check(folder: Path, one: Round) -> None:
    """Sees that the numbers are right before anybody looks at their cost."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    found = json.loads(one["reader"].answer)
    if wrong := {name: (found[name], truth[name]) for name in TRUTHS if found[name] != truth[name]}:
        message = f"the reader differs from truth.json: {wrong}"
        raise AssertionError(message)
    stats = [json.loads(one[name].answer)["stats"] for name in ("command", "shared", "unchanged")]
    if stats[0] != stats[1] or stats[0] != stats[2]:
        message = "one process, two and the archive give different answers"
        raise AssertionError(message)
    print(f"{truth['bytes'] / 1e6:.0f} MB, {truth['lines']} lines, {truth['requests']} requests: as truth.json says")


def report(rounds: Sequence[Round]) -> None:
    """Prints medians; those of the parts without their start."""
    start = statistics.median(one["empty"].cpu for one in rounds)
    print(f"{'':15}    cpu      wall     peak   medians of {len(rounds)}")
    for name in rounds[0]:
        cpu = statistics.median(one[name].cpu for one in rounds) - (start if name in PARTS and name != "empty" else 0)
        wall = statistics.median(one[name].wall for one in rounds)
        print(f"{name:15}{cpu:7.3f} s {wall:7.3f} s {max(one[name].peak for one in rounds):5.0f} MiB")
    for name in ("bytes_alone", "loop", "buffered"):
        told(f"reader / {name}, cpu", [(one["reader"].cpu - start) / (one[name].cpu - start) for one in rounds])


def judge(rounds: Sequence[Round]) -> None:
    """The numbers to reach."""
    over = [one["command"].cpu - 2.5 * (one["loop"].cpu - one["empty"].cpu) for one in rounds]
    told("command - 2.5 x loop, cpu s", over, 0.4)
    told("command / usage alone, cpu", [one["command"].cpu / one["usage_alone"].cpu for one in rounds])
    told("shared / command, wall", [one["shared"].wall / one["command"].wall for one in rounds])
    if "ccusage" in rounds[0]:
        told("usage alone / ccusage, cpu", [one["usage_alone"].cpu / one["ccusage"].cpu for one in rounds])
        told("usage alone / tokscale, cpu", [one["usage_alone"].cpu / one["tokscale"].cpu for one in rounds])
        told("command / ccusage, cpu", [one["command"].cpu / one["ccusage"].cpu for one in rounds], 0.6)
        told("command / tokscale, cpu", [one["command"].cpu / one["tokscale"].cpu for one in rounds], 0.2)
        told("shared / ccusage, wall", [one["shared"].wall / one["ccusage"].wall for one in rounds], 0.55)
        told("unchanged / tokscale again", [one["unchanged"].cpu / one["tokscale again"].cpu for one in rounds], 0.35)
    told("collect again, cpu s", [one["collect again"].cpu for one in rounds])
    told("unchanged, cpu s", [one["unchanged"].cpu for one in rounds], 0.35)
    told(f"a home of {SMALL_MEGABYTES} MB, cpu s", [one["small"].cpu for one in rounds], 0.35)
    told("command, peak MiB", [one["command"].peak for one in rounds], 300)


def told(what: str, values: Sequence[float], most: float | None = None) -> None:
    """Prints the median, the spread, and whether what is wanted is reached."""
    found = statistics.median(values)
    verdict = "" if most is None else f"; at most {most} wanted: {'reached' if found <= most else 'NOT reached'}"
    print(f"{what}: {found:.2f} ({min(values):.2f} to {max(values):.2f}){verdict}")


if __name__ == "__main__":
    main()
