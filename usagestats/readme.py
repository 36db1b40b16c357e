"""A README kept up to date: sections that show cards and badges as pictures, or numbers as a table of text.

`filled` is pure: a text and summaries go in, the text with its sections filled and the files that it refers to come
out; `update` reads and writes. The pictures lie in a folder of their own, beside the documented JSON of each period.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urljoin

from usagestats import badges
from usagestats.cards import CARDS, Look, Svg
from usagestats.cards.look import OPTIONS, PLAIN
from usagestats.cuts import SHADES, called, cuts, pair
from usagestats.errors import InputError, InvalidBadge, InvalidLook, UnknownStat, UnknownTheme, one_of, shown
from usagestats.files import differs, replaced
from usagestats.folder import Folder, Report
from usagestats.keeping import document_at, says_the_same
from usagestats.periods import PERIODS
from usagestats.sections import EXAMPLE, Section, inject, sections
from usagestats.snippets import DARK, PHONE, Picture, Source, image, markdown
from usagestats.tables import COLUMNS, text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from usagestats.summary import Summary
    from usagestats.themes import Theme

TABLE: Final = "table"
BADGES: Final = "badges"
FLAT: Final = "flat"
MANIFEST: Final = "readme-manifest.json"
"""Which pictures are whose: several READMEs may share a folder, with each other and with a site."""
OPTIONS_OF: Final = {TABLE: ("period", "by"), BADGES: ("period", "style", "color")}
OPTIONS_OF_CARDS: Final = ("period", "theme", *OPTIONS)
HOUSE_THEME: Final = "github"
"""The theme whose files go without a name."""
BACKTICKS: Final = re.compile("`+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a section asks for."""

    kind: str
    """A card, ``badges`` or ``table``."""
    period: str
    theme: str | Theme = "auto"
    """Of a card."""
    look: Look = PLAIN
    """The same."""
    by: str = "model"
    """Of a table: one of `usagestats.tables.COLUMNS`."""
    names: tuple[str, ...] = ()
    """Of badges: some of `usagestats.badges.STATS`."""
    style: str = FLAT
    """Of badges: one of `usagestats.badges.STYLES`."""
    color: str | None = None
    """Of badges, in place of their own."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The files beside a README, by name, and how it refers to them."""

    link: Callable[[str, bytes], str]
    """The address of a file of that name and content."""
    kept: Callable[[str, str], bytes | None] = lambda _name, _period: None
    """A file of a period that stands there and stays as it is; None if it is to be made."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What is to stand there."""

    def address(self, name: str, period: str, make: Callable[[], str]) -> tuple[str, str]:
        """Where the file of that name is found, and its text."""
        content = self.files.get(name) or self.kept(name, period) or make().encode()
        self.files[name] = content
        return self.link(name, content), content.decode()


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to."""

    changed: tuple[Path, ...]
    """The files that were written, or in a check would be."""
    unchanged: int
    removed: tuple[Path, ...] = ()
    """Pictures that no section needs any more; they were removed, or would be."""
    left: tuple[Path, ...] = ()
    """The same, but changed by hand: they were left."""


def asked(found: Sequence[Section], *, period: str = "7d", theme: str | Theme = "auto") -> list[Wanted]:
    """What the sections ask for.

    Args:
        found: The sections.
        period: What a section without one means.
        theme: The same.

    Raises:
        InputError: if a section asks for something that is not known; names its line.
    """
    return [_wanted(section, Wanted(section.kind, period, theme)) for section in found]


def filled(
    document: bytes,
    found: Sequence[Section],
    wanted: Sequence[Wanted],
    summaries: Mapping[str, Summary],
    assets: Assets,
) -> bytes:
    """The text with its sections filled; the files that it refers to are added to the assets.

    Args:
        document: The text.
        found: Its sections.
        wanted: What each of them asks for.
        summaries: By period.
        assets: Where pictures lie.
    """
    return inject(document, found, [_content(one, summaries[one.period], assets) for one in wanted])


def update(
    path: Path,
    summarized: Callable[[Sequence[str]], Sequence[Summary]],
    folder: Path,
    *,
    period: str = "7d",
    theme: str | Theme = "auto",
    base_url: str = "",
    check: bool = False,
    keep_unchanged: bool = False,
) -> Updated:
    """Fill the sections of a file, and lay down what they show.

    Args:
        path: The README.
        summarized: Gives the summaries of these periods.
        folder: Where its pictures go.
        period: What a section without one means.
        theme: The same.
        base_url: The address of the README's folder, for absolute links; empty for relative ones.
        check: Write nothing.
        keep_unchanged: Leave the pictures of a period as they are while its numbers are those of its document there.

    Raises:
        InputError: if the file has no sections or wrong ones, or cannot be read or written.
    """
    target = path.resolve()
    document = _read(target)
    found = sections(document, path.name)
    if not found:
        message = f"{path.name} has no sections to fill; put {EXAMPLE} there, each on a line of its own"
        raise InputError(message)
    wanted = asked(found, period=period, theme=theme)
    periods = [name for name in PERIODS if any(one.period == name for one in wanted)]
    summaries = dict(zip(periods, summarized(periods), strict=True))
    still = {name for name in periods if keep_unchanged and _stands(folder, summaries[name])}
    assets = Assets(_links(target, folder, base_url), _kept(folder, still))
    text = filled(document, found, wanted, summaries, assets)
    laid = _lay(Folder(folder, lambda _: (), check, MANIFEST), assets, target)
    changed = target if (differs if check else replaced)(target, text) else None
    report = laid.close() if laid.entries or laid.known else Report((), 0, (), ())
    wrote = [folder / name for name in report.wrote]
    return Updated(
        tuple([*wrote, changed] if changed else wrote),
        report.unchanged + (0 if changed else 1),
        tuple(folder / name for name in report.removed),
        tuple(folder / name for name in report.left),
    )


# ------------------------------------------------------------------------------------------------------------- wanted


def _wanted(section: Section, default: Wanted) -> Wanted:
    _known(section, "a section", (*CARDS, BADGES, TABLE), section.kind)
    allowed = OPTIONS_OF.get(section.kind, OPTIONS_OF_CARDS)
    for key in section.options:
        _known(section, f"an option of {section.kind}", allowed, key)
    _known(section, "period", PERIODS, section.options.get("period", default.period))
    _known(section, "by", COLUMNS, section.options.get("by", default.by))
    _known_theme(section, section.options.get("theme", default.theme))
    _known_badges(section)
    asked = {key: text for key, text in section.options.items() if key not in OPTIONS}
    return replace(default, **asked, names=section.names, look=_look(section))


def _known(section: Section, what: str, allowed: Sequence[str] | Mapping[str, object], came: str) -> None:
    if came not in allowed:
        message = f"{section.place}: {one_of(what, allowed, came)}"
        raise InputError(message)


def _known_theme(section: Section, theme: str | Theme) -> None:
    try:
        pair(theme)
    except UnknownTheme as error:
        message = f"{section.place}: {error}"
        raise InputError(message) from error


def _known_badges(section: Section) -> None:
    given, message = section.options, ""
    if section.kind != BADGES:
        message = f"an option is key=value, such as period=30d, not {shown(section.names[0])}" if section.names else ""
    elif not section.names:
        message = f"badges names what to show, such as {BADGES} total_tokens streak style=flat"
    try:
        for name in section.names if not message else ():
            badges.check(name, style=given.get("style", FLAT), color=given.get("color"))
    except (InvalidBadge, UnknownStat) as error:
        message = str(error)
    if message:
        message = f"{section.place}: {message}"
        raise InputError(message)


def _look(section: Section) -> Look:
    try:
        return Look.of({key: text for key, text in section.options.items() if key in OPTIONS})
    except InvalidLook as error:
        message = f"{section.place}: {error}"
        raise InputError(message) from error


# ------------------------------------------------------------------------------------------------------------ content


def _content(wanted: Wanted, summary: Summary, assets: Assets) -> str:
    if wanted.kind == TABLE:
        return fenced(text_table(summary, wanted.by))
    if wanted.kind == BADGES:
        return " ".join(image(_badge(wanted, name, summary, assets)) for name in wanted.names)
    return markdown(_picture(wanted, summary, assets))


def fenced(text: str) -> str:
    """The text as a code block; its fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _badge(wanted: Wanted, stat: str, summary: Summary, assets: Assets) -> Picture:
    """One badge; its file is called by what it shows and by what it does not have from itself."""
    period, style, color = wanted.period, wanted.style, wanted.color
    marks = [mark for mark in (style if style != FLAT else "", (color or "").lstrip("#").lower()) if mark]
    name = "-".join(["badge", stat, period, *marks])
    assets.address(f"{period}.json", period, lambda: summary.to_json() + "\n")
    address, text = assets.address(f"{name}.svg", period, lambda: badges.badge(summary, stat, style=style, color=color))
    svg = Svg(text)
    return Picture(address, *svg.size_px, svg.alt)


def _picture(wanted: Wanted, summary: Summary, assets: Assets) -> Picture:
    """The picture with its other cuts; a card that is narrow anyhow has none for phones."""
    base, shade = pair(wanted.theme)
    label = "" if base == HOUSE_THEME else f"-{called(wanted.theme)}"
    label += "" if wanted.look == PLAIN else f"-{wanted.look.mark}"
    every = [(compact, of) for compact in (False, True) for of in SHADES]
    known = dict(zip(every, cuts(wanted.kind, wanted.theme, label, wanted.look), strict=True))

    def laid(shade: str, *, compact: bool) -> tuple[str, Svg]:
        one = known[compact, shade]
        address, text = assets.address(f"{one.stem(wanted.period)}.svg", wanted.period, lambda: one.drawn(summary))
        return address, Svg(text)

    assets.address(f"{wanted.period}.json", wanted.period, lambda: summary.to_json() + "\n")
    address, drawn = laid(shade, compact=False)
    width, height = drawn.size_px
    phone = known[True, shade].drawn(summary).laid_out_px < drawn.laid_out_px
    queries = [(f"{PHONE} and {DARK}", "-dark", True), (PHONE, shade or "-light", True), (DARK, "-dark", False)]
    sources = [
        Source(query, laid(of, compact=compact)[0])
        for query, of, compact in queries
        if (phone or not compact) and not (shade and DARK in query)
    ]
    return Picture(address, width, height, drawn.alt, tuple(sources))


# -------------------------------------------------------------------------------------------------------------- files


def _lay(folder: Folder, assets: Assets, target: Path) -> Folder:
    """Lay the files of a README down, and keep those of others; the folder is closed once nothing links to old ones."""
    here = Path(os.path.relpath(target, folder.root.resolve())).as_posix()
    for name, entry in folder.known.items():
        others = _readmes(entry, folder.root) - {here}
        if others and name not in assets.files:
            folder.entries[name] = {**entry, "shows": {"readmes": sorted(others)}}
    for name, content in assets.files.items():
        others = _readmes(folder.known.get(name, {}), folder.root)
        folder.put(name, content.decode(), {"readmes": sorted(others | {here})})
    return folder


def _readmes(entry: Mapping[str, Any], root: Path) -> set[str]:
    """The READMEs, still there, that need a file."""
    shows = entry.get("shows")
    names = shows.get("readmes") if isinstance(shows, dict) else None
    return {str(name) for name in names if (root / str(name)).is_file()} if isinstance(names, list) else set()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message) from error


def _stands(folder: Path, summary: Summary) -> bool:
    return says_the_same(document_at(folder / f"{summary.period.name}.json"), summary)


def _kept(folder: Path, still: set[str]) -> Callable[[str, str], bytes | None]:
    def kept(name: str, period: str) -> bytes | None:
        path = folder / name
        return _read(path) if period in still and path.is_file() else None

    return kept


def _links(path: Path, folder: Path, base_url: str) -> Callable[[str, bytes], str]:
    beside = quote(Path(os.path.relpath(folder, path.parent)).as_posix())

    def link(name: str, content: bytes) -> str:
        relative = f"{beside}/{quote(name)}"
        if not base_url:
            return relative
        return f"{urljoin(base_url.rstrip('/') + '/', relative)}?v={hashlib.sha256(content).hexdigest()[:12]}"

    return link
