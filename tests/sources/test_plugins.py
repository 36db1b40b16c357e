"""Plug-ins as Python finds them: distributions in a folder that stands on the path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tests.test_package import ROOT, built
from usagestats.cli import main
from usagestats.events import CACHED_ALLOWED, MAX_COUNT, Reject, Rejects
from usagestats.frames import chunks
from usagestats.sources import given, installed, plugins, records
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from usagestats.sources import Search

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = {"timestamp": "2026-11-22T08:00:00Z", "model": "gpt-5.1", "input_tokens": 7}
WHOLE = """
import json
name, version = "tally", 3
def roots(env, home): return [str(home / ".tally"), home / ".tally"]
def matches(path, head): return head.startswith(b"#tally")
def read(path):
    for line in path.read_text().splitlines()[1:]:
        yield eval(line)
"""
SECRET = "hunter2"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Puts a distribution on Python's path: a module, and an entry point that names something in it."""
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(site)
    modules = set(sys.modules)

    def distribution(module: str, code: str, attribute: str = "") -> None:
        about = site / f"{module}-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: dist-{module}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[usagestats.sources]\n{module} = {module}{attribute}\n")
        (site / f"{module}.py").write_text(code)

    yield distribution
    for name in set(sys.modules) - modules:
        if (site / f"{name}.py").exists():
            del sys.modules[name]


def log(folder: Path, *lines: object) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "a.log"
    path.write_text("".join(f"{line}\n" for line in ("#tally", *lines)))
    return path


def rejects(search: Search) -> list[str]:
    found = Rejects()
    list(chunks(records(search.found).read(found), found))
    return [str(one).replace(str(search.places[0]), "LOG") for one in found.first]


def test_a_module_that_does_not_know_us_is_a_source(install: Callable[..., None], tmp_path: Path) -> None:
    install("one", WHOLE)
    naive = repr(GOOD).replace("'2026-11-22T08:00:00Z'", "__import__('datetime').datetime(2026, 11, 22, 8)")
    path = log(tmp_path / ".tally", naive, GOOD | {"application": "abacus", "kind": "activity", "commits": 2})
    moved: list[tuple[str, int]] = []
    for search in (given([tmp_path / ".tally"]), installed({}, tmp_path), installed({}, tmp_path, "tally")):
        (found,) = search.found
        assert (found.source.name, found.source.version, found.files) == ("tally", 3, (path,))
        assert search.faults == ()
        stats = summarize(records(search.found), now=NOW).stats
        assert (stats.events_by_application, stats.events_by_provider) == ({"tally": 1}, {"openai": 1})
        assert (stats.total_commits, stats.input_tokens) == (2, 7)
    (tally,) = search.plugins
    assert tally.origin == "transcript"
    assert sum(1 for _ in tally.tables([path], progress=lambda size: moved.append(("tally", size)))) == 2
    assert moved == [("tally", path.stat().st_size)]


def test_an_instance_is_as_good_as_a_module(install: Callable[..., None], tmp_path: Path) -> None:
    inner = "".join(
        f"    {line}\n" for line in WHOLE.replace("(env", "(self, env").replace("(path", "(self, path").split("\n")
    )
    install("two", f"class Tally:\n{inner}\n    origin = 'telemetry'\nTALLY = Tally()\n", ":TALLY")
    (tally,) = installed({}, tmp_path).plugins
    assert (tally.name, tally.origin, tally.label) == ("tally", "telemetry", "plug-in two of dist-two 1.0")


def test_agents_come_before_plugins_and_these_before_event_files(install: Callable[..., None], tmp_path: Path) -> None:
    install("greedy", WHOLE.replace('return head.startswith(b"#tally")', "return True"))
    (tmp_path / "events.jsonl").write_text(json.dumps(GOOD))
    search = given([tmp_path / "events.jsonl", ROOT / "tests" / "data" / "codex" / "sessions"])
    assert [one.source.name for one in search.found] == ["tally", "codex"]


def test_records_keep_the_rules_and_what_is_refused_is_named_by_its_type(
    install: Callable[..., None], tmp_path: Path
) -> None:
    install("three", WHOLE)
    bad: list[object] = [
        {"timestamp": SECRET},
        {"timestamp": None},
        GOOD | {"kind": SECRET},
        GOOD | {"model": [SECRET]},
        GOOD | {"model": "\ud800"},
        GOOD | {"input_tokens": -1},
        GOOD | {"input_tokens": SECRET},
        GOOD | {"latency_ms": 1e300},
        GOOD | {"commits": True},
        GOOD | {"cache_read_tokens": 8},
        SECRET,
        None,
    ]
    path = log(tmp_path, *map(repr, bad), GOOD, GOOD | {"kind": "activity", "cache_read_tokens": 8})
    search = given([path])
    found = rejects(search)
    assert SECRET not in "".join(found)
    assert found == [
        "LOG[0]: timestamp must be a datetime, or RFC 3339 text with date and time, not other text",
        "LOG[1]: timestamp must be a datetime, or RFC 3339 text with date and time, not null",
        "LOG[2]: kind must be 'request' or 'activity', not other text",
        "LOG[3]: model must be text or null, not array",
        "LOG[4]: model must be text or null, not text that is no Unicode",
        f"LOG[5]: input_tokens must be an integer from 0 to {MAX_COUNT}, not one out of range",
        f"LOG[6]: input_tokens must be an integer from 0 to {MAX_COUNT}, not other text",
        "LOG[7]: latency_ms must be a number from 0 to 9007199254740, not one out of range",
        f"LOG[8]: commits must be an integer from 0 to {MAX_COUNT}, not boolean",
        f"LOG[9]: input_tokens must be {CACHED_ALLOWED}, not less",
        "LOG[10]: record must be a mapping, or an object with a timestamp, not str",
        "LOG[11]: record must be a mapping, or an object with a timestamp, not NoneType",
    ]
    assert summarize(records(search.found), now=NOW).stats.total_events == 1


def test_a_plugin_tells_what_it_cannot_read_by_an_exception(install: Callable[..., None], tmp_path: Path) -> None:
    told = f"""
class Bad(ValueError):
    line, field = 7, "commits"
class Odd(Bad):
    line, field = "{SECRET}", "{SECRET}"
def read(path):
    yield Bad("{SECRET}")
    yield Odd("{SECRET}")
    yield {GOOD}
    raise LookupError("{SECRET}")
"""
    install("four", WHOLE + told)
    search = given([log(tmp_path), log(tmp_path / "b")])
    assert rejects(search)[:3] == [
        f"LOG:7: commits must be an integer from 0 to {MAX_COUNT}, not Bad",
        "LOG: record must be a mapping, or an object with a timestamp, not Odd",
        "LOG: file must be one that plug-in four of dist-four 1.0 can read, not LookupError",
    ]
    assert summarize(records(search.found), now=NOW).stats.total_events == 2


def test_ids_belong_to_their_application(install: Callable[..., None], tmp_path: Path) -> None:
    install("five", WHOLE)
    ids: list[dict[str, object]] = [
        {"event_id": "1"},
        {"event_id": "tally:1"},
        {"event_id": "1", "application": "abacus"},
        {"event_id": None},
    ]
    (tally,) = installed({}, tmp_path).plugins
    found = tally.read(log(tmp_path, *(GOOD | one for one in ids)))
    assert [one["event_id"] for one in found if not isinstance(one, Reject)] == ["tally:1", "tally:1", None, "abacus:1"]


def test_sources_tells_where_plugins_come_from(
    install: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("eight", WHOLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    said = CliRunner().invoke(main, ["sources", "--verbose"]).stderr
    assert f"nothing of tally in {tmp_path}/.tally\n" in said
    assert "tally, version 3, is plug-in eight of dist-eight 1.0\n" in said


def test_a_long_log_is_read_in_pieces(
    install: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("sixth", WHOLE)
    monkeypatch.setattr(plugins, "ROWS", 2)
    (tally,) = installed({}, tmp_path).plugins
    tables = list(tally.tables([log(tmp_path, *[GOOD] * 5)]))
    assert [len(one.columns["timestamp"]) for one in tables if not isinstance(one, Reject)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import nothing_of_that_name", "cannot be imported: ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
        ("name = 'x'", "has no version, roots, matches, read"),
        (WHOLE + "name = 'Bad Name'", "must have a name of lower-case letters, digits, _, - and ., not 'Bad Name'"),
        (WHOLE + "name = 'codex'", "must have a name of its own, not 'codex', which is another source's"),
        (WHOLE + "version = True", "must have an integer from 1 for its version, not True"),
        (WHOLE + "read = 7", "must have functions called read"),
        (WHOLE + "origin = 'log'", "is no source: origin must be one of telemetry, transcript, events, not 'log'"),
        (
            WHOLE + "import sys, types\nclass M(types.ModuleType):\n    version = property(lambda _: 1 / 0)\n"
            "del version\nsys.modules[__name__].__class__ = M",
            "cannot be looked at: ZeroDivisionError",
        ),
        (WHOLE + "def roots(env, home): return [7]", "failed in roots: TypeError"),
        (WHOLE + "def matches(path, head): raise KeyError(path)", "failed in matches: KeyError"),
    ],
)
def test_a_broken_plugin_is_named_with_its_distribution_and_the_rest_goes_on(
    install: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    install("broken", code)
    install("good", WHOLE.replace('"tally"', '"other"').replace('b"#tally"', 'b"#other"'))
    monkeypatch.setenv("HOME", str(tmp_path))
    log(tmp_path / ".tally").write_text("#other\n" + repr(GOOD))
    said = f"plug-in broken of dist-broken 1.0 {reason}"
    ran = CliRunner().invoke(main, ["summary", "--now", "2026-11-22T12:00:00Z"])
    assert json.loads(ran.stdout)["stats"]["events_by_application"] == {"other": 1}
    assert ran.stderr.startswith(f"warning: {said}")
    assert ran.stderr.count("\n") == 1
    strict = CliRunner().invoke(main, ["summary", "--strict"])
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert strict.stderr.startswith(f"error: {said}")


def test_a_class_is_no_source_for_nobody_made_one_of_it(install: Callable[..., None], tmp_path: Path) -> None:
    install("bare", WHOLE + "class Tally: pass", ":Tally")
    (fault,) = installed({}, tmp_path).faults
    assert str(fault) == "plug-in bare of dist-bare 1.0 must be a module or an instance, not the class Tally"


def test_of_two_plugins_with_one_name_the_second_is_refused(install: Callable[..., None], tmp_path: Path) -> None:
    install("b_second", WHOLE)
    install("a_first", WHOLE)
    search = installed({}, tmp_path)
    assert [one.label for one in search.plugins] == ["plug-in a_first of dist-a_first 1.0"]
    assert [one.plugin for one in search.faults] == ["plug-in b_second of dist-b_second 1.0"]


def test_a_file_that_cannot_be_opened_is_judged_by_its_name(install: Callable[..., None], tmp_path: Path) -> None:
    install("seven", WHOLE.replace('head.startswith(b"#tally")', 'path.suffix == ".log"'))
    (tmp_path / ".tally").mkdir()
    (tmp_path / ".tally" / "gone.log").symlink_to(tmp_path / "nowhere")
    search = installed({}, tmp_path)
    assert [path.name for path in search.found[0].files] == ["gone.log"]
    assert len(rejects(search)) == 1


def test_the_example_is_found_and_read_once_it_is_installed(tmp_path: Path) -> None:
    wheel = built("wheel", ROOT / "examples" / "source_plugin", tmp_path / "dist")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    tallies = tmp_path / ".tally"
    tallies.mkdir()
    (tallies / "s1.tally").write_text("#tally 1\n2026-11-22T08:00:00Z\ts1\tgpt-5.1\t7118\t2978\nhalf a line\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "HOME": str(tmp_path)}
        program: list[str | Path] = [Path(sys.executable).with_name("usagestats"), *arguments]
        return subprocess.run(program, env=environment, capture_output=True, text=True, check=True)

    assert run("sources").stdout.split() == ["tally", str(tallies), "1", "file", "0.0", "MB"]
    assert "tally, version 1, is plug-in tally of usagestats-tally 0.1.0\n" in run("sources", "-v").stderr
    ran = run("summary", "--now", "2026-11-22T12:00:00Z")
    found: dict[str, Any] = json.loads(ran.stdout)["stats"]
    assert (found["total_tokens"], found["events_by_application"]) == (10096, {"tally": 1})
    assert found["events_by_provider"] == {"openai": 1}
    said = "record must be a mapping, or an object with a timestamp, not BadLine"
    assert ran.stderr.startswith(f"refused 1 record; the first: {tallies}/s1.tally:3: {said}")
