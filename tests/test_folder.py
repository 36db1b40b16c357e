from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from usagestats.cards import card
from usagestats.errors import InputError
from usagestats.folder import MANIFEST, PICTURES, Folder, Report
from usagestats.raster import png
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from usagestats.cards import Svg

SHOWS = {"a": "test"}


class Pencil:
    """Draws, and remembers how many at a time."""

    def __init__(self) -> None:
        self.drawn: list[int] = []

    def __call__(self, pictures: Sequence[tuple[Svg, float]]) -> Iterable[bytes]:
        self.drawn.append(len(pictures))
        return [png(svg, scale=scale / 20) for svg, scale in pictures]


def run(root: Path, *paths: str, text: str = "x", check: bool = False) -> Report:
    folder = Folder(root, Pencil(), check)
    for path in paths:
        folder.put(path, text, SHOWS)
    return folder.close()


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_removed(tmp_path: Path) -> None:
    run(tmp_path, "a/b/c.txt", "a/d.txt")
    assert run(tmp_path, "a/d.txt").removed == ("a/b/c.txt",)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "d.txt", MANIFEST]
    assert run(tmp_path).removed == ("a/d.txt",)
    assert list(tmp_path.iterdir()) == [tmp_path / MANIFEST]


def test_a_file_of_somebody_else_is_never_touched(tmp_path: Path) -> None:
    run(tmp_path, "a/b.txt")
    (tmp_path / "a" / "mine.txt").write_text("mine")
    run(tmp_path)
    assert (tmp_path / "a" / "mine.txt").read_text() == "mine"
    assert not (tmp_path / "a" / "b.txt").exists()


def test_a_file_that_was_changed_is_left_and_named_once(tmp_path: Path) -> None:
    run(tmp_path, "a.txt", "b.txt")
    (tmp_path / "a.txt").write_text("mine now")
    (tmp_path / "b.txt").unlink()
    assert run(tmp_path) == Report((MANIFEST,), 0, (), ("a.txt",))
    assert (tmp_path / "a.txt").read_text() == "mine now"
    assert run(tmp_path).left == ()


def test_a_check_removes_nothing(tmp_path: Path) -> None:
    run(tmp_path, "a.txt")
    assert run(tmp_path, check=True) == Report((MANIFEST,), 0, ("a.txt",), ())
    assert (tmp_path / "a.txt").exists()


@pytest.mark.parametrize("path", ["../out.txt", "{root}/../out.txt", "a/../../out.txt", "link/out.txt", "..\\out.txt"])
def test_a_manifest_cannot_lead_out_of_its_folder(tmp_path: Path, path: str) -> None:
    out, root = tmp_path / "out.txt", tmp_path / "site"
    out.write_text("x")
    run(root, "a/a.txt")
    (root / "link").symlink_to("..")
    manifest = json.loads((root / MANIFEST).read_text())
    manifest["files"][path.format(root=root)] = manifest["files"]["a/a.txt"]
    (root / MANIFEST).write_text(json.dumps(manifest))
    assert run(root).removed == ("a/a.txt",)
    assert out.read_text() == "x"


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b'{"schema_version":2}',
        b'{"schema_version":1,"files":3}',
        b'{"schema_version":1,"files":{"a.txt":0}}',
    ],
)
def test_a_manifest_that_nobody_understands_is_written_anew(tmp_path: Path, manifest: bytes) -> None:
    run(tmp_path, "a.txt")
    whole = (tmp_path / MANIFEST).read_bytes()
    (tmp_path / MANIFEST).write_bytes(manifest)
    assert run(tmp_path, "a.txt") == Report((MANIFEST,), 1, (), ())
    assert (tmp_path / MANIFEST).read_bytes() == whole


def test_the_manifest_of_another_program_stops_everything(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"name": "My app", "icons": []}')
    with pytest.raises(InputError, match=r"manifest.json was not written by usagestats; give a folder of its own"):
        run(tmp_path, "a.txt")
    assert list(tmp_path.iterdir()) == [tmp_path / MANIFEST]


def test_what_cannot_be_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, "a.txt")

    def denied(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.unlink", denied)
    with pytest.raises(InputError, match=r"a\.txt cannot be removed: Permission denied"):
        run(tmp_path)


def pictures(root: Path, svg: Svg, *paths: str, check: bool = False) -> tuple[list[int], Report]:
    folder = Folder(root, pencil := Pencil(), check)
    for path in paths:
        folder.put_picture(path, svg, SHOWS)
    return pencil.drawn, folder.close()


def test_a_picture_is_drawn_again_only_when_what_it_shows_has_changed(tmp_path: Path) -> None:
    one, other = (card(summarize([], name=name)) for name in ("Ada", "Bob"))
    assert pictures(tmp_path, one, "a.png", "b.png")[0] == [2]
    assert pictures(tmp_path, one, "a.png", "b.png") == ([0], Report((), 3, (), ()))
    (tmp_path / "b.png").write_bytes(b"not what was drawn")
    assert pictures(tmp_path, one, "a.png", "b.png")[0] == [1]
    assert pictures(tmp_path, other, "a.png", "b.png", check=True)[1].wrote == ("a.png", "b.png", MANIFEST)
    assert pictures(tmp_path, other, "a.png", "b.png")[0] == [2]


def test_a_picture_of_another_scale_is_drawn_anew_and_the_manifest_says_so(tmp_path: Path) -> None:
    for scale, drawn in ((2, [1]), (1, [1]), (1, [0]), (2, [1])):
        folder = Folder(tmp_path, pencil := Pencil())
        folder.put_picture("a.png", card(summarize([])), SHOWS, scale)
        folder.close()
        assert pencil.drawn == drawn
        told = json.loads((tmp_path / MANIFEST).read_text())["files"]["a.png"]
        assert told.get("scale", 2) == scale
        assert int.from_bytes((tmp_path / "a.png").read_bytes()[16:20]) == 42 * scale


def test_pictures_are_drawn_so_many_at_a_time(tmp_path: Path) -> None:
    svg = card(summarize([]))
    drawn, report = pictures(tmp_path, svg, *(f"{number}.png" for number in range(PICTURES + 1)))
    assert drawn == [PICTURES, 1]
    assert len(report.wrote) == PICTURES + 2
    assert json.loads((tmp_path / MANIFEST).read_text())["files"]["48.png"].keys() == {"sha256", "svg_sha256", "shows"}
