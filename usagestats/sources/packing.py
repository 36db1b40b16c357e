"""What was read of some logs, as bytes: so that processes share the reading, and one puts it together.

What is put together is what one reading of all logs gives: everything here is merged in a way that is commutative,
associative and idempotent (`sources.seen`, `sources.ledger`). The bytes go from process to process, never to a disk.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.sources import ledger
from usagestats.sources.rows import add
from usagestats.sources.settling import Activity

if TYPE_CHECKING:
    from usagestats.sources.ledger import Ledger
    from usagestats.sources.settling import Sightings

_encoded: Final = msgspec.msgpack.Encoder().encode


class _Sightings(msgspec.Struct, array_like=True, gc=False):
    """`Sightings` without their names."""

    texts: list[str | None]
    keys: list[str]
    table: bytes
    doubtful: list[str]
    shared: dict[int, list[int]]
    activities: list[tuple[str, int, int, int, list[int]]]
    instants: dict[int, bytes]


class _Ledger(msgspec.Struct, array_like=True, gc=False):
    """`Ledger` without its names, and to whom subagents belong."""

    requests: dict[str, ledger.Request]
    activities: dict[str, ledger.Activity]
    instants: dict[str | None, list[int]]
    withdrawn: list[str]
    roots: dict[str, str]


_sightings: Final = msgspec.msgpack.Decoder(_Sightings).decode
_ledger: Final = msgspec.msgpack.Decoder(_Ledger).decode


def packed_sightings(seen: Sightings) -> bytes:
    """All that was seen."""
    requests = seen.requests
    return _encoded(
        _Sightings(
            seen.names.texts,
            list(requests.rows),
            bytes(requests.table),
            list(requests.doubtful),
            {place: list(sessions) for place, sessions in requests.shared.items()},
            [
                (key, one.timestamp, one.commits, one.lines_of_code, list(one.sessions))
                for key, one in seen.activities.items()
            ],
            {session: instants.tobytes() for session, instants in seen.instants.items()},
        )
    )


def merge_sightings(seen: Sightings, packed: bytes) -> None:
    """Adds what was seen elsewhere."""
    other = _sightings(packed)
    numbers = [seen.names[text] for text in other.texts]
    number = dict.fromkeys(("session", "model"), numbers.__getitem__)
    add(seen.requests, other.keys, bytearray(other.table), other.shared, number)
    seen.requests.doubtful.update(other.doubtful)
    for key, timestamp, commits, lines_of_code, sessions in other.activities:
        group = frozenset([numbers[one] for one in sessions])
        seen.share(key, Activity(timestamp, commits, lines_of_code, group))
    for session, instants in other.instants.items():
        seen.instants[numbers[session]].extend(array("q", instants))


def packed_ledger(known: Ledger, roots: dict[str, str]) -> bytes:
    """All that the ledger holds, and to whom subagents belong."""
    instants = {session: list(some) for session, some in known.instants.items()}
    return _encoded(_Ledger(known.requests, known.activities, instants, list(known.withdrawn), roots))


def merge_ledger(known: Ledger, roots: dict[str, str], packed: bytes) -> None:
    """Adds what another ledger holds."""
    other = _ledger(packed)
    for key, request in other.requests.items():
        known.request(key, request)
    for key, activity in other.activities.items():
        known.activity(key, activity)
    for session, instants in other.instants.items():
        known.instant(session, *instants)
    known.withdrawn.update(other.withdrawn)
    for thread, root in other.roots.items():
        roots[thread] = min(root, roots.get(thread, root))
