"""Amp's threads: each rule with its thread inside the test."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import discreet
from usagestats.events import MAX_COUNT, Reject
from usagestats.sources.amp import SOURCE
from usagestats.sources.objects import COUNT_ALLOWED as INTEGER

INSTANT = "2026-11-18T23:00:05.000Z"
SPENT = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def usage(**more: object) -> dict[str, Any]:
    tokens = {"inputTokens": 1, "outputTokens": 20, "cacheReadInputTokens": 300, "cacheCreationInputTokens": 4000}
    return {"model": "claude-sonnet-4-5", "timestamp": INSTANT, **tokens, **more}


def message(number: object, **more: object) -> dict[str, Any]:
    content = [{"type": "text", "text": "private"}]
    return {"role": "assistant", "messageId": number, "content": content, "usage": usage()} | more


def event(number: object, **more: object) -> dict[str, Any]:
    tokens = {"input": 1, "output": 20}
    return {"id": f"e{number}", "timestamp": INSTANT, "model": "gpt-5", "tokens": tokens, "toMessageId": number} | more


def thread(folder: Path, messages: object, *events: object, **more: object) -> Path:
    path = folder / "threads" / "T-1.json"
    path.parent.mkdir(exist_ok=True)
    ledger = {"usageLedger": {"events": events}} if events else {}
    path.write_text(json.dumps({"id": "T-1", "title": "private", "messages": messages} | ledger | more), "utf-8")
    return path


def read(*paths: Path) -> tuple[list[dict[str, Any]], list[str]]:
    return discreet(SOURCE, paths)


def test_the_folder_is_the_variables_or_below_the_home() -> None:
    assert SOURCE.roots({}, Path("/me")) == [Path("/me/.local/share/amp/threads")]
    assert SOURCE.roots({"AMP_DATA_DIR": "/a"}, Path("/me")) == [Path("/a/threads")]


def test_an_empty_folder_has_no_records(tmp_path: Path) -> None:
    assert read(*SOURCE.files(tmp_path)) == ([], [])


def test_threads_are_known_by_name_and_place_or_keys() -> None:
    assert SOURCE.matches(Path("/x/threads/T-1.json"), b"")
    assert SOURCE.matches(Path("/x/T-1.json"), b'{"messages":')
    assert not SOURCE.matches(Path("/x/T-1.json"), b"{}")
    assert not SOURCE.matches(Path("/x/threads/1.json"), b'{"messages":')
    assert not SOURCE.matches(Path("/x/threads/T-1.txt"), b'{"messages":')


def test_one_thread_alone_is_read_and_its_bytes_told(tmp_path: Path) -> None:
    path = thread(tmp_path, [message(1), message(2, role=7)])
    kinds = [type(one) for one in SOURCE.read(path)]
    assert kinds == [Reject, dict]
    sizes: list[int] = []
    list(SOURCE.tables([path], progress=sizes.append))
    assert sizes == [path.stat().st_size]


def test_without_a_ledger_the_assistants_messages_tell(tmp_path: Path) -> None:
    silent = [message(2, usage=None), message(3, role="user"), None]
    (record,), rejects = read(thread(tmp_path, [message(1), *silent]))
    assert [record[name] for name in SPENT] == [4301, 20, 300, 4000]
    assert (record["event_id"], record["provider"], rejects) == ("amp:T-1:1", "anthropic", [])


@pytest.mark.parametrize(
    "ledger", [{"usageLedger": None}, {"usageLedger": {"events": None}}, {"usageLedger": {"events": []}}]
)
def test_an_empty_ledger_is_none(tmp_path: Path, ledger: dict[str, object]) -> None:
    assert len(read(thread(tmp_path, [message(1)], **ledger))[0]) == 1


def test_with_a_ledger_the_messages_tell_of_the_cache_only(tmp_path: Path) -> None:
    (record,), _ = read(thread(tmp_path, [message(1), message(2)], event(1)))
    assert [record[name] for name in SPENT] == [4301, 20, 300, 4000]
    assert (record["event_id"], record["model"], record["provider"]) == ("amp:T-1:e1", "gpt-5", "openai")


def test_of_two_events_of_a_message_the_last_has_its_cache(tmp_path: Path) -> None:
    records, _ = read(thread(tmp_path, [message(1)], event(1, id="a"), event(1, id="b")))
    assert [(one["event_id"], one["input_tokens"]) for one in records] == [("amp:T-1:a", 1), ("amp:T-1:b", 4301)]


def test_an_event_may_tell_of_its_cache_itself(tmp_path: Path) -> None:
    (record,), _ = read(thread(tmp_path, None, event(None, tokens={"input": 1, "cacheReadInputTokens": 5})))
    assert [record[name] for name in SPENT] == [6, 0, 5, 0]


def test_what_spent_nothing_is_no_request(tmp_path: Path) -> None:
    assert read(thread(tmp_path, [], event(1, tokens=None), event(2, tokens={"input": None}), None)) == ([], [])


def test_without_an_id_the_numbers_tell_requests_apart(tmp_path: Path) -> None:
    events = [event(1, id=None), event(1, id=None), event(1, id=None, tokens={"output": 7})]
    assert len(read(thread(tmp_path, [], *events))[0]) == 2


def test_a_thread_without_an_id_is_called_by_its_file(tmp_path: Path) -> None:
    (record,), _ = read(thread(tmp_path, [message(1)], id=None))
    assert record["session_id"] == "T-1"


@pytest.mark.parametrize("created", [1_795_042_805_000, 1_795_042_805_000.0, INSTANT])
def test_what_has_no_instant_has_its_threads(tmp_path: Path, created: object) -> None:
    (record,), rejects = read(thread(tmp_path, [message(1, usage=usage(timestamp=None))], created=created))
    assert record["timestamp"] == datetime.fromisoformat(INSTANT)
    assert rejects == []


def test_a_message_may_have_the_instant_of_its_usage(tmp_path: Path) -> None:
    (record,), _ = read(thread(tmp_path, [message(1, usage=usage(timestamp=None), timestamp=INSTANT)]))
    assert record["timestamp"] == datetime.fromisoformat(INSTANT)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"timestamp": None}, "messages[1].timestamp must be RFC 3339 text with date and time, not null"),
        ({"timestamp": "private"}, "messages[1].timestamp must be RFC 3339 text with date and time, not other text"),
        ({"timestamp": 7}, "messages[1].usage.timestamp must be text or null, not integer"),
        (
            {"inputTokens": "private"},
            f"messages[1].usage.inputTokens must be {INTEGER} or null, not text",
        ),
        ({"inputTokens": MAX_COUNT}, f"messages[1].tokens must be at most {MAX_COUNT} in all, not more"),
        ({"model": ["private"]}, "messages[1].usage.model must be text or null, not array"),
    ],
)
def test_a_message_that_cannot_be_counted_leaves_the_others(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    path = thread(tmp_path, [message(1), message(2, usage=usage(**changed)), message(3)])
    records, rejects = read(path)
    assert [one["event_id"] for one in records] == ["amp:T-1:1", "amp:T-1:3"]
    assert rejects == [f"{path}: {said}"]


def test_an_event_that_cannot_be_counted_leaves_the_others(tmp_path: Path) -> None:
    path = thread(tmp_path, ["private"], event(1), event(2, tokens="private"))
    records, rejects = read(path)
    assert [one["event_id"] for one in records] == ["amp:T-1:e1"]
    assert rejects == [
        f"{path}: messages[0] must be a JSON object, not text",
        f"{path}: usageLedger.events[1].tokens must be an object or null, not text",
    ]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "record must be a JSON document, not something else"),
        (b"private", "record must be a JSON document, not something else"),
        (b'{"id":"T-1","messages":[{"role":"assis', "record must be a JSON document, not something else"),
        (
            b'{"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "record must be a JSON document, not something else",
        ),
        (b"[]", "record must be a JSON object, not array"),
        (b'{"messages":"private"}', "messages must be an array or null, not text"),
        (b'{"usageLedger":["private"]}', "usageLedger must be an object or null, not array"),
    ],
)
def test_what_is_no_thread_is_named_by_type(tmp_path: Path, document: bytes, said: str) -> None:
    path = tmp_path / "T-1.json"
    path.write_bytes(document)
    assert read(path) == ([], [f"{path}: {said}"])


def test_a_byte_order_mark_and_cut_texts_are_no_fault(tmp_path: Path) -> None:
    path = thread(tmp_path, [message(1, content="private \ud83d")])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    records, rejects = read(path)
    assert (len(records), rejects) == (1, [])
