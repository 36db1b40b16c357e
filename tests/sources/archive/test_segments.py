"""What one log tells, and how it is read on where it ended."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.sources.logs import committed, response
from usagestats.sources import claude_code
from usagestats.sources.archive.segments import BLOCK_BYTES, PROOF_BYTES, Segment, read, state_of
from usagestats.sources.nameless import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

AGENT = claude_code.SOURCE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.jsonl"


def as_bytes(*lines: dict[str, object]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def requests(*found: Segment) -> int:
    """How many requests segments tell."""
    return len(records(found)["request"])


def records(found: Iterable[Segment]) -> dict[str, set[str]]:
    together = AGENT.gathering()
    for one in found:
        for seen in one.told():
            together.merge(seen)
    rows: dict[str, set[str]] = {"request": set(), "activity": set()}
    for table in together.tables():
        rows[table.kind] |= {str(record) for record in told(table).records()}
    return rows


def test_a_log_that_grew_is_read_on_where_it_ended(path: Path) -> None:
    lines = [response(f"r{number}", number, "s") for number in range(60)]
    path.write_bytes(as_bytes(*lines))
    first = read(AGENT, path, None)
    size = path.stat().st_size
    assert (first.offset, requests(first), first.is_current(state_of(path))) == (size, 60, True)
    assert size > 3 * PROOF_BYTES
    with path.open("r+b") as file:
        file.seek(PROOF_BYTES)
        file.write(b"\n" * (size - 2 * PROOF_BYTES))
    append(path, as_bytes(response("new", 90, "s")))
    second = read(AGENT, path, first)
    assert not first.is_current(state_of(path))
    assert (second.offset, requests(second)) == (path.stat().st_size, 61)


def test_reading_on_says_what_reading_all_says(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf")
    known = None
    for line in [*committed("a", 0, "s"), response("b", 20, "t"), *committed("c", 5, "s"), response("b", 26, "u")]:
        append(path, as_bytes(line))
        known = read(AGENT, path, known)
        assert records([known]) == records([read(AGENT, path, None)])
    assert known
    assert len(records([known])["activity"]) == 3


def test_a_result_is_known_to_be_a_commits_though_its_call_was_read_before(path: Path) -> None:
    call, result = committed("very-private", 0, "s")
    path.write_bytes(as_bytes(call))
    first = read(AGENT, path, None)
    assert b"very-private" not in first.state + first.seen
    append(path, as_bytes(result))
    assert len(records([read(AGENT, path, first)])["activity"]) == 1


def test_a_line_without_its_end_is_told_but_read_again(path: Path) -> None:
    whole, last = as_bytes(response("a", 0, "s")), as_bytes(response("b", 1, "s"))
    path.write_bytes(whole + last[:-1])
    first = read(AGENT, path, None)
    assert (first.offset, requests(first), requests(first.kept())) == (len(whole), 2, 1)
    assert not first.is_current(state_of(path))
    append(path, b"\n")
    second = read(AGENT, path, first.kept())
    assert (second.offset, requests(second)) == (len(whole + last), 2)
    path.write_bytes(b"\xef\xbb\xbf" + last[:-1])
    assert (read(AGENT, path, None).offset, requests(read(AGENT, path, None))) == (0, 1)


def test_half_a_line_is_no_fault_and_its_other_half_makes_it_whole(path: Path) -> None:
    line = as_bytes(response("a", 0, "s"))
    path.write_bytes(line[:40])
    first = read(AGENT, path, None)
    assert (first.offset, first.rejects, requests(first)) == (0, [], 0)
    append(path, line[40:])
    assert requests(read(AGENT, path, first)) == 1


def test_a_line_longer_than_a_block_is_found_from_its_end(path: Path) -> None:
    long = response("a", 0, "s", padding="x" * (3 * BLOCK_BYTES))
    path.write_bytes(as_bytes(response("b", 0, "s")))
    first = read(AGENT, path, None)
    append(path, as_bytes(long)[:-1])
    assert read(AGENT, path, first).offset == first.offset
    append(path, b"\n")
    assert (read(AGENT, path, first).offset, requests(read(AGENT, path, first))) == (path.stat().st_size, 2)


def shrunk(path: Path) -> None:
    os.truncate(path, len(as_bytes(response("r0", 0, "s"))))


def rewritten(path: Path) -> None:
    """Longer than before, in the same file."""
    path.write_bytes(as_bytes(*(response(f"new{number}", number, "s") for number in range(90))))


def replaced(path: Path) -> None:
    """By a file that begins, and went on, in the same way."""
    new = path.with_suffix(".new")
    new.write_bytes(path.read_bytes().replace(b"msg_r30", b"msg_x30") + as_bytes(response("new", 90, "s")))
    new.replace(path)


def rewritten_at_its_beginning(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"msg_r0", b"msg_x0") + as_bytes(response("new", 90, "s")))


def changed_in_its_middle(path: Path) -> None:
    """In the same file, as long as before, with the same ends: only the time tells."""
    later_ns = path.stat().st_mtime_ns + 1
    path.write_bytes(path.read_bytes().replace(b"msg_r30", b"msg_x30"))
    os.utime(path, ns=(later_ns, later_ns))


@pytest.mark.parametrize("change", [shrunk, rewritten, replaced, rewritten_at_its_beginning, changed_in_its_middle])
def test_a_log_that_did_not_only_grow_is_read_from_its_beginning(path: Path, change: Callable[[Path], None]) -> None:
    path.write_bytes(as_bytes(*(response(f"r{number}", number, "s") for number in range(60))))
    assert PROOF_BYTES < path.read_bytes().index(b"msg_r30") < path.stat().st_size - PROOF_BYTES
    first = read(AGENT, path, None)
    change(path)
    again, fresh = read(AGENT, path, first), read(AGENT, path, None)
    assert (records([again]), again.offset) == (records([fresh]), fresh.offset)
    assert records([again]) != records([first])


def test_a_log_that_somebody_touched_is_read_from_its_beginning_and_says_the_same(path: Path) -> None:
    path.write_bytes(as_bytes(response("a", 0, "s")) + b"{no json}\n")
    first = read(AGENT, path, None)
    os.utime(path, ns=(1, 1))
    assert not first.may_go_on(state_of(path))
    again = read(AGENT, path, first)
    assert (records([again]), len(again.rejects)) == (records([first]), 1)
    assert again.is_current(state_of(path))


def test_what_is_refused_is_told_once_and_by_its_line(path: Path) -> None:
    path.write_bytes(b"\n{no json}\n")
    first = read(AGENT, path, None)
    append(path, as_bytes(response("a", 0, "s")) + b'{no json}\n{"type":"assistant","timestamp":7}')
    second = read(AGENT, path, first)
    assert [str(one.place) for one in first.rejects] == [f"{path}:2"]
    assert [str(one.place) for one in second.rejects] == [f"{path}:4", f"{path}:5"]
    assert second.kept().rejects == []


def test_a_log_that_is_gone_is_an_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(AGENT, path, None)
