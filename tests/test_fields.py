from __future__ import annotations

from typing import Any

import pytest

from usagestats.fields import selected

DOCUMENT: dict[str, Any] = {
    "name": "Alex Smith",
    "stats": {
        "total_events": 11,
        "total_tokens": 10096,
        "tokens_by_model": {"gpt-4": 6531, "stats": 1},
        "time_series": [{"date": "2026-01-01", "tokens": 1390}],
    },
    "generated_at": "2026-01-08T17:25:24Z",
}


def test_the_documented_example_selects_what_is_documented() -> None:
    assert selected(DOCUMENT, "name,stats.total_events,stats.total_tokens") == {
        "name": "Alex Smith",
        "stats": {"total_events": 11, "total_tokens": 10096},
    }


@pytest.mark.parametrize("fields", ["", " ", ",", " , ,"])
def test_no_field_at_all_means_all(fields: str) -> None:
    assert selected(DOCUMENT, fields) == DOCUMENT


def test_a_parent_includes_its_children() -> None:
    assert selected(DOCUMENT, "stats") == {"stats": DOCUMENT["stats"]}
    assert selected(DOCUMENT, "stats.total_tokens,stats") == {"stats": DOCUMENT["stats"]}


def test_a_list_or_map_is_selected_whole() -> None:
    assert selected(DOCUMENT, "stats.time_series") == {"stats": {"time_series": DOCUMENT["stats"]["time_series"]}}
    assert selected(DOCUMENT, "stats.tokens_by_model") == {"stats": {"tokens_by_model": {"gpt-4": 6531, "stats": 1}}}


@pytest.mark.parametrize(
    "fields",
    [
        "nothing",
        "stats.nothing",
        "stats.",
        ".name",
        "name.first",
        "total_tokens",
        "Stats",
        "stats.time_series.date",
        "stats.tokens_by_model.gpt-4",
        "stats.stats.total_tokens",
        "stats .total_tokens",
        "generated_at.stats",
    ],
)
def test_unknown_names_alone_select_nothing(fields: str) -> None:
    assert selected(DOCUMENT, fields) == {}


def test_unknown_names_do_not_disturb_known_ones() -> None:
    assert selected(DOCUMENT, "nothing,name,stats.nothing") == {"name": "Alex Smith"}


def test_order_spaces_and_repetitions_do_not_matter() -> None:
    wanted = selected(DOCUMENT, "name,stats.total_events,stats.total_tokens")
    assert selected(DOCUMENT, " stats.total_tokens ,name, stats.total_events,name") == wanted


def test_the_answer_keeps_the_order_of_the_document() -> None:
    found = selected(DOCUMENT, "generated_at,stats.total_tokens,stats.total_events,name")
    assert list(found) == ["name", "stats", "generated_at"]
    assert list(found["stats"]) == ["total_events", "total_tokens"]
