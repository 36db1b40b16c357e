"""The built packages: what a user installs must hold the templates, the letters and the types, and draw a card."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAM = """
import usagestats, usagestats.templating, sys
card = usagestats.card(usagestats.summarize([]))
print(usagestats.__file__)
print(card.startswith("<svg "), usagestats.png(card)[1:4])
"""


def built(kind: str, source: Path, folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (package,) = folder.iterdir()
    return package


def draws(folder: Path) -> None:
    """A program that finds the package in that folder draws with it."""
    environment = os.environ | {"PYTHONPATH": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    where, drew = ran.stdout.splitlines()
    assert Path(where).parent.parent == folder
    assert drew == "True b'PNG'"


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    package = built("sdist", ROOT, folder / "dist")
    with tarfile.open(package) as archive:
        archive.extractall(folder, filter="data")
    return folder / package.name.removesuffix(".tar.gz")


def test_the_wheel_draws_a_card(tmp_path: Path) -> None:
    wheel = built("wheel", ROOT, tmp_path / "dist")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    assert {"usagestats/__main__.py", "usagestats/py.typed", "usagestats/lettering.OFL.txt"} <= set(names)
    assert any(name.startswith("usagestats/templates/cards/") for name in names)
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "examples/", "templates/"))]
    draws(tmp_path / "site")


def test_a_wheel_built_from_the_sdist_holds_the_same(sdist: Path, tmp_path: Path) -> None:
    ours, theirs = built("wheel", ROOT, tmp_path / "a"), built("wheel", sdist, tmp_path / "b")
    with zipfile.ZipFile(ours) as one, zipfile.ZipFile(theirs) as other:
        assert one.namelist() == other.namelist()


def test_an_unpacked_sdist_draws_a_card_as_it_lies(sdist: Path) -> None:
    draws(sdist)


def test_the_checkout_draws_a_card_as_it_lies() -> None:
    draws(ROOT)
