from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl
import pytest

from usagestats.api import Person, Response, respond
from usagestats.errors import InvalidPeriod, NotFound
from usagestats.rollup import roll_up
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALEX_ID = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
HIDDEN_ID = "00000000-0000-0000-0000-000000000001"
EVENTS = [
    {
        "timestamp": NOW - timedelta(days=days),
        "provider": "openai",
        "model": "gpt-5.1",
        "session_id": str(days),
        "input_tokens": 7118,
        "output_tokens": 2978,
    }
    for days in (0, 10, 40)
]
ALEX = Person("Alex Smith", EVENTS)
PEOPLE = {ALEX_ID: ALEX, HIDDEN_ID: replace(ALEX, enabled=False)}
DOCUMENTED = {
    400: ("invalid_period", "period must be one of 7d, 30d, 90d"),
    404: ("not_found", "User not found or API access disabled"),
    405: ("method_not_allowed", "method not allowed"),
    429: ("rate_limited", "too many requests"),
    500: ("server_error", "unexpected error"),
}


def ask(query: str = "", public_id: str = ALEX_ID, **more: Any) -> Response:  # noqa: ANN401 - whatever respond takes
    given: dict[str, Any] = {"lookup": PEOPLE.get, "now": NOW} | more
    return respond(public_id, query, **given)


def conditional(etag: str) -> Mapping[str, str]:
    return {"If-None-Match": etag}


class Untouchable:
    """Records that must not be read."""

    def __iter__(self) -> NoReturn:
        pytest.fail("the records were read")


def is_documented_error(response: Response, status: int) -> bool:
    code, message = DOCUMENTED[status]
    told = {"error": {"code": code, "message": message}}
    return (response.status, json.loads(response.body), response.headers["Content-Type"]) == (
        status,
        told,
        "application/json",
    )


@pytest.mark.parametrize("period", ["7d", "30d", "90d"])
def test_the_answer_is_the_summarys_document(period: str) -> None:
    found = ask(f"period={period}")
    assert found.status == 200
    assert found.body.decode() == summarize(EVENTS, name="Alex Smith", period=period, now=NOW).to_json()


def test_without_a_period_it_is_seven_days() -> None:
    assert ask().body == ask("period=7d").body


def test_fields_select_parts_of_the_document() -> None:
    found = ask("period=30d&fields=name,stats.total_events,stats.total_tokens")
    assert json.loads(found.body) == {"name": "Alex Smith", "stats": {"total_events": 2, "total_tokens": 20192}}


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("period=30d&period=7d", "period=30d"),
        ("fields=name&fields=stats", "fields=name"),
        ("%70eriod=%33%30%64", "period=30d"),
        ("fields=name%2Cgenerated%5fat", "fields=name,generated_at"),
        ("fields=+name+,%20generated_at", "fields=name,generated_at"),
        ("fields=", ""),
        ("&&=&a&=b&%ff=%fe&period=7d", ""),
        ("fields=%ff,name", "fields=name"),
        ("fields=name" + ",nothing" * 100_000, "fields=name"),
        ("x=1&" * 100_000 + "period=30d", "period=30d"),
        ("fields=\udcff,name", "fields=name"),
    ],
)
def test_repeated_encoded_empty_and_gigantic_parameters_are_understood(query: str, same: str) -> None:
    assert (ask(query).status, ask(query).body) == (200, ask(same).body)


@pytest.mark.parametrize(
    "period", ["1y", "", "7D", "+7d", "7d;", "7d\x00", "\u0667d", "%ff", "7d%0a", "9" * 1_000_000, "7d&period=7d"]
)
def test_another_period_is_a_400_except_that_the_first_of_two_counts(period: str) -> None:
    found = ask(f"period={period}")
    assert found.status == 200 if period.startswith("7d&") else is_documented_error(found, 400)


@pytest.mark.parametrize(
    "public_id",
    [
        "1b2fa7aa-7838-41f4-8e5b-7bfc889d54de",
        HIDDEN_ID,
        "me",
        "",
        ALEX_ID.replace("-", ""),
        f"{{{ALEX_ID}}}",
        f"{ALEX_ID}\n",
        f"urn:uuid:{ALEX_ID}",
        "1b2fa7aa-7838-41f4-8e5b-7bfc889d54d\u0661",
        "\udcff" * 36,
    ],
)
def test_an_unknown_a_hidden_and_an_impossible_person_are_the_same_404(public_id: str) -> None:
    found = ask(public_id=public_id)
    assert is_documented_error(found, 404)
    assert found == ask(public_id="00000000-0000-0000-0000-00000000dead")


def test_the_lookup_sees_the_id_in_lower_case_and_nothing_but_ids() -> None:
    seen: list[str] = []
    for public_id in (ALEX_ID.upper(), "me"):
        ask(public_id=public_id, lookup=seen.append)
    assert seen == [ALEX_ID]


def test_errors_are_told_in_the_order_405_429_400_404() -> None:
    wrong: dict[str, Any] = {"query": "period=1y", "public_id": "me"}
    assert is_documented_error(ask(**wrong, method="POST", retry_after=1.0), 405)
    assert is_documented_error(ask(**wrong, retry_after=1.0), 429)
    assert is_documented_error(ask(**wrong), 400)
    assert is_documented_error(ask(public_id="me"), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", ""])
def test_another_method_is_a_405_that_says_what_is_allowed(method: str) -> None:
    found = ask(method=method)
    assert is_documented_error(found, 405)
    assert found.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(("seconds", "told"), [(0, "1"), (0.2, "1"), (41.01, "42"), (60, "60")])
def test_a_429_says_in_whole_seconds_how_long_to_wait(seconds: float, told: str) -> None:
    assert ask(retry_after=seconds).headers["Retry-After"] == told


@pytest.mark.parametrize(
    "error", [RuntimeError("/secret/path"), KeyError("secret"), NotFound("secret"), InvalidPeriod("secret")]
)
def test_a_lookup_that_raises_is_a_500_that_leaks_nothing_and_is_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def lookup(_: str) -> Person:
        raise error

    found = ask(lookup=lookup)
    assert is_documented_error(found, 500)
    assert "secret" not in str(found)
    (logged,) = caplog.records
    assert (logged.name, logged.levelno) == ("usagestats.api", logging.ERROR)
    assert logged.exc_info
    assert logged.exc_info[1]
    assert logged.exc_info[1].__cause__ is error


def test_records_that_are_none_are_a_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert is_documented_error(ask(lookup=lambda _: Person("Alex Smith", 5)), 500)
    assert is_documented_error(ask(lookup=lambda _: Person("Alex Smith", events=BROKEN)), 500)
    assert is_documented_error(ask(lookup=lambda _: Person("Alex Smith", [EVENTS[0] | LOUD, EVENTS[0] | LOUD])), 500)
    assert len(caplog.records) == 3


@pytest.mark.parametrize("version", [None, "1"])
@pytest.mark.parametrize("headers", [{}, {"If-None-Match": "*"}])
def test_a_person_whose_name_is_no_text_is_a_500_that_leaks_nothing_and_is_logged(
    version: str | None, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    nameless: Any = ["secret"]
    found = ask(lookup=lambda _: Person(nameless, EVENTS, version=version), headers=headers)
    assert is_documented_error(found, 500)
    assert "secret" not in str(found)
    (logged,) = caplog.records
    assert logged.exc_info
    assert str(logged.exc_info[1]) == "the name of a person must be text, not list"
    assert ask(lookup=lambda _: Person(nameless, EVENTS, enabled=False)).status == 404


BROKEN = (1 // one for one in (0,))
LOUD = {"output_tokens": 2**63 - 1}


def test_the_etag_stands_for_the_content_and_not_for_the_time() -> None:
    etag = ask().headers["ETag"]
    assert etag.startswith('W/"')
    assert ask(now=NOW + timedelta(seconds=1)).headers["ETag"] == etag
    others = [
        ask("period=30d"),
        ask("fields=name"),
        ask(now=NOW + timedelta(days=1)),
        ask(lookup=lambda _: replace(ALEX, name="Alex Jones")),
        ask(lookup=lambda _: replace(ALEX, events=EVENTS * 2)),
    ]
    assert len({etag, *(one.headers["ETag"] for one in others)}) == len(others) + 1


@pytest.mark.parametrize("form", ["{}", "{bare}", '"a,b", {} , W/"c"', "*", " * ", 'W/"x",{bare}'])
def test_a_client_that_has_the_content_gets_304_without_a_body(form: str) -> None:
    etag = ask().headers["ETag"]
    found = ask(headers={"iF-nOnE-mAtCh": form.format(etag, bare=etag.removeprefix("W/"))}, now=NOW)
    assert (found.status, found.body) == (304, b"")
    assert {"ETag": etag, "Cache-Control": "public, max-age=60", "Vary": "Accept-Encoding"}.items() <= dict(
        found.headers
    ).items()
    assert "Content-Type" not in found.headers


@pytest.mark.parametrize("form", ['W/"other"', "", "{bare}x", "W/", '"', "**", "{hex}"])
def test_a_client_that_has_something_else_gets_the_content(form: str) -> None:
    etag = ask().headers["ETag"]
    asked = form.format(bare=etag.removeprefix('W/"').removesuffix('"'), hex=etag.strip('W/"'))
    assert ask(headers=conditional(asked)).status == 200


def test_other_headers_mean_nothing() -> None:
    assert ask(headers={"If-Match": '"x"', "Range": "bytes=0-1", "If-Modified-Since": "*"}).status == 200


def test_an_unchanged_person_is_answered_304_without_reading_a_record() -> None:
    first = ask(lookup=lambda _: replace(ALEX, version="5"))
    later = ask(
        lookup=lambda _: Person("Alex Smith", Untouchable(), version="5"),
        headers=conditional(first.headers["ETag"]),
        now=NOW.replace(hour=23, minute=59),
    )
    assert (first.status, later.status) == (200, 304)


@pytest.mark.parametrize(
    ("query", "person", "now"),
    [
        ("", replace(ALEX, version="6"), NOW),
        ("", replace(ALEX, version="5", name="Alex Jones"), NOW),
        ("period=30d", replace(ALEX, version="5"), NOW),
        ("fields=name", replace(ALEX, version="5"), NOW),
        ("", replace(ALEX, version="5"), NOW.replace(hour=0) + timedelta(days=1)),
    ],
)
def test_a_version_period_field_name_or_day_that_changes_is_answered_anew(
    query: str, person: Person, now: datetime
) -> None:
    first = ask(lookup=lambda _: replace(ALEX, version="5"))
    assert ask(query, lookup=lambda _: person, now=now, headers=conditional(first.headers["ETag"])).status == 200


def test_a_person_who_was_switched_off_is_a_404_whatever_the_client_has() -> None:
    assert is_documented_error(ask(public_id=HIDDEN_ID, headers=conditional("*")), 404)


def test_head_is_get_without_its_body() -> None:
    for query in ("", "period=1y"):
        get, head = ask(query), ask(query, method="HEAD")
        assert head == replace(get, body=b"")
        assert int(head.headers["Content-Length"]) == len(get.body) > 0


def test_options_tells_any_page_what_it_may_ask() -> None:
    found = ask("period=1y", "me", method="OPTIONS", retry_after=9)
    assert (found.status, found.body) == (204, b"")
    assert found.headers["Access-Control-Allow-Methods"] == found.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert found.headers["Access-Control-Allow-Headers"] == "If-None-Match"


def test_every_answer_may_be_read_by_any_page_and_is_never_sniffed() -> None:
    answers = [ask(), ask(headers=conditional("*")), ask("period=1y"), ask(method="POST"), ask(method="OPTIONS")]
    for one in answers:
        assert one.headers["Access-Control-Allow-Origin"] == "*"
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert one.headers["Vary"] == "Accept-Encoding"
    assert [one.headers.get("Cache-Control") for one in answers] == [
        "public, max-age=60",
        "public, max-age=60",
        "no-store",
        "no-store",
        None,
    ]


def test_records_can_be_fetched_when_they_are_needed() -> None:
    fetched: list[int] = []

    def fetch() -> object:
        fetched.append(1)
        return EVENTS

    person = Person("Alex Smith", fetch, version="5")
    first = ask(lookup=lambda _: person)
    assert (first.body, fetched) == (ask().body, [1])
    assert ask(lookup=lambda _: person, headers=conditional(first.headers["ETag"])).status == 304
    assert fetched == [1]


def test_a_rollup_answers_for_its_records() -> None:
    rollup = roll_up(EVENTS)
    assert ask("period=90d", lookup=lambda _: Person("Alex Smith", rollup)).body == ask("period=90d").body


def test_a_rollup_with_records_of_a_time_to_come_tells_the_quarter_hours_until_now() -> None:
    late = EVENTS[0] | {"timestamp": NOW + timedelta(minutes=40)}
    rollup = roll_up([*EVENTS, EVENTS[0] | {"timestamp": NOW + timedelta(minutes=3)}, late])
    now = NOW.replace(tzinfo=None) + timedelta(minutes=7, seconds=3)
    found = json.loads(ask(lookup=lambda _: Person("Alex Smith", rollup), now=now).body)
    assert (found["stats"]["total_events"], found["generated_at"]) == (1, "2026-11-22T12:07:03Z")


def test_a_frame_and_a_generator_are_records_too() -> None:
    for events in (pl.DataFrame(EVENTS), pl.LazyFrame(EVENTS), iter(EVENTS)):
        assert ask(lookup=lambda _, events=events: Person("Alex Smith", events)).body == ask().body
