"""Many people: who they are, and which records are theirs.

    [[people]]
    public_id = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
    name = "Alex Smith"
    inputs = ["logs/alex", "archives/alex-*.parquet"]
    enabled = true

With ``inputs`` (files, folders and patterns below the folder of this file) every record in them is theirs, whatever its
``public_id`` says; without, theirs are the given records that have their ``public_id``. Someone who is not ``enabled``
has nothing, and nobody can tell that they are listed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from usagestats.errors import InputError, one_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
KEYS: Final = ("public_id", "name", "inputs", "enabled")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is listed."""

    public_id: str
    """A UUID in small letters."""
    name: str = ""
    enabled: bool = True
    inputs: tuple[Path, ...] = ()
    """Where their records lie; empty if they are those with their ``public_id``."""


def people(path: Path) -> tuple[Person, ...]:
    """The people that a TOML file lists, in its order.

    Raises:
        InputError: if the file cannot be read, or says what is not allowed; names the entry.
    """
    document = _document(path)
    listed = document.get("people", [])
    strange = next((key for key in document if key != "people"), None)
    if strange is not None:
        _fail(path, one_of("a key", ["people"], strange))
    if not isinstance(listed, list):
        _fail(path, "people must be tables that begin with [[people]]")
    found = tuple(_person(entry, path, f"people[{place}]") for place, entry in enumerate(listed))
    seen: dict[str, int] = {}
    for place, person in enumerate(found):
        if person.public_id in seen:
            _fail(path, f"people[{place}].public_id is that of people[{seen[person.public_id]}] already")
        seen[person.public_id] = place
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message) from error
    except ValueError as error:
        message = f"{path}: {error}"
        raise InputError(message) from error


def _person(entry: Mapping[str, Any], path: Path, place: str) -> Person:
    if not isinstance(entry, dict):
        _fail(path, f"{place} must be a table that begins with [[people]], not {shown(entry)}")
    strange = next((key for key in entry if key not in KEYS), None)
    if strange is not None:
        _fail(path, f"{place}: {one_of('a key', KEYS, strange)}")
    public_id, name, enabled = entry.get("public_id"), entry.get("name", ""), entry.get("enabled", True)
    if not isinstance(public_id, str) or not UUID.fullmatch(public_id.lower()):
        _fail(
            path,
            f"{place}.public_id must be a UUID, such as 1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd, not {shown(public_id)}",
        )
    if not isinstance(name, str):
        _fail(path, f"{place}.name must be text, not {shown(name)}")
    if not isinstance(enabled, bool):
        _fail(path, f"{place}.enabled must be true or false, not {shown(enabled)}")
    inputs = entry.get("inputs", [])
    if not isinstance(inputs, list) or not all(isinstance(one, str) and one for one in inputs):
        _fail(path, f"{place}.inputs must be a list of paths, not {shown(inputs)}")
    inside = tuple(_inputs(inputs, path, place)) if enabled else ()
    if inputs and enabled and not inside:
        _fail(path, f"{place}.inputs names nothing that is there: {shown(inputs)}")
    return Person(public_id.lower(), name, enabled, inside)


def _inputs(patterns: Iterable[str], path: Path, place: str) -> Iterator[Path]:
    """The files and folders that match, each below the folder of the list, wherever links lead."""
    home = path.parent
    for pattern in patterns:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            _fail(path, f"{place}.inputs must lie below {home or '.'}, not at {shown(pattern)}")
        try:
            matches = sorted(home.glob(pattern))
        except (ValueError, NotImplementedError) as error:
            _fail(path, f"{place}.inputs: {shown(pattern)}: {error}", error)
        for match in matches:
            if not match.resolve().is_relative_to(home.resolve()):
                _fail(path, f"{place}.inputs must lie below {home}, and {shown(pattern)} leads to {match.resolve()}")
            yield match


def _fail(path: Path, what: str, cause: Exception | None = None) -> NoReturn:
    message = f"{path}: {what}"
    raise InputError(message) from cause
