"""The commands that write a site, or into a README."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from usagestats.cli.reading import period_option, reads, weeks_option
from usagestats.cli.writing import check_address, check_option, keep_unchanged_option, looks, theme_option, themed
from usagestats.errors import UnknownCard, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from usagestats.cards import Look, Svg
    from usagestats.cli.reading import Reading
    from usagestats.folder import Report
    from usagestats.summary import Summary
    from usagestats.themes import Theme

POOLED_PICTURES: Final = 24
"""So many PNGs take as long as starting a process for each core does."""

PERIOD_NAMES: Final = ("7d", "30d", "90d")


@click.command()
@reads
@click.option(
    "--theme",
    "themes",
    multiple=True,
    default=("auto",),
    show_default=True,
    help="A theme, or several: names or files.",
)
@weeks_option
@looks
@click.option("--card", "cards", multiple=True, help="Only this card; may be given again. Default: all.")
@click.option("--badge", "badges", multiple=True, help="Only this badge; may be given again. Default: all.")
@click.option("--png/--no-png", default=True, help="Whether every card is drawn as a PNG too.")
@click.option("--public-id", default="me", show_default=True, help="Whose answers these are: letters, digits, - and _.")
@click.option("--people", type=click.Path(path_type=Path, dir_okay=False), help="A TOML file that lists many people.")
@click.option("--base-url", default="", help="Where DIR is on the web, for the snippets on the page.")
@check_option
@keep_unchanged_option
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
    look: Look,
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

    design = site.Design(_themes(themes), _cards(cards), _badges(badges), png=png, look=look, base_url=base_url)
    check_address(base_url)
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

    themes = tuple(themed(name) for name in names)
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
def _drawing() -> Iterator[Callable[[Sequence[tuple[Svg, float]]], Iterable[bytes]]]:
    """Draws PNGs, on every core once there are so many that processes are worth their start."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from usagestats.raster import scaled

    with ExitStack() as stack:

        @cache
        def pool() -> ProcessPoolExecutor:
            return stack.enter_context(ProcessPoolExecutor(mp_context=get_context("spawn")))

        def draw(pictures: Sequence[tuple[Svg, float]]) -> Iterable[bytes]:
            alone = len(pictures) < POOLED_PICTURES or os.cpu_count() == 1
            return map(scaled, pictures) if alone else pool().map(scaled, pictures)

        yield draw


def _say_built(report: Report, output: Path, *, check: bool) -> None:
    wrote, removed, left = ([output / path for path in paths] for paths in (report.wrote, report.removed, report.left))
    _say_changed(wrote, report.unchanged, removed, left, check=check)


def _say_changed(
    wrote: Sequence[Path], unchanged: int, removed: Sequence[Path], left: Sequence[Path], *, check: bool
) -> None:
    """How much was written; a check names each file, and fails if there is one."""
    changed = [(path, "would write") for path in wrote] + [(path, "would remove") for path in removed]
    if check:
        click.echo("".join(f"{word} {path}\n" for path, word in changed), err=True, nl=False)
    click.echo("".join(f"left {path}: it was changed by hand\n" for path in left), err=True, nl=False)
    gone = f", {'would remove' if check else 'removed'} {len(removed)}" if removed else ""
    click.echo(f"{'would write' if check else 'wrote'} {len(wrote)}, unchanged {unchanged}{gone}", err=True)
    if check and changed:
        click.get_current_context().exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@reads
@period_option
@theme_option
@click.option(
    "--assets",
    type=click.Path(path_type=Path, file_okay=False),
    help="For its pictures. Default: usagestats beside it.",
)
@click.option("--base-url", default="", help="Where FILE's folder is on the web, for absolute links.")
@check_option
@keep_unchanged_option
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

    A section shows a card, with theme=NAME, period=30d and a look (title="Our team" numbers=full) as it likes, badges
    (badges total_tokens streak style=flat), or a table of text (table by=model period=30d).
    The pictures go to a folder beside FILE. Nothing outside of the sections is touched.

    \b
    Example:
      usagestats readme README.md events.jsonl --name "Alex Smith"
    """
    from usagestats import periods
    from usagestats import readme as readmes

    periods.window(period, periods.EPOCH)
    check_address(base_url)
    updated = readmes.update(
        file,
        lambda names: read(*names),
        assets or file.parent / "usagestats",
        period=period,
        theme=themed(theme),
        base_url=base_url,
        check=check,
        keep_unchanged=keep_unchanged,
    )
    _say_changed(updated.changed, updated.unchanged, updated.removed, updated.left, check=check)
