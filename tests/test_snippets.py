from __future__ import annotations

from html.parser import HTMLParser

from usagestats.snippets import DARK, PHONE, Picture, Source, asciidoc, html, markdown, rest

HOSTILE = 'A "b" <c>\n\n--> & <!-- usagestats:end --> ]'
PICTURE = Picture("a.svg?x=1&y=2", 840, 400, HOSTILE, (Source(f"{PHONE} and {DARK}", "b.svg"), Source(DARK, "c.svg")))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(text)
    return parser.found


def test_a_picture_has_its_sources_in_order_and_its_words() -> None:
    spoken = " ".join(HOSTILE.split())
    assert tags(markdown(PICTURE)) == [
        ("picture", {}),
        ("source", {"media": f"{PHONE} and {DARK}", "srcset": "b.svg"}),
        ("source", {"media": DARK, "srcset": "c.svg"}),
        ("img", {"src": "a.svg?x=1&y=2", "width": "840", "alt": spoken}),
    ]


def test_no_snippet_breaks_out_of_where_it_is_pasted() -> None:
    for snippet in (markdown(PICTURE), html(PICTURE)):
        assert "\n\n" not in snippet
        assert "-->" not in snippet
    assert rest(PICTURE).count("\n") == 2
    assert "\n" not in asciidoc(PICTURE)
    assert asciidoc(PICTURE).replace("\\]", "").count("]") == 1


def test_a_picture_without_sources_is_an_image() -> None:
    ((tag, attributes),) = tags(html(Picture("a.svg", 412, 344, "Ada")))
    assert tag == "img"
    assert (attributes["width"], attributes["height"], attributes["loading"]) == ("412", "344", "lazy")
