"""Strangers' tools and made-up requests: no answer but the documented ones, no traceback, no growing memory."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import mmap
import string
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.responses import JSONResponse

from tests.serving import asked, served
from tests.test_api import ALEX_ID, DOCUMENTED, HIDDEN_ID, NOW, PEOPLE
from usagestats.api import Response, respond
from usagestats.asgi import application, described

if TYPE_CHECKING:
    import pytest
    from starlette.types import Receive, Scope, Send

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


def of_alex() -> dict[str, Any]:
    """The document of an application that has one person: whatever it allows must be there."""
    document = described(limited=False)
    for item in document["paths"].values():
        for one in item.get("parameters", []):
            if one["name"] == "public_id":
                one["schema"] = {"type": "string", "enum": [ALEX_ID]}
    return document


async def with_alex(scope: Scope, receive: Receive, send: Send) -> None:
    """The application, with the document of one person."""
    app = JSONResponse(of_alex()) if scope["path"] == "/alex.json" else APP
    await app(scope, receive, send)


schema_of_alex = schemathesis.openapi.from_asgi("/alex.json", with_alex)
MANY = 10_000
STATUSES = {200, 204, 304, 400, 404, 405, 429}
NAMES = [ALEX_ID, ALEX_ID.upper(), HIDDEN_ID, "me", "", "..", "%2e%2e", "\x00", "é", "\udcff"]


@schema.parametrize()
@settings(max_examples=25)
def test_schemathesis_finds_no_fault(case: Any) -> None:  # noqa: ANN401 - schemathesis keeps the type to itself
    case.call_and_validate(checks=CHECKS)


@schema_of_alex.parametrize()
@settings(max_examples=25)
def test_of_a_person_who_is_there_all_that_is_described_is_there_and_nothing_else(case: Any) -> None:  # noqa: ANN401 - the same
    judged = case.method in {"GET", "HEAD"}  # pages of any origin may ask whether they may ask, whatever it is
    answer = case.call_and_validate(checks=[*CHECKS, *([negative_data_rejection] if judged else [])])
    if case.meta.generation.mode.is_positive:
        assert answer.status_code in {200, 204, 304}


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
    memory = Memory()
    for number in range(MANY):
        request = made_up(random)
        assert is_documented(respond(**request, lookup=PEOPLE.get, now=NOW)), request
        memory.look(number)
    assert memory.is_steady(), memory
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_ten_thousand_raw_requests_to_the_application_get_documented_answers_in_steady_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = application(PEOPLE.get, rate_limit="30/hour", trusted_proxies=["203.0.113.0/24"], clock=lambda: NOW)
    memory = Memory()
    counts: Counter[int] = Counter()

    async def all_of_them() -> None:
        random = Random(20261122)
        for number in range(MANY):
            scope = raw(random)
            status, body = await asked(app, scope)
            assert status in STATUSES, scope
            assert status < 400 or not body or is_error(status, body), scope
            counts[status] += 1
            memory.look(number)

    asyncio.run(all_of_them())
    assert memory.is_steady(), memory
    assert counts.keys() == STATUSES
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


class Memory:
    """How much this process holds at the beginning, when everything has been met once, and at the end."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def __repr__(self) -> str:
        return f"(blocks of Python, bytes resident): {self.seen}"

    def look(self, number: int) -> None:
        if number in {MANY // 4, MANY - 1}:
            gc.collect()
            pages = int(Path("/proc/self/statm").read_text().split()[1]) if sys.platform == "linux" else 0
            self.seen.append((sys.getallocatedblocks(), pages * mmap.PAGESIZE))

    def is_steady(self) -> bool:
        """Whether less is left than one block of Python for each request, and 2 kB of anything."""
        (blocks, resident), (later_blocks, later_resident) = self.seen
        return later_blocks - blocks < MANY // 2 and later_resident - resident < 2_000 * MANY


def is_documented(found: Response) -> bool:
    if found.status not in STATUSES or not all(name.isprintable() and name.isascii() for name in found.headers):
        return False
    if any("\r" in value or "\n" in value for value in found.headers.values()):
        return False
    if found.status < 400 or not found.body:
        return True
    return is_error(found.status, found.body)


def is_error(status: int, body: bytes) -> bool:
    code, message = DOCUMENTED[status]
    return bool(json.loads(body) == {"error": {"code": code, "message": message}})


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


def raw(random: Random) -> dict[str, object]:
    """What a server might hand over; one in fifty asks rightly for what there is."""
    if random.random() < 0.02:
        pictures = ["/card/overview.svg", "/card/trend.png", "/badge/total_tokens.svg", "/badge/success_rate.json"]
        what = random.choice(["", *pictures])
        known = [(b"if-none-match", b"*")] if random.random() < 0.3 else []
        return {
            "path": f"/api/v1/public/{ALEX_ID}{what}",
            "headers": known,
            "client": (f"192.0.2.{random.randrange(9)}", 1),
        }
    junk = random.randbytes(random.randrange(40))
    address = random.choice(["203.0.113.7", "198.51.100.1", "2001:db8::1", "", "x", "fe80::1%eth0"])
    parts = [ALEX_ID, HIDDEN_ID, "card", "badge", "overview.svg", "..", "", "\x00", junk.decode("latin-1"), "a" * 9_000]
    names = [b"if-none-match", b"x-forwarded-for", b"host", b"range", b"content-length", b"connection", junk.lower()]
    values = [junk, b"*", b'W/"', b"203.0.113.9, " + junk, b"198.51.100.2", b"[", b"9" * 5_000]
    queries = [junk, b"period=" + junk, b"fields=" + junk * 99, b"&" * 500, b"period=7d&period=1y", b"%" + junk]
    return {
        "method": random.choice(["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "", junk.decode("latin-1")]),
        "path": random.choice(["/api/v1/public/", "/api/v1/public/", "/", "//", ""])
        + "/".join(random.choices(parts, k=random.randrange(4))),
        "query_string": random.choice(queries),
        "headers": [(random.choice(names), random.choice(values)) for _ in range(random.randrange(4))],
        "client": random.choice([None, (address, 1)]),
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
        assert client.get("/openapi.json").json() == described(limited=False)
