"""The command ``usagestats``: reads, calls the library once, writes.

Data goes to standard output or to ``-o``, words to standard error. Exit 0: done; 1: failed, said in one line; 2: wrong
usage. Only here are the clock, the environment and the home folder looked at.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

import click

from usagestats import __version__
from usagestats.cli import answering, drawing, logs, publishing
from usagestats.cli.zones import LocalZone
from usagestats.errors import (
    InvalidBadge,
    InvalidLook,
    InvalidPeriod,
    InvalidTime,
    UnknownCard,
    UnknownSource,
    UnknownStat,
    UnknownTheme,
    UsageStatsError,
)

__all__ = ["LocalZone", "main"]

WRONG_USAGE: Final = (
    InvalidBadge,
    InvalidLook,
    InvalidPeriod,
    InvalidTime,
    UnknownCard,
    UnknownSource,
    UnknownStat,
    UnknownTheme,
)


class Program(click.Group):
    """The group of commands; turns our errors into exit codes."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command.

        Raises:
            click.UsageError: if an argument names nothing that is known.
        """
        try:
            return super().invoke(ctx)
        except WRONG_USAGE as error:
            raise click.UsageError(str(error), ctx) from error
        except UsageStatsError as error:
            _fail(ctx, error)


def _fail(ctx: click.Context, error: UsageStatsError) -> NoReturn:
    click.echo("error: " + " ".join(str(error).split()), err=True)
    ctx.exit(1)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Usage statistics of AI coding agents: logs and event records in, documented JSON and stat cards out.

    INPUT is an event file (.jsonl, .ndjson, .csv, .parquet, or - for lines of JSON on standard input), an agent's
    log, or a folder that holds any of them. Without one, the logs of this machine's own agents are read.

    \b
    Examples:
      usagestats build -o site
      usagestats summary events.jsonl --period 30d --fields name,stats.total_tokens
      usagestats card overview --theme auto -o card.svg
    """


for command in (
    answering.summary,
    drawing.card,
    drawing.badge,
    publishing.build,
    publishing.readme,
    logs.collect,
    logs.sources,
    answering.serve,
):
    main.add_command(command)
