from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from usagestats.crowd import summaries_of
from usagestats.events import Records, Rejects
from usagestats.frames import batches
from usagestats.roster import Person
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from usagestats.events import Batch

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA, BOB, CARL = (f"{number}b2fa7aa-7838-41f4-8e5b-7bfc889d54dd" for number in (1, 2, 3))
EVENT = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}


def records(*events: dict[str, object]) -> Records:
    def read(rejects: Rejects) -> Iterator[Batch]:
        for batch in batches(events):
            for _, reject in batch.refused:
                rejects.add(reject)
            yield batch

    return Records(read)


def nothing(_: Sequence[Path]) -> Records:
    return records()


def tokens(listed: Iterable[Person], given: Records | None, below: Any = nothing) -> dict[str, list[int]]:  # noqa: ANN401
    found = summaries_of(listed, given, below, ["7d", "30d"], now=NOW, tz="UTC", rejects=Rejects())
    return {person.public_id: [one.stats.total_tokens for one in of] for person, of in found}


def test_everybody_has_the_records_with_their_id() -> None:
    given = records(
        EVENT | {"public_id": ADA.upper()},
        EVENT | {"public_id": ADA, "timestamp": "2026-11-01T08:00:00Z"},
        EVENT | {"public_id": BOB, "input_tokens": 5},
        EVENT | {"public_id": "nobody"},
        EVENT,
    )
    assert tokens([Person(BOB), Person(ADA), Person(CARL)], given) == {BOB: [5, 5], ADA: [7, 14], CARL: [0, 0]}


def test_inputs_are_theirs_whatever_they_say() -> None:
    def below(paths: Sequence[Path]) -> Records:
        assert paths == (Path("a"),)
        return records(EVENT, EVENT | {"public_id": BOB})

    assert tokens([Person(ADA, inputs=(Path("a"),))], None, below) == {ADA: [14, 14]}


def test_who_is_switched_off_is_left_out() -> None:
    assert tokens([Person(ADA, enabled=False)], records(EVENT | {"public_id": ADA})) == {}


def test_names_are_theirs_and_numbers_those_of_one_by_one() -> None:
    given = records(EVENT | {"public_id": ADA, "session_id": "s"})
    ((_, (found,)),) = summaries_of([Person(ADA, "Ada")], given, nothing, ["7d"], now=NOW, tz="UTC", rejects=Rejects())
    assert found.to_dict() == summarize([EVENT | {"session_id": "s"}], name="Ada", now=NOW).to_dict()


@pytest.mark.parametrize("events", [(), ({"timestamp": "yesterday"},)])
def test_no_records_are_no_error(events: tuple[dict[str, object], ...]) -> None:
    assert tokens([Person(ADA)], records(*events)) == {ADA: [0, 0]}
