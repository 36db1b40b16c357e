from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from usagestats import cards
from usagestats.errors import UnknownTheme
from usagestats.events import Rejects
from usagestats.raster import png
from usagestats.site import MANIFEST, pages, write
from usagestats.summary import Summary, summaries, summarize

if TYPE_CHECKING:
    from pathlib import Path

    from usagestats.cards import Svg

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENT = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}
CARDS = [
    f"{name}-7d{cut}{shade}.{kind}"
    for name in cards.CARDS
    for cut in ("", "-compact")
    for shade in ("", "-dark", "-light")
    for kind in ("png", "svg")
]


def person(*events: dict[str, object], periods: tuple[str, ...] = ("7d",)) -> list[Summary]:
    return summaries(list(events), periods, name="Alex", now=NOW, tz="UTC", rejects=Rejects())


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_site_has_the_documented_addresses_and_every_cut_and_shade(tmp_path: Path) -> None:
    wrote = write(pages(person(EVENT), public_id="alex"), tmp_path)
    found = bytes_below(tmp_path)
    drawn = {f"cards/{name}" for name in CARDS}
    assert set(found) == drawn | {"api/v1/public/alex.json", "api/v1/public/alex/7d.json", MANIFEST}
    assert wrote == (len(found), 0)


def test_the_answer_without_a_period_is_that_of_seven_days(tmp_path: Path) -> None:
    write((page for page in pages(person(EVENT, periods=("30d", "7d"))) if page.path.endswith("json")), tmp_path)
    found = bytes_below(tmp_path / "api" / "v1" / "public")
    assert found["me.json"] == found["me/7d.json"] != found["me/30d.json"]
    assert json.loads(found["me.json"]) == summarize([EVENT], name="Alex", now=NOW).to_dict()


def test_a_theme_gives_its_own_pair(tmp_path: Path) -> None:
    named = {page.path: page.content for page in pages(person(EVENT), theme="github")}
    plain = {page.path: page.content for page in pages(person(EVENT), theme="dark")}
    assert named == plain == {page.path: page.content for page in pages(person(EVENT))}
    with pytest.raises(UnknownTheme):
        write(pages(person(EVENT), theme="nrod"), tmp_path)


def test_a_second_build_writes_nothing(tmp_path: Path) -> None:
    write(pages(person(EVENT)), tmp_path)
    for path in tmp_path.rglob("*.*"):
        os.utime(path, (1, 1))
    assert write(pages(person(EVENT)), tmp_path) == (0, len(CARDS) + 3)
    assert {path.stat().st_mtime for path in tmp_path.rglob("*") if path.is_file()} == {1}


def test_a_build_into_an_empty_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(pages(person(EVENT)), tmp_path / name)
    assert bytes_below(tmp_path / "a") == bytes_below(tmp_path / "b")


def test_the_manifest_names_every_file_and_its_hash(tmp_path: Path) -> None:
    write(pages(person(EVENT)), tmp_path)
    found = bytes_below(tmp_path)
    manifest = json.loads(found.pop(MANIFEST))
    assert {path: entry["sha256"] for path, entry in manifest["files"].items()} == {
        path: hashlib.sha256(content).hexdigest() for path, content in found.items()
    }


def test_a_picture_is_drawn_again_only_when_what_it_shows_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def counting(svg: Svg) -> bytes:
        drawn.append(svg)
        return png(svg)

    monkeypatch.setattr("usagestats.site.png", counting)
    every = len(CARDS) // 2
    write(pages(person(EVENT)), tmp_path)
    assert len(drawn) == every
    write(pages(person(EVENT)), tmp_path)
    assert len(drawn) == every
    (tmp_path / "cards" / "overview-7d.png").write_bytes(b"not what was drawn")
    write(pages(person(EVENT)), tmp_path)
    assert len(drawn) == every + 1
    write(pages(person(EVENT, EVENT)), tmp_path)
    assert len(drawn) == 2 * every + 1


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b'{"schema_version":2}',
        b'{"schema_version":1,"files":3}',
        b'{"schema_version":1,"files":{"cards/overview-7d.png":0}}',
    ],
)
def test_a_manifest_that_nobody_understands_is_written_anew(tmp_path: Path, manifest: bytes) -> None:
    write(pages(person(EVENT)), tmp_path)
    whole = (tmp_path / MANIFEST).read_bytes()
    (tmp_path / MANIFEST).write_bytes(manifest)
    assert write(pages(person(EVENT)), tmp_path) == (1, len(CARDS) + 2)
    assert (tmp_path / MANIFEST).read_bytes() == whole
