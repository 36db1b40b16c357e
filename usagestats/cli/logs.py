"""The commands about the logs of this machine: what is there, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usagestats.cli.reading import (
    archive_path,
    cache_folder,
    jobs_option,
    nothing_found,
    refusals,
    say_refused,
    searched,
    source_option,
    uncollected,
)
from usagestats.cli.writing import check_ending
from usagestats.errors import InputError
from usagestats.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from usagestats.sources import Found


@click.command()
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@source_option
@jobs_option
@click.option("--forget", multiple=True, metavar="SESSION", help="Remove a session, by its agent's id, for good.")
@click.option(
    "--forget-before",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Remove what is older than this day (UTC), for good.",
)
@click.option("--strict", is_flag=True, help="Fail on the first record that breaks a rule.")
@click.option("-v", "--verbose", is_flag=True, help="List every record that was refused.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Another archive, a .parquet file."
)
def collect(
    inputs: tuple[Path, ...],
    source: str | None,
    jobs: int | None,
    forget: tuple[str, ...],
    forget_before: datetime | None,
    output: Path | None,
    *,
    strict: bool,
    verbose: bool,
) -> None:
    """Keep what the logs tell in an archive, which stays when agents delete their logs.

    summary, card and build without INPUT count it, too. It holds no text, path or id, only hashes of ids, so it can be
    published; archives of several machines can be given together as INPUT.

    \b
    Examples:
      usagestats collect
      usagestats collect -o usage/laptop.parquet --forget-before 2026-01-01
    """
    from usagestats.sources.archive.collecting import Forget, collected

    check_ending(output, ".parquet")
    path = output or archive_path()
    search = searched(inputs, source, strict=strict, with_archive=False)
    if not search.found and not path.exists():
        raise InputError(nothing_found(search))
    before_us = None if forget_before is None else round(forget_before.replace(tzinfo=UTC).timestamp()) * 1_000_000
    rejects = refusals(strict=strict, verbose=verbose)
    with uncollected(), progress(search.found) as moved:
        what = Forget(forget, before_us)
        found = collected(search.found, path, cache_folder(), rejects, forget=what, progress=moved, jobs=jobs)
    say_refused(rejects, verbose=verbose)
    forgot = f", forgot {found.forgotten:,}" if forget or forget_before else ""
    click.echo(f"added {found.added:,}, known {found.known:,}{forgot}", err=True)


@click.command()
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@source_option
@click.option("-v", "--verbose", is_flag=True, help="List unknown files, empty places and plug-ins, too.")
def sources(inputs: tuple[Path, ...], source: str | None, *, verbose: bool) -> None:
    """Show which agents were found, where, how many files, and how much.

    \b
    Example:
      usagestats sources ~/backup
    """
    search = searched(inputs, source)
    click.echo(
        _columns((one.source.name, one.place, _files(len(one.files)), _megabytes(one)) for one in search.found),
        nl=False,
    )
    if search.unrecognised:
        click.echo(f"not recognised: {_files(len(search.unrecognised))}", err=True)
    if verbose:
        click.echo("".join(f"  {path}\n" for path in search.unrecognised), err=True, nl=False)
        for one in search.empty:
            click.echo(f"nothing of {one.name} in {one.place}", err=True)
        for plugin in search.plugins:
            click.echo(f"{plugin.name}, version {plugin.version}, is {plugin.label}", err=True)
    if not search.found:
        raise InputError(nothing_found(search))


def _columns(rows: Iterable[tuple[object, ...]]) -> str:
    """The cells, those of a column equally wide, and numbers at the right."""
    table = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    sides = "<<>>"
    lines = (
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True))
        for row in table
    )
    return "".join(f"{line}\n" for line in lines)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _megabytes(found: Found) -> str:
    return f"{found.size_bytes / 1e6:,.1f} MB"
