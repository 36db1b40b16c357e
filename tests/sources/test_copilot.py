"""Copilot CLI's events and spans; each trap with its lines inside the test."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sources.reading import by_kind, dumped, save
from usagestats.events import MAX_COUNT, MAX_NUMBER, Reject
from usagestats.sources.copilot import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Lines = Callable[..., "tuple[list[Record], list[Record], list[Reject]]"]

Record = dict[str, object]
Line = dict[str, Any]

SAMPLE = Path(__file__).parents[1] / "data" / "copilot"
DAY = datetime(2026, 11, 18, 20, tzinfo=UTC)
SESSION = "51812fe4-3978-44bb-856e-78499dcbf47c"
OTHER = "61812fe4-3978-44bb-856e-78499dcbf47c"
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")
COUNT = f"an integer from 0 to {MAX_COUNT}"


def at(seconds: float) -> str:
    """The instant so many seconds after eight."""
    return (DAY + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event(seconds: float, kind: str, /, **data: object) -> Line:
    """An event with the keys in the order of the program."""
    return {"type": kind, "data": data, "id": f"e{seconds}", "timestamp": at(seconds), "parentId": None}


def start(seconds: float = 0, session: object = SESSION) -> Line:
    return event(seconds, "session.start", sessionId=session, producer="copilot-agent", context={"cwd": "/private"})


def usage(seconds: float, call: object = "call-1", /, **more: object) -> Line:
    """A request's event."""
    tokens = {"inputTokens": 100, "outputTokens": 10, "cacheReadTokens": 60, "cacheWriteTokens": 5}
    told = {"model": "gpt-5.1", **tokens, "duration": 2000, "apiCallId": call, "providerType": "openai", **more}
    return event(seconds, "session.usage_record", usage=told)


def call(seconds: float, command: object, tool: object = "t1") -> Line:
    return event(seconds, "tool.execution_start", toolCallId=tool, toolName="bash", arguments={"command": command})


def ended(seconds: float, tool: object = "t1", *, success: object = True, **more: object) -> Line:
    return event(seconds, "tool.execution_complete", toolCallId=tool, success=success, **more)


def shell(code: object) -> Line:
    return {"shellExecution": {"exitCode": code}}


def added(lines: object) -> Line:
    return {"toolTelemetry": {"metrics": {"linesAdded": lines}}}


def shutdown(seconds: float, /, lines: object = None, **models: object) -> Line:
    metrics = {name: {"requests": {"count": 2}, "usage": spent} for name, spent in models.items()}
    changes = {"linesAdded": lines, "filesModified": ["/private"]}
    return event(seconds, "session.shutdown", modelMetrics=metrics, codeChanges=changes)


def totals(prompt: object = 1000, output: object = 100, read: object = 600) -> Line:
    return {"inputTokens": prompt, "outputTokens": output, "cacheReadTokens": read, "cacheWriteTokens": 0}


def clock(seconds: float) -> list[int]:
    """The instant as the exporter writes it."""
    whole = int(seconds)
    return [int(DAY.timestamp()) + whole, round((seconds - whole) * 1e9)]


def span(begin: float, end: float, operation: str = "chat", /, **more: Any) -> Line:  # noqa: ANN401
    """A span; ``attributes`` add to its own."""
    attributes = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5.1",
        "gen_ai.response.model": "gpt-5.1",
        "gen_ai.conversation.id": SESSION,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.response.id": f"resp{begin}",
        **more.pop("attributes", {}),
    }
    ids = {"traceId": "trace", "spanId": f"s{begin}", "name": f"{operation} gpt-5.1"}
    house = {"instrumentationScope": {"name": "github.copilot"}}
    times = {"startTime": clock(begin), "endTime": clock(end)}
    return {"type": "span", **ids, **times, "attributes": attributes, "status": {"code": 0}, **house, **more}


def read(*paths: Path) -> tuple[list[Record], list[Record], list[Reject]]:
    return by_kind(SOURCE, paths)


def raw(tmp_path: Path, content: bytes) -> tuple[list[Record], list[Record], list[Reject]]:
    """What a log of these bytes holds."""
    path = tmp_path / "raw.jsonl"
    path.write_bytes(content)
    return read(path)


@pytest.fixture(params=["plain", "spaced"])
def lines(request: pytest.FixtureRequest, tmp_path: Path) -> Lines:
    """What a log with these lines holds, as Copilot writes them, and reordered."""

    def written(*given: Line) -> tuple[list[Record], list[Record], list[Reject]]:
        if request.param == "plain":
            return read(save(tmp_path / "raw.jsonl", *given))
        return raw(tmp_path, "".join(json.dumps(dict(reversed(one.items()))) + "\n" for one in given).encode())

    return written


def tokens(requests: list[Record]) -> list[list[object]]:
    return [[one[name] for name in TOKENS] for one in requests]


def made(activities: list[Record]) -> tuple[int, int]:
    """Commits and lines."""
    names = ("commits", "lines_of_code")
    commits, code = (sum(int(str(one.get(name, 0))) for one in activities) for name in names)
    return commits, code


def active(activities: list[Record]) -> list[object]:
    return [one["active_time_seconds"] for one in activities if "active_time_seconds" in one]


# the sample


def simple(records: list[Record]) -> list[str]:
    keys = ("timestamp", "kind", "provider", "model", "session_id", "success", "latency_ms", "commits", "lines_of_code")
    return sorted(str({key: one.get(key) or None for key in (*keys, *TOKENS)}) for one in records)


def expected() -> list[Record]:
    found: list[Record] = json.loads((SAMPLE / "expected.json").read_text())["events"]
    for one in found:
        one["timestamp"] = datetime.fromisoformat(str(one["timestamp"]))
        one["latency_ms"] = None if one["latency_ms"] is None else float(str(one["latency_ms"]))
    return found


@pytest.mark.parametrize("order", [1, -1])
def test_every_event_of_the_sample_comes_out_and_active_time_besides(order: int) -> None:
    files = [path for root in SOURCE.roots({"COPILOT_HOME": str(SAMPLE)}, Path()) for path in SOURCE.files(root)]
    requests, activities, rejects = read(*files[::order])
    found = [one for one in [*requests, *activities] if "active_time_seconds" not in one]
    assert simple(found) == simple(expected())
    assert [(one["event_id"], one["active_time_seconds"]) for one in activities if "active_time_seconds" in one] == [
        (f"copilot-cli:active:{SESSION}:2026-11-18T20", 7.0)
    ]
    assert (len(files), rejects) == (2, [])


def test_the_samples_events_alone_tell_the_same_but_for_the_failures_time() -> None:
    requests, activities, rejects = read(*SOURCE.files(SAMPLE / "session-state"))
    found = [one for one in [*requests, *activities] if "active_time_seconds" not in one]
    wanted = expected()
    wanted[-1] |= {"timestamp": DAY + timedelta(seconds=7.58), "latency_ms": None}
    for one in found:
        one["latency_ms"] = None if one.get("latency_ms") is None else float(str(one["latency_ms"]))
    assert simple(found) == simple(wanted)
    assert rejects == []


def test_the_samples_spans_alone_tell_its_requests() -> None:
    requests, activities, rejects = read(*SOURCE.files(SAMPLE / "otel"))
    assert simple(requests) == simple([one for one in expected() if one["kind"] == "request"])
    assert (made(activities), active(activities), rejects) == ((0, 0), [6.5], [])


def test_every_field_of_a_request_is_named_as_in_the_event_record(lines: Lines) -> None:
    requests, _, _ = lines(start(), usage(4))
    assert requests == [
        {
            "timestamp": DAY + timedelta(seconds=4),
            "kind": "request",
            "application": "copilot-cli",
            "provider": "openai",
            "model": "gpt-5.1",
            "session_id": SESSION,
            "input_tokens": 100,
            "output_tokens": 10,
            "cache_read_tokens": 60,
            "cache_creation_tokens": 5,
            "latency_ms": 2000,
            "success": True,
            "event_id": "copilot-cli:call-1",
        }
    ]


# where the logs lie


def test_copilot_home_moves_both_folders_and_the_exporters_file_is_one_more_root() -> None:
    home = Path("/h")
    assert SOURCE.roots({}, home) == [home / ".copilot/session-state", home / ".copilot/otel"]
    env = {"COPILOT_HOME": "/c", "COPILOT_OTEL_FILE_EXPORTER_PATH": " /x/y.jsonl "}
    assert SOURCE.roots(env, home) == [Path("/c/session-state"), Path("/c/otel"), Path("/x/y.jsonl")]


def test_files_are_events_and_spans_not_what_users_keep_in_a_session(tmp_path: Path) -> None:
    names = ["a/events.jsonl", "b/events.jsonl", "c.jsonl"]
    for name in [*names, "a/other.jsonl", "a/files/events.jsonl", "a/workspace.yaml"]:
        save(tmp_path / name)
    assert SOURCE.files(tmp_path) == [tmp_path / name for name in names]
    assert SOURCE.files(tmp_path / "c.jsonl") == [tmp_path / "c.jsonl"]
    assert SOURCE.files(tmp_path / "absent") == []


def test_a_folder_that_cannot_be_listed_is_named_and_not_fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "b/events.jsonl", start(), usage(1))
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
        ("/h/.copilot/session-state/x/events.jsonl", b"", True),
        ("/h/.copilot/session-state/x/notes.jsonl", b"", False),
        ("/h/.copilot/otel/x.jsonl", b"", True),
        ("/x/events.jsonl", b'{"type":"session.start","data":{"sessionId":"x"', True),
        ("/x/events.jsonl", b'{"timestamp":"2026-11-18T20:00:00Z"}', False),
        ("/x/events.json", b'{"type":"session.start","data":{"sessionId":"x"', False),
        ("/x/o.jsonl", b'{"type":"span","traceId":"x","instrumentationScope":{"name":"github.copilot"}}', True),
        ("/x/o.jsonl", b'{"type":"span","resource":{"attributes":{"service.name":"github-copilot"}}}', True),
        ("/x/o.jsonl", b'{"type":"span","resource":{"attributes":{"service.name":"other"}}}', False),
        ("/x/o.jsonl", b'{"name":"github.copilot"}', False),
    ],
)
def test_a_log_is_known_by_its_place_or_its_first_bytes(path: str, head: bytes, ours: bool) -> None:  # noqa: FBT001
    assert SOURCE.matches(Path(path), head) is ours


def test_progress_is_told_the_bytes_of_each_file(tmp_path: Path) -> None:
    path, seen = save(tmp_path / "s.jsonl", start(), usage(4)), list[int]()
    list(SOURCE.tables([path, path], progress=seen.append))
    assert seen == [path.stat().st_size] * 2
    assert len(list(SOURCE.read(path))) == 2


def test_a_file_that_is_gone_is_named_and_not_fatal(tmp_path: Path) -> None:
    requests, _, rejects = read(tmp_path / "gone.jsonl", save(tmp_path / "here.jsonl", start(), usage(1)))
    assert len(requests) == 1
    assert str(rejects[0]) == f"{tmp_path / 'gone.jsonl'}: file must be a readable file, not FileNotFoundError"


# requests


def test_a_log_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    given = [start(), usage(1), usage(2, None), event(3, "session.error", message="x"), call(4, "git commit"), ended(5)]
    paths = [save(tmp_path / name / "events.jsonl", *given) for name in ("a", "b")]
    requests, activities, _ = read(*paths)
    assert (len(requests), made(activities)) == (3, (1, 0))


def test_a_request_without_any_id_is_known_by_what_it_says(lines: Lines) -> None:
    given = [usage(1, None), usage(1, None), usage(1, None, outputTokens=11)]
    requests, _, _ = lines(start(), *(one | {"id": None} for one in given))
    assert sorted(str(one["output_tokens"]) for one in requests) == ["10", "11"]


def test_a_failure_takes_the_nearest_earlier_model_of_its_session(lines: Lines) -> None:
    error = event(3, "session.error", errorType="query", message="private", statusCode=400)
    later = event(4, "session.error", providerCallId="call-9")
    requests, _, _ = lines(start(), usage(1), error, later, usage(5, "call-2", model="o5"))
    found = [(one["model"], one["success"], one["latency_ms"], one["event_id"]) for one in requests[1:3]]
    assert found == [
        ("gpt-5.1", False, None, f"copilot-cli:{SESSION}:e3"),
        ("gpt-5.1", False, None, "copilot-cli:call-9"),
    ]


def test_the_provider_is_the_sources_else_the_models_else_github(lines: Lines) -> None:
    given = [("azure", "gpt-5.1"), (None, "claude-sonnet-4-5"), (None, "house-model"), (None, None)]
    told = [usage(n, f"c{n}", providerType=house, model=model) for n, (house, model) in enumerate(given)]
    requests, _, _ = lines(start(), *told)
    assert [one["provider"] for one in requests] == ["azure", "anthropic", "github", "github"]
    assert requests[3]["model"] is None


def test_a_prompt_smaller_than_its_cached_part_leaves_that_out(lines: Lines) -> None:
    assert tokens(lines(start(), usage(1, inputTokens=10))[0]) == [[75, 10, 60, 5]]


def test_an_event_without_usage_is_no_request(lines: Lines) -> None:
    given = [event(1, "session.usage_record"), event(2, "session.usage_record", usage=None)]
    assert lines(start(), *given) == ([], [], [])


@pytest.mark.parametrize("name", [f"{SESSION}/events.jsonl", f"{SESSION}.jsonl"])
def test_without_a_start_the_session_is_the_folders_or_files_name(tmp_path: Path, name: str) -> None:
    assert [one["session_id"] for one in read(save(tmp_path / name, usage(1)))[0]] == [SESSION]
    assert [one["session_id"] for one in read(save(tmp_path / "private/events.jsonl", usage(1)))[0]] == [None]


# totals of older versions


def test_older_versions_tell_totals_by_model_at_each_shutdown(lines: Lines) -> None:
    metrics = {"gpt-5.1": totals(), "claude-opus-4-5": totals(5, 7, 0), "unused": totals(0, 0, 0)}
    again = [event(50, "session.resume"), shutdown(60, **{"gpt-5.1": totals(10, 1, 0)})]
    requests, _, _ = lines(start(), shutdown(40, **metrics), *again)
    assert [(one["model"], one["provider"], one["success"]) for one in requests] == [
        ("claude-opus-4-5", "anthropic", None),
        ("gpt-5.1", "openai", None),
        ("gpt-5.1", "openai", None),
    ]
    assert tokens(requests) == [[5, 7, 0, 0], [1000, 100, 600, 0], [10, 1, 0, 0]]


def test_totals_of_what_was_told_singly_do_not_count_again(lines: Lines) -> None:
    old = [event(1, "session.error", message="x"), shutdown(2, **{"gpt-5.1": totals()})]
    new = [usage(4), shutdown(5, **{"gpt-5.1": totals()})]
    requests, _, _ = lines(start(), *old, event(3, "session.resume"), *new)
    assert [one["input_tokens"] for one in requests] == [0, 1000, 100]


def test_lines_of_the_shutdown_count_where_no_tool_told_any(lines: Lines) -> None:
    first = [ended(1), shutdown(2, 5)]
    second = [ended(3, "t2", **added(4)), shutdown(4, 9), shutdown(5, 1)]
    assert made(lines(start(), *first, *second)[1]) == (0, 10)


# one source a session


def test_of_a_session_with_spans_those_are_the_requests_and_events_add_the_rest(tmp_path: Path) -> None:
    events = [start(), usage(4, "other id"), event(5, "session.error"), call(6, "git commit"), ended(7, **added(3))]
    paths = [
        save(tmp_path / "a/events.jsonl", *events),
        save(tmp_path / "b/events.jsonl", start(session=OTHER), usage(9, "call-9")),
        save(tmp_path / "otel.jsonl", span(2, 4)),
    ]
    requests, activities, _ = read(*paths)
    assert [(one["event_id"], one["session_id"]) for one in requests] == [
        ("copilot-cli:resp2", SESSION),
        ("copilot-cli:call-9", OTHER),
    ]
    assert (made(activities), active(activities)) == ((1, 3), [5.0, 2.0])


def test_spans_that_were_written_twice_count_once(tmp_path: Path) -> None:
    given = [span(2, 4), span(5, 6, attributes={"gen_ai.response.id": None})]
    requests, _, _ = read(save(tmp_path / "a.jsonl", *given, *given), save(tmp_path / "b.jsonl", *given))
    assert [one["event_id"] for one in requests] == ["copilot-cli:resp2", "copilot-cli:trace:s5"]


def test_only_chat_spans_are_requests(lines: Lines) -> None:
    metric = {"type": "metric", "name": "gen_ai.client.inference.usage.input_tokens", "dataPoints": [{"value": 7}]}
    others = [span(1, 9, "invoke_agent"), span(2, 3, "execute_tool"), {"type": "log", "body": "x"}, metric]
    requests, activities, rejects = lines(*others, span(4, 5))
    assert ([one["event_id"] for one in requests], active(activities), rejects) == (["copilot-cli:resp4"], [2.0], [])


@pytest.mark.parametrize("more", [{"status": {"code": 2}}, {"attributes": {"error.type": "ModelCallError"}}])
def test_a_span_with_an_error_is_a_failed_request(lines: Lines, more: Line) -> None:
    requests, _, _ = lines(span(2, 2.5, **more), span(3, 4, status=7))
    assert [(one["success"], one["latency_ms"]) for one in requests] == [(False, 500.0), (True, 1000.0)]


@pytest.mark.parametrize("name", ["cache_write", "cache_creation"])
def test_both_names_of_cache_writes_are_read(lines: Lines, name: str) -> None:
    requests, _, _ = lines(span(2, 3, attributes={f"gen_ai.usage.{name}.input_tokens": 7}))
    assert tokens(requests) == [[100, 10, 60, 7]]


def test_a_span_names_its_model_by_the_response_else_by_the_request(lines: Lines) -> None:
    given = [{"gen_ai.response.model": "o5"}, {"gen_ai.response.model": None}, {"gen_ai.provider.name": "gcp.gemini"}]
    requests, _, _ = lines(*(span(n, n + 1, attributes=more) for n, more in enumerate(given)))
    assert [(one["model"], one["provider"]) for one in requests] == [
        ("o5", "openai"),
        ("gpt-5.1", "openai"),
        ("gpt-5.1", "google"),
    ]


def test_a_span_without_a_session_takes_its_traces(lines: Lines) -> None:
    nameless = {"gen_ai.conversation.id": None}
    given = [
        span(2, 3, attributes=nameless),
        span(4, 5, "execute_tool", attributes=nameless),
        span(1, 6, "invoke_agent"),
    ]
    requests, activities, _ = lines(*given, span(7, 8, attributes=nameless, traceId="other"))
    assert [one["session_id"] for one in requests] == [SESSION, None]
    assert active(activities) == [3.0]


def test_a_span_without_any_id_is_known_by_what_it_says(lines: Lines) -> None:
    bare = {"attributes": {"gen_ai.response.id": None}, "spanId": None, "traceId": None}
    requests, _, _ = lines(span(2, 3, **bare), span(2, 3, **bare), span(2, 4, **bare))
    assert len(requests) == 2


# commits, lines, active time


@pytest.mark.parametrize(
    ("more", "count"),
    [
        (shell(0), 1),
        (shell(1), 0),
        (shell(code=False), 0),
        ({}, 1),
        ({"result": {"content": "done\n<exited with exit code 0>"}}, 1),
        ({"result": {"content": "done\n<command with id: 1 exited with exit code 128>"}}, 0),
        ({"result": {"content": 7}}, 1),
        ({"success": False, **shell(0)}, 0),
        ({"success": None, **shell(0)}, 0),
    ],
)
def test_a_shells_call_that_commits_and_succeeds_is_a_commit(lines: Lines, more: Line, count: int) -> None:
    assert made(lines(start(), call(1, "git add . && git commit -m private"), ended(2, **more))[1]) == (count, 0)


def test_a_commit_counts_once_and_other_commands_do_not(lines: Lines) -> None:
    given = [call(1, "git commit"), ended(2), ended(3), call(4, "git log --grep commit", "t2"), ended(5, "t2")]
    nameless = [call(6, "git commit", None), ended(7, None), call(8, ["git", "commit"], "t3"), ended(9, "t3")]
    assert made(lines(start(), *given, *nameless)[1]) == (1, 0)


def test_lines_are_those_a_tool_that_succeeded_reports(lines: Lines) -> None:
    given = [ended(1, **added(4)), ended(2, "t2", success=False, **added(9)), ended(3, "t3", **added(None))]
    odd = [ended(4, "t4", toolTelemetry=7), ended(5, "t5", toolTelemetry={"metrics": 7})]
    _, activities, rejects = lines(start(), *given, *odd)
    assert (made(activities), rejects) == ((0, 4), [])


def test_prompts_results_of_tools_and_requests_are_activity(lines: Lines) -> None:
    given = [
        event(0, "user.message", content="private"),
        ended(30, success=False),
        usage(60),
        event(90, "assistant.message"),
    ]
    assert active(lines(start(), *given)[1]) == [60.0]


def test_events_without_an_instant_are_no_activity(lines: Lines) -> None:
    nameless = event(0, "user.message") | {"timestamp": None}
    assert lines(start(), nameless, ended(5) | {"timestamp": None}) == ([], [], [])


# bad lines


def test_a_byte_order_mark_carriage_returns_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    rows = [dumped(start()), b"", b"  ", dumped(usage(4)), dumped(event(2, "user.message", content="a\u2028b"))]
    found = raw(tmp_path, b"\xef\xbb\xbf" + b"\r\n".join(rows) + b"\r\n\n")
    assert [len(part) for part in found] == [1, 1, 0]
    text = json.dumps(usage(1, note="a\u2028b\x85"), ensure_ascii=False).encode()
    assert [len(part) for part in raw(tmp_path, text + b"\n")] == [1, 0, 0]


def test_a_half_written_last_line_is_no_fault_and_one_in_the_middle_is_a_reject(tmp_path: Path) -> None:
    whole = dumped(usage(1))
    assert [len(part) for part in raw(tmp_path, whole[:99])] == [0, 0, 0]
    assert [len(part) for part in raw(tmp_path, whole)] == [1, 0, 0]
    assert [len(part) for part in raw(tmp_path, whole[:99] + b"\n" + whole + b"\n")] == [1, 0, 1]
    assert raw(tmp_path, b"") == ([], [], [])


@pytest.mark.parametrize(
    ("bad", "field", "came"),
    [
        (usage(1, outputTokens="private"), "outputTokens", "text"),
        (usage(1, inputTokens=-1), "inputTokens", "an integer out of range"),
        (usage(1, cacheReadTokens=1.5), "cacheReadTokens", "number"),
        (usage(1, cacheReadTokens=MAX_COUNT), "tokens", "more"),
        (usage(1, duration="private"), "duration", "text"),
        (usage(1, duration=True), "duration", "boolean"),
        (usage(1, duration=-1), "duration", "a number out of range"),
        (usage(1, duration=MAX_NUMBER + 1), "duration", "a number out of range"),
        (usage(1, duration=float("nan")), "duration", "a number out of range"),
        (usage(1, model=7), "model", "integer"),
        (usage(1, providerType=[]), "providerType", "array"),
        (usage(1, {}), "apiCallId", "object"),
        (usage(1) | {"timestamp": None}, "timestamp", "null"),
        (usage(1) | {"timestamp": "private"}, "timestamp", "other text"),
        (usage(1) | {"data": 7}, "data", "integer"),
        (event(1, "session.usage_record", usage="private"), "usage", "text"),
        (event(1, "session.error") | {"timestamp": 7}, "timestamp", "integer"),
        (start(1, 7), "sessionId", "integer"),
        (shutdown(1, "private"), "linesAdded", "text"),
        (shutdown(1, m=7), "usage", "integer"),
        (shutdown(1, **{"\ud800": totals()}), "model", "text"),
        (event(1, "session.shutdown", modelMetrics=[7]), "modelMetrics", "array"),
        (ended(1, **added("private")), "linesAdded", "text"),
        (ended(1, **added(4)) | {"timestamp": None}, "timestamp", "null"),
        (span(1, 2, attributes={"gen_ai.usage.input_tokens": "private"}), "gen_ai.usage.input_tokens", "text"),
        (span(1, 2, attributes={"gen_ai.response.model": 7}), "gen_ai.response.model", "integer"),
        (span(1, 2) | {"attributes": 7}, "attributes", "integer"),
        (span(1, 2, endTime=None), "endTime", "null"),
        (span(1, 2, endTime=[1]), "endTime", "array"),
        (span(1, 2, endTime=["private", 0]), "endTime", "array"),
        (span(1, 2, endTime=[1, True]), "endTime", "array"),
        (span(1, 2, endTime=[1e300, 0]), "endTime", "array"),
        (span(1, 2, endTime=[1, 0.5]), "endTime", "array"),
        (span(1, 2, "execute_tool", endTime="private"), "endTime", "text"),
        (span(3, 2), "startTime", "a time out of range"),
    ],
)
def test_a_field_that_matters_of_the_wrong_kind_is_a_reject(lines: Lines, bad: Line, field: str, came: str) -> None:
    requests, _, rejects = lines(bad, usage(9, "good"))
    assert len(requests) == 1
    assert [(one.field, one.came) for one in rejects] == [(field, came)]


def test_whole_floats_and_nulls_are_numbers(lines: Lines) -> None:
    requests, _, rejects = lines(start(), usage(1, inputTokens=100.0, cacheWriteTokens=None, duration=None))
    assert (tokens(requests), requests[0]["latency_ms"], rejects) == ([[100, 10, 60, 0]], None, [])


def test_a_field_that_does_not_matter_may_be_anything(lines: Lines) -> None:
    given: list[Line] = [
        {"type": 7, "data": 7},
        {"type": "session.start"},
        {"type": "span"},
        event(1, "session.start", sessionId=None),
        event(1, "session.shutdown", modelMetrics={"m": 7, "n": {"usage": None}}, codeChanges=7),
        event(1, "tool.execution_start", toolCallId=7, arguments="git commit"),
        event(1, "tool.execution_complete", toolCallId=[], success="yes", shellExecution=7),
        event(1, "session.error", providerCallId=7) | {"id": {}},
        event(1, "something.new", usage={"inputTokens": "x"}),
    ]
    requests, _, rejects = lines(*given, usage(9))
    assert ([one["success"] for one in requests], rejects) == ([False, True], [])


def test_nesting_of_any_depth_harms_its_own_line_only(tmp_path: Path) -> None:
    deep = dumped(usage(1, note="x")).replace(b'"x"', b"[" * 100_000 + b"]" * 100_000)
    found = raw(tmp_path, deep + b"\n" + b"[" * 9999 + b"\n" + dumped(usage(2, "c2")) + b"\n")
    assert [len(part) for part in found] == [1, 0, 2]


def test_the_samples_cut_or_garbled_anywhere_are_never_fatal_and_tell_nothing(tmp_path: Path) -> None:
    dice = random.Random(7)
    for path in [*SOURCE.files(SAMPLE / "otel"), *SOURCE.files(SAMPLE / "session-state")]:
        whole = path.read_bytes()
        for _ in range(200):
            place, length = dice.randrange(len(whole)), dice.randrange(1, 40)
            noise = dice.choice([b"", b"null", b"\n", b'"', b"\\", b"7", b"{}", b"[[", b"\xff\x00"])
            _, _, rejects = raw(tmp_path, whole[:place] + noise + whole[place + length :])
            assert not any("git" in one.came or "/home" in str(one) or "mock" in str(one) for one in rejects)


def test_nothing_private_comes_out(tmp_path: Path) -> None:
    secret = "private-words"
    given: list[Line] = [
        start() | {"cwd": secret},
        event(1, "user.message", content=secret, attachments=[secret]),
        usage(2, note=secret),
        call(3, f"git commit -m {secret}"),
        ended(4, **added(3), result={"content": secret}, fileEdits=[{"path": secret}]),
        event(5, "session.error", message=secret, errorType=secret),
        event(6, "session.usage_record", usage=secret),
        shutdown(7, 4) | {"note": secret},
        usage(8, {secret: secret}),
    ]
    spans = [span(9, 10, name=secret, attributes={"gen_ai.input.messages": secret, "user.email": secret})]
    requests, activities, rejects = read(
        save(tmp_path / "a.jsonl", *given), save(tmp_path / "b.jsonl", *spans, span(11, 12, endTime=secret))
    )
    assert (len(requests), len(activities), len(rejects)) == (1, 2, 3)
    assert secret not in str((requests, activities, [str(one) for one in rejects]))
