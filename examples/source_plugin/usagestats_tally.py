r"""A source for usagestats that need not import it: the logs of a made-up agent called Tally.

Tally writes a line a request, its fields parted by tabs: when it ended, session, model, prompt and output tokens.

    #tally 1
    2026-11-22T08:00:00Z\ts1\tgpt-5.1\t7118\t2978
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEAD = b"#tally 1"
NAMES = ("timestamp", "session_id", "model", "input_tokens", "output_tokens")

name = "tally"
"""What the source is called; records that name no application have this one."""
version = 1
"""Rises when the same files give other records."""


class BadLine(ValueError):
    """A line that is none of Tally's."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def roots(env: Mapping[str, str], home: Path) -> list[Path]:
    """Where the logs lie on this machine."""
    return [Path(env.get("TALLY_HOME") or home / ".tally")]


def matches(path: Path, head: bytes) -> bool:
    """Whether a file is one of Tally's, by its ending and its first bytes."""
    return path.suffix == ".tally" and head.startswith(HEAD)


def read(path: Path) -> Iterator[dict[str, object] | BadLine]:
    """The records of one file; what cannot be read is yielded as an exception."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.startswith("#"):
                yield _record(line, path.stem, number)


def _record(line: str, log: str, number: int) -> dict[str, object] | BadLine:
    cells = line.split()
    if len(cells) != len(NAMES) or not (cells[3] + cells[4]).isdecimal():
        return BadLine(number)
    record = dict(zip(NAMES, cells, strict=True))
    counts = {key: int(record[key]) for key in NAMES[3:]}
    return record | counts | {"event_id": f"{log}:{number}"}
