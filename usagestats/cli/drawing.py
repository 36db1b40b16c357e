"""The commands that draw one picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usagestats.cli.reading import period_option, reads, weeks_option
from usagestats.cli.writing import check_ending, looks, put, theme_option, themed
from usagestats.errors import UnknownCard, one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.cards import Look
    from usagestats.summary import Summary


class NamingCards(click.Command):
    """A command whose help names every card that there is."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help: only now are the cards loaded."""
        from usagestats.cards import CARDS

        self.help = (self.help or "").replace("NAME.", f"NAME: {', '.join(CARDS)}.")
        super().format_help_text(ctx, formatter)


@click.command(cls=NamingCards)
@click.argument("card_name", metavar="NAME")
@reads
@period_option
@theme_option
@weeks_option
@looks
@click.option("--compact", is_flag=True, help="The cut for a phone.")
@click.option("--scale", type=float, help="Pixels of a PNG to a CSS pixel. Default: 2; 1 of a poster, to share.")
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
    scale: float | None,
    output: Path | None,
) -> None:
    """Draw the card NAME.

    \b
    Example:
      usagestats card overview events.jsonl --theme dark -o card.png
    """
    from usagestats import cards, raster

    check_ending(output, ".svg", ".png")
    if card_name not in cards.CARDS:
        raise UnknownCard(one_of("card", cards.CARDS, card_name))
    shade = themed(theme)
    (found,) = read(period, weeks=weeks)
    picture = cards.card(found, card_name, theme=shade, compact=compact, look=look)
    is_png = output is not None and output.suffix == ".png"
    pixels = raster.scale_of(card_name) if scale is None else scale
    put(raster.png(picture, scale=pixels) if is_png else picture.encode(), output)


@click.command()
@click.argument("stat", metavar="STAT")
@reads
@period_option
@weeks_option
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

    check_ending(output, *((".json",) if endpoint else (".svg", ".png", ".json")))
    badges.check(stat, style=style, color=color)
    (found,) = read(period, weeks=weeks)
    if endpoint or (output is not None and output.suffix == ".json"):
        document = badges.badge_endpoint(found, stat, label=label, color=color)
        put((json.dumps(document, ensure_ascii=False) + "\n").encode(), output)
        return
    picture = badges.badge(found, stat, style=style, label=label, color=color)
    is_png = output is not None and output.suffix == ".png"
    put(raster.png(picture) if is_png else picture.encode(), output)
