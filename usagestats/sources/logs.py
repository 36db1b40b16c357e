"""What the sources of all agents share: where logs lie, and their records one by one."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Final

from usagestats.events import Reject
from usagestats.sources.places import PLACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from usagestats.events import Table


HEAD_BYTES: Final = 16_384
"""How much of a file is looked at to tell what it is."""
UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""What agents name sessions, and their files, by."""


class Logs(ABC):
    """The logs of an agent."""

    __slots__ = ()
    name: str

    def roots(self, env: Mapping[str, str], home: Path) -> list[Path]:
        """The folders where its logs lie, there or not."""
        return PLACES[self.name](env, home)

    @property
    def origin(self) -> str:
        """What kind of source it is."""
        return "transcript"

    def family(self, path: Path) -> Path | None:  # noqa: ARG002
        """The folder within which the logs that have to do with this one mostly lie; None if that cannot be told.

        An archive has others read again only if it turns out that they were needed.
        """
        return None

    @abstractmethod
    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these logs by column, copies settled across all of them; rejects come first, as they are met.

        Args:
            paths: The logs. Forks and subagents are settled right only if their parents are among them.
            progress: Called with the number of bytes after each file.
        """

    def read_all(self, paths: Iterable[Path]) -> Iterator[dict[str, object] | Reject]:
        """The same one by one."""
        for found in self.tables(paths):
            if isinstance(found, Reject):
                yield found
            else:
                yield from found.records()

    def read(self, path: Path) -> Iterator[dict[str, object] | Reject]:
        """The records of one log alone."""
        return self.read_all([path])


def below(root: Path, keep: Callable[[Path], bool]) -> list[Path]:
    """The files below the folder that are to be kept, sorted; a file stands for itself.

    A folder that cannot be listed stands for itself, too, and is refused, with its name, on reading.
    """
    if root.is_file():
        return [root]
    closed: list[Path] = []
    found = [
        path
        for folder, _, names in os.walk(root, onerror=lambda error: closed.append(Path(error.filename)))
        for path in (Path(folder, name) for name in names)
        if keep(path)
    ]
    return sorted(found + [folder for folder in closed if folder.exists()])


def head_of(path: Path) -> bytes:
    """The beginning of the file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def size_of(path: Path) -> int:
    """How many bytes the file has; none if it is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
