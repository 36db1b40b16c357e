"""The page of a site, as text and in a real browser: Debian's Chromium, from a folder and from a server."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from tests.cards import people
from tests.serving import listening
from usagestats.cards import CARDS, card
from usagestats.events import Rejects
from usagestats.folder import Folder
from usagestats.raster import scaled
from usagestats.site import Design, build
from usagestats.snippets import Picture
from usagestats.summary import Summary, summaries
from usagestats.webpage import Shown, people_page, person_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from playwright.sync_api import Browser, Page

    from usagestats.cards import Svg

CHROMIUM = shutil.which("chromium")
EVENTS = Path(__file__).parents[1] / "examples" / "events.jsonl"
HOSTILE = "<img src=x onerror=alert(1)> \"'`]]>--></script>\u202e"
ORIGIN = "https://example.org"

in_browser = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="needs Debian's chromium (apt-get install chromium)"
)


def draw(pictures: Sequence[tuple[Svg, float]]) -> Iterable[bytes]:
    return map(scaled, pictures)


def lay(root: Path, found: Iterable[Summary], design: Design) -> Path:
    build(Folder(root, draw), found, design)
    return root / "index.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    events = pl.read_ndjson(EVENTS, infer_schema_length=None)
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    found = summaries(events, ["7d", "30d", "90d"], name="Alex Smith", now=now, tz="UTC", rejects=Rejects())
    return lay(tmp_path_factory.mktemp("site"), found, Design(png=False))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = people.made([{HOSTILE: 5, "x" * 200: 3, "": 1}] * 7, name=HOSTILE, events_by_provider={HOSTILE: 2})
    return lay(tmp_path_factory.mktemp("hostile"), [found], Design(png=False))


def shown(summary: Summary) -> Shown:
    svg = card(summary)
    picture = Picture("cards/a.svg", *svg.size_px, svg.alt)
    return Shown(summary.period.name, "a.json", summary.to_dict(), (("overview", picture),))


def test_the_page_is_one_file_that_loads_nothing_but_its_pictures(site: Path) -> None:
    text = site.read_text()
    links = re.findall(r'(?:src|srcset|href)="([^"]*)"', text)
    ours = {path.relative_to(site.parent).as_posix() for path in site.parent.rglob("*")}
    assert set(links) <= ours | {"data:,"}
    assert "@import" not in text
    assert "url(" not in text


def test_the_policy_allows_this_style_and_this_script_by_their_hashes(site: Path) -> None:
    text = site.read_text()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    for kind in ("style", "script"):
        (inline,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        hashed = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{hashed}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)


def test_every_period_every_card_and_every_number_is_there_without_a_script(site: Path) -> None:
    text = site.read_text()
    assert re.findall(r'<section id="(\w+)"', text) == ["7d", "30d", "90d", "badges"]
    for period in ("7d", "30d", "90d"):
        for name in CARDS:
            assert f'<figure id="{name}-{period}"' in text
            assert f'srcset="cards/{name}-{period}-dark.svg"' in text
    assert text.count("<caption>Totals</caption>") == 3
    assert '<tr><th scope="row"><bdi>Tokens</bdi></th><td>3,959,319</td></tr>' in text
    assert text.count("<noscript>") == 1


def test_the_alt_text_is_the_cards_own(site: Path) -> None:
    for path in (site.parent / "cards").glob("overview-?d.svg"):
        (desc,) = ET.parse(path).getroot().findall("{http://www.w3.org/2000/svg}desc")
        assert desc.text
        assert desc.text in site.read_text()


def test_hostile_names_stay_text(hostile: Path) -> None:
    text = hostile.read_text()
    assert "<img src=x" not in text
    assert text.count("</script>") == 1
    assert "\u202e" not in text
    assert "unnamed" in text


def test_a_page_of_nobody_says_what_it_is() -> None:
    page = person_page("", [shown(people.made([{}] * 7, name=""))], [], [("", "github")], "", "")
    assert "<h1><bdi>AI coding activity</bdi></h1>" in page
    assert page.count("AI coding activity</p>") == 0
    assert "By model" not in page
    assert "<select" not in page


def test_several_themes_can_be_chosen() -> None:
    page = person_page("Ada", [shown(people.ada("7d"))], [], [("", "github"), ("-nord", "nord")], "", "")
    assert '<option value="-nord">nord</option>' in page


def test_people_are_listed_by_name_whatever_its_letters() -> None:
    page = people_page([("3", "bob"), ("1", "Ada"), ("2", ""), ("4", "<b>")])
    assert re.findall(r'href="(\w)/index.html"><bdi>(.*?)</bdi>', page) == [
        ("2", "2"),
        ("4", "&lt;b&gt;"),
        ("1", "Ada"),
        ("3", "bob"),
    ]
    assert "script-src 'none'" in page


# ---------------------------------------------------------------------------------------------------------- in Chromium


@contextmanager
def opened(
    browser: Browser,
    address: str,
    scheme: Literal["light", "dark"] = "light",
    width: int = 1440,
    **options: Any,  # noqa: ANN401
) -> Iterator[Page]:
    """The page; whatever it complains about fails the test."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with listening(partial(Quiet, directory=str(folder))) as address:
        yield f"{address}/"


def visible_pictures(page: Page) -> list[str]:
    """The files that the visible pictures show."""
    images = page.locator("section[data-period]:not([hidden]) img")
    found = []
    for image in images.all():
        image.scroll_into_view_if_needed()
        image.evaluate("image => image.decode()")
        found.append(str(image.evaluate("image => decodeURI(image.currentSrc)")).rpartition("/")[2])
    return found


@in_browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["site", "hostile"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(
    browser: Browser, request: pytest.FixtureRequest, name: str, scheme: Literal["light", "dark"], width: int
) -> None:
    address = request.getfixturevalue(name).as_uri()
    with opened(browser, address, scheme, width, bypass_csp=True) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
        found = page.evaluate("axe.run()")
        assert found["passes"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


@in_browser
def test_pictures_follow_the_system_and_the_switches(browser: Browser, site: Path) -> None:
    wide = [f"{name}-7d" for name in CARDS]
    with opened(browser, site.as_uri(), "dark") as page:
        assert sorted(visible_pictures(page)) == sorted(f"{name}-dark.svg" for name in wide)
        page.get_by_role("radio", name="Light").check()
        assert sorted(visible_pictures(page)) == sorted(f"{name}-light.svg" for name in wide)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(247, 248, 250)"
        page.get_by_role("radio", name="90 days").check()
        assert sorted(visible_pictures(page)) == sorted(f"{name}-90d-light.svg" for name in CARDS)
        page.get_by_role("radio", name="Auto").check()
        assert sorted(visible_pictures(page)) == sorted(f"{name}-90d-dark.svg" for name in CARDS)
    with opened(browser, site.as_uri(), "light", 390) as page:
        assert "overview-7d-compact-light.svg" in visible_pictures(page)
        page.get_by_role("radio", name="Dark").check()
        assert "overview-7d-compact-dark.svg" in visible_pictures(page)


@in_browser
def test_without_a_script_all_periods_are_shown(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri(), java_script_enabled=False) as page:
        assert page.locator("section:visible").count() == 4
        assert page.locator("button:visible").count() == 0
        assert page.locator("form:visible").count() == 0
        assert page.locator("noscript .hint").is_visible()
        page.locator("summary").first.click()
        assert page.locator("pre").first.is_visible()


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


@in_browser
@pytest.mark.parametrize(
    ("language", "begins"),
    [
        (
            "Markdown",
            '<picture>\n  <source media="(max-width: 500px) and (prefers-color-scheme: dark)" srcset="{}-compact',
        ),
        ("HTML", '<picture>\n  <source media="(max-width: 500px) and (prefers-color-scheme: dark)" srcset="{}-compact'),
        ("reST", ".. image:: {}.svg\n   :width: 840px\n   :alt: Alex Smith"),
        ("AsciiDoc", 'image::{}.svg[alt="Alex Smith'),
    ],
)
def test_snippets_are_copied_with_the_address_that_the_page_has(
    browser: Browser, site: Path, language: str, begins: str
) -> None:
    with served(site.parent) as origin, opened(browser, origin) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name=f"Copy Overview as {language}").click()
        page.get_by_role("status").get_by_text(f"{language} copied").wait_for()
        assert clipboard(page).startswith(begins.format(f"{origin}cards/overview-7d"))
        page.get_by_role("radio", name="30 days").check()
        page.get_by_role("button", name="Copy the address of the JSON of 30 days").click()
        page.get_by_role("status").get_by_text("Address copied").wait_for()
        assert clipboard(page) == f"{origin}api/v1/public/me/30d.json"


@in_browser
def test_badges_are_there_in_every_period_and_are_copied_too(browser: Browser, site: Path) -> None:
    with served(site.parent) as origin, opened(browser, origin, "dark") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("radio", name="90 days").check()
        page.get_by_role("radio", name="Dark").check()
        image = page.locator("#badge-streak img")
        image.scroll_into_view_if_needed()
        image.evaluate("image => image.decode()")
        page.get_by_role("button", name="Copy streak as Markdown").click()
        page.get_by_role("status").get_by_text("Markdown copied").wait_for()
        assert re.fullmatch(rf"!\[streak: .*\]\({origin}badges/streak\.svg\)", clipboard(page))
        page.get_by_role("button", name="Copy the address of streak for shields.io").click()
        page.get_by_role("status").get_by_text("Address copied").wait_for()
        assert clipboard(page) == f"{origin}badges/streak.json"


@in_browser
def test_what_is_copied_shows_a_picture(browser: Browser, site: Path) -> None:
    with served(site.parent) as origin, opened(browser, origin) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy Overview as HTML").click()
        page.get_by_role("status").get_by_text("HTML copied").wait_for()
        (site.parent / "pasted.html").write_text('<link rel="icon" href="data:,">' + clipboard(page))
        page.goto(f"{origin}pasted.html")
        image = page.get_by_role("img")
        image.evaluate("image => image.decode()")
        assert image.evaluate("image => image.naturalWidth") == 840
        (site.parent / "pasted.html").unlink()


@in_browser
def test_a_theme_changes_pictures_and_snippets(browser: Browser, tmp_path: Path) -> None:
    found = [people.ada("7d")]
    page_file = lay(tmp_path, found, Design(cards=("overview",), png=False, base_url=ORIGIN))
    for cut in ("", "-compact"):
        for shade in ("", "-light", "-dark"):
            shutil.copy(
                tmp_path / f"cards/overview-7d{cut}{shade}.svg", tmp_path / f"cards/overview-7d{cut}-nord{shade}.svg"
            )
    themes = [("", "github"), ("-nord", "nord")]
    svg = card(found[0])
    text = page_file.read_text()
    shown_there = Shown(
        "7d", "a.json", found[0].to_dict(), (("overview", Picture("cards/overview-7d.svg", *svg.size_px, svg.alt)),)
    )
    assert ORIGIN in text
    page_file.write_text(person_page("Ada", [shown_there], [], themes, ORIGIN, ""))
    with opened(browser, page_file.as_uri(), "dark") as page:
        page.get_by_role("combobox", name="Theme").select_option("nord")
        assert visible_pictures(page) == ["overview-7d-nord.svg"]
        snippet = page.locator("pre[data-language=reST]").text_content()
        assert str(snippet).startswith(f".. image:: {ORIGIN}/cards/overview-7d-nord.svg\n")


@in_browser
def test_the_keyboard_alone_reaches_and_does_everything(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri()) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        assert page.locator("section[data-period]:visible").get_attribute("id") == "30d"
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.documentElement.dataset.shade") == "-light"
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.get_attribute("aria-label") == "Copy Overview as Markdown"
        assert focused.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.get_by_role("status").get_by_text("Markdown copied").wait_for()
        assert 'srcset="cards/overview-30d-dark.svg"' in clipboard(page)
        wanted = page.locator("main").locator("button:visible, summary:visible, a[href]:visible").count() - 1
        reached = set()
        for _ in range(wanted):
            page.keyboard.press("Tab")
            reached.add(page.locator(":focus").evaluate("node => node.outerHTML"))
        assert len(reached) == wanted
        assert any("Day by day" in one for one in reached)


@in_browser
def test_where_the_clipboard_is_closed_the_old_way_is_taken(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri()) as page:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page.get_by_role("button", name="Copy Overview as reST").click()
        page.get_by_role("status").get_by_text("reST copied").wait_for()
        page.evaluate("document.execCommand = () => false")
        page.get_by_role("button", name="Copy Overview as reST").click()
        page.get_by_role("status").get_by_text("Nothing was copied").wait_for()
