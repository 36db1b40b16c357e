"""Whether there are plug-ins at all: told by a look at the distributions, before anything is loaded that knows them.

Few people have one, and asking `importlib.metadata` takes as long as reading 10 MB of logs.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP: Final = "usagestats.sources"
"""The group of entry points by which distributions bring sources."""
ABOUT: Final = (".dist-info", ".egg-info", "egg-info")
"""Ends of the names of folders that tell of a distribution; the last is that of an egg."""


def may_bring_sources() -> bool:
    """Whether `importlib.metadata` could find an entry point of the group: it is asked, unless surely not.

    Only folders on the path are looked at. Where there are files, such as eggs and zipped programs, or where finders of
    modules know distributions of their own, it is asked.
    """
    if any(finder is not PathFinder and hasattr(finder, "find_distributions") for finder in sys.meta_path):
        return True
    try:
        return any(GROUP.encode() in points for place in sys.path for points in _entry_points(Path(place)))
    except OSError:
        return True


def _entry_points(place: Path) -> Iterator[bytes]:
    """What the distributions in a folder say of their entry points.

    Raises:
        OSError: it is no folder, or cannot be listed.
    """
    try:
        abouts = [path for path in place.iterdir() if path.name.lower().endswith(ABOUT)]
    except FileNotFoundError:
        return
    for about in abouts:
        try:
            yield (about / "entry_points.txt").read_bytes()
        except OSError:  # there is none, or it is a file of an old kind, which has none
            continue
