"""OpenCode: the database ``opencode*.db``, and the JSON files that came before it (``storage/message/…``).

Moving to the database left the files behind: of a message that is in a database, no file is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from usagestats.events import Refusal, Reject
from usagestats.sources.active_time import PAUSE_US
from usagestats.sources.ledger import Ledger
from usagestats.sources.lines import type_name
from usagestats.sources.logs import Logs, below
from usagestats.sources.opencode_store import Store
from usagestats.sources.shapes import refusals

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from usagestats.events import Table

COLUMNS: Final = {
    "session": ("id", "parent_id"),
    "message": ("id", "session_id", "data"),
    "part": ("id", "message_id", "session_id", "data"),
}
"""What is read of each table, in this order."""
_SELECT: Final = {table: f"SELECT {', '.join(names)} FROM {table}" for table, names in COLUMNS.items()}  # noqa: S608 - our own names
_PREFIXES: Final = {"session": "ses_", "message": "msg_", "part": "prt_"}
_TABLE: Final = re.compile(rb"CREATE TABLE [`\"]?(session|message|part)\b")
_MAGIC: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class OpenCode(Logs):
    """The source: where its logs lie, how they are recognised and how they are read."""

    name: str = "opencode"
    application: str = "opencode"
    version: int = 1
    pause_us: int = PAUSE_US
    """The longest gap that counts as active time."""

    def files(self, root: Path) -> list[Path]:
        """The databases and JSON files of a data folder; a file stands for itself, as does a closed folder."""
        if root.is_file():
            return [root]
        try:
            databases = sorted(path for path in root.iterdir() if _is_database(path))
        except OSError:
            return [root] if root.exists() else []
        stored = [path for kind in COLUMNS for path in below(root / "storage" / kind, _is_stored)]
        return databases + stored

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file is a database of OpenCode's, by name or tables, or one of its JSON files, by its place."""
        if _is_database(path):
            return True
        if head.startswith(_MAGIC):
            return set(COLUMNS) <= {name.decode() for name in _TABLE.findall(head)}
        return _is_stored(path)

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these logs by column; rejects come first.

        Args:
            paths: The logs. Children and forks are settled right only if their sessions are among them.
            progress: Called with the number of bytes after each file.
        """
        store = Store()
        for path in sorted(paths, key=lambda one: one.suffix == ".json"):
            if path.suffix == ".json":
                yield from _document(path, store)
            else:
                yield from _database(path, store)
            if progress:
                progress(path.stat().st_size if path.exists() else 0)
        ledger = Ledger(self.application, None)
        store.settle(ledger)
        yield from ledger.tables(self.pause_us)


SOURCE: Final = OpenCode()
"""The source as the entry point names it."""


def _is_database(path: Path) -> bool:
    """Whether the file is called as OpenCode's databases are."""
    return path.suffix == ".db" and path.name.startswith("opencode")


def _is_stored(path: Path) -> bool:
    """Whether the file lies where the older storage has its JSON files."""
    kind = path.parts[-3] if len(path.parts) >= len(("kind", "owner", "file")) else ""
    return path.suffix == ".json" and path.name.startswith(_PREFIXES.get(kind, "/"))


def _document(path: Path, store: Store) -> Iterator[Reject]:
    """Reads one of the JSON files, unless its message is in a database."""
    kind, owner = path.parts[-3:-1] if _is_stored(path) else ("", "")
    if (path.stem if kind == "message" else owner) in store.in_database:
        return

    def take(document: bytes) -> Iterable[Refusal]:
        if kind == "message":
            store.message(document)
        elif kind == "part":
            store.part(document)
        elif kind == "session":
            store.session_document(document)
        else:
            yield Refusal("file", "below a folder session, message or part", "elsewhere")

    yield from refusals(path, take)


def _database(path: Path, store: Store) -> Iterator[Reject]:
    """Reads a database; each row that cannot be taken is refused, and at the end the database, if it is damaged."""
    from usagestats.sources import opencode_database

    refused: dict[Reject, None] = {}

    def take(connection: sqlite3.Connection) -> None:
        found = opencode_database.tables(connection)
        for table in COLUMNS if found else ():
            if table not in found:
                refused[Reject(str(path), table, "a table", "nothing")] = None
                continue
            for number, row in enumerate(connection.execute(_SELECT[table]), 1):
                try:
                    _row(store, table, row)
                except Refusal as refusal:
                    refused[refusal.at(f"{path}:{table}:{number}")] = None

    try:
        opencode_database.read(path, take)
    except opencode_database.ERRORS as error:
        refused[Reject(str(path), "file", "a database of OpenCode that can be read", type(error).__name__)] = None
    yield from refused


def _row(store: Store, table: str, row: tuple[object, ...]) -> None:
    """Takes one row; its ids count, not those in its document."""
    ids = [_id(name, value) for name, value in zip(COLUMNS[table], row, strict=True) if name != "data"]
    if table == "session":
        store.session(*ids)
        return
    document = row[-1]
    if not isinstance(document, bytes):
        raise Refusal(field="data", allowed="a JSON document", came=type_name(document))
    if table == "part":
        store.part(document, *ids)
    else:
        store.message(document, *ids, in_database=True)


def _id(name: str, value: object) -> str | None:
    """The text in that column.

    Raises:
        Refusal: there is something else.
    """
    if value is None:
        return None
    if not isinstance(value, bytes):
        raise Refusal(name, "text", type_name(value))
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Refusal(name, "text", "other bytes") from None
