from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from usagestats.events import Count, Refusal
from usagestats.sources.objects import COUNT_ALLOWED as INTEGER
from usagestats.sources.objects import NUMBER_ALLOWED as NUMBER
from usagestats.sources.shapes import Milliseconds, Shape, from_milliseconds, refusals, rejects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.sources.objects import Object


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
        (b'{"count":"private"}', f"count must be {INTEGER} or null, not text"),
        (b'{"count":3.5}', f"count must be {INTEGER} or null, not number"),
        (b'{"count":true}', f"count must be {INTEGER} or null, not boolean"),
        (b'{"count":-1}', f"count must be {INTEGER}, not an integer out of range"),
        (
            b'{"count":99999999999999999999}',
            f"count must be {INTEGER}, not an integer out of range",
        ),
        (b'{"instant":NaN}', f"instant must be {NUMBER}, not a number out of range"),
        (b'{"instant":1e300}', f"instant must be {NUMBER}, not a number out of range"),
        (
            b'{"inside":{"count":[]}}',
            f"inside.count must be {INTEGER} or null, not array",
        ),
        (b'{"text":"private \\ud83d"}', "text must be text or null, not text"),
        (b'{"count":1e400}', f"count must be {INTEGER}, not an integer out of range"),
        (b'{"count":1' + b"0" * 5000 + b"}", "record must be a JSON document, not something else"),
        (b"[1]", "record must be a JSON object, not array"),
        (b"null", "record must be a JSON object, not null"),
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


@pytest.mark.parametrize(
    ("part", "count"),
    [(b'{"count":3.0}', 3), (b'{"count":null}', None), (b'"text"', None), (b"", None), (b"{", None), (b"[7]", None)],
)
def test_a_part_that_is_no_object_is_an_empty_one(part: bytes, count: int | None) -> None:
    assert SHAPE.part(part).count == count


def test_a_part_whose_field_is_wrong_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        SHAPE.part(b'{"inside":{"count":"private"}}')
    assert (caught.value.field, caught.value.came) == ("inside.count", "text")


def test_a_plain_object_is_read_by_the_same_rules() -> None:
    read = SHAPE.of({"count": 3.0, "text": None, "inside": {"count": None}, "all": [{}], "other": "\ud83d"})
    assert read == Outside(count=3, inside=Inside(), all=[Inside()])


def test_what_nests_deeper_than_can_be_read_is_no_document() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"other": deep}
    with pytest.raises(Refusal) as caught:
        SHAPE.of(deep)
    assert caught.value.came == "something else"


def test_lines_are_read_by_type_and_looked_at_once_more_where_that_fails() -> None:
    read: list[object] = []

    def by_type(line: bytes) -> None:
        read.append(SHAPE.strictly(line).count)

    def again(raw: Object) -> None:
        read.append(SHAPE.of(raw).count)

    lines = [b'{"count":1}\n', b'{"count":2.0}\n', b'{"count":"private"}\n', b"\n", b'{"count":3']
    refused = list(rejects(Path("log"), lines, by_type, again))
    assert [(one.place, one.field, one.came) for one in refused] == [("log:3", "count", "text")]
    assert read == [1, 2]


def test_an_instant_in_milliseconds_keeps_its_fraction() -> None:
    assert from_milliseconds(1_795_024_801_000.5) == 1_795_024_801_000_500


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
