from __future__ import annotations

import json

import pytest

from usagestats.sources.tools import is_committing


@pytest.mark.parametrize(
    ("arguments", "commits"),
    [
        ({"command": "git add . && git commit -m x"}, True),
        ({"command": "git log --grep commit"}, False),
        ({"command": ["git commit"]}, False),
        ({"command": None, "description": "git commit"}, False),
        ("git commit", False),
        ({"command": "ls"}, False),
    ],
)
def test_only_a_command_can_commit(arguments: object, commits: bool) -> None:  # noqa: FBT001
    assert is_committing(json.dumps(arguments).encode()) is commits


def test_arguments_that_are_no_json_commit_nothing() -> None:
    assert not is_committing(b'{"command":"git commit')
