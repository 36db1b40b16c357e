"""Logs full of secrets: the samples of every agent, with something private in every place where text may stand.

A log is a list of JSON documents. Its *spots* are all its values and, in each object, a key that nobody knows. A copy
of the log is made for each spot and each way to salt it, so that every copy is still mostly what an agent writes.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Place = tuple[str | int, ...]

FORMS = (
    "/home/jane.doe/clients/{}/plan.md",
    "jane.{}@example.com",
    "please rename the {} account\nand tell nobody",
    "curl -H 'Authorization: Bearer {}' https://bank.example && git commit -m \"{}\"",
    "acct_{}",
    '</text><script>alert("{}")</script>&amp;',
    "\u202e{}\u001b[31m\u0000",
    "<synthetic> {}",
)
"""What a secret looks like: a path, an address, a prompt, a command, an account, markup, control characters."""


MANY_SPOTS = 200
"""In a document with more of them several are salted at a time."""
TURNS = 12
"""So many times is a big document salted at each depth."""


@dataclass
class Salt:
    """Hands out secrets, each of its own; knows for each where it was put."""

    shift: int = 0
    """Which form comes first."""
    told: dict[str, str] = field(default_factory=dict)
    """Mark of a secret → where it was put."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def secret(self, where: str, *, plain: bool = False) -> str:
        """A secret that was in no text before."""
        number = next(self.numbers)
        mark = f"zq{number}qz"
        self.told[mark] = where
        return mark if plain else FORMS[(number + self.shift) % len(FORMS)].replace("{}", mark)


def instead(secret: str, _: Any) -> Any:  # noqa: ANN401
    return secret


def behind(secret: str, value: Any) -> Any:  # noqa: ANN401
    return value + secret if isinstance(value, str) else [secret]


def inside(secret: str, _: Any) -> Any:  # noqa: ANN401
    return {secret: secret, "text": secret, "command": secret, "type": secret}


def beside(secret: str, value: Any) -> Any:  # noqa: ANN401
    return value | {secret: {secret: secret}} if isinstance(value, dict) else secret


WAYS: tuple[Callable[[str, Any], Any], ...] = (instead, behind, inside, beside)


def spots(value: Any, name: str = "") -> Iterator[tuple[Place, str]]:  # noqa: ANN401
    """The way to every value, itself included, and what it is called: the key it stands under.

    A value that stands beside its ``key``, as an attribute of telemetry does, is called that.
    """
    yield (), name
    if isinstance(value, dict):
        called = value.get("key") if "value" in value else None
        for key, one in value.items():
            inner = called if key == "value" and called else name if key.endswith("Value") and name else key
            yield from (((key, *rest), below) for rest, below in spots(one, inner))
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from (((index, *rest), inner) for rest, inner in spots(one, name))


def changed(value: Any, place: Place, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    """The value with that place changed."""
    if not place:
        return change(value)
    made: Any = dict(value) if isinstance(value, dict) else list(value)
    made[place[0]] = changed(value[place[0]], place[1:], change)
    return made


def rounds(every: list[tuple[Place, str]]) -> list[list[tuple[Place, str]]]:
    """The spots in the order in which they are salted: one at a time, in a big document some that lie equally deep."""
    if len(every) <= MANY_SPOTS:
        return [[spot] for spot in every]
    by_depth: dict[int, list[tuple[Place, str]]] = {}
    for spot in every:
        by_depth.setdefault(len(spot[0]), []).append(spot)
    return [alike[first::TURNS] for alike in by_depth.values() for first in range(min(TURNS, len(alike)))]


def salted(documents: list[Any], salt: Salt, where: str, spared: frozenset[str]) -> Iterator[list[Any]]:
    """The log once for each round of spots and each way; every document has spots of its own salted at a time.

    Spots whose name is spared keep their value.
    """
    every = [rounds([spot for spot in spots(one) if spot[1] not in spared]) for one in documents]
    for number in range(max(map(len, every), default=0)):
        for way in WAYS:
            made = []
            for document, some in zip(documents, every, strict=True):
                changing = document
                for place, name in some[number % len(some)]:
                    secret = salt.secret(f"{where}: {name or 'document'} {'.'.join(map(str, place))}, {way.__name__}")
                    changing = changed(changing, place, partial(way, secret))
                made.append(changing)
            yield made


def salted_copies(path: Path, salt: Salt, spared: frozenset[str]) -> Iterator[bytes]:
    """The content of the log, again and again, each time with other secrets in it."""
    if path.suffix == ".log":
        documents, write = list(concatenated(path.read_text())), printed
    else:
        documents, write = _documents(path.read_bytes()), written
    for made in salted(documents, salt, path.name, spared):
        yield write(made).encode()


def _documents(content: bytes) -> list[Any]:
    try:
        return [json.loads(content)]
    except ValueError:
        return [json.loads(line) for line in content.splitlines() if line.endswith(b"}")]


def written(documents: list[Any]) -> str:
    """The documents, each on a line of its own unless it is the only one."""
    lines = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in documents]
    return lines[0] if len(lines) == 1 else "".join(f"{line}\n" for line in lines)


def concatenated(text: str) -> Iterator[Any]:
    """The documents that stand one behind the other, as Gemini CLI prints them into its outfile."""
    text = text.lstrip()
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        yield document
        text = text[end:].lstrip()


def printed(documents: list[Any]) -> str:
    """The same text again."""
    return "".join(json.dumps(one, ensure_ascii=False, indent=2) + "\n" for one in documents)


def salt_database(path: Path, salt: Salt, spared: frozenset[str]) -> Iterator[Callable[[Path], None]]:
    """What writes the SQLite database somewhere, again and again, each time with other secrets in it."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [(table, _document(row)) for table in tables for row in _rows(database, table)]
    for made in salted([document for _, document in rows], salt, path.name, spared):
        changes = [(table, old, new) for (table, old), new in zip(rows, made, strict=True) if isinstance(new, dict)]

        def write(copy: Path, changes: list[tuple[str, Any, Any]] = changes) -> None:
            shutil.copyfile(path, copy)
            with closing(sqlite3.connect(copy)) as database, database:
                for table, old, new in changes:
                    _update(database, table, old, new)

        yield write


def _rows(database: sqlite3.Connection, table: str) -> Iterable[dict[str, Any]]:
    database.row_factory = sqlite3.Row
    return [dict(row) for row in database.execute(f"SELECT rowid AS rowid, * FROM {table}")]


def _document(row: dict[str, Any]) -> dict[str, Any]:
    """The row, its cells of JSON decoded."""
    return {
        name: json.loads(cell) if isinstance(cell, str) and cell.startswith("{") else cell for name, cell in row.items()
    }


def _update(database: sqlite3.Connection, table: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    cells = {name: cell for name, cell in new.items() if name in old and name != "rowid" and cell != old[name]}
    for name, cell in cells.items():
        written = json.dumps(cell) if isinstance(cell, dict | list) else cell
        database.execute(f"UPDATE OR IGNORE {table} SET {name} = ? WHERE rowid = ?", (written, old["rowid"]))


def salt_logs(paths: Iterable[Path], root: Path, folder: Path, salt: Salt, spared: frozenset[str]) -> None:
    """Lays salted copies of the logs into the folder, each below a folder of its own."""
    for path in paths:
        if path.suffix == ".bin":  # the same signals as a file of JSON beside it
            continue
        below = path.relative_to(root)
        if path.suffix == ".db":
            for write in salt_database(path, salt, spared):
                write(_copy(folder, salt, below))
            continue
        for number, content in enumerate(salted_copies(path, salt, spared)):
            copy = _copy(folder, salt, below)
            copy.write_bytes(content)
            if path.name.startswith("rollout-") and number % 8 == 0:  # Codex packs its logs
                copy.rename(copy.with_name(copy.name + ".zst")).write_bytes(zstandard.compress(content))


def _copy(folder: Path, salt: Salt, below: Path) -> Path:
    mark = salt.secret(f"folder of {below.name}", plain=True)
    copy = folder / mark / below.as_posix().replace("home-dev-app", f"home-{mark}")
    copy.parent.mkdir(parents=True)
    return copy
