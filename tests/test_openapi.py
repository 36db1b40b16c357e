from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.serving import served
from tests.test_api import ALEX_ID, DOCUMENTED, ask
from usagestats import api, errors
from usagestats.asgi import application, described
from usagestats.openapi import openapi
from usagestats.pictures import KINDS, badge, card, endpoint
from usagestats.stats import Day, Stats

NAMED = {"card": "card", "badge": "stat"}
GET = openapi()["paths"]["/api/v1/public/{public_id}"]["get"]


def validator(name: str) -> OAS31Validator:
    return OAS31Validator(openapi() | {"$ref": f"#/components/schemas/{name}"})


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = openapi()["components"]["schemas"]
    return found


def test_the_document_is_openapi_31_in_a_strangers_eyes() -> None:
    OpenAPIV31SpecValidator(openapi()).validate()


@pytest.mark.parametrize("limited", [True, False])
def test_what_the_application_serves_is_described_whole_in_a_strangers_eyes(limited: bool) -> None:  # noqa: FBT001 - parametrized
    document = described(limited=limited)
    OpenAPIV31SpecValidator(document).validate()
    assert json.loads(json.dumps(document)) == document
    below = "/api/v1/public/{public_id}"
    pictures = {f"{below}/{kind}/{{{NAMED[kind]}}}.{ending}" for kind, ending in KINDS}
    assert document["paths"].keys() == {below, "/openapi.json", "/healthz"} | pictures
    for path in (below, *pictures):
        item = document["paths"][path]
        assert list(item) == ["parameters", "get", "head", "options"]
        for method in ("get", "head"):
            assert list(item[method]["responses"]) == ["200", "304", "400", "404", "405", "429", "500"]
            assert ("RateLimit" in item[method]["responses"]["429"]["headers"]) == limited
    names = [one["operationId"] for item in document["paths"].values() for one in item.values() if "operationId" in one]
    assert len(names) == len(set(names)) == 3 * len(document["paths"])


def test_who_changes_a_document_changes_no_other() -> None:
    before = json.dumps(described(limited=True))
    changed: list[Any] = [described(limited=True)]
    while changed:
        one = changed.pop()
        changed += [
            child for child in (one.values() if isinstance(one, dict) else one) if isinstance(child, dict | list)
        ]
        one.clear()
    assert json.dumps(described(limited=True)) == before


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("card/{card}.svg", card("overview").parameters),
        ("card/{card}.png", card("overview").parameters),
        ("badge/{stat}.svg", badge("streak").parameters),
        ("badge/{stat}.png", badge("streak").parameters),
        ("badge/{stat}.json", endpoint("streak").parameters),
    ],
)
def test_parameters_of_pictures_are_those_that_matter_to_them(path: str, query: tuple[str, ...]) -> None:
    get = described(limited=True)["paths"][f"/api/v1/public/{{public_id}}/{path}"]["get"]
    assert [one["name"] for one in get["parameters"]] == ["period", *query, "If-None-Match"]
    assert all(one["description"].endswith((".", ";")) for one in get["parameters"])


def test_where_it_is_mounted_is_told() -> None:
    app = Starlette(routes=[Mount("/usage", application(lambda _: None, rate_limit=None))])
    with served(app) as client:
        document = client.get("/usage/openapi.json").json()
        assert document == described(limited=False) | {"servers": [{"url": "/usage"}]}
        assert client.get(f"{document['servers'][0]['url']}/healthz").json() == {"status": "ok"}


def test_it_is_found_beside_the_endpoint_too() -> None:
    assert api.openapi() == openapi()
    assert json.loads(json.dumps(openapi())) == openapi()


def test_it_has_every_documented_name_in_the_documented_order_with_its_words() -> None:
    assert list(schemas()["Summary"]["properties"]) == ["name", "stats", "generated_at"]
    assert list(schemas()["Stats"]["properties"]) == list(Stats.__slots__)
    assert list(schemas()["Day"]["properties"]) == schemas()["Day"]["required"] == list(Day.__slots__)
    for name in ("Summary", "Stats", "Day"):
        for words in (one["description"] for one in schemas()[name]["properties"].values()):
            assert words.endswith((".", ";"))
            assert "Docs:" not in words
            assert "`" not in words


def test_types_and_ranges_are_those_of_the_documented_answer() -> None:
    stats = schemas()["Stats"]["properties"]
    assert stats["total_events"]["type"] == "integer"
    assert (stats["success_rate"]["type"], stats["success_rate"]["maximum"]) == ("number", 100)
    assert stats["events_by_model"]["additionalProperties"]["type"] == "integer"
    assert stats["time_series"]["items"] == {"$ref": "#/components/schemas/Day"}
    assert schemas()["Day"]["properties"]["date"]["format"] == "date"
    assert schemas()["Summary"]["properties"]["generated_at"]["format"] == "date-time"


@pytest.mark.parametrize("status", [400, 404, 405, 429, 500])
def test_every_documented_error_stands_in_it_with_its_words(status: int) -> None:
    code, message = DOCUMENTED[status]
    told = GET["responses"][str(status)]
    assert told["description"] == message
    example = told["content"]["application/json"]["example"]
    assert example == {"error": {"code": code, "message": message}}
    validator("Error").validate(example)


def test_the_codes_are_those_of_the_errors() -> None:
    codes = schemas()["Error"]["properties"]["error"]["properties"]["code"]["enum"]
    assert set(codes) == {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.UsageStatsError)
    }


@pytest.mark.parametrize("query", ["", "period=90d", "fields=name,stats.time_series", "fields=nothing"])
def test_answers_keep_it(query: str) -> None:
    validator("Summary").validate(json.loads(ask(query).body))


def test_what_is_no_answer_does_not() -> None:
    for wrong in ({"stats": {"total_events": -1}}, {"stats": {"total_events": 1.5}}, {"title": ""}):
        assert not validator("Summary").is_valid(wrong)


def test_every_header_that_it_tells_is_there() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    for answer in (ask(), ask(headers={"If-None-Match": "*"}), ask(retry_after=3), ask(method="OPTIONS")):
        method = "options" if answer.status == 204 else "get"
        told = openapi()["paths"]["/api/v1/public/{public_id}"][method]["responses"][str(answer.status)]
        assert told["headers"].keys() <= answer.headers.keys()
    assert api.respond(ALEX_ID, lookup=lambda _: None, now=now).status == 404
