"""JSON out of a log by type: whole documents, lines, and parts of both.

A `Shape` is quick and strict first. What that refuses is read once more, as plain objects (`sources.objects`): nulls
are defaults, whole floats are integers, a lone half of a surrogate pair (agents cut texts by UTF-16 units) is no fault
of the rest. What is then still wrong is named by its field and its JSON type, never by its content.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeVar

import msgspec
from msgspec import Meta

from usagestats.events import MAX_NUMBER, Refusal, Reject
from usagestats.sources.lines import BOM
from usagestats.sources.objects import COUNT_ALLOWED, NUMBER_ALLOWED, UNREADABLE, Object, is_encodable, parsed, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")

Milliseconds = Annotated[float, Meta(ge=0, le=MAX_NUMBER)]
"""An instant since 1970, or a duration: up to the year 2255, so that a difference is always a latency."""

_ALLOWED: Final = {
    "array": "an array",
    "bool": "true, false",
    "float": NUMBER_ALLOWED,
    "int": COUNT_ALLOWED,
    "object": "an object",
    "str": "text",
}
_CAME: Final = {"bool": "boolean", "float": "number", "int": "integer", "str": "text"}
_BEYOND: Final = {"float": "a number out of range", "int": "an integer out of range"}
_FAULT: Final = re.compile(
    r"(?:Expected `(?P<allowed>[^`]*)`(?:, got `(?P<came>\w+)`)?)?.*?(?: - at `\$\.?(?P<where>.*)`)?"
)
_ENDLESS: Final = 10**300
"""What no field can hold, in place of NaN and infinity, which JSON has no words for."""


class Shape(Generic[T]):
    """How JSON is read: into what, and what becomes of halves of surrogate pairs in the texts of it."""

    def __init__(self, kind: Any, unpaired: str = "surrogatepass") -> None:  # noqa: ANN401 - a type of any form
        self._kind = kind
        self._unpaired = unpaired
        self.strictly: Callable[[bytes], T] = msgspec.json.Decoder(kind).decode
        """The bare decoder, for loops: raises `UNREADABLE` for what is to be read once more."""

    def read(self, document: bytes) -> T:
        """The document as that type.

        Raises:
            Refusal: it is no JSON, or a field that matters has a wrong type.
        """
        try:
            return self.strictly(document)
        except UNREADABLE:
            return self.of(_document(document))

    def part(self, raw: bytes) -> T:
        """A part of a line as that type; an empty one if it is no JSON object.

        Raises:
            Refusal: a field that matters has a wrong type.
        """
        try:
            return self.strictly(raw)
        except UNREADABLE:
            try:
                found = plain(raw)
            except ValueError:
                found = None
            empty: T = self._kind()
            return self.of(found) if isinstance(found, dict) else empty

    def of(self, found: object) -> T:
        """What was read plainly, as that type.

        Raises:
            Refusal: a field that matters has a wrong type.
        """
        try:
            return self.strictly(_json(found).encode("utf-8", self._unpaired))
        except msgspec.ValidationError as error:
            raise _refusal(str(error)) from None
        except UNREADABLE:
            raise self._unwritable(found) from None

    def _unwritable(self, found: object) -> Refusal:
        """The refusal of a text that matters and holds half a pair: where an array in its place is refused."""
        try:
            self.strictly(_json(found, half=[]).encode())
        except msgspec.ValidationError as error:
            refusal = _refusal(str(error))
            return Refusal(refusal.field, refusal.allowed, "text")
        except UNREADABLE:
            pass
        return Refusal(field="record", allowed="a JSON document", came="something else")


def rejects(
    path: Path, file: Iterable[bytes], read: Callable[[bytes], None], again: Callable[[Object], None]
) -> Iterator[Reject]:
    """Reads every line; gives a reject for each that should have counted and could not.

    Args:
        path: Names the place.
        file: The lines.
        read: Decodes a line by type and takes it down; raises what its decoder raises.
        again: Takes down an object that ``read`` refused, or raises `Refusal`.
    """
    for number, line in enumerate(file, 1):
        try:
            try:
                read(line)
            except UNREADABLE:
                second_look(line, again)
        except Refusal as refusal:
            yield refusal.at(f"{path}:{number}")


def second_look(line: bytes, again: Callable[[Object], None]) -> None:
    """Reads what the typed decoder refused.

    Raises:
        Refusal: it is no JSON object, or a field is wrong.
    """
    raw = parsed(line)
    if raw is not None:
        again(raw)


def refusals(
    path: Path, take: Callable[[bytes], Iterable[Refusal]], progress: Callable[[int], None] | None = None
) -> Iterator[Reject]:
    """Hands the file's bytes over; gives what could not be taken, the whole file if need be."""
    try:
        document = path.read_bytes()
        for refusal in take(document):
            yield refusal.at(str(path))
    except OSError as error:
        yield Reject(str(path), "file", "a readable file", type(error).__name__)
        return
    except Refusal as refusal:
        yield refusal.at(str(path))
    if progress:
        progress(len(document))


def from_milliseconds(milliseconds: float) -> int:
    """The same in whole microseconds."""
    return round(milliseconds * 1000)


def _document(document: bytes) -> object:
    try:
        return plain(document.removeprefix(BOM))
    except ValueError:
        raise Refusal(field="record", allowed="a JSON document", came="something else") from None


def _json(found: object, half: object = None) -> str:
    """The JSON of it, tidied; halves of pairs stay unless something is to stand for the texts that hold them."""
    return json.dumps(_tidied(found, half), ensure_ascii=False)


def _tidied(value: object, half: object) -> object:
    """The same with nulls left out of objects, and whole numbers as integers."""
    if isinstance(value, dict):
        return {name: _tidied(one, half) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_tidied(one, half) for one in value]
    if isinstance(value, float):
        whole = int(value) if value.is_integer() else value
        return whole if math.isfinite(value) else _ENDLESS
    return half if half is not None and isinstance(value, str) and not is_encodable(value) else value


def _refusal(message: str) -> Refusal:
    """The refusal that says what msgspec found, which is never content.

    >>> str(_refusal("Expected `str | null`, got `int` - at `$.tokens.input`").at("a.json"))
    'a.json: tokens.input must be text or null, not integer'
    """
    fault = _FAULT.fullmatch(message)
    where, told, came = fault.group("where", "allowed", "came") if fault else (None, None, None)
    kinds = (told or "a number in range").split(" | ")
    allowed = " or ".join(_ALLOWED.get(one, one) for one in kinds)
    came = _CAME.get(came, came) if came else _BEYOND.get(kinds[0], "one out of range")
    return Refusal(where or "record", "a JSON object" if not where and told == "object" else allowed, came)
