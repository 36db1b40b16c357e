"""Sources that other distributions bring, by the entry-point group ``usagestats.sources``.

An entry point names an object, such as a module, with these members; it need not import this package.

- ``name``: what the source is called, in lower-case letters, digits, ``_``, ``-`` and ``.``; no other source's name.
- ``version``: an integer from 1 that rises when the same files give other records.
- ``roots(env, home)``: the folders where its files lie on this machine, there or not.
- ``matches(path, head)``: whether a file is one of its own, by its path and its first 16 KiB.
- ``read(path)``: the file's records in turn, mappings with the fields of `usagestats.Event`. What cannot be read is
  yielded, too, as an exception: its ``line`` and its ``field``, where it has them, say where the fault is.
- ``origin``, if it wants: ``telemetry``, ``transcript`` (what it is without) or ``events``.

A record without ``application`` has the source's name for one, and one without ``provider`` the one that its model's
name tells. An ``event_id`` begins with its application, which is set before it if need be, so that two sources never
mean the same event by chance. What a plug-in refuses, or what is refused of it, is named by its type and never by its
content. A plug-in that fails is named with its distribution, and the rest goes on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from usagestats.errors import one_of, shown
from usagestats.events import (
    ALLOWED,
    CACHED_ALLOWED,
    COUNTS,
    FIELDS,
    NUMBERS,
    TEXTS,
    Refusal,
    Reject,
    Table,
    refused,
    row,
)
from usagestats.periods import EPOCH
from usagestats.sources.distributions import GROUP
from usagestats.sources.instants import MICROSECOND, microseconds, moment
from usagestats.sources.lines import type_name
from usagestats.sources.logs import Logs, below, head_of, size_of
from usagestats.sources.providers import provider

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from importlib.metadata import EntryPoint

    from usagestats.events import Kind, Row

MEMBERS: Final = ("name", "version", "roots", "matches", "read")
ORIGINS: Final = ("telemetry", "transcript", "events")
ORIGIN: Final = "transcript"
ROWS: Final = 65_536
"""Records of a table: what is in memory at a time."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_COLUMNS: Final = tuple(name for name in FIELDS if name not in {"kind", "application"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A plug-in that cannot be used, or that failed in the search."""

    plugin: str
    """The entry point, and the distribution that brings it."""
    reason: str

    def __str__(self) -> str:
        return f"{self.plugin} {self.reason}"


@dataclass(frozen=True, slots=True, eq=False)
class PluginSource(Logs):
    """A plug-in as a source like any other: whatever it raises goes no further."""

    plugin: Any
    """The object that the entry point names."""
    label: str
    """The entry point, and the distribution that brings it."""
    name: str
    version: int
    origin: str = ORIGIN
    failed: dict[str, Fault] = field(default_factory=dict)
    """Member → how it failed in the search, the first time."""

    def roots(self, env: Mapping[str, str], home: Path) -> list[Path]:
        """The folders where its files lie, there or not."""
        try:
            return list(dict.fromkeys(Path(root) for root in self.plugin.roots(env, home)))
        except Exception as error:  # noqa: BLE001 - a stranger's code raises what it likes
            self._fail("roots", error)
            return []

    def files(self, root: Path) -> list[Path]:
        """The files below one of them that are its own, sorted; a folder that cannot be listed stands for itself."""
        return below(root, self._keeps)

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether a file is one of its own."""
        try:
            return bool(self.plugin.matches(path, head))
        except Exception as error:  # noqa: BLE001 - a stranger's code raises what it likes
            self._fail("matches", error)
            return False

    def tables(
        self, paths: Iterable[Path], *, progress: Callable[[int], None] | None = None
    ) -> Iterator[Table | Reject]:
        """The records of these files by column, and what is refused, as they are met.

        Args:
            paths: The files.
            progress: Called with the number of bytes after each file.
        """
        for path in paths:
            rows: list[Row] = []
            for read in self._rows(path):
                if isinstance(read, Reject):
                    yield read
                    continue
                rows.append(read)
                if len(rows) == ROWS:
                    yield from self._tables(rows)
                    rows = []
            yield from self._tables(rows)
            if progress:
                progress(size_of(path))

    def _keeps(self, path: Path) -> bool:
        try:
            return self.matches(path, head_of(path))
        except OSError:
            return self.matches(path, b"")  # one that is its own by name is refused, with its name, on reading

    def _fail(self, member: str, error: Exception) -> None:
        self.failed.setdefault(member, Fault(self.label, f"failed in {member}: {type(error).__name__}"))

    def _rows(self, path: Path) -> Iterator[Row | Reject]:
        """The file's records, judged."""
        try:
            for number, given in enumerate(self.plugin.read(path)):
                yield _told(given, path) if isinstance(given, Exception) else _judged(given, f"{path}[{number}]")
        except Exception as error:  # noqa: BLE001 - a stranger's code raises what it likes
            yield Reject(str(path), "file", f"one that {self.label} can read", type(error).__name__)

    def _tables(self, rows: Iterable[Row]) -> Iterator[Table]:
        parts: defaultdict[tuple[Kind, str], list[Row]] = defaultdict(list)
        for one in rows:
            parts[one.kind or "request", one.application or self.name].append(one)
        for (kind, application), some in parts.items():
            columns: dict[str, Sequence[Any]] = {name: [getattr(one, name) for one in some] for name in _COLUMNS}
            columns["timestamp"] = [(one.timestamp - EPOCH) // MICROSECOND for one in some]
            columns["provider"] = [one.provider or provider(one.model, None) for one in some]
            columns["event_id"] = [_prefixed(one.event_id, f"{application}:") for one in some]
            yield Table(kind, application, columns)


def discovered(taken: Collection[str]) -> tuple[list[PluginSource], list[Fault]]:
    """The plug-ins that this Python has, in the order of their names, and those that cannot be used.

    Args:
        taken: The names of other sources.
    """
    from importlib.metadata import entry_points

    sources: dict[str, PluginSource] = {}
    faults: list[Fault] = []
    for entry in sorted(entry_points(group=GROUP), key=_label):
        found = _loaded(entry, {*taken, *sources})
        if isinstance(found, Fault):
            faults.append(found)
        else:
            sources[found.name] = found
    return list(sources.values()), faults


def _label(entry: EntryPoint) -> str:
    of = f" of {entry.dist.name} {entry.dist.version}" if entry.dist else ""
    return f"plug-in {entry.name}{of}"


def _loaded(entry: EntryPoint, taken: Collection[str]) -> PluginSource | Fault:
    label = _label(entry)
    try:
        plugin = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code raises what it likes
        return Fault(label, f"cannot be imported: {type(error).__name__}: {error}")
    try:
        reason = _flaw(plugin, taken)
        if reason is None:
            return PluginSource(plugin, label, plugin.name, plugin.version, getattr(plugin, "origin", ORIGIN))
    except Exception as error:  # noqa: BLE001 - a property is a stranger's code, too
        reason = f"cannot be looked at: {type(error).__name__}"
    return Fault(label, reason)


def _flaw(plugin: Any, taken: Collection[str]) -> str | None:  # noqa: ANN401 - any object at all
    """Why the object is no source; None if it is one."""
    if isinstance(plugin, type):
        return f"must be a module or an instance, not the class {plugin.__name__}"
    missing = [name for name in MEMBERS if not hasattr(plugin, name)]
    if missing:
        return f"has no {', '.join(missing)}"
    inert = [member for member in MEMBERS[2:] if not callable(getattr(plugin, member))]
    if inert:
        return f"must have functions called {', '.join(inert)}"
    return _misnamed(plugin.name, plugin.version, getattr(plugin, "origin", ORIGIN), taken)


def _misnamed(name: object, version: object, origin: object, taken: Collection[str]) -> str | None:
    """What is wrong with what the object says of itself."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"must have a name of lower-case letters, digits, _, - and ., not {shown(name)}"
    if name in taken:
        return f"must have a name of its own, not {name!r}, which is another source's"
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return f"must have an integer from 1 for its version, not {shown(version)}"
    return None if origin in ORIGINS else one_of("is no source: origin", ORIGINS, origin)


def _judged(given: object, place: str) -> Row | Reject:
    """The record, with its instant read, if it keeps every rule of the record."""
    try:
        checked = row(given)
        if isinstance(checked.timestamp, str):
            checked.timestamp = _instant(checked.timestamp)
        cached = (checked.cache_read_tokens or 0) + (checked.cache_creation_tokens or 0)
        if cached > (checked.input_tokens or 0) and checked.kind != "activity":
            return Reject(place, "input_tokens", CACHED_ALLOWED, "less")
    except Refusal as refusal:
        return Reject(place, refusal.field, refusal.allowed, _came(refusal.field, given))
    return checked


def _instant(text: str) -> datetime:
    """The instant.

    Raises:
        Refusal: it is none.
    """
    found = microseconds(text)
    if found is None:
        raise refused("timestamp", text)  # noqa: EM101 - the name of a field
    return moment(found)


def _came(name: str, given: object) -> str:
    """What came in that field, without its content."""
    if name not in FIELDS:
        return type(given).__name__
    value = given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)
    if isinstance(value, str):
        return "text that is no Unicode" if name in TEXTS else "other text"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "one out of range" if is_number and name in (*COUNTS, *NUMBERS) else type_name(value)


def _told(error: Exception, path: Path) -> Reject:
    """The reject that a plug-in tells by an exception."""
    line, name = getattr(error, "line", None), getattr(error, "field", None)
    place = f"{path}:{line}" if isinstance(line, int) and line > 0 else str(path)
    where = name if isinstance(name, str) and name in FIELDS else "record"
    return Reject(place, where, ALLOWED[where], type(error).__name__)


def _prefixed(event_id: str | None, prefix: str) -> str | None:
    return event_id if event_id is None or event_id.startswith(prefix) else prefix + event_id
