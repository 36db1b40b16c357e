"""The command as a program: ``usagestats``, or ``python -m usagestats``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from usagestats.cli import main


def run() -> None:
    """Runs the command, and leaves without taking Python and polars apart, which takes a tenth of a small run.

    Nothing is left to be done then: what a command opens, starts and locks, it closes, ends and frees itself. A
    debugger, a profiler, and Python's own word on output that nobody takes need the long way.

    Raises:
        SystemExit: with the exit code, where the long way is taken.
    """
    try:
        main()
    except SystemExit as ended:
        if isinstance(ended.code, int) and not sys.gettrace() and not sys.getprofile():
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(ended.code)
        raise


if __name__ == "__main__":
    run()
