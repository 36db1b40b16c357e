"""Logs of any agent for tests: written line by line, read, and taken apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from usagestats.events import Reject

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from usagestats.sources import Agent

Record = dict[str, Any]


def dumped(line: object) -> bytes:
    """A line, without its end."""
    return json.dumps(line, separators=(",", ":")).encode()


def save(path: Path, *lines: object) -> Path:
    """A log with these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(dumped(one) + b"\n" for one in lines))
    return path


def rewrite(path: Path, content: bytes) -> None:
    """Puts a new file in the place of the old one: writing over that makes ext4 flush it, at 100 times the time."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def read(source: Agent, paths: Iterable[Path]) -> tuple[list[Record], list[Reject]]:
    """Records and rejects."""
    records: list[Record] = []
    rejects: list[Reject] = []
    for found in source.tables(paths):
        if isinstance(found, Reject):
            rejects.append(found)
        else:
            records.extend(found.records())
    return records, rejects


def split(source: Agent, paths: Iterable[Path]) -> tuple[list[Record], list[Record], list[Reject]]:
    """Requests, commits and lines, and rejects."""
    records, rejects = read(source, paths)
    requests = [one for one in records if one["kind"] == "request"]
    return requests, [one for one in records if "commits" in one], rejects


def by_kind(source: Agent, paths: Iterable[Path]) -> tuple[list[Record], list[Record], list[Reject]]:
    """Requests and activities by time, and rejects."""
    records, rejects = read(source, paths)
    records.sort(key=lambda one: (str(one["timestamp"]), str(one["event_id"])))
    requests = [one for one in records if one["kind"] == "request"]
    return requests, [one for one in records if one["kind"] == "activity"], rejects


def discreet(source: Agent, paths: Iterable[Path]) -> tuple[list[Record], list[str]]:
    """The records, without those of active time, and the rejects, as text; what is private stands in no record."""
    records, rejects = read(source, paths)
    records = [one for one in records if ":active:" not in one["event_id"]]
    assert "private" not in repr(records)
    return records, [str(one) for one in rejects]
