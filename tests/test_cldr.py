from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from usagestats import formats
from usagestats.cldr import rounded
from usagestats.languages import ENGLISH, Writing
from usagestats.locales import language

DE, JA, AR = language("de"), language("ja"), language("ar")
NUMBERS = [0, 7, 999, 48_213, 999_499, 999_950, 1_310_000, 34_460_000, 10**9, 10**15, 123 * 10**16, -48_213_000]


def test_german_numbers_are_short_from_a_million_on() -> None:
    assert [DE.compact(number) for number in NUMBERS] == [
        *("0", "7", "999", "48.213", "999.499", "999.950"),
        *("1,31\xa0Mio.", "34,5\xa0Mio.", "1\xa0Mrd.", "1.000\xa0Bio.", "1.230.000\xa0Bio.", "−48,2\xa0Mio."),
    ]


def test_japanese_numbers_are_in_tens_of_thousands() -> None:
    assert [JA.compact(number) for number in NUMBERS] == [
        *(
            "0",
            "7",
            "999",
            "4.82万",
            "99.9万",
            "100万",
            "131万",
            "3,450万",
            "10億",
            "1,000兆",
            "1,230,000兆",
            "−4,820万",
        ),
    ]


def test_percentages_say_none_and_all_only_where_it_is_so() -> None:
    assert [DE.percent(*of) for of in ((0, 9), (1, 1000), (999, 1000), (9, 9))] == [
        *("0\xa0%", "<1\xa0%", ">99\xa0%", "100\xa0%"),
    ]
    assert DE.percent_parts(913, 1000, digits=1) == formats.Part("91,3", "\xa0%")
    assert DE.rate_parts(98.7) == formats.Part("98,7", "\xa0%")


def test_changes_are_percentages_or_factors() -> None:
    pairs = [(118, 100), (1184, 1000), (5050, 100), (10**9, 1), (99_999, 100_000)]
    assert [DE.change(*pair) for pair in pairs] == ["18\xa0%", "18,4\xa0%", "50,5×", "1\xa0Mrd.×", "<0,1\xa0%"]


def test_times_are_in_the_units_of_the_language() -> None:
    assert [DE.duration(s) for s in (0, 45, 2_520, 12_000, 35_999, 36_000, 669_600)] == [
        *("0 Sek.", "45 Sek.", "42 Min.", "3 Std. 20 Min.", "10 Std.", "10 Std.", "186 Std."),
    ]
    assert [" ".join(DE.latency_parts(ms)) for ms in (840, 1_240, 99_999, 999_999)] == [
        *("840 ms", "1,24 Sek.", "100 Sek.", "1.000 Sek."),
    ]
    assert JA.duration(12_000) == "3 時間 20 分"


def test_dates_are_as_the_language_writes_them() -> None:
    first, last = date(2026, 8, 25), date(2026, 11, 22)
    assert DE.date_range(first, last) == "25. Aug.\u2009–\u200922. Nov. 2026"
    assert (DE.short_range(first, last), DE.short_range(last, last)) == ("25. Aug.\u2009–\u200922. Nov.", "22. Nov.")
    assert (DE.short_date(last), DE.long_date(last), DE.day(last)) == ("22. Nov.", "22. November 2026", "So. 22")
    assert (DE.weekday(0), DE.short_weekday(0), DE.short_month(3)) == ("Montag", "Mo.", "März")
    assert JA.date_range(first, last) == "2026年8月25日～11月22日"
    assert (JA.day(last), JA.short_month(3)) == ("日 22", "3月")


def test_what_is_counted_has_the_form_of_its_number() -> None:
    said = "{count} session", "{count} sessions"
    assert [DE.counted(*said, number) for number in (1, 2, 1234)] == ["1 Sitzung", "2 Sitzungen", "1.234 Sitzungen"]
    assert DE.counted("{count} request", "{count} requests", 10**7, Writing(DE)) == "10\xa0Mio. Anfragen"


def test_lists_are_those_of_the_language() -> None:
    assert DE.listed(["a", "b", "c"]) == "a, b und c"
    assert JA.listed(["a", "b", "c"]) == "a、b、c"


def test_german_labels_keep_their_capitals() -> None:
    assert (DE.lowered("Sitzungen"), ENGLISH.lowered("Sessions")) == ("Sitzungen", "sessions")


@given(st.integers(0, 10**20))
def test_rounding_keeps_three_digits(number: int) -> None:
    assert len(str(rounded(number)).rstrip("0")) <= 3
    assert abs(rounded(number) - number) * 200 <= number


def test_arabic_has_six_forms_and_signs_on_the_left_of_their_number() -> None:
    said = "{count} session", "{count} sessions"
    assert [AR.counted(*said, number) for number in (0, 1, 2, 3, 11, 100)] == [
        *("0 جلسة", "جلسة واحدة", "جلستان", "3 جلسات", "11 جلسة", "100 جلسة"),
    ]
    assert AR.percent_parts(913, 1000, digits=1) == formats.Part("\u206691.3%\u2069", "")
    assert AR.added(AR.compact(48_200)) == "\u200e+48.2\xa0ألف"
    assert AR.from_right
    assert not DE.from_right


def test_egypt_has_digits_of_its_own() -> None:
    egypt = language("ar-EG")
    assert egypt.compact(34_460_000) == "٣٤٫٥\xa0مليون"
    assert egypt.date_range(date(2026, 8, 25), date(2026, 11, 22)) == "٢٥ أغسطس – ٢٢ نوفمبر ٢٠٢٦"
    assert (egypt.grouped(1234), egypt.digits("09:00")) == ("١٬٢٣٤", "٠٩:٠٠")
    assert egypt.duration(12_000) == "٣ س ٢٠ د"
