from __future__ import annotations

import gc
import os
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from usagestats import __version__
from usagestats.__main__ import PLUGINS, YOUNG_OBJECTS, run

if TYPE_CHECKING:
    from collections.abc import Iterator

TAKEN_APART = "taken apart\n"
PROGRAM = """
import atexit, sys
from usagestats.__main__ import run
atexit.register(print, "taken apart")
{more}
sys.argv[0] = "usagestats"
run()
"""


SHORT = """
import gc, sys
searches = []
from usagestats.__main__ import run
gc.collect()
gc.callbacks.append(lambda phase, _: searches.append(phase))
sys.setprofile(lambda *_: None)
sys.argv[1:] = ["--help"]
try:
    run()
finally:
    print(searches)
"""


class Left(Exception):
    """What leaving at once raises here, with the exit code."""


@pytest.fixture(autouse=True)
def settings_of_this_process() -> Iterator[None]:
    """How its cycles are looked for, again after the test."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.parametrize(("arguments", "code", "words"), [(["--version"], 0, __version__), (["sum"], 2, "")])
def test_the_package_runs_as_a_program(arguments: list[str], code: int, words: str) -> None:
    ran = subprocess.run([sys.executable, "-m", "usagestats", *arguments], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (code, f"python -m usagestats {words}\n" if words else "")
    assert ("No such command 'sum'" in ran.stderr) == (code == 2)


def test_the_package_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["usagestats", "--version"])
    monkeypatch.setattr(sys, "gettrace", lambda: print)
    monkeypatch.delitem(sys.modules, "usagestats.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("usagestats", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.endswith(f" {__version__}\n")


@pytest.mark.parametrize(
    ("more", "words"),
    [("", ""), ("sys.setprofile(lambda *_: None)", TAKEN_APART), ("import usagestats.sources.plugins", TAKEN_APART)],
    ids=["alone", "profiled", "with other people's sources"],
)
def test_a_program_that_is_done_is_not_taken_apart_unless_others_are_in_it(more: str, words: str) -> None:
    program = [sys.executable, "-c", PROGRAM.format(more=more), "--version"]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"usagestats {__version__}\n{words}", "")


def test_a_short_program_looks_for_no_cycles() -> None:
    ran = subprocess.run([sys.executable, "-c", SHORT], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_output_that_nobody_takes_is_python_s_to_speak_of() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        program = [sys.executable, "-m", "usagestats", "--version"]
        ran = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode != 0
    assert "No space left on device" in ran.stderr


def test_a_program_without_any_output_ends_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["usagestats", "--version"])
    monkeypatch.setattr(sys, "gettrace", lambda: None)
    monkeypatch.delitem(sys.modules, PLUGINS, raising=False)
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 0


@pytest.mark.parametrize(("argument", "code"), [("--version", 0), ("sum", 2)])
def test_leaving_tells_the_exit_code(
    argument: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leave(code: int) -> None:
        raise Left(code)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.delitem(sys.modules, PLUGINS, raising=False)
    monkeypatch.setattr(sys, "argv", ["usagestats", argument])
    monkeypatch.setattr(sys, "gettrace", lambda: None)
    with pytest.raises(Left) as left:
        run()
    assert left.value.args == (code,)
    assert gc.get_threshold()[0] == YOUNG_OBJECTS
    assert (capsys.readouterr().out == "") == (code != 0)
