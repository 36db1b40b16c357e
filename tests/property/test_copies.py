"""Copies of an event merge to the same event in whatever order, bracketing and number they come."""

from __future__ import annotations

import itertools

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.property.records import LAW, Case, cases, frame
from usagestats.columns import SCHEMA, conformed
from usagestats.copies import Held, merged

SAID = [name for name in SCHEMA if name not in ("event_id", "public_id")]


@given(cases(), st.lists(st.integers(0, 24), max_size=4))
@LAW
def test_what_is_held_in_parts_comes_out_as_what_is_merged_at_once(case: Case, cuts: list[int]) -> None:
    named = columns(case).filter(pl.col("event_id").is_not_null())
    held = Held()
    borders = sorted({0, *(min(cut, named.height) for cut in cuts), named.height})
    for start, end in itertools.pairwise(borders):
        held.add(named[start:end])
    drained = [part.select(said()) for part in held.drain()]
    once = merged(named.lazy(), "in-memory").select(said()).collect()
    assert in_any_order(pl.concat([once.clear(), *drained])).equals(in_any_order(once))


@given(cases())
@LAW
def test_merging_what_is_merged_changes_nothing(case: Case) -> None:
    once = merged(columns(case).lazy(), "in-memory").collect()
    again = merged(pl.concat([once, once.filter(pl.col("event_id").is_not_null())]).lazy(), "in-memory").collect()
    ids = once.filter(pl.col("event_id").is_not_null())
    assert not ids.select("public_id", "event_id").is_duplicated().any()
    assert in_any_order(once.select(said())).equals(in_any_order(again.select(said())))


@given(cases(), st.integers(0, 24))
@LAW
def test_merging_parts_and_then_the_whole_is_merging_the_whole(case: Case, cut: int) -> None:
    whole = columns(case)
    parts = [merged(part.lazy(), "in-memory").collect() for part in (whole[cut:], whole[:cut])]
    once = merged(whole.lazy(), "in-memory").select(said()).collect()
    again = merged(pl.concat(parts).lazy(), "in-memory").select(said()).collect()
    assert in_any_order(once).equals(in_any_order(again))


def columns(case: Case) -> pl.DataFrame:
    found = frame(case.records)
    return conformed(found.lazy(), found.schema).collect()


def said() -> list[pl.Expr]:
    """What counts of each column: text as text, and of activities no measures of requests."""
    request = pl.col("kind").ne_missing("activity")
    measures = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens", "latency_us", "success")
    return [
        pl.when(request).then(pl.col(name)).cast(SCHEMA[name]).alias(name)
        if name in measures
        else pl.when(request).then(pl.lit("request")).otherwise(pl.lit("activity")).alias("kind")
        if name == "kind"
        else pl.col(name).cast(SCHEMA[name])
        for name in SAID
    ]


def in_any_order(table: pl.DataFrame) -> pl.DataFrame:
    return table.sort(table.columns)
