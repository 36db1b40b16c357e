from __future__ import annotations

import os
from typing import TYPE_CHECKING

from usagestats.sources.sharing import MOST_JOBS, default_jobs

if TYPE_CHECKING:
    import pytest


def test_by_default_only_much_is_shared_and_only_among_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(4), raising=False)
    megabyte = 1_000_000
    sizes = (0, 200 * megabyte, 201 * megabyte, 399 * megabyte, 10_000 * megabyte)
    assert [default_jobs(size) for size in sizes] == [1, 1, 2, 3, 4]
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(1), raising=False)
    assert default_jobs(10_000 * megabyte) == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert default_jobs(10_000 * megabyte) == MOST_JOBS
