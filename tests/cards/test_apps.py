from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cards.geometry import faults
from tests.cards.people import made
from tests.cards.reading import classes, said, texts
from tests.cards.telemetry import grace
from usagestats.cards import card
from usagestats.summary import Before

if TYPE_CHECKING:
    from collections.abc import Callable

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
HOSTILE = {'"><b>Ada</b> \u202eevil\x00 ]]>': 90, "漢字モデル" * 9: 50, "نموذج " * 9: 20, "W" * 10_000: 9, "": 1}
ONE = made(
    [{"gpt-5.1": 9}] * 7, total_events=30, events_by_provider={"openai": 30}, events_by_application={"codex": 20}
)
UNNAMED = made([{"gpt-5.1": 9}] * 7, total_events=1, events_by_provider={"openai": 1})
SHOWN = {
    "rich": grace(),
    "one": ONE,
    "unnamed": UNNAMED,
    "idle": made([{}] * 7),
    "evil": made([{"m": 1}] * 7, total_events=170, events_by_provider=HOSTILE, events_by_application=HOSTILE),
}


@CUTS
@pytest.mark.parametrize("name", SHOWN)
def test_a_card_is_drawn_as_its_snapshot(name: str, compact: bool, same: Callable[[str, str], None]) -> None:  # noqa: FBT001
    svg = card(SHOWN[name], "apps", compact=compact)
    assert faults(svg) == []
    same(f"apps-{name}{'-compact' * compact}.svg", svg)


def test_the_cut_for_a_page_has_its_size_at_any_data() -> None:
    assert {card(summary, "apps").size_px for summary in SHOWN.values()} == {(412, 260)}


@CUTS
def test_all_requests_stand_in_the_donut_and_say_what_they_are(compact: bool) -> None:  # noqa: FBT001
    assert {"37K", "requests"} <= set(texts(card(grace(), "apps", compact=compact)))
    assert {"1", "request"} <= set(texts(card(UNNAMED, "apps", compact=compact)))


def test_labels_say_that_requests_are_counted() -> None:
    assert {"Requests by provider", "By application"} <= set(texts(card(grace(), "apps")))
    assert "Requests by application" in texts(card(grace(), "apps", compact=True))


def test_a_page_names_two_providers_and_a_phone_four() -> None:
    assert {"anthropic61%", "openai23%", "3 others16%"} <= set(texts(card(grace(), "apps")))
    phone = texts(card(grace(), "apps", compact=True))
    assert {"anthropic", "22.6K", "61%", "alibaba", "370", "1%"} <= set(phone)


def test_arcs_have_the_hues_of_the_legend() -> None:
    svg = card(grace(), "apps", compact=True)
    arcs = [name.partition(" ")[0] for name in classes(svg, "circle")][1:]
    dots = [name for name in classes(svg, "rect") if name.startswith("s")]
    assert arcs == [name.replace("s", "k") for name in dots] == ["k0", "k1", "k2", "k3", "k4"]


def test_requests_that_name_no_application_are_told_as_such() -> None:
    shown = texts(card(ONE, "apps"))
    assert shown[shown.index("not recorded") :][:3] == ["not recorded", "10", "33%"]
    assert "By application: codex 20 (67%), not recorded 10 (33%)." in said(card(ONE, "apps"), "desc")


@CUTS
def test_without_any_application_there_is_a_word_and_no_bar(compact: bool) -> None:  # noqa: FBT001
    svg = card(UNNAMED, "apps", compact=compact)
    assert "not recorded" in texts(svg)
    assert "tr" not in classes(svg, "rect")
    assert said(svg, "desc") == ("1 request in 7 days. By provider: openai 1 (100%). By application: not recorded.")


@CUTS
def test_activity_without_requests_is_no_idleness(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 7, sessions_count=3), "apps", compact=compact)
    assert {"No requests", "in these 7 days"} <= set(texts(svg))
    assert said(svg, "desc") == "No requests in these 7 days."
    assert faults(svg) == []


@CUTS
def test_a_quiet_period_remembers_the_one_before(compact: bool) -> None:  # noqa: FBT001
    before = Before(9, 1_100_000_000, 1, 1, 1, 1, (0,) * 7)
    svg = card(made([{}] * 7, before=before), "apps", compact=compact)
    assert "1.1B tokens in the 7 days before" in texts(svg)
    assert said(svg, "desc") == "No activity in these 7 days, 1.1B tokens in the 7 days before."
    assert faults(svg) == []


def test_the_description_holds_every_number() -> None:
    assert said(card(grace("7d"), "apps"), "desc") == (
        "2,640 requests in 7 days. "
        "By provider: anthropic 1.61K (61%), openai 607 (23%), google 369 (14%), mistral 26 (1%), alibaba 26 (1%). "
        "By application: claude-code 1.38K (52%), codex 607 (23%), gemini-cli 369 (14%), opencode 237 (9%), "
        "2 others 52 (2%)."
    )
