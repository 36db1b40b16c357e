"""What must be known of a rollout's lines to go on behind them: no id but as a hash.

The thread's own id, of which keys are made, is looked for in the rollout: its name or first line has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from usagestats.sources.codex_lines import Usage
from usagestats.sources.codex_rollout import Rollout
from usagestats.sources.hashes import hashed
from usagestats.sources.ledger import Ledger
from usagestats.sources.lines import opened

if TYPE_CHECKING:
    from pathlib import Path


class State(msgspec.Struct, array_like=True, gc=False):
    """What a `Rollout` knows besides its thread, field by field."""

    lines: int
    provider: str | None
    model: str | None
    turn: str | None
    has_meta: bool
    made: int
    continues: bool
    replaying: bool
    has_copy: bool
    has_dated_turns: bool
    before: int
    total: Usage | None
    last: Usage | None
    counted: str | None
    has_records: bool
    calls: dict[str, tuple[bool, int]]
    thread: str | None = None
    """The hash of its id."""


FIELDS: Final = State.__struct_fields__[:-1]
_encoded: Final = msgspec.msgpack.Encoder().encode
_decoded: Final = msgspec.msgpack.Decoder(State).decode


def written(rollout: Rollout) -> bytes:
    """What must be known of the lines that were read."""
    known = {name: getattr(rollout, name) for name in FIELDS}
    return _encoded(State(**known, thread=None if rollout.thread is None else hashed(rollout.thread)))


def resumed(rollout: Rollout, state: bytes) -> Rollout:
    """The rollout, as it was behind those lines."""
    known = _decoded(state)
    rollout.thread = _thread(rollout.path, rollout.thread, known.thread)
    for name in FIELDS:
        setattr(rollout, name, getattr(known, name))
    return rollout


def _thread(path: Path, named: str | None, wanted: str | None) -> str | None:
    """The id of the thread that has this hash: the rollout's by name, or as its first lines say."""
    scratch = Rollout(path, Ledger("", None), {}, named)
    with opened(path) as lines:
        while scratch.thread is None or hashed(scratch.thread) != wanted:
            line = lines.readline()
            if not line:
                break
            list(scratch.rejects([line]))
    return scratch.thread
