"""Files of telemetry in every form in which programs write them, told by their content and never by their name.

JSON: one document a line, or one in a file, or pretty-printed ones after one another. Binary: a message as it was sent.
The Collector puts the length of a message before it (4 bytes, the greatest first), and may pack each with zstd.
All of these may be packed once more as a whole, with gzip or zstd.
"""

from __future__ import annotations

import gzip
import re
import zlib
from contextlib import contextmanager, suppress
from io import BufferedReader, FileIO, RawIOBase
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from usagestats.events import Refusal
from usagestats.sources.lines import BOM, BUFFER_BYTES
from usagestats.sources.objects import UNREADABLE
from usagestats.sources.otlp.wire import is_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LENGTH_BYTES: Final = 4
MAX_MESSAGE_BYTES: Final = 1 << 28
"""What is longer is no message that any program sends."""
PIECE_BYTES: Final = 4096
"""How much of a packed message is unpacked at once: as long as it may be, that fits into memory."""
LENGTH_ALLOWED: Final = f"at most {MAX_MESSAGE_BYTES} bytes long"
GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"

_OTLP = re.compile(rb'\s*(?:\[\s*)?\{\s*"resource(?:Logs|Metrics|Spans)"\s*:')
_SDK = re.compile(rb'\s*\{\s*"(?:hrTime|_spanContext|resource)"\s*:')
_SDK_MARK = re.compile(rb'"(?:hrTime|_spanContext|_rawAttributes|_asyncAttributesPending|scopeMetrics)"\s*:')
_JSON = re.compile(rb"\s*[{\[]")
_ANEW = re.compile(rb'\{\s*"resource(?:Logs|Metrics|Spans)"')
_ENDS = (b"}\n", b"}\r\n", b"}", b"]\n", b"]\r\n", b"]")
_CLOSING = (b"}", b"]")
_INDENTS = (b" ", b"\t")

_skipped = msgspec.json.Decoder(msgspec.Raw).decode


class Damaged(ValueError):
    """A file cannot be unpacked to its end."""


class Piecewise(RawIOBase):
    """A file that is unpacked no further than it must be, so that damage costs nothing of what stands before it."""

    def __init__(self, packed: Any) -> None:  # noqa: ANN401 - whatever has a read1
        self._packed = packed

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever can be written to
        """Fills the beginning of the buffer; gives how much, 0 at the end."""
        part: bytes = self._packed.read1(len(buffer))
        buffer[: len(part)] = part
        return len(part)


@contextmanager
def unpacked(path: Path) -> Iterator[BufferedReader[Any]]:
    """The file's content, whatever it is packed with.

    Raises:
        Damaged: it cannot be unpacked, found out while it is read.
        OSError: it cannot be read.
    """
    with BufferedReader(FileIO(path), BUFFER_BYTES) as raw:
        head = raw.peek(len(ZSTD))
        if head.startswith(GZIP):
            with _gzip(raw) as file:
                yield file
        elif head.startswith(ZSTD):
            with _zstd(raw) as file:
                yield file
        else:
            yield raw


@contextmanager
def _gzip(raw: IO[bytes]) -> Iterator[BufferedReader[Any]]:
    try:
        yield BufferedReader(Piecewise(gzip.GzipFile(fileobj=raw)), BUFFER_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Damaged(*error.args) from error


@contextmanager
def _zstd(raw: IO[bytes]) -> Iterator[BufferedReader[Any]]:
    import zstandard

    try:
        reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        yield BufferedReader(Piecewise(reader), BUFFER_BYTES)
    except zstandard.ZstdError as error:
        raise Damaged(*error.args) from error


def is_telemetry(path: Path, head: bytes) -> bool:
    """Whether the file is telemetry; a packed one is opened, and unpacked as far as need be."""
    if not head.startswith((GZIP, ZSTD)) and not head.startswith(ZSTD, LENGTH_BYTES):
        return is_known(head)
    with suppress(OSError, Damaged), unpacked(path) as file:
        return is_known(file.peek(BUFFER_BYTES))
    return False


def is_known(head: bytes) -> bool:
    """Whether unpacked content begins as telemetry does."""
    head = head.removeprefix(BOM)
    if _OTLP.match(head) or (_SDK.match(head) and _SDK_MARK.search(head)) or is_message(head):
        return True
    size = _length(head)
    payload = head[LENGTH_BYTES:][:size]
    if payload.startswith(ZSTD):
        with suppress(Refusal):
            payload, _ = _unpacked(payload)
    return 0 < size <= MAX_MESSAGE_BYTES and bool(is_message(payload) or _OTLP.match(payload))


def is_json(document: bytes) -> bool:
    """Whether a document is JSON and no binary message, one of which may begin with a line feed and a brace."""
    return _JSON.match(document) is not None and not is_message(document)


def documents(file: BufferedReader[Any]) -> Iterator[tuple[int, bytes | Refusal]]:
    """The documents, each with its line or number, from 1; what cannot be taken out of the file is refused.

    Raises:
        Damaged: the file cannot be unpacked to its end.
    """
    if file.peek(len(BOM)).startswith(BOM):
        file.read(len(BOM))
    head = file.peek(BUFFER_BYTES)
    if is_message(head):
        yield 1, file.read()
    elif _JSON.match(head):
        yield from _json(file)
    else:
        yield from _framed(file)


def _framed(file: BufferedReader[Any]) -> Iterator[tuple[int, bytes | Refusal]]:
    number = 0
    while head := file.read(LENGTH_BYTES):
        number += 1
        size = _length(head)
        if size > MAX_MESSAGE_BYTES:
            yield number, Refusal("message", LENGTH_ALLOWED, "a longer one")
            return
        payload = file.read(size)
        if len(head) < LENGTH_BYTES or len(payload) < size:
            yield number, Refusal("message", "as long as is said before it", "a part of one")
            return
        try:
            yield number, _message(payload) if payload.startswith(ZSTD) else payload
        except Refusal as refused:
            yield number, refused


def _length(head: bytes) -> int:
    return int.from_bytes(head[:LENGTH_BYTES], "big")


def _message(payload: bytes) -> bytes:
    """The message that is packed with zstd.

    Raises:
        Refusal: it is too long, or damaged.
    """
    message, is_whole = _unpacked(payload)
    if not is_whole:
        raise Refusal(field="message", allowed="zstd to its end", came="something else")
    return message


def _unpacked(payload: bytes) -> tuple[bytes, bool]:
    """What can be unpacked of a message, and whether that is all of it.

    Raises:
        Refusal: it is too long.
    """
    import zstandard

    unpacker, parts, size = zstandard.ZstdDecompressor().decompressobj(), [], 0
    with suppress(zstandard.ZstdError):
        for at in range(0, len(payload), PIECE_BYTES):
            part = unpacker.decompress(payload[at : at + PIECE_BYTES])
            parts.append(part)
            size += len(part)
            if size > MAX_MESSAGE_BYTES:
                raise Refusal(field="message", allowed=LENGTH_ALLOWED, came="a longer one")
            if unpacker.eof:
                break
    return b"".join(parts), unpacker.eof


def _json(file: BufferedReader[Any]) -> Iterator[tuple[int, bytes]]:
    """Documents of one line each, or of several, where the next one begins after the last brace is closed."""
    pending: list[bytes] = []
    begin, tried = 0, 0
    for number, line in enumerate(file, 1):
        if pending and _begins(line, pending):
            yield begin, b"".join(pending)
            pending = []
        if not pending:
            if line.isspace():
                continue
            if line.endswith(_ENDS):
                yield number, line
            else:
                begin, tried, pending = number, 0, [line]
            continue
        pending.append(line)
        if line.startswith(_CLOSING) and len(pending) > 2 * tried:
            tried = len(pending)
            if _is_whole(b"".join(pending)):
                yield begin, b"".join(pending)
                pending = []
    if pending:
        yield begin, b"".join(pending)


def _begins(line: bytes, pending: list[bytes]) -> bool:
    """Whether a document begins on the line, though the one before it has no end: its writer was stopped."""
    if _ANEW.match(line):
        return True
    is_indented = len(pending) > 1 and pending[1].startswith(_INDENTS)
    return is_indented and line.startswith(b"{")


def _is_whole(document: bytes) -> bool:
    try:
        _skipped(document)
    except UNREADABLE:
        return False
    return True
