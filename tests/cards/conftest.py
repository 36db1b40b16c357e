from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def same() -> Callable[[str, str], None]:
    """Compares a text with the snapshot of that name; with UPDATE_SNAPSHOTS=1 it writes it instead."""

    def compare(name: str, text: str) -> None:
        path = SNAPSHOTS / name
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.write_bytes(text.encode())
        assert path.read_bytes() == text.encode(), f"{path} differs: UPDATE_SNAPSHOTS=1 accepts what is drawn now"

    return compare
