from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import usagestats
from tests.cards.people import ada
from usagestats.badges import STATS, STYLES
from usagestats.events import FIELDS
from usagestats.themes import BUILT_IN, load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CARDS = ROOT / "examples" / "cards"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_first_two_blocks_are_the_two_commands() -> None:
    assert re.findall(r"^```(\w+)$", README, re.MULTILINE)[:2] == ["sh", "sh"]
    for block, end in zip(blocks("sh"), ("--now 2026-11-22T20:00:00Z", "uv run pytest"), strict=True):
        assert block.count("\n") == 1
        assert block.rstrip().endswith(end)
        assert "pip --python .venv install -q uv" in block


def test_nobody_is_told_to_install_another_project() -> None:
    assert "pip install usagestats" not in README


def test_the_python_of_the_readme_runs() -> None:
    names: dict[str, object] = {}
    for code in blocks("python"):
        assert len(code.strip().splitlines()) <= 8
        exec(compile(code, "README.md", "exec"), names)
    assert str(names["document"]).startswith('{"name":"Alex Smith","stats":{"total_tokens":')
    assert isinstance(names["picture"], bytes)
    assert b'"name":"Alex Smith"' in names["answer"].body  # type: ignore[attr-defined]  # a Response


@pytest.mark.parametrize(
    ("suffix", "theme", "compact"),
    [("", "auto", False), ("-dark", "dark", False), ("-compact-light", "light", True), ("-compact-dark", "dark", True)],
)
@pytest.mark.parametrize("name", ["overview", "calendar"])
def test_the_cards_of_the_readme_are_what_the_library_draws(
    name: str, suffix: str, theme: str, *, compact: bool
) -> None:
    events = pl.read_ndjson(ROOT / "examples" / "events.jsonl", infer_schema_length=None)
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    summary = usagestats.summarize(events, name="Alex Smith", period="90d", now=now)
    drawn = usagestats.card(summary, name, theme=theme, compact=compact)
    assert (CARDS / f"{name}-90d{suffix}.svg").read_text() == drawn
    if not suffix:
        assert f'alt="{drawn.alt}"' in README


@pytest.mark.parametrize("stat", ["total_tokens", "success_rate", "cache_efficiency", "longest_streak", "top_model"])
def test_the_badges_of_the_readme_are_what_the_library_draws(stat: str) -> None:
    events = pl.read_ndjson(ROOT / "examples" / "events.jsonl", infer_schema_length=None)
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    drawn = usagestats.badge(usagestats.summarize(events, period="90d", now=now), stat)
    assert (ROOT / "examples" / "badges" / f"{stat}.svg").read_text() == drawn
    assert f'alt="{drawn.alt.partition(" (")[0]}"' in README


def test_every_stat_of_a_badge_and_every_style_is_named() -> None:
    assert [name for name in (*STATS, *STYLES) if f"`{name}`" not in README] == []


def test_every_field_and_stat_is_explained() -> None:
    assert [name for name in FIELDS if f"`{name}`" not in README] == []
    assert [name for name in usagestats.Stats.__slots__ if f"`{name}`" not in README] == []


def test_the_look_of_the_readme_can_be_asked_for() -> None:
    (asked,) = re.findall(r"`look=(usagestats\.Look\(.*?\))`", README)
    assert eval(asked).width == 600


def test_every_theme_is_named_and_the_one_of_ones_own_can_be_loaded(tmp_path: Path) -> None:
    assert [name for name in BUILT_IN if f"`{name}`" not in README] == []
    (tmp_path / "mine.toml").write_text(blocks("toml")[0])
    assert load(tmp_path / "mine.toml").dark.paper == "#1d2129"


def test_every_card_is_explained_with_its_size() -> None:
    for name in usagestats.CARDS:
        across, down = usagestats.card(ada(), name).size_px
        assert f"| `{name}` | {across:g} × {down:g} |" in README


def test_every_link_leads_somewhere() -> None:
    headings = {"#" + re.sub(r"\W+", "-", title.lower()) for title in re.findall(r"^## (.+)$", README, re.MULTILINE)}
    assert set(re.findall(r"\]\((#[\w-]+)\)", README)) <= headings
    for path in re.findall(r'(?:srcset|src)="([^"]+)"', README):
        assert (ROOT / path).is_file()
