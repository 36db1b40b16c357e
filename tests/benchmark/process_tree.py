"""CPU time and memory of a process and of all that it has started, from Linux's /proc."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Process:
    """One of them, as it is now."""

    pid: int
    parent: int
    name: str
    cpu_seconds: float
    """Of itself and of those that it has started and that have ended."""
    memory_mb: int
    peak_mb: int


@dataclass(frozen=True, slots=True)
class Peaks:
    """The memory that a tree of processes has taken."""

    at_once_mb: int
    """The most of all processes together; what they share counts for each."""
    alone_mb: dict[str, list[int]]
    """By the processes' name, the most of each, biggest first."""


def tree(root: int) -> list[Process]:
    """A process and its descendants."""
    known = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = [one for one in map(_process, known) if one]
    children = defaultdict(list)
    for one in found:
        children[one.parent].append(one)
    reached = [one for one in found if one.pid == root]
    for one in reached:
        reached += children[one.pid]
    return reached


def cpu_seconds(root: int) -> float:
    """The CPU time of a process and its descendants so far."""
    return sum(one.cpu_seconds for one in tree(root))


def peaks(running: subprocess.Popen[str]) -> Peaks:
    """Waits for a process; gives what it took, seen every tenth of a second."""
    at_once, alone = 0, {}
    while running.poll() is None:
        now = tree(running.pid)
        at_once = max(at_once, sum(one.memory_mb for one in now))
        alone.update({one.pid: (one.name, one.peak_mb) for one in now})
        time.sleep(EVERY_SECONDS)
    by_name = defaultdict(list)
    for name, peak in sorted(alone.values(), key=lambda item: -item[1]):
        by_name[name].append(peak)
    return Peaks(at_once, dict(by_name))


def _process(pid: int) -> Process | None:
    with suppress(OSError, IndexError):  # it may have ended, and then has no memory
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
        status = Path(f"/proc/{pid}/status").read_text()
        told = rest.split()
        memory, peak = (int(status.split(f"{key}:")[1].split()[0]) // 1024 for key in ("VmRSS", "VmHWM"))
        cpu = sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")
        return Process(pid, int(told[1]), name, cpu, memory, peak)
    return None
