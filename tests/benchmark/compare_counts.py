"""Tokens that ccusage and tokscale count in the samples of every agent, beside the samples' legends and ours.

    npm install --prefix DIR ccusage@20.0.24 @tokscale/cli-linux-x64-gnu@4.17.0
    uv run python tests/benchmark/compare_counts.py DIR [--logs DIR2]

Needs Node.js. The samples are copied into a home where each agent keeps its logs. Input includes cached tokens, output
includes reasoning, as in our records. A count that differs from the legend has a ✗. DIR2 is what `claude_code_logs.py`
wrote: a legend of many sessions. Exits 1 where ours differs from a legend.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from usagestats.events import Rejects
from usagestats.frames import chunks
from usagestats.sources import AGENTS, given, records

DATA = Path(__file__).parent.parent / "data"
COLUMNS = ("input", "cacheRead", "cacheWrite", "output", "reasoning")
"""What tokscale tells of a model."""
NAMES = {"claude_code": "claude"}
"""Our names that are others there."""
FOLDERS = {
    "claude_code": ".claude",
    "codex": ".codex",
    "gemini": ".gemini",
    "opencode": ".local/share/opencode",
    "copilot": ".copilot",
    "qwen": ".qwen",
    "pi": ".pi/agent",
    "amp": ".local/share/amp",
    "droid": ".factory",
}
"""Agent → where its sample belongs in a home."""
CCUSAGE = "node_modules/.bin/ccusage"
TOKSCALE = "node_modules/@tokscale/cli-linux-x64-gnu/bin/tokscale"


class Tokens(NamedTuple):
    """What was counted."""

    input: int
    output: int

    def __str__(self) -> str:
        return f"{self.input:,} / {self.output:,}"


def main() -> int:
    """Prints a line an agent; 1 where ours is not the legend's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=Path, help="where npm installed them")
    parser.add_argument("--logs", type=Path, help="what claude_code_logs.py wrote")
    asked = parser.parse_args()
    if not shutil.which("node") or not all((asked.peers / program).exists() for program in (CCUSAGE, TOKSCALE)):
        parser.error(f"{asked.peers} must hold what npm installed (see --help), and node must be on the PATH")
    wrong = 0
    print(f"{'input / output tokens':22}{'legend':>26}{'usagestats':>26}{'ccusage':>26}{'tokscale':>26}")
    with tempfile.TemporaryDirectory() as folder:
        for name, place in FOLDERS.items():
            home = Path(folder) / name
            shutil.copytree(DATA / name, home / place, ignore=shutil.ignore_patterns("expected.json"))
            wrong += compared(name, name, home, legend(DATA / name / "expected.json"), asked.peers)
        if asked.logs:
            home = Path(folder) / "logs"
            (home / ".claude").mkdir(parents=True)
            (home / ".claude" / "projects").symlink_to((asked.logs / "projects").resolve())
            truth = json.loads((asked.logs / "truth.json").read_text())
            wanted = Tokens(truth["input_tokens"], truth["output_tokens"])
            wrong += compared(f"{truth['requests']:,} requests", "claude_code", home, wanted, asked.peers)
    return bool(wrong)


def compared(title: str, agent: str, home: Path, wanted: Tokens, peers: Path) -> bool:
    """Prints everybody's count; whether ours is wrong."""
    mine = ours(agent, home / FOLDERS[agent])
    found = (mine, by_ccusage(agent, home, peers), by_tokscale(agent, home, peers, wanted))
    row = [f"{one}{'' if one == wanted else ' ✗'}" if one else "not read" for one in found]
    print(f"{title:22}{wanted!s:>26}" + "".join(f"{one:>26}" for one in row), flush=True)
    return mine != wanted


def legend(path: Path) -> Tokens:
    """What the sample holds."""
    totals = json.loads(path.read_text())["totals"]
    return Tokens(totals["input_tokens"], totals["output_tokens"])


def ours(agent: str, folder: Path) -> Tokens:
    """Our count."""
    rejects = Rejects()
    parts = [*chunks(records(given(list(folder.iterdir()), AGENTS[agent].name).found).read(rejects), rejects)]
    return Tokens(*(int(sum(part[name].sum() for part in parts)) for name in ("input_tokens", "output_tokens")))


def by_ccusage(agent: str, home: Path, peers: Path) -> Tokens | None:
    """ccusage's count; None where it does not know the agent."""
    said = told([peers / CCUSAGE, NAMES.get(agent, agent), "daily", "--json", "--offline"], home)
    total = said and said["totals"]
    # what it calls output lacks the reasoning of some agents, its total does not
    return prompted(total, total["cacheReadTokens"] + total["cacheCreationTokens"]) if total else None


def by_tokscale(agent: str, home: Path, peers: Path, wanted: Tokens) -> Tokens | None:
    """tokscale's count; None where it does not know the agent.

    It tells reasoning beside the output, of some agents as a part of it: what the legend says is taken for meant.
    """
    command: list[str | Path] = [peers / TOKSCALE, "models", "--json", "--no-spinner"]
    said = told([*command, "--client", NAMES.get(agent, agent)], home)
    if not said or not said["entries"]:
        return None
    total = {name: sum(one[name] for one in said["entries"]) for name in COLUMNS}
    prompt = total["input"] + total["cacheRead"] + total["cacheWrite"]
    return Tokens(prompt, total["output"] + (total["reasoning"] if total["output"] != wanted.output else 0))


def prompted(total: dict[str, Any], cached: int) -> Tokens:
    """ccusage's totals in our terms."""
    prompt = total["inputTokens"] + cached
    return Tokens(prompt, total["totalTokens"] - prompt)


def told(command: list[str | Path], home: Path) -> Any:  # noqa: ANN401 - JSON
    """What the program prints, as JSON; None if it fails."""
    homes = {name: value for name, value in os.environ.items() if not name.endswith(("_HOME", "_DIR"))}
    done = subprocess.run(command, env={**homes, "HOME": str(home)}, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None


if __name__ == "__main__":
    sys.exit(main())
