"""Reading on says what reading all says, whatever happens to logs, and to what is kept of them, between collectings."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.records import LAW
from tests.sources.logs import NOW, archived, claude, committed, response, same
from usagestats.events import Rejects
from usagestats.sources import Found, records
from usagestats.sources.archive.collecting import collected
from usagestats.sources.archive.kept import holding, unread
from usagestats.summary import summaries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.summary import Summary

Happening = tuple[str, int, int]
"""What happens, to which log, and a number that says more."""
GROWING = ("say", "commit", "call", "answer", "cut", "end", "fault", "copy")
OTHER = ("rewrite", "shrink", "replace", "edit", "delete", "touch", "damage", "lose")
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(GROWING * 2 + OTHER), st.integers(0, 3), st.integers(0, 9)), max_size=14
)


def line(raw: dict[str, Any]) -> bytes:
    return json.dumps(raw).encode() + b"\n"


def written(kind: str, log: int, number: int, minute: int) -> bytes:
    """What is written behind a log; its session is that of its number, but for copies."""
    session, name = f"s{log}", f"{minute}-{number}"
    call, result = committed(f"open{number}", minute, session)
    said = line(response(name, minute, session))
    return {
        "say": said,
        "commit": b"".join(map(line, committed(name, minute, session))),
        "call": line(call),
        "answer": line(result),
        "cut": said[: len(said) * (number + 1) // 10 - 1],
        "end": b"\n",
        "fault": b"{no json}\n",
        "copy": line(response(f"shared{number}", minute, session)),
    }[kind]


def happens(path: Path, kind: str, number: int, content: bytes) -> None:
    """What else than growing a log, or what is kept of it, can go through."""
    known = path.read_bytes() if path.exists() else b""
    if kind in GROWING:
        with path.open("ab") as file:
            file.write(content)
    elif kind == "rewrite":
        path.write_bytes(content + known[len(known) * number // 10 :])
    elif kind == "shrink":
        path.write_bytes(known[: len(known) * number // 10])
    elif kind == "replace":
        path.with_suffix(".new").write_bytes(known + content)
        path.with_suffix(".new").replace(path)
    elif kind == "edit":
        path.write_bytes(known.replace(b'"output_tokens": 10', b'"output_tokens": 1' + str(number).encode()))
    elif kind == "delete":
        path.unlink(missing_ok=True)
    elif kind == "touch" and known:
        os.utime(path, (number, number))


def harmed(cache: Path, kind: str, number: int) -> None:
    """The cache loses a file, or a file of it some bytes."""
    files = sorted(path for path in cache.rglob("*") if path.is_file())
    if files and kind in ("damage", "lose"):
        path = files[number % len(files)]
        path.write_bytes(path.read_bytes()[: -number - 1]) if kind == "damage" else path.unlink()


def lived(root: Path, happenings: Sequence[Happening], times: set[int]) -> Path:
    """An archive collected at these times; one collected with it, without anything kept, is always the same."""
    kept, alone = root / "kept" / "a.parquet", root / "alone" / "a.parquet"
    for minute, (kind, log, number) in enumerate(happenings):
        path = root / "projects" / f"p{log % 2}" / f"s{log}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = written(kind if kind in GROWING else "say", log, number, minute)
        happens(path, kind, number, content)
        harmed(kept.parent / "cache", kind, number)
        if minute in times:
            both(kept, alone, root)
    both(kept, alone, root)
    return kept


def told(*found: Found, fresh: Sequence[Found] | None = None) -> Summary:
    """What all of that comes to."""
    return summaries(records(found, fresh=fresh), ["30d"], name="", now=NOW, tz="UTC", rejects=Rejects())[0]


def both(kept: Path, alone: Path, root: Path) -> None:
    shutil.rmtree(alone.parent / "cache", ignore_errors=True)
    for path in (kept, alone):
        collected([claude(root / "projects")], path, path.parent / "cache", Rejects())
    assert kept.read_bytes() == alone.read_bytes()


@given(HAPPENINGS, st.sets(st.integers(0, 13)))
@settings(LAW, max_examples=40)
def test_an_archive_is_the_same_whatever_is_kept_of_the_logs(happenings: list[Happening], times: set[int]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        kept = lived(root, happenings, times)
        cache, log = kept.parent / "cache", root / "projects" / "p0" / "s0.jsonl"
        log.parent.mkdir(parents=True, exist_ok=True)
        happens(log, "say", 0, written("say", 0, 0, 600))
        found = [claude(root / "projects"), archived(kept)]
        held = holding(found, cache)
        assert same(told(*held, fresh=unread(held, cache)), told(*found))
