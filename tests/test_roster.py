from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from usagestats.errors import InputError
from usagestats.roster import Person, people

if TYPE_CHECKING:
    from pathlib import Path

ADA, BOB = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd", "2b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"


def listed(folder: Path, text: str) -> tuple[Person, ...]:
    path = folder / "people.toml"
    path.write_text(text)
    return people(path)


def entry(text: str, public_id: str = ADA) -> str:
    return f'[[people]]\npublic_id = "{public_id}"\n{text}\n'


def test_people_are_listed_in_order_with_what_is_theirs(tmp_path: Path) -> None:
    for name in ("logs/ada/a.jsonl", "ada-1.csv", "ada-2.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    text = entry('name = "Ada"\ninputs = ["logs/ada", "ada-*.csv"]', ADA.upper()) + entry("enabled = false", BOB)
    assert listed(tmp_path, text) == (
        Person(ADA, "Ada", inputs=(tmp_path / "logs/ada", tmp_path / "ada-1.csv", tmp_path / "ada-2.csv")),
        Person(BOB, enabled=False),
    )


def test_nobody_may_be_listed(tmp_path: Path) -> None:
    assert listed(tmp_path, "") == ()


def test_what_somebody_who_is_switched_off_had_need_not_be_there(tmp_path: Path) -> None:
    assert listed(tmp_path, entry('inputs = ["gone"]\nenabled = false')) == (Person(ADA, enabled=False),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            entry("", "../../etc"),
            "people[0].public_id must be a UUID, such as 1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd, not",
        ),
        ("[[people]]\nname = 'Ada'", "people[0].public_id must be a UUID"),
        (entry("") + entry(""), "people[1].public_id is that of people[0] already"),
        (entry("", ADA) + entry("", ADA.upper()), "people[1].public_id is that of people[0] already"),
        (entry("name = 3"), "people[0].name must be text, not 3"),
        (entry("enabled = 'no'"), "people[0].enabled must be true or false, not 'no'"),
        (entry("inputs = 'logs'"), "people[0].inputs must be a list of paths, not 'logs'"),
        (entry("inputs = ['']"), "people[0].inputs must be a list of paths, not ['']"),
        (
            entry("input = ['logs']"),
            "people[0]: a key must be one of public_id, name, inputs, enabled, not 'input'; did",
        ),
        (entry("inputs = ['gone']"), "people[0].inputs names nothing that is there: ['gone']"),
        (entry("inputs = ['/etc']"), "people[0].inputs must lie below"),
        (entry("inputs = ['a/../../b']"), "people[0].inputs must lie below"),
        (entry("inputs = ['link/*']"), "and 'link/*' leads to"),
        (entry("inputs = ['a**']"), "people[0].inputs: 'a**': "),
        ("peple = 3", "a key must be one of people, not 'peple'; did you mean 'people'?"),
        ("people = 3", "people must be tables that begin with [[people]]"),
        ("people = [3]", "people[0] must be a table that begins with [[people]], not 3"),
        ("people = ", "people.toml: Invalid value"),
    ],
)
def test_what_is_not_allowed_is_named_with_its_entry(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "list").mkdir()
    (tmp_path / "secret.csv").write_text("")
    (tmp_path / "list" / "link").symlink_to("..")
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        listed(tmp_path / "list", text)
    assert str(caught.value).startswith(str(tmp_path / "list" / "people.toml"))


def test_a_list_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"people.toml cannot be read: No such file"):
        people(tmp_path / "people.toml")
