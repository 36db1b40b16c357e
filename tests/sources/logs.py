"""Small logs of Claude Code, event files and hand-made sources, for tests of what is done with many of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from usagestats.events import Table
from usagestats.sources import Found, claude_code, event_files, records
from usagestats.sources.archive import collecting, contents
from usagestats.sources.logs import Logs
from usagestats.summary import summaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from usagestats.events import Reject
    from usagestats.summary import Summary

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(minutes: float) -> str:
    """The instant so many minutes after noon."""
    return (NOON + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def response(name: str, minutes: float, session: str, **more: object) -> dict[str, Any]:
    """A response's line of a transcript."""
    usage = {"input_tokens": 100, "output_tokens": 10}
    message = {"id": f"msg_{name}", "role": "assistant", "model": "claude-opus-4-5", "content": [], "usage": usage}
    line = {"type": "assistant", "sessionId": session, "requestId": f"req_{name}", "isSidechain": False}
    return line | {"message": message, "timestamp": at(minutes)} | more


def committed(name: str, minutes: float, session: str) -> list[dict[str, Any]]:
    """The lines of a response that calls for a commit, and of its result."""
    said = response(name, minutes, session)
    said["message"]["content"] = [{"type": "tool_use", "id": name, "name": "Bash", "input": {"command": "git commit"}}]
    answer = {"role": "user", "content": [{"tool_use_id": name, "type": "tool_result", "content": "done"}]}
    return [said, {"type": "user", "sessionId": session, "timestamp": at(minutes), "message": answer}]


def transcript(path: Path, *lines: dict[str, Any]) -> Path:
    """A transcript with these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def event_file(path: Path, *events: Mapping[str, object]) -> Found:
    """An event file with these records."""
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    return Found(event_files.SOURCE, path.parent, (path,))


def claude(root: Path) -> Found:
    """The transcripts below that folder."""
    return Found(claude_code.SOURCE, root, tuple(claude_code.SOURCE.files(root)))


def archived(*paths: Path) -> Found:
    """Archives."""
    return Found(contents.SOURCE, paths[0].parent, paths)


@dataclass(frozen=True, slots=True)
class Told(Logs):
    """A source whose records stand in it; its logs are any files."""

    records: tuple[Mapping[str, Any], ...]
    name: str = "told"
    version: int = 1
    origin: str = "telemetry"
    application: str = "claude-code"

    def roots(self, env: Mapping[str, str], home: Path) -> list[Path]:  # noqa: ARG002
        return [home]

    def files(self, root: Path) -> list[Path]:
        return [root]

    def matches(self, path: Path, head: bytes) -> bool:  # noqa: ARG002
        return False

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        for path in paths:
            if progress:
                progress(path.stat().st_size)
        for one in self.records:
            columns = {name: [value] for name, value in one.items() if name not in ("kind", "minutes")}
            instant = round((NOON + timedelta(minutes=one["minutes"])).timestamp() * 1_000_000)
            yield Table(one.get("kind", "request"), self.application, {"timestamp": [instant], **columns})

    def found(self, path: Path) -> Found:
        """Itself, as if its logs had been found."""
        path.touch()
        return Found(self, path, (path,))


def summary(*found: Found, period: str = "30d") -> Summary:
    """What all of that comes to."""
    from usagestats.events import Rejects

    return summaries(records(found), [period], name="", now=NOW, tz="UTC", rejects=Rejects(strict=True))[0]


def collect(path: Path, *found: Found, **more: Any) -> collecting.Collected:  # noqa: ANN401
    """Collects into the archive; what is remembered lies beside it."""
    from usagestats.events import Rejects

    return collecting.collected(found, path, path.parent / "cache", Rejects(strict=True), **more)


def rows(path: Path) -> pl.DataFrame:
    """What the archive holds."""
    return contents.opened(path.read_bytes(), path).rows


def same(one: Summary, other: Summary) -> bool:
    """Whether two summaries say the same."""
    return one.stats == other.stats and one.extras == other.extras
