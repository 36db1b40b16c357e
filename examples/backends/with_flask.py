"""The documented endpoint in Flask:  flask --app with_flask run -p 8000."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, Response, request
from people_sqlite import lookup

from usagestats.api import respond

app = Flask(__name__)
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]  # respond refuses in the documented words


@app.route("/api/v1/public/<public_id>", methods=METHODS, provide_automatic_options=False)
def public(public_id: str) -> Response:
    """One person's usage."""
    answer = respond(
        public_id,
        request.query_string.decode("latin-1"),
        lookup=lookup,
        now=datetime.now(UTC),
        method=request.method,
        headers=request.headers,
    )
    return Response(answer.body, answer.status, dict(answer.headers))
