"""Claude Code's transcripts: ``projects/**/*.jsonl``, one JSON object a line.

What counts: ``assistant`` lines with ``usage`` (requests), ``user`` lines (prompts and tool results: instants, commits,
lines of code), and ``progress`` lines that embed a subagent's message. Every other line is passed over.

How a line is read says `sources.claude_code_reading`. Nothing of a prompt, path or command is kept: of a command, only
whether it commits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.claude_code_raw import INERT
from usagestats.sources.claude_code_reading import Reading
from usagestats.sources.lines import BOM, each
from usagestats.sources.logs import Logs, below
from usagestats.sources.settling import Sightings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from usagestats.events import Reject, Table

_MARKS = re.compile(rb'"(?:isSidechain|leafUuid|userType)"\s*:')
_CHATS = re.compile(rb'"(?:parts|usageMetadata)"\s*:')
"""Keys of Qwen Code's chats, which else look alike."""


@dataclass(frozen=True, slots=True)
class ClaudeCode(Logs):
    """The source: where the transcripts lie, how they are recognised and how they are read."""

    name: str = "claude_code"
    application: str = "claude-code"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The transcripts below the folder, sorted.

        A folder that cannot be listed stands for itself, and is refused, with its name, on reading.
        """
        return below(root, lambda path: path.suffix == ".jsonl")

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a transcript: by its place below one of the default roots, or by its first keys."""
        if path.suffix != ".jsonl":
            return False
        folders = path.as_posix().rpartition("/")[0] + "/"
        if "/.claude/projects/" in folders or "/.config/claude/projects/" in folders:
            return True
        return head.removeprefix(BOM).startswith(INERT) or bool(_MARKS.search(head) and not _CHATS.search(head))

    def family(self, path: Path) -> Path:
        """The project's folder: sessions are resumed and forked there, and their subagents lie below.

        >>> from pathlib import Path
        >>> SOURCE.family(Path("/home/me/.claude/projects/-home-me-app/0a1b/subagents/agent-1.jsonl")).name
        '-home-me-app'
        """
        return next((folder for folder in path.parents if folder.parent.name == "projects"), path.parent)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The same by column.

        Args:
            paths: The transcripts. Forks and subagents are settled right only if their parents are among them.
            progress: Called with the number of bytes after each file.
        """
        gathering = self.gathering()
        yield from gathering.rejects(paths, progress)
        yield from gathering.tables()

    def only_grows(self, path: Path) -> bool:  # noqa: ARG002 - they all do
        """Whether a transcript can be read on where it ended."""
        return True

    def gathering(self) -> Gathering:
        """What reads transcripts in parts."""
        return Gathering(Sightings(self.application, "anthropic"), self.pause_us)


SOURCE: Final = ClaudeCode()
"""The source as the entry point names it."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """Transcripts read in parts, here or in other processes."""

    sightings: Sightings
    pause_us: int

    def chosen(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Those that are to be read: all."""
        return paths

    def rejects(self, paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Iterator[Reject]:
        """Reads transcripts to their ends; gives what is refused."""
        return each(paths, lambda path, file: Reading(path, self.sightings).rejects(file), progress)

    def tail(self, path: Path, state: bytes) -> Reading:
        """What reads a transcript on where it ended."""
        reading = Reading(path, self.sightings)
        if state:
            reading.recall(state)
        return reading

    def nameless(self) -> bytes:
        """All that was read, ids as hashes."""
        from usagestats.sources.nameless import add_sightings
        from usagestats.sources.packing import packed_sightings

        hashes = Sightings(self.sightings.application, self.sightings.house)
        add_sightings(hashes, self.sightings)
        return packed_sightings(hashes)

    def packed(self) -> bytes:
        """All that was read."""
        from usagestats.sources.packing import packed_sightings

        return packed_sightings(self.sightings)

    def merge(self, packed: bytes) -> None:
        """Adds what was read elsewhere."""
        from usagestats.sources.packing import merge_sightings

        merge_sightings(self.sightings, packed)

    def tables(self) -> Iterator[Table]:
        """The records, once everything has been read."""
        return self.sightings.tables(self.pause_us)
