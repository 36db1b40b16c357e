"""Every backend of the examples answers over a real socket."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import psycopg
import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.serving import running, served
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).parent.parent / "examples" / "backends"
ALEX_ID = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
PATH = f"/api/v1/public/{ALEX_ID}"


class Quiet(WSGIRequestHandler):
    """Says nothing of its requests."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def over_wsgi(app: Any) -> Iterator[httpx.Client]:  # noqa: ANN401 - a WSGI application
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", timeout=30) as client:
                yield client
        finally:
            server.shutdown()
            thread.join()


BACKENDS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "with_fastapi": (served, "app"),
    "with_flask": (over_wsgi, "app"),
    "with_django": (over_wsgi, "application"),
}


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database that the examples use, and their folder on the path."""
    monkeypatch.syspath_prepend(str(FOLDER))
    people = importlib.import_module("people_sqlite")
    path = tmp_path / "people.db"
    people.create(path)
    monkeypatch.setattr(people, "DATABASE", path)
    return path


@pytest.mark.parametrize("name", BACKENDS)
def test_the_backend_answers_as_documented(name: str, database: Path) -> None:
    serve, attribute = BACKENDS[name]
    module = importlib.import_module(name)
    with serve(getattr(module, attribute)) as client:
        found = client.get(PATH, params={"period": "30d", "fields": "name,stats.total_events,stats.total_tokens"})
        assert found.json() == {"name": "Alex Smith", "stats": {"total_events": 1, "total_tokens": 10096}}
        assert found.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(found.url, headers={"If-None-Match": found.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(PATH, params={"period": "1y"}).json()["error"]["code"] == "invalid_period"
        assert client.get("/api/v1/public/me").json()["error"]["code"] == "not_found"
        refused = client.post(PATH)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert (client.options(PATH).status_code, client.head(PATH).content) == (204, b"")
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("insert into event select * from event")
        later = client.get(found.url, headers={"If-None-Match": found.headers["ETag"]})
        assert later.json()["stats"]["total_events"] == 2
        for change, events in (
            ("update event set provider = 'openai' where rowid = 1", 2),
            ("update event set public_id = 'another' where rowid = 2", 1),
            ("delete from event", 0),
        ):
            known = {"If-None-Match": client.get(found.url).headers["ETag"]}
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.execute(change)
            assert client.get(found.url, headers=known).json()["stats"]["total_events"] == events
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("update person set enabled = 0")
        assert client.get(PATH).status_code == 404


def test_the_rest_of_the_backend_is_still_there(database: Path) -> None:
    assert database.exists()
    with served(importlib.import_module("with_fastapi").app) as client:
        assert client.get("/hello").json() == {"hello": "world"}
        assert client.get(f"{PATH}/card/overview.svg?theme=dark").text.startswith("<svg")


def test_the_readme_of_the_examples_is_true(database: Path) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\((\w+\.py)\)", readme)) == {path.name for path in FOLDER.glob("*.py")}
    assert database.exists()
    asked, answer = re.findall(r'curl "http://127\.0\.0\.1:8000([^"]+)"\n(.+)', readme)[0]
    with served(importlib.import_module("with_fastapi").app) as client:
        assert client.get(asked).text == answer
    module, _, name = re.findall(r"--http (\S+)`", readme)[0].partition(":")
    assert issubclass(getattr(importlib.import_module(module), name), H11Protocol)


def test_the_database_is_made_by_its_own_command(tmp_path: Path) -> None:
    command: list[str | Path] = [sys.executable, FOLDER / "people_sqlite.py", tmp_path / "a.db"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said == f"http://127.0.0.1:8000{PATH}\n"
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        assert connection.execute("select name, version from person").fetchall() == [("Alex Smith", 1)]


def programs() -> Path | None:
    """Where Debian's PostgreSQL has its programs."""
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


@pytest.fixture
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own on a socket; as root it runs as Debian's user, since it refuses to run as root."""
    bin_folder = programs()
    assert bin_folder, "Debian: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = "postgres" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    quiet: dict[str, Any] = {"user": user, "cwd": folder, "env": {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}}
    initdb: list[str | Path] = [bin_folder / "initdb", "-D", folder / "data", "-A", "trust", "-U", "usage", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, **quiet)
    command: list[str | Path] = [
        bin_folder / "postgres",
        "-D",
        folder / "data",
        "-k",
        folder,
        "-c",
        "listen_addresses=",
        "-F",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **quiet)
    try:
        assert process.stderr
        assert any("ready to accept connections" in line for line in process.stderr)
        yield f"postgresql://usage@/postgres?host={folder}"
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(folder)


@pytest.mark.skipif(
    programs() is None and "CI" not in os.environ, reason="needs Debian's PostgreSQL (apt-get install postgresql)"
)
def test_people_and_events_in_postgresql_are_served(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setenv("USAGESTATS_DATABASE", postgres)
    subprocess.run([sys.executable, FOLDER / "people_postgres.py"], check=True)
    people = importlib.import_module("people_postgres")
    now = datetime.now(UTC)
    records: list[dict[str, Any]] = [
        {
            "timestamp": now - timedelta(hours=5 * n),
            "provider": "openai",
            "model": f"gpt-{n % 3}",
            "session_id": str(n // 4),
            "input_tokens": 100 + n,
            "cache_read_tokens": n,
            "latency_ms": n * 1.5,
            "success": n % 5 != 0,
            "active_time_seconds": Decimal("0.25") * n,
        }
        for n in range(900)
    ]
    columns = ["public_id", *records[0]]
    insert = f"insert into event ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})"
    with psycopg.connect(postgres) as database:
        database.execute("insert into person values (%s, 'Alex Smith')", [ALEX_ID])
        database.execute("insert into person values ('00000000-0000-4000-8000-00000000000a', 'Sam')")
        database.cursor().executemany(insert, [[ALEX_ID, *record.values()] for record in records])
    with running(people.app, lifespan="on") as server, httpx.Client(base_url=server.url, timeout=30) as client:
        found = client.get(PATH, params={"period": "90d"})
        assert client.get(f"{PATH}/card/overview.svg").text.startswith("<svg")
        instant = datetime.fromisoformat(found.json()["generated_at"])
        wanted = summarize(records, name="Alex Smith", period="90d", now=instant + timedelta(seconds=1)).to_dict()
        assert found.json()["stats"] == json.loads(json.dumps(wanted["stats"]))
        again = {"If-None-Match": found.headers["ETag"]}
        assert client.get(found.url, headers=again).status_code == 304
        for change, tokens in (
            ("update event set output_tokens = 7 where latency_ms < 2", 14),
            ("update event set public_id = '00000000-0000-4000-8000-00000000000a' where latency_ms = 1.5", 7),
            ("delete from event where latency_ms = 0", 0),
        ):
            known = {"If-None-Match": client.get(found.url).headers["ETag"]}
            with psycopg.connect(postgres) as database:
                database.execute(change)
            assert client.get(found.url, headers=known).json()["stats"]["output_tokens"] == tokens
        assert client.get("/api/v1/public/00000000-0000-0000-0000-000000000000").status_code == 404
        told = people.pool.get_stats()
        assert told["connections_num"] < told["requests_num"] / 2
        with psycopg.connect(postgres, autocommit=True) as database:
            database.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid != pg_backend_pid()")
        assert client.get(PATH).status_code == 200
    assert people.pool.closed
