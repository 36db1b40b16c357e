"""The documented endpoint in Django, as a project of one file:  python with_django.py runserver.

In a project of yours, take `public` into a ``views.py`` and the line of ``urlpatterns`` into ``urls.py``.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from people_sqlite import lookup

from usagestats.api import respond

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost", "127.0.0.1"], SECRET_KEY="made-up")  # noqa: S106


@csrf_exempt  # respond refuses what is not GET in the documented words
def public(request: HttpRequest, public_id: str) -> HttpResponse:
    """One person's usage."""
    answer = respond(
        public_id,
        request.META.get("QUERY_STRING", ""),
        lookup=lookup,
        now=datetime.now(UTC),
        method=request.method or "GET",
        headers=request.headers,
    )
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


urlpatterns = [path("api/v1/public/<str:public_id>", public)]
application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
