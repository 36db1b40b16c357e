from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from usagestats.api import Person, respond
from usagestats.errors import InputError
from usagestats.rollup import Rollup
from usagestats.shelf import LOOKED_EVERY_SECONDS, PUT_OFF, Shelf, beside, fingerprint
from usagestats.sources import given, records

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALEX_ID = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
SAM_ID = "00000000-0000-4000-8000-00000000000A"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def at_once(work: Callable[[], None]) -> None:
    """No thread: the request that looks is the one that reads."""
    work()


def read(inputs: Sequence[Path]) -> object:
    return records(given(inputs).found)


def write(path: Path, *events: dict[str, Any]) -> None:
    base = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 5}
    path.write_text("".join(json.dumps(base | event) + "\n" for event in events))


def total(shelf: Shelf, public_id: str = ALEX_ID) -> Any:  # noqa: ANN401 - a number or the code of an error
    found = json.loads(respond(public_id, "fields=name,stats.total_events", lookup=shelf.lookup, now=NOW).body)
    return found["stats"]["total_events"] if "stats" in found else found["error"]["code"]


def made(person: Person) -> Rollup:
    """The rollup of which an answer is made."""
    assert isinstance(person.events, Rollup)
    return person.events


def test_files_are_read_again_when_they_change_a_second_later(tmp_path: Path) -> None:
    path, clock = tmp_path / "events.jsonl", Clock()
    write(path, {})
    shelf = Shelf([path], read, ALEX_ID, {ALEX_ID: "Alex Smith"}, clock, at_once)
    assert total(shelf) == 1
    before = shelf.lookup(ALEX_ID)
    write(path, {}, {})
    assert total(shelf) == 1
    clock.seconds += LOOKED_EVERY_SECONDS
    assert total(shelf) == 2
    after = shelf.lookup(ALEX_ID)
    assert before
    assert after
    assert before.version != after.version


def test_a_folder_is_read_again_when_a_file_comes(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "a.jsonl", {})
    shelf = Shelf([tmp_path], read, ALEX_ID, {}, clock, at_once)
    assert total(shelf) == 1
    write(tmp_path / "b.jsonl", {}, {})
    clock.seconds += LOOKED_EVERY_SECONDS
    assert total(shelf) == 3


def test_an_unchanged_file_keeps_its_version_and_is_not_read_again(tmp_path: Path) -> None:
    path, clock = tmp_path / "events.jsonl", Clock()
    write(path, {})
    readings: list[int] = []

    def counting(inputs: Sequence[Path]) -> object:
        readings.append(1)
        return read(inputs)

    shelf = Shelf([path], counting, ALEX_ID, {}, clock, at_once)
    found = []
    for _ in range(3):
        clock.seconds += LOOKED_EVERY_SECONDS
        person = shelf.lookup(ALEX_ID)
        assert person
        found.append(person.version)
    assert (len(set(found)), readings) == (1, [1])


def test_each_record_says_whose_it_is_where_nobody_else_does(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write(path, {"public_id": ALEX_ID}, {"public_id": SAM_ID}, {"public_id": SAM_ID}, {})
    shelf = Shelf([path], read, None, {SAM_ID: "Sam"})
    shelf.load()
    assert (total(shelf), total(shelf, SAM_ID), total(shelf, SAM_ID.lower())) == (1, 2, 2)
    assert total(shelf, SAM_ID.replace("A", "b")) == "not_found"
    sam = shelf.lookup(SAM_ID.lower())
    assert sam
    assert sam.name == "Sam"


def test_what_cannot_be_read_any_more_stays_as_it_was(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, clock = tmp_path / "events.jsonl", Clock()
    write(path, {})
    shelf = Shelf([path], read, ALEX_ID, {}, clock, at_once)
    assert total(shelf) == 1
    path.write_bytes(b"\x00\x01no events\n")
    clock.seconds += LOOKED_EVERY_SECONDS
    assert total(shelf) == 1
    path.unlink()
    clock.seconds += LOOKED_EVERY_SECONDS
    assert total(shelf) == 1
    assert [one.name for one in caplog.records] == ["usagestats.shelf"] * 2
    with pytest.raises((InputError, OSError)):
        shelf.load()


def test_two_spellings_of_an_id_are_one_person(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write(path, {"public_id": SAM_ID}, {"public_id": SAM_ID.lower()}, {"public_id": ALEX_ID})
    shelf = Shelf([path], read, None, {SAM_ID.lower(): "Sam"})
    assert list(shelf.load().people) == [SAM_ID.lower(), ALEX_ID]
    assert (total(shelf, SAM_ID), total(shelf)) == (2, 1)
    write(path, {"public_id": ALEX_ID})
    assert list(shelf.load().people) == [ALEX_ID]
    assert shelf.load() is shelf.load()


def test_nobody_waits_for_a_reading(tmp_path: Path) -> None:
    path, clock = tmp_path / "events.jsonl", Clock()
    write(path, {})
    reads, goes_on = threading.Event(), threading.Event()
    readers: list[threading.Thread] = []

    def slowly(inputs: Sequence[Path]) -> object:
        if clock.seconds:
            reads.set()
            assert goes_on.wait(30)
        return read(inputs)

    def start(work: Callable[[], None]) -> None:
        beside(work)
        readers.extend(one for one in threading.enumerate() if one.name == "usagestats-shelf")

    shelf = Shelf([path], slowly, ALEX_ID, {}, clock, start)
    before = shelf.load()
    write(path, {}, {})
    for _ in range(3):
        clock.seconds += LOOKED_EVERY_SECONDS
        assert total(shelf) == 1
        assert reads.wait(30)
    goes_on.set()
    for one in readers:
        one.join(30)
    assert total(shelf) == 2
    assert before.people[ALEX_ID].cells["events"].sum() == 1


def test_an_answer_is_of_one_reading_with_its_version(tmp_path: Path) -> None:
    path, clock = tmp_path / "events.jsonl", Clock()
    write(path, {})
    shelf = Shelf([path], read, ALEX_ID, {}, clock, at_once)
    person = shelf.lookup(ALEX_ID)
    write(path, {}, {})
    clock.seconds += LOOKED_EVERY_SECONDS
    later = shelf.lookup(ALEX_ID)
    assert person
    assert later
    assert person.version != later.version
    assert [made(one).cells["events"].sum() for one in (person, later)] == [1, 2]


def test_records_of_a_time_to_come_make_another_version_when_they_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write(path, {"timestamp": (NOW - timedelta(hours=1)).isoformat()}, {"timestamp": NOW.isoformat()})
    clock = Clock()
    shelf = Shelf([path], read, ALEX_ID, {}, clock, at_once, lambda: NOW - timedelta(seconds=clock.seconds))
    shelf.load()
    seen = []
    for minutes in (20, 16, 15, 1, 0):
        clock.seconds = 60.0 * minutes
        person = shelf.lookup(ALEX_ID)
        assert person
        body = respond(ALEX_ID, "fields=stats.total_events", lookup=shelf.lookup, now=shelf.now()).body
        seen.append((person.version, body))
    assert [version == seen[-1][0] for version, _ in seen] == [False, False, False, False, True]
    assert [body[-3:-2] for _, body in seen] == [b"1", b"1", b"1", b"1", b"2"]
    assert seen[0][0] == seen[1][0] != seen[2][0] == seen[3][0]


def test_files_that_are_being_written_are_shown_when_they_rest_or_never_do(tmp_path: Path) -> None:
    path, clock = tmp_path / "events.jsonl", Clock()
    write(path, {})
    written = [1]

    def while_written(inputs: Sequence[Path]) -> object:
        found = [json.loads(line) for line in inputs[0].read_text().splitlines()]
        if written[-1] > 1:
            write(path, *[{}] * written[-1])
            written.append(written[-1] + 1)
        return found

    shelf = Shelf([path], while_written, ALEX_ID, {}, clock, at_once)
    shelf.load()
    for rests, looks in ((True, 3), (False, PUT_OFF)):
        write(path, *[{}] * 2)
        written[:] = [2]
        for _ in range(looks - 1):
            clock.seconds += LOOKED_EVERY_SECONDS
            assert total(shelf) == 1
        written[:] = [1] if rests else written
        clock.seconds += LOOKED_EVERY_SECONDS
        assert total(shelf) == (3 if rests else PUT_OFF)
        write(path, {})
        written[:] = [1]
        clock.seconds += LOOKED_EVERY_SECONDS
        assert total(shelf) == 1


def test_a_fingerprint_knows_names_sizes_and_times(tmp_path: Path) -> None:
    found = {fingerprint([tmp_path])}
    path = tmp_path / "a"
    path.write_text("x")
    found.add(fingerprint([tmp_path]))
    os.utime(path, ns=(0, 1))
    found.add(fingerprint([tmp_path]))
    path.write_text("xy")
    os.utime(path, ns=(0, 1))
    found.add(fingerprint([tmp_path]))
    path.rename(tmp_path / "b")
    found.add(fingerprint([tmp_path]))
    assert len(found) == 5
    assert fingerprint([tmp_path / "b"]) == fingerprint([tmp_path])
