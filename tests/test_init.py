from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import usagestats

PUBLIC = [
    "CARDS",
    "THEMES",
    "DamagedArchive",
    "Day",
    "Event",
    "InputError",
    "InvalidBadge",
    "InvalidEvent",
    "InvalidEvents",
    "InvalidLook",
    "InvalidPeriod",
    "InvalidTheme",
    "InvalidTime",
    "Look",
    "MethodNotAllowed",
    "NotFound",
    "NumberTooBig",
    "RasterError",
    "RateLimited",
    "Reject",
    "ServerError",
    "Stats",
    "Summary",
    "Svg",
    "UnknownCard",
    "UnknownStat",
    "UnknownTheme",
    "UsageStatsError",
    "badge",
    "badge_endpoint",
    "card",
    "png",
    "summarize",
    "summarize_many",
]


SAMPLE = Path(__file__).parent / "data" / "claude_code"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody who uses Claude Code."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(SAMPLE))
    return tmp_path


def loaded_by(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_the_public_names_are_pinned_and_sorted() -> None:
    assert usagestats.__all__ == PUBLIC
    assert sorted(PUBLIC, key=lambda name: (name.upper() != name, name[0].islower(), name)) == PUBLIC


def test_every_public_name_is_there() -> None:
    assert all(getattr(usagestats, name) is not None for name in usagestats.__all__)
    assert set(usagestats.__all__) <= set(dir(usagestats))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'usagestats' has no attribute 'summarise'"):
        _ = usagestats.summarise


def test_importing_loads_nothing_heavy() -> None:
    assert not loaded_by("import usagestats") & {"polars", "msgspec", "jinja2", "cairosvg", "click", "datetime"}


def test_the_version_needs_neither_polars_nor_jinja_nor_cairo() -> None:
    code = "import usagestats.cli as c, contextlib\nwith contextlib.suppress(SystemExit): c.main(['--version'])"
    assert not loaded_by(code) & {"polars", "msgspec", "jinja2", "cairosvg"}


def test_drawing_no_picture_loads_no_rasteriser() -> None:
    code = "import usagestats\nusagestats.card(usagestats.summarize([]))"
    assert not loaded_by(code) & {"cairosvg", "cairocffi", "resvg_py"}


def command(*arguments: str) -> str:
    return f"from usagestats.cli import main; main({list(arguments)}, standalone_mode=False)"


def ours(loaded: set[str]) -> set[str]:
    return {name.removeprefix("usagestats.") for name in loaded if name.startswith("usagestats.")}


def test_a_summary_of_logs_loads_only_what_it_uses(home: Path) -> None:
    summary = command("summary", "-o", str(home / "a.json"))
    unused = {"sources.jobs", "sources.plugins", "people", "slots", "rolling", "printing", "formats", "cards", "badges"}
    of_archives = {f"sources.archive.{name}" for name in ("held", "segments", "merging", "precedence")}
    assert not ours(loaded_by(summary)) & (unused | of_archives)
    loaded_by(command("collect"))
    assert ours(loaded_by(summary)) & (unused | of_archives) == of_archives


@pytest.mark.usefixtures("home")
def test_a_collecting_that_finds_nothing_new_loads_no_polars_and_takes_no_lock() -> None:
    assert {"polars", "filelock"} <= loaded_by(command("collect"))
    again = loaded_by(command("collect"))
    assert not again & {"polars", "filelock", "usagestats.sources.jobs", "subprocess", "email", "importlib.metadata"}
