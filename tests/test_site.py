from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from usagestats.badges import STATS, badge, badge_endpoint
from usagestats.cards import CARDS, Look, card
from usagestats.errors import NotFound, UnknownTheme, document
from usagestats.events import Rejects
from usagestats.folder import MANIFEST, Folder, sha256
from usagestats.raster import scaled
from usagestats.roster import Person
from usagestats.site import Design, build, build_many
from usagestats.summary import Summary, summaries, summarize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from usagestats.cards import Svg
    from usagestats.folder import Report

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NIGHT = NOW + timedelta(days=1)
EVENT = {"timestamp": "2026-11-20T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}
ADA, BOB = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd", "2b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
PLAIN = Design(png=False)
DRAWN = Design(cards=("overview",), badges=("streak",))
COMMON = {"404.json", "api/v1/summary.schema.json", "index.html", MANIFEST}
BADGES = {f"badges/{stat}.{kind}" for stat in STATS for kind in ("svg", "json")}
SVGS = {f"{name}-7d{cut}{shade}.svg" for name in CARDS for cut in ("", "-compact") for shade in ("", "-dark", "-light")}


def person(*events: dict[str, object], now: datetime = NOW, periods: Sequence[str] = ("7d",)) -> list[Summary]:
    return summaries(list(events), periods, name="Alex", now=now, tz="UTC", rejects=Rejects())


def draw(pictures: Sequence[tuple[Svg, float]]) -> Iterable[bytes]:
    return map(scaled, pictures)


def built(
    root: Path,
    *events: dict[str, object],
    design: Design = PLAIN,
    check: bool = False,
    **options: Any,  # noqa: ANN401
) -> Report:
    found = person(*events, now=options.pop("now", NOW), periods=options.pop("periods", ("7d",)))
    return build(Folder(root, draw, check), found, design, **options)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def read(path: Path) -> Any:  # noqa: ANN401
    return json.loads(path.read_bytes())


def test_the_site_has_the_documented_addresses_and_every_cut_and_shade(tmp_path: Path) -> None:
    report = built(tmp_path, EVENT, public_id="alex")
    cards = {f"cards/{name}" for name in SVGS} | BADGES
    assert files(tmp_path) == cards | COMMON | {"api/v1/public/alex.json", "api/v1/public/alex/7d.json"}
    assert (set(report.wrote), report.unchanged) == (files(tmp_path), 0)


def test_the_answer_without_a_period_is_that_of_seven_days(tmp_path: Path) -> None:
    built(tmp_path, EVENT, periods=("30d", "7d"))
    answers = tmp_path / "api" / "v1" / "public"
    assert read(answers / "me.json") == read(answers / "me" / "7d.json") != read(answers / "me" / "30d.json")
    assert read(answers / "me.json") == summarize([EVENT], name="Alex", now=NOW).to_dict()


def test_badges_are_those_of_seven_days(tmp_path: Path) -> None:
    built(tmp_path, EVENT, periods=("30d", "7d"))
    summary = summarize([EVENT], name="Alex", now=NOW)
    assert (tmp_path / "badges" / "streak.svg").read_text() == badge(summary, "streak")
    assert read(tmp_path / "badges" / "streak.json") == badge_endpoint(summary, "streak")
    built(tmp_path, EVENT, design=Design(badges=("streak",), png=False))
    assert {path.name for path in (tmp_path / "badges").iterdir()} == {"streak.svg", "streak.json"}


def test_the_answer_where_there_is_nobody_is_the_documented_error(tmp_path: Path) -> None:
    built(tmp_path)
    assert read(tmp_path / "404.json") == document(NotFound())


def test_every_card_looks_as_the_design_says_and_another_look_is_drawn_anew(tmp_path: Path) -> None:
    look = Look(width=600, hide=["total_commits"], numbers="full")
    built(tmp_path, EVENT, design=replace(DRAWN, png=False))
    framed = replace(DRAWN, png=False, look=look)
    assert len(built(tmp_path, EVENT, design=framed, now=NIGHT, keep_unchanged=True).wrote) > 6
    drawn = card(summarize([EVENT], name="Alex", now=NIGHT), theme="dark", compact=True, look=look)
    assert (tmp_path / "cards" / "overview-7d-compact-dark.svg").read_text() == drawn
    assert built(tmp_path, EVENT, design=framed, now=NIGHT, keep_unchanged=True).wrote == ()


def test_every_answer_keeps_to_the_schema(tmp_path: Path) -> None:
    built(tmp_path, EVENT, periods=("7d", "30d", "90d"))
    schema = read(tmp_path / "api" / "v1" / "summary.schema.json")
    for path in (tmp_path / "api" / "v1" / "public").rglob("*.json"):
        jsonschema.validate(read(path), schema, jsonschema.Draft202012Validator)


def test_a_theme_gives_its_own_pair_and_more_of_them_carry_their_names(tmp_path: Path) -> None:
    for name, design in {"a": PLAIN, "b": Design(("dark",), png=False), "c": Design(("github",), png=False)}.items():
        built(tmp_path / name, EVENT, design=design)
    assert [(tmp_path / name / "cards" / "overview-7d.svg").read_bytes() for name in "bc"] == 2 * [
        (tmp_path / "a" / "cards" / "overview-7d.svg").read_bytes()
    ]
    built(tmp_path, EVENT, design=Design(("auto", "dark"), ("overview",), png=False))
    assert (tmp_path / "cards" / "overview-7d-compact-github-dark.svg").is_file()
    with pytest.raises(UnknownTheme):
        built(tmp_path, EVENT, design=Design(("nrod",)))


def test_a_second_build_touches_nothing_and_git_sees_nothing(tmp_path: Path) -> None:
    built(tmp_path, EVENT, design=DRAWN)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.fsync=none"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "site"]):
        subprocess.run([*git, *command], check=True)
    for path in files(tmp_path):
        os.utime(tmp_path / path, (1, 1))
    report = built(tmp_path, EVENT, design=DRAWN)
    assert (report.wrote, report.removed) == ((), ())
    laid = [tmp_path / path for path in files(tmp_path) if not path.startswith(".git/")]
    assert len(laid) == report.unchanged
    assert {path.stat().st_mtime for path in laid} == {1}
    assert subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True).stdout == b""


def test_a_build_into_an_empty_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        built(tmp_path / name, EVENT, design=DRAWN)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    for path in files(tmp_path / "a"):
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_the_manifest_names_every_file_its_hash_and_what_it_shows(tmp_path: Path) -> None:
    built(tmp_path, EVENT, design=Design(("auto",), ("overview",)))
    manifest = read(tmp_path / MANIFEST)
    assert manifest["schema_version"] == 1
    assert {path: entry["sha256"] for path, entry in manifest["files"].items()} == {
        path: sha256((tmp_path / path).read_bytes()) for path in files(tmp_path) - {MANIFEST}
    }
    assert manifest["files"]["cards/overview-7d-compact-dark.png"]["shows"] == {
        "card": "overview",
        "period": "7d",
        "theme": "github-dark",
        "compact": True,
        "public_id": "me",
    }
    assert all(entry["shows"] for entry in manifest["files"].values())


def test_a_check_says_what_a_build_would_do_and_does_nothing(tmp_path: Path) -> None:
    design = Design(cards=("overview",))
    would = built(tmp_path, EVENT, design=design, check=True)
    assert files(tmp_path) == set()
    assert set(would.wrote) == set(built(tmp_path, EVENT, design=design).wrote)
    assert built(tmp_path, EVENT, design=design, check=True).wrote == ()
    before = {path: (tmp_path / path).read_bytes() for path in files(tmp_path)}
    would = built(tmp_path, EVENT, EVENT, design=PLAIN, check=True)
    assert before == {path: (tmp_path / path).read_bytes() for path in files(tmp_path)}
    done = built(tmp_path, EVENT, EVENT, design=PLAIN)
    assert (set(would.wrote), would.removed, would.unchanged) == (set(done.wrote), done.removed, done.unchanged)


def test_a_night_without_activity_changes_nothing_if_asked(tmp_path: Path) -> None:
    built(tmp_path, EVENT, design=DRAWN, periods=("7d", "30d"))
    kept = built(tmp_path, EVENT, design=DRAWN, periods=("7d", "30d"), now=NIGHT, keep_unchanged=True)
    assert kept.wrote == ()
    assert read(tmp_path / "api/v1/public/me.json")["generated_at"] == "2026-11-22T12:00:00Z"
    assert len(built(tmp_path, EVENT, design=DRAWN, now=NIGHT, periods=("7d", "30d")).wrote) > 10


def test_only_the_periods_whose_numbers_changed_are_written(tmp_path: Path) -> None:
    old = EVENT | {"timestamp": "2026-11-15T13:00:00Z"}
    periods = ("7d", "30d")
    built(tmp_path, EVENT, old | {"timestamp": "2026-11-16T13:00:00Z"}, periods=periods)
    report = built(tmp_path, EVENT, old, periods=periods, keep_unchanged=True)
    assert {path for path in report.wrote if "30d" in path} == set()
    assert "cards/overview-7d.svg" in report.wrote
    assert "index.html" in report.wrote


@pytest.mark.parametrize("gone", ["cards/overview-7d-dark.svg", "cards/overview-7d-dark.png"])
def test_a_period_of_which_a_file_is_missing_is_not_kept(tmp_path: Path, gone: str) -> None:
    built(tmp_path, EVENT, design=DRAWN)
    (tmp_path / gone).unlink()
    built(tmp_path, EVENT, design=DRAWN, now=NIGHT, keep_unchanged=True)
    assert (tmp_path / gone).is_file()
    assert read(tmp_path / "api/v1/public/me.json")["generated_at"] == "2026-11-23T12:00:00Z"


def test_a_period_that_is_to_show_something_else_is_not_kept(tmp_path: Path) -> None:
    built(tmp_path, EVENT)
    found = summaries([EVENT], ["7d"], name="Bob", now=NIGHT, tz="UTC", rejects=Rejects())
    assert len(build(Folder(tmp_path, draw), found, PLAIN, keep_unchanged=True).wrote) > 5
    assert (
        len(build(Folder(tmp_path, draw), found, Design(png=False), public_id="bob", keep_unchanged=True).removed) == 2
    )


def many(root: Path, *listed: Person) -> Report:
    everybody = [
        (one, summaries([EVENT], ["7d"], name=one.name, now=NOW, tz="UTC", rejects=Rejects())) for one in listed
    ]
    return build_many(Folder(root, draw), everybody, PLAIN)


def test_of_many_people_each_has_a_folder_and_one_who_leaves_has_nothing(tmp_path: Path) -> None:
    many(tmp_path, Person(ADA, "Ada"), Person(BOB, "Bob <b>"))
    cards = {f"{one}/cards/{name}" for one in (ADA, BOB) for name in SVGS}
    cards |= {f"{one}/{name}" for one in (ADA, BOB) for name in BADGES}
    pages = {f"{one}/index.html" for one in (ADA, BOB)}
    answers = {f"api/v1/public/{one}{end}.json" for one in (ADA, BOB) for end in ("", "/7d")}
    assert files(tmp_path) == cards | pages | answers | COMMON
    assert f'<a href="{BOB}/index.html"><bdi>Bob &lt;b&gt;</bdi></a>' in (tmp_path / "index.html").read_text()
    assert f'href="../api/v1/public/{ADA}/7d.json"' in (tmp_path / ADA / "index.html").read_text()
    report = many(tmp_path, Person(ADA, "Ada"))
    assert len(report.removed) == len(SVGS) + len(BADGES) + 3
    assert [path for path in files(tmp_path) if BOB in path or BOB in (tmp_path / path).read_text()] == []
    assert not (tmp_path / BOB).exists()


def test_snippets_know_where_the_folder_is_on_the_web(tmp_path: Path) -> None:
    everybody = [(Person(ADA, "Ada"), person(EVENT))]
    build_many(Folder(tmp_path, draw), everybody, Design(png=False, base_url="https://example.org/s"))
    page = (tmp_path / ADA / "index.html").read_text()
    assert f".. image:: https://example.org/s/{ADA}/cards/overview-7d.svg" in page
    assert '<img src="cards/overview-7d.svg"' in page
