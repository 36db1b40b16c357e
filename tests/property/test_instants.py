"""Text means the same instant, or none, however it is read: many together, one alone, in a dict, in a frame."""

from __future__ import annotations

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from usagestats.columns import instant_column
from usagestats.events import Rejects
from usagestats.frames import batches, chunks

NUMBERS = {"year": (0, 1, 1600, 1970, 2023, 2024, 9999), "month": (0, 1, 2, 4, 12, 13), "day": (0, 1, 28, 29, 30, 31)}
CLOCK = {"hour": (0, 23, 24), "minute": (0, 59, 60), "second": (0, 59, 60, 61)}
FRACTIONS = ("", ".", ".0", ".5", ".000001", ".999999", ".1234567", ".9999999")
ZONES = ("Z", "+00:00", "-00:00", "", "z", "+05:30", "-23:59", "+24:00", "+00:60", "+0000")

texts = st.builds(
    "{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{fraction}{zone}".format,
    **{name: st.sampled_from(values) for name, values in (NUMBERS | CLOCK).items()},
    between=st.sampled_from(("T", "T", "T", "t", " ")),
    fraction=st.sampled_from(FRACTIONS),
    zone=st.sampled_from(ZONES),
)


def in_dicts(given: list[str]) -> list[int]:
    read = chunks(batches([{"timestamp": text} for text in given]), Rejects())
    return [instant for frame in read for instant in frame["timestamp"].to_physical()]


@given(st.lists(texts, max_size=6))
@example(["2024-02-29T23:59:59.999999Z", "1600-01-01T00:00:00+00:00"])
@example(["2023-02-29T00:00:00Z"])
def test_text_is_read_alike_in_dicts_and_in_a_frame(given: list[str]) -> None:
    frame = pl.DataFrame({"timestamp": given}, schema={"timestamp": pl.String})
    instants = frame.select(instant_column(frame.schema).to_physical()).to_series().drop_nulls().to_list()
    assert in_dicts(given) == instants
    assert [instant for text in given for instant in in_dicts([text])] == instants
