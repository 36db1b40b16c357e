"""A folder of finished files that knows, by its manifest, which of them it wrote.

Files appear whole or not at all, only those whose bytes change are written, and a PNG is drawn only when the SVG that
it shows has changed. What an earlier run wrote and this one does not is removed, unless somebody changed it since;
files that no manifest names are never touched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from usagestats.errors import InputError
from usagestats.files import differs, replaced
from usagestats.keeping import document_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from usagestats.cards import Svg

MANIFEST: Final = "manifest.json"
SCHEMA_VERSION: Final = 1
PICTURES: Final = 48
"""How many PNGs wait to be drawn together."""

Entry = dict[str, Any]
Draw = Callable[["Sequence[tuple[Svg, float]]"], Iterable[bytes]]
"""Draws PNGs, each so many pixels to a CSS pixel, in order."""
SCALE: Final = 2.0
"""What goes without saying in the manifest."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to."""

    wrote: tuple[str, ...]
    """The files that were written, or in a check would be; paths from the folder, with ``/``."""
    unchanged: int
    removed: tuple[str, ...]
    """The files that were, or would be."""
    left: tuple[str, ...]
    """Files that would be removed, had nobody changed them."""


@dataclass(slots=True)
class Folder:
    """The folder, while a run fills it."""

    root: Path
    draw: Draw
    check: bool = False
    """Whether to write nothing."""
    manifest: str = MANIFEST
    """The name of its manifest: one folder may be filled for several purposes, each with its own."""
    known: dict[str, Entry] = field(init=False)
    entries: dict[str, Entry] = field(default_factory=dict, init=False)
    wrote: list[str] = field(default_factory=list, init=False)
    waiting: list[tuple[str, Svg, float]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Read the manifest."""
        self.known = _known(self.root, self.manifest)

    def has(self, path: str, shows: Mapping[str, object]) -> bool:
        """Whether a file stands there, as it was written, that an earlier run wrote to show the same thing."""
        entry = self.known.get(path, {})
        return entry.get("shows") == shows and _is(self.root / path, entry)

    def keep(self, path: str) -> str:
        """Leave a file of an earlier run as it is; gives its text."""
        self.entries[path] = self.known[path]
        return (self.root / path).read_text("utf-8")

    def keep_picture(self, path: str) -> None:
        """Leave a PNG of an earlier run as it is."""
        self.entries[path] = self.known[path]

    def put(self, path: str, text: str, shows: Mapping[str, object]) -> None:
        """Give a file this text."""
        content = text.encode()
        self.entries[path] = {"sha256": sha256(content), "shows": shows}
        self._write(path, content)

    def put_picture(self, path: str, svg: Svg, shows: Mapping[str, object], scale: float = SCALE) -> None:
        """Give a file the PNG of this SVG, ``scale`` pixels to a CSS pixel."""
        before, drawn = self.known.get(path, {}), sha256(svg.encode())
        if (before.get("svg_sha256"), before.get("scale", SCALE)) == (drawn, scale) and _is(self.root / path, before):
            self.entries[path] = before | {"shows": shows}
            return
        self.entries[path] = {"svg_sha256": drawn, "shows": shows} | ({} if scale == SCALE else {"scale": scale})
        if self.check:
            self.wrote.append(path)
            return
        self.waiting.append((path, svg, scale))
        if len(self.waiting) >= PICTURES:
            self._draw()

    def close(self) -> Report:
        """Draw what waits, remove what is stale, and write the manifest."""
        self._draw()
        removed, left = self._stale()
        files = dict(sorted(self.entries.items()))
        if not self.check or not self.wrote:
            manifest = json.dumps({"schema_version": SCHEMA_VERSION, "files": files}, indent=1, ensure_ascii=False)
            self._write(self.manifest, (manifest + "\n").encode())
        else:
            self.wrote.append(self.manifest)
        wrote = tuple(self.wrote)
        return Report(wrote, len(files) + 1 - len(wrote), tuple(removed), tuple(left))

    def _write(self, path: str, content: bytes) -> None:
        place = self.root / path
        if differs(place, content) if self.check else replaced(place, content, durable=path == self.manifest):
            self.wrote.append(path)

    def _draw(self) -> None:
        drawn = self.draw([(svg, scale) for _, svg, scale in self.waiting])
        for (path, _, _), content in zip(self.waiting, drawn, strict=True):
            self.entries[path] = {"sha256": sha256(content), **self.entries[path]}
            self._write(path, content)
        self.waiting.clear()

    def _stale(self) -> tuple[list[str], list[str]]:
        removed: list[str] = []
        left: list[str] = []
        for path in sorted(self.known.keys() - self.entries.keys()):
            place = self.root / path
            if not place.is_file():
                continue
            if not _is(place, self.known[path]):
                left.append(path)
                continue
            removed.append(path)
            if not self.check:
                _remove(place, self.root)
        return removed, left


def sha256(content: bytes) -> str:
    """The hash, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _is(path: Path, entry: Entry) -> bool:
    """Whether a file still holds what was written."""
    return path.is_file() and sha256(path.read_bytes()) == entry.get("sha256")


def _remove(path: Path, root: Path) -> None:
    """Remove a file, and the folders that it leaves empty."""
    try:
        path.unlink()
    except OSError as error:
        message = f"{path} cannot be removed: {error.strerror or error}"
        raise InputError(message) from error
    for folder in takewhile(lambda folder: folder != root, path.parents):
        if any(folder.iterdir()):
            break
        folder.rmdir()


def _known(root: Path, name: str) -> dict[str, Entry]:
    """The files of an earlier run; nothing where there is no manifest, or a damaged one.

    Raises:
        InputError: if the manifest is somebody else's.
    """
    manifest = document_at(root / name)
    if isinstance(manifest, dict) and "schema_version" not in manifest:
        message = f"{root / name} was not written by usagestats; give a folder of its own"
        raise InputError(message)
    if not isinstance(manifest, dict) or manifest["schema_version"] != SCHEMA_VERSION:
        return {}
    files = manifest.get("files")
    if not isinstance(files, dict):
        return {}
    return {path: entry for path, entry in files.items() if isinstance(entry, dict) and _is_inside(path, root, name)}


def _is_inside(path: str, root: Path, manifest: str) -> bool:
    """Whether a path of a manifest stays in its folder, wherever links lead: nothing else may ever be removed."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or path == manifest:
        return False
    return (root / path).parent.resolve().is_relative_to(root.resolve())
