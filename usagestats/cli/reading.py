"""What a command reads, and how: its inputs, options that mean the same everywhere, and what is said of them."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usagestats.cli.zones import LocalZone
from usagestats.errors import BrokenPlugin, InputError, InvalidTime
from usagestats.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import tzinfo

    from usagestats.events import Records, Rejects
    from usagestats.roster import Person
    from usagestats.sources import Search
    from usagestats.summary import Summary

jobs_option = click.option(
    "--jobs", type=click.IntRange(1), help="Processes that read. Default: by size, and as many as cores."
)

source_option = click.option(
    "--source", metavar="NAME", help="Read the inputs as this source's, whatever they look like."
)

period_option = click.option("--period", default="7d", show_default=True, help="7d, 30d or 90d.")

weeks_option = click.option(
    "--weeks", type=click.IntRange(1, 53), help="Weeks that the calendar looks back on, if more than the period's."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a command reads, and how."""

    inputs: tuple[Path, ...] = field(kw_only=False)
    name: str
    tz: str
    now: str | None
    source: str | None
    jobs: int | None
    strict: bool
    verbose: bool

    def __call__(self, *periods: str, weeks: int | None = None) -> list[Summary]:
        """The summaries of one person, one a period, from one reading; what was refused is said on standard error."""
        with uncollected():
            return self._summaries(periods, weeks)

    def _summaries(self, periods: Sequence[str], weeks: int | None) -> list[Summary]:
        instant, place = self._when(periods)
        search = searched(self.inputs, self.source, strict=self.strict)
        if not search.found:
            raise InputError(nothing_found(search))
        from usagestats.sources import records, shared
        from usagestats.sources.archive.kept import holding, unread

        found = search.found if self.strict else holding(search.found, cache_folder())
        fresh = found if self.strict else unread(found, cache_folder())
        with self._telling() as rejects, progress(fresh) as moved, shared(fresh, self.jobs, moved) as crew:
            from usagestats.summary import summaries  # polars is loaded while other processes read

            events = records(found, moved, crew, fresh=fresh)
            return summaries(events, periods, name=self.name, now=instant, tz=place, weeks=weeks, rejects=rejects)

    def people(
        self, listed: Sequence[Person], *periods: str, weeks: int | None = None
    ) -> Iterator[tuple[Person, list[Summary]]]:
        """The summaries of everybody who is listed and enabled, one person after the other."""
        from usagestats.crowd import summaries_of
        from usagestats.sources import records

        if not self.inputs and any(person.enabled and not person.inputs for person in listed):
            message = "people without inputs have the records with their public_id: give event files or folders"
            raise InputError(message)

        def read(paths: Sequence[Path]) -> Records:
            return records(searched(paths, self.source, strict=self.strict).found)

        instant, place = self._when(periods)
        given = read(self.inputs) if self.inputs else None
        with self._telling() as rejects:
            yield from summaries_of(listed, given, read, periods, now=instant, tz=place, weeks=weeks, rejects=rejects)

    def _when(self, periods: Sequence[str]) -> tuple[datetime, str | tzinfo]:
        """The instant and the zone, once it is sure that they and the periods can be used."""
        from usagestats.periods import window

        instant, place = now_of(self.now), LocalZone() if self.tz == "local" else self.tz
        for period in periods:
            window(period, instant, place)
        return instant, place

    @contextmanager
    def _telling(self) -> Iterator[Rejects]:
        rejects = refusals(strict=self.strict, verbose=self.verbose)
        yield rejects
        say_refused(rejects, verbose=self.verbose)


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """The inputs and options that mean the same everywhere; the command gets a function that reads them."""

    @click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
    @click.option("--name", default="", help="Whose numbers these are.")
    @click.option("--tz", default="UTC", show_default=True, help="Zone whose days count: an IANA name, or local.")
    @click.option(
        "--now", default=None, help="Instant of the summary, RFC 3339. Default: SOURCE_DATE_EPOCH, else the clock."
    )
    @source_option
    @jobs_option
    @click.option("--strict", is_flag=True, help="Fail on the first record that breaks a rule.")
    @click.option("-v", "--verbose", is_flag=True, help="List every record that was refused.")
    @wraps(command)
    def reading(
        inputs: tuple[Path, ...],
        name: str,
        tz: str,
        now: str | None,
        source: str | None,
        jobs: int | None,
        *,
        strict: bool,
        verbose: bool,
        **rest: Any,  # noqa: ANN401 - the command's own options
    ) -> None:
        read = Reading(inputs, name=name, tz=tz, now=now, source=source, jobs=jobs, strict=strict, verbose=verbose)
        command(read, **rest)

    return reading


def searched(inputs: Sequence[Path], source: str | None, *, strict: bool = False, with_archive: bool = True) -> Search:
    """What lies in the inputs, or on this machine; plug-ins that fail are named on standard error."""
    from usagestats.sources import given, installed

    archived = archive_path() if with_archive else None
    search = given(inputs, source) if inputs else installed(os.environ, Path.home(), source, archived=archived)
    for fault in search.faults:
        if strict:
            raise BrokenPlugin(str(fault))
        click.echo("warning: " + " ".join(str(fault).split()), err=True)
    return search


def archive_path() -> Path:
    """Where the archive lies unless another place is named."""
    from platformdirs import user_data_path

    return user_data_path("usagestats", appauthor=False) / "archive.parquet"


def cache_folder() -> Path:
    """Where is remembered which logs an archive holds."""
    from platformdirs import user_cache_path

    return user_cache_path("usagestats", appauthor=False)


def refusals(*, strict: bool, verbose: bool) -> Rejects:
    """What counts refused records, and keeps the words for all of them if all are to be listed."""
    from usagestats.events import SHOWN_REJECTS, Rejects

    return Rejects(strict=strict, shown=sys.maxsize if verbose else SHOWN_REJECTS)


def nothing_found(search: Search) -> str:
    """That there is nothing to read, and where it was looked for."""
    places = ", ".join(str(place) for place in search.places)
    return (
        f"no agent's logs and no event files found; looked in {places}. Give a file or a folder, such as events.jsonl"
    )


def say_refused(rejects: Rejects, *, verbose: bool) -> None:
    """Say how many records were refused, if any, and which."""
    if not rejects.count:
        return
    records = "1 record" if rejects.count == 1 else f"{rejects.count:,} records"
    more = "" if verbose else f"; the first: {rejects.first[0]} (--verbose lists all)"
    click.echo(f"refused {records}{more}", err=True)
    if verbose:
        for reject in rejects.first:
            click.echo(f"  {reject}", err=True)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cycles, of which reading makes none: a tenth of the time that logs take."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def now_of(text: str | None) -> datetime:
    """``--now``, then ``SOURCE_DATE_EPOCH``, then the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if text is not None:
            if len(text) <= len("2026-11-22"):
                raise ValueError  # noqa: TRY301 - a date alone is no instant
            instant = datetime.fromisoformat(text)
            return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        what = f"--now must be an RFC 3339 instant, such as 2026-11-22T12:00:00Z, not {text!r}"
        message = what if text is not None else f"SOURCE_DATE_EPOCH must be seconds since 1970, not {epoch!r}"
        raise InvalidTime(message) from error
