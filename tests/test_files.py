from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from usagestats.errors import InputError
from usagestats.files import differs, replaced

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    assert replaced(path, b"one")
    assert path.read_bytes() == b"one"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_has_these_bytes_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    replaced(path, b"one")
    os.utime(path, (1, 1))
    assert not replaced(path, b"one")
    assert path.stat().st_mtime == 1


def test_a_file_keeps_its_rights_and_a_new_one_gets_the_usual_ones(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"")
    old.chmod(0o640)
    mask = os.umask(0o022)
    try:
        replaced(old, b"1")
        replaced(new, b"1")
    finally:
        os.umask(mask)
    assert [path.stat().st_mode & 0o777 for path in (old, new)] == [0o640, 0o644]


def test_what_stood_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.txt"
    replaced(path, b"one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"c\.txt cannot be written: No space left on device"):
        replaced(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_what_can_be_made_again_need_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    monkeypatch.setattr(os, "fsync", waited.append)
    assert replaced(tmp_path / "a", b"one", durable=False)
    assert waited == []
    assert replaced(tmp_path / "b", b"one")
    assert len(waited) == 1


def test_a_folder_in_the_way_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        replaced(tmp_path / "file" / "below", b"")


def test_a_file_differs_if_it_is_not_there_or_holds_something_else(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    assert differs(path, b"one")
    replaced(path, b"one")
    assert (differs(path, b"one"), differs(path, b"two")) == (False, True)
    assert path.read_bytes() == b"one"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.txt"
    replaced(path, b"one")

    def denied(_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    with pytest.raises(InputError, match=r"c\.txt cannot be read: Permission denied"):
        differs(path, b"one")
