from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from usagestats.sources.rows import PART_ROWS, Ids, Rows, add, runs
from usagestats.sources.seen import MAIN, ROW, Requests, Seen

COUNT = st.integers(0, 2**63 - 1)
INSTANT = st.integers(-(2**60), 2**60)
NUMBER = st.integers(0, 2)
COPY = st.builds(Seen, COUNT, COUNT, COUNT, COUNT, INSTANT, NUMBER, NUMBER, st.just(MAIN))
COPIES = st.lists(st.tuples(st.sampled_from("abcdefgh"), COPY), max_size=16)


def requests_of(copies: list[tuple[str, Seen]]) -> Requests:
    requests = Requests()
    for text in ("one", "two"):
        assert requests.names[text]
    for key, seen in copies:
        requests.see(f"{key}\nr", seen)
    return requests


def told(rows: Rows) -> dict[str, Seen]:
    columns = [rows.column(name).tolist() for name in Seen._fields]
    return {key: Seen(*values) for key, *values in zip(rows.keys, *columns, strict=True)}


@given(COPIES, st.sets(st.integers(0, 7)))
def test_columns_say_what_the_requests_that_stay_say(copies: list[tuple[str, Seen]], gone: set[int]) -> None:
    requests = requests_of(copies)
    places = {place for row, place in enumerate(requests.rows.values()) if row in gone}
    stay = {key: Seen(*seen) for key, place, seen in requests if place not in places}
    several = {key: requests.shared.get(place) for key, place, _ in requests if place not in places}
    rows = Rows.taken(requests, places)
    assert told(rows) == stay
    assert list(rows.instants) == [seen.timestamp for seen in stay.values()]
    assert {row: sessions for row, sessions in enumerate(several.values()) if sessions} == rows.shared


@given(COPIES)
def test_rows_of_one_session_are_found_by_it_those_of_several_by_none(copies: list[tuple[str, Seen]]) -> None:
    rows = Rows.taken(requests_of(copies), ())
    sessions = rows.column("session").tolist()
    found = {row: session for session, its in rows.alone.items() for run in its for row in range(run.start, run.stop)}
    assert found == {row: session for row, session in enumerate(sessions) if row not in rows.shared}


def test_what_was_taken_is_not_there_any_more() -> None:
    requests = requests_of([("a", Seen(1, 1, 0, 0, 1, 1, 1, MAIN)), ("a", Seen(1, 1, 0, 0, 1, 2, 1, MAIN))])
    Rows.taken(requests, ())
    assert not list(requests)
    assert not requests.shared


def test_a_value_that_is_set_in_a_column_stands_in_the_row() -> None:
    rows = Rows.taken(requests_of([(key, Seen(1, 2, 3, 4, 5, 6, 7, MAIN)) for key in "ab"]), ())
    rows.column("model")[1] = 9
    assert list(ROW.iter_unpack(rows.table)) == [(1, 2, 3, 4, 5, 6, 7, MAIN), (1, 2, 3, 4, 5, 6, 9, MAIN)]


def test_parts_tell_each_key_and_its_row_once_and_forget_it() -> None:
    requests = Requests()
    for number in range(PART_ROWS + 1):
        requests.see(f"{number}\nr", Seen(1, 2, 3, 4, number, 6, 7, MAIN))
    rows = Rows.taken(requests, ())
    found = list(rows.parts())
    assert [(part.start, part.stop) for _, part in found] == [(0, PART_ROWS), (PART_ROWS, PART_ROWS + 1)]
    assert [key for keys, _ in found for key in keys] == [f"{number}\nr" for number in range(PART_ROWS + 1)]
    assert rows.keys == []


def test_keys_that_are_added_twice_are_merged() -> None:
    requests = Requests()
    table = bytearray(b"".join(ROW.pack(output, 0, 0, 0, 1, 0, 0, MAIN) for output in (1, 2, 3)))
    add(requests, ["a\nr", "b\nr", "a\nr"], table, {}, dict.fromkeys(("session", "model"), int))
    assert [(key, seen[0]) for key, _, seen in requests] == [("a\nr", 3), ("b\nr", 2)]


def test_ids_are_made_when_they_are_asked_for() -> None:
    ids = Ids("app", ["m\nr", "n\n", "\nhash"])
    assert list(ids) == [ids[0], ids[1], ids[2]] == ["app:m:r", "app:n", "app:hash"]
    assert list(ids[1:]) == ["app:n", "app:hash"]
    assert len(ids) == 3


def test_no_numbers_have_no_runs() -> None:
    assert list(runs([])) == []
