"""What the tools of Gemini CLI report, and those of Qwen Code after them: exit codes, lines added.

Everything here is a piece of JSON as the log has it. Only what an edit added can be refused.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from usagestats.events import Count
from usagestats.sources.objects import UNREADABLE
from usagestats.sources.shapes import Shape

SHELL: Final = "run_shell_command"
"""The tool that runs commands."""

_EXIT_CODE = re.compile(rb'(?:\\n|")Exit Code: (\(none\)|-?\d+)')


class Statistics(msgspec.Struct, gc=False):
    """How much an edit changed; what the user changed besides stands under other names."""

    model_added_lines: Count = 0


class Display(msgspec.Struct, gc=False):
    """What an edit shows."""

    diffStat: Statistics | None = None  # noqa: N815  (the log's name)


_display: Final[Shape[Display]] = Shape(Display)
_statistics: Final[Shape[Statistics]] = Shape(Statistics)
_text = msgspec.json.Decoder(str).decode


def told(raw: msgspec.Raw) -> str | None:
    """The text, if it is one."""
    try:
        return _text(raw) if bytes(raw) else None
    except UNREADABLE:
        return None


def exit_code(result: bytes) -> str | None:
    r"""The last exit code that a shell's result tells; None if it tells none.

    >>> exit_code(b'{"output":"Output: (empty)\\nExit Code: 128\\n"}'), exit_code(b'"fine"')
    ('128', None)
    """
    codes = _EXIT_CODE.findall(result)
    return codes[-1].decode() if codes else None


def added_lines(display: bytes) -> int:
    """The lines that an edit added, as it shows.

    Raises:
        Refusal: their number is none.
    """
    if b'"diffStat"' not in display:
        return 0
    shown = _display.part(display)
    return shown.diffStat.model_added_lines if shown.diffStat else 0


def reported_lines(metadata: bytes) -> int | None:
    """The lines that an edit added, as its record in the telemetry says; None if that does not say it.

    Raises:
        Refusal: their number is none.
    """
    if b'"model_added_lines"' not in metadata:
        return None
    return _statistics.part(metadata).model_added_lines
