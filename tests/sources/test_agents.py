"""Every agent by the same measure: its sample is recognised, read whole, and gives what the sample's legend says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from usagestats.events import Rejects
from usagestats.frames import chunks
from usagestats.sources import AGENTS, Agent, Search, given, installed, records

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).parent.parent / "data"
LEGENDS = {"expected.json", "logs.json", "7c9e0000-0000-4000-8000-000000000001.jsonl"}
"""What lies beside the logs and holds no numbers: the legend, Gemini's prompts, Droid's talk."""


def frame(search: Search) -> pl.DataFrame:
    rejects = Rejects()
    return pl.concat(chunks(records(search.found).read(rejects), rejects))


def totals(found: pl.DataFrame) -> dict[str, Any]:
    requests = found.filter(pl.col("kind") == "request")
    return {
        "total_events": requests.height,
        "input_tokens": requests["input_tokens"].sum(),
        "output_tokens": requests["output_tokens"].sum(),
        "cache_read_tokens": requests["cache_read_tokens"].sum(),
        "cache_creation_tokens": requests["cache_creation_tokens"].sum(),
        "total_commits": found["commits"].sum(),
        "total_lines_of_code": found["lines_of_code"].sum(),
    }


def legend(agent: Agent) -> Mapping[str, Any]:
    expected: dict[str, Any] = json.loads((DATA / agent.name / "expected.json").read_text())["totals"]
    return expected


def named(agent: Agent) -> str:
    return agent.name


@pytest.mark.parametrize("agent", AGENTS, ids=named)
def test_a_folder_is_enough_to_recognise_an_agent_and_to_read_it_whole(agent: Agent) -> None:
    search = given([DATA / agent.name])
    assert {one.source.name for one in search.found} == {agent.name}
    assert {path.name for path in search.unrecognised} <= LEGENDS
    found, expected = totals(frame(search)), legend(agent)
    assert found == {name: expected.get(name) or 0 for name in found}


def test_all_agents_in_one_copied_home_add_up(tmp_path: Path) -> None:
    for agent in AGENTS:
        shutil.copytree(DATA / agent.name, tmp_path / agent.name)
    together = totals(frame(given([tmp_path])))
    assert together == {name: sum(legend(agent).get(name) or 0 for agent in AGENTS) for name in together}


@pytest.mark.parametrize("agent", AGENTS, ids=named)
def test_what_a_reader_gives_keeps_the_rules_of_the_record(agent: Agent) -> None:
    found = frame(given([DATA / agent.name]))
    cached = found["cache_read_tokens"].fill_null(0) + found["cache_creation_tokens"].fill_null(0)
    assert (cached <= found["input_tokens"].fill_null(0)).all()
    assert found["timestamp"].null_count() == 0
    assert found["event_id"].null_count() == 0
    assert found["event_id"].n_unique() == found.height
    assert found["application"].unique().to_list() == [found["application"][0]]
    assert found["event_id"].str.starts_with(found["application"][0] + ":").all()


@pytest.mark.parametrize("agent", AGENTS, ids=named)
def test_reading_twice_gives_the_same_records(agent: Agent) -> None:
    search = given([DATA / agent.name])
    order = ["event_id"]
    assert frame(search).sort(order).equals(frame(search).sort(order))


def test_a_bare_home_has_no_agents_and_every_place_is_named(tmp_path: Path) -> None:
    search = installed({}, tmp_path)
    assert search.found == ()
    assert len(search.places) >= len(AGENTS)
    assert all(tmp_path in place.parents for place in search.places)


def test_names_and_applications_are_told_apart() -> None:
    names = [agent.name for agent in AGENTS]
    assert len(set(names)) == len(names)
    assert all(agent.version >= 1 for agent in AGENTS)
