"""Logs that are whole JSON documents: decoded by type, and refused by field and type only.

`Shape.read` is quick and strict first. What that refuses is read once more: whole floats are integers, a lone half of a
surrogate pair (agents cut texts by UTF-16 units) is no fault of the rest. What is then still wrong is named by its
field and its JSON type, never by its content.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeVar

import msgspec
from msgspec import Meta

from usagestats.events import MAX_COUNT, MAX_NUMBER, Refusal, Reject
from usagestats.sources.lines import BOM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")

Milliseconds = Annotated[float, Meta(ge=0, le=MAX_NUMBER)]
"""An instant since 1970, or a duration: up to the year 2255, so that a difference is always a latency."""

_TYPES: Final = {"bool": "boolean", "float": "number", "int": "integer", "str": "text"}
_FAULT: Final = re.compile(
    r"(?:Expected `(?P<allowed>[^`]*)`(?:, got `(?P<came>\w+)`)?)?.*?(?: - at `\$\.?(?P<where>.*)`)?"
)
_UNREADABLE: Final = (msgspec.MsgspecError, RecursionError, ValueError)


class Shape(Generic[T]):
    """How a document is read: into what, and what becomes of halves of surrogate pairs in the texts of it."""

    def __init__(self, kind: Any, unpaired: str = "surrogatepass") -> None:  # noqa: ANN401 - a type of any form
        self._decode: Callable[[bytes], T] = msgspec.json.Decoder(kind).decode
        self._unpaired = unpaired

    def read(self, document: bytes) -> T:
        """The document as that type.

        Raises:
            Refusal: it is no JSON, or a field that matters has a wrong type.
        """
        try:
            return self._decode(document)
        except _UNREADABLE:
            return self._carefully(document)

    def _carefully(self, document: bytes) -> T:
        try:
            text = document.removeprefix(BOM).decode("utf-8", "replace")
            plain = json.dumps(json.loads(text, parse_float=_number, parse_constant=str), ensure_ascii=False)
            return self._decode(plain.encode("utf-8", self._unpaired))
        except msgspec.ValidationError as error:
            raise _refusal(str(error)) from None
        except _UNREADABLE:
            raise Refusal(field="record", allowed="a JSON document", came="something else") from None


def instant_of(milliseconds: float) -> int:
    """The same in whole microseconds."""
    return round(milliseconds * 1000)


def summed(field: str, *tokens: int) -> int:
    """The sum of tokens.

    Raises:
        Refusal: it is more than a record can hold.
    """
    total = sum(tokens)
    if total > MAX_COUNT:
        raise Refusal(field, f"at most {MAX_COUNT} in all", "more")
    return total


def within(where: str, refusal: Refusal) -> Refusal:
    """The same refusal, of a field further inside."""
    field = where if refusal.field == "record" else f"{where}.{refusal.field}"
    return Refusal(field, refusal.allowed, refusal.came)


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


def _number(text: str) -> float:
    """The number; an integer if it is whole."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _refusal(message: str) -> Refusal:
    """The refusal that says what msgspec found, which is never content.

    >>> str(_refusal("Expected `int | null`, got `str` - at `$.tokens.input`").at("a.json"))
    'a.json: tokens.input must be integer or null, not text'
    """
    fault = _FAULT.fullmatch(message)
    where, told, came = fault.group("where", "allowed", "came") if fault else (None, None, None)
    allowed = " or ".join(_TYPES.get(one, one) for one in told.split(" | ")) if told else "a number in range"
    out = f"{allowed} out of range" if told else "one out of range"
    return Refusal(where or "record", allowed, _TYPES.get(came, came) if came else out)
