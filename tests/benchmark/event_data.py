"""Deterministic event frames for the benchmarks.

120 days, 12 models, 8 providers, 6 applications, 20 events a session.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = 120
DAY_US = 86_400_000_000
MODELS = [f"model-{n}" for n in range(12)]
PROVIDERS = [f"provider-{n}" for n in range(8)]
APPLICATIONS = [f"application-{n}" for n in range(6)]


def event_frame(height: int, seed: int = 1, *, part: int = 0, parts: int = 1) -> pl.DataFrame:
    """Records with the columns of the event record, about 15 % activities and 1.4 % without a known model.

    Args:
        height: How many rows.
        seed: Another one gives other rows.
        part: Which of the ``parts`` of the 120 days the rows lie in, for a long file made piece by piece.
        parts: How many pieces there are.
    """
    draw = np.random.default_rng((seed, part))
    model = draw.choice(12, height, p=_falling(12))
    activity = draw.random(height) < 0.15
    unknown = draw.random(height) < 0.014
    span_us = DAYS * DAY_US // parts
    first_us = int((NOW - timedelta(days=DAYS)).timestamp() * 1_000_000) + part * span_us
    cached = draw.integers(0, 9_000, height)
    written = draw.integers(0, 900, height)
    frame = pl.DataFrame(
        {
            "timestamp": pl.Series(np.sort(draw.integers(0, span_us, height)) + first_us).cast(
                pl.Datetime("us", "UTC")
            ),
            "kind": _named(activity.astype(np.uint32), ["request", "activity"]),
            "application": _named(draw.choice(6, height, p=_falling(6)), APPLICATIONS),
            "provider": _named(model % 8, PROVIDERS),
            "model": _named(np.where(unknown, 12, model), [*MODELS, None]),
            "session_id": "session-"
            + pl.Series((np.arange(height) + part * height) // 20).cast(pl.String).str.zfill(32),
            "input_tokens": pl.Series(cached + written + draw.integers(1, 5_000, height)),
            "output_tokens": pl.Series(draw.integers(0, 4_000, height)),
            "cache_read_tokens": pl.Series(cached),
            "cache_creation_tokens": pl.Series(written),
            "latency_ms": pl.Series(draw.integers(100, 60_000_000, height) / 1000),
            "success": pl.Series(draw.random(height) < 0.97),
            "commits": pl.Series(np.where(activity, draw.integers(0, 2, height), 0)),
            "lines_of_code": pl.Series(np.where(activity, draw.integers(0, 90, height), 0)),
            "active_time_seconds": pl.Series(np.where(activity, draw.integers(0, 900_000, height) / 1000, 0.0)),
        }
    )
    known = pl.Series(draw.random(height) >= 0.05)
    return frame.with_columns(pl.when(known).then(pl.col(name)).alias(name) for name in ("latency_ms", "success"))


def write_parquet(path: Path, height: int, parts: int = 10) -> None:
    """The same rows, in order, as one file whose making needs the memory of a part of them."""
    pieces = [path.with_suffix(f".{part}.parquet") for part in range(parts)]
    for part, piece in enumerate(pieces):
        event_frame(height // parts, part=part, parts=parts).write_parquet(piece)
    pl.scan_parquet(pieces).sink_parquet(path, row_group_size=262_144, maintain_order=True)
    for piece in pieces:
        piece.unlink()


def peak_mb() -> int:
    """The peak memory of this process alone: ``ru_maxrss`` would be no less than that of the one that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def _falling(count: int) -> NDArray[np.float64]:
    weights = 1 / np.arange(1, count + 1)
    return np.asarray(weights / weights.sum())


def _named(codes: NDArray[np.integer], names: list[str] | list[str | None]) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(pl.Series(codes.astype(np.uint32)))
