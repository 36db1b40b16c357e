"""A deterministic set of Claude Code transcripts with known totals: what the reader is measured and checked against.

    python tests/benchmark/claude_code_logs.py DIR --megabytes 1000 --seed 1 --end 2026-11-22

The mix is that of a busy hundred days: prompts, requests in several streaming copies, tool results from bytes to
hundreds of kilobytes (most of them twice in their line), patches, created files, commits, snapshots, progress,
subagents in both layouts, forks, sidechain replays, synthetic lines and half-written ends. Totals are counted while
writing, from what is meant and not from what is read back. No text of anybody is in it: words are drawn at random.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DAYS = 100
GAP_MS = 900_000
MODELS = ("claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")
POOL_CHARACTERS = 3_000_000
SESSION_BYTES = 4_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Line = dict[str, object]


@dataclass(slots=True)
class Truth:
    """What a right reading of the set adds up to."""

    files: int = 0
    bytes: int = 0
    lines: int = 0
    requests: int = 0
    failures: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_creation_tokens: int = 0
    commits: int = 0
    lines_of_code: int = 0
    active_time_ms: int = 0
    sessions: int = 0
    """Sessions with at least one request of their own."""


def prose(rng: random.Random) -> str:
    """The pool that long texts are cut from: code-like, with quotes, tabs, other scripts and look-alikes of keys."""
    words = ["".join(rng.choices("etaoinshrdlucmfwypvbgk_", k=rng.randint(2, 11))) for _ in range(2000)]
    words += [
        '"usage":{"input_tokens":7}',
        '"timestamp":"2020-01-01T00:00:00.000Z"',
        "\u2028",
        "naïve",
        "漢字",
        "\\",
        "🙂",
    ]
    pieces: list[str] = []
    size = 0
    while size < POOL_CHARACTERS:
        indent = rng.choice(("", "    ", "\t", "        "))
        quote = rng.choice(("", "", '"'))
        row = f"{indent}{quote}{' '.join(rng.choices(words, k=rng.randint(1, 12)))}{quote}\n"
        pieces.append(row)
        size += len(row)
    return "".join(pieces)


@dataclass(slots=True)
class World:
    """The random numbers, the pool of text and the totals so far."""

    rng: random.Random
    pool: str
    root: Path
    truth: Truth = field(default_factory=Truth)
    serial: int = 0

    def text(self, median: float, spread: float = 1.5, most: int = 400_000) -> str:
        """A cut of the pool, of log-normal length."""
        size = min(most, max(3, int(self.rng.lognormvariate(0, spread) * median)))
        start = self.rng.randrange(POOL_CHARACTERS - size)
        return self.pool[start : start + size]

    def identity(self) -> str:
        """A UUID that no other call gives."""
        self.serial += 1
        bits = f"{self.rng.getrandbits(64):016x}{self.serial:016x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-8{bits[17:20]}-{bits[20:]}"

    def token(self, prefix: str) -> str:
        """An id as the API gives them."""
        self.serial += 1
        return f"{prefix}_01{self.rng.getrandbits(80):020x}{self.serial:06x}"


def instant(milliseconds: int) -> str:
    """The instant as the transcripts write it."""
    return f"{(EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec='milliseconds')[:-6]}Z"


@dataclass(slots=True)
class Session:
    """One session: its main file, its subagents' files and what a reading must find in them."""

    world: World
    project: str
    session_id: str
    clock: int
    model: str
    lines: list[bytes] = field(default_factory=list)
    agents: dict[str, list[bytes]] = field(default_factory=dict)
    instants: list[int] = field(default_factory=list)
    requests: int = 0
    context: int = 14_000
    size: int = 0
    parent: str | None = None

    def wait(self, low: int, high: int) -> None:
        """Lets that many milliseconds pass."""
        self.clock += self.world.rng.randint(low, high)

    def put(self, line: Line, agent: str | None = None) -> None:
        """Writes a line to the main file or to an agent's."""
        raw = msgspec.json.encode(line) + b"\n"
        self.size += len(raw)
        target = self.lines if agent is None else self.agents.setdefault(agent, [])
        target.append(raw)

    def head(self, agent: str | None) -> Line:
        """The keys that every conversation line begins with."""
        uuid, self.parent = self.parent, self.world.identity()
        return {
            "parentUuid": uuid,
            "isSidechain": agent is not None,
            "userType": "external",
            "cwd": f"/home/dev/{self.project}",
            "sessionId": self.session_id,
            "version": "2.1.330",
            "gitBranch": "main",
            **({} if agent is None else {"agentId": agent}),
        }

    def tail(self) -> Line:
        """The keys behind the message."""
        return {"uuid": self.parent, "timestamp": instant(self.clock)}

    def user(self, content: object, agent: str | None = None, result: object = None) -> None:
        """A prompt or a tool's result."""
        extra = {} if result is None else {"toolUseResult": result}
        message = {"role": "user", "content": content}
        self.put({**self.head(agent), "type": "user", "message": message, **self.tail(), **extra}, agent)
        self.instants.append(self.clock)

    def usage(self) -> dict[str, int]:
        """The tokens of the next request; the context grows."""
        rng = self.world.rng
        created = rng.randint(50, 4000)
        read, self.context = self.context, min(180_000, self.context + created)
        return {
            "input_tokens": rng.randint(1, 12),
            "cache_creation_input_tokens": created,
            "cache_read_input_tokens": read,
            "output_tokens": rng.randint(20, 3000),
        }

    def assistant(self, ids: tuple[str, str], block: Line, usage: dict[str, int], agent: str | None) -> Line:
        """One line of a response: one content block."""
        created = {"ephemeral_5m_input_tokens": usage["cache_creation_input_tokens"], "ephemeral_1h_input_tokens": 0}
        service = {"cache_creation": created, "service_tier": "standard"}
        message = {
            "id": ids[0],
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [block],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage, **service},
        }
        return {**self.head(agent), "message": message, "requestId": ids[1], "type": "assistant", **self.tail()}

    def request(self, blocks: list[Line], agent: str | None = None) -> tuple[str, str]:
        """One response in as many lines as it has blocks; the early ones hold a placeholder."""
        ids = (self.world.token("msg"), self.world.token("req"))
        usage = self.usage()
        for block in blocks[:-1]:
            self.put(self.assistant(ids, block, {**usage, "output_tokens": 1}, agent), agent)
            self.wait(200, 4000)
        self.put(self.assistant(ids, blocks[-1], usage, agent), agent)
        self.count(usage)
        return ids

    def count(self, usage: dict[str, int]) -> None:
        """Adds a request to the totals."""
        truth = self.world.truth
        truth.requests += 1
        truth.input_tokens += (
            usage["input_tokens"] + usage["cache_creation_input_tokens"] + usage["cache_read_input_tokens"]
        )
        truth.output_tokens += usage["output_tokens"]
        truth.cache_read_tokens += usage["cache_read_input_tokens"]
        truth.cache_creation_tokens += usage["cache_creation_input_tokens"]
        self.requests += 1
        self.instants.append(self.clock)


def tool_use(tool: str, tool_id: str, given: Mapping[str, object]) -> Line:
    """A content block that calls a tool."""
    return {"type": "tool_use", "id": tool_id, "name": tool, "input": given}


def tool_result(tool_id: str, content: str, **more: object) -> list[Line]:
    """The content of the line that answers a call."""
    return [{"tool_use_id": tool_id, "type": "tool_result", "content": content, **more}]


def bash(session: Session, agent: str | None, tool_id: str) -> None:
    """A shell call; the output stands twice in its line. Commands that only speak of commits are among them."""
    world = session.world
    command = world.rng.choice(
        ("ls -la", "pytest -q", "git status", "git log --grep commit", f"cat <<E\n{world.text(400)}\nE")
    )
    session.request([thought(world), tool_use("Bash", tool_id, {"command": command, "description": "look"})], agent)
    session.wait(100, 60_000)
    output = world.text(1200, 1.6, 30_000)
    result = {"stdout": output, "stderr": "", "interrupted": False, "isImage": False}
    session.user(tool_result(tool_id, output, is_error=False), agent, result)


def read(session: Session, agent: str | None, tool_id: str) -> None:
    """A file read: numbered in the message, plain in the result."""
    world = session.world
    session.request([tool_use("Read", tool_id, {"file_path": f"/home/dev/{session.project}/a.py"})], agent)
    session.wait(10, 400)
    content = world.text(3500, 1.4)
    numbered = "\n".join(f"{n:6}→{row}" for n, row in enumerate(content.split("\n"), 1))
    file = {"filePath": "/home/dev/a.py", "content": content, "numLines": 1, "startLine": 1, "totalLines": 1}
    session.user(tool_result(tool_id, numbered), agent, {"type": "text", "file": file})


def search(session: Session, agent: str | None, tool_id: str) -> None:
    """A search, with a nested real timestamp key in the result."""
    world = session.world
    session.request([thought(world), tool_use("Grep", tool_id, {"pattern": world.text(12, 0.3)})], agent)
    session.wait(10, 900)
    found = world.text(900, 1.3)
    nested = {"timestamp": "2020-01-01T00:00:00.000Z", "usage": {"input_tokens": 1}}
    session.user(tool_result(tool_id, found), agent, {"mode": "content", "content": found, "meta": nested})


def edit(session: Session, agent: str | None, tool_id: str) -> None:
    """An edit: the whole file, the strings and the patch."""
    world = session.world
    rows = world.text(6000, 1.2).split("\n")
    at = world.rng.randrange(len(rows))
    added = world.text(300, 1.2, 6000).split("\n")
    old = rows[at]
    given = {"file_path": "/home/dev/a.py", "old_string": old, "new_string": "\n".join(added), "replace_all": False}
    session.request([thought(world), tool_use("Edit", tool_id, given)], agent)
    session.wait(10, 30_000)
    lines = [f" {row}" for row in rows[max(0, at - 3) : at]]
    lines += [f"-{old}", *(f"+{row}" for row in added), "\\ No newline at end of file"]
    patch = [{"oldStart": at, "oldLines": 4, "newStart": at, "newLines": 3 + len(added), "lines": lines}]
    result = {
        "filePath": "/home/dev/a.py",
        "oldString": old,
        "newString": "\n".join(added),
        "originalFile": "\n".join(rows),
        "structuredPatch": patch,
        "userModified": False,
        "replaceAll": False,
    }
    session.user(tool_result(tool_id, "The file has been updated. " + world.text(300)), agent, result)
    world.truth.lines_of_code += len(added)


def write(session: Session, agent: str | None, tool_id: str) -> None:
    """A created file, with or without a line end at its end."""
    world = session.world
    content = world.text(2500, 1.2)
    session.request(
        [thought(world), tool_use("Write", tool_id, {"file_path": "/home/dev/b.py", "content": content})], agent
    )
    session.wait(10, 30_000)
    result: Line = {
        "type": "create",
        "filePath": "/home/dev/b.py",
        "content": content,
        "structuredPatch": [],
        "originalFile": None,
    }
    session.user(tool_result(tool_id, "File created successfully"), agent, result)
    world.truth.lines_of_code += content.count("\n") + (not content.endswith("\n"))


def commit(session: Session, agent: str | None, tool_id: str) -> None:
    """A commit; one in four fails."""
    world = session.world
    verb = world.rng.choice(
        ("git commit", "git -c user.name=x commit", "git -C /home/dev commit", "git add -A && git  commit")
    )
    given = {"command": f'{verb} -m "{world.text(40).encode("ascii", "ignore").decode()}"', "description": "commit"}
    session.request([tool_use("Bash", tool_id, given)], agent)
    session.wait(100, 3000)
    if world.rng.random() < 0.25:
        session.user(tool_result(tool_id, "Exit code 1", is_error=True), agent, "Error: Exit code 1")
        return
    result = {"stdout": "[main af0bc08]", "stderr": "", "interrupted": False, "isImage": False}
    session.user(tool_result(tool_id, "[main af0bc08]", is_error=False), agent, result)
    world.truth.commits += 1


def thought(world: World) -> Line:
    """A text or thinking block."""
    if world.rng.random() < 0.5:
        return {"type": "text", "text": world.text(250)}
    return {"type": "thinking", "thinking": world.text(800), "signature": world.text(300, 0.2)}


TOOLS = (bash, bash, bash, read, read, read, read, search, edit, edit, write, commit)


def subagent(session: Session) -> None:
    """A subagent's work: in a file of its own, or only in the parent's progress lines."""
    world = session.world
    agent = f"{world.rng.getrandbits(32):08x}"
    tool_id = world.token("toolu")
    ids = session.request([tool_use("Task", tool_id, {"prompt": world.text(500)})])
    session.wait(500, 2000)
    if world.rng.random() < 0.25:
        for _ in range(world.rng.randint(1, 4)):
            unfiled(session, agent)
    else:
        filed(session, agent, ids)
    session.user(tool_result(tool_id, world.text(1500)), None, {"status": "completed", "usage": {"input_tokens": 9}})


def filed(session: Session, agent: str, ids: tuple[str, str]) -> None:
    """A subagent with a file, some of whose messages are also embedded in the parent's progress lines."""
    world = session.world
    model, session.model = session.model, MODELS[2]
    session.user(world.text(500), agent)
    if world.rng.random() < 0.5:
        replay = session.assistant(
            (ids[0], world.token("req")), thought(world), session.usage() | {"output_tokens": 3500}, agent
        )
        session.put(replay, agent)
    for _ in range(world.rng.randint(2, 12)):
        session.wait(1000, 20_000)
        world.rng.choice(TOOLS)(session, agent, world.token("toolu"))
        if world.rng.random() < 0.3:
            copied = msgspec.json.decode(next(raw for raw in reversed(session.agents[agent]) if b'"requestId"' in raw))
            progress(session, agent, copied)
    session.model = model


def unfiled(session: Session, agent: str) -> None:
    """A subagent's request that only the parent's progress line knows."""
    session.wait(1000, 20_000)
    usage = session.usage()
    ids = (session.world.token("msg"), session.world.token("req"))
    line = session.assistant(ids, thought(session.world), usage, agent)
    progress(session, agent, line)
    session.count(usage)


def progress(session: Session, agent: str, line: Line) -> None:
    """The parent's line that embeds a subagent's."""
    keys = ("type", "timestamp", "message", "requestId", "uuid")
    data = {
        "message": {key: line[key] for key in keys},
        "normalizedMessages": [],
        "type": "agent_progress",
        "agentId": agent,
    }
    session.put({**session.head(None), "type": "progress", "data": data, "toolUseID": "agent_msg", **session.tail()})


def turn(session: Session) -> None:
    """A prompt, the work it starts, and the lines around it."""
    world = session.world
    rng = world.rng
    session.wait(2000, rng.choice((60_000, 600_000, 1_500_000)))
    backups = {
        f"/home/dev/f{n}.py": {"backupFileName": world.identity(), "version": n} for n in range(rng.randint(0, 40))
    }
    snapshot = {"messageId": world.identity(), "trackedFileBackups": backups, "timestamp": instant(session.clock)}
    session.put(
        {
            "type": "file-history-snapshot",
            "messageId": world.identity(),
            "snapshot": snapshot,
            "isSnapshotUpdate": False,
        }
    )
    session.user(world.text(200))
    for _ in range(rng.randint(1, 14)):
        session.wait(1500, 30_000)
        rng.choice(TOOLS)(session, None, world.token("toolu"))
        if rng.random() < 0.3:
            data = {
                "type": "bash_progress",
                "output": world.text(200),
                "fullOutput": world.text(400),
                "elapsedTimeSeconds": 3,
            }
            session.put({**session.head(None), "type": "progress", "data": data, "toolUseID": "bash", **session.tail()})
    if rng.random() < 0.15:
        subagent(session)
    session.wait(1500, 30_000)
    session.request([thought(world), {"type": "text", "text": world.text(700)}])
    closing(session)


def closing(session: Session) -> None:
    """What follows a turn: now and then a failure, a note, a queue line."""
    rng = session.world.rng
    if rng.random() < 0.05:
        synthetic(session, failed=True)
    if rng.random() < 0.05:
        synthetic(session, failed=False)
    if rng.random() < 0.3:
        line: Line = {"type": "queue-operation", "operation": "enqueue", "timestamp": instant(session.clock)}
        session.put({**line, "content": session.world.text(100), "sessionId": session.session_id})
    if rng.random() < 0.5:
        line = {"type": "system", "subtype": "turn_duration", "durationMs": 1, **session.tail(), "isMeta": False}
        session.put({**session.head(None), **line})


def synthetic(session: Session, *, failed: bool) -> None:
    """A line the program wrote in the model's place: a failed request, or none at all."""
    session.wait(1000, 5000)
    zeros = dict.fromkeys(
        ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"), 0
    )
    model, session.model = session.model, "<synthetic>"
    line = session.assistant((session.world.identity(), ""), {"type": "text", "text": "API Error: 529"}, zeros, None)
    session.model = model
    del line["requestId"]
    session.put({**line, "isApiErrorMessage": failed})
    if failed:
        session.count(zeros)
        session.world.truth.failures += 1


def forked(session: Session) -> Session:
    """A fork: the first part of the lines under a new id, then lines of its own, after the parent's end."""
    world = session.world
    fork = Session(world, session.project, world.identity(), session.clock + 3_600_000, session.model)
    old, new = (f'"sessionId":"{one}"'.encode() for one in (session.session_id, fork.session_id))
    keep = session.lines[: max(4, int(len(session.lines) * world.rng.uniform(0.2, 1)))]
    fork.lines = [raw.replace(old, new) for raw in keep if raw.startswith(b'{"parentUuid"')]
    fork.size = sum(map(len, fork.lines))
    turn(fork)
    return fork


def active_ms(instants: list[int]) -> int:
    """The sum of the gaps that are no longer than a pause."""
    ordered = sorted(instants)
    gaps = (after - before for before, after in pairwise(ordered))
    return sum(gap for gap in gaps if gap <= GAP_MS)


def save(session: Session) -> None:
    """Writes a session's files and closes its account; one in five ends in a half-written line."""
    world = session.world
    folder = world.root / "projects" / f"-home-dev-{session.project}"
    folder.mkdir(parents=True, exist_ok=True)
    ending = (
        b'{"parentUuid":null,"type":"assistant","message":{"id":"msg_CUT","usage":{"inp'
        if world.rng.random() < 0.2
        else b""
    )
    written = {folder / f"{session.session_id}.jsonl": b"".join(session.lines) + ending}
    newer = world.rng.random() < 0.5
    for agent, lines in session.agents.items():
        below = folder / session.session_id / "subagents" if newer else folder
        written[below / f"agent-{agent}.jsonl"] = b"".join(lines)
    for path, content in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        world.truth.files += 1
        world.truth.bytes += len(content)
        world.truth.lines += content.count(b"\n")
    world.truth.active_time_ms += active_ms(session.instants)
    world.truth.sessions += session.requests > 0


def sessions(world: World, size: int, end: datetime) -> Iterator[Session]:
    """Session after session, one in six with a fork, until the set has its size."""
    begin = int((end - timedelta(days=DAYS)).timestamp() * 1000)
    typical = min(SESSION_BYTES, size // 12)
    while world.truth.bytes < size:
        start = begin + world.rng.randrange((DAYS - 1) * 86_400_000)
        session = Session(world, f"app{world.rng.randrange(8)}", world.identity(), start, world.rng.choice(MODELS[:2]))
        target = typical * world.rng.uniform(0.2, 2)
        session.put({"type": "summary", "summary": world.text(60), "leafUuid": world.identity()})
        while session.size < target:
            turn(session)
        yield session
        if world.rng.random() < 1 / 6:
            yield forked(session)


def generate(folder: Path, megabytes: float, seed: int, end: datetime) -> Truth:
    """Writes the set below the folder (as ``projects/…``) and gives its totals."""
    rng = random.Random(seed)
    world = World(rng, prose(rng), folder)
    for session in sessions(world, int(megabytes * 1_000_000), end):
        save(session)
    (folder / "truth.json").write_text(json.dumps(asdict(world.truth), indent=1) + "\n", encoding="utf-8")
    return world.truth


def main() -> None:
    """Reads the command line, writes the set, prints the totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=float, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--end", type=datetime.fromisoformat, default="2026-11-22")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    truth = generate(given.folder, given.megabytes, given.seed, given.end.replace(tzinfo=UTC))
    print(json.dumps(asdict(truth), indent=1))


if __name__ == "__main__":
    main()
