"""Sections of a text that stand between two marks, found and filled without touching a byte outside of them.

    <!-- usagestats:start overview theme=auto period=30d title="Our team" -->
    <!-- usagestats:end -->

A mark stands alone on its line, indented by three spaces at most. What a Markdown code block shows is no mark, so a
text can explain them. Everything works on bytes: line ends, a byte order mark and any encoding that holds ASCII stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NoReturn

from usagestats.errors import InputError, one_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MARK: Final = re.compile(rb"(?:\xef\xbb\xbf)?( {0,3})<!--[ \t]*usagestats:([\w-]+)((?:(?!-->).)*)-->[ \t]*(\r?\n)?")
OPENING: Final = re.compile(rb"((?: {0,3}(?:[-*+]|\d{1,9}[.)])(?= ))* *)(?:(`{3,})[^`]*|(~{3,}).*)", re.DOTALL)
CLOSING: Final = re.compile(rb"( *)(`{3,}|~{3,})[ \t]*\r?\n?")
WORD: Final = re.compile(r'(?:"[^"]*"|[^\s"])+|"')
"""What stands in quotes may hold spaces."""
EXAMPLE: Final = "<!-- usagestats:start overview --> and <!-- usagestats:end -->"


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between a start and its end."""

    kind: str
    """The first word of the start: what the section shows."""
    names: tuple[str, ...]
    """The words that follow: what of it, such as badges."""
    options: Mapping[str, str]
    """Its other words, ``key=value`` or ``key="more words"``."""
    place: str
    """Where the start stands, for messages: ``README.md:3``."""
    begins: int
    """The byte after the start's line."""
    ends: int
    """The byte at which the end's line begins."""
    indent: bytes
    newline: bytes


@dataclass(slots=True)
class _Fence:
    """The code block that a line stands in, if any."""

    mark: bytes = b""
    indent: int = 0

    def holds(self, line: bytes) -> bool:
        """Whether a line belongs to a code block; is told every line, in order."""
        if not self.mark:
            opened = OPENING.fullmatch(line)
            if opened:
                self.mark, self.indent = opened[2] or opened[3], len(opened[1])
            return opened is not None
        closed = CLOSING.fullmatch(line)
        if closed and closed[2].startswith(self.mark) and len(closed[1]) <= self.indent + 3:
            self.mark = b""
        return True


@dataclass(slots=True)
class _Open:
    """A start that waits for its end."""

    words: list[str]
    line: int
    begins: int
    indent: bytes
    newline: bytes


@dataclass(slots=True)
class _Reader:
    name: str
    found: list[Section] = field(default_factory=list)
    waiting: _Open | None = None

    def add(self, mark: re.Match[bytes], line: int, offset: int) -> None:
        """Take a mark."""
        word = mark[2].decode("ascii", "replace")
        words = WORD.findall(mark[3].decode("utf-8", "backslashreplace"))
        if word == "start":
            self._start(_Open(words, line, offset + len(mark[0]), mark[1], mark[4] or b"\n"))
        elif word == "end":
            self._end(words, line, offset)
        else:
            self._fail(line, one_of("usagestats:…", ("start", "end"), word))

    def done(self) -> tuple[Section, ...]:
        """All sections, once every line was read."""
        if self.waiting:
            self._fail(self.waiting.line, "this section has no end; <!-- usagestats:end --> closes it")
        return tuple(self.found)

    def _start(self, opened: _Open) -> None:
        if self.waiting:
            self._fail(opened.line, f"a section starts inside the one that line {self.waiting.line} has started")
        if not opened.words:
            self._fail(opened.line, f"a start names what to show, such as {EXAMPLE}")
        self.waiting = opened

    def _end(self, words: list[str], line: int, offset: int) -> None:
        if self.waiting is None:
            self._fail(line, "a section ends that has no start")
        elif words:
            self._fail(line, f"an end takes no words, not {shown(' '.join(words))}")
        else:
            one, self.waiting = self.waiting, None
            names = tuple(takewhile(lambda word: "=" not in word, one.words[1:]))
            options = self._options(one.words[1 + len(names) :], one.line)
            place = f"{self.name}:{one.line}"
            self.found.append(Section(one.words[0], names, options, place, one.begins, offset, one.indent, one.newline))

    def _options(self, words: Iterable[str], line: int) -> dict[str, str]:
        options: dict[str, str] = {}
        for word in words:
            key, is_option, value = word.partition("=")
            if not (key and is_option and value):
                self._fail(line, f"an option is key=value, such as period=30d, not {shown(word)}")
            if key in options:
                self._fail(line, f"{key} stands here twice")
            options[key] = value.replace('"', "")
        return options

    def _fail(self, line: int, what: str) -> NoReturn:
        message = f"{self.name}:{line}: {what}"
        raise InputError(message)


def sections(document: bytes, name: str = "README.md") -> tuple[Section, ...]:
    """The sections of a text, in order.

    Args:
        document: The text, in any encoding that holds ASCII.
        name: What to call it in messages.

    Raises:
        InputError: if a mark has no partner, or words that nobody understands; names its line.
    """
    reader, fence = _Reader(name), _Fence()
    for number, offset, line in _lines(document):
        mark = None if fence.holds(line) else MARK.fullmatch(line)
        if mark:
            reader.add(mark, number, offset)
    return reader.done()


def inject(document: bytes, found: Sequence[Section], contents: Sequence[str]) -> bytes:
    r"""The text with its sections filled; everything else stays as it is.

    >>> text = b"<!-- usagestats:start table -->\n<!-- usagestats:end -->\n"
    >>> inject(text, sections(text), ["1 token"])
    b'<!-- usagestats:start table -->\n1 token\n<!-- usagestats:end -->\n'

    Args:
        document: The text.
        found: Its `sections`.
        contents: What each of them shows, lines parted by ``\n``.
    """
    pieces, at = [], 0
    for section, content in zip(found, contents, strict=True):
        pieces += [document[at : section.begins], _block(section, content)]
        at = section.ends
    return b"".join([*pieces, document[at:]])


def _block(section: Section, content: str) -> bytes:
    lines = content.encode("utf-8", "replace").split(b"\n")
    return b"".join((section.indent + line if line else line) + section.newline for line in lines)


def _lines(document: bytes) -> Iterator[tuple[int, int, bytes]]:
    offset = 0
    for number, line in enumerate(document.split(b"\n"), 1):
        whole = line + b"\n" if offset + len(line) < len(document) else line
        yield number, offset, whole
        offset += len(whole)
