from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from usagestats.cards import CARDS
from usagestats.cli import LocalZone, main, publishing
from usagestats.sources import jobs

if TYPE_CHECKING:
    from click.testing import Result

SAMPLE = Path(__file__).parent / "data" / "claude_code"
NOW = "2026-11-22T12:00:00Z"
EVENT = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}


@pytest.fixture(autouse=True)
def bare_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and a folder of one's own to stand in."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "CLAUDE_CONFIG_DIR", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def event_file(*events: object, name: str = "events.jsonl") -> str:
    Path(name).write_text("".join(json.dumps(event) + "\n" for event in events))
    return name


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def answer(*arguments: str) -> dict[str, Any]:
    ran = run("summary", *arguments)
    assert ran.exit_code == 0, ran.output
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def test_summary_prints_the_documented_json() -> None:
    found = answer(event_file(EVENT), "--name", "Alex", "--now", NOW, "--fields", "name,stats.total_tokens")
    assert found == {"name": "Alex", "stats": {"total_tokens": 7}}


def test_a_period_zone_and_now_mean_what_they_say() -> None:
    path = event_file(EVENT, EVENT | {"timestamp": "2026-11-22T11:59:00Z"})
    series = "stats.time_series"
    (day,) = answer(path, "--now", "2026-11-22T11:00:00+00:00", "--tz", "Pacific/Auckland")["stats"]["time_series"][
        -2:-1
    ]
    assert (day["date"], day["tokens"]) == ("2026-11-22", 7)
    assert len(answer(path, "--period", "90d", "--now", NOW, "--fields", series)["stats"]["time_series"]) == 90


def test_local_is_the_machines_own_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        local = answer(event_file(EVENT), "--tz", "local", "--now", "2026-11-22T18:30:00Z")
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert local == answer("events.jsonl", "--tz", "Asia/Kathmandu", "--now", "2026-11-22T18:30:00Z")
    assert local["stats"]["time_series"][-1]["date"] == "2026-11-23"


def test_the_machines_own_zone_says_its_name_and_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        local = datetime(2026, 11, 22, 12, tzinfo=LocalZone())
        assert (local.utcoffset(), local.tzname(), local.dst()) == (timedelta(hours=5, minutes=45), "+0545", None)
        assert (LocalZone().utcoffset(None), LocalZone().tzname(None)) == (None, None)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_now_comes_from_the_option_then_from_the_environment_then_from_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = event_file(EVENT)
    clock = answer(path, "--fields", "generated_at")["generated_at"]
    assert clock[:2] == "20"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert answer(path, "--fields", "generated_at") == {"generated_at": "1970-01-02T00:00:00Z"}
    assert answer(path, "--now", "2026-11-22 12:00", "--fields", "generated_at") == {"generated_at": NOW}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["summary", "--period", "8d"], "period must be one of 7d, 30d, 90d, not '8d'"),
        (["summary", "--tz", "Europe/Berln"], "tz must be a name of the IANA time zone database"),
        (["summary", "--now", "2026-11-22"], "--now must be an RFC 3339 instant, such as 2026-11-22T12:00:00Z"),
        (["summary", "--now", "0001-01-01T00:00:00Z"], "now must lie in the years 1900 to 9989, not 1"),
        (["summary", "-o", "a.svg"], "-o must end in .json, not 'a.svg'"),
        (["card", "overvew"], f"card must be one of {', '.join(CARDS)}, not 'overvew'; did you mean 'overview'?"),
        (["card", "overview", "--theme", "drak"], "did you mean 'dark'?"),
        (["card", "overview", "-o", "a.jpg"], "-o must end in .svg or .png, not 'a.jpg'"),
        (["badge", "strek"], "stat must be one of total_tokens, "),
        (["badge", "strek"], "did you mean 'streak'?"),
        (["badge", "streak", "--color", "bleu"], "did you mean 'blue'?"),
        (
            ["badge", "streak", "--style", "flt"],
            "style must be one of flat, flat-square, plastic, for-the-badge, social",
        ),
        (["badge", "streak", "-o", "a.jpg"], "-o must end in .svg or .png or .json, not 'a.jpg'"),
        (["badge", "streak", "--endpoint", "-o", "a.svg"], "-o must end in .json, not 'a.svg'"),
        (["card", "overview", "--numbers", "ful"], "numbers must be one of compact, full, not 'ful'"),
        (["card", "overview", "--width", "9"], "width must be 100 to 4000 px, not 9"),
        (["card", "overview", "--locale", "dee"], "locale must be one of en, "),
        (["card", "overview", "--hide", "total_comits"], "did you mean 'total_commits'?"),
        (["build", "-o", "site", "--theme", "drak"], "did you mean 'dark'?"),
        (["build", "-o", "site", "--width", "wide"], "width must be 100 to 4000 px, not 'wide'"),
        (["build", "-o", "site", "--public-id", "../me"], "--public-id takes letters, digits, - and _, not '../me'"),
        (["card", "overview", "--weeks", "54"], "54 is not in the range 1<=x<=53"),
        (
            ["build", "-o", "site", "--theme", "dark", "--theme", "light"],
            "each theme once, light and dark are both drawn",
        ),
        (["build", "-o", "site", "--card", "overvew"], "did you mean 'overview'?"),
        (["build", "-o", "site", "--badge", "strek"], "did you mean 'streak'?"),
        (["build", "-o", "site", "--base-url", "example.org"], "--base-url must be an address that begins with"),
        (["build", "-o", "site", "--people", "p.toml", "--name", "A"], "leave --public-id and --name out"),
        (["build"], "Missing option '-o'"),
        (["collect", "-o", "a.db"], "-o must end in .parquet, not 'a.db'"),
        (["collect", "--forget-before", "yesterday"], "'yesterday' does not match the format '%Y-%m-%d'"),
        (["summary", "--source", "codx"], "did you mean 'codex'?"),
        (["sources", "--source", "codx"], "source must be one of claude_code, codex, "),
        (["frobnicate"], "No such command 'frobnicate'"),
    ],
)
def test_wrong_usage_exits_with_2_and_writes_nothing(arguments: list[str], words: str) -> None:
    path = event_file(EVENT)
    ran = run(*arguments, path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in " ".join(ran.stderr.split())
    assert list(Path().iterdir()) == [Path(path)]


def test_a_source_date_epoch_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    ran = run("summary", event_file(EVENT))
    assert ran.exit_code == 2
    assert "SOURCE_DATE_EPOCH must be seconds since 1970, not 'yesterday'" in ran.stderr


def test_no_input_says_where_it_looked_and_how_to_give_a_file(bare_home: Path) -> None:
    for command in (["summary"], ["sources"], ["collect"], ["build", "-o", "site"], ["card", "overview"]):
        ran = run(*command)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert ran.stderr.startswith("error: no agent's logs and no event files found; looked in ")
        assert str(bare_home / ".claude" / "projects") in ran.stderr
        assert "Give a file or a folder, such as events.jsonl" in ran.stderr
        assert ran.stderr.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_input_without_events_is_an_empty_answer() -> None:
    assert answer(event_file(), "--now", NOW)["stats"]["total_events"] == 0


def test_a_file_that_is_not_there_is_one_line_and_exit_1() -> None:
    ran = run("summary", "gone.jsonl")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (1, "", "error: gone.jsonl does not exist\n")


def test_rejects_are_one_line_and_all_of_them_with_verbose() -> None:
    path = event_file(*[EVENT | {"input_tokens": -number} for number in range(150)])
    brief, wordy = run("summary", path, "--now", NOW), run("summary", path, "--now", NOW, "--verbose")
    assert brief.stdout == wordy.stdout
    assert brief.stderr.count("\n") == 1
    assert brief.stderr.startswith("refused 149 records; the first: events.jsonl:2: input_tokens must be an integer")
    assert wordy.stderr.startswith("refused 149 records\n  events.jsonl:2: input_tokens")
    assert wordy.stderr.count("\n") == 150
    assert "refused 1 record;" in run("summary", event_file(EVENT, {}), "--now", NOW).stderr


def test_strict_fails_on_the_first_reject() -> None:
    ran = run("summary", event_file(EVENT, {}, {}), "--strict")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == (
        "error: events.jsonl:2: timestamp must be a datetime, or RFC 3339 text with date and time, not null\n"
    )


def test_standard_input_is_read() -> None:
    ran = run("summary", "-", "--now", NOW, "--fields", "stats.total_events", given=json.dumps(EVENT))
    assert json.loads(ran.stdout) == {"stats": {"total_events": 1}}


def test_this_machines_own_logs_are_read(bare_home: Path) -> None:
    shutil.copytree(SAMPLE / "projects", bare_home / ".claude" / "projects")
    found = answer("--now", NOW)["stats"]
    assert (found["total_events"], found["total_tokens"], found["total_commits"]) == (8, 91483, 1)


def test_several_processes_give_the_answer_of_one(bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "CHUNK_BYTES", 1)
    for name, folder in (("claude_code", ".claude"), ("codex", ".codex"), ("qwen", ".qwen")):
        shutil.copytree(SAMPLE.parent / name, bare_home / folder)
    one, three = (run("summary", "--now", NOW, "--verbose", "--jobs", count) for count in ("1", "3"))
    assert (one.stdout, one.stderr) == (three.stdout, three.stderr)
    assert json.loads(one.stdout)["stats"]["events_by_application"].keys() == {"claude-code", "codex", "qwen-code"}
    assert run("summary", "--jobs", "0").exit_code == 2


def test_a_card_goes_to_standard_output_or_to_a_file_by_its_ending() -> None:
    path = event_file(EVENT)
    ran = run("card", "overview", path, "--now", NOW, "--name", "Zoë")
    assert ran.stdout.startswith("<svg ")
    assert "Zoë" in ran.stdout
    assert run("card", "overview", path, "--now", NOW, "--name", "Zoë", "-o", "a.svg").stdout == ""
    assert Path("a.svg").read_text() == ran.stdout
    run("card", "overview", path, "--now", NOW, "-o", "a.png", "--compact", "--theme", "dark", "--scale", "1")
    assert Path("a.png").read_bytes()[1:4] == b"PNG"
    assert int.from_bytes(Path("a.png").read_bytes()[16:20]) == 412


def test_with_weeks_the_calendar_goes_back_beyond_the_period() -> None:
    path = event_file(EVENT, EVENT | {"timestamp": "2026-11-09T08:00:00Z"})
    brief, long = (run("card", "calendar", path, "--now", NOW, *more).stdout for more in ([], ["--weeks", "53"]))
    assert "1 active day of 7." in brief
    assert "2 active days of 14." in long
    run("build", path, "-o", "site", "--now", NOW, "--weeks", "2", "--no-png")
    assert Path("site/cards/calendar-7d.svg").read_text() == long


def test_help_names_every_card() -> None:
    shown = " ".join(run("card", "--help").stdout.split())
    assert f"Draw the card NAME: {', '.join(CARDS)}." in shown


def test_the_png_of_a_poster_is_a_share_image_unless_asked_otherwise(tmp_path: Path) -> None:
    path, png = event_file(EVENT), tmp_path / "a.png"
    for asked, across in (([], 1200), (["--scale", "2"], 2400)):
        assert run("card", "poster", path, "--now", NOW, *asked, "-o", str(png)).exit_code == 0
        assert int.from_bytes(png.read_bytes()[16:20]) == across
    assert run("build", path, "--now", NOW, "--card", "poster", "-o", str(tmp_path)).exit_code == 0
    assert int.from_bytes((tmp_path / "cards" / "poster-90d.png").read_bytes()[16:20]) == 1200


def test_a_site_looks_as_its_owner_wants_it(tmp_path: Path) -> None:
    asked = ["--card", "trend", "--no-png", "--title", "Us", "--numbers", "full", "--no-border", "-o", str(tmp_path)]
    assert run("build", event_file(EVENT), "--now", NOW, *asked).exit_code == 0
    drawn = (tmp_path / "cards" / "trend-7d-dark.svg").read_text()
    assert "Us — AI coding trend" in drawn
    assert 'stroke-width="0"/>' in drawn


def test_a_card_looks_as_its_owner_wants_it() -> None:
    path = event_file(EVENT | {"session_id": "a", "success": True})
    asked = ["--title", "My week", "--hide", "sessions_count, change", "--hide", "success_rate"]
    ran = run("card", "overview", path, "--now", NOW, *asked, "--width", "600", "--radius", "0", "--no-border")
    assert ran.stdout.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="600" height="252.9" viewBox')
    assert "My week — AI coding activity" in ran.stdout
    assert "Sessions" not in ran.stdout
    assert "Success rate" not in ran.stdout
    big = event_file(EVENT | {"input_tokens": 1234567})
    full = run("card", "overview", big, "--now", NOW, "--numbers", "full")
    assert ">1,234,567<" in full.stdout
    german = run("card", "overview", big, "--now", NOW, "--numbers", "full", "--locale", "de-AT")
    assert ">1.234.567<" in german.stdout
    assert "Programmieren mit KI" in german.stdout
    assert 'rx="0" stroke-width="0"/>' in ran.stdout


def test_a_badge_goes_to_standard_output_or_to_a_file_by_its_ending() -> None:
    path = event_file(EVENT)
    ran = run("badge", "total_tokens", path, "--now", NOW, "--style", "social", "--label", "Zoë’s", "--color", "blue")
    assert ran.stdout.startswith("<svg ")
    assert "Zoë’s: 7 (16 – 22 Nov 2026)" in ran.stdout
    assert run("badge", "streak", path, "--now", NOW, "-o", "a.svg").stdout == ""
    assert "streak: 1 day (" in Path("a.svg").read_text()
    run("badge", "streak", path, "--now", NOW, "-o", "a.png")
    assert Path("a.png").read_bytes()[1:4] == b"PNG"


def test_the_endpoint_document_goes_to_standard_output_or_to_a_json_file() -> None:
    path = event_file(EVENT)
    ran = run("badge", "top_model", path, "--now", NOW, "--period", "30d", "--label", "モデル", "--endpoint")
    assert ran.stdout.startswith('{"schemaVersion": 1, "label": "モデル", "message": "gpt-5.1", ')
    run("badge", "top_model", path, "--now", NOW, "--label", "モデル", "-o", "a.json")
    assert Path("a.json").read_text() == ran.stdout


def test_a_theme_of_ones_own_is_a_toml_file() -> None:
    path = event_file(EVENT)
    Path("mine.toml").write_text('base = "nord"\n[dark]\npaper = "#123456"\nquiet = "#123"\n')
    ran = run("card", "overview", path, "--now", NOW, "--theme", "mine.toml")
    assert (ran.exit_code, ran.stdout[:5]) == (0, "<svg ")
    assert ".bg{fill:#123456;" in ran.stdout
    assert ran.stderr == "mine.toml: dark.quiet has a contrast of 1.3, which should be 4.5\n"
    assert run("build", path, "-o", "site", "--now", NOW, "--theme", "mine.toml", "--no-png").exit_code == 0
    assert ".bg{fill:#123456;" in Path("site/cards/overview-7d-dark.svg").read_text()


def test_a_broken_theme_is_one_line_and_exit_1() -> None:
    Path("mine.toml").write_text('[dark]\npapr = "#fff"\n')
    for path, words in (("mine.toml", "mine.toml: dark: a colour's key must be one of"), ("no.toml", "cannot be read")):
        ran = run("card", "overview", event_file(EVENT), "--theme", path)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert ran.stderr.startswith("error: ")
        assert words in ran.stderr


def test_summary_goes_to_a_file() -> None:
    ran = run("summary", event_file(EVENT), "--now", NOW, "-o", "a.json")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert json.loads(Path("a.json").read_text())["stats"]["total_events"] == 1


def test_build_says_what_it_wrote_and_then_that_nothing_changed() -> None:
    arguments = ["build", event_file(EVENT), "-o", "site", "--now", NOW, "--public-id", "alex", "--card", "overview"]
    first, second = run(*arguments), run(*arguments)
    files = [path for path in Path("site").rglob("*") if path.is_file()]
    assert (first.stdout, first.stderr) == ("", f"wrote {len(files)}, unchanged 0\n")
    assert second.stderr == f"wrote 0, unchanged {len(files)}\n"
    assert Path("site/api/v1/public/alex/90d.json").is_file()


def test_build_agrees_with_summary_for_every_period() -> None:
    path = event_file(EVENT, EVENT | {"timestamp": "2026-10-30T08:00:00Z", "session_id": "a", "event_id": "b"})
    run("build", path, "-o", "site", "--now", NOW, "--no-png")
    for period in ("7d", "30d", "90d"):
        assert json.loads(Path(f"site/api/v1/public/me/{period}.json").read_text()) == answer(
            path, "--period", period, "--now", NOW
        )


def test_build_takes_cards_themes_and_no_pictures() -> None:
    path = event_file(EVENT)
    options = ["--card", "overview", "--badge", "streak", "--theme", "dark", "--no-png"]
    options += ["--base-url", "https://example.org/a"]
    assert run("build", path, "-o", "site", "--now", NOW, *options).exit_code == 0
    laid = {path.name for path in Path("site/cards").iterdir()}
    assert len(laid) == 18
    assert not [name for name in laid if name.endswith(".png") or not name.startswith("overview-")]
    assert "https://example.org/a/cards/overview-7d.svg" in Path("site/index.html").read_text()
    assert {path.name for path in Path("site/badges").iterdir()} == {"streak.svg", "streak.json"}


def test_build_checks_keeps_removes_and_says_so() -> None:
    arguments = ["build", event_file(EVENT), "-o", "site", "--no-png", "--now"]
    assert run(*arguments, NOW, "--check").exit_code == 1
    assert not Path("site").exists()
    run(*arguments, NOW)
    files = len([path for path in Path("site").rglob("*") if path.is_file()])
    night = run(*arguments, "2026-11-23T12:00:00Z", "--check", "--keep-unchanged")
    assert (night.exit_code, night.stderr) == (0, f"would write 0, unchanged {files}\n")
    would = run(*arguments, NOW, "--check", "--public-id", "alex")
    assert would.exit_code == 1
    assert "would write site/api/v1/public/alex.json\n" in would.stderr
    assert "would remove site/api/v1/public/me.json\n" in would.stderr
    assert would.stderr.endswith(", would remove 4\n")
    Path("site/api/v1/public/me.json").write_text("mine")
    done = run(*arguments, NOW, "--public-id", "alex").stderr
    assert done.startswith("left site/api/v1/public/me.json: it was changed by hand\nwrote ")
    assert done.endswith(", removed 3\n")


def test_many_pictures_are_drawn_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "POOLED_PICTURES", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    path = event_file(EVENT)
    assert run("build", path, "-o", "two", "--now", NOW, "--card", "overview").exit_code == 0
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    run("build", path, "-o", "one", "--now", NOW, "--card", "overview")
    assert Path("two/manifest.json").read_bytes() == Path("one/manifest.json").read_bytes()


ADA, BOB = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd", "2b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"


def test_build_lays_down_many_people() -> None:
    given = event_file(EVENT | {"public_id": ADA}, EVENT, {})
    event_file(EVENT, EVENT, name="bob.jsonl")
    ada, bob = (f'[[people]]\npublic_id = "{one}"\n' for one in (ADA, BOB))
    Path("people.toml").write_text(f"{ada}name = 'Ada'\n{bob}inputs = ['bob.jsonl']\n")
    arguments = ["build", "-o", "site", "--now", NOW, "--no-png", "--people", "people.toml"]
    ran = run(*arguments, given)
    assert ran.stderr.startswith("refused 1 record; the first: events.jsonl:3: timestamp must be")
    tokens = {
        one: json.loads(Path(f"site/api/v1/public/{one}.json").read_text())["stats"]["total_tokens"]
        for one in (ADA, BOB)
    }
    assert tokens == {ADA: 7, BOB: 14}
    assert run(*arguments, given, "--strict").exit_code == 1
    alone = run(*arguments)
    assert (alone.exit_code, alone.stderr.startswith("error: people without inputs")) == (1, True)
    Path("people.toml").write_text(f"{ada}enabled = false\n{bob}inputs = ['bob.jsonl']\n")
    assert ", removed " in run(*arguments).stderr
    assert not [path for path in Path("site").rglob("*") if ADA in str(path)]


def test_sources_shows_what_was_found_and_what_was_not_recognised(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE / "projects", tmp_path / "copy" / "projects")
    Path("copy/notes.txt").write_text("")
    event_file(EVENT, name="copy/events.jsonl")
    ran = run("sources", "copy", "--verbose")
    assert [line.split() for line in ran.stdout.splitlines()] == [
        ["events", "copy", "1", "file", "0.0", "MB"],
        ["claude_code", "copy", "3", "files", "0.0", "MB"],
    ]
    assert ran.stderr == "not recognised: 1 file\n  copy/notes.txt\n"


def test_what_was_collected_counts_when_the_logs_are_gone(bare_home: Path) -> None:
    shutil.copytree(SAMPLE / "projects", bare_home / ".claude" / "projects")
    alone = answer("--now", NOW)
    ran = run("collect")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr.endswith("\nadded 13, known 0\n")
    assert run("collect").stderr == "added 0, known 13\n"
    assert answer("--now", NOW) == alone
    shutil.rmtree(bare_home / ".claude")
    assert answer("--now", NOW) == alone
    assert run("collect").stderr == "added 0, known 13\n"
    kept = bare_home / ".local" / "share" / "usagestats" / "archive.parquet"
    assert run("sources").stdout.split()[:4] == ["archive", str(kept), "1", "file"]


def test_archives_of_two_machines_are_given_together(bare_home: Path) -> None:
    projects = bare_home / ".claude" / "projects"
    shutil.copytree(SAMPLE / "projects", projects)
    assert run("collect", "-o", "laptop.parquet").exit_code == 0
    shutil.rmtree(projects)
    assert run("collect", event_file(EVENT), "-o", "desktop.parquet").stderr == "added 1, known 0\n"
    found = answer("laptop.parquet", "desktop.parquet", "laptop.parquet", "--now", NOW)["stats"]
    assert found["events_by_provider"] == {"anthropic": 8, "openai": 1}


def test_what_is_forgotten_stays_forgotten(bare_home: Path) -> None:
    shutil.copytree(SAMPLE / "projects", bare_home / ".claude" / "projects")
    sessions = answer("--now", NOW)["stats"]["sessions_count"]
    ran = run("collect", "--forget", "bbbbbbbb-2222-4222-8222-bbbbbbbbbbbb")
    assert ran.stderr.endswith("\nadded 11, known 0, forgot 2\n")
    assert answer("--now", NOW)["stats"]["sessions_count"] == sessions - 1
    assert run("collect", "--forget-before", "2026-11-23").stderr == "added 0, known 0, forgot 11\n"
    assert answer("--now", NOW)["stats"]["total_events"] == 0
    ran = run("collect", "--forget", "nobody")
    assert (ran.exit_code, ran.stderr) == (1, "error: no session 'nobody' is in the archive or in what was read\n")


def test_a_day_is_forgotten_up_to_its_midnight_in_utc() -> None:
    path = event_file(
        EVENT, EVENT | {"timestamp": "2026-11-22T00:00:00Z"}, EVENT | {"timestamp": "2026-11-21T23:59:59Z"}
    )
    assert run("collect", path, "--forget-before", "2026-11-22").stderr == "added 2, known 0, forgot 1\n"


def test_a_damaged_archive_fails_in_one_line_and_is_set_aside(bare_home: Path) -> None:
    shutil.copytree(SAMPLE / "projects", bare_home / ".claude" / "projects")
    run("collect")
    kept = bare_home / ".local" / "share" / "usagestats" / "archive.parquet"
    kept.write_bytes(kept.read_bytes()[:-9])
    ran = run("summary")
    assert (ran.exit_code, ran.stderr) == (1, f"error: {kept} is a damaged archive\n")
    ran = run("collect")
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"error: {kept} is a damaged archive, and was set aside as {kept}.damaged-1; ")
    assert run("collect").stderr == "added 13, known 0\n"


def test_a_strict_reading_looks_at_logs_that_are_known(bare_home: Path) -> None:
    shutil.copytree(SAMPLE / "projects", bare_home / ".claude" / "projects")
    run("collect")
    assert run("summary").stderr == ""
    assert "must be a line of JSON" in run("summary", "--strict").stderr


def test_what_a_collecting_refuses_is_said() -> None:
    ran = run("collect", event_file(EVENT, {}), "--verbose")
    assert ran.stderr.startswith("refused 1 record\n  events.jsonl:2: timestamp must be")
    assert ran.stderr.endswith("added 1, known 0\n")


def test_sources_shows_every_place_that_is_empty_if_it_is_to_say_all(bare_home: Path) -> None:
    shutil.copytree(SAMPLE / "projects", bare_home / ".claude" / "projects")
    assert run("sources").stderr == ""
    said = run("sources", "--verbose").stderr
    assert f"nothing of claude_code in {bare_home}/.config/claude/projects\n" in said
    assert f"nothing of codex in {bare_home}/.codex/sessions\n" in said
    assert f"{bare_home}/.claude/projects" not in said
    assert run("sources", "--source", "codex").stderr.startswith("error: no agent's logs")


def test_every_command_reads_as_the_source_that_is_named() -> None:
    log = next(SAMPLE.rglob("*-*.jsonl"))
    shutil.copy(log, "some.log")
    assert run("summary", "some.log").exit_code == 1
    assert answer("some.log", "--source", "claude_code", "--now", NOW)["stats"]["total_events"] > 0
    assert run("card", "overview", "some.log", "--source", "claude-code", "--now", NOW).stdout.startswith("<svg ")
    assert run("build", "some.log", "--source", "claude-code", "--now", NOW, "-o", "site", "--no-png").exit_code == 0
    assert run("sources", "some.log", "--source", "claude-code").stdout == "claude_code  some.log  1 file  0.0 MB\n"


def test_cycles_are_searched_for_again_after_the_reading() -> None:
    assert run("summary", event_file(EVENT), "--now", NOW).exit_code == 0
    assert gc.isenabled()
    gc.disable()
    try:
        assert run("summary", "gone.jsonl").exit_code == 1
        assert not gc.isenabled()
    finally:
        gc.enable()


def commands() -> list[str]:
    with click.Context(main) as context:
        return main.list_commands(context)


def test_there_is_a_command_for_each_promise() -> None:
    assert commands() == ["badge", "build", "card", "collect", "readme", "serve", "sources", "summary"]


@pytest.mark.parametrize("command", commands())
def test_help_shows_an_example(command: str) -> None:
    shown = run(command, "--help").stdout
    example = re.split(r"Examples?:\n", shown)[1].splitlines()[0].split()
    assert example[:2] == ["usagestats", command]
    assert "--help" in shown


def test_the_command_can_be_run_as_a_program() -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("usagestats"), "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "usagestats 0.1.0\n"
