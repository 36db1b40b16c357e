from __future__ import annotations

import pytest

from usagestats.advances import SIZES, Face, advance, cut, table


def test_a_text_is_as_wide_as_its_letters_one_after_the_other() -> None:
    assert advance("", Face.VERDANA_11) == 0
    assert advance("tokens", Face.VERDANA_11) == pytest.approx(36.76)
    assert advance("TOKENS", Face.VERDANA_10) == pytest.approx(41.6)
    assert advance("Tokens", Face.HELVETICA_BOLD_11) == pytest.approx(38.5, abs=0.5)


@pytest.mark.parametrize("face", Face)
def test_every_printable_letter_of_ascii_is_known_and_bold_is_wider(face: Face) -> None:
    known = table(face)
    assert [chr(code) for code in range(32, 127) if not 0 < known[chr(code)] <= 1.3 * SIZES[face]] == []
    assert sum(table(Face.VERDANA_BOLD_10).values()) > sum(table(Face.VERDANA_10).values())


@pytest.mark.parametrize("face", Face)
def test_what_the_table_lacks_is_as_wide_as_its_kind(face: Face) -> None:
    assert advance("漢字コミット", face) == 6 * SIZES[face]
    assert advance("a\u0301", face) == pytest.approx(advance("a", face), abs=0.01)
    assert 0 < advance("שלום", face) <= 4 * SIZES[face]


def test_a_cut_keeps_whole_graphemes_and_fits() -> None:
    assert cut("gpt-5", 100, Face.VERDANA_11) == "gpt-5"
    for room in range(20, 120, 7):
        short = cut("flags 🇩🇪🇩🇪 and 👩\u200d💻 more", room, Face.VERDANA_11)
        assert advance(short, Face.VERDANA_11) <= room
        assert "\ufffd" not in short
        assert not short.removesuffix("…").endswith("\u200d")
