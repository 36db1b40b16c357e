from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats import templating

ANY = st.text(st.characters(), max_size=60)


@given(ANY)
def test_clean_text_can_stand_in_xml_as_it_is(text: str) -> None:
    element = ET.Element("text")
    element.text = templating.clean(text)
    assert (ET.fromstring(ET.tostring(element, encoding="unicode")).text or "") == element.text


@given(ANY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = templating.clean(text)
    assert templating.clean(once) == once


@given(ANY)
def test_clean_text_is_one_line_without_controls(text: str) -> None:
    kept = templating.clean(text)
    assert not [char for char in kept if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}]
    assert "  " not in kept
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("Ada", "Ada"),
        (" Ada  Lovelace ", "Ada Lovelace"),
        ("a\tb\r\nc\u2028d\x00e\x1bf", "a b c d e f"),
        ("abc\u202edef", "abcdef"),
        ("x\ud800y", "x\ufffdy"),
        ("x\ufffey\U0001ffff", "xy"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("e" + "\u0301" * 50, "\u00e9\u0301\u0301\u0301"),
        ("\ue000", "\ue000"),
        ("W" * 10_000, "W" * 299 + "…"),
        ("漢" * 10_000, "漢" * 299 + "…"),
        ("W" * 300, "W" * 300),
    ],
)
def test_hostile_text_becomes_harmless(hostile: str, kept: str) -> None:
    assert templating.clean(hostile) == kept


def test_a_template_escapes_what_it_is_given() -> None:
    made = templating.environment().from_string("<text>{{ name }}</text>").render(name="<script>&\"'")
    assert ET.fromstring(made).text == "<script>&\"'"


def test_an_undefined_name_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        templating.environment().from_string("{{ nothing }}").render()


def test_floats_are_written_to_a_tenth() -> None:
    made = templating.environment().from_string("{{ a }} {{ b }} {{ c }} {{ d }}").render(a=0.25, b=-0.5, c=3, d=7.0)
    assert made == ".2 -.5 3 7"


def test_templates_are_found_in_the_package_where_a_wheel_put_them(tmp_path: Path) -> None:
    package = tmp_path / "usagestats"
    (package / "templates").mkdir(parents=True)
    (package / "templates" / "hello.j2").write_text("Hello {{ name }}", encoding="utf-8")
    (package / "__init__.py").touch()
    source = Path(templating.__file__).read_text(encoding="utf-8")
    (package / "templating.py").write_text(source, encoding="utf-8")
    program = "from usagestats.templating import render; print(render('hello.j2', name='wheel'))"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout == "Hello wheel\n"


def test_a_mould_fills_its_gaps_with_escaped_text_as_often_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "{% if has_b %}<i>{{ b.text }}</i>{% endif %}{{ a }}{}{{ a }}"
    loader = jinja2.DictLoader({"mould.j2": text})
    monkeypatch.setattr(templating.environment(), "loader", loader)
    full, half = (templating.mould("mould.j2", ("a", "b.text", "b.x"), has_b=has_b) for has_b in (True, False))
    values = {"a": "<&\ufdd0a\ufdd1", "b.text": 2, "b.x": 3}
    assert full.filled(values) == "<i>2</i>&lt;&amp;\ufdd0a\ufdd1{}&lt;&amp;\ufdd0a\ufdd1"
    assert half.filled(values | {"a": "'"}) == "&#39;{}&#39;"


def test_jinja_is_not_imported_before_the_first_template() -> None:
    heavy = "{'jinja2', 'cairosvg', 'resvg_py'}"
    program = f"import sys, usagestats.cards, usagestats.raster; print({heavy} & sys.modules.keys())"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"
