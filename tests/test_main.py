from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

from usagestats import __version__


@pytest.mark.parametrize(("arguments", "code", "words"), [(["--version"], 0, __version__), (["sum"], 2, "")])
def test_the_package_runs_as_a_program(arguments: list[str], code: int, words: str) -> None:
    ran = subprocess.run([sys.executable, "-m", "usagestats", *arguments], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (code, f"python -m usagestats {words}\n" if words else "")
    assert ("No such command 'sum'" in ran.stderr) == (code == 2)


def test_the_package_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["usagestats", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("usagestats", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.endswith(f" {__version__}\n")
