from __future__ import annotations

import re
import sys
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from babel import Locale

from tests.messages import messages
from usagestats.cards import Look
from usagestats.errors import InvalidLook, MissingPackage
from usagestats.languages import ENGLISH
from usagestats.locales import language, locales

SHIPPED = pytest.mark.parametrize("name", locales()[1:])
GAP = re.compile(r"{(\w+)}")


def words(name: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    told: dict[str, Any] = tomllib.loads((files("usagestats") / "words" / f"{name}.toml").read_text("utf-8"))
    return {key: value for key, value in told.items() if key != "counted"}, told["counted"]


@SHIPPED
def test_a_file_has_every_message_of_the_cards_and_no_other(name: str) -> None:
    plain, counted = words(name)
    assert (set(plain), set(counted)) == messages()


@SHIPPED
def test_a_message_has_the_gaps_that_it_has_in_english(name: str) -> None:
    plain, _ = words(name)
    assert {key: sorted(GAP.findall(key)) for key in plain} == {key: sorted(GAP.findall(plain[key])) for key in plain}


@SHIPPED
def test_a_form_leaves_out_nothing_but_a_number_that_it_says_in_words(name: str) -> None:
    _, counted = words(name)
    for message, forms in counted.items():
        gaps = set(GAP.findall(message))
        assert set(GAP.findall(forms["other"])) == gaps, message
        for category, form in forms.items():
            missing = gaps - set(GAP.findall(form))
            assert missing <= ({"count"} if category in {"one", "two"} else set()), form
            assert set(GAP.findall(form)) <= gaps, form


@SHIPPED
def test_a_counted_message_has_the_forms_of_its_language(name: str) -> None:
    _, counted = words(name)
    forms = {*Locale.parse(name).plural_form.tags, "other"}
    assert {message: set(told) for message, told in counted.items() if set(told) != forms} == {}


@pytest.mark.parametrize("locale", ["en", "en-GB", "en_US", "EN"])
def test_english_is_built_in(locale: str) -> None:
    assert language(locale) is ENGLISH


@pytest.mark.parametrize(
    ("locale", "code", "number"),
    [("de", "de", "1.234"), ("de_AT", "de-AT", "1.234"), ("de-CH", "de-CH", "1’234"), ("DE_XX", "de", "1.234")],
)
def test_a_region_has_the_words_of_its_language_and_numbers_of_its_own(locale: str, code: str, number: str) -> None:
    told = language(locale)
    assert (told.code, told.grouped(1234), told("Sessions")) == (code, number, "Sitzungen")


@pytest.mark.parametrize("locale", ["d", "xx", "de/..", "", "../de", "deutsch", None, 7])
def test_a_locale_without_words_is_refused(locale: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidLook, match=f"locale must be one of {', '.join(locales())}, not {locale!r}"):
        Look(locale=locale)


def test_a_near_miss_gets_a_suggestion() -> None:
    with pytest.raises(InvalidLook, match="not 'dee'; did you mean 'de'"):
        Look(locale="dee")


def test_without_babel_english_is_left_and_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "usagestats.cldr", raising=False)
    monkeypatch.setitem(sys.modules, "babel", None)
    language.cache_clear()
    assert Look().locale == "en"
    with pytest.raises(MissingPackage, match=r"needs babel: install agent-usagestats\[locale\]"):
        Look(locale="de")
