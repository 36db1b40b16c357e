"""CHANGELOG.md keeps to its form, and names only what is there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

LOG = (Path(__file__).parent.parent / "CHANGELOG.md").read_text()
GROUPS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def test_each_version_has_groups_in_their_order_and_each_group_entries() -> None:
    versions = re.split(r"^## ", LOG, flags=re.MULTILINE)[1:]
    assert versions
    for version in versions:
        _, *groups = re.split(r"^### ", version, flags=re.MULTILINE)
        names = [group.partition("\n")[0] for group in groups]
        assert names == [name for name in GROUPS if name in names]
        for group in groups:
            lines = group.strip().splitlines()[2:]
            assert lines
            assert [line for line in lines if not re.fullmatch(r"- .+\.", line)] == []


def test_no_entry_stands_twice() -> None:
    entries = re.findall(r"^- .+$", LOG, re.MULTILINE)
    assert len({entry.partition(";")[0] for entry in entries}) == len(entries) >= 20


def test_what_it_names_by_its_full_name_is_there() -> None:
    names = {name for code in re.findall(r"`([^`]+)`", LOG) for name in re.findall(r"usagestats(?:\.\w+)+", code)}
    assert len(names) >= 15
    for name in names:
        module, _, attribute = name.rpartition(".")
        assert hasattr(import_module(module), attribute) or import_module(name)
