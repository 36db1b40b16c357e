"""The commands that give the documented answer: once, or over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from usagestats.cli.reading import period_option, reads, searched, source_option
from usagestats.cli.writing import check_ending, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.summary import Summary


@click.command()
@reads
@period_option
@click.option("--fields", default="", help="Comma list of what to give, such as name,stats.total_tokens. Default: all.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A .json file instead of stdout.")
def summary(read: Callable[..., list[Summary]], period: str, fields: str, output: Path | None) -> None:
    """Print the documented JSON.

    \b
    Example:
      usagestats summary events.jsonl --period 30d --fields name,stats.total_tokens
    """
    check_ending(output, ".json")
    (found,) = read(period)
    put((found.to_json(fields, indent=2) + "\n").encode(), output)


@click.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@source_option
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

    A client has 30 s to send its request and 30 s to take the answer; a connection that rests is closed after 5 s.
    500 connections are open at a time; of more, the one that has rested longest makes room. A request has at most
    16 kB. Told to stop, it still answers for up to 10 s.

    \b
    Example:
      usagestats serve events.jsonl --public-id 1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd
    """
    from usagestats import serving
    from usagestats.sources import records

    known = serving.names(names) | ({public_id: name} if public_id else {})
    shelf = serving.shelf(inputs, lambda places: records(searched(places, source).found), public_id, known)
    with serving.listening(host, port) as (socket, url):
        application = serving.application(shelf, **limits)
        click.echo(f"serving {url}/api/v1/public/{public_id or '{public_id}'}", err=True)
        serving.run(application, socket)
