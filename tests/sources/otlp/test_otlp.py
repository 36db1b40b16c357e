from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sources.telemetry import claude_code, codex, gemini, lines, log, read, read_files, requests, sent, told
from usagestats.sources import installed
from usagestats.sources.otlp import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA = Path(__file__).parents[2] / "data" / "otlp"
LOGS = claude_code(log("api_request", 5, session__id="s1", model="claude-a", request_id="r1"))


def totals(paths: Iterable[Path]) -> dict[str, float]:
    found, refused = read_files(*paths)
    assert refused == []
    names = ("input_tokens", "output_tokens", "commits", "lines_of_code", "active_time_seconds")
    return {name: sum(one.get(name) or 0 for one in found) for name in names} | {"requests": len(requests(found))}


CODEX = [path for path in (DATA / "codex").iterdir() if path.name.startswith("logs.")]
GEMINI = [DATA / "gemini" / "outfile.log", DATA / "gemini" / "logs.http-json.json"]


@pytest.mark.parametrize("paths", [CODEX, GEMINI], ids=["codex", "gemini"])
def test_each_form_of_the_same_telemetry_gives_the_same_alone_and_together(paths: list[Path]) -> None:
    alone = [totals([path]) for path in paths]
    assert len(alone) > 1
    assert all(one == totals(paths) for one in alone)


def test_copies_of_files_change_nothing(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "one")
    shutil.copytree(DATA, tmp_path / "other")
    assert totals(SOURCE.files(tmp_path)) == totals(SOURCE.files(DATA))


def test_nobody_writes_telemetry_by_habit_but_a_variable_may_name_a_file(tmp_path: Path) -> None:
    assert SOURCE.roots({"GEMINI_TELEMETRY_OUTFILE": " "}, tmp_path) == []
    shutil.copy(DATA / "gemini" / "outfile.log", tmp_path / "telemetry.log")
    search = installed({"GEMINI_TELEMETRY_OUTFILE": f"{tmp_path}/telemetry.log"}, tmp_path)
    assert [(one.source.name, one.files) for one in search.found] == [("otlp", (tmp_path / "telemetry.log",))]


def test_a_folder_is_searched_for_telemetry_whatever_the_files_are_called(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("notes")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "telemetry").write_bytes(lines(LOGS))
    assert SOURCE.files(tmp_path) == [tmp_path / "a" / "telemetry"]


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(lines(LOGS))
    found, refused = read_files(tmp_path / "a", tmp_path / "b")
    assert refused == ["a: file must be a readable file, not FileNotFoundError"]
    assert len(requests(found)) == 1


def test_progress_is_told_by_the_size_of_each_file() -> None:
    moved: list[int] = []
    paths = SOURCE.files(DATA)
    list(SOURCE.tables(paths, progress=moved.append))
    assert moved == [path.stat().st_size for path in paths]


def test_each_application_has_its_own_records_and_sessions_are_not_mixed(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        LOGS,
        codex(log("codex.sse_event", 6, conversation__id="s1", model="gpt-5.5", input_token_count=1)),
        gemini(log("gemini_cli.api_error", 7, session__id="s1")),
        codex(log("codex.api_request", 8, conversation__id="s1", http__response__status_code=500)),
        sent("Logs", [log("my.request", 9, model="m")], "my-agent"),
    )
    assert told(requests(found), "application", "model", "provider") == [
        ("claude-code", "claude-a", "anthropic"),
        ("codex", "gpt-5.5", "openai"),
        ("gemini-cli", None, "google"),
        ("codex", "gpt-5.5", "openai"),
    ]


def test_nothing_private_is_in_a_record(tmp_path: Path) -> None:
    secret = {"user__email": "Hunter2", "prompt": "Hunter2", "organization__id": "Hunter2", "error": "Hunter2"}
    call = {"tool_parameters": "Hunter2", "arguments": "git commit Hunter2", "function_args": "Hunter2"}
    found, refused = read(
        tmp_path,
        claude_code(
            log("api_error", 5, session__id="s1", model="m", **secret), log("tool_result", 6, **secret, **call)
        ),
        codex(log("codex.user_prompt", 6, **secret), log("codex.tool_result", 7, success=True, **secret, **call)),
        gemini(log("gemini_cli.tool_call", 8, **secret, **call), log("gemini_cli.api_error", 9, **secret)),
    )
    assert "Hunter2" not in f"{found}{refused}"
