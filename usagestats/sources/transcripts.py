"""What the readers of transcripts share: reading line by line, and the second look at a line.

A line is decoded by type, which is quick and strict. One that this refuses is looked at once more, field by field
(`converted`): nulls are defaults, whole floats are integers, and what matters and is wrong is named by its type only.
"""

from __future__ import annotations

import json
import re
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, Union, get_args, get_origin

import msgspec

from usagestats.events import MAX_COUNT, MAX_NUMBER, Reject
from usagestats.sources.claude_code_lines import COUNT_ALLOWED, Refused
from usagestats.sources.instants import INSTANT_ALLOWED, microseconds
from usagestats.sources.lines import is_cut, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.sources.ledger import Ledger

Object = dict[str, Any]
"""A JSON object of unknown shape."""
S = TypeVar("S", bound=msgspec.Struct)

UNREADABLE: Final = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What the typed decoders raise."""
NUMBER_ALLOWED: Final = f"a number from 0 to {MAX_NUMBER}"
UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_WORDS: Final = {
    str: "text or null",
    bool: "true, false or null",
    int: COUNT_ALLOWED,
    float: NUMBER_ALLOWED,
}


def rejects(
    path: Path, file: Iterable[bytes], read: Callable[[bytes], None], again: Callable[[Object], None]
) -> Iterator[Reject]:
    """Reads every line; gives a reject for each that should have counted and could not.

    Args:
        path: Names the place.
        file: The lines.
        read: Decodes a line by type and takes it down; raises what its decoder raises.
        again: Takes down an object that ``read`` refused, or raises `Refused`.
    """
    for number, line in enumerate(file, 1):
        try:
            read(line)
        except UNREADABLE:
            refused = second_look(line, again)
        except Refused as error:
            refused = error
        else:
            continue
        if refused:
            yield rejected(f"{path}:{number}", refused)


def rejected(place: str, refused: Refused) -> Reject:
    """The reject at that place."""
    return Reject(place, refused.where, refused.allowed, refused.came)


def second_look(line: bytes, again: Callable[[Object], None], allowed: str = "a line of JSON") -> Refused | None:
    """Reads what the typed decoder refused; gives the reason if it is no JSON object or a field is wrong."""
    if not line or line.isspace():
        return None
    try:
        raw = json.loads(line.decode("utf-8", "replace"))
        if not isinstance(raw, dict):
            return Refused("record", "a JSON object", type_name(raw))
        again(raw)
    except Refused as error:
        return error
    except (ValueError, RecursionError):
        return None if is_cut(line) else Refused("record", allowed, "something else")
    return None


def lenient(raw: bytes, kind: type[S]) -> S:
    """A part that the typed decoder refused; an empty one if it is no JSON object.

    Raises:
        Refused: a field has a wrong type.
    """
    try:
        found = json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return kind()
    return converted(found, kind) if isinstance(found, dict) else kind()


def converted(raw: Object, kind: type[S]) -> S:
    """The object as that type, field by field.

    Raises:
        Refused: a field has a wrong type.
    """
    given = [(one, raw.get(one.encode_name)) for one in _fields(kind)]
    return kind(**{one.name: _field(value, one) for one, value in given if value is not None})


def instant(text: str | None) -> int:
    """The line's instant.

    Raises:
        Refused: there is none.
    """
    found = microseconds(text) if text else None
    if found is None:
        raise Refused(where="timestamp", allowed=INSTANT_ALLOWED, came="null" if text is None else "other text")
    return found


def prompt_tokens(fresh: int, cached: int, written: int = 0, *, inside: bool) -> int:
    """The whole prompt, cached tokens included.

    Args:
        fresh: As the source counts its input.
        cached: Read from a cache.
        written: Written to a cache.
        inside: Whether the source's input includes them. Where it claims so and they exceed it, it does not.

    Raises:
        Refused: no record can hold it.
    """
    whole = fresh if inside and cached + written <= fresh else fresh + cached + written
    return summed(whole)


def summed(*counts: int) -> int:
    """The sum of tokens.

    Raises:
        Refused: no record can hold it.
    """
    if sum(counts) > MAX_COUNT:
        raise Refused(where="tokens", allowed=f"at most {MAX_COUNT} together", came="more")
    return sum(counts)


def adopt(ledger: Ledger, copies: Ledger) -> None:
    """Takes from the copies what their originals, which are gone, do not tell any more."""
    for key, request in copies.requests.items():
        ledger.requests.setdefault(key, request)
    for key, activity in copies.activities.items():
        ledger.activities.setdefault(key, activity)


_fields = cache(msgspec.structs.fields)


def _core(kind: Any) -> Any:  # noqa: ANN401 - a type of any form
    """The type without its null and its limits."""
    if get_origin(kind) in {Union, UnionType}:
        return _core(next(one for one in get_args(kind) if one is not type(None)))
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _field(value: object, one: msgspec.structs.FieldInfo) -> object:
    """A value as its field wants it."""
    kind = _core(one.type)
    if kind is msgspec.Raw:
        return _raw(value)
    if get_origin(kind) is list:
        return _list(value, one.encode_name, get_args(kind)[0])
    if issubclass(kind, msgspec.Struct):
        if not isinstance(value, dict):
            raise Refused(one.encode_name, "an object or null", type_name(value))
        return converted(value, kind)
    return _plain(value, one, kind)


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def _list(value: object, where: str, kind: Any) -> list[Any]:  # noqa: ANN401 - a type of any form
    if not isinstance(value, list):
        raise Refused(where, "an array or null", type_name(value))
    if kind is msgspec.Raw:
        return [_raw(one) for one in value]
    return [converted(one, kind) for one in value if isinstance(one, dict)]


def _plain(value: object, one: msgspec.structs.FieldInfo, kind: type) -> object:
    """A text, flag or number."""
    if kind is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        found = msgspec.convert(value, one.type)
        if isinstance(found, str):
            found.encode()
    except (msgspec.ValidationError, UnicodeEncodeError):
        ranged = kind in {int, float} and type(value) is int
        came = "an integer out of range" if ranged else type_name(value)
        raise Refused(one.encode_name, _WORDS[kind], came) from None
    return found
