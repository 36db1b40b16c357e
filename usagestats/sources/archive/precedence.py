"""One source a session: where telemetry and a transcript tell the same session, telemetry gives the requests.

The transcript then only adds what telemetry lacks, each measure on its own: commits, lines of code, active time. So a
session's active time is either what telemetry reported or what a transcript's instants came to, never both. Event files
are what their writer says they are, and take no part.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from usagestats.columns import REQUEST

MEASURES: Final = ("commits", "lines_of_code", "active_time_ms")
SESSION: Final = ("application", "session_id")


def one_source(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that count, of a frame with the columns of `columns.SCHEMA` and ``origin``.

    A transcript's request that telemetry told stays as an activity if it brought something of its own.
    """
    told = _told(frame.filter(pl.col("origin") == "telemetry", pl.col("session_id").is_not_null()))
    if told.is_empty():
        return frame
    both = frame.join(told, on=SESSION, how="left", maintain_order="left")
    is_second = (pl.col("origin") == "transcript") & pl.col("told request").is_not_null()
    is_told = is_second & pl.col("told request") & REQUEST
    settled = both.with_columns(
        pl.when(is_told).then(pl.lit("activity")).otherwise("kind").alias("kind"),
        *(
            pl.when(is_second & pl.col(f"told {name}")).then(pl.lit(0)).otherwise(name).alias(name).cast(pl.Int64)
            for name in MEASURES
        ),
    )
    brings = pl.any_horizontal(pl.col(name).fill_null(0) > 0 for name in MEASURES)
    return settled.filter(~is_second | REQUEST | brings).select(frame.columns)


def _told(telemetry: pl.DataFrame) -> pl.DataFrame:
    """Session → whether its telemetry tells of requests, and of each measure."""
    return telemetry.group_by(SESSION).agg(
        REQUEST.any().alias("told request"),
        *((pl.col(name).fill_null(0) > 0).any().alias(f"told {name}") for name in MEASURES),
    )
