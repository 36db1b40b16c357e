"""People and their events in PostgreSQL, behind a pool of connections:  uvicorn people_postgres:app.

    USAGESTATS_DATABASE=postgresql://localhost/usage python people_postgres.py     # makes the tables, once

The database leaves out what no answer looks at: what is older than 90 days and the 90 before, and columns that no
number comes from. Rows go to the library as they come from the driver. A person's version moves with every statement
that touches their events, once, however many rows it brings; while it stands, a client that asks again gets a 304, and
only the first query is run.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.routing import Mount

from usagestats.api import Person
from usagestats.asgi import application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DATABASE = os.environ.get("USAGESTATS_DATABASE", "postgresql://localhost/usage")
REACH = timedelta(days=181)
PERSON = "select name, enabled, version from person where public_id = %s"
EVENTS = """
select timestamp, kind, application, provider, model, session_id, input_tokens, output_tokens, cache_read_tokens,
       latency_ms, success, commits, lines_of_code, active_time_seconds
from event
where public_id = %s and timestamp >= %s
"""
TABLES = """
create table person (public_id uuid primary key, name text not null, enabled boolean not null default true,
                     version bigint not null default 0);
create table event (public_id uuid not null references person, timestamp timestamptz not null,
                    kind text not null default 'request', application text, provider text, model text, session_id text,
                    input_tokens bigint not null default 0, output_tokens bigint not null default 0,
                    cache_read_tokens bigint not null default 0, latency_ms double precision, success boolean,
                    commits int not null default 0, lines_of_code int not null default 0,
                    active_time_seconds numeric not null default 0);
create index event_of on event (public_id, timestamp);
create function changed() returns trigger language plpgsql as $$ begin
    update person set version = version + 1 where public_id in (select public_id from touched);
    return null;
end $$;
create trigger added after insert on event referencing new table as touched
    for each statement execute function changed();
create trigger removed after delete on event referencing old table as touched
    for each statement execute function changed();
create trigger edited after update on event referencing new table as touched
    for each statement execute function changed();
create trigger taken_away after update on event referencing old table as touched
    for each statement execute function changed();
"""

pool = ConnectionPool(DATABASE, min_size=1, max_size=20, open=False, check=ConnectionPool.check_connection)


def lookup(public_id: str) -> Person | None:
    """The person of an id; the application calls it in one of its threads."""
    with pool.connection() as database:
        found = database.execute(PERSON, [public_id]).fetchone()
    if found is None:
        return None
    name, enabled, version = found
    return Person(name, lambda: events(public_id), enabled, str(version))


def events(public_id: str) -> list[dict[str, object]]:
    """The records of a person that any answer may count; asked for only when an answer must be computed."""
    with pool.connection() as database:
        rows = database.cursor(row_factory=dict_row)
        return rows.execute(EVENTS, [public_id, datetime.now(UTC) - REACH]).fetchall()


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """The pool is open while the application runs."""
    pool.open()
    yield
    pool.close()


app = Starlette(routes=[Mount("/", application(lookup))], lifespan=lifespan)

if __name__ == "__main__":
    with pool, pool.connection() as made:
        made.execute(TABLES)
