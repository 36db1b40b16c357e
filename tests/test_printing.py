from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from tests.cards.people import ada, made
from tests.cards.telemetry import grace
from tests.property.summaries import summaries
from usagestats.printing import LONGEST, columns, printable

if TYPE_CHECKING:
    from usagestats.summary import Summary

HOSTILE = '"><script>alert(1)</script> & \u202eevil\x1b[31m\x00\r\n'


class Cells(HTMLParser):
    """The cells of a table, and every tag that was opened and closed again."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.open.append(tag)
        self.seen.add(tag)
        if tag in {"th", "td"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_a_summary_prints_its_numbers_in_full_and_in_columns() -> None:
    week = made([{"claude-opus-4-5": 7_200_000, "gpt-5.1-codex": 800_000}] * 7, avg_latency_ms=6240)
    summary = replace(week, extras=replace(week.extras, succeeded=987, failed=13))
    expected = """
Ada Lovelace, 16 – 22 Nov 2026 (7 days)

Tokens           56,000,000  54,880,000 in, 1,120,000 out
Requests              1,402
Sessions                412  32 a week
Commits                 268
Lines added          48,200
Active time           186 h
Cache hits            91.3%  of input tokens
Success rate          98.7%  of 1,000 known outcomes
Mean latency         6.24 s

claude-opus-4-5  50,400,000  90%
gpt-5.1-codex     5,600,000  10%
"""
    assert str(summary) == expected.strip("\n")


def test_what_nobody_recorded_is_left_out() -> None:
    assert (
        str(made([{}] * 7, name=""))
        == """\
Usage of AI coding agents, 16 – 22 Nov 2026 (7 days)

Tokens    0
Requests  0"""
    )


def test_a_true_nought_of_success_is_told() -> None:
    summary = made([{"gpt-5.1": 1}] * 7, success_rate=0.0)
    failed = replace(summary, extras=replace(summary.extras, failed=3))
    assert "Success rate" not in str(summary)
    assert "Success rate      0%  of 3 known outcomes" in str(failed)
    assert "Success rate   98.7%\n" in str(made([{"gpt-5.1": 1}] * 7))


def test_a_sixth_model_goes_by_its_name_and_more_are_told_together() -> None:
    six, seven = (str(made([{f"m{n}": 100 - n for n in range(count)}] * 7)) for count in (6, 7))
    assert "\nm5  " in six
    assert "others" not in six
    assert "\n2 others  " in seven


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    shown = str(made([{"漢字モデル": 300, "e\u0301": 200, "gpt": 100}] * 7))
    values = [line for line in shown.splitlines() if line.endswith("%") and "," in line]
    assert len({columns(line[: line.rindex("  ")]) for line in values}) == 1


def test_a_name_moves_no_cursor_and_breaks_no_line() -> None:
    shown = str(made([{HOSTILE: 1, "": 1}] * 7, name=HOSTILE))
    assert {char for char in shown if not char.isprintable()} == {"\n"}
    assert "unnamed" in shown
    assert printable("x" * 10_000) == "x" * (LONGEST - 1) + "…"
    assert printable("👩\u200d💻") == "👩\u200d💻"


def test_in_a_notebook_a_summary_is_a_table_of_the_same_numbers() -> None:
    summary = grace("7d")
    read = Cells(summary._repr_html_())
    assert read.seen == {"table", "caption", "bdi", "tbody", "tr", "th", "td"}
    assert read.open == []
    assert read.cells[3:6] == ["Requests", f"{summary.stats.total_events:,}", ""]
    assert {word for cell in read.cells for word in cell.split()} <= set(str(summary).split())


@settings(max_examples=60)
@given(summaries())
def test_any_summary_prints_and_shows_itself(summary: Summary) -> None:
    text, read = str(summary), Cells(summary._repr_html_())
    assert text.encode()
    assert read.open == []
    assert not {"script", "svg", "b"} & read.seen
    assert len(read.cells) == 3 * (len(text.splitlines()) - 2 - (1 if summary.stats.total_tokens else 0))
    assert max(map(len, text.splitlines())) < 200


@pytest.mark.parametrize("name", ["Ada", "W" * 10_000, HOSTILE])
def test_its_repr_is_one_short_line(name: str) -> None:
    shown = repr(replace(ada(), name=name))
    assert len(shown) < 260
    assert shown.isprintable()
    assert "period='90d'" in shown
    assert f"total_tokens={ada().stats.total_tokens}" in shown
