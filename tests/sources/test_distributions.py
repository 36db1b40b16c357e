from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from usagestats.sources.distributions import GROUP, may_bring_sources

if TYPE_CHECKING:
    from pathlib import Path

POINTS = f"[console_scripts]\nabacus = abacus:main\n\n[{GROUP}]\nabacus = abacus\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, on a path that has nothing else on it than one that is not there."""
    monkeypatch.setattr(sys, "path", [str(tmp_path / "gone"), str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", [PathFinder])
    return tmp_path


def tell(about: Path, points: str = POINTS) -> None:
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: abacus\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(points)


@pytest.mark.parametrize("about", ["abacus-1.0.dist-info", "Abacus.egg-info", "ABACUS-1.0.DIST-INFO"])
def test_an_installed_plugin_is_seen_an_editable_one_too(site: Path, about: str) -> None:
    assert not may_bring_sources()
    tell(site / about)
    assert may_bring_sources()
    assert len(entry_points(group=GROUP)) == 1


def test_a_plugin_in_an_egg_or_in_the_folder_where_one_stands_is_seen(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(site / "abacus-1.0.egg" / "EGG-INFO")
    assert not may_bring_sources()
    monkeypatch.setattr(sys, "path", [str(site / "abacus-1.0.egg")])
    assert may_bring_sources()
    assert len(entry_points(group=GROUP)) == 1
    monkeypatch.setattr(sys, "path", [""])
    assert not may_bring_sources()
    monkeypatch.chdir(site / "abacus-1.0.egg")
    assert may_bring_sources()


def test_distributions_without_a_plugin_are_none(site: Path) -> None:
    tell(site / "abacus-1.0.dist-info", "[console_scripts]\nabacus = abacus:main\n")
    (site / "wheel-1.0.dist-info").mkdir()
    (site / "stone-1.0.egg-info").write_text("Metadata-Version: 1.0\nName: stone\nVersion: 1.0\n")
    tell(site / "elsewhere", POINTS)
    assert not may_bring_sources()
    assert len(entry_points(group=GROUP)) == 0


def test_what_is_no_folder_is_left_to_python(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(site / "program.pyz", "w") as archive:
        archive.writestr("abacus-1.0.dist-info/METADATA", "Name: abacus\nVersion: 1.0\n")
        archive.writestr("abacus-1.0.dist-info/entry_points.txt", POINTS)
    monkeypatch.setattr(sys, "path", [str(site), str(site / "program.pyz")])
    assert may_bring_sources()
    assert len(entry_points(group=GROUP)) == 1


@pytest.mark.usefixtures("site")
def test_a_finder_with_distributions_of_its_own_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Frozen:
        def find_distributions(self, _context: object) -> list[object]:
            return []

    monkeypatch.setattr(sys, "meta_path", [object(), PathFinder])
    assert not may_bring_sources()
    monkeypatch.setattr(sys, "meta_path", [Frozen(), PathFinder])
    assert may_bring_sources()


def test_without_a_plugin_nothing_is_loaded_that_reads_distributions(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from usagestats.sources import given, installed; "
        "installed({}, Path(sys.argv[1])); given([Path(sys.argv[1])]); print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert not set(ran.stdout.split()) & {"importlib.metadata", "email", "usagestats.sources.plugins"}
