"""What a terminal shows while much is read: how far it is, how fast, and what is being read; elsewhere nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from usagestats.sources import Found

PROGRESS_BYTES: Final = 64_000_000
"""Reading more than this shows a bar, where there is a terminal."""
REDRAWN_SECONDS: Final = 0.1
"""The bar is drawn again at most that often."""


@contextmanager
def progress(found: Sequence[Found]) -> Iterator[Callable[[str, int], None] | None]:
    """What is to be told each file that was read, by source and size; None if nothing is to be shown."""
    size, files = sum(one.size_bytes for one in found), sum(len(one.files) for one in found)
    if size < PROGRESS_BYTES or not sys.stderr.isatty():
        yield None
        return
    began = shown = monotonic()
    done = waiting = 0

    def moved(source: str, read_bytes: int) -> None:
        nonlocal done, waiting, shown
        done, waiting, now = done + 1, waiting + read_bytes, monotonic()
        if now - shown >= REDRAWN_SECONDS or done == files:
            speed = (bar.pos + waiting) / 1e6 / max(now - began, 1e-3)
            bar.update(waiting, f"{source} {done:,}/{files:,} files, {size / 1e6:,.0f} MB at {speed:,.0f} MB/s")
            waiting, shown = 0, now

    with click.progressbar(length=size, width=0, item_show_func=lambda said: said, file=sys.stderr) as bar:
        yield moved
