"""Strangers' tools and made-up requests: no answer but the documented ones, no traceback, no growing memory."""

from __future__ import annotations

import json
import logging
import string
import tracemalloc
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.serving import served
from tests.test_api import ALEX_ID, DOCUMENTED, HIDDEN_ID, NOW, PEOPLE
from usagestats.api import Response, respond
from usagestats.asgi import application
from usagestats.openapi import openapi

if TYPE_CHECKING:
    import pytest

APP = application(PEOPLE.get, rate_limit=None, clock=lambda: NOW)
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)
STATUSES = {200, 204, 304, 400, 404, 405, 429}
NAMES = [ALEX_ID, ALEX_ID.upper(), HIDDEN_ID, "me", "", "..", "%2e%2e", "\x00", "é", "\udcff"]


@schema.parametrize()
@settings(max_examples=60)
def test_schemathesis_finds_no_fault(case: Any) -> None:  # noqa: ANN401 - schemathesis keeps the type to itself
    case.call_and_validate(checks=CHECKS)


@schema.parametrize()
@settings(max_examples=30)
def test_schemathesis_finds_no_fault_with_a_person_who_is_there(case: Any) -> None:  # noqa: ANN401 - the same
    case.path_parameters = {"public_id": ALEX_ID}
    case.call_and_validate(checks=CHECKS)


text = st.text(max_size=40) | st.text(alphabet=string.printable + "\x00\r\n\u2028\ud800", max_size=400)
queries = st.lists(
    st.tuples(st.sampled_from(["period", "fields", "%70eriod", "x", ""]), st.sampled_from(["7d", "1y", "name"]) | text),
    max_size=5,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))


@given(
    public_id=st.sampled_from(NAMES) | text,
    query=queries | text,
    method=st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "get", ""]) | text,
    headers=st.dictionaries(st.sampled_from(["If-None-Match", "if-none-match", "Range", "Accept"]) | text, text),
    retry_after=st.none() | st.floats(0, 1e9),
)
@settings(max_examples=300)
def test_no_request_gets_anything_but_a_documented_answer(
    public_id: str, query: str, method: str, headers: dict[str, str], retry_after: float | None
) -> None:
    found = respond(
        public_id, query, lookup=PEOPLE.get, now=NOW, method=method, headers=headers, retry_after=retry_after
    )
    assert is_documented(found)


def test_ten_thousand_random_requests_get_documented_answers_in_steady_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    random = Random(20261122)
    requests = (made_up(random) for _ in range(10_000))
    tracemalloc.start()
    try:
        for number, request in enumerate(requests):
            assert is_documented(respond(**request, lookup=PEOPLE.get, now=NOW)), request
            if number == 1_000:
                before = tracemalloc.get_traced_memory()[0]
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 1_000_000
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def is_documented(found: Response) -> bool:
    if found.status not in STATUSES or not all(name.isprintable() and name.isascii() for name in found.headers):
        return False
    if any("\r" in value or "\n" in value for value in found.headers.values()):
        return False
    if found.status < 400 or not found.body:
        return True
    code, message = DOCUMENTED[found.status]
    return bool(json.loads(found.body) == {"error": {"code": code, "message": message}})


def made_up(random: Random) -> dict[str, Any]:
    """A request; one in a hundred is one that computes."""
    good = random.random() < 0.01
    junk = "".join(
        chr(random.choice([*range(128), 0xE9, 0x2028, 0xD800, 0x1F600])) for _ in range(random.randrange(60))
    )
    return {
        "public_id": ALEX_ID if good else random.choice([*NAMES, junk]),
        "query": "&".join(
            f"{random.choice(['period', 'fields', junk])}={random.choice(['7d', '30d', 'name', junk * 9])}"
            for _ in range(random.randrange(4))
        ),
        "method": "GET" if good else random.choice(["GET", "HEAD", "OPTIONS", "DELETE", junk]),
        "headers": {"If-None-Match": random.choice(["*", '"x"', junk])},
        "retry_after": random.choice([None, None, None, 3.5]),
    }


def paths() -> list[str]:
    random = Random(7)
    parts = [
        ALEX_ID,
        "card",
        "badge",
        "overview.svg",
        "total_tokens.json",
        "..",
        "%2e%2e",
        "%00",
        "%ff",
        "a" * 3000,
        "é",
    ]
    return ["/api/v1/public/" + "/".join(random.choices(parts, k=random.randrange(1, 6))) for _ in range(300)]


def test_random_paths_get_documented_answers() -> None:
    with served(APP) as client:
        for path in paths():
            found = client.get(httpx.URL(str(client.base_url).rstrip("/") + path))
            assert found.status_code in {200, 404}
            if found.status_code == 404:
                assert found.json()["error"]["code"] == "not_found"
        assert client.get("/openapi.json").json() == openapi()
