"""What reading telemetry costs, against decoding its JSON and doing nothing with it.

    python tests/benchmark/bench_telemetry.py [--megabytes 100] [--rounds 5]

The logs are made up: Claude Code's, with all the attributes that every record of it has, a third of them requests and
the rest of prompts, tools and hooks; and Codex's, with a hundred events of a stream to each request. CPU time of this
process; each round measures all contenders in turn, so that a noisy machine disturbs all alike.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from usagestats.sources.otlp import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = 1_794_823_200_000
EVENTS = {"api_request": 35, "tool_decision": 25, "tool_result": 25, "user_prompt": 5, "hook_execution_complete": 10}
STREAMED = 100
TEXT = "const value = compute(input); // a line of code\n"


def attributes(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The list of OTLP."""
    return [
        {"key": key, "value": {"stringValue" if isinstance(one, str) else "intValue": one}} for key, one in told.items()
    ]


def document(service: str, scope: str, records: list[dict[str, Any]]) -> bytes:
    """A line of the Collector's file exporter."""
    resource = {"attributes": attributes({"service.name": service, "host.arch": "arm64", "os.type": "darwin"})}
    part = {"scope": {"name": scope}, "logRecords": records}
    whole = {"resourceLogs": [{"resource": resource, "scopeLogs": [part]}]}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\n"


def record(milliseconds: int, told: dict[str, Any]) -> dict[str, Any]:
    """A log record at that instant."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03}Z"
    nanoseconds = f"{milliseconds}000000"
    named = {**told, "event.timestamp": stamp}
    return {"timeUnixNano": nanoseconds, "observedTimeUnixNano": nanoseconds, "attributes": attributes(named)}


def claude_code() -> Iterator[bytes]:
    """Documents without end."""
    chance, at = random.Random(1), START
    for number in range(1, 1 << 30):
        records = []
        for kind in chance.choices(list(EVENTS), list(EVENTS.values()), k=6):
            at += chance.randrange(100, 8000)
            told: dict[str, Any] = {
                "user.id": "ab" * 32,
                "session.id": f"{number // 40:08x}-0000-4000-8000-000000000000",
                "organization.id": "0a1b2c3d-0000-4000-8000-000000000001",
                "user.email": "dev@example.org",
                "user.account_uuid": "0a1b2c3d-0000-4000-8000-000000000002",
                "terminal.type": "iTerm.app",
                "event.name": kind,
                "prompt.id": "0a1b2c3d-0000-4000-8000-000000000003",
            }
            if kind == "api_request":
                names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens", "duration_ms")
                told |= {name: chance.randrange(9999) for name in names}
                told |= {"model": "claude-opus-4-5", "request_id": f"req_{at:024}", "speed": "normal"}
            elif kind.startswith("tool"):
                command = json.dumps({"full_command": TEXT * chance.randrange(1, 12)})
                told |= {"tool_name": "Bash", "tool_use_id": f"toolu_{at}", "tool_parameters": command}
            records.append(record(at, told))
        yield document("claude-code", "com.anthropic.claude_code.events", records)


def codex() -> Iterator[bytes]:
    """Documents without end."""
    for number in range(1, 1 << 30):
        at, told = START + 9000 * number, {"conversation.id": f"c{number // 40}", "model": "gpt-5.5", "slug": "gpt-5.5"}
        kinds = {"event.name": "codex.sse_event", "event.kind": "response.output_text.delta", "duration_ms": "1"}
        asked = {"event.name": "codex.api_request", "duration_ms": "800", "http.response.status_code": 200}
        ended = {"event.name": "codex.sse_event", "input_token_count": "9000", "output_token_count": "320"}
        stream = [record(at + 1000 + step, {**kinds, **told}) for step in range(STREAMED)]
        records = [record(at + 900, {**asked, **told}), *stream, record(at + 5000, {**ended, **told})]
        yield document("codex_cli_rs", "codex_otel.log_only", records)


def written(path: Path, documents: Iterator[bytes], megabytes: int) -> Path:
    """The file, of about that size."""
    with path.open("wb") as file:
        while file.tell() < megabytes * 1_000_000:
            file.write(next(documents))
    return path


def decoded(decode: Callable[[bytes], object]) -> Callable[[Path], None]:
    """What decodes every line."""

    def read(path: Path) -> None:
        with path.open("rb") as file:
            for line in file:
                decode(line)

    return read


def reader(path: Path) -> None:
    """Our reader: every record, by column."""
    for _ in SOURCE.tables([path]):
        pass


CONTENDERS: dict[str, Callable[[Path], None]] = {
    "reader": reader,
    "json": decoded(json.loads),
    "msgspec, into dicts": decoded(msgspec.json.Decoder().decode),
}


def megabytes_per_second(read: Callable[[Path], None], path: Path) -> float:
    """How fast that is, in CPU time."""
    gc.collect()
    begin = time.process_time()
    read(path)
    return path.stat().st_size / 1e6 / (time.process_time() - begin)


def main() -> None:
    """Reads the command line and measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    gc.disable()
    with TemporaryDirectory() as folder:
        for make in (claude_code, codex):
            path = written(Path(folder, make.__name__), make(), given.megabytes)
            rounds = [
                {name: megabytes_per_second(read, path) for name, read in CONTENDERS.items()}
                for _ in range(given.rounds)
            ]
            for name in CONTENDERS:
                speed = statistics.median(one[name] for one in rounds)
                ratio = statistics.median(one["reader"] / one[name] for one in rounds)
                print(f"{make.__name__:12} {name:20} {speed:5.0f} MB/s   reader / this: {ratio:.2f}")


if __name__ == "__main__":
    main()
