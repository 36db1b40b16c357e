"""An SQLite database that its agent may be writing: read without a lock that keeps it out, and without leaving a file.

SQLite's own ``mode=ro`` is not enough: on a database in WAL mode it makes ``-wal`` and ``-shm`` files where there are
none, and on one in rollback mode its lock keeps the writer waiting. So, by what lies beside the database:

- ``-wal`` and ``-shm``: the index is mapped read-only (``readonly_shm``). Everything committed is seen, in one
  snapshot; a reader in WAL mode hinders nobody. Left by a crash, both are read just the same.
- ``-wal`` alone (a copied folder): both files are copied away and the copy is read.
- neither: the file is all there is. It is read as unchangeable (no locks, no files) and read again if it changed.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ATTEMPTS: Final = 5
"""How often a database is read that changes under the reading."""
BUSY_SECONDS: Final = 5

ERRORS: Final = (sqlite3.Error, OSError, UnicodeError)
"""What reading raises if it cannot be done; the last is SQLite's word on a damaged schema, with the damage in it."""


class Unsettled(sqlite3.OperationalError):
    """The database changed each time while it was read."""


@dataclass(frozen=True, slots=True)
class State:
    """A database's files at one moment."""

    size: int
    changed: int
    wal_size: int
    journal_size: int
    shared: bool
    """Whether the index of the ``-wal`` file is there."""

    @staticmethod
    def of(path: Path) -> State:
        """The state now.

        Raises:
            OSError: there is no such file.
        """
        main, shared = path.stat(), _beside(path, "-shm").exists()
        return State(main.st_size, main.st_mtime_ns, _size(path, "-wal"), _size(path, "-journal"), shared)


def read(path: Path, take: Callable[[sqlite3.Connection], None]) -> None:
    """Has the database's rows taken; what changed meanwhile is taken again, so taking twice must be taking once.

    Raises:
        sqlite3.Error: it is no database, or damaged, or changes all the time.
        OSError: it cannot be opened.
    """
    path = path.resolve()
    for _ in range(ATTEMPTS):
        state = State.of(path)
        if state.wal_size:
            if (state.shared and _taken_live(path, take)) or _taken_from_copy(path, state, take):
                return
        elif not state.journal_size:
            with closing(_connection(path, "immutable=1")) as connection:
                take(connection)
            if State.of(path) == state:
                return
    raise Unsettled


def tables(connection: sqlite3.Connection) -> set[str]:
    """The names of its tables."""
    return {name.decode("utf-8", "replace") for (name,) in connection.execute(_TABLES)}


_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table'"


def _taken_live(path: Path, take: Callable[[sqlite3.Connection], None]) -> bool:
    """Whether the rows could be taken through the writer's own index.

    It may be closed to us, or not yet have a place to read from (after a first and only transaction).
    """
    with closing(_connection(path, "readonly_shm=1")) as connection:
        try:
            connection.execute("BEGIN")
            tables(connection)
        except sqlite3.OperationalError:
            return False
        take(connection)
    return True


def _taken_from_copy(path: Path, state: State, take: Callable[[sqlite3.Connection], None]) -> bool:
    """Whether the database kept still while it was copied; if so, the rows are taken from the copy."""
    with TemporaryDirectory(prefix="usagestats-") as folder:
        copy = Path(folder, "copy.db")
        shutil.copyfile(_beside(path, "-wal"), _beside(copy, "-wal"))
        shutil.copyfile(path, copy)
        now = State.of(path)
        if (now.size, now.changed) != (state.size, state.changed):
            return False
        with closing(_connection(copy, "cache=private")) as connection:
            take(connection)
    return True


def _connection(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&{how}", timeout=BUSY_SECONDS, isolation_level=None, uri=True)
    connection.text_factory = bytes
    return connection


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _size(path: Path, ending: str) -> int:
    try:
        return _beside(path, ending).stat().st_size
    except FileNotFoundError:
        return 0
