"""``python -m usagestats``: the command."""

from usagestats.cli import main

main()
