from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from usagestats.errors import InputError
from usagestats.sections import inject, sections

START = b"<!-- usagestats:start overview theme=dark period=30d -->"
END = b"<!-- usagestats:end -->"


def filled(document: bytes, *contents: str) -> bytes:
    return inject(document, sections(document), contents)


def test_a_section_says_what_it_shows_and_where_it_stands() -> None:
    (section,) = sections(b"# Hi\n" + START + b"\n\n" + END, "docs/README.md")
    assert (section.kind, section.options) == ("overview", {"theme": "dark", "period": "30d"})
    assert section.place == "docs/README.md:2"


def test_what_stands_in_quotes_may_hold_spaces_and_any_letters() -> None:
    document = '<!-- usagestats:start overview title="Unser  Team ü" hide=change -->\n'.encode() + END
    (section,) = sections(document)
    assert section.options == {"title": "Unser  Team ü", "hide": "change"}


def test_words_before_the_options_say_what_of_it() -> None:
    (section,) = sections(b"<!-- usagestats:start badges streak change style=flat -->\n" + END)
    assert (section.kind, section.names, section.options) == ("badges", ("streak", "change"), {"style": "flat"})


def test_several_sections_are_filled_and_nothing_else_is_touched() -> None:
    document = b"a\n" + START + b"\nold\nolder\n" + END + b"\nb \n" + START + b"\n" + END
    assert filled(document, "1\n2", "3") == (b"a\n" + START + b"\n1\n2\n" + END + b"\nb \n" + START + b"\n3\n" + END)


def test_line_ends_a_byte_order_mark_and_other_encodings_stay() -> None:
    document = b"\xef\xbb\xbf" + START + b"\r\n" + END + b"\r\ncaf\xe9\nlone\rend"
    done = filled(document, "1\n2")
    assert done == b"\xef\xbb\xbf" + START + b"\r\n1\r\n2\r\n" + END + b"\r\ncaf\xe9\nlone\rend"


def test_what_is_indented_stays_so() -> None:
    document = b"1. x\n   " + START + b"\n   " + END + b"\n"
    assert filled(document, "1\n\n2") == b"1. x\n   " + START + b"\n   1\n\n   2\n   " + END + b"\n"


@pytest.mark.parametrize(
    "shown",
    [
        "```markdown\n{}\n```\n",
        "````\n```\n{}\n```\n````\n",
        "~~~ a`b\n```\n{}\n~~~~\n",
        "1. so:\n\n   ```\n   {}\n   ```\n",
        "- ```\n  {}\n  ```\n",
        "```\n{}\n",
        "    {}\n",
        "> {}\n",
        "Put `{}` there\n",
        "<!--usagestats: a note -->{}\n",
    ],
)
def test_what_is_only_shown_is_no_section(shown: str) -> None:
    mark = START.decode()
    assert sections(shown.replace("{}", mark).encode()) == ()


def test_a_code_block_that_is_closed_hides_nothing_after_it() -> None:
    document = b"``` x ` is no fence\n```\n``` not closed by words\n~~~\n```\n" + START + b"\n" + END
    assert len(sections(document)) == 1


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("\n{start}\n", "R.md:2: this section has no end; <!-- usagestats:end --> closes it"),
        ("{start}\n{start}\n{end}\n", "R.md:2: a section starts inside the one that line 1 has started"),
        ("{end}\n", "R.md:1: a section ends that has no start"),
        ("{start}\n{end}\n{end}\n", "R.md:3: a section ends that has no start"),
        ("{start}\n```\n{end}\n", "R.md:1: this section has no end"),
        ("<!-- usagestats:start -->\n{end}", "R.md:1: a start names what to show, such as <!-- usagestats:start"),
        ("<!-- usagestats:strat a -->\n{end}", "R.md:1: usagestats:… must be one of start, end, not 'strat'; did you"),
        (
            "<!-- usagestats:start a x=1 dark -->\n{end}",
            "R.md:1: an option is key=value, such as period=30d, not 'dark'",
        ),
        ('<!-- usagestats:start a x="1 y=2 -->\n{end}', "R.md:1: an option is key=value, such as period=30d, not 'x='"),
        ("<!-- usagestats:start a x= -->\n{end}", "R.md:1: an option is key=value"),
        ("<!-- usagestats:start a x=1 x=2 -->\n{end}", "R.md:1: x stands here twice"),
        ("{start}\n<!-- usagestats:end overview -->", "R.md:2: an end takes no words, not 'overview'"),
    ],
)
def test_marks_that_do_not_fit_are_refused_with_their_line(document: str, words: str) -> None:
    text = document.format(start=START.decode(), end=END.decode()).encode()
    with pytest.raises(InputError, match=re.escape(words)):
        sections(text, "R.md")


def test_the_words_of_a_mark_may_be_any_bytes() -> None:
    with pytest.raises(InputError, match=r"not '\\\\xe9'"):
        sections(b"<!-- usagestats:start a x=1 \xe9 -->\n" + END)


LINES = st.sampled_from(
    ["text", "", "```", "````", "~~~", "  ```py", "- item", "  - ```", "> quote", "    code", "<!-- usagestats:end -->"]
    + 2 * ["<!-- usagestats:start overview -->"]
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_filling_twice_is_filling_once_and_code_stays(lines: list[str], newline: str) -> None:
    document = newline.join(lines).encode()
    try:
        found = sections(document)
    except InputError:
        return
    contents = ["```text\n█ 1\n```"] * len(found)
    once = inject(document, found, contents)
    assert inject(once, sections(once), contents) == once
    starts = {document.count(b"\n", 0, section.begins) - 1 for section in found}
    ends = {document.count(b"\n", 0, section.ends) for section in found}
    assert not (starts | ends) & code_lines(document)


def code_lines(document: bytes) -> set[int]:
    """The lines of the fenced code blocks, as a Markdown parser sees them."""
    fences = (token.map for token in MarkdownIt().parse(document.decode()) if token.type == "fence")
    return {line for first, end in filter(None, fences) for line in range(first, end)}
