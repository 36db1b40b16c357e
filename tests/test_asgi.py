from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.serving import asked, served
from tests.test_api import ALEX, ALEX_ID, DOCUMENTED, EVENTS, HIDDEN_ID, NOW, PEOPLE
from usagestats import raster
from usagestats.api import Person, respond
from usagestats.asgi import DRAWN, application, described, system_clock
from usagestats.badges import badge, badge_endpoint
from usagestats.cards import CARDS, Look, Svg, card
from usagestats.pictures import MOST_PIXELS, drawn_png
from usagestats.raster import png
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATH = f"/api/v1/public/{ALEX_ID}"
OTHER_PATH = "/api/v1/public/00000000-0000-0000-0000-00000000dead"


@pytest.fixture(scope="module")
def site() -> Iterator[httpx.Client]:
    with served(application(PEOPLE.get, rate_limit=None, clock=lambda: NOW)) as client:
        yield client


def is_error(answer: httpx.Response, status: int) -> bool:
    code, message = DOCUMENTED[status]
    return (answer.status_code, answer.json()) == (status, {"error": {"code": code, "message": message}})


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
@pytest.mark.parametrize("query", ["", "period=90d&fields=name,stats.total_tokens", "period=1y"])
def test_the_answer_is_that_of_respond(site: httpx.Client, method: str, query: str) -> None:
    found = site.request(method, f"{PATH}?{query}")
    wanted = respond(ALEX_ID, query, lookup=PEOPLE.get, now=NOW, method=method)
    assert (found.status_code, found.content) == (wanted.status, wanted.body)
    assert {name.lower(): value for name, value in wanted.headers.items()}.items() <= dict(found.headers).items()


def test_a_client_that_has_the_content_gets_304(site: httpx.Client) -> None:
    etag = site.get(PATH).headers["ETag"]
    found = site.get(PATH, headers={"If-None-Match": f'"x", {etag}'})
    assert (found.status_code, found.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/public/", f"{PATH}/", f"{PATH}/card", f"{PATH}/card/overview.svg/", "/x"]
)
def test_what_is_not_there_is_the_documented_404(site: httpx.Client, path: str) -> None:
    assert is_error(site.get(path), 404)


@pytest.mark.parametrize("path", [OTHER_PATH, f"/api/v1/public/{HIDDEN_ID}", f"{OTHER_PATH}/card/overview.svg"])
def test_an_unknown_and_a_hidden_person_are_not_found(site: httpx.Client, path: str) -> None:
    assert is_error(site.get(path), 404)


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize(
    "query", ["", "theme=nord-dark&period=30d", "compact", "compact=true&theme=light", "compact=no"]
)
def test_every_card_is_that_of_the_library(site: httpx.Client, name: str, query: str) -> None:
    given = dict(httpx.QueryParams(query))
    found = site.get(f"{PATH}/card/{name}.svg", params=given)
    summary = summarize(EVENTS, name="Alex Smith", period=given.get("period", "7d"), now=NOW)
    assert found.text == card(
        summary, name, theme=given.get("theme", "auto"), compact=given.get("compact", "no") != "no"
    )
    assert found.headers["Content-Type"] == "image/svg+xml"
    assert found.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    again = site.get(f"{PATH}/card/{name}.svg", params=given, headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304


def test_a_card_looks_as_its_address_asks(site: httpx.Client) -> None:
    summary = summarize(EVENTS, name="Alex Smith", now=NOW)
    asked = {"title": "<Us>", "hide": "change,total_commits", "width": "600", "radius": "0", "numbers": "full"}
    found = site.get(f"{PATH}/card/overview.svg", params=asked | {"border": "no"})
    assert found.text == card(summary, look=Look.of(asked | {"border": "no"}))
    ET.fromstring(found.text)


def test_badges_and_their_documents_are_those_of_the_library(site: httpx.Client) -> None:
    summary = summarize(EVENTS, name="Alex Smith", now=NOW)
    query = {"style": "social", "label": "<b>&"}
    assert site.get(f"{PATH}/badge/total_tokens.svg").text == badge(summary, "total_tokens")
    drawn = site.get(f"{PATH}/badge/total_tokens.svg", params=query).text
    assert drawn == badge(summary, "total_tokens", **query)
    ET.fromstring(drawn)
    told = site.get(f"{PATH}/badge/success_rate.json", params={"color": "blue"}).json()
    assert told == badge_endpoint(summary, "success_rate", color="blue")


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("query", ["", "theme=nord-dark&period=30d&compact"])
def test_every_card_is_there_as_png_too(site: httpx.Client, name: str, query: str) -> None:
    found = site.get(f"{PATH}/card/{name}.png?{query}")
    drawn = site.get(f"{PATH}/card/{name}.svg?{query}")
    assert found.content == png(Svg(drawn.text), scale=raster.scale_of(name))
    assert found.headers["Content-Type"] == "image/png"
    assert found.headers["Cache-Control"] == drawn.headers["Cache-Control"]
    assert found.headers["ETag"] != drawn.headers["ETag"]
    head = site.head(f"{PATH}/card/{name}.png?{query}")
    assert (head.content, dict(head.headers) | {"date": ""}) == (b"", dict(found.headers) | {"date": ""})


def test_a_badge_is_there_as_png_too(site: httpx.Client) -> None:
    query = {"style": "social", "label": "<b>&", "color": "blue"}
    summary = summarize(EVENTS, name="Alex Smith", now=NOW)
    found = site.get(f"{PATH}/badge/total_tokens.png", params=query)
    assert found.content == png(badge(summary, "total_tokens", **query))


def test_a_png_that_the_client_has_is_not_drawn_and_one_that_others_had_not_drawn_again(site: httpx.Client) -> None:
    path = f"{PATH}/card/overview.png?title=once"
    etag = site.get(path).headers["ETag"]
    before = drawn_png.cache_info()
    assert site.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert drawn_png.cache_info() == before
    assert site.get(path).status_code == 200
    assert drawn_png.cache_info() == before._replace(hits=before.hits + 1)


@pytest.mark.parametrize("query", ["width=4000", "width=4000&compact"])
def test_however_wide_it_is_asked_for_a_png_has_about_four_megapixels_at_most(site: httpx.Client, query: str) -> None:
    found = site.get(f"{PATH}/card/overview.png?{query}").content
    across, down = int.from_bytes(found[16:20]), int.from_bytes(found[20:24])
    assert 0.999 * MOST_PIXELS < across * down < 1.001 * MOST_PIXELS


def test_pngs_are_drawn_a_few_at_a_time_and_hold_up_nobody_else() -> None:
    goes_on, begun = threading.Event(), threading.Semaphore(0)

    def lookup(public_id: str) -> Person | None:
        if public_id != ALEX_ID:
            begun.release()
            goes_on.wait(30)
        return PEOPLE.get(public_id)

    with served(application(lookup, rate_limit=None, clock=lambda: NOW)) as client:
        url = f"{client.base_url}{OTHER_PATH}/card/overview.png"
        slow = [threading.Thread(target=httpx.get, args=(url,)) for _ in range(3 * DRAWN)]
        for one in slow:
            one.start()
        assert all(begun.acquire(timeout=30) for _ in range(DRAWN))
        assert client.get(f"{PATH}/card/overview.svg").status_code == client.get(PATH).status_code == 200
        assert not begun.acquire(blocking=False)
        assert not goes_on.is_set()
        goes_on.set()
        for one in slow:
            one.join()


@pytest.mark.parametrize(
    "what",
    [
        "card/nothing.svg",
        "card/overview.gif",
        "card/nothing.png",
        "card/overview.png?width=9",
        "card/overview.svg?theme=nothing",
        "card/overview.svg?theme=/etc/passwd",
        "card/overview.svg?width=9",
        "card/overview.svg?hide=comits",
        "card/overview.svg?border=maybe",
        "card/overview.svg?compact=maybe",
        "card/overview.svg?locale=tlh",
        "badge/nothing.svg",
        "badge/total_tokens.svg?style=x",
        "badge/total_tokens.png?style=x",
        "badge/total_tokens.json?color=x",
        "page/x.svg",
        "card/x",
    ],
)
def test_a_picture_that_there_is_not_is_not_found(site: httpx.Client, what: str) -> None:
    assert is_error(site.get(f"{PATH}/{what}"), 404)


def test_a_language_whose_package_is_not_installed_is_not_found(
    site: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usagestats.cldr", None)
    assert is_error(site.get(f"{PATH}/card/overview.svg?locale=de-ZW"), 404)


def test_pictures_have_the_errors_of_the_endpoint(site: httpx.Client) -> None:
    for ending in ("svg", "png"):
        assert is_error(site.get(f"{PATH}/card/overview.{ending}?period=1y"), 400)
        assert is_error(site.post(f"{PATH}/card/overview.{ending}"), 405)
    assert site.options(f"{PATH}/badge/total_tokens.svg").status_code == 204


def test_each_thing_has_an_etag_of_its_own() -> None:
    people = {ALEX_ID: replace(ALEX, version="5")}
    paths = ["", "?fields=name", "/card/overview.svg", "/card/overview.svg?compact", "/card/overview.svg?theme=nord"]
    paths += ["/card/overview.svg?numbers=full"]
    paths += ["/card/overview.png", "/badge/total_tokens.png"]
    paths += ["/badge/total_tokens.svg", "/badge/total_tokens.json", "/badge/total_events.svg", "?period=30d"]
    with served(application(people.get, rate_limit=None, clock=lambda: NOW)) as client:
        etags = [client.get(PATH + path).headers["ETag"] for path in paths]
    assert len(set(etags)) == len(paths)


def test_it_is_described_and_alive(site: httpx.Client) -> None:
    assert site.get("/openapi.json").json() == described(limited=False)
    assert site.get("/healthz").json() == {"status": "ok"}
    for path in ("/openapi.json", "/healthz"):
        assert is_error(site.post(path), 405)
        assert site.options(path).status_code == 204
        head = site.head(path)
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("query", [b"fields=name&\xff=\x80", b"\xed\xa0\x80&fields=name", b"fields=name&x=\x00"])
def test_a_query_may_hold_any_bytes(query: bytes) -> None:
    app = application(PEOPLE.get, rate_limit=None, clock=lambda: NOW)
    assert asyncio.run(asked(app, {"path": PATH, "query_string": query})) == (200, b'{"name":"Alex Smith"}')


def test_a_lookup_may_be_a_coroutine_function() -> None:
    async def lookup(public_id: str) -> Person | None:
        return PEOPLE.get(public_id)

    with served(application(lookup, clock=lambda: NOW)) as client:
        assert client.get(PATH).content == respond(ALEX_ID, lookup=PEOPLE.get, now=NOW).body
        assert is_error(client.get(OTHER_PATH), 404)


def test_a_lookup_that_raises_is_a_500_that_leaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def lookup(_: str) -> Person | None:
        raise RuntimeError(Path("/secret"))

    with served(application(lookup, clock=lambda: NOW)) as client:
        assert is_error(client.get(PATH), 500)
        assert is_error(client.get(f"{PATH}/card/overview.svg"), 500)
    assert [one.name for one in caplog.records] == ["usagestats.api"] * 2


def test_a_slow_lookup_holds_up_nobody_else() -> None:
    goes_on = threading.Event()

    def lookup(public_id: str) -> Person | None:
        if public_id != ALEX_ID:
            goes_on.wait(30)
        return PEOPLE.get(public_id)

    with served(application(lookup, clock=lambda: NOW)) as client:
        slow = [threading.Thread(target=httpx.get, args=(f"{client.base_url}{OTHER_PATH}",)) for _ in range(20)]
        for one in slow:
            one.start()
        assert client.get("/healthz").status_code == client.get(PATH).status_code == 200
        assert not goes_on.is_set()
        goes_on.set()
        for one in slow:
            one.join()


def test_clients_that_are_slow_or_gone_hold_up_nobody(site: httpx.Client) -> None:
    address = (site.base_url.host, site.base_url.port or 0)
    with ExitStack() as clients:
        for n in range(60):
            one = clients.enter_context(socket.create_connection(address, timeout=30))
            one.sendall(f"GET {PATH} HTTP/1.1\r\nHost: a".encode()[: 10 + n])
            if n % 2:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.close()
        assert site.get(PATH).status_code == 200
        last = clients.enter_context(socket.create_connection(address, timeout=30))
        last.sendall(f"GET {PATH}/card/overview.svg HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        last.shutdown(socket.SHUT_RDWR)
    assert site.get(PATH).status_code == 200


def test_who_asks_too_often_is_told_how_long_to_wait() -> None:
    with served(application(PEOPLE.get, rate_limit="3/hour", clock=lambda: NOW)) as client:
        answers = [client.get(PATH) for _ in range(5)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
        assert is_error(answers[-1], 429)
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 3600
        assert [one.headers["RateLimit"].split(";")[1] for one in answers] == ["r=2", "r=1", "r=0", "r=0", "r=0"]
        assert {one.headers["RateLimit-Policy"] for one in answers} == {'"client";q=3;w=3600'}
        assert is_error(client.get(f"{PATH}/card/overview.svg"), 429)
        assert is_error(client.get(f"{PATH}?period=1y"), 429)
        assert is_error(client.post(PATH), 405)
        assert client.options(PATH).status_code == 204
        assert client.get("/healthz").status_code == 200


def test_what_a_client_says_of_itself_is_believed_of_trusted_proxies_only() -> None:
    for trusted, statuses in ((["127.0.0.0/8"], [200, 200, 200]), ([], [200, 429, 429])):
        app = application(PEOPLE.get, rate_limit="1/hour", trusted_proxies=trusted, clock=lambda: NOW)
        with served(app) as client:
            found = [client.get(PATH, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(3)]
        assert found == statuses


needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None and "CI" not in os.environ,
    reason="needs Debian's Redis (apt-get install redis-server)",
)


@needs_redis
def test_several_servers_count_together_in_redis(tmp_path: Path) -> None:
    url, stop = redis(tmp_path)
    try:
        apps = [application(PEOPLE.get, rate_limit="3/hour", storage=url, clock=lambda: NOW) for _ in range(2)]
        with served(apps[0]) as one, served(apps[1]) as other:
            found = [client.get(PATH).status_code for client in (one, other, one, other, one)]
            assert found == [200, 200, 200, 429, 429]
    finally:
        stop()


@needs_redis
def test_without_its_redis_nobody_is_limited_and_it_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url, stop = redis(tmp_path)
    with served(application(PEOPLE.get, rate_limit="1/hour", storage=url, clock=lambda: NOW)) as client:
        assert client.get(PATH).headers["RateLimit"]
        stop()
        found = [client.get(PATH) for _ in range(3)]
    assert [(one.status_code, "RateLimit" in one.headers) for one in found] == [(200, False)] * 3
    assert {(one.name, one.levelno) for one in caplog.records} == {("usagestats.limiting", logging.ERROR)}


def redis(folder: Path) -> tuple[str, Callable[[], None]]:
    """A Redis of our own on a socket in that folder: its address, and what stops it."""
    path = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    for line in process.stdout:
        if "ready to accept connections" in line.lower():
            break

    def stop() -> None:
        process.terminate()
        process.communicate()

    return f"redis+unix://{path}", stop


@pytest.mark.parametrize(
    "wrong", [{"rate_limit": "often"}, {"storage": "nothing://"}, {"trusted_proxies": ["everybody"]}]
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"parse|must be memory|everybody"):
        application(PEOPLE.get, **wrong)  # type: ignore[arg-type]


def test_the_clock_is_the_systems_unless_another_is_given() -> None:
    assert abs(system_clock() - datetime.now(UTC)) < timedelta(minutes=1)
    with served(application(PEOPLE.get)) as client:
        assert json.loads(client.get(PATH).content)["generated_at"] > "2026"
