"""Records of several readings laid together: what was read now, and what an archive holds.

Records that fall together are merged as copies are (`usagestats.copies`), with two rules besides. A session that was
read as a whole, by no older version of its reader, takes the place of what was known of it. In others, of which logs
are gone, an event stays in the session that it is known in: a fork without its original looks like one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from usagestats.columns import SCHEMA
from usagestats.copies import KEY, merged, said
from usagestats.events import Table
from usagestats.frames import framed
from usagestats.sources.archive.contents import BESIDE, Archive, empty
from usagestats.sources.archive.held import Held
from usagestats.sources.hashes import hashed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from usagestats.events import Rejects
    from usagestats.sources import Source
    from usagestats.sources.archive.kept import Piece, Reading

HOUR: Final = "1h"
_SOURCE: Final = pl.col("reader").str.extract("^(.*)/").alias("source")
_VERSION: Final = pl.col("reader").str.extract(r"/(\d+)$").cast(pl.Int64)
_NEWEST: Final = pl.col("reader").sort_by(_VERSION, "reader").last()
"""Of readers' names that differ in nothing else, the text alone would put 10 before 9."""


def live(readings: Iterable[Reading], rejects: Rejects, *, nameless: bool) -> pl.DataFrame:
    """What is read now, with ``origin`` and ``reader``; ids are hashes if it is to be joined with an archive."""
    rows = [empty().rows]
    for source, pieces in readings:
        marked = _marked(source, pieces, rejects)
        rows.append(
            marked.with_columns(*said()) if isinstance(source, Held) else _nameless(marked) if nameless else marked
        )
    return pl.concat(rows)


def joined(archive: Archive, read: pl.DataFrame) -> Archive:
    """The archive with what was read besides; ids of both are hashes."""
    if read.is_empty():
        return archive
    rows = archive.forgotten.without(read)
    if not archive.rows.is_empty():  # joins with nothing take as much memory as with much
        kept = _not_told_anew(archive.rows, rows)
        rows = pl.concat([kept, _at_home(kept, rows)])
    return Archive(once(rows), archive.forgotten)


def is_apart(archive: Archive, read: pl.DataFrame) -> bool:
    """Whether what was read tells its sessions as a whole, and no event that is known in another one."""
    known = archive.rows.with_row_index("row").with_columns(_SOURCE)
    touched = known.join(read.with_columns(_SOURCE), on=["source", "session_id"], how="semi")
    partly = touched.join(_read_again(known, read), on="row", how="anti")
    return partly.is_empty() and _abroad(known, read).is_empty()


def united(archives: Iterable[Archive]) -> Archive:
    """Several archives as one: what one of them forgot, none tells."""
    found = list(archives)
    forgotten = empty().forgotten
    for one in found:
        forgotten |= one.forgotten
    rows = [forgotten.without(one.rows) for one in found]
    return Archive(rows[0] if len(rows) == 1 else once(pl.concat([empty().rows, *rows])), forgotten)


def once(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows, each event once."""
    return merged(rows.lazy(), "in-memory", [pl.col("origin").min(), _NEWEST]).select(*SCHEMA, *BESIDE).collect()


def _marked(source: Source, pieces: Iterable[Piece], rejects: Rejects) -> pl.DataFrame:
    reader = pl.lit(f"{source.name}/{source.version}").alias("reader")
    rows = [empty().rows]
    for one in pieces:
        origin = (one.origin if isinstance(one, Table) else None) or source.origin
        rows.append(framed(one, rejects).select(*SCHEMA, pl.lit(origin).alias("origin"), reader))
    return pl.concat(rows)


def _nameless(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of an agent's logs or an event file as an archive has them, with ids and sessions as hashes.

    A session's hash is of its id alone, as sessions are told apart by that alone. A row without an id gets that of what
    it says; those of an event file that say the same are told apart by their number, so that the file can grow and be
    read again, whereas in agents' logs they are copies.
    """
    if rows["event_id"].null_count():
        words = [pl.col(name).to_physical().cast(pl.String).fill_null("\0") for name in SCHEMA]
        says = pl.concat_str(words, separator="\n")
        number = pl.when(pl.col("origin") == "events").then(says.cum_count().over(says)).otherwise(0)
        rows = rows.with_columns(pl.coalesce("event_id", pl.concat_str([says, number], separator="\n")))
    sessions = rows["session_id"].unique().drop_nulls()
    session = pl.col("session_id").replace_strict(
        sessions, [*map(hashed, sessions)], default=None, return_dtype=pl.String
    )
    hours = pl.concat_str(pl.col("application").cast(pl.String), pl.lit(":active:"))
    its = pl.concat_str(hours, "session_id")
    names = pl.when(pl.col("event_id").str.starts_with(its)).then(
        pl.concat_str(hours, session, pl.col("event_id").str.strip_prefix(its))
    )
    ids = rows.select(names.otherwise("event_id").alias("event_id"))["event_id"]
    return rows.with_columns(*said(), session, pl.Series("event_id", [*map(hashed, ids)], dtype=pl.String))


def _not_told_anew(known: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """The known rows without those of sessions that were now read as a whole.

    What was read as a whole takes its place, unless it begins with events of a session that was not: then it is the
    fork of one whose log is gone, and reads otherwise than when both were there.
    """
    numbered = known.with_row_index("row").with_columns(_SOURCE)
    again = _read_again(numbered, read)
    abroad = _abroad(known, read)
    while True:
        orphans = abroad.join(again, left_on="home", right_on="session_id", how="anti")
        fewer = again.join(orphans, on="session_id", how="anti")
        if fewer.height == again.height:
            return numbered.join(again, on="row", how="anti").select(known.columns)
        again = fewer


def _read_again(known: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """The known rows of sessions of which each known request was seen again: under its id, or at its instant.

    A transcript is told anew by the same version of its reader, too: its hours depend on all of its lines. Other rows
    stand for themselves, and are so only by a newer one. An older one tells nothing anew.
    """
    newest = read.group_by(_SOURCE, "session_id").agg(_VERSION.max().alias("newest"))
    told_from = _VERSION + (pl.col("origin") != "transcript").cast(pl.Int64)
    both = known.join(newest, on=["source", "session_id"])
    unseen = both.filter(pl.col("kind") == "request").join(read, on=KEY, how="anti", nulls_equal=True)
    unseen = unseen.join(read, on=["session_id", "timestamp"], how="anti")
    old = both.filter(pl.col("newest") >= told_from)
    return old.join(unseen, on=["source", "session_id"], how="anti")


def _abroad(known: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """The rows read whose events are known in another session, with that as ``home``."""
    return read.join(_homes(known), on=KEY, nulls_equal=True).filter(pl.col("home") != pl.col("session_id"))


def _homes(known: pl.DataFrame) -> pl.DataFrame:
    """Event → the session that it is known in."""
    return known.drop_nulls("session_id").select(*KEY, pl.col("session_id").alias("home"))


def _at_home(known: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """The rows read, each in the session in which its event is known.

    A session that begins with events of another one is a fork that outlived its original. Its active hours up to the
    last of them are in part the original's, and are left to what is known.
    """
    both = read.join(_homes(known), on=KEY, how="left", nulls_equal=True, maintain_order="left")
    moved = both.filter(pl.col("home") != pl.col("session_id"))
    if moved.is_empty():
        return read
    forks = moved.group_by("session_id").agg(pl.col("timestamp").max().dt.truncate(HOUR).alias("until"))
    both = both.join(forks, on="session_id", how="left", maintain_order="left")
    is_shared = (pl.col("active_time_ms") > 0) & (pl.col("timestamp").dt.truncate(HOUR) <= pl.col("until"))
    alone = both.filter(~is_shared.fill_null(value=False))
    return alone.with_columns(pl.coalesce("home", "session_id").alias("session_id")).select(read.columns)
