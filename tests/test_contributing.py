"""What CONTRIBUTING.md names must be there."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from usagestats.cards import CARDS, CUTS
from usagestats.cli import main

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
CODE = re.findall(r"`([^`\n]+)`", GUIDE)


def test_every_file_that_it_names_is_there() -> None:
    paths = [code for code in CODE if "/" in code and " " not in code]
    assert len(paths) >= 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_name_of_the_package_that_it_names_is_there() -> None:
    names = [code for code in CODE if re.fullmatch(r"usagestats(\.\w+)+", code)]
    assert len(names) >= 14
    for name in names:
        module, _, attribute = name.rpartition(".")
        assert hasattr(import_module(module), attribute) or import_module(name)


def test_its_map_has_every_module_at_the_top_of_the_house() -> None:
    tops = {
        path.stem for path in (ROOT / "usagestats").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    rows = re.findall(r"^\| \w+ \| (`usagestats\..*?) \|", GUIDE, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`usagestats\.(\w+)`", row)]
    assert sorted(named) == sorted(tops - {"__init__", "__main__"})


def test_its_ways_to_add_something_are_linked_at_its_top() -> None:
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([\w-]+)\)", GUIDE)) == headings


def test_every_part_of_the_cards_is_in_its_table() -> None:
    own = {*CARDS, "__init__", "svg", "sheet"}
    parts = {path.stem for path in (ROOT / "usagestats" / "cards").glob("*.py")} - own
    assert {part for part in parts if f"| `usagestats.cards.{part}` |" not in GUIDE} == set()


def test_its_example_is_a_card_with_two_cuts() -> None:
    assert [cut.__name__ for cut in CUTS["efficiency"]] == ["wide", "narrow"]


def test_its_command_draws_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (command,) = [code for code in CODE if code.startswith("usagestats card ")]
    monkeypatch.chdir(tmp_path)
    words = [str(ROOT / word) if word.startswith("examples/") else word for word in shlex.split(command)[1:]]
    assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
    assert (tmp_path / "card.png").read_bytes().startswith(b"\x89PNG")
