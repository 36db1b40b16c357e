"""The command ``usagestats``: reads, calls the library once, writes.

Data goes to standard output or to ``-o``, words to standard error. Exit 0: done; 1: failed, said in one line; 2: wrong
usage. Only here are the clock, the environment and the home folder looked at.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, NoReturn

import click

from usagestats import __version__
from usagestats.errors import (
    BrokenPlugin,
    InputError,
    InvalidBadge,
    InvalidLook,
    InvalidPeriod,
    InvalidTime,
    UnknownCard,
    UnknownSource,
    UnknownStat,
    UnknownTheme,
    UsageStatsError,
    one_of,
)
from usagestats.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from usagestats.cards import Look, Svg
    from usagestats.events import Records, Rejects
    from usagestats.folder import Report
    from usagestats.roster import Person
    from usagestats.sources import Found, Search
    from usagestats.summary import Summary
    from usagestats.themes import Theme

POOLED_PICTURES: Final = 24
"""So many PNGs take as long as starting a process for each core does."""
PERIOD_NAMES: Final = ("7d", "30d", "90d")
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


_jobs = click.option(
    "--jobs", type=click.IntRange(1), help="Processes that read. Default: by size, and as many as cores."
)
_source = click.option("--source", metavar="NAME", help="Read the inputs as this source's, whatever they look like.")


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
        with _uncollected():
            return self._summaries(periods, weeks)

    def _summaries(self, periods: Sequence[str], weeks: int | None) -> list[Summary]:
        instant, place = self._when(periods)
        search = _search(self.inputs, self.source, strict=self.strict)
        if not search.found:
            raise InputError(_nothing(search))
        from usagestats.sources import records, shared
        from usagestats.sources.kept import unread

        fresh = search.found if self.strict else unread(search.found, _cache())
        with self._telling() as rejects, progress(fresh) as moved, shared(fresh, self.jobs, moved) as crew:
            from usagestats.summary import summaries  # polars is loaded while other processes read

            events = records(search.found, moved, crew, fresh=fresh)
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
            return records(_search(paths, self.source, strict=self.strict).found)

        instant, place = self._when(periods)
        given = read(self.inputs) if self.inputs else None
        with self._telling() as rejects:
            yield from summaries_of(listed, given, read, periods, now=instant, tz=place, weeks=weeks, rejects=rejects)

    def _when(self, periods: Sequence[str]) -> tuple[datetime, str | tzinfo]:
        """The instant and the zone, once it is sure that they and the periods can be used."""
        from usagestats.periods import window

        instant, place = _now(self.now), LocalZone() if self.tz == "local" else self.tz
        for period in periods:
            window(period, instant, place)
        return instant, place

    @contextmanager
    def _telling(self) -> Iterator[Rejects]:
        rejects = _rejects(strict=self.strict, verbose=self.verbose)
        yield rejects
        _say_refused(rejects, verbose=self.verbose)


def _reading(command: Callable[..., None]) -> Callable[..., None]:
    """The inputs and options that mean the same everywhere; the command gets a function that reads them."""

    @click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
    @click.option("--name", default="", help="Whose numbers these are.")
    @click.option("--tz", default="UTC", show_default=True, help="Zone whose days count: an IANA name, or local.")
    @click.option(
        "--now", default=None, help="Instant of the summary, RFC 3339. Default: SOURCE_DATE_EPOCH, else the clock."
    )
    @_source
    @_jobs
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


_period = click.option("--period", default="7d", show_default=True, help="7d, 30d or 90d.")
_weeks = click.option(
    "--weeks", type=click.IntRange(1, 53), help="Weeks that the calendar looks back on, if more than the period's."
)
_theme = click.option(
    "--theme", default="auto", show_default=True, help="A theme, such as nord or dark, or a .toml file of one's own."
)
_check = click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would change.")
_keep_unchanged = click.option(
    "--keep-unchanged", is_flag=True, help="Leave a period's files alone while its numbers stay the same."
)


def _looking(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how a card looks besides its theme; the command gets them as one."""

    @click.option("--title", default="", help="What stands in place of the name.")
    @click.option("--hide", multiple=True, help="A stat that is not shown, such as total_commits; a comma list.")
    @click.option("--width", type=int, help="How wide it is shown, in pixels; the height follows.")
    @click.option("--radius", type=int, help="How round its corners are, 0 to 64 pixels.")
    @click.option("--numbers", default="compact", show_default=True, help="compact, or full: every digit.")
    @click.option("--border/--no-border", default=True, help="Whether a line runs around it.")
    @wraps(command)
    def looking(
        read: Callable[..., list[Summary]],
        title: str,
        hide: tuple[str, ...],
        width: int | None,
        radius: int | None,
        numbers: Literal["compact", "full"],
        *,
        border: bool,
        **rest: Any,  # noqa: ANN401 - the command's own options
    ) -> None:
        from usagestats.cards import Look

        hidden = [name for names in hide for name in names.replace(" ", "").split(",") if name]
        look = Look(width=width, radius=radius, border=border, title=title, hide=hidden, numbers=numbers)
        command(read, look=look, **rest)

    return looking


@main.command()
@_reading
@_period
@click.option("--fields", default="", help="Comma list of what to give, such as name,stats.total_tokens. Default: all.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A .json file instead of stdout.")
def summary(read: Callable[..., list[Summary]], period: str, fields: str, output: Path | None) -> None:
    """Print the documented JSON.

    \b
    Example:
      usagestats summary events.jsonl --period 30d --fields name,stats.total_tokens
    """
    _ending(output, ".json")
    (found,) = read(period)
    _put((found.to_json(fields, indent=2) + "\n").encode(), output)


class NamingCards(click.Command):
    """A command whose help names every card that there is."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help: only now are the cards loaded."""
        from usagestats.cards import CARDS

        self.help = (self.help or "").replace("NAME.", f"NAME: {', '.join(CARDS)}.")
        super().format_help_text(ctx, formatter)


@main.command(cls=NamingCards)
@click.argument("card_name", metavar="NAME")
@_reading
@_period
@_theme
@_weeks
@_looking
@click.option("--compact", is_flag=True, help="The cut for a phone.")
@click.option("--scale", default=2.0, show_default=True, help="Pixels of a PNG to a CSS pixel.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A .svg or .png file.")
def card(
    read: Callable[..., list[Summary]],
    card_name: str,
    period: str,
    theme: str,
    weeks: int | None,
    look: Look,
    *,
    compact: bool,
    scale: float,
    output: Path | None,
) -> None:
    """Draw the card NAME.

    \b
    Example:
      usagestats card overview events.jsonl --theme dark -o card.png
    """
    from usagestats import cards, raster

    _ending(output, ".svg", ".png")
    if card_name not in cards.CARDS:
        raise UnknownCard(one_of("card", cards.CARDS, card_name))
    shade = _themed(theme)
    (found,) = read(period, weeks=weeks)
    picture = cards.card(found, card_name, theme=shade, compact=compact, look=look)
    is_png = output is not None and output.suffix == ".png"
    _put(raster.png(picture, scale=scale) if is_png else picture.encode(), output)


@main.command()
@click.argument("stat", metavar="STAT")
@_reading
@_period
@_weeks
@click.option("--style", default="flat", show_default=True, help="flat, flat-square, plastic, for-the-badge or social.")
@click.option("--label", help="Words of your own at the left; empty for none.")
@click.option("--color", help="A colour of shields.io, such as blue, or #rrggbb. Default: by the number.")
@click.option("--endpoint", is_flag=True, help="The document from which shields.io draws it.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A .svg, .png or .json file.")
def badge(
    read: Callable[..., list[Summary]],
    stat: str,
    period: str,
    weeks: int | None,
    style: str,
    label: str | None,
    color: str | None,
    *,
    endpoint: bool,
    output: Path | None,
) -> None:
    """Draw a badge of one number: total_tokens, success_rate, streak, top_model and more.

    \b
    Example:
      usagestats badge total_tokens events.jsonl --period 30d -o tokens.svg
    """
    from usagestats import badges, raster

    _ending(output, *((".json",) if endpoint else (".svg", ".png", ".json")))
    badges.check(stat, style=style, color=color)
    (found,) = read(period, weeks=weeks)
    if endpoint or (output is not None and output.suffix == ".json"):
        document = badges.badge_endpoint(found, stat, label=label, color=color)
        _put((json.dumps(document, ensure_ascii=False) + "\n").encode(), output)
        return
    picture = badges.badge(found, stat, style=style, label=label, color=color)
    is_png = output is not None and output.suffix == ".png"
    _put(raster.png(picture) if is_png else picture.encode(), output)


@main.command()
@_reading
@click.option(
    "--theme",
    "themes",
    multiple=True,
    default=("auto",),
    show_default=True,
    help="A theme, or several: names or files.",
)
@_weeks
@click.option("--card", "cards", multiple=True, help="Only this card; may be given again. Default: all.")
@click.option("--badge", "badges", multiple=True, help="Only this badge; may be given again. Default: all.")
@click.option("--png/--no-png", default=True, help="Whether every card is drawn as a PNG too.")
@click.option("--public-id", default="me", show_default=True, help="Whose answers these are: letters, digits, - and _.")
@click.option("--people", type=click.Path(path_type=Path, dir_okay=False), help="A TOML file that lists many people.")
@click.option("--base-url", default="", help="Where DIR is on the web, for the snippets on the page.")
@_check
@_keep_unchanged
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder.")
def build(
    read: Reading,
    themes: tuple[str, ...],
    weeks: int | None,
    cards: tuple[str, ...],
    badges: tuple[str, ...],
    public_id: str,
    people: Path | None,
    base_url: str,
    output: Path,
    *,
    png: bool,
    check: bool,
    keep_unchanged: bool,
) -> None:
    """Write the documented JSON, the cards of 7d, 30d and 90d and a page with them into a folder for any static host.

    What an earlier build wrote and this one does not is removed. A file of PEOPLE has a [[people]] table for everybody,
    with public_id, name, inputs (where their records lie; without: the INPUT's with their public_id) and enabled.

    \b
    Example:
      usagestats build -o site --name "Alex Smith"
    """
    from usagestats import site
    from usagestats.folder import Folder

    design = site.Design(_themes(themes), _cards(cards), _badges(badges), png=png, base_url=base_url)
    _address(base_url)
    if not public_id.replace("-", "").replace("_", "").isalnum() or not public_id.isascii():
        message = f"--public-id takes letters, digits, - and _, not {public_id!r}"
        raise click.UsageError(message)
    if people and (public_id != "me" or read.name):
        message = "--people has a public_id and a name for everybody: leave --public-id and --name out"
        raise click.UsageError(message)
    with _drawing() as draw:
        if people:
            from usagestats.roster import people as listed

            everybody = read.people(listed(people), *PERIOD_NAMES, weeks=weeks)
            report = site.build_many(Folder(output, draw, check), everybody, design, keep_unchanged=keep_unchanged)
        else:
            found = read(*PERIOD_NAMES, weeks=weeks)
            report = site.build(
                Folder(output, draw, check), found, design, public_id=public_id, keep_unchanged=keep_unchanged
            )
    _say_built(report, output, check=check)


def _themes(names: tuple[str, ...]) -> tuple[str | Theme, ...]:
    from usagestats.cuts import called

    themes = tuple(_themed(name) for name in names)
    if len({called(theme) for theme in themes}) < len(themes):
        message = f"--theme names {', '.join(names)}: each theme once, light and dark are both drawn anyway"
        raise click.UsageError(message)
    return themes


def _cards(names: tuple[str, ...]) -> tuple[str, ...]:
    from usagestats.cards import CARDS

    for name in names:
        if name not in CARDS:
            raise UnknownCard(one_of("card", CARDS, name))
    return tuple(dict.fromkeys(names)) or CARDS


def _badges(stats: tuple[str, ...]) -> tuple[str, ...]:
    from usagestats.badges import STATS, check

    for stat in stats:
        check(stat)
    return tuple(dict.fromkeys(stats)) or tuple(STATS)


@contextmanager
def _drawing() -> Iterator[Callable[[Sequence[Svg]], Iterable[bytes]]]:
    """Draws PNGs, on every core once there are so many that processes are worth their start."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from usagestats.raster import png

    with ExitStack() as stack:

        @cache
        def pool() -> ProcessPoolExecutor:
            return stack.enter_context(ProcessPoolExecutor(mp_context=get_context("spawn")))

        def draw(svgs: Sequence[Svg]) -> Iterable[bytes]:
            alone = len(svgs) < POOLED_PICTURES or os.cpu_count() == 1
            return map(png, svgs) if alone else pool().map(png, svgs)

        yield draw


def _say_built(report: Report, output: Path, *, check: bool) -> None:
    changed = [(path, "would write") for path in report.wrote] + [(path, "would remove") for path in report.removed]
    if check:
        click.echo("".join(f"{word} {output / path}\n" for path, word in changed), err=True, nl=False)
    click.echo("".join(f"left {output / path}: it was changed by hand\n" for path in report.left), err=True, nl=False)
    removed = f", {'would remove' if check else 'removed'} {len(report.removed)}" if report.removed else ""
    verb = "would write" if check else "wrote"
    click.echo(f"{verb} {len(report.wrote)}, unchanged {report.unchanged}{removed}", err=True)
    if check and changed:
        click.get_current_context().exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_reading
@_period
@_theme
@click.option(
    "--assets",
    type=click.Path(path_type=Path, file_okay=False),
    help="For its pictures. Default: usagestats beside it.",
)
@click.option("--base-url", default="", help="Where FILE's folder is on the web, for absolute links.")
@_check
@_keep_unchanged
def readme(
    read: Callable[..., list[Summary]],
    file: Path,
    period: str,
    theme: str,
    assets: Path | None,
    base_url: str,
    *,
    check: bool,
    keep_unchanged: bool,
) -> None:
    """Fill the sections of FILE between <!-- usagestats:start overview --> and <!-- usagestats:end -->.

    A section shows a card, with theme=NAME and period=30d as it likes, or a table of text (table by=model period=30d).
    The pictures go to a folder beside FILE. Nothing outside of the sections is touched.

    \b
    Example:
      usagestats readme README.md events.jsonl --name "Alex Smith"
    """
    from usagestats import periods
    from usagestats import readme as readmes

    periods.window(period, periods.EPOCH)
    _address(base_url)
    updated = readmes.update(
        file,
        lambda names: read(*names),
        assets or file.parent / "usagestats",
        period=period,
        theme=_themed(theme),
        base_url=base_url,
        check=check,
        keep_unchanged=keep_unchanged,
    )
    _say_changed(updated.changed, updated.unchanged, check=check)


def _say_changed(changed: Sequence[Path], unchanged: int, *, check: bool) -> None:
    """How much was written; a check names each file, and fails if there is one."""
    if check:
        click.echo("".join(f"would write {path}\n" for path in changed), err=True, nl=False)
    click.echo(f"{'would write' if check else 'wrote'} {len(changed)}, unchanged {unchanged}", err=True)
    if check and changed:
        click.get_current_context().exit(1)


@main.command()
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@_source
@_jobs
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
    from usagestats.sources.collecting import Forget, collected

    _ending(output, ".parquet")
    path = output or _archive()
    search = _search(inputs, source, strict=strict, with_archive=False)
    if not search.found and not path.exists():
        raise InputError(_nothing(search))
    before_us = None if forget_before is None else round(forget_before.replace(tzinfo=UTC).timestamp()) * 1_000_000
    rejects = _rejects(strict=strict, verbose=verbose)
    with _uncollected(), progress(search.found) as moved:
        what = Forget(forget, before_us)
        found = collected(search.found, path, _cache(), rejects, forget=what, progress=moved, jobs=jobs)
    _say_refused(rejects, verbose=verbose)
    forgot = f", forgot {found.forgotten:,}" if forget or forget_before else ""
    click.echo(f"added {found.added:,}, known {found.known:,}{forgot}", err=True)


@main.command()
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@_source
@click.option("-v", "--verbose", is_flag=True, help="List unknown files, empty places and plug-ins, too.")
def sources(inputs: tuple[Path, ...], source: str | None, *, verbose: bool) -> None:
    """Show which agents were found, where, how many files, and how much.

    \b
    Example:
      usagestats sources ~/backup
    """
    search = _search(inputs, source)
    click.echo(
        _columns((one.source.name, one.place, _files(len(one.files)), _megabytes(one)) for one in search.found),
        nl=False,
    )
    if search.unrecognised:
        click.echo(f"not recognised: {_files(len(search.unrecognised))}", err=True)
    if verbose:
        click.echo("".join(f"  {path}\n" for path in search.unrecognised), err=True, nl=False)
        for one in search.empty:
            click.echo(f"nothing of {one.source.name} in {one.place}", err=True)
        for plugin in search.plugins:
            click.echo(f"{plugin.name}, version {plugin.version}, is {plugin.label}", err=True)
    if not search.found:
        raise InputError(_nothing(search))


@main.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@_source
@click.option("--public-id", help="Whose all records are, a UUID. Default: each record's own public_id says it.")
@click.option("--name", default="", help="The name of --public-id.")
@click.option("--names", type=click.File("rb"), help="A JSON file, public_id to name.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--rate-limit", default="120/minute", show_default=True, help="How often a client may ask; or none.")
@click.option("--storage", default="memory://", show_default=True, help="Where that is counted: or redis://host:port.")
@click.option("--trusted-proxy", multiple=True, help="Address or network whose X-Forwarded-For is believed.")
def serve(
    inputs: tuple[Path, ...],
    source: str | None,
    public_id: str | None,
    name: str,
    names: IO[bytes] | None,
    host: str,
    port: int,
    **limits: Any,  # noqa: ANN401 - options of the server
) -> None:
    """Answer the documented endpoint over HTTP, cards and badges too; files that change are read again.

    \b
    Example:
      usagestats serve events.jsonl --public-id 1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd
    """
    from usagestats import serving
    from usagestats.sources import records

    known = serving.names(names) | ({public_id: name} if public_id else {})
    shelf = serving.shelf(inputs, lambda places: records(_search(places, source).found), public_id, known)
    with serving.listening(host, port) as (socket, url):
        application = serving.application(shelf, **limits)
        click.echo(f"serving {url}/api/v1/public/{public_id or '{public_id}'}", err=True)
        serving.run(application, socket)


def _search(inputs: Sequence[Path], source: str | None, *, strict: bool = False, with_archive: bool = True) -> Search:
    """What lies in the inputs, or on this machine; plug-ins that fail are named on standard error."""
    from usagestats.sources import given, installed

    archived = _archive() if with_archive else None
    search = given(inputs, source) if inputs else installed(os.environ, Path.home(), source, archived=archived)
    for fault in search.faults:
        if strict:
            raise BrokenPlugin(str(fault))
        click.echo("warning: " + " ".join(str(fault).split()), err=True)
    return search


def _archive() -> Path:
    """Where the archive lies unless another place is named."""
    from platformdirs import user_data_path

    return user_data_path("usagestats", appauthor=False) / "archive.parquet"


def _cache() -> Path:
    """Where is remembered which logs an archive holds."""
    from platformdirs import user_cache_path

    return user_cache_path("usagestats", appauthor=False)


def _rejects(*, strict: bool, verbose: bool) -> Rejects:
    from usagestats.events import SHOWN_REJECTS, Rejects

    return Rejects(strict=strict, shown=sys.maxsize if verbose else SHOWN_REJECTS)


def _nothing(search: Search) -> str:
    places = ", ".join(str(place) for place in search.places)
    return (
        f"no agent's logs and no event files found; looked in {places}. Give a file or a folder, such as events.jsonl"
    )


def _say_refused(rejects: Rejects, *, verbose: bool) -> None:
    if not rejects.count:
        return
    records = "1 record" if rejects.count == 1 else f"{rejects.count:,} records"
    more = "" if verbose else f"; the first: {rejects.first[0]} (--verbose lists all)"
    click.echo(f"refused {records}{more}", err=True)
    if verbose:
        for reject in rejects.first:
            click.echo(f"  {reject}", err=True)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles, of which reading makes none: a tenth of the time that logs take."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _put(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    from usagestats.files import replaced

    replaced(output, content)


def _themed(theme: str) -> str | Theme:
    """The theme of that name or file; what can hardly be read in a file's colours is said on standard error."""
    from usagestats import themes

    if not theme.endswith(".toml"):
        themes.palettes(theme)
        return theme
    look = themes.load(theme)
    for said in themes.faint(look):
        click.echo(f"{theme}: {said}", err=True)
    return look


def _ending(output: Path | None, *endings: str) -> None:
    if output is not None and output.suffix not in endings:
        message = f"-o must end in {' or '.join(endings)}, not {output.name!r}"
        raise click.UsageError(message)


def _address(base_url: str) -> None:
    if base_url and (not base_url.startswith(("https://", "http://")) or not base_url.isprintable() or " " in base_url):
        message = f"--base-url must be an address that begins with https:// or http://, not {base_url!r}"
        raise click.UsageError(message)


def _now(text: str | None) -> datetime:
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


class LocalZone(tzinfo):
    """The machine's own zone, with all its changes, as the system's C library knows it."""

    def fromutc(self, moment: datetime) -> datetime:
        """The local time of an instant, with its offset."""
        return moment.replace(tzinfo=UTC).astimezone()

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """The offset of a local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def tzname(self, moment: datetime | None) -> str | None:
        """The name of the zone then."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def dst(self, _: datetime | None) -> None:
        """Not known."""


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
