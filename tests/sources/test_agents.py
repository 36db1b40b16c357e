"""Every agent by the same measure: its sample is recognised, read whole, and gives what the sample's legend says."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tests.sources.reading import discreet, rewrite
from usagestats.columns import SCHEMA
from usagestats.events import MAX_COUNT, Reject, Rejects, row
from usagestats.frames import chunks
from usagestats.sources import AGENTS, Agent, Search, given, installed, otlp, records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


def legend(agent: Agent) -> Mapping[str, int]:
    """The totals that the agent's legends add up to; telemetry has one of each application."""
    told = [json.loads(path.read_text())["totals"] for path in (DATA / agent.name).rglob("expected.json")]
    return {name: sum(one.get(name) or 0 for one in told) for name in totals(pl.DataFrame(schema=SCHEMA))}


def named(agent: Agent) -> str:
    return agent.name


@pytest.mark.parametrize("agent", AGENTS.values(), ids=named)
def test_a_folder_is_enough_to_recognise_an_agent_and_to_read_it_whole(agent: Agent) -> None:
    search = given([DATA / agent.name])
    assert {one.source.name for one in search.found} == {agent.name}
    assert {path.name for path in search.unrecognised} <= LEGENDS
    assert totals(frame(search)) == legend(agent)


@pytest.mark.parametrize(("name", "folder"), [("amp", "threads"), ("droid", "sessions")])
def test_every_expected_event_of_a_sample_comes_out(name: str, folder: str) -> None:
    agent, sample = AGENTS[name], DATA / name
    paths = agent.files(sample / folder)
    expected = json.loads(sample.joinpath("expected.json").read_text("utf-8"))["events"]
    fields = [name for name in expected[0] if name not in {"active_time_seconds", "commits", "lines_of_code"}]
    found, rejects = discreet(agent, paths)
    assert [{name: one[name] for name in fields} for one in found] == [
        {name: one[name] for name in fields} | {"timestamp": datetime.fromisoformat(one["timestamp"])}
        for one in expected
    ]
    assert rejects == []
    assert all(agent.matches(path, path.read_bytes()) for path in paths)


def test_all_agents_in_one_copied_home_add_up(tmp_path: Path) -> None:
    for agent in AGENTS.values():
        shutil.copytree(DATA / agent.name, tmp_path / agent.name)
    together = totals(frame(given([tmp_path])))
    assert together == {name: sum(legend(agent)[name] for agent in AGENTS.values()) for name in together}


@pytest.mark.parametrize("agent", AGENTS.values(), ids=named)
def test_what_a_reader_gives_keeps_the_rules_of_the_record(agent: Agent) -> None:
    found = frame(given([DATA / agent.name]))
    cached = found["cache_read_tokens"].fill_null(0) + found["cache_creation_tokens"].fill_null(0)
    assert (cached <= found["input_tokens"].fill_null(0)).all()
    assert found["timestamp"].null_count() == 0
    assert found["event_id"].null_count() == 0
    assert found["event_id"].n_unique() == found.height
    applications = found["application"].unique().to_list()
    assert len(applications) == 1 or agent is otlp.SOURCE
    assert found.select(pl.col("event_id").str.starts_with(pl.col("application") + ":")).to_series().all()


@pytest.mark.parametrize("agent", AGENTS.values(), ids=named)
def test_reading_twice_gives_the_same_records(agent: Agent) -> None:
    search = given([DATA / agent.name])
    order = ["event_id"]
    assert frame(search).sort(order).equals(frame(search).sort(order))


SECRET = "Hunter2"
HOSTILE: tuple[object, ...] = (
    *(None, f"{SECRET} text", "", -1, 1.5, 2.0, True, [], {}, [None], {SECRET: SECRET}, [SECRET], 10**400),
    *(float("nan"), float("inf"), "\ud800", MAX_COUNT, MAX_COUNT + 1),
)


def places(value: object) -> Iterator[tuple[str | int, ...]]:
    """The way to everything inside the value, the first of each list."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, one in inner:
        yield (key,)
        yield from ((key, *rest) for rest in places(one))


def changed(value: Any, place: tuple[str | int, ...], new: object) -> Any:  # noqa: ANN401
    """The value with something else at that place."""
    if not place:
        return new
    made: Any = dict(value) if isinstance(value, dict) else list(value)
    made[place[0]] = changed(value[place[0]], place[1:], new)
    return made


def logs(agent: Agent) -> list[Path]:
    """The sample's logs that are JSON, by line or as a whole."""
    return [path for path in agent.files(DATA / agent.name) if path.suffix in (".json", ".jsonl")]


def hostile(path: Path) -> Iterator[bytes]:
    """The log with each hostile value at each place of each kind of line."""
    try:
        documents, end = [json.loads(path.read_bytes())], ""
    except ValueError:
        found = path.read_bytes().splitlines()
        documents, end = [json.loads(line) for line in found if line.endswith(b"}")], "\n"
    tried = set[object]()
    lines = [(json.dumps(one) + end).encode() for one in documents]
    for number, document in enumerate(documents):
        kind = str(document.get("type"))
        before, after = b"".join(lines[:number]), b"".join(lines[number + 1 :])
        for place in places(document):
            if (kind, place) in tried:
                continue
            tried.add((kind, place))
            for value in HOSTILE:
                yield before + (json.dumps(changed(document, place, value)) + end).encode() + after


def sound(record: Mapping[str, Any]) -> None:
    """The record keeps the rules: what it refuses is raised."""
    row(record)
    assert record.get("cache_read_tokens", 0) + record.get("cache_creation_tokens", 0) <= record.get("input_tokens", 0)


@pytest.mark.parametrize("agent", AGENTS.values(), ids=named)
def test_whatever_stands_anywhere_nothing_raises_and_no_reject_tells_it(agent: Agent, tmp_path: Path) -> None:
    for path in logs(agent):
        copy = tmp_path / path.relative_to(DATA)
        copy.parent.mkdir(parents=True, exist_ok=True)
        for content in hostile(path):
            rewrite(copy, content)
            for found in agent.tables([copy]):
                if isinstance(found, Reject):
                    assert SECRET not in found.field + found.allowed + found.came
                else:
                    for record in found.records():
                        sound(record)


def test_a_bare_home_has_no_agents_and_every_place_is_named(tmp_path: Path) -> None:
    search = installed({}, tmp_path)
    assert search.found == ()
    assert len(search.places) >= len(AGENTS)
    assert all(tmp_path in place.parents for place in search.places)


def test_names_and_applications_are_told_apart() -> None:
    assert [agent.name for agent in AGENTS.values()] == list(AGENTS)
    assert all(agent.version >= 1 for agent in AGENTS.values())
