"""A folder for any static host: the documented answers, the cards of one person or of many, and a page to find them.

`build` lays down the site of one person, `build_many` that of many. With ``keep_unchanged`` a
period's files stay as they are while its numbers do, and they stay true as of their document's ``generated_at``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from usagestats import webpage
from usagestats.badges import STATS, badge, badge_endpoint
from usagestats.cards import CARDS, Look, Svg
from usagestats.cards.look import PLAIN
from usagestats.cuts import Cut, Drawings, called, cuts
from usagestats.errors import NotFound, document
from usagestats.keeping import document_at, says_the_same
from usagestats.raster import scale_of
from usagestats.snippets import DARK, PHONE, Picture, Source
from usagestats.summary_schema import summary_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from usagestats.folder import Folder, Report
    from usagestats.roster import Person
    from usagestats.summary import Summary
    from usagestats.themes import Theme

FIRST_PERIOD: Final = "7d"
"""What the API answers where no period is asked for."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a site shows."""

    themes: tuple[str | Theme, ...] = ("auto",)
    """The first one's files go without its name."""
    cards: tuple[str, ...] = CARDS
    badges: tuple[str, ...] = tuple(STATS)
    """Of seven days, as the answer without a period is."""
    png: bool = True
    """Whether every card is there as a PNG too."""
    look: Look = PLAIN
    """How every card looks besides its theme."""
    base_url: str = ""
    """Where the folder is on the web, for the snippets of its pages; empty if a page is to find out itself."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site, not made yet."""

    path: str
    """Where it lies, from the site's folder, with ``/``."""
    shows: Mapping[str, object]
    """What it shows, as the manifest says it."""
    make: Callable[[], str]
    """Its text."""
    png: str = ""
    """Where the PNG of it lies, if there is one."""
    cut: Cut | None = None


def lay(
    folder: Folder,
    summaries: Iterable[Summary],
    design: Design,
    *,
    public_id: str = "me",
    home: str = "",
    keep_unchanged: bool = False,
) -> None:
    """Lay down the answers, the cards and the page of one person.

    Args:
        folder: Where.
        summaries: One a period, all of the same person.
        design: What to show.
        public_id: Whose answers these are: letters, digits, ``-`` and ``_``.
        home: The folder of their cards and page, from the site's, with a ``/`` at its end; empty for the site's own.
        keep_unchanged: Leave a period's files alone while its numbers stay the same.

    Raises:
        UnknownCard: There is no card of that name.
        UnknownStat: There is no badge of that name.
        UnknownTheme: There is no theme of that name.
        InputError: A file cannot be read or written.
    """
    shown: list[webpage.Shown] = []
    badges: list[webpage.Badge] = []
    name = ""
    for summary in summaries:
        name = summary.name
        planned = [*_answers(summary, public_id), *_cards(summary, design, public_id, home)]
        planned += _badges(summary, design, public_id, home)
        stays = keep_unchanged and _stands(folder, planned, summary)
        texts = {page.path: _laid(folder, page, stays=stays) for page in planned}
        shown.append(_shown(planned, texts, home))
        badges += _shown_badges(planned, texts, home)
    themes = [(label, called(theme)) for label, theme in zip(_labels(design), design.themes, strict=True)]
    base_url = f"{design.base_url.rstrip('/')}/{home}" if design.base_url else ""
    text = webpage.person_page(name, shown, badges, themes, base_url, "../" * home.count("/"))
    folder.put(f"{home}index.html", text, {"page": public_id})


def build(
    folder: Folder, summaries: Iterable[Summary], design: Design, *, public_id: str = "me", keep_unchanged: bool = False
) -> Report:
    """The site of one person; see `lay`.

    Raises:
        UsageStatsError: as `lay` does.
    """
    lay(folder, summaries, design, public_id=public_id, keep_unchanged=keep_unchanged)
    lay_common(folder)
    return folder.close()


def build_many(
    folder: Folder,
    everybody: Iterable[tuple[Person, Iterable[Summary]]],
    design: Design,
    *,
    keep_unchanged: bool = False,
) -> Report:
    """The site of many people: cards and page of each lie in a folder that is called by their ``public_id``.

    Raises:
        UsageStatsError: as `lay` does.
    """
    listed = []
    for person, summaries in everybody:
        home = f"{person.public_id}/"
        lay(folder, summaries, design, public_id=person.public_id, home=home, keep_unchanged=keep_unchanged)
        listed.append((person.public_id, person.name))
    lay_common(folder)
    folder.put("index.html", webpage.people_page(listed), {"page": "people"})
    return folder.close()


def lay_common(folder: Folder) -> None:
    """Lay down what belongs to nobody: the answer where there is nobody, and the schema of all others."""
    folder.put("404.json", json.dumps(document(NotFound())) + "\n", {"error": NotFound.code})
    schema = json.dumps(summary_schema(), indent=1, ensure_ascii=False) + "\n"
    folder.put("api/v1/summary.schema.json", schema, {"schema": "summary"})


# -------------------------------------------------------------------------------------------------------------- pages


def _answers(summary: Summary, public_id: str) -> Iterator[Page]:
    period = summary.period.name

    def made() -> str:
        return summary.to_json() + "\n"

    shows = {"summary": period, "public_id": public_id}
    yield Page(f"api/v1/public/{public_id}/{period}.json", shows, made)
    if period == FIRST_PERIOD:
        yield Page(f"api/v1/public/{public_id}.json", shows, made)


def _cards(summary: Summary, design: Design, public_id: str, home: str) -> Iterator[Page]:
    period, drawings = summary.period.name, Drawings(summary)
    looks = {} if design.look == PLAIN else {"look": design.look.mark}
    for name in design.cards:
        for theme, label in zip(design.themes, _labels(design), strict=True):
            for cut in cuts(name, theme, label, design.look):
                stem = f"{home}cards/{cut.stem(period)}"
                shows = {"card": name, "period": period, "theme": cut.theme_name, "compact": cut.compact, **looks}
                png = f"{stem}.png" if design.png else ""
                yield Page(f"{stem}.svg", shows | {"public_id": public_id}, partial(drawings.of, cut), png, cut)


def _badges(summary: Summary, design: Design, public_id: str, home: str) -> Iterator[Page]:
    """Each badge of seven days, and the document from which shields.io draws it."""
    if summary.period.name != FIRST_PERIOD:
        return
    for stat in design.badges:
        shows = {"badge": stat, "period": FIRST_PERIOD, "public_id": public_id}
        yield Page(f"{home}badges/{stat}.svg", shows, partial(badge, summary, stat))
        yield Page(f"{home}badges/{stat}.json", shows, partial(_endpoint, summary, stat))


def _endpoint(summary: Summary, stat: str) -> str:
    return json.dumps(badge_endpoint(summary, stat), ensure_ascii=False) + "\n"


def _labels(design: Design) -> tuple[str, ...]:
    """What stands for each theme in the names of files."""
    return ("", *(f"-{called(theme)}" for theme in design.themes[1:]))


# ------------------------------------------------------------------------------------------------------------- laying


def _stands(folder: Folder, planned: Sequence[Page], summary: Summary) -> bool:
    """Whether all of a period's files are there, made for the same purpose, from the same numbers."""
    there = all(
        folder.has(page.path, page.shows) and (not page.png or folder.has(page.png, page.shows)) for page in planned
    )
    return there and says_the_same(document_at(folder.root / planned[0].path), summary)


def _laid(folder: Folder, page: Page, *, stays: bool) -> str:
    """Lay a page down, or leave it; gives its text."""
    if stays:
        if page.png:
            folder.keep_picture(page.png)
        return folder.keep(page.path)
    text = page.make()
    folder.put(page.path, text, page.shows)
    if page.png:
        folder.put_picture(page.png, Svg(text), page.shows, scale_of(str(page.shows["card"])))
    return text


def _shown(planned: Sequence[Page], texts: Mapping[str, str], home: str) -> webpage.Shown:
    """What the page says of a period: the numbers and pictures that lie there now."""
    answer = planned[0]
    pictures = []
    for card_name in dict.fromkeys(page.cut.card for page in planned if page.cut):
        files = [page for page in planned if page.cut and page.cut.card == card_name][:6]
        pictures.append((card_name, _picture(files, texts, home)))
    return webpage.Shown(str(answer.shows["summary"]), answer.path, json.loads(texts[answer.path]), tuple(pictures))


def _shown_badges(planned: Sequence[Page], texts: Mapping[str, str], home: str) -> Iterator[webpage.Badge]:
    drawn = [page for page in planned if "badge" in page.shows and page.path.endswith(".svg")]
    for page in drawn:
        svg, address = Svg(texts[page.path]), page.path.removeprefix(home)
        picture = Picture(address, *svg.size_px, svg.alt)
        yield webpage.Badge(str(page.shows["badge"]), picture, address.replace(".svg", ".json"))


def _picture(files: Sequence[Page], texts: Mapping[str, str], home: str) -> Picture:
    """The first theme's cuts of a card: wide, light, dark, and the same for phones if they are any narrower."""
    follows, _, dark, _, small, small_dark = (page.path.removeprefix(home) for page in files)
    svg = Svg(texts[files[0].path])
    width, height = svg.size_px
    phones = (Source(f"{PHONE} and {DARK}", small_dark), Source(PHONE, small))
    is_narrower = Svg(texts[files[4].path]).laid_out_px < svg.laid_out_px
    return Picture(follows, width, height, svg.alt, (*(phones if is_narrower else ()), Source(DARK, dark)))
