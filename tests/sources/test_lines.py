"""The shared line reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from usagestats.sources.lines import is_cut, opened, type_name

if TYPE_CHECKING:
    from pathlib import Path


def split(path: Path, content: bytes) -> list[bytes]:
    """The lines of a file with that content."""
    path.write_bytes(content)
    with opened(path) as file:
        return list(file)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbb\xbfa\n", [b"a\n"]),
        (b"a\r\nb\rc\x0bd\xe2\x80\xa8e\n\nf", [b"a\r\n", b"b\rc\x0bd\xe2\x80\xa8e\n", b"\n", b"f"]),
        (b"a\n\xef\xbb\xbfb\n", [b"a\n", b"\xef\xbb\xbfb\n"]),
    ],
)
def test_a_line_ends_at_a_line_feed_and_a_mark_at_the_beginning_is_skipped(
    tmp_path: Path, content: bytes, lines: list[bytes]
) -> None:
    assert split(tmp_path / "log", content) == lines


def test_only_the_last_line_can_be_cut(tmp_path: Path) -> None:
    assert [is_cut(line) for line in split(tmp_path / "log", b"a\nb")] == [False, True]


def test_an_absent_file_raises_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        opened(tmp_path / "absent")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({}, "object"),
        ([], "array"),
        ("x", "text"),
        (True, "boolean"),
        (1, "integer"),
        (1.5, "number"),
        (None, "null"),
        (b"", "something else"),
    ],
)
def test_a_value_is_named_by_its_type_only(value: object, name: str) -> None:
    assert type_name(value) == name
