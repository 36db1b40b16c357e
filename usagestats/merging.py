"""Parts that come one after the other → their whole, with little more than it in memory.

Parts wait until they have as many rows as what is merged: each row is then merged few times, however many parts there
are, and what waits is never much larger than the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

WAITING_ROWS: Final = 500_000
"""Rows that may wait whatever the whole has."""


class Sized(Protocol):
    """What has rows."""

    @property
    def height(self) -> int:
        """How many, over all tables."""


Part = TypeVar("Part", bound=Sized)


@dataclass(slots=True)
class Merging(Generic[Part]):
    """The whole so far."""

    merge: Callable[[list[Part]], Part]
    """Gives the whole of disjoint parts, in any order and bracketing; of none, the empty one."""
    _parts: list[Part] = field(default_factory=list)
    _waiting: int = 0
    _merged: int = 0

    def add(self, part: Part) -> None:
        """Take one more part."""
        self._parts.append(part)
        self._waiting += part.height
        if self._waiting >= max(WAITING_ROWS, self._merged):
            self._merge()

    def whole(self) -> Part:
        """The whole of all parts."""
        self._merge()
        return self._parts[0]

    def _merge(self) -> None:
        self._parts = [self.merge(self._parts)]
        self._waiting, self._merged = 0, self._parts[0].height
