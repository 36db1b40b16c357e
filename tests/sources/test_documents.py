from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from usagestats.events import MAX_COUNT, Count, Refusal
from usagestats.sources.documents import Milliseconds, Shape, instant_of, refusals, summed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Inside(msgspec.Struct):
    count: Count | None = None


class Outside(msgspec.Struct):
    count: Count | None = None
    instant: Milliseconds | None = None
    text: str | None = None
    inside: Inside | None = None
    all: list[Inside] | None = None


SHAPE: Final[Shape[Outside]] = Shape(Outside)


@pytest.mark.parametrize(
    ("document", "count"),
    [
        (b'{"count":3}', 3),
        (b'{"count":3.0}', 3),
        (b'\xef\xbb\xbf{"count":3}', 3),
        (b'{"count":null}', None),
        (b'{"count":3,"other":"cut \\ud83d"}', 3),
        (b'{"count":3,"other":NaN}', 3),
        (b'{"count":3,"other":"\xff"}', 3),
    ],
)
def test_what_does_not_matter_may_be_anything(document: bytes, count: int | None) -> None:
    assert SHAPE.read(document).count == count


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b'{"count":"private"}', "count must be integer or null, not text"),
        (b'{"count":3.5}', "count must be integer or null, not number"),
        (b'{"count":true}', "count must be integer or null, not boolean"),
        (b'{"count":-1}', "count must be integer, not integer out of range"),
        (b'{"count":99999999999999999999}', "count must be integer, not integer out of range"),
        (b'{"instant":NaN}', "instant must be number or null, not text"),
        (b'{"instant":1e300}', "instant must be number, not number out of range"),
        (b'{"inside":{"count":[]}}', "inside.count must be integer or null, not array"),
        (b'{"text":"private \\ud83d"}', "record must be a JSON document, not something else"),
        (b'{"count":1e400}', "record must be a JSON document, not something else"),
        (b'{"count":1' + b"0" * 5000 + b"}", "record must be a JSON document, not something else"),
        (b"[1]", "record must be object, not array"),
        (b"null", "record must be object, not null"),
        (b'{"count":3', "record must be a JSON document, not something else"),
        (b"", "record must be a JSON document, not something else"),
        (
            b'{"count":3,"other":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "record must be a JSON document, not something else",
        ),
    ],
)
def test_what_matters_and_is_wrong_is_named_by_field_and_type(document: bytes, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        SHAPE.read(document)
    assert str(caught.value.at("place")) == f"place: {said}"


def test_halves_of_pairs_can_be_replaced() -> None:
    shape: Shape[Outside] = Shape(Outside, "replace")
    assert shape.read(b'{"text":"a\\ud83d"}').text == "a?"


def test_a_sum_that_no_record_can_hold_is_refused() -> None:
    assert summed("tokens", MAX_COUNT, 0) == MAX_COUNT
    with pytest.raises(Refusal):
        summed("tokens", MAX_COUNT, 1)


def test_an_instant_in_milliseconds_keeps_its_fraction() -> None:
    assert instant_of(1_795_024_801_000.5) == 1_795_024_801_000_500


def test_a_file_is_handed_over_whole_and_what_it_lacks_is_named_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"content")
    read: list[int] = []

    def take(document: bytes) -> Iterator[Refusal]:
        assert document == b"content"
        yield Refusal("one", "this", "that")
        raise Refusal(field="two", allowed="this", came="that")

    said = [str(one) for one in refusals(path, take, read.append)]
    assert said == [f"{path}: one must be this, not that", f"{path}: two must be this, not that"]
    assert read == [7]
    assert list(refusals(path, lambda _: ())) == []


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    def take(_: bytes) -> Any:  # noqa: ANN401 - is never called
        raise AssertionError

    assert [str(one) for one in refusals(tmp_path, take, print)] == [
        f"{tmp_path}: file must be a readable file, not IsADirectoryError"
    ]
