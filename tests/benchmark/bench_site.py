"""What a site costs: one person with everything, and a thousand people.

    uv run python -m tests.benchmark.bench_site

Figures to reach: all cards of one person in three periods and three themes in under 1 s of CPU time, once the records
are read; 1 000 people in under 60 s on two cores, in no more memory than 100 with as many records take.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from uuid import UUID

import polars as pl

from tests.cards.people import ada
from usagestats.badges import STATS
from usagestats.cards import CARDS
from usagestats.folder import Folder
from usagestats.site import Design, build
from usagestats.themes import BUILT_IN

PERIODS = ("7d", "30d", "90d")
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
RECORDS = 200_000
FIVE = [option for stat in list(STATS)[:5] for option in ("--badge", stat)]
FLAT = 1.25
"""How much more memory ten times as many people may take."""


def main() -> int:
    """Print all figures; 1 where one is missed."""
    with TemporaryDirectory() as folder:
        reached = [one_person(Path(folder, "one")), pictures(Path(folder, "png")), many_people(Path(folder))]
    return 0 if all(reached) else 1


def told(line: str, *, reached: bool = True) -> bool:
    """Print a figure; gives whether it is good enough."""
    print(line + ("" if reached else "  MISSED"))
    return reached


def one_person(root: Path) -> bool:
    """Everything of one person but the PNGs, the first time and again."""
    summaries = [ada(period) for period in PERIODS]
    design = Design(tuple(list(BUILT_IN)[:3]), png=False)
    spent = []
    for _ in range(2):
        start = process_time()
        report = build(Folder(root, lambda _: ()), summaries, design)
        spent.append(process_time() - start)
    what = f"one person, {len(CARDS)} cards, 3 periods, {len(design.themes)} themes"
    files = len(report.wrote) + report.unchanged
    return told(f"{what}: {files} files, {spent[0]:.2f} s CPU; again {spent[1]:.2f} s", reached=spent[0] < 1)


def pictures(root: Path) -> bool:
    """The command with PNGs, on every core; reading included."""
    path = Path(__file__).parents[2] / "examples" / "events.jsonl"
    wall, cpu, _ = child("build", str(path), "-o", str(root), "--now", NOW.isoformat())
    drawn = len(list(root.rglob("*.png")))
    return told(f"one person with {drawn} PNGs: {wall:.1f} s on {os.cpu_count()} cores, {cpu:.1f} s CPU")


def many_people(folder: Path) -> bool:
    """A hundred and a thousand people with as many records in all."""
    figures = {}
    for count in (100, 1000):
        ids = [str(UUID(int=number + (4 << 76))) for number in range(count)]
        records(ids).write_parquet(folder / "events.parquet")
        (folder / "people.toml").write_text("".join(f'[[people]]\npublic_id = "{one}"\n' for one in ids))
        given = [str(folder / "events.parquet"), "--people", str(folder / "people.toml"), "--now", NOW.isoformat()]
        figures[count] = child("build", *given, "-o", str(folder / f"{count}"), "--card", "overview", "--no-png", *FIVE)
        wall, cpu, memory = figures[count]
        told(f"{count} people, {RECORDS:,} records: {wall:.1f} s, {cpu:.1f} s CPU, {memory:.0f} MB")
    growth = figures[1000][2] / figures[100][2]
    quick = told(f"1000 people in {figures[1000][0]:.1f} s", reached=figures[1000][0] < 60)
    return told(f"memory of 1000 people / of 100: {growth:.2f}", reached=growth < FLAT) and quick


def records(ids: list[str]) -> pl.DataFrame:
    """Requests of these people, spread over the last ninety days."""
    random = Random(1815)
    minutes = [random.randrange(90 * 1440) for _ in range(RECORDS)]
    return pl.DataFrame(
        {
            "timestamp": [NOW - timedelta(minutes=number) for number in minutes],
            "provider": ["anthropic"] * RECORDS,
            "model": random.choices(["opus", "sonnet", "haiku"], [5, 3, 1], k=RECORDS),
            "session_id": [str(number // 20) for number in range(RECORDS)],
            "input_tokens": [random.randrange(100_000) for _ in range(RECORDS)],
            "output_tokens": [random.randrange(2_000) for _ in range(RECORDS)],
            "public_id": random.choices(ids, k=RECORDS),
        }
    )


def child(*arguments: str) -> tuple[float, float, float]:
    """Run the command in a process of its own; gives wall and CPU time in s, and its peak of memory in MB."""
    start = perf_counter()
    program = "from usagestats.cli import main; main()"
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", program, *arguments], os.environ)
    _, status, used = os.wait4(process, 0)
    if status:
        sys.exit(1)
    return perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
