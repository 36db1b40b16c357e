"""The OpenAPI 3.1 document of the endpoint, from the one definition: the dataclasses of the answer and the errors.

Each description is the docstring that stands under the field; each error's words are those of `errors`.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
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
    check_type,
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
ERRORS: Final = (InvalidPeriod, NotFound, MethodNotAllowed, RateLimited, ServerError)
NO_READINGS: Final[Mapping[str, Reading]] = {}
NO_SCHEMAS: Final[Mapping[str, Json]] = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be read at a path: the same by ``GET`` and ``HEAD``, and ``OPTIONS`` tells so."""

    operation: str
    """The ``operationId`` of ``GET``; the others' begin with it."""
    summary: str
    description: str
    """Of the answer with status 200."""
    schema: Json
    media_type: str = "application/json"
    path: tuple[Json, ...] = ()
    """The parameters in the path."""
    query: tuple[Json, ...] = ()
    headers: tuple[str, ...] = ("ETag", "Cache-Control")
    """Names in `HEADERS` of what the answer carries."""
    told: tuple[str, ...] = ()
    """The same, of what every answer to a client may carry besides, errors too."""
    errors: tuple[type[UsageStatsError], ...] = ERRORS

    @property
    def item(self) -> Json:
        """The path item."""
        return {
            **({"parameters": list(self.path)} if self.path else {}),
            "get": self._operation(self.operation, self.summary, with_body=True),
            "head": self._operation(f"{self.operation}Headers", f"{self.summary}: the headers alone", with_body=False),
            "options": {
                "operationId": f"{self.operation}Options",
                "summary": "What any page may ask (CORS)",
                "responses": {"204": {"description": "The allowed methods.", "headers": _headers("Allow")}},
            },
        }

    def _operation(self, operation: str, summary: str, *, with_body: bool) -> Json:
        is_kept = "ETag" in self.headers
        parameters = [*self.query, *([IF_NONE_MATCH] if is_kept else [])]
        body = {"content": {self.media_type: {"schema": self.schema}}} if with_body else {}
        kept = {"description": "What the client has is still true.", "headers": self._told("ETag", "Cache-Control")}
        return {
            "operationId": operation,
            "summary": summary,
            **({"parameters": parameters} if parameters else {}),
            "responses": {
                "200": {"description": self.description, "headers": self._told(*self.headers), **body},
                **({"304": kept} if is_kept else {}),
                **{str(error.status): self._error(error, with_body=with_body) for error in self.errors},
            },
        }

    def _error(self, error: type[UsageStatsError], *, with_body: bool) -> Json:
        content = {"schema": reference("Error"), "example": document(error())}
        body = {"content": {"application/json": content}} if with_body else {}
        more = {RateLimited: ["Retry-After"], MethodNotAllowed: ["Allow"]}.get(error, [])
        told = [] if error is MethodNotAllowed else self.told
        return {"description": error.public, "headers": _headers("Cache-Control", *more, *told), **body}

    def _told(self, *names: str) -> Json:
        return _headers(*names, *self.told)


def openapi(
    more: Mapping[str, Reading] = NO_READINGS, schemas: Mapping[str, Json] = NO_SCHEMAS, told: tuple[str, ...] = ()
) -> Json:
    """The OpenAPI 3.1 document of ``GET``, ``HEAD`` and ``OPTIONS`` of the endpoint; a new one at every call.

    >>> sorted(openapi()["paths"]["/api/v1/public/{public_id}"])
    ['get', 'head', 'options', 'parameters']

    Args:
        more: What can be read besides, by path.
        schemas: The schemas that these refer to.
        told: Headers that the endpoint's answers carry besides, as `Reading.told`.

    Raises:
        TypeError: if these are none.
    """
    check_type("more", Mapping, more)
    check_type("schemas", Mapping, schemas)
    check_type("told", tuple, told)
    readings = {PATH: replace(SUMMARY, told=told), **more}
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "usagestats",
            "version": __version__,
            "description": "Usage statistics of AI coding agents.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {path: reading.item for path, reading in readings.items()},
        "components": {"schemas": {**_schemas(), **schemas}, "headers": HEADERS},
    }
    return deepcopy(whole)


def parameter(name: str, description: str, schema: Json, place: str = "query", **more: object) -> Json:
    """A parameter; those in the path are required."""
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, "description": description, "schema": schema, **required, **more}


def reference(name: str) -> Json:
    """One of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _header(description: str, *, required: bool = True, **schema: object) -> Json:
    return {"description": description, "required": required, "schema": {"type": "string", **schema}}


HEADERS: Final[Json] = {
    "Allow": _header("The allowed methods."),
    "Cache-Control": _header("How long the answer is fresh."),
    "Content-Security-Policy": _header("That the picture runs nothing."),
    "ETag": _header("Stands for the content without generated_at.", pattern='^W/"[0-9a-f]+"$'),
    "RateLimit": _header("The requests that the client has left, and the seconds until it has more.", required=False),
    "RateLimit-Policy": _header("How many requests a client has, in how many seconds.", required=False),
    "Retry-After": _header("Seconds to wait.", type="integer", minimum=1),
}
"""What answers carry, by name."""
PUBLIC_ID: Final = parameter("public_id", "Whose.", {"type": "string", "format": "uuid"}, "path")
PERIOD: Final = parameter(
    "period",
    "So many whole days, the last one being today in UTC.",
    {"type": "string", "enum": list(PERIODS), "default": "7d"},
)
IF_NONE_MATCH: Final = parameter(
    "If-None-Match",
    "The ETags that the client has; the answer is 304 if one is still true.",
    {"type": "string"},
    "header",
)
FIELDS: Final = parameter(
    "fields",
    "Comma list of what to give, at most two deep, such as name,stats.total_tokens; empty means everything.",
    {"type": "string", "default": ""},
)
SUMMARY: Final = Reading(
    "summary",
    "One person's usage in a period",
    "The document, or the part that fields names.",
    reference("Summary"),
    path=(PUBLIC_ID,),
    query=(PERIOD, FIELDS),
)
"""The documented endpoint."""


def _schemas() -> Json:
    from usagestats.stats import Day, Stats
    from usagestats.summary import Summary

    whole = {"required": list(Day.__slots__)}
    documented = ("name", "stats", "generated_at")
    codes = [error.code for error in ERRORS]
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
    annotation, words = described(owner)[name]
    return {**_schema(annotation), **FORMATS.get(name, {}), "description": words}


def _schema(annotation: str) -> Json:
    """The schema of an annotation as it stands in the source."""
    if annotation in SCALARS:
        return dict(SCALARS[annotation])
    if annotation.startswith("dict["):
        return {"type": "object", "additionalProperties": _schema(annotation[len("dict[str, ") : -1])}
    if annotation.startswith("tuple["):
        return {"type": "array", "items": _schema(annotation[len("tuple[") : -len(", ...]")])}
    return reference(annotation)


@lru_cache
def described(owner: type) -> dict[str, tuple[str, str]]:
    """Each field of a class: its annotation, and the docstring that stands under it, in plain words."""
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
