"""A person of whom everything is recorded, as telemetry does: providers, applications, latencies and outcomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.cards.people import ada

if TYPE_CHECKING:
    from collections.abc import Mapping

    from usagestats.summary import Summary

MEANS = (8420, 5130, 12_600, 940, *range(700, 1900, 100))


def grace(length: str = "90d", **changed: Any) -> Summary:  # noqa: ANN401
    """The days of Ada, with all that an agent's telemetry can tell besides."""
    summary = ada(length, avg_latency_ms=6240)
    total = summary.stats.total_events
    providers = parts(total, {"anthropic": 61, "openai": 23, "google": 14, "mistral": 1, "alibaba": 1})
    applications = parts(total, {"claude-code": 52, "codex": 23, "gemini-cli": 14, "opencode": 9, "amp": 1, "pi": 1})
    stats = replace(summary.stats, events_by_provider=providers, events_by_application=applications)
    uses = summary.extras.models.items()
    models = {model: replace(use, avg_latency_ms=mean) for (model, use), mean in zip(uses, MEANS, strict=True)}
    failed = total - total * 987 // 1000
    extras = replace(summary.extras, models=models, succeeded=total - failed, failed=failed)
    return replace(summary, stats=replace(stats, **changed), extras=extras)


def parts(total: int, percentages: Mapping[str, int]) -> dict[str, int]:
    """The total in parts, what rounding leaves over in the first."""
    found = {name: total * percentage // 100 for name, percentage in percentages.items()}
    first = next(iter(found))
    return found | {first: found[first] + total - sum(found.values())}
