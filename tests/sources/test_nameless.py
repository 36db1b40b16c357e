"""Ids as hashes: settled with them, logs tell what they tell without."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.sources.logs import committed, response, transcript
from usagestats.events import Rejects
from usagestats.sources import AGENTS
from usagestats.sources.archive.held import held
from usagestats.sources.archive.merging import live
from usagestats.sources.archive.segments import Resumable

DATA = Path(__file__).parent.parent / "data"
NAMES = [name for name, agent in AGENTS.items() if isinstance(agent, Resumable)]


def rows(agent: object, paths: list[Path]) -> pl.DataFrame:
    """What is told to be joined with an archive."""
    rejects = Rejects()
    tables = agent.tables(paths)  # type: ignore[attr-defined]
    pieces = [one for one in tables if hasattr(one, "columns")]
    return live([(agent, pieces)], rejects, nameless=True).sort(pl.all())  # type: ignore[list-item]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_settled_by_hashes_says_what_it_says_settled_by_ids(name: str, tmp_path: Path) -> None:
    shutil.copytree(DATA / name, tmp_path / name)
    agent = AGENTS[name]
    paths = agent.files(tmp_path / name)
    assert isinstance(agent, Resumable)
    expected = rows(agent, paths)
    assert expected.height > 10
    assert expected["session_id"].drop_nulls().str.contains("^[0-9a-f]{32}$").all()
    assert_frame_equal(rows(held(agent, [tmp_path]), paths), expected)


def test_forks_replays_and_names_that_are_ids_too_stay_what_they_are(tmp_path: Path) -> None:
    name = "claude-opus-4-5"
    first = [response("a", 0, name), *committed("b", 1, name), response("c", 2, name, requestId=None)]
    first += [response("d", 3, name) | {"sessionId": None}, response("e", 4, name, isSidechain=True)]
    nameless = response("f", 5, name, requestId=None)
    del nameless["message"]["id"]
    fork = [line | {"sessionId": "fork"} for line in first]
    replay = [response("a", 0, name, requestId="other", isSidechain=True), response("c", 2, "fork"), nameless]
    paths = [
        transcript(tmp_path / "p" / f"{number}.jsonl", *lines)
        for number, lines in enumerate([first, [*fork, response("g", 9, "fork")], replay])
    ]
    agent = AGENTS["claude_code"]
    assert isinstance(agent, Resumable)
    expected = rows(agent, paths)
    assert expected.filter(kind="request").height == 7
    assert_frame_equal(rows(held(agent, [tmp_path]), paths), expected)
