"""What the tools that an agent calls did, in the forms that several agents' logs share."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from usagestats.sources.objects import UNREADABLE

_COMMIT: Final = re.compile(
    r"""\bgit
    (?:[\s\\]+(?:(?:-[cC]|--(?:git-dir|work-tree|namespace|exec-path|config-env))[\s\\]+(?:"[^"]*"|'[^']*'|\S)++|-\S++))*+
    [\s\\]+commit(?![\w-])""",
    re.VERBOSE,
)
"""A shell command that holds a ``git commit``, global options before the word included."""


class Arguments(msgspec.Struct, gc=False):
    """What a shell is called with."""

    command: str | None = None


_arguments = msgspec.json.Decoder(Arguments).decode


def is_commit(command: str | None) -> bool:
    """Whether the shell command holds a ``git commit``.

    >>> is_commit("git -C /tmp commit -m x"), is_commit("git log --grep commit"), is_commit("git commit-tree HEAD")
    (True, False, False)
    """
    return command is not None and "commit" in command and _COMMIT.search(command) is not None


def is_committing(arguments: bytes) -> bool:
    """Whether a shell's arguments, which are JSON, hold a commit.

    >>> is_committing(b'{"command":"git commit -m x"}'), is_committing(b'{"command":"git log"}'), is_committing(b"[")
    (True, False, False)
    """
    if b"commit" not in arguments:
        return False
    try:
        return is_commit(_arguments(arguments).command)
    except UNREADABLE:
        return False


def is_zero(code: object) -> bool:
    """Whether the exit code says success.

    >>> is_zero(0), is_zero(1), is_zero(None), is_zero(False)
    (True, False, False, False)
    """
    return code == 0 and not isinstance(code, bool)


def line_count(text: str) -> int:
    r"""How many lines a file of that text has; the last one need not end.

    >>> line_count("one\ntwo\n"), line_count("one\ntwo"), line_count("")
    (2, 2, 0)
    """
    return text.count("\n") + (text != "" and not text.endswith("\n"))
