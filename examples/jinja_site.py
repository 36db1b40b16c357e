"""A page of one's own with plain Jinja: cards and numbers are called from the template.

python examples/jinja_site.py > page.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from jinja2 import Environment
from markupsafe import Markup

import usagestats

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ usage.name }}</title></head>
<body>
<h1>{{ usage.name }}</h1>
<p>{{ "{:,}".format(usage.stats.total_tokens) }} tokens in {{ usage.period.days }} days.</p>
{{ card(usage, "overview") }}
<ul>
{% for model, tokens in usage.stats.tokens_by_model.items() %}
<li>{{ model }}: {{ "{:,}".format(tokens) }}</li>
{% endfor %}
</ul>
</body>
</html>
"""


def card(summary: usagestats.Summary, name: str) -> Markup:
    """A card inside the page: it escapes what is in it, so the template need not."""
    return Markup(usagestats.card(summary, name))  # noqa: S704


events = pl.read_ndjson(Path(__file__).parent / "events.jsonl", infer_schema_length=None)
usage = usagestats.summarize(events, name="Alex <Smith>", period="90d", now=datetime(2026, 11, 22, 20, tzinfo=UTC))
environment = Environment(autoescape=True, trim_blocks=True)
environment.globals["card"] = card
print(environment.from_string(PAGE).render(usage=usage))
