"""What holds alike for the agents whose lines are decoded by type: Gemini CLI, Qwen Code and Pi, on their samples."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sources.reading import Record, read, rewrite
from usagestats.sources import gemini, pi, qwen
from usagestats.sources.logs import below
from usagestats.sources.places import folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from usagestats.sources import Agent

DATA = Path(__file__).parents[1] / "data"
SOURCES: tuple[Agent, ...] = (gemini.SOURCE, qwen.SOURCE, pi.SOURCE)


def simple(records: Iterable[Record]) -> list[str]:
    """What an expected event tells, comparable."""
    plain = ("timestamp", "kind", "application", "provider", "model", "session_id", "success", "commits")
    counts = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens", "lines_of_code")
    return sorted(
        str([one.get(name) or None for name in (*plain, *counts)] + [float(one.get("latency_ms") or 0)])
        for one in records
    )


def sample(source: Agent) -> Path:
    return DATA / source.name


def copied(source: Agent, folder: Path, name: str) -> list[Path]:
    """The sample's logs in another folder, the last one to be changed."""
    paths = source.files(sample(source))
    made = [folder / name / path.relative_to(sample(source)) for path in paths]
    for old, new in zip(paths, made, strict=True):
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(old.read_bytes())
    return made


@pytest.fixture(params=SOURCES, ids=lambda source: source.name)
def source(request: pytest.FixtureRequest) -> Agent:
    found: Agent = request.param
    return found


def test_every_event_of_the_sample_comes_out_and_active_time_besides(source: Agent) -> None:
    records, rejects = read(source, source.files(sample(source)))
    expected = json.loads((sample(source) / "expected.json").read_text())["events"]
    for one in expected:
        one["timestamp"] = datetime.fromisoformat(one["timestamp"])
    assert simple(one for one in records if "active_time_seconds" not in one) == simple(expected)
    assert [one for one in records if "active_time_seconds" in one]
    assert rejects == []
    assert len({one["event_id"] for one in records}) == len(records)


def test_one_file_alone_can_be_read_as_mappings(source: Agent, tmp_path: Path) -> None:
    path = source.files(sample(source))[-1]
    assert list(source.read(path)) == read(source, [path])[0]  # type: ignore[attr-defined]
    assert [one.field for one in source.read(tmp_path / "gone.jsonl")] == ["file"]  # type: ignore[attr-defined]


def test_copies_of_the_files_change_nothing(source: Agent, tmp_path: Path) -> None:
    once = source.files(sample(source))
    twice = [*copied(source, tmp_path, "copy"), *once]
    assert simple(read(source, twice)[0]) == simple(read(source, once)[0])
    assert simple(read(source, reversed(once))[0]) == simple(read(source, once)[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"", b"\xef\xbb\xbf"),
        (b"\n", b"\r\n"),
        (b"\n", b"\n\n \t\n"),
        (b"hello", "\u2028\u2029\x85".encode()),
        (b"hello", b"\xff\xfe"),
        (b"hello", b"\\ud800"),
        (b'"timestamp"', b'"private":NaN,"timestamp"'),
    ],
)
def test_the_bytes_around_do_not_matter(source: Agent, tmp_path: Path, old: bytes, new: bytes) -> None:
    paths = copied(source, tmp_path, "home")
    for path in paths:
        content = path.read_bytes()
        path.write_bytes(content.replace(old, new) if old else new + content)
    records, rejects = read(source, paths)
    assert simple(records) == simple(read(source, source.files(sample(source)))[0])
    assert rejects == []


def test_a_line_that_is_still_being_written_is_no_fault(source: Agent, tmp_path: Path) -> None:
    paths = copied(source, tmp_path, "home")
    content = paths[-1].read_bytes()
    for cut in range(0, len(content), 7):
        rewrite(paths[-1], content[:cut])
        assert read(source, paths)[1] == []


def test_garbage_is_named_by_its_place_and_type_only(source: Agent, tmp_path: Path) -> None:
    paths = copied(source, tmp_path, "home")
    deep = b"[" * 100_000 + b"]" * 100_000
    garbage = [b'{"Hunter2', b'["Hunter2"]', b'"Hunter2"', b"null", b"\x00\xff", b'{"type":' + deep + b"}"]
    lines = paths[-1].read_bytes().count(b"\n")
    paths[-1].write_bytes(paths[-1].read_bytes() + b"\n".join(garbage) + b"\n")
    records, rejects = read(source, paths)
    assert simple(records) == simple(read(source, source.files(sample(source)))[0])
    assert [(one.place, one.field, one.came) for one in rejects] == [
        (f"{paths[-1]}:{lines + number}", "record", came)
        for number, came in enumerate(["something else", "array", "text", "null", *["something else"] * 2], 1)
    ]


def test_empty_folders_and_files_hold_nothing(source: Agent, tmp_path: Path) -> None:
    assert source.files(tmp_path) == source.files(tmp_path / "absent") == []
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert source.files(empty) == [empty]
    assert read(source, []) == read(source, [empty]) == ([], [])


def test_a_file_that_is_gone_is_named_and_not_fatal(source: Agent, tmp_path: Path) -> None:
    paths = source.files(sample(source))
    records, rejects = read(source, [tmp_path / "gone.jsonl", *paths])
    assert simple(records) == simple(read(source, paths)[0])
    assert [(one.place, one.field, one.came) for one in rejects] == [
        (str(tmp_path / "gone.jsonl"), "file", "FileNotFoundError")
    ]


def test_a_folder_that_cannot_be_listed_stands_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def closed(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if Path(path) == tmp_path / "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert below(tmp_path, lambda _: True) == [tmp_path / "closed"]


def test_progress_is_told_the_bytes_of_each_file(source: Agent) -> None:
    paths, seen = source.files(sample(source)), list[int]()
    list(source.tables(paths, progress=seen.append))
    assert seen == [path.stat().st_size for path in paths]


def test_a_sample_is_known_by_its_first_bytes_and_no_other_source_takes_it(source: Agent) -> None:
    for path in source.files(sample(source)):
        head = path.read_bytes()
        assert [one.name for one in SOURCES if one.matches(path, head)] == [source.name]
        assert [one.name for one in SOURCES if one.matches(path, b"\xef\xbb\xbf" + head)] == [source.name]
        assert not source.matches(path.with_suffix(".txt"), head)
    assert not source.matches(sample(source) / "expected.json", (sample(source) / "expected.json").read_bytes())
    for content in (b"", b"{", b'{"timestamp":"2026-11-18T16:00:00Z"}\n'):
        assert not source.matches(Path("events.jsonl"), content)


def test_folders_are_a_comma_list_that_replaces_the_default() -> None:
    home = Path("/home/me")
    variables = ("GEMINI_DATA_DIR", "QWEN_DATA_DIR", "PI_AGENT_DIR")
    defaults = (".gemini/tmp", ".qwen/projects", ".pi/agent/sessions")
    for source, variable, default in zip(SOURCES, variables, defaults, strict=True):
        assert source.roots({}, home) == source.roots({variable: " , "}, home) == [home / default]
        assert len(source.roots({variable: "/a, /b ,,/a"}, home)) == 2
    assert folders({"X": "/a,b"}, "X", home) == [Path("/a"), Path("b")]
