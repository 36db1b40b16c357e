r"""Parts of a line of Codex's rollouts: what kind it is by its first bytes, token usage, patches, ends of commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from usagestats.sources.objects import Object, count, inner, loose, words
from usagestats.sources.tools import is_commit, is_zero, line_count

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN: Final = re.compile(
    rb'\{"timestamp":"([^"\\]{20,35})",(?:"ordinal":\d+,)?"type":"(\w+)","payload":\{(?:"type":"(\w+)")?'
)
"""How Codex begins a line: instant, type, and the type of what it carries."""

PATCH: Final = "*** Begin Patch"
SHELLS: Final = frozenset({"shell", "exec_command", "shell_command", "local_shell", "container.exec", "unified_exec"})
"""Tools that run a command."""

_PATCH_END = "*** End Patch"
_CODE = re.compile(r"(?:exited with code|Exit code:) (-?\d+)")
_HEAD_LETTERS = 400
_OWN_TIME = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_HUNK = "@@"


class Usage(NamedTuple):
    """Tokens of one response, or of all so far, as the API counts them: the prompt with its cached part."""

    input_tokens: int
    cached_input_tokens: int
    cache_write_input_tokens: int
    output_tokens: int

    def since(self, before: Usage) -> Usage:
        """What came since then; all of it if the count began anew."""
        grown = Usage(*(now - then for now, then in zip(self, before, strict=True)))
        return self if min(grown) < 0 else grown


NOTHING: Final = Usage(0, 0, 0, 0)


def usage(raw: Object, name: str) -> Usage | None:
    """The usage in that field, if there is one.

    Raises:
        Refusal: a number is none.
    """
    found = inner(raw, name)
    return None if found is None else Usage(*(count(found, field) for field in Usage._fields))


def born(name: str | None) -> int | None:
    """When a UUID of version 7 was made, in µs since 1970, to the millisecond; None for any other name.

    >>> born("01a1eef5-12e8-70a0-8a0a-0a0a0a0a0a0a"), born("9c1f7a52-6d1e-4c55-9b0a-2f5f5a1d0e01"), born(None)
    (1795010401000000, None, None)
    """
    found = _OWN_TIME.fullmatch(name) if name else None
    return int(found[1] + found[2], 16) * 1000 if found else None


def commits(command: object) -> bool:
    """Whether a command, one text or a list of arguments, holds a ``git commit``.

    >>> commits(["bash", "-lc", "git commit -m x"]), commits("git status"), commits(7)
    (True, False, False)
    """
    return is_commit(_joined(command))


def called(payload: Object) -> tuple[bool, int]:
    """Whether a call of a tool commits, and how many lines its patch adds."""
    if payload.get("type") == "custom_tool_call":
        given = payload.get("input")
        return False, patched(given) if payload.get("name") == "apply_patch" and isinstance(given, str) else 0
    if payload.get("type") == "local_shell_call":
        command = loose(payload, "action", "command")
    elif (name := words(payload, "name")) in SHELLS or name == "apply_patch":
        command = _argument(payload.get("arguments"))
    else:
        return False, 0
    return commits(command), patched(_joined(command))


def patched(text: str) -> int:
    r"""How many lines a patch in Codex's own form adds.

    >>> patched("*** Begin Patch\n*** Add File: a\n+one\n+two\n*** End Patch\n+no"), patched("+x")
    (2, 0)
    """
    _, begin, patch = text.partition(PATCH)
    return patch.partition(_PATCH_END)[0].count("\n+") if begin else 0


def added(changes: object) -> int:
    """How many lines these changes of files add: of new files all, of a diff what it marks so, its headers not."""
    return sum(_lines(change) for change in changes.values()) if isinstance(changes, dict) else 0


def succeeded(output: object) -> bool:
    r"""Whether the tool ended well, by what the model was told of it.

    >>> succeeded("Process exited with code 0\nOutput:\n"), succeeded('{"output":"","metadata":{"exit_code":1}}')
    (True, False)
    """
    told = "\n".join(_texts(output))
    if told.startswith("{"):
        return is_zero(loose(_object(told), "metadata", "exit_code"))
    code = _CODE.search(told[:_HEAD_LETTERS].partition("Output:")[0])
    return code[1] == "0" if code else told.startswith("Success.")


def _joined(command: object) -> str:
    parts = command if isinstance(command, list) else [command]
    return " ".join(part for part in parts if isinstance(part, str))


def _argument(arguments: object) -> object:
    """The command, or patch, among a function's arguments, which are JSON in a text."""
    given = _object(arguments) if isinstance(arguments, str) else None
    return next((found for name in ("cmd", "command", "input") if (found := loose(given, name))), None)


def _object(json: str) -> object:
    """What the text holds, if it is JSON."""
    try:
        return msgspec.json.decode(json.encode("utf-8", "replace"))
    except (msgspec.MsgspecError, RecursionError):
        return None


def _texts(output: object) -> Iterator[str]:
    """The texts of a tool's output, which is one, or a list of parts, or has them as its content."""
    if isinstance(output, str):
        yield output
    elif isinstance(output, list):
        yield from (part for one in output if isinstance(part := loose(one, "text"), str))
    elif isinstance(content := loose(output, "content"), str):
        yield content


def _lines(change: object) -> int:
    diff = loose(change, "unified_diff") or loose(change, "update", "unified_diff")
    if isinstance(diff, str):
        at = 0 if diff.startswith(_HUNK) else diff.find("\n" + _HUNK)
        return diff.count("\n+", at) if at >= 0 else 0
    content = loose(change, "content") if loose(change, "type") == "add" else loose(change, "add", "content")
    return line_count(content) if isinstance(content, str) else 0
