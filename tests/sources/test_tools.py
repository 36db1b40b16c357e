from __future__ import annotations

import json

import pytest

from usagestats.sources.tools import is_commit, is_committing


@pytest.mark.parametrize(
    ("command", "commits"),
    [
        ("git commit -m x", True),
        ("cd a && git add -A && git  commit --amend", True),
        ("git -c user.name=x commit", True),
        ('git -C "/a b" -c x="y z" --no-pager commit', True),
        ("git --git-dir /x/.git --work-tree=/x commit -q", True),
        ("git \\\n  commit", True),
        ("git commit", True),
        ("git log --grep commit", False),
        ("git commit-tree HEAD", False),
        ("legit commit", False),
        ("git push; echo commit", False),
        ("git " + "-c x " * 40 + "com", False),
        ("git " + "-c -c " * 4000 + "commi", False),
        ("", False),
        (None, False),
    ],
)
def test_a_command_commits_if_it_holds_a_git_commit(command: str | None, commits: bool) -> None:  # noqa: FBT001
    assert is_commit(command) is commits


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
