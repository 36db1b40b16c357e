from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def output_of(program: Path) -> str:
    return subprocess.run([sys.executable, program], capture_output=True, text=True, check=True).stdout


def test_the_example_records_are_what_their_program_writes() -> None:
    assert output_of(EXAMPLES / "make_events.py") == (EXAMPLES / "events.jsonl").read_text()


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_every_example_runs_and_says_something(name: str) -> None:
    assert output_of(EXAMPLES / name).strip()


def test_the_sheet_of_themes_shows_the_themes_as_they_are() -> None:
    shown = (EXAMPLES / "themes.svg").read_bytes()
    output_of(EXAMPLES / "theme_sheet.py")
    assert (EXAMPLES / "themes.svg").read_bytes() == shown
