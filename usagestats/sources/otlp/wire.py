"""How an OTLP message in protobuf begins, to be told from other files without the classes for it.

Logs, metrics and spans alike are a list of (resource, list of what each scope wrote): fields 1, 1 and 2, each with its
length before it. A resource has attributes, each of which begins with its key.
"""

from __future__ import annotations

from typing import Final, NamedTuple

FIRST: Final = 0x0A
"""The tag of field 1, where it has a length: the resources, a resource, its attributes, their keys."""
SECOND: Final = 0x12
"""The same of field 2: what scopes wrote."""
THIRD: Final = 0x1A
"""The same of field 3: the address of a schema."""
COUNTED: Final = 0x10
"""Field 2 as a number: how many attributes of a resource were dropped."""

_VARINT_BYTES: Final = 5


class Field(NamedTuple):
    """A field's tag, and where its content lies."""

    tag: int
    begin: int
    end: int


def is_message(head: bytes) -> bool:
    r"""Whether the bytes begin as a message of OTLP does; they may be cut anywhere.

    >>> is_message(b"\n\x16\n\x14\n\x12\n\x0cservice.name\x12\x02\n\x00"), is_message(b"\nhello")
    (True, False)
    """
    whole = _field(head, 0)
    if whole is None or whole.tag != FIRST:
        return False
    inner = _field(head, whole.begin)
    if inner is None or inner.end > whole.end:
        return False
    if inner.tag == SECOND:
        return _is_scope(head, inner)
    if inner.tag != FIRST or not _is_resource(head, inner):
        return False
    after = _field(head, inner.end) if inner.end < whole.end else None
    return after is None or (after.tag in {SECOND, THIRD} and after.end <= whole.end)


def _is_resource(head: bytes, resource: Field) -> bool:
    if resource.begin == resource.end:
        return True
    attribute = _field(head, resource.begin)
    if attribute is None or attribute.tag != FIRST:
        return head[resource.begin] in {COUNTED, THIRD} if resource.begin < len(head) else False
    key = _field(head, attribute.begin)
    if key is None or key.tag != FIRST or not key.end <= attribute.end <= resource.end:
        return False
    return head[key.begin : key.end].decode("utf-8", "replace").isprintable()


def _is_scope(head: bytes, scope: Field) -> bool:
    inner = _field(head, scope.begin)
    return inner is not None and inner.tag in {FIRST, SECOND} and inner.end <= scope.end


def _field(head: bytes, at: int) -> Field | None:
    """The field with a length that begins there; None if none does."""
    size = 0
    for number, byte in enumerate(head[at + 1 : at + 1 + _VARINT_BYTES]):
        size |= (byte & 0x7F) << 7 * number
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a varint
            begin = at + 2 + number
            return Field(head[at], begin, begin + size)
    return None
