from __future__ import annotations

from base64 import b64decode
from xml.etree import ElementTree as ET

import pytest

from tests.cards.people import made
from usagestats.cards import Svg, card

NAME = 'Ada "the <first>" & only'
CARD = card(made([{"gpt-5.1": 1000}] * 7, name=NAME))


def test_it_is_its_own_text() -> None:
    assert CARD._repr_svg_() == CARD[:]


def test_it_knows_its_size() -> None:
    assert list(CARD.size_px) == [840, 400]
    with pytest.raises(ValueError, match="does not begin with an svg element"):
        _ = Svg("<p>").size_px


def test_its_alt_is_what_it_says() -> None:
    assert CARD.alt.startswith(f"{NAME} — AI coding activity, 16 – 22 Nov 2026: 7K tokens in 1 request")


def test_in_a_notebook_its_rules_stay_within_it() -> None:
    image = ET.fromstring(CARD._repr_html_().replace(">", "/>"))
    assert image.get("alt") == CARD.alt
    assert b64decode((image.get("src") or "").partition("base64,")[2]).decode() == CARD


def test_two_pictures_on_a_page_have_ids_of_their_own() -> None:
    other = card(made([{"gpt-5.1": 2000}] * 7, name=NAME))
    ids = [{element.get("id") for element in ET.fromstring(svg).iter()} - {None} for svg in (CARD, other)]
    assert len(ids[0]) == 3
    assert not ids[0] & ids[1]


def test_its_title_and_description_label_it() -> None:
    root = ET.fromstring(CARD)
    assert root.get("role") == "img"
    assert (root.get("aria-labelledby") or "").split() == [root[0].get("id"), root[1].get("id")]


def test_it_knows_how_wide_it_is_laid_out() -> None:
    assert Svg('<svg xmlns="…" width="600" height="10" viewBox="0 0 840 14">').laid_out_px == 840
    assert Svg('<svg xmlns="…" width="600" height="10">').laid_out_px == 600
