from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from usagestats.events import Refusal
from usagestats.sources.objects import count, instant, paired_instant, parsed, plain, rejects, text


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b'{"a":1}\n', {"a": 1}),
        (b'{"a":"\xff"}\n', {"a": "\ufffd"}),
        (b'{"a":"\\ud83d"}\n', {"a": "\ud83d"}),
        (b'{"a":1e400}\n', {"a": float("inf")}),
        (b" \t\n", None),
        (b"", None),
        (b'{"a":1', None),
    ],
)
def test_a_line_gives_its_object_or_nothing_if_it_is_blank_or_not_finished(line: bytes, found: object) -> None:
    assert parsed(line) == found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"a":1\n', "record must be a line of JSON, not something else"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "record must be a line of JSON, not something else"),
        (b"[1]\n", "record must be a JSON object, not array"),
        (b"null", "record must be a JSON object, not null"),
    ],
)
def test_a_line_that_is_no_object_is_refused(line: bytes, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        parsed(line)
    assert str(caught.value.at("place")) == f"place: {said}"


def test_what_is_no_json_is_an_error_of_its_value() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        plain(b"{")


def test_every_line_is_read_and_those_that_are_refused_are_named_by_their_number() -> None:
    read: list[Any] = []

    def take(line: bytes) -> None:
        read.append(text(parsed(line) or {}, "a"))

    refused = list(rejects(Path("log"), [b'{"a":"x"}\n', b'{"a":1}\n', b'{"a":"y"}'], take))
    assert [str(one) for one in refused] == ["log:2: a must be text or null, not integer"]
    assert read == ["x", "y"]


def test_null_is_no_count_and_a_whole_float_is_one() -> None:
    assert [count({"n": value}, "n") for value in (None, 3, 3.0)] == [0, 3, 3]


@pytest.mark.parametrize(("value", "came"), [(None, "null"), ("noon", "other text"), (7, "integer")])
def test_what_is_no_instant_is_told_by_its_type(value: object, came: str) -> None:
    with pytest.raises(Refusal) as caught:
        instant({"when": value}, "when")
    assert (caught.value.field, caught.value.came) == ("when", came)


def test_a_pair_of_seconds_and_nanoseconds_is_an_instant() -> None:
    assert paired_instant({"end": [1.0, 2_500]}, "end") == 1_000_002


@pytest.mark.parametrize("value", [None, 1, [1], [1, 2, 3], [1, 10**9], [-1, 0], [True, 0], [1.5, 0], ["1", 0]])
def test_what_is_no_such_pair_is_refused(value: object) -> None:
    with pytest.raises(Refusal) as caught:
        paired_instant({"end": value}, "end")
    assert caught.value.allowed == "[seconds, nanoseconds] since 1970"
