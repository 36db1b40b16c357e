"""An SQLite database under its writer's hands: what is seen, and that nothing is left behind or kept waiting."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from usagestats.sources.opencode_database import ATTEMPTS, Unsettled, read, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
PROGRAM = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
for line in sys.stdin:
    try:
        print("done", connection.execute(line).fetchall(), flush=True)
    except sqlite3.Error as error:
        print(error, flush=True)
connection.close()
"""


class Writer:
    """Another process that writes."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", PROGRAM, str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, *statements: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        said = ""
        for statement in statements:
            self.process.stdin.write(statement + "\n")
            self.process.stdin.flush()
            said = self.process.stdout.readline().strip()
        return said

    def stop(self) -> None:
        self.process.communicate()


@contextmanager
def writer(path: Path) -> Iterator[Writer]:
    one = Writer(path)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a b%3f#.db"


def rows(path: Path) -> list[int]:
    """The numbers in the table, read while nothing in the folder changes."""
    found: list[int] = []

    def take(connection: sqlite3.Connection) -> None:
        assert tables(connection) == {"t"}
        found[:] = [number for (number,) in connection.execute("SELECT n FROM t ORDER BY n")]

    before = listing(path.parent)
    read(path, take)
    assert listing(path.parent) == before
    return found


def listing(folder: Path) -> list[tuple[str, int, int]]:
    return sorted((one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in folder.iterdir())


def insert(number: int) -> str:
    return f"INSERT INTO t VALUES ({number})"


WAL = ("PRAGMA journal_mode = WAL", "CREATE TABLE t (n)")


def test_under_a_writer_what_is_committed_is_seen_and_nothing_else(path: Path) -> None:
    with writer(path) as write:
        write(*WAL)
        assert rows(path) == []
        write(insert(1))
        assert rows(path) == [1]
        write("BEGIN", insert(2))
        assert rows(path) == [1]
        write("COMMIT")
        assert rows(path) == [1, 2]
        write("PRAGMA wal_checkpoint(TRUNCATE)")
        assert rows(path) == [1, 2]
        write(insert(3))
        assert rows(path) == [1, 2, 3]


def test_a_first_and_only_transaction_is_seen(path: Path) -> None:
    with writer(path) as write:
        write("PRAGMA journal_mode = WAL", "BEGIN", "CREATE TABLE t (n)", insert(1), "COMMIT")
        assert rows(path) == [1]


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_the_writer_writes_on_while_it_is_read_and_the_reader_sees_one_moment(path: Path, mode: str) -> None:
    seen: list[list[int]] = []
    with writer(path) as write:
        write(f"PRAGMA journal_mode = {mode}", "CREATE TABLE t (n)", *map(insert, range(3)))

        def take(connection: sqlite3.Connection) -> None:
            cursor = connection.execute("SELECT n FROM t")
            first = cursor.fetchone()[0]
            if not seen:
                assert write(insert(7)) == "done []"
                if mode == "WAL":
                    assert write("PRAGMA wal_checkpoint(PASSIVE)").startswith("done [(0,")
            seen.append([first, *(number for (number,) in cursor)])

        read(path, take)
    assert seen[0] == [0, 1, 2]
    assert seen[1:] == ([[0, 1, 2, 7]] if mode == "DELETE" else [])


def test_at_rest_the_file_is_read_alone(path: Path) -> None:
    with writer(path) as write:
        write(*WAL, insert(1))
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert rows(path) == [1]


def test_after_a_crash_the_committed_rows_are_seen(path: Path) -> None:
    with writer(path) as write:
        write(*WAL, insert(1), "BEGIN", insert(2))
        write.process.kill()
        write.process.wait()
        write.process.communicate()
    assert len(listing(path.parent)) == 3
    assert rows(path) == [1]


@pytest.mark.parametrize("index", ["none", "a folder", "empty"])
def test_without_an_index_the_committed_rows_are_seen(path: Path, tmp_path: Path, index: str) -> None:
    folder = tmp_path / "copied"
    folder.mkdir()
    with writer(path) as write:
        write(*WAL, insert(1))
        for ending in ("", "-wal"):
            shutil.copy(f"{path}{ending}", folder)
    beside = folder.joinpath(path.name + "-shm")
    if index == "a folder":
        beside.mkdir()
    elif index == "empty":
        beside.touch()
    assert rows(folder / path.name) == [1]


def test_a_copy_of_what_changed_meanwhile_is_made_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies: list[str] = []
    copy = shutil.copyfile

    def slow(source: Path, target: Path) -> None:
        copy(source, target)
        copies.append(source.name)
        if len(copies) == 2:
            os.utime(source, ns=(1, 1))

    with writer(path) as write:
        write(*WAL, insert(1))
        path.with_name(path.name + "-shm").unlink()
        monkeypatch.setattr(shutil, "copyfile", slow)
        seen: list[int] = []
        read(path, lambda connection: seen.extend(n for (n,) in connection.execute("SELECT n FROM t")))
    assert seen == [1]
    assert copies == [f"{path.name}-wal", path.name] * 2


def test_what_changes_all_the_time_is_refused_in_the_end(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (n)")
        taken: list[None] = []

        def take(_: sqlite3.Connection) -> None:
            connection.execute(insert(len(taken)))
            os.utime(path, ns=(0, len(taken)))
            taken.append(None)

        with pytest.raises(Unsettled):
            read(path, take)
        assert len(taken) == ATTEMPTS
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(insert(9))
        with pytest.raises(Unsettled):
            read(path, take)
        assert len(taken) == ATTEMPTS


@contextmanager
def somebody_else() -> Iterator[None]:
    """Rights of a user who may read and not write; they matter only where the tests run as root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights")
@pytest.mark.parametrize("state", ["at rest", "living", "without index", "closed index"])
def test_a_folder_that_cannot_be_written_is_read(state: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "opencode.db"
        with writer(path) as write:
            write(*WAL, insert(1))
            if state == "at rest":
                write.stop()
            if state == "without index":
                folder.joinpath("opencode.db-shm").unlink()
            if state == "closed index":
                folder.joinpath("opencode.db-shm").chmod(0)
            folder.chmod(0o555)
            try:
                with somebody_else():
                    with pytest.raises(PermissionError):
                        folder.joinpath("new").touch()
                    assert rows(path) == [1]
            finally:
                folder.chmod(0o755)


def test_what_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"private words" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        rows(path)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        read(path, lambda _: None)


def test_an_empty_file_is_an_empty_database(path: Path) -> None:
    path.touch()
    seen: list[set[str]] = []
    read(path, lambda connection: seen.append(tables(connection)))
    assert seen == [set()]
    assert len(listing(path.parent)) == 1
