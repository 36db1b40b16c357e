"""Rollouts read on where they ended, behind any of their lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard

from usagestats.sources import codex
from usagestats.sources.archive.segments import Segment, read
from usagestats.sources.nameless import told

AGENT = codex.SOURCE
DATA = Path(__file__).parent.parent / "data" / "codex"
ROLLOUTS = [path for path in AGENT.files(DATA) if path.suffix == ".jsonl"]


def records(found: Segment) -> list[str]:
    together = AGENT.gathering()
    for seen in found.told():
        together.merge(seen)
    return sorted(str(record) for table in together.tables() for record in told(table).records())


@pytest.mark.parametrize("path", ROLLOUTS, ids=lambda path: path.stem[-12:])
def test_reading_on_behind_any_line_says_what_reading_all_says(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    copy.touch()
    known, refused = None, []
    for line in path.read_bytes().splitlines(keepends=True):
        with copy.open("ab") as file:
            file.write(line)
        known = read(AGENT, copy, known)
        refused += known.rejects
    assert known
    whole = read(AGENT, copy, None)
    assert (records(known), known.state, refused) == (records(whole), whole.state, whole.rejects)


def test_a_thread_that_only_its_lines_name_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "any.jsonl"
    begun = {"timestamp": "2026-11-18T12:00:00Z", "type": "session_meta", "payload": {"id": "private-thread"}}
    turn = {"timestamp": "2026-11-18T12:00:01Z", "type": "turn_context", "payload": {"turn_id": "private-turn"}}
    error = {"timestamp": "2026-11-18T12:00:02Z", "type": "event_msg", "payload": {"type": "error"}}
    lines = [json.dumps(one).encode() + b"\n" for one in ({"type": "compacted"}, begun, turn, error)]
    path.write_bytes(b"".join(lines[:3]))
    first = read(AGENT, path, None)
    assert b"private" not in first.state + b"".join(first.told())
    path.write_bytes(b"".join(lines))
    assert records(read(AGENT, path, first)) == records(read(AGENT, path, None))
    assert len(records(read(AGENT, path, first))) == 1


def test_a_rollout_that_names_no_thread_is_read_on_without_one(tmp_path: Path) -> None:
    path = tmp_path / "any.jsonl"
    error = {"timestamp": "2026-11-18T12:00:02Z", "type": "event_msg", "payload": {"type": "error"}}
    path.write_bytes(json.dumps({"type": "compacted"}).encode() + b"\n")
    first = read(AGENT, path, None)
    with path.open("ab") as file:
        file.write(json.dumps(error).encode() + b"\n")
    assert records(read(AGENT, path, first)) == records(read(AGENT, path, None))


def test_a_packed_rollout_is_read_as_a_whole(tmp_path: Path) -> None:
    copy = tmp_path / f"{ROLLOUTS[0].name}.zst"
    copy.write_bytes(zstandard.compress(ROLLOUTS[0].read_bytes()))
    found = read(AGENT, copy, None)
    assert (found.offset, found.proof, found.state) == (copy.stat().st_size, b"", b"")
    assert records(found) == records(read(AGENT, ROLLOUTS[0], None))
    copy.unlink()
    with pytest.raises(FileNotFoundError):
        read(AGENT, copy, found)
