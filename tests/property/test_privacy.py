"""Nothing private leaves: logs full of secrets are read, and no output, message or reject holds one of them.

A new source joins by its line in `LOGS`, a new output by its line in `OUTPUTS`.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from click.testing import CliRunner

from tests.property.salting import FORMS, Salt, salt_logs, spots
from usagestats.cli import main
from usagestats.events import TEXTS, Rejects
from usagestats.frames import chunks
from usagestats.sources import AGENTS, given, installed, records
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from usagestats.sources import Search

DATA = Path(__file__).parent.parent / "data"
NOW = "2026-11-22T12:00:00Z"
MARK = re.compile(r"zq\d+qz", re.IGNORECASE)

NAMES = frozenset(
    {
        *("model", "modelID", "provider", "providerID", "providerLock", "model_provider"),
        *("gen_ai.request.model", "gen_ai.response.model", "gen_ai.provider.name", "gen_ai.system", "provider_name"),
        *("service.name", "originator"),
    }
)
"""What the spots are called that name a model, a provider or the program that writes telemetry: these may be told."""
IDS = frozenset(
    {
        *("id", "sessionId", "session_id", "parent_id", "uuid", "messageId", "message_id"),
        *("requestId", "response_id", "turn_id", "tool_use_id", "call_id", "callID", "toolCallId"),
        *("traceId", "spanId", "gen_ai.conversation.id", "gen_ai.response.id"),
        *("session.id", "conversation.id", "request_id"),
    }
)
"""What the spots are called that make ids of sessions and events: these stand in records, and in no output."""

PIXELS = {b"IHDR", b"sBIT", b"pHYs", b"bKGD", b"IDAT", b"IEND"}
"""The parts of a PNG that cannot hold text."""

LOGS = {agent.name: DATA / agent.name for agent in AGENTS.values()}
"""Name of a source → its sample."""


def command(*arguments: object) -> Callable[[Path], str]:
    """What a command says and prints of a folder; paths may stand on standard error, for it is the user's own."""

    def said(folder: Path) -> str:
        ran = CliRunner().invoke(main, [str(folder) if one is ... else str(one) for one in arguments])
        assert ran.exit_code == 0, ran.output
        paths = sorted(map(str, folder.rglob("*")), reverse=True)
        words = re.sub("|".join(map(re.escape, paths)), "", ran.stderr)
        assert "refused" in words or "not recognised" in words
        return ran.stdout + words

    return said


def site(folder: Path) -> str:
    """Everything that lies in a site: names and bytes; a picture holds nothing but pixels."""
    out = folder.parent / "site"
    said = command("build", ..., "-o", out, "--now", NOW, "--verbose")(folder)
    files = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    pictures = [content for path, content in files.items() if path.suffix == ".png"]
    assert pictures
    assert {kind for content in pictures for kind in chunk_kinds(content)} <= PIXELS
    return said + "".join(f"{path}\n{content.decode('latin-1')}" for path, content in files.items())


def chunk_kinds(png: bytes) -> Iterator[bytes]:
    at = len(b"\x89PNG\r\n\x1a\n")
    while at < len(png):
        yield png[at + 4 : at + 8]
        at += 12 + int.from_bytes(png[at : at + 4])


def collected(folder: Path) -> str:
    """All that a collecting leaves: the archive as it is and as its rows, and what remembers the logs' state."""
    kept, cache = folder.parent / "archive.parquet", folder.parent / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        said = command("collect", ..., "-o", kept, "--verbose")(folder)
    rows = pl.read_parquet(kept)
    assert rows.height > 100
    files = [kept, *(path for path in cache.rglob("*") if path.is_file())]
    assert len(files) > 1
    raw = "".join(f"{path.relative_to(folder.parent)}\n{path.read_bytes().decode('latin-1')}" for path in files)
    return said + rows.write_csv() + str(pl.read_parquet_metadata(kept)) + raw


def refused(folder: Path) -> str:
    """The rejects of the library, all of them, without their places."""
    found = read(given([folder]))[1].first
    assert found
    return "\n".join(f"{one.field} {one.allowed} {one.came}" for one in found)


def answer(folder: Path) -> str:
    """All that the library answers, provisional parts too."""
    summary = summarize(records(given([folder]).found), period="90d", now=datetime(2026, 11, 22, 12, tzinfo=UTC))
    return summary.to_json() + repr(summary.stats) + repr(summary.extras)


OUTPUTS: dict[str, Callable[[Path], str]] = {
    "summary": command("summary", ..., "--period", "90d", "--now", NOW, "--verbose"),
    "sources": command("sources", ..., "--verbose"),
    "build": site,
    "collect": collected,
    "library": answer,
    "rejects": refused,
}
"""What leaves: name → all of it as text, made of a folder of logs."""


def read(search: Search) -> tuple[pl.DataFrame, Rejects]:
    rejects = Rejects(shown=10**9)
    return pl.concat(chunks(records(search.found).read(rejects), rejects)), rejects


@pytest.fixture(scope="module")
def salted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Salt]:
    """Logs of all agents, salted in every spot but names of models and providers."""
    folder, salt = tmp_path_factory.mktemp("salted") / "logs", Salt()
    for name, sample in LOGS.items():
        for found in given([sample]).found:
            salt_logs(found.files, sample, folder / name, salt, NAMES)
    return folder, salt


def leaks(text: str, salt: Salt) -> set[str]:
    """Where the secrets were put that stand in the text."""
    return {salt.told[mark.lower()] for mark in MARK.findall(text)}


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_output_holds_a_secret(output: str, salted: tuple[Path, Salt]) -> None:
    folder, salt = salted
    text = OUTPUTS[output](folder)
    assert len(text) > 100
    assert leaks(text, salt) == set()


def test_the_salted_logs_are_still_read_as_their_agents(salted: tuple[Path, Salt]) -> None:
    folder, salt = salted
    assert len(salt.told) > 10_000
    applications = read(given([folder]))[0]["application"].value_counts()
    assert applications.height >= len(LOGS)


@pytest.mark.parametrize("name", LOGS)
def test_a_record_holds_no_more_than_names_and_ids(name: str, tmp_path: Path) -> None:
    salt = Salt(shift=len(name))
    for found in given([LOGS[name]]).found:
        salt_logs(found.files, LOGS[name], tmp_path, salt, NAMES | IDS)
    frame, _ = read(given([tmp_path]))
    with io.BytesIO() as file:
        frame.write_parquet(file, compression="uncompressed")
        parquet = file.getvalue().decode("latin-1")
    assert frame.height
    assert leaks(parquet, salt) == set()
    assert {column for column, kind in frame.schema.items() if kind == pl.String} == {*TEXTS, "kind"}


def test_a_log_under_its_own_roof_is_refused_as_discreetly(tmp_path: Path) -> None:
    """What the search by content takes for something else, its own source reads."""
    salt = Salt()
    root = tmp_path / ".claude" / "projects"
    sample = LOGS["claude_code"] / "projects"
    salt_logs(sample.rglob("*.jsonl"), sample, root, salt, NAMES)
    rejects = read(installed({}, tmp_path))[1].first
    assert rejects
    assert leaks("\n".join(f"{one.field} {one.allowed} {one.came}" for one in rejects), salt) == set()


def test_every_form_of_a_secret_is_found_again() -> None:
    salt = Salt()
    texts = [salt.secret(f"form {number}") for number in range(len(FORMS))]
    assert len({text.translate(str.maketrans("", "", "0123456789")) for text in texts}) == len(FORMS)
    assert leaks("".join(texts), salt) == set(salt.told.values())


def test_an_attribute_is_called_by_its_key() -> None:
    found = dict(spots({"attributes": [{"key": "user.email", "value": {"stringValue": "a"}}]}))
    assert found["attributes", 0, "value", "stringValue"] == "user.email"
    assert found["attributes", 0, "key"] == "key"
