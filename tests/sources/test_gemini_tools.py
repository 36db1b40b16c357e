from __future__ import annotations

import json

import msgspec
import pytest

from usagestats.events import Refusal
from usagestats.sources.gemini_tools import added_lines, exit_code, told


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("Output: fine\nExit Code: 0\nSignal: (none)", "0"),
        ("Output: a file says\nExit Code: 1\nExit Code: 0", "0"),
        ("Exit Code: 128", "128"),
        ("Output: x\r\nExit Code: -1\r\n", "-1"),
        ("Output: x\nExit Code: (none)\nSignal: 15", "(none)"),
        ("Output: the Exit Code: 3 was seen", None),
        ("", None),
    ],
)
def test_the_exit_code_is_the_last_one_at_the_beginning_of_a_line(output: str, code: str | None) -> None:
    assert exit_code(dumped([{"functionResponse": {"response": {"output": output}}}])) == code


def test_an_edit_tells_how_many_lines_the_model_added() -> None:
    assert added_lines(dumped({"fileDiff": "+a", "diffStat": {"model_added_lines": 3, "user_added_lines": 2}})) == 3
    assert added_lines(dumped({"diffStat": {"model_added_lines": 3.0}})) == 3
    assert added_lines(dumped({"diffStat": {"model_added_lines": None}})) == 0
    for nothing in ({"diffStat": None}, {"fileDiff": "+a"}, 'the word "diffStat"', ["diffStat"], None):
        assert added_lines(dumped(nothing)) == 0
    assert added_lines(b'{"diffStat"') == 0
    wrongs: tuple[object, ...] = ("many", -1, 1.5, True, {})
    for wrong in wrongs:
        with pytest.raises(Refusal):
            added_lines(dumped({"diffStat": {"model_added_lines": wrong}}))


def test_a_text_is_told_and_nothing_else_is() -> None:
    assert told(msgspec.Raw(b'"text"')) == "text"
    assert [told(msgspec.Raw(raw)) for raw in (b"", b"null", b"7", b'{"a":1}', b'"\xff"', b'"\\ud800"')] == [None] * 6
