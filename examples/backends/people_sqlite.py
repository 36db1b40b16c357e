"""People and their events in SQLite, as the lookup of the documented endpoint; the other files here bring a server.

    python people_sqlite.py people.db     # makes a database with one person

The person is one small query; their events are asked for only when an answer must be computed, and only as far back as
any answer looks: 90 days and the 90 before.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from usagestats.api import Person

DATABASE = Path(os.environ.get("USAGESTATS_DATABASE", "people.db"))
REACH = timedelta(days=181)
TABLES = """
create table if not exists person (public_id text primary key, name text not null, enabled integer not null default 1,
                                   version integer not null default 0);
create table if not exists event (public_id text not null, timestamp text not null, provider text, model text,
                                  application text, session_id text, input_tokens integer, output_tokens integer,
                                  success integer);
create index if not exists event_of on event (public_id, timestamp);
create trigger if not exists added after insert on event
begin update person set version = version + 1 where public_id = new.public_id; end;
create trigger if not exists removed after delete on event
begin update person set version = version + 1 where public_id = old.public_id; end;
create trigger if not exists edited after update on event
begin update person set version = version + 1 where public_id in (old.public_id, new.public_id); end;
"""


def lookup(public_id: str) -> Person | None:
    """The person of an id; `usagestats.api.respond` calls it."""
    with closing(sqlite3.connect(DATABASE)) as database:
        found = database.execute(
            "select name, enabled, version from person where public_id = ?", [public_id]
        ).fetchone()
    if found is None:
        return None
    name, enabled, version = found
    return Person(name, lambda: events(public_id), bool(enabled), str(version))


def events(public_id: str) -> list[dict[str, object]]:
    """The records of a person that any answer may count."""
    since = (datetime.now(UTC) - REACH).isoformat()
    with closing(sqlite3.connect(DATABASE)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("select * from event where public_id = ? and timestamp >= ?", [public_id, since])
        return [dict(row) | {"success": None if row["success"] is None else bool(row["success"])} for row in rows]


def create(path: Path) -> None:
    """A database with one person who made a request an hour ago."""
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    public_id = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
    event = (public_id, an_hour_ago, "anthropic", "claude-opus-4-5", "claude-code", "s1", 7118, 2978, 1)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(TABLES)
        database.execute("insert into person (public_id, name) values (?, 'Alex Smith')", [public_id])
        database.execute("insert into event values (?, ?, ?, ?, ?, ?, ?, ?, ?)", event)


if __name__ == "__main__":
    create(Path(sys.argv[1]))
    print("http://127.0.0.1:8000/api/v1/public/1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd")
