from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sources.telemetry import (
    SECOND,
    START,
    attributes,
    claude_code,
    log,
    read,
    requests,
    sent,
    summed,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")
CHAT: dict[str, object] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5.5",
}


def span(begin: float, end: float, named: Mapping[str, object], **fields: object) -> dict[str, Any]:
    times = {"startTimeUnixNano": f"{START + round(begin * SECOND)}", "endTimeUnixNano": START + round(end * SECOND)}
    ids = {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": f"{begin}"}
    return {**ids, **times, "attributes": attributes(dict(named)), "status": {}, **fields}


def spans(*found: dict[str, Any], service: str = "my-agent", scope: str = "my.instrumentation") -> dict[str, Any]:
    return sent("Spans", found, service, scope)


def usage(**tokens: object) -> dict[str, object]:
    return {f"gen_ai.usage.{name.replace('__', '.')}": value for name, value in tokens.items()}


@pytest.mark.parametrize("operation", ["chat", "text_completion", "generate_content"])
def test_a_span_that_calls_a_model_is_a_request(tmp_path: Path, operation: str) -> None:
    named = {**CHAT, "gen_ai.operation.name": operation, "gen_ai.conversation.id": "conv_1"}
    answered = {"gen_ai.response.model": "gpt-5.5-2026", **usage(input_tokens="5000", output_tokens=120)}
    found, refused = read(tmp_path, spans(span(5, 6.5, {**named, **answered})))
    fields = ("application", "provider", "model", "session_id", *TOKENS, "latency_ms", "success")
    assert told(requests(found), *fields) == [
        ("my-agent", "openai", "gpt-5.5-2026", "conv_1", 5000, 120, 0, 0, 1500, True)
    ]
    assert refused == []


@pytest.mark.parametrize(
    ("tokens", "counted"),
    [
        ({"cache_read.input_tokens": 90, "cache_creation.input_tokens": 5}, (100, 7, 90, 5)),
        ({"cache_read.input_tokens": 90, "cache_write.input_tokens": 5}, (100, 7, 90, 5)),
        ({"cache_read_input_tokens": 90, "cache_creation_input_tokens": 5}, (100, 7, 90, 5)),
        ({"cache_read.input_tokens": 900, "cache_write.input_tokens": 5}, (1005, 7, 900, 5)),
        ({"prompt_tokens": 60, "input_tokens": 0, "completion_tokens": 9, "output_tokens": 0}, (60, 9, 0, 0)),
        ({"reasoning.output_tokens": 5}, (100, 7, 0, 0)),
    ],
    ids=["old", "new", "flat", "cache left out", "first names", "reasoning"],
)
def test_tokens_are_known_by_all_names_they_ever_had(
    tmp_path: Path, tokens: dict[str, object], counted: tuple[int, ...]
) -> None:
    named = {"input_tokens": 100, "output_tokens": 7} | tokens
    found, _ = read(tmp_path, spans(span(1, 2, CHAT | usage(**named))))
    assert told(requests(found), *TOKENS) == [counted]


@pytest.mark.parametrize(
    ("named", "provider"),
    [
        ({"gen_ai.provider.name": "gcp.vertex_ai"}, "google"),
        ({"gen_ai.provider.name": "x_ai"}, "xai"),
        ({"gen_ai.system": "anthropic"}, "anthropic"),
        ({"gen_ai.system": "_OTHER"}, "openai"),
        ({"gen_ai.provider.name": "aws.bedrock", "gen_ai.system": "anthropic"}, "aws.bedrock"),
        ({}, "openai"),
        ({"gen_ai.request.model": "odd"}, None),
    ],
)
def test_the_provider_is_the_spans_and_else_the_models(
    tmp_path: Path, named: dict[str, object], provider: str | None
) -> None:
    bare = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5.5"}
    found, _ = read(tmp_path, spans(span(1, 2, bare | named)))
    assert told(requests(found), "provider") == [(provider,)]


@pytest.mark.parametrize(
    ("fields", "named", "success"),
    [
        ({"status": {"code": 2}}, {}, False),
        ({"status": {"code": "STATUS_CODE_ERROR"}}, {}, False),
        ({"status": {"code": 1}}, {}, True),
        ({"status": None}, {"error.type": "429"}, False),
    ],
)
def test_a_span_fails_by_its_status_or_its_error(
    tmp_path: Path, fields: dict[str, object], named: dict[str, object], *, success: bool
) -> None:
    found, _ = read(tmp_path, spans(span(1, 2, {**CHAT, **named}, **fields)))
    assert told(requests(found), "success") == [(success,)]


def test_an_agents_turn_and_its_tools_are_no_requests_but_tools_are_active_time(tmp_path: Path) -> None:
    session: dict[str, object] = {"gen_ai.conversation.id": "conv_1"}
    turn = {"gen_ai.operation.name": "invoke_agent", **usage(input_tokens=900), **session}
    tool = {"gen_ai.operation.name": "execute_tool", **session}
    found, _ = read(
        tmp_path, spans(span(0, 9, turn), span(1, 2, {**CHAT, **session}), span(2, 7, tool), span(3, 4, {"http": "x"}))
    )
    assert len(requests(found)) == 1
    assert summed(found, "active_time_seconds") == 6


def test_a_trace_has_the_session_that_any_of_its_spans_tells(tmp_path: Path) -> None:
    turn = {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": "conv_1"}
    tool: dict[str, object] = {"gen_ai.operation.name": "execute_tool"}
    calls = [span(1, 2, {**CHAT}), span(2, 3, tool)]
    forwards, _ = read(tmp_path, spans(span(0, 9, turn), *calls))
    backwards, _ = read(tmp_path, spans(*calls, span(0, 9, turn)))
    assert forwards == backwards
    assert told(forwards, "session_id") == [("conv_1",)] * len(forwards)
    assert summed(forwards, "active_time_seconds") == 2


def test_spans_sent_again_or_seen_by_two_instrumentations_count_once(tmp_path: Path) -> None:
    inner = span(1, 2, {**CHAT, "gen_ai.response.id": "r1", **usage(input_tokens=10)})
    outer = span(0.9, 2.1, {**CHAT, "gen_ai.response.id": "r1"})
    plain = span(3, 4, {**CHAT})
    nameless = span(5, 6, {**CHAT}, traceId="", spanId="")
    found, _ = read(tmp_path, spans(inner, outer, plain, nameless), spans(inner, plain, nameless))
    assert told(requests(found), "input_tokens", "latency_ms") == [(10, 1200), (0, 1000), (0, 1000)]
    assert {one["event_id"] for one in requests(found)} >= {
        "my-agent:response:r1",
        "my-agent:span:5b8efff798038103d269b633813fc60c:3",
    }


def test_spans_that_repeat_a_sessions_log_records_are_not_counted(tmp_path: Path) -> None:
    tracing = "com.anthropic.claude_code.tracing"
    found, _ = read(
        tmp_path,
        spans(
            span(1, 2, {**CHAT, "session.id": "s1"}),
            span(3, 4, {**CHAT, "session.id": "s2"}),
            span(5, 6, CHAT, traceId="feed"),
            scope=tracing,
        ),
        spans(span(7, 8, CHAT, traceId="beef")),
        claude_code(log("api_request", 2, session__id="s1", model="claude-a")),
    )
    assert told(requests(found), "application", "session_id") == [
        ("claude-code", "s1"),
        ("claude-code", "s2"),
        ("my-agent", None),
    ]


def test_copilots_spans_are_its_own_whatever_model_it_names(tmp_path: Path) -> None:
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "house-model"}
    found, _ = read(tmp_path, spans(span(1, 2, named), service="github-copilot"))
    assert told(requests(found), "application", "provider") == [("copilot-cli", "github")]


def test_a_program_without_a_name_has_the_conventions_one(tmp_path: Path) -> None:
    found, _ = read(tmp_path, spans(span(1, 2, CHAT), service=""))
    assert told(requests(found), "application") == [("unknown_service",)]


@pytest.mark.parametrize(
    ("named", "fields", "why"),
    [
        ({}, {"endTimeUnixNano": "0"}, "endTimeUnixNano must be nanoseconds since 1970, not null"),
        ({}, {"endTimeUnixNano": "soon"}, "endTimeUnixNano must be nanoseconds since 1970, not text"),
        ({}, {"startTimeUnixNano": START + 9 * SECOND}, "startTime must be a number from 0"),
        ({"gen_ai.usage.input_tokens": "many"}, {}, "gen_ai.usage.input_tokens must be an integer from 0"),
        ({"gen_ai.request.model": 7}, {}, "gen_ai.request.model must be text or null, not integer"),
    ],
)
def test_what_is_wrong_is_refused(
    tmp_path: Path, named: dict[str, object], fields: dict[str, object], why: str
) -> None:
    found, (refused,) = read(tmp_path, spans(span(1, 2, {**CHAT, **named}, **fields)))
    assert refused.startswith(f"telemetry.jsonl:1: {why}")
    assert requests(found) == []
