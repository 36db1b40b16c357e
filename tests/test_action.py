"""The action's own steps, each run by bash as it stands, with a bare repository as the remote: no GitHub is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
EVENT = {"timestamp": "2026-11-20T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}
FIRST_NIGHT = 1_795_320_000
DAY = 86_400
README = "# Me\n\n<!-- usagestats:start overview -->\n<!-- usagestats:end -->\n"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    ran = subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True, text=True)
    return ran.stdout.strip()


class Runner:
    """What GitHub does around the steps: a fresh checkout, inputs, files for outputs and for the path."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.remote, self.night = folder, folder / "remote.git", 0
        self.meanwhile: dict[str, str] = {}  # what somebody else pushes while the steps run
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.remote], check=True)
        self.commit({"events.jsonl": json.dumps(EVENT), "README.md": README})

    def commit(self, files: Mapping[str, str | bytes]) -> None:
        """Push these files to main, as a person does."""
        clone = self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        subprocess.run(["git", "clone", "-q", self.remote, clone], check=True, capture_output=True)
        git(clone, "checkout", "-q", "-B", "main")
        for name, text in files.items():
            (clone / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        git(clone, "add", ".")
        git(clone, "commit", "-qm", "Mine")
        git(clone, "push", "-q", "origin", "main")

    def run(self, **given: str) -> dict[str, str]:
        """One night; gives the outputs of the steps."""
        self.night += 1
        work, temp = self.folder / f"work-{self.night}", self.folder / f"temp-{self.night}"
        subprocess.run(["git", "clone", "-q", "--depth", "1", self.remote.as_uri(), work], check=True)
        temp.mkdir()
        (temp / "output").write_text("")
        inputs = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        assert inputs.keys() == ACTION["inputs"].keys()
        for step in STEPS:
            if self.meanwhile and step.get("id") == "push":
                self.commit(self.meanwhile)
            self.step(step, inputs, work, temp)
        return dict(line.split("=", 1) for line in (temp / "output").read_text().splitlines())

    def step(self, step: dict[str, Any], inputs: dict[str, str], work: Path, temp: Path, **more: str) -> None:
        values = {f"inputs.{name}": value for name, value in inputs.items()}
        values |= {"github.action_path": str(ROOT), "runner.temp": str(temp)}
        own = {
            name: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: values[found[1]], str(value))
            for name, value in step["env"].items()
        }
        around = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(temp),
            "GITHUB_OUTPUT": str(temp / "output"),
            "GITHUB_PATH": str(temp / "path"),
            "GITHUB_REF_NAME": "main",
            "SOURCE_DATE_EPOCH": str(FIRST_NIGHT + self.night * DAY),
        }
        assert step["shell"] == "bash"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        subprocess.run(command, cwd=work, env=around | own | more, check=True)

    def tree(self, branch: str = "main") -> set[str]:
        return set(git(self.remote, "ls-tree", "-r", "--name-only", branch).splitlines())

    def commits(self, branch: str = "main") -> int:
        return int(git(self.remote, "rev-list", "--count", branch))


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


QUICK = {"input": "events.jsonl", "arguments": "--no-png --card overview --badge streak"}


def test_the_site_is_committed_beside_the_rest_and_only_when_something_changed(runner: Runner) -> None:
    assert runner.run(**QUICK, name="Ada") == {"changed": "true"}
    assert {"site/index.html", "site/cards/overview-7d.svg", "site/api/v1/public/me.json", "README.md"} <= runner.tree()
    assert runner.commits() == 2
    assert runner.run(**QUICK, name="Ada") == {"changed": "false"}
    assert runner.commits() == 2
    runner.commit({"events.jsonl": json.dumps(EVENT) + "\n" + json.dumps(EVENT)})
    assert runner.run(**QUICK, name="Ada") == {"changed": "true"}
    assert json.loads(git(runner.remote, "show", "main:site/api/v1/public/me.json"))["stats"]["total_tokens"] == 14


def test_a_branch_of_its_own_holds_the_site_and_nothing_else(runner: Runner) -> None:
    assert runner.run(**QUICK, branch="gh-pages") == {"changed": "true"}
    assert runner.tree() == {"README.md", "events.jsonl"}
    assert {".nojekyll", "index.html", "manifest.json"} <= runner.tree("gh-pages")
    assert not {"README.md", "events.jsonl"} & runner.tree("gh-pages")
    before = runner.commits("gh-pages")
    assert runner.run(**QUICK, branch="gh-pages") == {"changed": "false"}
    assert runner.run(**QUICK, branch="gh-pages", keep_unchanged="false") == {"changed": "true"}
    assert (runner.commits("gh-pages"), runner.commits()) == (before + 1, 1)


def test_the_readme_is_filled_with_or_without_a_site(runner: Runner) -> None:
    assert runner.run(**QUICK, output="", readme="README.md", name="Ada") == {"changed": "true"}
    assert "usagestats/overview-7d.svg" in git(runner.remote, "show", "main:README.md")
    assert {path.split("/")[0] for path in runner.tree()} == {"README.md", "events.jsonl", "usagestats"}
    assert runner.run(**QUICK, output="", readme="README.md", name="Ada") == {"changed": "false"}
    assert runner.run(**QUICK, readme="README.md", name="Ada", branch="gh-pages") == {"changed": "true"}
    assert runner.run(**QUICK, readme="README.md", name="Ada", branch="gh-pages") == {"changed": "false"}


def test_a_push_of_somebody_else_meanwhile_is_kept(runner: Runner) -> None:
    runner.meanwhile = {"notes.txt": "mine"}
    assert runner.run(**QUICK) == {"changed": "true"}
    assert {"notes.txt", "site/index.html"} <= runner.tree()


def test_several_inputs_and_many_people(runner: Runner) -> None:
    public_id = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
    theirs = json.dumps(EVENT | {"public_id": public_id})
    runner.commit(
        {"more events.jsonl": theirs, "people.toml": f'[[people]]\npublic_id = "{public_id}"\nname = "Ada"\n'}
    )
    runner.run(**QUICK | {"input": "\n  events.jsonl  \n more events.jsonl\n"}, people="people.toml")
    answer = json.loads(git(runner.remote, "show", f"main:site/api/v1/public/{public_id}.json"))
    assert (answer["name"], answer["stats"]["total_tokens"]) == ("Ada", 7)


def test_a_committed_archive_is_built(runner: Runner) -> None:
    events, archive = runner.folder / "events.jsonl", runner.folder / "usage.parquet"
    events.write_text(json.dumps(EVENT))
    usagestats = Path(sys.executable).with_name("usagestats")
    subprocess.run([usagestats, "collect", events, "-o", archive], check=True, capture_output=True)
    runner.commit({"usage.parquet": archive.read_bytes()})
    assert runner.run(**QUICK | {"input": "usage.parquet"}) == {"changed": "true"}
    assert json.loads(git(runner.remote, "show", "main:site/api/v1/public/me.json"))["stats"]["total_tokens"] == 7
    assert runner.run(**QUICK | {"input": "usage.parquet"}) == {"changed": "false"}


def test_a_name_is_never_run(runner: Runner) -> None:
    name = "$(touch pwned) `touch pwned` \"; touch pwned #'"
    runner.run(**QUICK, name=name, message=name)
    assert json.loads(git(runner.remote, "show", "main:site/api/v1/public/me.json"))["name"] == name
    assert not list(runner.folder.rglob("pwned"))


def test_a_failure_pushes_nothing(runner: Runner) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        runner.run(**QUICK | {"input": "gone.jsonl"})
    assert runner.commits() == 1


def test_the_package_is_installed_where_it_is_missing(runner: Runner) -> None:
    tools = runner.folder / "tools"
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    libraries = sysconfig.get_path("purelib")  # stand for the registry: what builds it, and what it needs
    path = f"{tools}:/usr/bin:/bin"
    runner.step(STEPS[0], {}, runner.folder, runner.folder, PATH=path, PYTHONPATH=libraries, **offline)
    (place,) = (runner.folder / "path").read_text().splitlines()
    shown = [f"{place}/usagestats", "--version"]
    ran = subprocess.run(shown, env={"PYTHONPATH": libraries}, check=True, capture_output=True, text=True)
    assert ran.stdout == "usagestats 0.1.0\n"


def test_every_expression_stands_in_an_environment_and_never_in_a_script() -> None:
    assert [step["name"] for step in STEPS if "${{" in step["run"]] == []


def test_the_example_workflow_gives_what_the_action_takes() -> None:
    workflow = yaml.safe_load((ROOT / "examples" / "workflow.yml").read_text())
    assert workflow["permissions"] == {"contents": "write"}
    checkout, ours = workflow["jobs"]["update"]["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    assert ours["with"].keys() <= ACTION["inputs"].keys()
    needed = {name for name, one in ACTION["inputs"].items() if one.get("required")}
    assert needed <= ours["with"].keys()
