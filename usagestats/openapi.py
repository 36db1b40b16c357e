"""The OpenAPI 3.1 document of the endpoint, from the one definition: the dataclasses of the answer and the errors.

Each description is the docstring that stands under the field; each error's words are those of `errors`.
"""

from __future__ import annotations

import ast
import inspect
import re
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from usagestats import __version__
from usagestats.errors import (
    InvalidPeriod,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    ServerError,
    UsageStatsError,
    document,
)
from usagestats.periods import PERIODS

Json = dict[str, Any]

PATH: Final = "/api/v1/public/{public_id}"
"""The documented path."""
MAX_INTEGER: Final = 2**63 - 1
SCALARS: Final[dict[str, Json]] = {
    "int": {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER},
    "float": {"type": "number", "minimum": 0, "maximum": 100},
    "str": {"type": "string"},
}
FORMATS: Final[dict[str, Json]] = {"date": {"format": "date"}, "generated_at": {"format": "date-time"}}
ERRORS: Final = (InvalidPeriod, NotFound, RateLimited, ServerError)
SUMMARY: Final = "One person's usage in a period"


def openapi() -> Json:
    """The OpenAPI 3.1 document of ``GET``, ``HEAD`` and ``OPTIONS`` of the endpoint; a new one at every call.

    >>> sorted(openapi()["paths"]["/api/v1/public/{public_id}"])
    ['get', 'head', 'options', 'parameters']
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "usagestats",
            "version": __version__,
            "description": "Usage statistics of AI coding agents.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {PATH: _path()},
        "components": {"schemas": _schemas()},
    }


def _path() -> Json:
    return {
        "parameters": [_parameter("public_id", "path", "Whose.", {"type": "string", "format": "uuid"})],
        "get": _reading("summary", SUMMARY, with_body=True),
        "head": _reading("summaryHeaders", f"{SUMMARY}: the headers alone", with_body=False),
        "options": {
            "operationId": "summaryOptions",
            "summary": "What any page may ask (CORS)",
            "responses": {"204": {"description": "The allowed methods.", "headers": _headers("Allow")}},
        },
    }


def _reading(operation: str, summary: str, *, with_body: bool) -> Json:
    period = {"type": "string", "enum": list(PERIODS), "default": "7d"}
    fields = "Comma list of what to give, at most two deep, such as name,stats.total_tokens; empty means everything."
    known = "The ETags that the client has; the answer is 304 if one is still true."
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [
            _parameter("period", "query", "So many whole days, the last one being today in UTC.", period),
            _parameter("fields", "query", fields, {"type": "string", "default": ""}),
            _parameter("If-None-Match", "header", known, {"type": "string"}),
        ],
        "responses": {
            "200": {
                "description": "The document, or the part that fields names.",
                "headers": _headers("ETag", "Cache-Control"),
                **(_content("Summary") if with_body else {}),
            },
            "304": {"description": "What the client has is still true.", "headers": _headers("ETag", "Cache-Control")},
            **{str(error.status): _error(error, with_body=with_body) for error in ERRORS},
        },
    }


def _error(error: type[UsageStatsError], *, with_body: bool) -> Json:
    headers = _headers("Retry-After") if error is RateLimited else {}
    content = _content("Error", example=document(error())) if with_body else {}
    return {"description": error.public, **({"headers": headers} if headers else {}), **content}


def _content(name: str, **more: object) -> Json:
    return {"content": {"application/json": {"schema": _reference(name), **more}}}


def _headers(*names: str) -> Json:
    told = {
        "Allow": ("The allowed methods.", {"type": "string"}),
        "Cache-Control": ("How long the answer is fresh.", {"type": "string"}),
        "ETag": ("Stands for the content without generated_at.", {"type": "string", "pattern": '^W/"[0-9a-f]+"$'}),
        "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    }
    return {name: {"description": told[name][0], "schema": told[name][1]} for name in names}


def _parameter(name: str, place: str, description: str, schema: Json) -> Json:
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, "description": description, "schema": schema, **required}


def _schemas() -> Json:
    from usagestats.stats import Day, Stats
    from usagestats.summary import Summary

    whole = {"required": list(Day.__slots__)}
    documented = ("name", "stats", "generated_at")
    codes = [error.code for error in (*ERRORS, MethodNotAllowed)]
    text = {"type": "string"}
    wrong = _object({"code": {"type": "string", "enum": codes}, "message": text}) | {"required": ["code", "message"]}
    return {
        "Summary": _object({name: _property(Summary, name) for name in documented}),
        "Stats": _object({name: _property(Stats, name) for name in Stats.__slots__}),
        "Day": _object({name: _property(Day, name) for name in Day.__slots__}) | whole,
        "Error": _object({"error": wrong}) | {"required": ["error"]},
    }


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _property(owner: type, name: str) -> Json:
    annotation, words = _described(owner)[name]
    return {**_schema(annotation), **FORMATS.get(name, {}), "description": words}


def _schema(annotation: str) -> Json:
    """The schema of an annotation as it stands in the source."""
    if annotation in SCALARS:
        return dict(SCALARS[annotation])
    if annotation.startswith("dict["):
        return {"type": "object", "additionalProperties": _schema(annotation[len("dict[str, ") : -1])}
    if annotation.startswith("tuple["):
        return {"type": "array", "items": _schema(annotation[len("tuple[") : -len(", ...]")])}
    return _reference(annotation)


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


@lru_cache
def _described(owner: type) -> dict[str, tuple[str, str]]:
    """Each field of a class with its annotation and the docstring that stands under it, in plain words."""
    definition = ast.parse(inspect.getsource(owner)).body[0]
    fields = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        ast.unparse(field.target): (ast.unparse(field.annotation), _plain(ast.literal_eval(words.value)))
        for field, words in pairwise(fields)
        if isinstance(field, ast.AnnAssign) and isinstance(words, ast.Expr)
    }


def _plain(docstring: str) -> str:
    words = re.sub(r"\s*Docs: [\w.\[\]]+\.", "", docstring)
    return " ".join(words.replace("`", "").split())
