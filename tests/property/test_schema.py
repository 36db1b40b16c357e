"""The JSON Schema takes just the records that the readers take, but for the rules that it says it cannot say."""

from __future__ import annotations

import json
import os
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.property.records import LAW
from usagestats.events import COUNTS, FIELDS, KINDS, MAX_COUNT, MAX_NUMBER, NUMBERS, Records, Rejects
from usagestats.frames import chunks
from usagestats.schema import UNSAID, json_schema
from usagestats.sources import event_files

if TYPE_CHECKING:
    import pytest

FILE = Path(__file__).parent.parent.parent / "examples" / "event.schema.json"
SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

INTEGERS = st.sampled_from([0, 1, -1, 7, MAX_NUMBER, MAX_NUMBER + 1, MAX_COUNT, MAX_COUNT + 1, 10**30]) | st.integers()
FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 3.0, 0.5, 2.0**63, 2.0**53 / 1000]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    INTEGERS,
    FLOATS,
    TEXTS,
    st.sampled_from(KINDS),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(TEXTS, st.integers(), max_size=2),
)
DIGITS = st.integers(0, 99).map("{:02}".format)
CLOCKS = st.tuples(DIGITS, DIGITS, DIGITS).map(":".join)
STAMPS = st.one_of(
    st.just("2026-11-22T08:00:00Z"),
    st.datetimes(timezones=st.timezones()).map(lambda instant: instant.isoformat()),
    st.builds(
        "{:04}-{:02}-{:02}{}{}{}{}".format,
        st.integers(1, 9998),
        st.integers(0, 13),
        st.integers(0, 32),
        st.sampled_from(["T", "t", " ", "_", ""]),
        st.sampled_from(["08:00:00", "23:59:60", "24:00:00", "08:00"]) | CLOCKS,
        st.sampled_from(["", ".5", ".123456789", ".", ",5"]),
        st.sampled_from(["", "Z", "z", "+05:45", "-23:59", "+24:00", "+0100", "Y"]),
    ),
)


def likely(name: str) -> st.SearchStrategy[Any]:
    """Values that a field mostly takes."""
    if name in COUNTS:
        return st.integers(0, 9) if name.startswith("cache") else st.integers(0, MAX_COUNT)
    if name in NUMBERS:
        return st.floats(0, MAX_NUMBER)
    return st.sampled_from(KINDS) if name == "kind" else st.booleans() if name == "success" else TEXTS


def value(name: str, chance: int) -> st.SearchStrategy[Any]:
    return likely(name) if chance else ANYTHING


RECORDS = st.fixed_dictionaries(
    {},
    optional={name: st.integers(0, 19).flatmap(partial(value, name)) for name in FIELDS[1:]} | {"other": ANYTHING},
).flatmap(lambda rest: st.one_of(STAMPS, STAMPS, STAMPS, ANYTHING).map(lambda stamp: {"timestamp": stamp} | rest))


def refused(records: list[Any], path: Path) -> set[int]:
    """The positions of the records that are not taken, when they come as lines of JSON."""
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    rejects = Rejects()
    list(chunks(Records(lambda into: event_files.SOURCE.batches(path, into)).read(rejects), rejects))
    return {int(one.place.rpartition(":")[2]) - 1 for one in rejects.first}


def is_valid(record: Any) -> bool:  # noqa: ANN401
    """Whether the schema and the rules that it cannot say take the record."""
    return VALIDATOR.is_valid(record) and is_day(record["timestamp"]) and holds_its_cache(record)


def is_day(timestamp: str) -> bool:
    try:
        date.fromisoformat(timestamp[:10])
    except ValueError:
        return False
    return True


def holds_its_cache(record: dict[str, Any]) -> bool:
    counts = {name: record.get(name) or 0 for name in COUNTS}
    cached = counts["cache_read_tokens"] + counts["cache_creation_tokens"]
    return record.get("kind") == "activity" or cached <= counts["input_tokens"]


@LAW
@given(st.lists(RECORDS | ANYTHING, max_size=24))
def test_the_schema_takes_a_record_if_the_readers_take_it(
    tmp_path_factory: pytest.TempPathFactory, records: list[Any]
) -> None:
    found = refused(records, tmp_path_factory.getbasetemp() / "schema.jsonl")
    assert found == {position for position, record in enumerate(records) if not is_valid(record)}


def test_the_schema_is_one_and_says_all_of_each_field() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert tuple(SCHEMA["properties"]) == FIELDS
    assert all(one["description"].endswith((".", "…")) for one in SCHEMA["properties"].values())
    assert [name for name, one in SCHEMA["properties"].items() if "default" not in one] == SCHEMA["required"]
    assert UNSAID in SCHEMA["description"]


def test_the_file_that_others_may_point_at_is_that_schema() -> None:
    text = json.dumps(SCHEMA, ensure_ascii=False, indent=2) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        FILE.write_text(text)
    assert FILE.read_text() == text


def test_the_example_events_are_valid() -> None:
    lines = (FILE.parent / "events.jsonl").read_text().splitlines()
    assert all(VALIDATOR.is_valid(json.loads(line)) for line in lines[::50])
