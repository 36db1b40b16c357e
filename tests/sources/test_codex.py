"""Codex's rollouts: requests, forks, subagents, failures; each trap with its lines inside the test."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from tests.sources.reading import by_kind, dumped, save
from usagestats.sources.codex import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from usagestats.events import Reject

    Lines = Callable[..., "tuple[list[Record], list[Record], list[Reject]]"]

Record = dict[str, object]
Line = dict[str, Any]

SAMPLE = Path(__file__).parents[1] / "data" / "codex"
DAY = datetime(2026, 11, 18, 14, tzinfo=UTC)
THREAD = "01a1eef5-0f00-7abc-8123-abc123abc123"
CHILD = "01a1eef6-0f00-7abc-8123-abc123abc124"
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def at(seconds: float) -> str:
    """The instant so many seconds after two."""
    return (DAY + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def turn_id(seconds: float) -> str:
    """The id of a turn that began then: a UUID with its time in it."""
    stamp = f"{round((DAY + timedelta(seconds=seconds)).timestamp() * 1000):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-70a0-8a0a-0a0a0a0a0a0a"


def line(seconds: float, kind: str, payload: object) -> Line:
    """A line with the keys in the order of the program."""
    return {"timestamp": at(seconds), "type": kind, "payload": payload}


def event(seconds: float, kind: str, **more: object) -> Line:
    return line(seconds, "event_msg", {"type": kind, **more})


def item(seconds: float, kind: str, **more: object) -> Line:
    return line(seconds, "response_item", {"type": kind, **more})


def meta(seconds: float = 0, thread: object = THREAD, **more: object) -> Line:
    payload = {"id": thread, "timestamp": at(seconds), "cwd": "/home/private", "model_provider": "openai", **more}
    return line(seconds, "session_meta", payload)


def turn(seconds: float, model: object = "gpt-5.5", **more: object) -> Line:
    return line(seconds, "turn_context", {"turn_id": turn_id(seconds), "cwd": "/home/private", "model": model, **more})


def usage(prompt: object = 100, output: object = 10, cached: object = 60, written: object = 0) -> Line:
    named = {"input_tokens": prompt, "cached_input_tokens": cached, "output_tokens": output}
    return {**named, "cache_write_input_tokens": written, "reasoning_output_tokens": 1, "total_tokens": 1}


def running(seconds: float, total: Line | None, last: Line | None = None) -> Line:
    """A running count."""
    info = {"total_token_usage": total, "last_token_usage": last, "model_context_window": 9}
    return event(seconds, "token_count", info=info, rate_limits={"primary": None})


def record(seconds: float, response: object = "resp_1", **more: object) -> Line:
    payload = {"thread_id": THREAD, "turn_id": "t", "response_id": response, "usage": usage(**more)}
    return line(seconds, "token_usage_record", payload)


def read(*paths: Path) -> tuple[list[Record], list[Record], list[Reject]]:
    return by_kind(SOURCE, paths)


def raw(tmp_path: Path, content: bytes) -> tuple[list[Record], list[Record], list[Reject]]:
    """What a rollout of these bytes holds."""
    path = tmp_path / "raw.jsonl"
    path.write_bytes(content)
    return read(path)


def spent(requests: list[Record]) -> list[tuple[object, object]]:
    return [(one["input_tokens"], one["output_tokens"]) for one in requests]


WAYS = ("plain", "spaced", "ordinal")
"""As Codex writes lines, with the keys in another order, and with ordinals."""


def reader(way: str, tmp_path: Path) -> Lines:
    """What a rollout with lines, written in that way, holds."""

    def written(*given: Line) -> tuple[list[Record], list[Record], list[Reject]]:
        if way == "plain":
            return read(save(tmp_path / "r.jsonl", *given))
        if way == "ordinal":
            ordered = [{"timestamp": one.pop("timestamp", None), "ordinal": 7, **one} for one in map(dict, given)]
            return read(save(tmp_path / "r.jsonl", *ordered))
        texts = [json.dumps(dict(reversed(one.items()))) + "\n" for one in given]
        return raw(tmp_path, "".join(texts).encode())

    return written


@pytest.fixture(params=WAYS)
def lines(request: pytest.FixtureRequest, tmp_path: Path) -> Lines:
    return reader(request.param, tmp_path)


# the sample


def test_every_event_of_the_sample_comes_out_and_active_time_besides() -> None:
    files = [path for root in SOURCE.roots({"CODEX_HOME": str(SAMPLE)}, Path()) for path in SOURCE.files(root)]
    requests, activities, rejects = read(*files)
    expected = json.loads((SAMPLE / "expected.json").read_text())["events"]
    keys = ("timestamp", "kind", "provider", "model", "session_id", "success", "commits", "lines_of_code", *TOKENS)
    found = [one for one in [*requests, *activities] if "active_time_seconds" not in one]
    simple = [{key: one.get(key) or None for key in keys} for one in found]
    for one in expected:
        one["timestamp"] = datetime.fromisoformat(one["timestamp"])
    assert sorted(map(str, simple)) == sorted(str({key: one.get(key) or None for key in keys}) for one in expected)
    assert [(one["event_id"], one["active_time_seconds"]) for one in activities if "active_time_seconds" in one] == [
        ("codex:active:9c1f7a52-6d1e-4c55-9b0a-2f5f5a1d0e01:2025-09-10T08", 50.0),
        (f"codex:active:{THREAD}:2026-11-18T14", 628.98),
    ]
    assert (len(files), rejects) == (4, [])


def test_every_field_of_a_request_is_named_as_in_the_event_record(lines: Lines) -> None:
    requests, _, _ = lines(meta(), turn(1), record(2, written=5))
    assert requests == [
        {
            "timestamp": DAY + timedelta(seconds=2),
            "kind": "request",
            "application": "codex",
            "provider": "openai",
            "model": "gpt-5.5",
            "session_id": THREAD,
            "input_tokens": 100,
            "output_tokens": 10,
            "cache_read_tokens": 60,
            "cache_creation_tokens": 5,
            "latency_ms": None,
            "success": True,
            "event_id": f"codex:{THREAD}:resp_1",
        }
    ]


# where the rollouts lie


def test_codex_home_is_a_comma_list_that_replaces_the_default() -> None:
    home = Path("/h")
    assert SOURCE.roots({}, home) == [home / ".codex/sessions", home / ".codex/archived_sessions"]
    given = SOURCE.roots({"CODEX_HOME": "/a, /b"}, home)
    assert given[::2] == [Path("/a/sessions"), Path("/b/sessions")]


def test_files_are_all_rollouts_below_sorted(tmp_path: Path) -> None:
    names = ["2026/11/b.jsonl", "2026/11/a.jsonl", "2026/10/c.jsonl.zst"]
    for name in [*names, "2026/11/notes.txt"]:
        save(tmp_path / name)
    assert SOURCE.files(tmp_path) == sorted(tmp_path / name for name in names)
    assert SOURCE.files(tmp_path / names[0]) == [tmp_path / names[0]]
    assert SOURCE.files(tmp_path / "absent") == []


def test_a_folder_that_cannot_be_listed_is_named_and_not_fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "b/good.jsonl", meta(), record(1))
    (tmp_path / "a").mkdir()
    scandir = os.scandir

    def closed(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if Path(path) == tmp_path / "a":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    requests, _, rejects = read(*SOURCE.files(tmp_path))
    assert len(requests) == 1
    assert [(one.place, one.field) for one in rejects] == [(str(tmp_path / "a"), "file")]


@pytest.mark.parametrize(
    ("path", "head", "ours"),
    [
        (f"/x/rollout-2026-11-18T14-00-00-{THREAD}.jsonl", b"", True),
        (f"/x/rollout-2026-11-18T14-00-00-{THREAD}.jsonl.zst", b"\x28\xb5", True),
        ("/x/rollout-prices.jsonl", b'{"timestamp":"2026-11-18T14:00:00Z"}', False),
        ("/x/s.jsonl", b'{"timestamp":"x","type":"session_meta","payload":{}}', True),
        ("/x/s.jsonl", b'{ "type" : "event_msg" , "payload" : {} }', True),
        ("/x/s.json", b'{"timestamp":"x","type":"session_meta","payload":{}}', False),
        ("/x/s.jsonl", b'{"text":"\\"type\\":\\"session_meta\\",\\"payload\\":"}', False),
    ],
)
def test_a_rollout_is_known_by_its_name_or_its_first_bytes(path: str, head: bytes, ours: bool) -> None:  # noqa: FBT001
    assert SOURCE.matches(Path(path), head) is ours


def test_progress_is_told_the_bytes_of_each_file_those_passed_over_too(tmp_path: Path) -> None:
    name = f"rollout-2026-11-18T14-00-00-{THREAD}.jsonl"
    paths = [save(tmp_path / folder / name, meta(), record(1)) for folder in ("sessions", "archived_sessions")]
    seen = list[int]()
    list(SOURCE.tables(paths, progress=seen.append))
    assert seen == [path.stat().st_size for path in paths]
    assert len(list(SOURCE.read(paths[0]))) == 1


def test_a_file_that_is_gone_is_named_and_not_fatal(tmp_path: Path) -> None:
    requests, _, rejects = read(tmp_path / "gone.jsonl", save(tmp_path / "here.jsonl", meta(), record(1)))
    assert len(requests) == 1
    assert str(rejects[0]) == f"{tmp_path / 'gone.jsonl'}: file must be a readable file, not FileNotFoundError"


@pytest.mark.parametrize("folder", ["archived_sessions", "archived_sessions/2026/11/18"])
def test_an_archived_copy_gives_way_to_the_one_in_sessions(tmp_path: Path, folder: str) -> None:
    name = f"rollout-2026-11-18T14-00-00-{THREAD}.jsonl"
    old = save(tmp_path / folder / name, meta(), turn(1), record(2), record(3, "only archived"))
    new = save(tmp_path / "sessions/2026/11/18" / name, meta(), turn(1), record(2))
    assert len(read(old, new)[0]) == len(read(new, old)[0]) == 1
    assert len(read(old)[0]) == 2


def test_copies_from_two_machines_are_one_thread(tmp_path: Path) -> None:
    name = f"rollout-2026-11-18T14-00-00-{THREAD}.jsonl"
    given = [meta(), turn(1), running(2, usage(), usage()), running(3, usage(200, 20), usage())]
    paths = [save(tmp_path / "laptop/sessions" / name, *given[:3]), save(tmp_path / "backup/sessions" / name, *given)]
    assert spent(read(*paths)[0]) == spent(read(*paths[::-1])[0]) == [(100, 10)] * 2


def test_files_of_other_names_are_all_read(tmp_path: Path) -> None:
    paths = [
        save(tmp_path / folder / "a.jsonl", meta(thread=folder), record(1)) for folder in ("archived_sessions", "b")
    ]
    assert len(read(*paths)[0]) == 2


# packed rollouts


def test_a_packed_rollout_is_read_and_gives_way_to_the_plain_one(tmp_path: Path) -> None:
    packed = tmp_path / f"sessions/rollout-2026-11-18T14-00-00-{THREAD}.jsonl.zst"
    packed.parent.mkdir()
    frames = (zstandard.compress(dumped(one) + b"\n") for one in (meta(), record(1), record(2, "r2")))
    packed.write_bytes(b"".join(frames))
    assert len(read(packed)[0]) == 2
    assert len(read(packed, save(packed.with_suffix(""), meta(), record(1)))[0]) == 1


def test_a_packed_rollout_that_cannot_be_unpacked_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl.zst"
    path.write_bytes(b"private garbage")
    assert [str(one) for one in read(path)[2]] == [f"{path}: file must be zstd, not something else"]


# running counts


def test_a_running_count_that_is_told_again_counts_once(lines: Lines) -> None:
    given = [meta(), turn(1), running(2, usage(), usage()), running(3, usage(), usage(50, 5))]
    requests, _, _ = lines(*given, event(4, "token_count", info=None), running(5, usage(200, 20), usage()))
    assert spent(requests) == [(100, 10), (100, 10)]


def test_totals_alone_are_counted_by_their_growth(lines: Lines) -> None:
    given = [running(2, usage(100, 10, 0)), running(3, usage(100, 10, 0)), running(4, usage(250, 30, 40))]
    requests, _, _ = lines(meta(), *given)
    assert [[one[name] for name in TOKENS[:3]] for one in requests] == [[100, 10, 0], [150, 20, 40]]
    assert [one["model"] for one in requests] == [None, None]


def test_a_total_that_fell_began_anew(lines: Lines) -> None:
    requests, _, _ = lines(meta(), running(2, usage(100, 10)), running(3, usage(70, 20)))
    assert spent(requests) == [(100, 10), (70, 20)]


def test_without_totals_the_same_count_again_is_a_repetition(lines: Lines) -> None:
    requests, _, _ = lines(meta(), *(running(n, None, usage(100 + n // 2)) for n in range(4)))
    assert spent(requests) == [(100, 10), (101, 10)]


def test_a_count_without_tokens_is_no_request(lines: Lines) -> None:
    full = usage(0, 0, 0) | {"total_tokens": 258_400}
    requests, _, rejects = lines(meta(), running(2, full, full), running(3, None, None), running(4, usage(), None))
    assert (spent(requests), rejects) == ([(100, 10)], [])


def test_counts_up_to_the_first_record_count_and_later_ones_repeat_records(lines: Lines) -> None:
    older = [running(2, usage(), usage()), running(3, usage(300, 20), usage(200))]
    newer = [record(4, "r1", prompt=400), running(5, usage(700, 30), usage(400)), record(6, "r2", prompt=500)]
    requests, _, _ = lines(meta(), turn(1), *older, *newer, running(7, usage(1200, 40), usage(500)))
    assert spent(requests) == [(100, 10), (200, 10), (400, 10), (500, 10)]


def test_a_count_just_before_its_record_is_the_same_request(lines: Lines) -> None:
    requests, _, _ = lines(meta(), turn(1), running(2, usage(), usage()), record(2.1), record(3, "r2"))
    assert [one["event_id"] for one in requests] == [f"codex:{THREAD}:resp_1", f"codex:{THREAD}:r2"]


def test_a_record_without_an_id_or_without_usage(lines: Lines) -> None:
    empty = line(3, "token_usage_record", {"response_id": "r", "usage": None})
    requests, _, rejects = lines(meta(), record(1, None), record(1, None), record(2, None), empty)
    assert (len(requests), len({one["event_id"] for one in requests}), rejects) == (2, 2, [])


def test_a_prompt_smaller_than_its_cached_part_leaves_that_out(lines: Lines) -> None:
    requests, _, _ = lines(meta(), record(1, prompt=10, cached=60, written=5))
    assert [[one[name] for name in TOKENS] for one in requests] == [[75, 10, 60, 5]]


# models and providers


def test_the_model_is_the_latest_turns_and_unknown_before_the_first(lines: Lines) -> None:
    given = [record(1, "r1"), turn(2, "gpt-5.5"), record(3, "r2"), turn(4, None), record(5, "r3")]
    requests, _, _ = lines(meta(), *given, turn(6, "o5"), record(7, "r4"))
    assert [one["model"] for one in requests] == [None, "gpt-5.5", "gpt-5.5", "o5"]


def test_the_provider_is_the_sessions_else_the_models_else_openai(tmp_path: Path) -> None:
    given = [("azure", "gpt-5.5"), (None, "qwen3-coder"), (None, "house-model")]
    for number, (provider, model) in enumerate(given):
        head = meta(0, f"t{number}", model_provider=provider)
        save(tmp_path / f"{number}.jsonl", head, turn(1, model), record(2 + number))
    requests, _, _ = read(*SOURCE.files(tmp_path))
    assert [one["provider"] for one in requests] == ["azure", "alibaba", "openai"]


def test_a_resumed_session_may_have_another_provider(lines: Lines) -> None:
    given = [record(1, "r1"), meta(2, model_provider="ollama"), record(3, "r2"), meta(4, model_provider=None)]
    requests, _, _ = lines(meta(), *given, record(5, "r3"))
    assert [one["provider"] for one in requests] == ["openai", "ollama", "ollama"]


def test_without_a_head_the_session_is_the_file_names(tmp_path: Path) -> None:
    path = save(tmp_path / f"rollout-2026-11-18T14-00-00-{THREAD}.jsonl", record(1))
    assert [one["session_id"] for one in read(path)[0]] == [THREAD]
    assert [one["session_id"] for one in read(save(tmp_path / "x.jsonl", record(1)))[0]] == [None]


# failures


def test_a_turn_that_ends_with_an_error_is_a_failed_request(lines: Lines) -> None:
    good = event(3, "task_complete", turn_id=turn_id(1), duration_ms=9)
    bad = event(9, "task_complete", turn_id=turn_id(4), error={"message": "private", "codex_error_info": "other"})
    requests, _, _ = lines(meta(), turn(1), record(2), good, turn(4, "o5"), bad)
    assert [(one["success"], one["model"], one["latency_ms"]) for one in requests] == [
        (True, "gpt-5.5", None),
        (False, "o5", None),
    ]
    assert spent(requests)[1] == (0, 0)


def test_an_error_and_the_end_of_its_turn_are_one_failure(lines: Lines) -> None:
    error = event(3, "error", message="private", codex_error_info={"http_connection_failed": {"code": 500}})
    end = event(4, "turn_complete", turn_id=turn_id(1), error={"message": "private"})
    requests, _, _ = lines(meta(), turn(1), error, end)
    assert [(one["timestamp"], one["success"]) for one in requests] == [(DAY + timedelta(seconds=4), False)]


def test_an_error_of_no_turn_fails_on_its_own_and_takes_the_next_model(lines: Lines) -> None:
    requests, _, _ = lines(meta(), event(3, "error"), event(5, "error"), turn(6, "o5"), record(7))
    assert [(one["success"], one["model"]) for one in requests] == [(False, "o5"), (False, "o5"), (True, "o5")]


@pytest.mark.parametrize("reason", ["thread_rollback_failed", "active_turn_not_steerable", "sandbox_error"])
def test_errors_that_are_none_of_the_models_are_no_requests(lines: Lines, reason: str) -> None:
    requests, _, _ = lines(meta(), turn(1), event(3, "error", codex_error_info=reason))
    assert requests == []


def test_a_turn_that_was_interrupted_did_not_fail(lines: Lines) -> None:
    requests, _, _ = lines(meta(), turn(1), event(3, "turn_aborted", reason="interrupted"))
    assert requests == []


# forks


def copied(seconds: float, *given: Line) -> list[Line]:
    """A parent's lines as a fork writes them anew."""
    return [{**one, "timestamp": at(seconds + n / 1000)} for n, one in enumerate(given)]


PARENT = (
    meta(0),
    turn(1),
    event(2, "user_message", message="private"),
    running(3, usage(), usage()),
    event(4, "task_complete", turn_id=turn_id(1), error={"message": "private"}),
    item(5, "function_call", name="shell", call_id="c", arguments='{"command":["git","commit"]}'),
    item(6, "function_call_output", call_id="c", output="Exit code: 0\nOutput:\n"),
)


def forked(**more: object) -> Line:
    return meta(1000, CHILD, **more)


SPAWNED = {"source": {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1}}}}


@pytest.mark.parametrize("more", [{"forked_from_id": THREAD}, SPAWNED, {}])
def test_what_a_fork_copied_does_not_count_until_its_own_first_turn(lines: Lines, more: Line) -> None:
    own = [turn(1005, "o5"), running(1009, usage(300, 30), usage(200, 20))]
    requests, activities, rejects = lines(forked(**more), *copied(1000, *PARENT), *own)
    assert [(one["model"], one["input_tokens"]) for one in requests] == [("o5", 200)]
    assert (activities, rejects) == ([], [])


def test_a_copy_with_the_parents_instants_does_not_count_either(lines: Lines) -> None:
    own = [event(1000.5, "task_started", turn_id=turn_id(1000.5)), running(1009, usage(300, 30), usage(200, 20))]
    requests, _, _ = lines(forked(**SPAWNED), *PARENT, *own)
    assert spent(requests) == [(200, 20)]


def test_totals_alone_go_on_from_the_copied_ones(lines: Lines) -> None:
    requests, _, _ = lines(
        forked(forked_from_id=THREAD), *copied(1000, *PARENT), turn(1005), running(1009, usage(300, 30))
    )
    assert spent(requests) == [(200, 20)]


def test_a_fork_that_copies_nothing_counts_from_its_beginning_but_not_its_first_total(lines: Lines) -> None:
    base = {"forked_from_id": THREAD, "history_base": {"thread_id": THREAD}}
    requests, _, _ = lines(forked(**base), running(1001, usage(300, 30)), running(1002, usage(400, 40)))
    assert spent(requests) == [(100, 10)]
    requests, _, _ = lines(forked(**base), turn(1001), running(1002, usage(300, 30), usage(200, 20)))
    assert spent(requests) == [(200, 20)]


@pytest.mark.parametrize("own", [{"turn_id": None}, {"turn_id": "7"}])
def test_where_turns_have_no_dated_ids_the_first_after_a_pause_is_the_forks_own(lines: Lines, own: Line) -> None:
    old = [turn(1, **own), running(3, usage(), usage()), turn(4, **own), running(5, usage(200, 20), usage())]
    new = [turn(1005, **own), running(1009, usage(300, 30), usage(100, 10))]
    requests, _, _ = lines(forked(forked_from_id=THREAD), *copied(1000, meta(0), *old), *new)
    assert spent(requests) == [(100, 10)]


def test_a_turn_without_a_dated_id_is_not_trusted_where_others_have_one(lines: Lines) -> None:
    given = [*copied(1000, *PARENT), turn(1010, turn_id=None), running(1011, usage(200, 20), usage())]
    requests, _, _ = lines(forked(forked_from_id=THREAD), *given)
    assert requests == []


def test_without_a_copied_head_the_first_turn_is_the_own_one(lines: Lines) -> None:
    own = [turn(999, turn_id=None), running(999, usage(9, 9), usage(9, 9)), turn(1000, turn_id=None)]
    requests, _, _ = lines(forked(**SPAWNED), *own, running(1001, usage(), usage()))
    assert spent(requests) == [(100, 10)]


def test_another_head_after_the_first_turn_is_no_copy(lines: Lines) -> None:
    given = [turn(1), meta(2, None), meta(2, CHILD), running(3, usage(), usage())]
    assert spent(lines(meta(), *given)[0]) == [(100, 10)]


def test_a_fork_without_an_instant_of_its_own_takes_its_lines(lines: Lines) -> None:
    head = forked(forked_from_id=THREAD, timestamp=None)
    requests, _, _ = lines(head, *copied(1000, *PARENT), turn(1005), running(1009, usage(300, 30), usage(200, 20)))
    assert spent(requests) == [(200, 20)]


# subagents


@pytest.mark.parametrize(
    "more",
    [
        SPAWNED,
        {"source": {"subagent": {"other": "guardian"}}, "parent_thread_id": THREAD},
        {"source": {"subagent": "review"}, "session_id": THREAD},
        {"source": {"subagent": "review"}, "forked_from_id": THREAD},
        {"source": "cli", "session_id": THREAD, "parent_thread_id": "between"},
    ],
)
def test_what_a_subagent_does_is_its_parents_sessions(tmp_path: Path, more: Line) -> None:
    child = [
        forked(**more),
        turn(1001, None),
        event(1001, "user_message", message="x"),
        record(1010),
        event(1011, "error"),
        event(1012, "exec_command_end", call_id="c", command=["git", "commit"], exit_code=0),
    ]
    paths = [save(tmp_path / "a.jsonl", *child), save(tmp_path / "b.jsonl", meta(), turn(1), record(2))]
    requests, activities, _ = read(*paths)
    assert {one["session_id"] for one in [*requests, *activities]} == {THREAD}
    assert [(one["success"], one["model"]) for one in requests] == [(True, "gpt-5.5"), (True, None), (False, "gpt-5.5")]
    assert [one.get("active_time_seconds") for one in activities] == [11.0, None]


def test_a_subagents_subagent_belongs_to_the_first_session(tmp_path: Path) -> None:
    paths = [
        save(tmp_path / "c.jsonl", meta(9, "c", parent_thread_id="b"), turn(10), record(11)),
        save(tmp_path / "b.jsonl", meta(5, "b", parent_thread_id="a"), turn(6), record(7)),
        save(tmp_path / "r.jsonl", meta(5, "r", source={"subagent": "review"}), turn(6), record(8)),
        save(tmp_path / "x.jsonl", meta(5, "x", parent_thread_id="y"), turn(6), record(12)),
        save(tmp_path / "y.jsonl", meta(5, "y", parent_thread_id="x"), turn(6)),
    ]
    requests, _, _ = read(*paths)
    assert [one["session_id"] for one in requests] == ["a", "r", "a", "x"]


def test_a_users_fork_is_a_session_of_its_own(lines: Lines) -> None:
    requests, _, _ = lines(forked(forked_from_id=THREAD, source="cli", session_id=CHILD), turn(1001), record(1002))
    assert [one["session_id"] for one in requests] == [CHILD]
