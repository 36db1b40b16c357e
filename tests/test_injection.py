"""`usagestats.readme`; ``test_readme.py`` is about this project's own README."""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from usagestats.badges import badge
from usagestats.cards import CARDS, Look, Svg, card
from usagestats.cli import main
from usagestats.errors import InputError
from usagestats.events import Rejects
from usagestats.folder import Folder
from usagestats.readme import MANIFEST, Updated, fenced, update
from usagestats.summary import Summary, summaries, summarize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.testing import Result

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENT = {"timestamp": "2026-11-20T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}
END = "<!-- usagestats:end -->"
WIDE = "<!-- usagestats:start overview -->"


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    return tmp_path / "README.md"


def written(readme: Path, *starts: str) -> Path:
    readme.write_text("# Hi\n\n" + "".join(f"{start}\n{END}\n\n" for start in starts))
    return readme


def of(*events: dict[str, object], now: datetime = NOW, name: str = "Ada") -> object:
    def summarized(periods: Sequence[str]) -> list[Summary]:
        return summaries(list(events), periods, name=name, now=now, tz="UTC", rejects=Rejects())

    return summarized


def updated(
    readme: Path, *events: dict[str, object], now: datetime = NOW, name: str = "Ada", **options: object
) -> Updated:
    return update(readme, of(*events, now=now, name=name), readme.parent / "usagestats", **options)  # type: ignore[arg-type]


def links(readme: Path) -> list[str]:
    return re.findall(r'(?:src|srcset)="([^"]+)"', readme.read_text())


def test_a_card_is_shown_with_its_cuts_and_its_words(readme: Path) -> None:
    updated(written(readme, "<!-- usagestats:start overview period=30d -->"), EVENT)
    assert links(readme) == [
        "usagestats/overview-30d-compact-dark.svg",
        "usagestats/overview-30d-compact-light.svg",
        "usagestats/overview-30d-dark.svg",
        "usagestats/overview-30d.svg",
    ]
    drawn = card(summarize([EVENT], name="Ada", period="30d", now=NOW))
    assert (readme.parent / "usagestats" / "overview-30d.svg").read_text() == drawn
    assert f'<img src="usagestats/overview-30d.svg" width="840" alt="{drawn.alt}">' in readme.read_text()


LOOKS = (
    '<!-- usagestats:start overview theme=dark title="Our team" hide=total_commits,change -->',
    "<!-- usagestats:start overview theme=dark width=600 border=no numbers=full -->",
)


def test_a_card_looks_as_its_section_asks_and_has_files_of_its_own(readme: Path) -> None:
    updated(written(readme, "<!-- usagestats:start overview theme=dark -->", *LOOKS), EVENT)
    summary = summarize([EVENT], name="Ada", now=NOW)
    looks = [
        Look(),
        Look(title="Our team", hide=["total_commits", "change"]),
        Look(width=600, border=False, numbers="full"),
    ]
    shown = [(readme.parent / link).read_text() for link in links(readme)[1::2]]
    assert shown == [card(summary, theme="dark", look=look) for look in looks]
    assert len(set(links(readme))) == 6
    assert 'width="600" alt="Ada' in readme.read_text()


def test_the_numbers_lie_beside_the_pictures(readme: Path) -> None:
    updated(written(readme, WIDE), EVENT)
    document = json.loads((readme.parent / "usagestats" / "7d.json").read_text())
    assert document == summarize([EVENT], name="Ada", now=NOW).to_dict()


def test_a_fixed_theme_shows_nothing_else(readme: Path) -> None:
    updated(written(readme, "<!-- usagestats:start overview theme=dark -->"), EVENT)
    assert links(readme) == ["usagestats/overview-7d-compact-dark.svg", "usagestats/overview-7d-dark.svg"]


@pytest.mark.parametrize("name", CARDS)
def test_every_card_and_every_file_that_is_linked_is_there(readme: Path, name: str) -> None:
    updated(written(readme, f"<!-- usagestats:start {name} -->"), EVENT)
    laid = {f"usagestats/{path.name}" for path in (readme.parent / "usagestats").iterdir()}
    assert set(links(readme)) | {"usagestats/7d.json", f"usagestats/{MANIFEST}"} == laid
    widths = {link: Svg((readme.parent / link).read_text()).size_px[0] for link in links(readme)}
    assert [link for link in links(readme) if "-compact" in link and widths[link] >= widths[links(readme)[-1]]] == []


def test_badges_stand_in_a_row_with_their_words(readme: Path) -> None:
    start = "<!-- usagestats:start badges total_tokens streak period=30d style=social -->"
    updated(written(readme, start, "<!-- usagestats:start badges streak color=#FF0 -->"), EVENT)
    assert links(readme) == [
        "usagestats/badge-total_tokens-30d-social.svg",
        "usagestats/badge-streak-30d-social.svg",
        "usagestats/badge-streak-7d-ff0.svg",
    ]
    month = summarize([EVENT], period="30d", now=NOW)
    first, second = badge(month, "total_tokens", style="social"), badge(month, "streak", style="social")
    assert [(readme.parent / link).read_text() for link in links(readme)[:2]] == [first, second]
    row = [line for line in readme.read_text().splitlines() if "social" in line][1]
    assert row == " ".join(
        f'<img src="{link}" alt="{drawn.alt}">' for link, drawn in zip(links(readme), (first, second), strict=False)
    )


def test_the_badges_of_a_quiet_night_stay(readme: Path) -> None:
    updated(written(readme, "<!-- usagestats:start badges total_tokens -->"), EVENT)
    assert updated(readme, EVENT, now=NOW + timedelta(days=1), keep_unchanged=True).changed == ()


def test_a_table_stands_in_a_code_block(readme: Path) -> None:
    updated(written(readme, "<!-- usagestats:start table by=provider -->"), EVENT)
    assert "```text\nLast 7 days: 7 tokens in 1 request\n\nopenai   1 request" in readme.read_text()
    assert list(readme.parent.iterdir()) == [readme]


def test_a_code_block_is_fenced_by_more_backticks_than_it_holds() -> None:
    assert fenced("a ```` b") == "`````text\na ```` b\n`````"


def test_a_second_update_changes_nothing(readme: Path) -> None:
    written(readme, WIDE, "<!-- usagestats:start table -->")
    updated(readme, EVENT)
    files = [path for path in readme.parent.rglob("*.*") if path.is_file()]
    for path in files:
        os.utime(path, (1, 1))
    assert updated(readme, EVENT) == Updated((), len(files))
    assert {path.stat().st_mtime for path in files} == {1}


def test_the_file_keeps_its_rights_and_a_link_stays_a_link(readme: Path) -> None:
    written(readme, WIDE).chmod(0o640)
    link = readme.parent / "docs" / "index.md"
    link.parent.mkdir()
    link.symlink_to("../README.md")
    updated(link, EVENT)
    assert link.is_symlink()
    assert readme.stat().st_mode & 0o777 == 0o640
    assert "docs/usagestats/overview-7d.svg" in links(readme)


def test_a_check_says_what_would_change_and_writes_nothing(readme: Path) -> None:
    before = written(readme, WIDE).read_bytes()
    assert updated(readme, EVENT, check=True).changed[-1] == readme
    assert (readme.read_bytes(), list(readme.parent.iterdir())) == (before, [readme])


def test_only_absolute_links_carry_the_hash_of_what_they_show(readme: Path) -> None:
    written(readme, "<!-- usagestats:start overview theme=dark -->")
    updated(readme, EVENT, base_url="https://example.org/a/")
    picture = (readme.parent / "usagestats" / "overview-7d-dark.svg").read_bytes()
    hashed = hashlib.sha256(picture).hexdigest()[:12]
    assert links(readme)[-1] == f"https://example.org/a/usagestats/overview-7d-dark.svg?v={hashed}"


def test_a_folder_elsewhere_is_linked_from_the_file(tmp_path: Path) -> None:
    readme = tmp_path / "docs" / "README.md"
    readme.parent.mkdir()
    update(written(readme, WIDE), of(EVENT), tmp_path / "my pictures")  # type: ignore[arg-type]
    assert links(readme)[-1] == "../my%20pictures/overview-7d.svg"


def test_a_night_without_activity_changes_nothing_if_asked(readme: Path) -> None:
    written(readme, WIDE, "<!-- usagestats:start table -->")
    updated(readme, EVENT)
    night = NOW + timedelta(days=1)
    assert updated(readme, EVENT, now=night, keep_unchanged=True).changed == ()
    assert "generated_at" in (readme.parent / "usagestats" / "7d.json").read_text()
    assert len(updated(readme, EVENT, now=night, keep_unchanged=True, name="Bob").changed) == 7
    assert len(updated(readme, EVENT, EVENT, now=night, keep_unchanged=True).changed) == 7
    assert len(updated(readme, EVENT, EVENT, now=night + timedelta(days=1)).changed) == 7


def test_a_picture_that_is_missing_is_drawn_although_the_rest_stays(readme: Path) -> None:
    updated(written(readme, WIDE), EVENT)
    gone = readme.parent / "usagestats" / "overview-7d-dark.svg"
    gone.unlink()
    again = updated(readme, EVENT, now=NOW + timedelta(days=1), keep_unchanged=True)
    assert again.changed == (gone, gone.with_name(MANIFEST))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {MANIFEST}


def test_pictures_that_no_section_needs_any_more_are_removed_and_nothing_else(readme: Path) -> None:
    pictures = readme.parent / "usagestats"
    updated(written(readme, WIDE, "<!-- usagestats:start badges streak period=30d -->"), EVENT)
    (pictures / "mine.svg").write_text("mine")
    (pictures / "overview-7d.svg").write_text("changed")
    written(readme, "<!-- usagestats:start badges streak -->")
    would = updated(readme, EVENT, check=True)
    done = updated(readme, EVENT)
    assert (done.removed, done.left) == (would.removed, would.left)
    assert [path.name for path in done.removed] == [
        *("30d.json", "badge-streak-30d.svg", "overview-7d-compact-dark.svg"),
        *("overview-7d-compact-light.svg", "overview-7d-dark.svg"),
    ]
    assert done.left == (pictures / "overview-7d.svg",)
    assert names(pictures) == {"7d.json", "badge-streak-7d.svg", "mine.svg", "overview-7d.svg"}
    updated(written(readme, "<!-- usagestats:start table -->"), EVENT)
    assert names(pictures) == {"mine.svg", "overview-7d.svg"}


def test_readmes_that_share_a_folder_leave_each_other_theirs(readme: Path) -> None:
    other, pictures = readme.parent / "docs" / "index.md", readme.parent / "usagestats"
    other.parent.mkdir()
    dark, light = ("<!-- usagestats:start trend theme=dark -->", "<!-- usagestats:start trend theme=light -->")
    updated(written(readme, dark), EVENT)
    update(written(other, dark, light), of(EVENT), pictures)  # type: ignore[arg-type]
    assert updated(written(readme, "<!-- usagestats:start badges streak -->"), EVENT).removed == ()
    assert names(pictures) == {"7d.json", "badge-streak-7d.svg", "trend-7d-dark.svg", "trend-7d-light.svg"}
    other.unlink()
    assert len(updated(readme, EVENT).removed) == 2


def test_a_site_in_the_same_folder_is_left_alone(readme: Path) -> None:
    pictures = readme.parent / "usagestats"
    site = Folder(pictures, lambda _: ())
    site.put("cards/trend-7d.svg", "a", {"card": "trend"})
    site.close()
    assert updated(written(readme, WIDE), EVENT).removed == ()
    assert (pictures / "cards" / "trend-7d.svg").is_file()
    again = Folder(pictures, lambda _: ())
    again.put("cards/trend-7d.svg", "a", {"card": "trend"})
    assert again.close().removed == ()
    assert len(names(pictures)) == 7


@pytest.mark.parametrize("shows", [3, {}, {"readmes": 3}, {"readmes": [3]}])
def test_a_manifest_that_names_no_readme_keeps_nothing(readme: Path, shows: object) -> None:
    updated(written(readme, "<!-- usagestats:start badges streak period=30d -->"), EVENT)
    manifest = readme.parent / "usagestats" / MANIFEST
    known = json.loads(manifest.read_bytes())
    known["files"]["badge-streak-30d.svg"]["shows"] = shows
    manifest.write_text(json.dumps(known))
    assert len(updated(written(readme, "<!-- usagestats:start badges streak -->"), EVENT).removed) == 2


@pytest.mark.parametrize("document", [b"", b"[1]", b'{"name":"Ada"}', b'{"stats":3}'])
def test_a_document_that_says_something_else_keeps_nothing(readme: Path, document: bytes) -> None:
    updated(written(readme, WIDE), EVENT)
    (readme.parent / "usagestats" / "7d.json").write_bytes(document)
    assert updated(readme, EVENT, now=NOW + timedelta(days=1), keep_unchanged=True).unchanged == 0


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("overvew", "README.md:3: a section must be one of"),
        ("overview theem=dark", "README.md:3: an option of overview must be one of period, theme, title, hide, width,"),
        ("overview dark", "README.md:3: an option is key=value, such as period=30d, not 'dark'"),
        ("badges", "README.md:3: badges names what to show, such as badges total_tokens streak style=flat"),
        ("badges strek", "README.md:3: stat must be one of"),
        ("badges streak style=round", "README.md:3: style must be one of flat, "),
        ("badges streak color=x", "README.md:3: "),
        ("badges streak theme=dark", "an option of badges must be one of period, style, color, not 'theme'"),
        ("overview theem=dark", "not 'theem'; did you mean 'theme'?"),
        ("overview hide=comits", "README.md:3: hide must be one of sessions_count, "),
        ("overview width=9", "README.md:3: width must be 100 to 4000 px, not 9"),
        ("table width=600", "README.md:3: an option of table must be one of period, by, not 'width'"),
        ("table theme=dark", "README.md:3: an option of table must be one of period, by, not 'theme'"),
        ("overview period=8d", "README.md:3: period must be one of 7d, 30d, 90d, not '8d'"),
        ("table by=modle", "README.md:3: by must be one of model, provider, application, not 'modle'; did you mean"),
        ("overview theme=drak", "README.md:3: theme must be one of"),
    ],
)
def test_a_section_that_asks_for_what_is_not_known_is_refused(readme: Path, start: str, words: str) -> None:
    before = written(readme, f"<!-- usagestats:start {start} -->").read_bytes()
    with pytest.raises(InputError, match=re.escape(words)):
        updated(readme, EVENT)
    assert readme.read_bytes() == before


def test_a_file_without_sections_says_how_one_is_made(readme: Path) -> None:
    with pytest.raises(InputError, match=r"README.md has no sections to fill; put <!-- usagestats:start overview -->"):
        updated(written(readme), EVENT)
    with pytest.raises(InputError, match=r"gone.md cannot be read: No such file"):
        updated(readme.with_name("gone.md"), EVENT)


def test_a_document_that_cannot_be_read_is_named(readme: Path) -> None:
    updated(written(readme, WIDE), EVENT)
    (readme.parent / "usagestats" / "7d.json").unlink()
    (readme.parent / "usagestats" / "7d.json").mkdir()
    with pytest.raises(InputError, match=r"7d.json cannot be read: Is a directory"):
        updated(readme, EVENT, keep_unchanged=True)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["readme", *arguments, "--now", "2026-11-22T12:00:00Z"])


def test_the_command_fills_a_file_and_checks_it(readme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(readme.parent)
    Path("events.jsonl").write_text(json.dumps(EVENT))
    written(readme, WIDE, "<!-- usagestats:start table period=30d -->")
    would = run("README.md", "events.jsonl", "--check", "--period", "90d")
    assert (would.exit_code, would.stdout) == (1, "")
    assert would.stderr.splitlines()[-2:] == [f"would write {readme}", "would write 7, unchanged 0"]
    assert run("README.md", "events.jsonl", "--period", "90d").stderr == "wrote 7, unchanged 0\n"
    assert links(readme)[-1] == "usagestats/overview-90d.svg"
    kept = run("README.md", "events.jsonl", "--check", "--period", "90d", "--keep-unchanged")
    assert (kept.exit_code, kept.stderr) == (0, "would write 0, unchanged 7\n")
    written(readme, "<!-- usagestats:start overview theme=dark period=90d -->")
    rest = run("README.md", "events.jsonl", "--check", "--keep-unchanged")
    assert rest.stderr.splitlines()[-1] == "would write 2, unchanged 3, would remove 2"
    assert rest.exit_code == 1
    Path("usagestats/overview-90d.svg").write_text("mine")
    left = run("README.md", "events.jsonl", "--keep-unchanged").stderr.splitlines()
    assert left[0].endswith("overview-90d.svg: it was changed by hand")
    assert left[1:] == ["wrote 2, unchanged 3, removed 1"]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (
            ("--base-url", "example.org"),
            "--base-url must be an address that begins with https:// or http://, not 'example.org'",
        ),
        (("--base-url", "https://example.org/a b"), "not 'https://example.org/a b'"),
        (("--period", "8d"), "period must be one of 7d, 30d, 90d, not '8d'"),
        (("--theme", "drak"), "did you mean 'dark'?"),
    ],
)
def test_wrong_usage_exits_with_2(readme: Path, option: tuple[str, ...], words: str) -> None:
    ran = run(str(written(readme, WIDE)), *option)
    assert ran.exit_code == 2
    assert words in " ".join(ran.stderr.split())
