"""What the tools that an agent calls did, in the forms that several agents' logs share."""

from __future__ import annotations

import msgspec

from usagestats.sources.claude_code import is_commit
from usagestats.sources.objects import UNREADABLE


class Arguments(msgspec.Struct, gc=False):
    """What a shell is called with."""

    command: str | None = None


_arguments = msgspec.json.Decoder(Arguments).decode


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
