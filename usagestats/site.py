"""A folder for any static host: the documented answers and the cards of one person, as files.

`pages` says what belongs there, `write` lays it down: files appear whole or not at all, only those whose bytes change
are written, and a PNG is drawn only when the SVG it shows has changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from usagestats.cards import CARDS, card
from usagestats.files import replaced
from usagestats.raster import png
from usagestats.themes import shades

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from usagestats.cards import Svg
    from usagestats.summary import Summary
    from usagestats.themes import Theme

MANIFEST: Final = "manifest.json"
SCHEMA_VERSION: Final = 1
FIRST_PERIOD: Final = "7d"
"""What the API answers where no period is asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site."""

    path: str
    """Where it lies, from the site's folder, with ``/``."""
    content: str
    """What it holds."""
    shows: Svg | None = None
    """The picture that a PNG is drawn from; its content stays empty."""


def pages(summaries: Iterable[Summary], *, theme: str | Theme = "auto", public_id: str = "me") -> Iterator[Page]:
    """The site of one person: a summary a period.

    Raises:
        UnknownTheme: if there is no such theme.
    """
    for summary in summaries:
        yield from _answers(summary, public_id)
        yield from _cards(summary, theme)


def write(laid: Iterable[Page], folder: Path) -> tuple[int, int]:
    """Lay the pages down in a folder, and a manifest of them; gives how many files were written and how many were not.

    Raises:
        InputError: if a file cannot be written.
    """
    known = _manifest(folder)
    entries: dict[str, dict[str, str]] = {}
    wrote = 0
    for page in laid:
        entries[page.path], written = _lay(page, folder, known.get(page.path, {}))
        wrote += written
    manifest = json.dumps({"schema_version": SCHEMA_VERSION, "files": dict(sorted(entries.items()))}, indent=1) + "\n"
    wrote += replaced(folder / MANIFEST, manifest.encode())
    return wrote, len(entries) + 1 - wrote


def _answers(summary: Summary, public_id: str) -> Iterator[Page]:
    answer = summary.to_json() + "\n"
    if summary.period.name == FIRST_PERIOD:
        yield Page(f"api/v1/public/{public_id}.json", answer)
    yield Page(f"api/v1/public/{public_id}/{summary.period.name}.json", answer)


def _cards(summary: Summary, theme: str | Theme) -> Iterator[Page]:
    for name in CARDS:
        for compact in (False, True):
            for shade, suffix in zip(shades(theme), ("", "-light", "-dark"), strict=True):
                picture = card(summary, name, theme=shade, compact=compact)
                path = f"cards/{name}-{summary.period.name}{'-compact' if compact else ''}{suffix}"
                yield Page(f"{path}.svg", picture)
                yield Page(f"{path}.png", "", shows=picture)


def _lay(page: Page, folder: Path, known: dict[str, str]) -> tuple[dict[str, str], bool]:
    path = folder / page.path
    if page.shows is None:
        content = page.content.encode()
        return {"sha256": _sha256(content)}, replaced(path, content)
    shown = _sha256(page.shows.encode())
    if known.get("svg_sha256") == shown and path.is_file() and _sha256(path.read_bytes()) == known.get("sha256"):
        return known, False
    content = png(page.shows)
    return {"sha256": _sha256(content), "svg_sha256": shown}, replaced(path, content)


def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    """The files of an earlier build; nothing where there is none, or none that can be understood."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        known = manifest["files"] if manifest["schema_version"] == SCHEMA_VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {path: entry for path, entry in known.items() if isinstance(entry, dict)} if isinstance(known, dict) else {}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
