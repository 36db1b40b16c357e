"""The endpoint, cards and badges in FastAPI (or Starlette):  uvicorn with_fastapi:app."""

from __future__ import annotations

from fastapi import FastAPI
from people_sqlite import lookup

from usagestats.asgi import application

app = FastAPI()


@app.get("/hello")
def hello() -> dict[str, str]:
    """Whatever else the backend does."""
    return {"hello": "world"}


app.mount("/", application(lookup))  # comes last: it takes every path that is left
