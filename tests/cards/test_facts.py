from __future__ import annotations

from dataclasses import replace

from tests.cards.people import ada, made
from usagestats.cards.facts import facts


def test_a_row_has_at_most_six_facts_the_most_telling_first() -> None:
    labels = [fact.label for fact in facts(ada("7d", avg_latency_ms=900))]
    assert labels == ["Sessions", "Commits", "Active time", "Lines added", "Cache hits", "Success rate"]


def test_what_is_nought_gives_its_place_to_another() -> None:
    labels = [fact.label for fact in facts(ada("7d", total_commits=0, success_rate=0.0, avg_latency_ms=900))]
    assert labels == ["Sessions", "Active time", "Lines added", "Cache hits", "Mean latency", "Output tokens"]


def test_nothing_has_no_facts() -> None:
    assert facts(made([{}] * 7)) == []


def test_cache_hits_are_exact_where_the_models_tell() -> None:
    summary = ada("7d")
    without = replace(summary, extras=replace(summary.extras, models={}))
    assert [fact.sentence for fact in facts(without)][4] == "91.3% of the input from cache"
    full = {name: replace(use, cache_read_tokens=use.input_tokens) for name, use in summary.extras.models.items()}
    assert [fact.parts[0].figure for fact in facts(replace(summary, extras=replace(summary.extras, models=full)))][
        4
    ] == "100"
    first = next(iter(full))
    full[first] = replace(full[first], cache_read_tokens=full[first].input_tokens - 1)
    nearly = facts(replace(summary, extras=replace(summary.extras, models=full)))
    assert nearly[4].parts[0].figure == ">99.9"


def test_the_success_rate_is_exact_where_outcomes_are_counted() -> None:
    summary = ada("7d")

    def success(succeeded: int, failed: int) -> list[str]:
        counted = replace(summary, extras=replace(summary.extras, succeeded=succeeded, failed=failed))
        return [fact.sentence for fact in facts(counted) if fact.label == "Success rate"]

    assert success(10**6, 1) == [">99.9% of the requests succeeded"]
    assert success(0, 7) == ["0% of the requests succeeded"]
    assert success(0, 0) == ["98.7% of the requests succeeded"]
