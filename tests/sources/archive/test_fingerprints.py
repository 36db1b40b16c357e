"""Which logs need not be read again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from usagestats.errors import InputError
from usagestats.sources import AGENTS, claude_code, codex
from usagestats.sources.archive.fingerprints import Fingerprints, Reader, loaded, save, taken, unknown

if TYPE_CHECKING:
    from pathlib import Path

AGENT = claude_code.SOURCE


def log(path: Path, content: str = "x", changed: int = 1) -> Path:
    path.write_text(content)
    os.utime(path, ns=(changed, changed))
    return path


def test_a_log_is_known_until_its_size_or_time_changes(tmp_path: Path) -> None:
    known = taken([log(tmp_path / "a.jsonl")])
    assert taken([log(tmp_path / "a.jsonl")]) == known
    assert taken([log(tmp_path / "a.jsonl", "xy")]) != known
    assert taken([log(tmp_path / "a.jsonl", changed=2)]) != known
    assert taken([log(tmp_path / "b.jsonl")]).keys() != known.keys()


def test_a_database_has_also_changed_when_its_write_ahead_log_has(tmp_path: Path) -> None:
    path = log(tmp_path / "opencode.db")
    known = taken([path])
    log(tmp_path / "opencode.db-wal")
    assert taken([path]) != known
    known = taken([path])
    log(tmp_path / "opencode.db-wal", changed=2)
    assert taken([path]) != known


def test_a_log_that_cannot_be_read_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken([tmp_path / "gone.jsonl"]) == {}
    path = log(tmp_path / "a.jsonl")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert taken([path]) == {}


def test_an_agents_logs_are_known_together(tmp_path: Path) -> None:
    one, two = log(tmp_path / "a.jsonl"), log(tmp_path / "b.jsonl")
    known = taken([one, two])
    assert unknown(AGENT, [one, two], known, known) == unknown(AGENT, [one], taken([one]), known) == []
    three = log(tmp_path / "c.jsonl")
    assert unknown(AGENT, [one, three], taken([one, three]), known) == [one, three]
    gone = tmp_path / "gone.jsonl"
    assert unknown(AGENT, [one, gone], taken([one, gone]), known) == [one, gone]


def test_a_project_of_claude_code_is_known_apart_from_others(tmp_path: Path) -> None:
    paths = [tmp_path / "projects" / name for name in ("p/a.jsonl", "p/a/subagents/agent-b.jsonl", "q/c.jsonl")]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        log(path)
    known = taken(paths)
    for changed, again in ((0, paths[:2]), (1, paths[:2]), (2, paths[2:])):
        log(paths[changed], "xy")
        assert unknown(AGENT, paths, taken(paths), known) == again
        assert unknown(codex.SOURCE, paths, taken(paths), known) == paths
        log(paths[changed])


@pytest.mark.parametrize(
    ("agent", "together", "apart"),
    [
        ("gemini", ("tmp/p/chats/a.jsonl", "tmp/p/chats/parent/b.jsonl"), "tmp/q/chats/c.json"),
        ("gemini", ("elsewhere/a.jsonl", "elsewhere/b.jsonl"), "other/c.jsonl"),
        ("qwen", ("projects/p/chats/a.jsonl", "projects/p/subagents/a/agent-b.jsonl"), "projects/q/chats/c.jsonl"),
        ("qwen", ("elsewhere/a.jsonl", "elsewhere/b.jsonl"), "other/c.jsonl"),
        ("pi", ("sessions/--p--/1_a.jsonl", "sessions/--p--/2_b.jsonl"), "sessions/--q--/3_c.jsonl"),
        ("amp", ("threads/T-a.json", "threads/T-a.json"), "threads/T-b.json"),
        ("droid", ("sessions/p/a.settings.json", "sessions/p/a.settings.json"), "sessions/p/b.settings.json"),
        ("codex", ("sessions/2026/11/18/a.jsonl", "archived_sessions/2026/11/19/b.jsonl"), None),
        ("copilot", ("session-state/a/events.jsonl", "otel/b.jsonl"), None),
    ],
)
def test_logs_of_other_agents_are_known_with_those_that_have_to_do_with_them(
    agent: str, together: tuple[str, str], apart: str | None, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in dict.fromkeys((*together, *filter(None, (apart,))))]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        log(path)
    known = taken(paths)
    log(tmp_path / together[0], "xy")
    expected = [tmp_path / name for name in dict.fromkeys(together)]
    assert unknown(AGENTS[agent], paths, taken(paths), known) == expected


def test_what_another_version_of_a_reader_read_is_not_known(tmp_path: Path) -> None:
    known = taken([log(tmp_path / "a.jsonl")])
    for version, logs in ((AGENT.version, known), (AGENT.version - 1, {}), (AGENT.version + 1, {})):
        found = Fingerprints(readers={AGENT.name: Reader(version, known)})
        assert (found.of(AGENT), found.of(codex.SOURCE)) == (logs, {})


def test_what_is_saved_is_loaded_for_that_content_of_that_archive_only(tmp_path: Path) -> None:
    cache, archive = tmp_path / "cache", tmp_path / "a.parquet"
    reader = Reader(1, taken([log(tmp_path / "private.jsonl")]))
    save(cache, archive, b"rows", 3, {"claude_code": reader})
    found = loaded(cache, archive, b"rows")
    assert (found.rows, found.readers) == (3, {"claude_code": reader})
    assert loaded(cache, archive, b"other") == Fingerprints()
    assert loaded(cache, tmp_path / "b.parquet", b"rows") == Fingerprints()
    (path,) = cache.iterdir()
    assert "private" not in path.name + path.read_text()
    for damage in (b"", b"{", b"\xff", b'{"archive":7}'):
        path.write_bytes(damage)
        assert loaded(cache, archive, b"rows") == Fingerprints()


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(InputError, match="cannot be written"):
        save(tmp_path / "cache", tmp_path / "a", b"", 0, {})
