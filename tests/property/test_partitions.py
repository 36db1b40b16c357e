"""However logs are shared among processes, and in whatever order they are read and put together: the same records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.records import LAW
from tests.sources.reading import save
from tests.sources.test_codex import THREAD, event, meta, record, running, turn, usage
from usagestats.events import Reject
from usagestats.sources import AGENTS, claude_code, codex
from usagestats.sources.sharing import Shareable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from usagestats.events import Table
    from usagestats.sources.sharing import Gathering

DATA = Path(__file__).parent.parent / "data"
BASE = 1_795_000_000

Line = dict[str, Any]


def stamp(second: int) -> str:
    return f"2026-11-18T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.000Z"


SECONDS = st.integers(0, 40).map(lambda n: n * 97)
SESSIONS = st.sampled_from(["s1", "s2", "s3", "", None])
TOKENS = st.sampled_from([0, 1, 5])
MESSAGES = st.builds(
    lambda name, model, *tokens: {
        "id": name,
        "model": model,
        "content": [{"type": "tool_use", "id": "call", "name": "Bash", "input": {"command": "git commit"}}],
        "usage": dict(zip(("input_tokens", "output_tokens", "cache_read_input_tokens"), tokens, strict=True)),
    },
    st.sampled_from(["m1", "m2", "m3", None]),
    st.sampled_from(["claude-a", "claude-b", "<synthetic>", None]),
    TOKENS,
    TOKENS,
    TOKENS,
)
REQUESTS = st.fixed_dictionaries(
    {
        "type": st.just("assistant"),
        "timestamp": SECONDS.map(stamp),
        "message": MESSAGES,
        "sessionId": SESSIONS,
        "requestId": st.sampled_from(["r1", "r2", None]),
    },
    optional={"isSidechain": st.booleans(), "isApiErrorMessage": st.booleans()},
)
EMBEDDED = st.builds(
    lambda request: {
        "type": "progress",
        "timestamp": request["timestamp"],
        "sessionId": request["sessionId"],
        "data": {"type": "agent_progress", "message": request},
    },
    REQUESTS,
)
RESULTS = st.builds(
    lambda session, second, call, added: {
        "type": "user",
        "timestamp": stamp(second),
        "sessionId": session,
        "message": {"role": "user", "content": [{"tool_use_id": call, "type": "tool_result"}]},
        "toolUseResult": {"structuredPatch": [{"lines": ["+a"] * added}]},
    },
    SESSIONS,
    SECONDS,
    st.sampled_from(["call", "call2", None]),
    st.integers(0, 3),
)
LOGS = st.lists(st.lists(REQUESTS | REQUESTS | RESULTS | EMBEDDED, max_size=6), max_size=6)


def written(folder: Path, logs: list[list[Line]]) -> list[Path]:
    paths = []
    for number, lines in enumerate(logs):
        path = folder / f"{number}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        paths.append(path)
    return paths


def rows(tables: Iterable[Table | Reject]) -> list[tuple[Any, ...]]:
    """All records, and all rejects, in an order of their own."""
    found: list[tuple[Any, ...]] = []
    for one in tables:
        if isinstance(one, Reject):
            found.append((("reject", str(one)),))
        else:
            found += [tuple(sorted((name, repr(part)) for name, part in record.items())) for record in one.records()]
    return sorted(found)


def together(agent: Shareable, parts: list[list[Path]], order: list[int]) -> list[tuple[Any, ...]]:
    """What comes out if each part is read on its own, and these are put together in that order, the last ones first."""
    rejects: list[Reject] = []
    gatherings: list[Gathering] = []
    for paths in parts:
        gatherings.append(agent.gathering())
        rejects += gatherings[-1].rejects(paths)
    for number in order:
        into = gatherings[number % len(gatherings)]
        other = gatherings.pop()
        if other is into:
            gatherings.append(other)
            continue
        into.merge(other.packed())
    whole = agent.gathering()
    for one in gatherings:
        whole.merge(one.packed())
    return rows([*rejects, *whole.tables()])


@st.composite
def partitions(draw: st.DrawFn, count: int) -> tuple[list[list[int]], list[int]]:
    """Some numbers in parts, and how to put the parts together."""
    order = draw(st.permutations(range(count)))
    parts: list[list[int]] = [[] for _ in range(draw(st.integers(1, 4)))]
    for number in order:
        draw(st.sampled_from(parts)).append(number)
    return parts, draw(st.lists(st.integers(0, 3), max_size=3))


@LAW
@given(st.data())
def test_claude_codes_transcripts_may_be_read_in_any_parts(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    paths = written(tmp_path_factory.getbasetemp(), data.draw(LOGS))
    parts, order = data.draw(partitions(len(paths)))
    found = together(claude_code.SOURCE, [[paths[number] for number in part] for part in parts], order)
    assert found == rows(claude_code.SOURCE.tables(paths))


def variants(folder: Path) -> list[Path]:
    """Codex's sample, and copies of its rollouts as other versions, forks and resumed threads would have them."""
    paths = [path for path in (DATA / "codex").rglob("rollout-*.jsonl") if "archived" not in str(path)]
    for number, path in enumerate(list(paths)):
        lines = path.read_text().splitlines(keepends=True)
        for name, kept in (
            ("old", [line for line in lines if "token_usage_record" not in line]),
            ("half", lines[: len(lines) // 2]),
            ("moved", [line.replace("2026-11-18", "2026-11-17") for line in lines]),
        ):
            copy = folder / f"rollout-2026-11-20T10-0{number}-00-{name}{path.name[-42:]}"
            copy.write_text("".join(kept))
            paths.append(copy)
    upgraded = [meta(), turn(1), running(2, usage(), usage()), record(2.1), ended(3, "a"), ended(4, "b")]
    spawned = [meta(parent_thread_id="p"), turn(1), running(2, usage(), usage()), ended(3, "b"), ended(5, "a")]
    for name, lines_of_one in (("a", upgraded), ("b", upgraded[:3]), ("c", spawned)):
        paths.append(save(folder / f"rollout-2026-11-21T10-00-00-{name}-{THREAD}.jsonl", *lines_of_one))
    return sorted(paths)


def ended(seconds: float, call: str) -> Line:
    changes = {"a": {"type": "add", "content": "x\n" * int(seconds)}}
    return event(seconds, "patch_apply_end", call_id=call, success=True, changes=changes)


@LAW
@given(st.data())
def test_codexs_rollouts_may_be_read_in_any_parts(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    every = variants(tmp_path_factory.getbasetemp())
    paths = data.draw(st.lists(st.sampled_from(every), unique=True))
    parts, order = data.draw(partitions(len(paths)))
    chosen = codex.SOURCE.gathering().chosen(paths)
    shared = [[paths[number] for number in part if paths[number] in chosen] for part in parts]
    assert together(codex.SOURCE, shared, order) == rows(codex.SOURCE.tables(paths))


@pytest.mark.parametrize(
    "agent", [agent for agent in AGENTS.values() if isinstance(agent, Shareable)], ids=lambda one: one.name
)
def test_a_sample_read_file_by_file_is_the_sample_read_at_once(agent: Any) -> None:  # noqa: ANN401
    paths = agent.files(DATA / agent.name)
    chosen = agent.gathering().chosen(paths)
    assert len(rows(agent.tables(paths))) > len(chosen) > 2
    assert together(agent, [[path] for path in chosen], [0, 1]) == rows(agent.tables(paths))
