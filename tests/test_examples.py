from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64decode
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


def test_a_page_of_plain_jinja_holds_the_card_and_the_numbers() -> None:
    page = output_of(EXAMPLES / "jinja_site.py")
    assert page.count("<svg ") == page.count("</svg>") == 1
    assert "<h1>Alex &lt;Smith&gt;</h1>" in page
    assert "<li>claude-opus-4-5: 25,3" in page


def test_mkdocs_builds_a_page_with_a_card_and_a_table(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-f", str(EXAMPLES / "mkdocs" / "mkdocs.yml")]
    subprocess.run([*command, "-d", str(tmp_path)], check=True, capture_output=True)
    page = (tmp_path / "index.html").read_text()
    (data,) = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="Alex Smith — AI coding activity', page)
    assert b64decode(data).startswith(b"<svg ")
    assert re.search(r'<code class="language-text">Last 7 days: 3.96M tokens in 61 requests\n\nclaude-opus-4-5 ', page)
    assert "{{" not in page
