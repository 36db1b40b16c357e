"""Where a command writes, and how its pictures look."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from usagestats.summary import Summary
    from usagestats.themes import Theme

theme_option = click.option(
    "--theme", default="auto", show_default=True, help="A theme, such as nord or dark, or a .toml file of one's own."
)

check_option = click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would change.")

keep_unchanged_option = click.option(
    "--keep-unchanged", is_flag=True, help="Leave a period's files alone while its numbers stay the same."
)


def looks(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how a card looks besides its theme; the command gets them as one."""

    @click.option("--title", default="", help="What stands in place of the name.")
    @click.option("--hide", multiple=True, help="A stat that is not shown, such as total_commits; a comma list.")
    @click.option("--width", help="How wide it is shown, in pixels; the height follows.")
    @click.option("--radius", help="How round its corners are, 0 to 64 pixels.")
    @click.option("--numbers", default="compact", show_default=True, help="compact, or full: every digit.")
    @click.option("--locale", default="en", show_default=True, help="Its language: en, de, ja or ar, or such as de-AT.")
    @click.option("--border/--no-border", default=True, help="Whether a line runs around it.")
    @wraps(command)
    def looking(
        read: Callable[..., list[Summary]],
        hide: tuple[str, ...],
        width: str | None,
        radius: str | None,
        *,
        border: bool,
        **rest: Any,  # noqa: ANN401 - the command's own options
    ) -> None:
        from usagestats.cards import Look

        given = {name: rest.pop(name) for name in ("title", "numbers", "locale")} | {"hide": ",".join(hide)}
        given |= {"border": "yes" if border else "no", "width": width, "radius": radius}
        look = Look.of({name: text for name, text in given.items() if text is not None})
        command(read, look=look, **rest)

    return looking


def put(content: bytes, output: Path | None) -> None:
    """Write to a file, or to standard output where none is named.

    Raises:
        InputError: if the file cannot be written.
    """
    if output is None:
        sys.stdout.buffer.write(content)
        return
    from usagestats.files import replaced

    replaced(output, content)


def themed(theme: str) -> str | Theme:
    """The theme of that name or file; what can hardly be read in a file's colours is said on standard error."""
    from usagestats import themes

    if not theme.endswith(".toml"):
        themes.palettes(theme)
        return theme
    look = themes.load(theme)
    for said in themes.faint(look):
        click.echo(f"{theme}: {said}", err=True)
    return look


def check_ending(output: Path | None, *endings: str) -> None:
    """Refuse a file whose ending tells nothing that can be written.

    Raises:
        click.UsageError: if it has another one.
    """
    if output is not None and output.suffix not in endings:
        message = f"-o must end in {' or '.join(endings)}, not {output.name!r}"
        raise click.UsageError(message)


def check_address(base_url: str) -> None:
    """Refuse what is no address on the web; none at all is fine.

    Raises:
        click.UsageError: if it is none.
    """
    if base_url and (not base_url.startswith(("https://", "http://")) or not base_url.isprintable() or " " in base_url):
        message = f"--base-url must be an address that begins with https:// or http://, not {base_url!r}"
        raise click.UsageError(message)
