"""People and their events in PostgreSQL, as an asynchronous lookup:  uvicorn people_postgres:app.

The database leaves out what no answer looks at: what is older than 90 days and the 90 before, and columns that no
number comes from. Rows go to the library as they come from the driver. A person's version moves with every statement
that touches their events, once, however many rows it brings.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.rows import dict_row

from usagestats.api import Person
from usagestats.asgi import application

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


async def lookup(public_id: str) -> Person | None:
    """The person of an id; the server calls it."""
    async with await psycopg.AsyncConnection.connect(DATABASE) as database:
        found = await (await database.execute(PERSON, [public_id])).fetchone()
    if found is None:
        return None
    name, enabled, version = found
    return Person(name, lambda: events(public_id), enabled, str(version))


def events(public_id: str) -> list[dict[str, object]]:
    """The records of a person that any answer may count; asked for in a thread, when an answer must be computed."""
    with psycopg.connect(DATABASE, row_factory=dict_row) as database:
        return database.execute(EVENTS, [public_id, datetime.now(UTC) - REACH]).fetchall()


app = application(lookup, rate_limit=None)
