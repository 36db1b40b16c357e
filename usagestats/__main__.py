"""The command as a program: ``usagestats``, or ``python -m usagestats``."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import Final

PLUGINS: Final = "usagestats.sources.plugins"
"""Loaded where other distributions bring sources."""
YOUNG_OBJECTS: Final = 100_000
"""How many objects are made before cycles are looked for: twice what a command has once all is imported."""


def run() -> None:
    """Runs the command without a search for garbage, which most runs do not make, and leaves at once.

    Nothing is left to be done then: what a command opens, starts and locks, it closes, ends and frees itself. To take
    Python and polars apart would take a tenth of a small run. A debugger, a profiler, sources that others have brought,
    and Python's own word on output that nobody takes need the long way.

    Raises:
        SystemExit: with the exit code, where the long way is taken.
    """
    gc.set_threshold(YOUNG_OBJECTS)
    from usagestats.cli import main

    try:
        main()
    except SystemExit as ended:
        if isinstance(ended.code, int) and not (sys.gettrace() or sys.getprofile() or PLUGINS in sys.modules):
            with suppress(AttributeError, OSError, ValueError):  # there may be no output at all
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(ended.code)
        raise


if __name__ == "__main__":
    run()
