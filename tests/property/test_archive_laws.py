"""The laws of archives: what is collected, in whatever order and parts, counts as what it was collected from."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.property.records import FEW, Case, Record, cases, utc
from tests.sources.logs import NOW, archived, claude, collect, committed, event_file, response, rows, same, transcript
from usagestats.events import Rejects
from usagestats.sources import Found, records
from usagestats.sources.archive.kept import unread
from usagestats.summary import Summary, summaries

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = 3


def told(case: Case, *found: Found, cache: Path | None = None) -> Summary:
    """What all of that comes to in the case's window; what the cache says to be in an archive is not read."""
    read = records(found, fresh=unread(found, cache) if cache else None)
    return summaries(read, [case.period], name="", now=case.now, tz=case.tz, rejects=Rejects(strict=True))[0]


def saved(path: Path, given: list[Record]) -> Found:
    """An event file with these records."""
    return event_file(path, *(one | {"timestamp": utc(one["timestamp"]).isoformat()} for one in given))


def named(case: Case) -> Case:
    """The case with ids everywhere; an event is of one session, whatever its copies say else."""
    ids = [record.get("event_id") or f"#{number}" for number, record in enumerate(case.records)]
    said = (record | {"event_id": name} for record, name in zip(case.records, ids, strict=True))
    return replace(case, records=[one | {"session_id": f"s{len(one['event_id'])}"} for one in said])


def parted(case: Case, folder: Path, parts: list[int]) -> Iterator[Found]:
    """The records dealt out to event files."""
    for number in range(PARTS):
        mine = [one for one, part in zip(case.records, itertools.cycle(parts), strict=False) if part == number]
        yield saved(folder / f"{number}.jsonl", mine)


@given(cases())
@FEW
def test_an_archive_with_or_without_its_logs_counts_as_the_logs(case: Case) -> None:
    case = replace(case, records=[one | {"event_id": None} for one in case.records[::2]] + named(case).records)
    with TemporaryDirectory() as folder:
        events, path = saved(Path(folder, "events.jsonl"), case.records), Path(folder, "archive.parquet")
        collect(path, events)
        content = path.read_bytes()
        assert same(told(case, archived(path)), told(case, events))
        assert same(told(case, events, archived(path)), told(case, events))
        collect(path, events)
        assert path.read_bytes() == content


@given(cases().map(named), st.lists(st.integers(0, PARTS - 1), min_size=1, max_size=24))
@FEW
def test_parts_collected_in_any_order_are_the_whole(case: Case, parts: list[int]) -> None:
    with TemporaryDirectory() as folder:
        found = list(parted(case, Path(folder), parts))
        contents = set()
        for order in (found, found[::-1], found[1:] + found[:1]):
            path = Path(folder, f"{len(list(Path(folder).iterdir()))}.parquet")
            for one in order:
                collect(path, one)
            contents.add(path.read_bytes())
            assert same(told(case, archived(path)), told(case, *found))
        assert len(contents) == 1


@given(cases().map(named), st.lists(st.integers(0, PARTS - 1), min_size=1, max_size=24))
@FEW
def test_several_archives_and_some_of_their_logs_count_each_event_once(case: Case, parts: list[int]) -> None:
    with TemporaryDirectory() as folder:
        found = list(parted(case, Path(folder), parts))
        paths = [Path(folder, f"{number}.parquet") for number in range(PARTS)]
        for path, one, other in zip(paths, found, found[1:] + found[:1], strict=True):
            collect(path, one, other)
        expected = told(case, *found)
        assert same(told(case, *map(archived, paths)), expected)
        assert same(told(case, archived(*reversed(paths)), found[0]), expected)


@dataclass(frozen=True)
class Step:
    """What happens to the logs between two collectings."""

    kind: str
    session: int
    minutes: int


def steps(*kinds: str) -> st.SearchStrategy[list[Step]]:
    """What happens, one after the other."""
    return st.lists(st.builds(Step, st.sampled_from(kinds), st.integers(0, 5), st.integers(1, 50)), max_size=12)


@dataclass
class Life:
    """The logs of a person: all that was ever written, and what is still there."""

    folder: Path
    path: Path
    """The archive."""
    logs: dict[str, list[Record]] = field(default_factory=lambda: {"s": [response("first", 0, "s")]})
    gone: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    """Sessions that do not go on."""
    wandering: set[str] = field(default_factory=set)
    """Sessions whose lines lie in two projects."""
    projects: dict[str, int] = field(default_factory=dict)
    """Fork → its project, where that is its original's: there the original may go on, too."""

    def happens(self, step: Step, name: str, minute: int) -> None:
        """A session goes on, or is forked, or its log is deleted after it was collected."""
        there = [session for session in self.logs if session not in self.gone]
        session = there[step.session % len(there)]
        if step.kind == "delete" and len(there) > 1:
            collect(self.path, claude(self.kept))
            self.gone.add(session)
            for log in self.kept.rglob(f"{session}.jsonl"):
                log.unlink()
        elif step.kind == "wander":
            self.wandering.add(session)
        elif step.kind in ("fork", "resume the original"):
            copies = [line | {"sessionId": name} for line in self.logs[session]]
            self.logs[name] = [*copies, response(name, minute, name)]
            if step.kind == "fork":
                self.done.add(session)
            else:
                self.projects[name] = self.project(session)
        elif session not in self.done:
            self.logs[session] += committed(name, minute, session)[: 1 if step.kind == "say" else 2]
        self.write()

    def project(self, session: str) -> int:
        """The project that the session was begun in."""
        return self.projects.get(session, ord(session[-1]) % 3)

    def write(self) -> None:
        """The logs as they are now."""
        for name, lines in self.logs.items():
            here, there = (f"projects/p{(self.project(name) + n) % 3}/{name}.jsonl" for n in (0, 1))
            parts = {here: lines[::2], there: lines[1::2]} if name in self.wandering else {here: lines}
            for folder in (self.folder / "whole", *([self.kept] if name not in self.gone else [])):
                for place, part in parts.items():
                    if part and not is_in(folder / place, part):
                        transcript(folder / place, *part)

    @property
    def kept(self) -> Path:
        """The folder of logs that are still there."""
        return self.folder / "kept"


def is_in(path: Path, lines: list[Record]) -> bool:
    """Whether the log has as many lines already, so that its time need not change."""
    return path.exists() and path.read_text().count("\n") == len(lines)


def lived(folder: str, happenings: list[Step], collected: set[int]) -> Life:
    """A life, with some collectings in between and one at the end; logs that are deleted have rested for an hour."""
    life, minute = Life(Path(folder), Path(folder, "archive.parquet")), 0
    life.write()
    for number, step in enumerate(happenings):
        minute += step.minutes + (60 if step.kind == "delete" else 0)
        life.happens(step, f"m{number}", minute)
        if number in collected:
            collect(life.path, claude(life.kept))
    collect(life.path, claude(life.kept))
    assert rows(life.path)["event_id"].is_unique().all()
    return life


AT_THE_END = Case([], "30d", NOW, "UTC")


@given(steps("say", "commit", "fork", "delete"), st.sets(st.integers(0, 11)))
@FEW
def test_an_archive_kept_while_logs_grow_fork_and_go_counts_as_if_none_had_gone(
    happenings: list[Step], collected: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        life = lived(folder, happenings, collected)
        expected = told(AT_THE_END, claude(life.folder / "whole"))
        assert same(told(AT_THE_END, archived(life.path)), expected)
        assert same(told(AT_THE_END, archived(life.path), claude(life.kept)), expected)
        life.happens(Step("say", 0, 1), "last", 700)
        expected = told(AT_THE_END, claude(life.folder / "whole"))
        assert same(
            told(AT_THE_END, archived(life.path), claude(life.kept), cache=life.path.parent / "cache"), expected
        )


@given(steps("say", "say", "commit", "fork", "resume the original", "wander"), st.sets(st.integers(0, 11)))
@FEW
def test_while_every_log_is_there_an_archive_says_what_the_logs_say(
    happenings: list[Step], collected: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        life = lived(folder, happenings, collected)
        assert same(told(AT_THE_END, archived(life.path)), told(AT_THE_END, claude(life.kept)))
        fresh = life.path.with_name("fresh.parquet")
        collect(fresh, claude(life.kept))
        assert fresh.read_bytes() == life.path.read_bytes()
