"""Telemetry may come in any order, in any files and forms, and more than once: it says the same."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tests.sources.telemetry import (
    SECOND,
    START,
    attributes,
    binary,
    claude_code,
    codex,
    framed,
    gemini,
    lines,
    log,
    metric,
    metrics,
    point,
    read_files,
    sent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = st.integers(0, 3599)
SESSIONS = st.sampled_from(["s1", "s2"])
MODELS = st.sampled_from(["claude-a", "gpt-5.5"])
FORMS: tuple[Callable[..., bytes], ...] = (
    lines,
    lambda *some: gzip.compress(lines(*some)),
    lambda *some: framed(*map(binary, some)),
)


def claude_codes(second: int, session: str, model: str, tokens: int) -> dict[str, Any]:
    told = {"session__id": session, "request_id": f"r{second % 50}", "input_tokens": tokens}
    return claude_code(log("api_request", second, model=model, **told), log("api_error", second, session__id=session))


def codexes(second: int, session: str, model: str, tokens: int) -> dict[str, Any]:
    told = {"conversation__id": session, "model": model}
    return codex(
        log("codex.api_request", second, duration_ms=f"{tokens}", http__response__status_code=200, **told),
        log("codex.sse_event", second + 0.5, input_token_count=f"{tokens}", **told),
        log("codex.sse_event", second + 0.7, error__message="cut", **told),
    )


def geminis(second: int, session: str, model: str, tokens: int) -> dict[str, Any]:
    told = {"session__id": session, "model": model}
    edit = {"session__id": session, "metadata": f'{{"model_added_lines":{tokens}}}'}
    response = log("gemini_cli.api_response", second, input_token_count=tokens, **told)
    return gemini(response, log("gemini_cli.tool_call", second, **edit))


def counters(second: int, session: str, _: str, tokens: int) -> dict[str, Any]:
    taken = point(second, float(tokens), begin=second // 1200 * 1200, session__id=session)
    return metrics(
        metric("claude_code.commit.count", taken, temporality=2),
        metric("claude_code.active_time.total", taken, temporality=1),
    )


def spans(second: int, session: str, model: str, tokens: int) -> dict[str, Any]:
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model, "gen_ai.usage.input_tokens": tokens}
    named |= {"gen_ai.conversation.id": session} if tokens % 2 else {"gen_ai.response.id": f"r{second % 50}"}
    ids = {"traceId": f"{second % 7:032x}", "spanId": f"{second:016x}"}
    times = {"startTimeUnixNano": f"{START}", "endTimeUnixNano": f"{START + (second + 1) * SECOND}"}
    return sent("Spans", [{**ids, **times, "attributes": attributes(named)}], "my-agent")


DOCUMENTS = st.lists(
    st.builds(
        lambda make, *told: make(*told),
        st.sampled_from([claude_codes, codexes, geminis, counters, spans]),
        *(SECONDS, SESSIONS, MODELS, st.integers(1, 900)),
    ),
    min_size=1,
    max_size=12,
)


def read(*contents: bytes) -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}") for number, _ in enumerate(contents)]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        found, refused = read_files(*paths)
    assert refused == []
    return sorted(found, key=lambda one: str(one["event_id"]))


@given(DOCUMENTS, st.data())
def test_order_files_forms_and_repeats_change_nothing(documents: list[dict[str, Any]], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(documents), max_size=6))
    shuffled = data.draw(st.permutations([*documents, *again]))
    middle = data.draw(st.integers(0, len(shuffled)))
    parts = [part for part in (shuffled[:middle], shuffled[middle:]) if part]
    other = [data.draw(st.sampled_from(FORMS))(*part) for part in parts]
    assert read(*other) == read(lines(*documents))
