from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from usagestats import progress
from usagestats.cli import main

SAMPLE = Path(__file__).parent / "data" / "claude_code"
EVENT = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def event_file(path: str) -> str:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(json.dumps(EVENT))
    return path


def program(most: int) -> list[str]:
    """The command on a folder of logs, whose reading is long from so many bytes on."""
    reading = "import usagestats.progress as p, usagestats.cli as c; p.REDRAWN_SECONDS = 0; "
    return [sys.executable, "-c", f"{reading}p.PROGRESS_BYTES = {most}; c.main(['summary', 'logs', '-o', 'a.json'])"]


def on_a_terminal(most: int) -> str:
    """What a terminal of 80 columns shows of it."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(program(most), stderr=theirs, env=os.environ | {"COLUMNS": "80"}) as child:
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 4096):
                seen += block
        except OSError:  # the terminal is closed with the program
            pass
    os.close(ours)
    assert child.returncode == 0
    return seen.decode()


def test_long_reading_shows_on_a_terminal_what_is_read_how_far_and_how_fast() -> None:
    shutil.copytree(SAMPLE, "logs")
    event_file("logs/events.jsonl")
    seen = on_a_terminal(1)
    shown = [line for line in re.split(r"[\r\n]+|\x1b\[\?25[lh]", seen) if " files, " in line]
    assert len(shown) == 4
    assert all(len(line) <= 80 for line in shown)
    assert re.search(r"claude_code 3/4 files, 0 MB at \d+ MB/s", seen)
    assert re.search(r"\[#+\] +100%.* events 4/4 files, 0 MB at \d+ MB/s", seen)


def test_short_reading_shows_nothing_and_so_does_a_pipe() -> None:
    event_file("logs/events.jsonl")
    assert on_a_terminal(progress.PROGRESS_BYTES) == ""
    assert subprocess.run(program(1), capture_output=True, check=True).stderr == b""


def test_the_bar_moves_with_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(progress, "PROGRESS_BYTES", 1)
    monkeypatch.setattr(progress, "REDRAWN_SECONDS", 1e9)
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        main(["summary", event_file("a.jsonl"), event_file("b.jsonl")], standalone_mode=False)
    assert "events 1/2 files" not in terminal.getvalue()
    assert "events 2/2 files" in terminal.getvalue()
    assert "100%" in terminal.getvalue()
