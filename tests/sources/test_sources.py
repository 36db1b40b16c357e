from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from usagestats.errors import InputError, UnknownSource
from usagestats.events import Records, Rejects, Table
from usagestats.sources import given, installed, records
from usagestats.summary import summarize

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "data" / "claude_code"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENT = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with Claude Code's logs, an event file, and a file that is neither."""
    home = tmp_path / "home"
    shutil.copytree(SAMPLE / "projects", home / ".claude" / "projects")
    (home / "notes.txt").write_text("timestamp")
    (home / "events.jsonl").write_text(json.dumps(EVENT) + "\n")
    return home


def test_this_machines_agents_are_found_where_they_keep_their_logs(home: Path) -> None:
    search = installed({}, home)
    assert [(one.source.name, one.place, len(one.files)) for one in search.found] == [
        ("claude_code", home / ".claude" / "projects", 3)
    ]
    assert search.places[:2] == (home / ".claude" / "projects", home / ".config" / "claude" / "projects")
    assert search.found[0].size_bytes == sum(path.stat().st_size for path in home.rglob("*-*.jsonl"))


def test_a_machine_without_agents_says_where_was_looked(tmp_path: Path) -> None:
    search = installed({"CLAUDE_CONFIG_DIR": f"{tmp_path}/a,{tmp_path}/b"}, tmp_path)
    assert search.found == ()
    assert search.places[:2] == (tmp_path / "a" / "projects", tmp_path / "b" / "projects")


def test_a_copied_home_is_enough(home: Path) -> None:
    search = given([home])
    assert {one.source.name: len(one.files) for one in search.found} == {"claude_code": 3, "events": 1}
    assert search.unrecognised == (home / "notes.txt",)


def test_logs_and_event_files_add_up_whatever_the_order(home: Path) -> None:
    moved: list[tuple[str, int]] = []
    search = given([home / "events.jsonl", home / ".claude"])
    forwards = summarize(records(search.found, lambda *read: moved.append(read)), now=NOW, period="7d")
    backwards = summarize(records(reversed(search.found)), now=NOW, period="7d")
    assert forwards.stats == backwards.stats
    assert forwards.stats.events_by_provider == {"anthropic": 8, "openai": 1}
    for one in search.found:
        assert sum(size for name, size in moved if name == one.source.name) == one.size_bytes


def test_a_log_that_is_named_twice_counts_once(home: Path) -> None:
    once = summarize(records(given([home]).found), now=NOW)
    twice = summarize(records(given([home, home / ".claude"]).found), now=NOW)
    assert once.stats.events_by_provider["anthropic"] == twice.stats.events_by_provider["anthropic"]


def test_ids_of_logs_are_unique_unless_an_event_file_may_tell_the_same(home: Path) -> None:
    def claims(*places: Path) -> set[bool]:
        pieces = records(given(places).found).read(Rejects())
        return {one.is_once for one in pieces if isinstance(one, Table)}

    assert claims(home / ".claude") == {True}
    assert claims(home / ".claude", home / "events.jsonl") == {False}


def test_an_event_that_a_file_repeats_counts_once(home: Path) -> None:
    claude = given([home / ".claude"]).found
    names = [one.columns["event_id"][0] for one in records(claude).read(Rejects()) if isinstance(one, Table)]
    (home / "events.jsonl").write_text(json.dumps(EVENT | {"provider": "anthropic", "event_id": names[0]}) + "\n")
    both = summarize(records([*claude, *given([home / "events.jsonl"]).found]), now=NOW)
    assert both.stats.total_events == summarize(records(claude), now=NOW).stats.total_events


def test_an_empty_event_file_is_an_event_file(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("\n")
    found = summarize(records(given([tmp_path / "none.jsonl"]).found), now=NOW)
    assert found.stats.total_events == 0


def test_what_is_not_there_or_not_known_is_an_error(home: Path) -> None:
    with pytest.raises(InputError, match="nowhere does not exist"):
        given([home / "nowhere"])
    with pytest.raises(InputError, match=r"notes\.txt is neither an event file .* nor an agent's log"):
        given([home / "notes.txt"])


def test_a_file_in_a_folder_that_cannot_be_read_stops_nothing(home: Path) -> None:
    (home / "gone.jsonl").symlink_to(home / "nowhere")
    search = given([home])
    assert home / "gone.jsonl" in search.unrecognised
    assert len(search.found) == 2


def test_a_named_file_that_cannot_be_read_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def refuse(path: Path, *how: Any, **rest: Any) -> Any:  # noqa: ANN401 - as pathlib has it
        if path.name == "events.jsonl":
            raise PermissionError(13, "Permission denied")
        return opened(path, *how, **rest)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"events\.jsonl cannot be read: Permission denied"):
        given([home / "events.jsonl"])


def test_standard_input_is_an_event_file() -> None:
    (found,) = given([Path("-")]).found
    assert (found.source.name, found.size_bytes) == ("events", 0)


def test_records_are_read_only_when_they_are_wanted(home: Path) -> None:
    search = given([home])
    shutil.rmtree(home)
    assert isinstance(records(search.found), Records)


def test_a_source_that_is_named_reads_files_that_nobody_recognises(home: Path) -> None:
    log, notes = next(home.rglob("*-*.jsonl")), home / "notes.txt"
    notes.write_bytes(log.read_bytes())
    (found,) = given([notes], "claude-code").found
    assert (found.source.name, found.files) == ("claude_code", (notes,))
    (home / "events.log").write_text(json.dumps(EVENT) + "\n")
    assert summarize(records(given([home / "events.log"], "events").found), now=NOW).stats.total_events == 1


def test_of_a_folder_a_named_source_reads_what_has_the_form_of_its_logs(home: Path) -> None:
    (home / "gone.jsonl").symlink_to(home / "nowhere")
    search = given([home], "events")
    assert {path.suffix for one in search.found for path in one.files} == {".jsonl"}
    assert set(search.unrecognised) == {home / "notes.txt", home / "gone.jsonl"}
    shutil.copytree(HERE.parent / "data" / "copilot", home / "deeper" / "copilot")
    (found,) = given([home], "copilot").found
    assert {path.name for path in found.files} == {
        "events.jsonl",
        "gone.jsonl",
        *(path.name for path in home.rglob("otel/*")),
    }
    (home / "empty").mkdir()
    assert given([home / "empty"], "events").found == ()


def test_without_inputs_a_named_source_is_the_only_one_looked_for(home: Path) -> None:
    shutil.copytree(HERE.parent / "data" / "codex", home / ".codex")
    assert {one.source.name for one in installed({}, home).found} == {"claude_code", "codex"}
    search = installed({}, home, "codex")
    assert [one.place for one in search.found] == list(search.places)
    assert search.empty == ()
    assert [(one.name, one.place) for one in installed({}, home / "bare", "amp").empty] == [
        ("amp", home / "bare" / ".local" / "share" / "amp" / "threads")
    ]


def test_a_source_that_is_unknown_or_cannot_read_that_is_an_error(home: Path) -> None:
    with pytest.raises(
        UnknownSource, match=r"source must be one of claude_code, .*, events, not 'codecs'; did you mean"
    ):
        given([home], "codecs")
    with pytest.raises(InputError, match="events lie in no place of their own"):
        installed({}, home, "events")
    with pytest.raises(InputError, match="standard input holds event records; codex needs a file"):
        given([Path("-")], "codex")
    (found,) = given([Path("-")], "events").found
    assert found.files == (Path("-"),)


def test_an_agent_that_is_not_there_is_not_even_loaded(tmp_path: Path) -> None:
    (tmp_path / ".pi" / "agent" / "sessions").mkdir(parents=True)
    program = (
        "import sys; from pathlib import Path; from usagestats.sources import AGENTS, installed; "
        "installed({}, Path(sys.argv[1])); "
        "print(*(name for name in AGENTS if f'usagestats.sources.{name}' in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) == {"pi"}
