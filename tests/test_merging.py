from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from usagestats import merging
from usagestats.merging import Merging

if TYPE_CHECKING:
    import pytest


@dataclass(frozen=True)
class Names:
    """A part with a row a name."""

    names: frozenset[str]

    @property
    def height(self) -> int:
        return len(self.names)


def test_parts_are_merged_when_they_are_as_many_rows_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "WAITING_ROWS", 3)
    merged: list[list[int]] = []

    def merge(parts: list[Names]) -> Names:
        merged.append([part.height for part in parts])
        return Names(frozenset().union(*(part.names for part in parts)))

    whole = Merging(merge)
    for number in range(13):
        whole.add(Names(frozenset({str(number)})))
    assert merged == [[1, 1, 1], [3, 1, 1, 1], [6, 1, 1, 1, 1, 1, 1]]
    assert whole.whole() == Names(frozenset(map(str, range(13))))


def test_the_whole_of_no_parts_is_what_merging_none_gives() -> None:
    assert Merging[Names](lambda parts: Names(frozenset({str(len(parts))}))).whole().names == {"0"}
