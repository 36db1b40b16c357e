"""Factory Droid's settings: each rule with its file inside the test."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import discreet
from usagestats.events import MAX_COUNT, Reject
from usagestats.sources.droid import SOURCE, model_name
from usagestats.sources.objects import COUNT_ALLOWED as INTEGER

INSTANT = "2026-11-18T23:30:00.000Z"
TOKENS = {
    "inputTokens": 1,
    "outputTokens": 20,
    "cacheReadTokens": 300,
    "cacheCreationTokens": 4000,
    "thinkingTokens": 5,
}


def settings(folder: Path, **more: object) -> Path:
    path = folder / "s1.settings.json"
    content = {"model": "gpt-5.1", "providerLock": "openai", "providerLockTimestamp": INSTANT, "tokenUsage": TOKENS}
    path.write_text(json.dumps({"systemPrompt": "private"} | content | more), "utf-8")
    return path


def read(*paths: Path) -> tuple[list[dict[str, Any]], list[str]]:
    return discreet(SOURCE, paths)


def test_the_folder_is_the_variables_or_below_the_home() -> None:
    assert SOURCE.roots({}, Path("/me")) == [Path("/me/.factory/sessions")]
    assert SOURCE.roots({"DROID_SESSIONS_DIR": "/a,/b"}, Path("/me")) == [Path("/a"), Path("/b")]


def test_an_empty_folder_has_no_records(tmp_path: Path) -> None:
    assert read(*SOURCE.files(tmp_path)) == ([], [])


def test_settings_are_known_by_name_and_place_or_keys() -> None:
    assert SOURCE.matches(Path("/me/.factory/sessions/a/1.settings.json"), b"")
    assert SOURCE.matches(Path("/x/1.settings.json"), b'{"tokenUsage":')
    assert not SOURCE.matches(Path("/x/1.settings.json"), b"{}")
    assert not SOURCE.matches(Path("/me/.factory/sessions/a/1.jsonl"), b'{"tokenUsage":')


def test_a_grown_total_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    (before,), _ = read(settings(tmp_path))
    (after,), _ = read(settings(tmp_path, tokenUsage=TOKENS | {"outputTokens": 2000}))
    assert before["event_id"] == after["event_id"] == "droid:s1"
    assert (before["output_tokens"], after["output_tokens"]) == (25, 2005)
    old = tmp_path / "copy" / "s1.settings.json"
    old.parent.mkdir()
    old.write_bytes(settings(tmp_path).read_bytes())
    (both,), _ = read(old, settings(tmp_path, tokenUsage=TOKENS | {"outputTokens": 2000}))
    assert both == after


def test_one_session_alone_is_read_and_its_bytes_told(tmp_path: Path) -> None:
    path = settings(tmp_path)
    assert [type(one) for one in SOURCE.read(path)] == [dict]
    assert [type(one) for one in SOURCE.read(settings(tmp_path, model=7))] == [Reject]
    sizes: list[int] = []
    list(SOURCE.tables([path], progress=sizes.append))
    assert sizes == [path.stat().st_size]


def test_without_an_instant_the_files_own_counts(tmp_path: Path) -> None:
    path = settings(tmp_path, providerLockTimestamp=None)
    os.utime(path, ns=(0, 1_795_044_600_123_456_789))
    (record,), _ = read(path)
    assert record["timestamp"] == datetime.fromtimestamp(1_795_044_600, UTC).replace(microsecond=123_456)


@pytest.mark.parametrize("usage", [None, {}, dict.fromkeys(TOKENS, 0), dict.fromkeys(TOKENS)])
def test_a_session_that_spent_nothing_is_none(tmp_path: Path, usage: object) -> None:
    assert read(settings(tmp_path, tokenUsage=usage)) == ([], [])


@pytest.mark.parametrize(
    ("lock", "model", "provider"),
    [
        (" Anthropic ", "gpt-5", "anthropic"),
        (None, "gpt-5", "openai"),
        ("", "house-model", None),
        (None, None, None),
    ],
)
def test_the_provider_is_the_lock_else_the_models(
    tmp_path: Path, lock: str | None, model: str | None, provider: str | None
) -> None:
    (record,), _ = read(settings(tmp_path, providerLock=lock, model=model))
    assert (record["provider"], record["model"]) == (provider, model)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("custom:Claude-Opus-4.5-Thinking-[Anthropic]-0", "claude-opus-4-5-thinking-0"),
        ("Claude-Sonnet-4-[Anthropic]", "claude-sonnet-4"),
        ("custom: Claude Haiku 4.5 [", "claude-haiku-4-5"),
        ("gemini-2.5-pro", "gemini-2.5-pro"),
        ("gpt-5.1-codex", "gpt-5.1-codex"),
        ("custom:[x]", None),
        (" ", None),
    ],
)
def test_model_names_are_cleaned(text: str, name: str | None) -> None:
    assert model_name(text) == name


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"providerLockTimestamp": "private"},
            "providerLockTimestamp must be RFC 3339 text with date and time, not other text",
        ),
        ({"providerLockTimestamp": 7}, "providerLockTimestamp must be text or null, not integer"),
        ({"tokenUsage": ["private"]}, "tokenUsage must be an object or null, not array"),
        (
            {"tokenUsage": {"inputTokens": "private"}},
            f"tokenUsage.inputTokens must be {INTEGER} or null, not text",
        ),
        (
            {"tokenUsage": {"inputTokens": MAX_COUNT, "cacheReadTokens": 1}},
            f"tokenUsage must be at most {MAX_COUNT} in all, not more",
        ),
        (
            {"tokenUsage": {"outputTokens": MAX_COUNT, "thinkingTokens": 1}},
            f"tokenUsage must be at most {MAX_COUNT} in all, not more",
        ),
        ({"model": {"private": 1}}, "model must be text or null, not object"),
    ],
)
def test_what_cannot_be_counted_is_named_by_type(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    path = settings(tmp_path, **changed)
    assert read(path) == ([], [f"{path}: {said}"])


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "record must be a JSON document, not something else"),
        (b"private", "record must be a JSON document, not something else"),
        (b'{"model":"gpt-5","tokenUs', "record must be a JSON document, not something else"),
        (b'{"other":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "record must be a JSON document, not something else"),
        (b'["private"]', "record must be a JSON object, not array"),
        (b"null", "record must be a JSON object, not null"),
    ],
)
def test_what_are_no_settings_is_named_by_type(tmp_path: Path, document: bytes, said: str) -> None:
    path = tmp_path / "s1.settings.json"
    path.write_bytes(document)
    assert read(path) == ([], [f"{path}: {said}"])


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = settings(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read(path)[0]) == 1
