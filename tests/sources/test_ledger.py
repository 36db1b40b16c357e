from __future__ import annotations

from usagestats.sources.ledger import Activity, Ledger, Request

SECOND = 1_000_000


def ledger() -> Ledger:
    return Ledger("agent", "house")


def test_copies_of_a_request_say_together_what_each_says() -> None:
    seen = ledger()
    seen.request("a", Request(2, "s", "gpt-5", input_tokens=7, latency_ms=None, success=False))
    seen.request("a", Request(1, None, None, "openai", output_tokens=3, latency_ms=5, success=True))
    requests, _, _ = seen.tables()
    (record,) = requests.records()
    assert record["timestamp"].microsecond == 2  # type: ignore[attr-defined]
    assert {name: record[name] for name in ("model", "provider", "session_id", "success", "event_id")} == {
        "model": "gpt-5",
        "provider": "openai",
        "session_id": "s",
        "success": True,
        "event_id": "agent:a",
    }
    assert (record["input_tokens"], record["output_tokens"], record["latency_ms"]) == (7, 3, 5)


def test_a_provider_is_the_sources_then_the_models_then_the_house() -> None:
    seen = ledger()
    seen.request("a", Request(0, None, "gpt-5", "azure"))
    seen.request("b", Request(0, None, "gpt-5"))
    seen.request("c", Request(0, None, "homemade"))
    requests, _, _ = seen.tables()
    assert requests.columns["provider"] == ["azure", "openai", "house"]


def test_a_failed_request_takes_the_nearest_earlier_model_of_its_session_else_the_next() -> None:
    seen = ledger()
    for instant, model in ((10, "early"), (20, "late"), (15, None), (5, None)):
        seen.request(str(instant), Request(instant, "s", model, success=model is not None))
    seen.request("lonely", Request(15, "t", None, success=False))
    seen.request("unknown", Request(15, "s", None))
    requests, _, _ = seen.tables()
    assert requests.columns["model"] == ["early", "late", "early", "early", None, None]


def test_what_a_tool_call_brought_counts_once() -> None:
    seen = ledger()
    seen.activity("call", Activity(1, "s", commits=1))
    seen.activity("call", Activity(2, "s", commits=1))
    _, activities, _ = seen.tables()
    assert [record["commits"] for record in activities.records()] == [1]


def test_a_request_is_active_from_its_beginning_to_its_end() -> None:
    seen = ledger()
    seen.instant("s", 0)
    seen.request("a", Request(100 * SECOND, "s", latency_ms=30_000))
    seen.request("b", Request(100 * SECOND, None, latency_ms=30_000))
    _, _, active = seen.tables()
    assert [record["active_time_seconds"] for record in active.records()] == [100.0]
    assert [record["event_id"] for record in active.records()] == ["agent:active:s:1970-01-01T00"]


def test_a_request_that_takes_longer_than_a_pause_is_active_all_the_time() -> None:
    seen = ledger()
    seen.request("a", Request(3000 * SECOND, "s", latency_ms=2_000_000))
    _, _, active = seen.tables()
    assert [record["active_time_seconds"] for record in active.records()] == [2000.0]


def test_nothing_seen_is_three_empty_tables() -> None:
    assert [list(table.records()) for table in ledger().tables()] == [[], [], []]


def test_what_only_copies_tell_is_adopted_from_them() -> None:
    seen, copies = ledger(), ledger()
    seen.request("a", Request(1, "original"))
    for key in ("a", "b"):
        copies.request(key, Request(2, "copy"))
        copies.activity(key, Activity(2, "copy", commits=1))
    seen.adopt(copies)
    assert {key: one.session_id for key, one in seen.requests.items()} == {"a": "original", "b": "copy"}
    assert list(seen.activities) == ["a", "b"]
