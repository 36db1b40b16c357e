"""The one Jinja environment, and the one place where text of others becomes harmless.

Templates hold look and nothing else: they get finished numbers and strings, and loop and place. Everything is escaped,
an undefined name is an error, a float is written to a tenth without idle zeros. Jinja is imported with the first
template.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category, normalize

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from jinja2 import Environment, Template

LONGEST = 300
"""Letters kept of a text: far more than any card can show."""
MARKS = 3
"""Combining marks kept in a row: more than any script needs, fewer than climb out of a line."""
GAP = re.compile("\ufdd0([^\ufdd1]+)\ufdd1")
"""A gap in a template that was rendered: two code points that no text has around a name."""
SPACES = re.compile(r"\s+")
UNSEEN_BUT_NEEDED = frozenset(map(chr, (0x200C, 0x200D, *range(0xE0020, 0xE0080))))
"""Format characters that spell scripts, emoji and flags; all others only confuse, direction overrides above all."""
NOTHING = frozenset(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
"""Code points that are no characters and that XML forbids."""


def render(name: str, /, **context: object) -> str:
    """The text of a template, filled in."""
    return template(name).render(context)


class Mould:
    """A template that was rendered once, with gaps that are filled many times: a tenth of the time of rendering it."""

    __slots__ = ("gaps", "parts")

    def __init__(self, text: str) -> None:
        self.parts = GAP.split(text)
        self.gaps = self.parts[1::2]

    def filled(self, values: Mapping[str, object]) -> str:
        """The text with every gap filled; what fills it is escaped."""
        from markupsafe import escape

        escaped = {name: escape(value) for name, value in values.items()}
        parts = self.parts.copy()
        parts[1::2] = [escaped[name] for name in self.gaps]
        return "".join(parts)


@cache
def mould(name: str, gaps: tuple[str, ...], /, **context: Hashable) -> Mould:
    """The template as a mould.

    Args:
        name: The template.
        gaps: The names of what changes, which the template may only place; ``a.b`` is the attribute ``b`` of ``a``.
        context: What does not change, and may be looked at.
    """
    left: dict[str, Any] = {}
    for gap in gaps:
        head, _, attribute = gap.partition(".")
        marked = f"\ufdd0{gap}\ufdd1"
        left[head] = {**left.get(head, {}), attribute: marked} if attribute else marked
    return Mould(render(name, **left, **context))


@cache
def template(name: str) -> Template:
    """The compiled template."""
    return environment().get_template(name)


@cache
def environment() -> Environment:
    """The environment: templates lie in the wheel's package or, in a bare checkout, in the folder beside it."""
    from jinja2 import Environment, FileSystemLoader, PackageLoader, StrictUndefined

    try:
        loader: PackageLoader | FileSystemLoader = PackageLoader("usagestats")
    except ValueError:
        loader = FileSystemLoader(Path(__file__).parents[1] / "templates")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=finished,
    )


def finished(value: object) -> object:
    """What a template writes for a value: floats as `number` does, all else as it is."""
    return number(value) if type(value) is float else value


def number(value: float) -> str:
    """The number to a tenth, in as few letters as SVG needs.

    >>> [number(n) for n in (0.0, 12.0, 0.54, -0.26, 318.25, -0.04)]
    ['0', '12', '.5', '-.3', '318.2', '0']
    """
    text = f"{value:.1f}"
    if text.endswith(".0"):
        return "0" if text == "-0.0" else text[:-2]
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def clean(text: str) -> str:
    r"""The text without what breaks XML, a line or the direction of reading; at most 300 letters of it.

    Control characters and runs of white space become one space, lone surrogates the replacement character, letters and
    their marks one character where there is one. Direction overrides and other invisible characters go.

    >>> clean("  Ada\x00\n\tLove\u202elace \ud800"), clean("e\u0301")
    ('Ada Lovelace �', 'é')
    """
    if len(text) <= LONGEST and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    composed = normalize("NFC", "".join(map(harmless, text[: 4 * LONGEST])))
    line = SPACES.sub(" ", "".join(few_marks(composed))).strip()
    longer = len(line) > LONGEST or len(text) > 4 * LONGEST
    return line[: LONGEST - 1].rstrip() + "…" if longer else line


def harmless(char: str) -> str:
    """The character, or what stands in for it."""
    if char.isprintable():
        return char
    match category(char):
        case "Cc" | "Zs" | "Zl" | "Zp":
            return " "
        case "Cs":
            return "\ufffd"
        case "Cf":
            return char if char in UNSEEN_BUT_NEEDED else ""
        case _:
            return "" if char in NOTHING else char


def few_marks(text: str) -> list[str]:
    """The letters of the text, no more than three marks on one."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if category(char) in {"Mn", "Me"} else 0
        if marks <= MARKS:
            kept.append(char)
    return kept
