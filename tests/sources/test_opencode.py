"""OpenCode's database and JSON files: each rule with its rows inside the test."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import discreet
from usagestats.events import MAX_COUNT, Reject
from usagestats.sources.objects import COUNT_ALLOWED as INTEGER
from usagestats.sources.objects import NUMBER_ALLOWED as NUMBER
from usagestats.sources.opencode import SOURCE

SAMPLE = Path(__file__).parents[1] / "data" / "opencode"
SCHEMA = (
    "CREATE TABLE `session` (id text PRIMARY KEY, parent_id text, title text)",
    "CREATE TABLE `message` (id text PRIMARY KEY, session_id text, data text)",
    "CREATE TABLE `part` (id text PRIMARY KEY, message_id text, session_id text, data text)",
)
START = 1_795_024_800_000
TOKENS = {"total": 1234, "input": 1000, "output": 30, "reasoning": 4, "cache": {"read": 200, "write": 0}}
SPENT = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")

Row = tuple[object, ...]


def message(created: object = 0, completed: object = 5000, /, **more: object) -> dict[str, Any]:
    """A response; times in ms after the start."""
    time = {
        name: START + value if isinstance(value, int) else value
        for name, value in (("created", created), ("completed", completed))
        if value is not ...
    }
    path = {"cwd": "/home/private", "root": "/home/private"}
    return {"role": "assistant", "path": path, "tokens": TOKENS, "modelID": "gpt-5.5", "providerID": "openai"} | {
        "time": time,
        **more,
    }


def tool(name: str, start: int, end: object, /, **state: object) -> dict[str, Any]:
    """A tool's call."""
    time = {"start": START + start, "end": START + end if isinstance(end, int) else end}
    made = {"status": "completed", "input": {}, "output": "private", "metadata": {}, "time": time}
    return {"type": "tool", "tool": name, "callID": "call_1", "state": made | state}


def shell(command: str, **state: object) -> dict[str, Any]:
    return tool("bash", 0, 100, **({"input": {"command": command}, "metadata": {"exit": 0}} | state))


def database(path: Path, *, sessions: list[Row] = [], messages: list[Row] = [], parts: list[Row] = []) -> Path:  # noqa: B006
    """A database with these rows; what is a dict is written as JSON."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in SCHEMA:
            connection.execute(statement)
        for table, rows in (("session", sessions), ("message", messages), ("part", parts)):
            for row in rows:
                values = [json.dumps(value) if isinstance(value, dict) else value for value in row]
                if table == "session":
                    values.append("private title")
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    return path


def read(*paths: Path) -> tuple[list[dict[str, Any]], list[str]]:
    return discreet(SOURCE, paths)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "opencode.db"


def only(path: Path) -> dict[str, Any]:
    """The one record that there is."""
    (record,), rejects = read(path)
    assert rejects == []
    return record


def save(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return path


def test_every_expected_event_of_the_sample_comes_out() -> None:
    expected = json.loads(SAMPLE.joinpath("expected.json").read_text("utf-8"))["events"]
    records, rejects = read(*SOURCE.files(SAMPLE))
    records.sort(key=lambda one: one["timestamp"])
    defaults = dict.fromkeys((*SPENT, "commits", "lines_of_code"), 0)
    fields = [name for name in expected[0] if name not in {"active_time_seconds", "lines_removed"}]
    found = [{name: one.get(name, defaults.get(name)) for name in fields} for one in records]
    for one in expected:
        one["timestamp"] = datetime.fromisoformat(one["timestamp"])
    assert found == [{name: one[name] for name in fields} for one in expected]
    assert rejects == []


def test_active_time_runs_from_the_prompt_to_the_last_answer() -> None:
    active = {
        (one["session_id"], one["active_time_seconds"])
        for table in SOURCE.tables(SOURCE.files(SAMPLE))
        if not isinstance(table, Reject)
        for one in table.records()
        if "active_time_seconds" in one
    }
    assert active == {("ses_old", 1.0), ("ses_old", 3.0), ("ses_A", 31.0)}


def test_one_file_alone_is_read(path: Path) -> None:
    found = list(SOURCE.read(database(path, messages=[("a", "s", message()), ("b", "s", "[]")])))
    assert [one.get("event_id") for one in found if isinstance(one, dict)][:1] == ["opencode:a"]
    assert [str(one) for one in found if isinstance(one, Reject)] == [
        f"{path}:message:2: record must be a JSON object, not array"
    ]


def test_the_data_folder_is_the_variables_or_below_the_home() -> None:
    home = Path("/me")
    assert SOURCE.roots({}, home) == [home / ".local/share/opencode"]
    assert SOURCE.roots({"XDG_DATA_HOME": "/data"}, home) == [Path("/data/opencode")]
    assert SOURCE.roots({"OPENCODE_DATA_DIR": "/a,/b", "XDG_DATA_HOME": "/data"}, home) == [Path("/a"), Path("/b")]
    assert SOURCE.roots({"OPENCODE_DATA_DIR": "/a", "OPENCODE_DB": "mine.db"}, home) == [Path("/a"), Path("/a/mine.db")]
    assert SOURCE.roots({"OPENCODE_DATA_DIR": "/a", "OPENCODE_DB": "/c.db"}, home) == [Path("/a"), Path("/c.db")]
    assert SOURCE.roots({"OPENCODE_DB": ":memory:"}, home) == [home / ".local/share/opencode"]


def test_databases_and_stored_files_are_found_and_nothing_else(tmp_path: Path) -> None:
    wanted = [
        "opencode-dev.db",
        "opencode.db",
        "storage/session/p/ses_1.json",
        "storage/message/ses_1/msg_1.json",
        "storage/part/msg_1/prt_1.json",
    ]
    for name in (*wanted, "opencode.db-wal", "auth.json", "snapshot/x.db", "storage/message/ses_1/.msg_1.json.tmp"):
        tmp_path.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        tmp_path.joinpath(name).touch()
    assert SOURCE.files(tmp_path) == [tmp_path / name for name in wanted]
    assert SOURCE.files(tmp_path / "opencode.db") == [tmp_path / "opencode.db"]
    assert SOURCE.files(tmp_path / "missing") == []


def test_a_closed_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", closed)
    assert SOURCE.files(tmp_path) == [tmp_path]
    assert read(tmp_path)[1] == [
        f"{tmp_path}: file must be a database of OpenCode that can be read, not OperationalError"
    ]


def test_an_empty_folder_has_no_records(tmp_path: Path) -> None:
    assert read(*SOURCE.files(tmp_path)) == ([], [])


def test_logs_are_known_by_name_place_or_tables(path: Path) -> None:
    head = database(path).read_bytes()
    assert SOURCE.matches(Path("/x/opencode-local.db"), b"")
    assert SOURCE.matches(Path("/x/copy.sqlite"), head)
    assert SOURCE.matches(Path("/x/copy.sqlite"), head.replace(b"`", b'"'))
    assert not SOURCE.matches(Path("/x/copy.sqlite"), head.replace(b"`part`", b"`else`"))
    assert SOURCE.matches(Path("message/ses_1/msg_1.json"), b"{")
    assert SOURCE.matches(Path("/x/storage/session/p/ses_1.json"), b"{")
    assert not SOURCE.matches(Path("/x/storage/message/ses_1/other.json"), b"{")
    assert not SOURCE.matches(Path("msg_1.json"), b"{")
    assert not SOURCE.matches(Path("/x/storage/other/ses_1/msg_1.json"), b"{")


def test_tokens_are_the_whole_prompt_and_all_that_was_generated(path: Path) -> None:
    record = only(database(path, messages=[("a", "s", message())]))
    assert [record[name] for name in SPENT] == [1200, 34, 200, 0]


@pytest.mark.parametrize(
    ("tokens", "output"),
    [
        (TOKENS | {"total": 1230}, 30),
        (TOKENS | {"total": None}, 34),
        ({"output": 30, "reasoning": 4}, 34),
        ({"output": 30.0, "reasoning": None, "cache": None}, 30),
    ],
)
def test_reasoning_is_outside_of_output_unless_the_total_says_otherwise(
    path: Path, tokens: dict[str, object], output: int
) -> None:
    assert only(database(path, messages=[("a", "s", message(tokens=tokens))]))["output_tokens"] == output


@pytest.mark.parametrize(
    ("error", "success"),
    [
        (None, True),
        ({"name": "MessageAbortedError", "data": {"message": "private"}}, None),
        ({"name": "APIError", "data": {"message": "private"}}, False),
        ({"data": {}}, False),
        ("private", False),
    ],
)
def test_an_error_is_a_failure_unless_the_user_aborted(path: Path, error: object, success: bool | None) -> None:  # noqa: FBT001
    assert (
        only(
            database(
                path, messages=[("a", "s", message(error=error, tokens=None))] if error else [("a", "s", message())]
            )
        )["success"]
        is success
    )


def test_a_message_that_never_ended_is_known_to_have_neither_latency_nor_success(path: Path) -> None:
    record = only(database(path, messages=[("a", "s", message(1000, None))]))
    assert (record["latency_ms"], record["success"]) == (None, None)
    assert record["timestamp"] == datetime.fromtimestamp(START / 1000 + 1, UTC)


def test_latency_leaves_out_the_time_of_tools_once(path: Path) -> None:
    runs = [(1000, 2000), (1500, 2500), (-500, 100), (4900, 9000), (3000, None), (4000, 3900)]
    parts: list[Row] = [(f"p{n}", "a", "s", tool("read", *run)) for n, run in enumerate(runs)]
    assert only(database(path, messages=[("a", "s", message())], parts=parts))["latency_ms"] == 3300


def test_a_clock_that_went_back_gives_no_latency(path: Path) -> None:
    assert only(database(path, messages=[("a", "s", message(5000, 0))]))["latency_ms"] is None


def test_only_what_asked_a_model_is_a_request(path: Path) -> None:
    nothing = TOKENS | {"total": 0, "input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}}
    messages: list[Row] = [(name, "s", message(n, tokens=nothing)) for n, name in enumerate(("shell", "unmetered"))]
    messages += [("prompt", "s", {"role": "user", "time": {"created": START}}), ("other", "s", {"role": "system"})]
    parts: list[Row] = [("p", "unmetered", "s", {"type": "step-finish"}), ("q", None, "s", {"type": "step-finish"})]
    assert only(database(path, messages=messages, parts=parts))["event_id"] == "opencode:unmetered"


def test_a_subagents_session_counts_as_its_root(path: Path) -> None:
    sessions: list[Row] = [("c", "b"), ("b", "a"), ("a", None), ("x", "y"), ("y", "x")]
    messages: list[Row] = [(name, name, message(n)) for n, name in enumerate("abcx")]
    records, _ = read(database(path, sessions=sessions, messages=messages))
    assert {one["event_id"]: one["session_id"] for one in records} == {
        "opencode:a": "a",
        "opencode:b": "a",
        "opencode:c": "a",
        "opencode:x": "y",
    }


def test_a_fork_copies_nothing(path: Path) -> None:
    commit = shell("git commit")
    messages: list[Row] = [
        ("msg_9", "fork", message()),
        ("msg_1", "origin", message()),
        ("msg_0", "origin", {"role": "user", "time": {"created": START}}),
        ("msg_8", "fork", {"role": "user", "time": {"created": START}}),
        ("msg_a", "fork", message(6000, 7000)),
    ]
    records, _ = read(
        database(path, messages=messages, parts=[("p9", "msg_9", "fork", commit), ("p1", "msg_1", "origin", commit)])
    )
    assert [(one["event_id"], one["session_id"]) for one in records] == [
        ("opencode:msg_1", "origin"),
        ("opencode:msg_a", "fork"),
        ("opencode:p1", "origin"),
    ]


@pytest.mark.parametrize(
    ("command", "state", "commits"),
    [
        ("git commit -m private", {}, 1),
        ("git commit", {"metadata": {"exit": 1}}, 0),
        ("git commit", {"metadata": {"exit": None}}, 0),
        ("git commit", {"metadata": None}, 0),
        ("git commit", {"metadata": {"exit": 0, "output": "private \ud83d"}}, 1),
        ("git commit", {"status": "error", "metadata": {"exit": 0}}, 0),
        ("git log", {}, 0),
        ("git commit", {"input": None}, 0),
    ],
)
def test_commits_are_shell_calls_that_went_well(
    path: Path, command: str, state: dict[str, object], commits: int
) -> None:
    records, rejects = read(database(path, parts=[("p", "a", "s", shell(command, **state))]))
    assert sum(one["commits"] for one in records) == commits
    assert rejects == []


@pytest.mark.parametrize(
    ("name", "state", "lines"),
    [
        ("write", {"input": {"content": "one\ntwo\n"}}, 2),
        ("write", {"input": {"content": "one\ntwo"}}, 2),
        ("write", {"input": {"content": "one \ud83d"}}, 1),
        ("write", {"input": {"content": ""}}, 0),
        ("write", {"input": None}, 0),
        ("write", {"input": {"content": "one"}, "status": "error"}, 0),
        ("edit", {"metadata": {"filediff": {"additions": 3, "deletions": 1}, "diff": "+private"}}, 3),
        ("edit", {"metadata": {"diff": "--- a\n+++ b\n@@ -1 +1,2 @@\n-x\n+y\n++++ z\n"}}, 2),
        ("edit", {"metadata": {}}, 0),
        ("edit", {"metadata": None}, 0),
        ("apply_patch", {"metadata": {"files": [{"additions": 2}, None, {"additions": 1}, {}]}}, 3),
        ("multiedit", {"metadata": {"results": [{"filediff": {"additions": 1}}, None, {"diff": "+a\n+b"}]}}, 3),
        ("webfetch", {"input": {"content": ["private"]}, "metadata": {"diff": 7}}, 0),
    ],
)
def test_lines_are_what_tools_added(path: Path, name: str, state: dict[str, object], lines: int) -> None:
    records, rejects = read(database(path, parts=[("p", "a", "s", tool(name, 0, 100, **state))]))
    assert sum(one["lines_of_code"] for one in records) == lines
    assert rejects == []


def test_a_call_without_a_message_counts_for_its_sessions_root(path: Path) -> None:
    records, _ = read(database(path, sessions=[("s", "root")], parts=[("p", None, "s", shell("git commit"))]))
    assert [one["session_id"] for one in records] == ["root"]


def test_files_of_the_older_storage_are_read_with_their_parts_and_sessions(tmp_path: Path) -> None:
    ids = {"sessionID": "ses_1", "messageID": "msg_1", "id": "prt_1"}
    save(tmp_path / "storage/message/ses_1/msg_1.json", message(id="msg_1", sessionID="ses_1"))
    save(tmp_path / "storage/part/msg_1/prt_1.json", tool("edit", 0, 100, metadata={"diff": "+a"}) | ids)
    save(tmp_path / "storage/session/p/ses_1.json", {"id": "ses_1", "parentID": "ses_0", "title": "private"})
    records, rejects = read(*SOURCE.files(tmp_path))
    assert [(one["event_id"], one["session_id"]) for one in records] == [
        ("opencode:msg_1", "ses_0"),
        ("opencode:prt_1", "ses_0"),
    ]
    assert records[0]["latency_ms"] == 4900
    assert rejects == []


def test_what_is_in_a_database_is_not_read_from_files(path: Path, tmp_path: Path) -> None:
    database(path, messages=[("msg_1", "ses_1", message()), ("msg_2", "ses_1", "broken")])
    save(tmp_path / "storage/message/ses_1/msg_1.json", "private")
    save(tmp_path / "storage/message/ses_1/msg_2.json", message(1, id="msg_2"))
    save(tmp_path / "storage/part/msg_1/prt_1.json", "private")
    sizes: list[int] = []
    list(SOURCE.tables(SOURCE.files(tmp_path), progress=sizes.append))
    assert sizes == [one.stat().st_size for one in SOURCE.files(tmp_path)]
    records, rejects = read(*SOURCE.files(tmp_path))
    assert [one["event_id"] for one in records] == ["opencode:msg_1", "opencode:msg_2"]
    assert rejects == [f"{path}:message:2: record must be a JSON document, not something else"]


@pytest.mark.parametrize("backwards", [False, True])
def test_of_two_databases_the_one_that_went_further_counts(path: Path, tmp_path: Path, backwards: bool) -> None:  # noqa: FBT001
    other = database(tmp_path / "opencode-old.db", messages=[("a", "s", message(0, None))])
    paths = [database(path, messages=[("a", "s", message())]), other]
    records, _ = read(*(reversed(paths) if backwards else paths))
    assert [one["success"] for one in records] == [True]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"time": {"created": "private"}}, f"time.created must be {NUMBER} or null, not text"),
        ({"time": {"created": -1}}, f"time.created must be {NUMBER}, not a number out of range"),
        ({"time": None}, "time.created must be milliseconds since 1970, not null"),
        ({"time": {"completed": 1}}, "time.created must be milliseconds since 1970, not null"),
        ({"time": []}, "time must be an object or null, not array"),
        ({"tokens": "private"}, "tokens must be an object or null, not text"),
        (
            {"tokens": {"cache": {"read": "private"}}},
            f"tokens.cache.read must be {INTEGER} or null, not text",
        ),
        (
            {"tokens": {"input": MAX_COUNT, "cache": {"read": 1}}},
            f"tokens must be at most {MAX_COUNT} in all, not more",
        ),
        ({"tokens": {"output": MAX_COUNT, "reasoning": 1}}, f"tokens must be at most {MAX_COUNT} in all, not more"),
        ({"modelID": {"private": 1}}, "modelID must be text or null, not object"),
        ({"role": 7}, "role must be text or null, not integer"),
    ],
)
def test_a_message_that_cannot_be_counted_is_named_by_type(path: Path, changed: dict[str, object], said: str) -> None:
    records, rejects = read(database(path, messages=[("a", "s", message() | changed)]))
    assert (records, rejects) == ([], [f"{path}:message:1: {said}"])


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (tool("bash", 0, 1, input={"command": ["private"]}), "state.input.command must be text or null, not array"),
        (tool("edit", 0, 1, metadata="private"), "state.metadata must be an object or null, not text"),
        (
            tool("read", 0, 1, time={"start": "private"}),
            f"state.time.start must be {NUMBER} or null, not text",
        ),
        (shell("git commit", time=None), "state.time.end must be milliseconds since 1970, not null"),
        ("private", "record must be a JSON document, not something else"),
        (b"\xff", "record must be a JSON document, not something else"),
        (None, "data must be a JSON document, not null"),
    ],
)
def test_a_part_that_cannot_be_counted_is_named_by_type(path: Path, part: object, said: str) -> None:
    records, rejects = read(database(path, parts=[("p", "a", "s", part)]))
    assert (records, rejects) == ([], [f"{path}:part:1: {said}"])


def test_ids_must_be_text_and_data_documents(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE session (id, parent_id)")
        connection.execute("CREATE TABLE message (id, session_id, data)")
        connection.execute("CREATE TABLE part (id, message_id, session_id, data)")
        connection.execute("INSERT INTO session VALUES (7, NULL)")
        connection.execute("INSERT INTO message VALUES (NULL, 's', ?)", [json.dumps(message())])
        connection.execute("INSERT INTO message VALUES (?, 's', '{}')", [b"\xff"])
        connection.execute("INSERT INTO part VALUES (NULL, 'm', 's', ?)", [json.dumps(tool("read", 0, 1))])
        connection.execute("INSERT INTO part VALUES ('p', 'm', 's', 7.5)")
    assert read(path) == (
        [],
        [
            f"{path}:session:1: id must be text, not integer",
            f"{path}:message:1: id must be text, not null",
            f"{path}:message:2: id must be text, not other bytes",
            f"{path}:part:1: id must be text, not null",
            f"{path}:part:2: data must be a JSON document, not number",
        ],
    )


def test_missing_tables_and_columns_are_named_and_the_rest_is_read(path: Path) -> None:
    database(path, messages=[("a", "s", message())])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE session")
        connection.execute("DROP TABLE part")
        connection.execute("CREATE TABLE part (other)")
    records, rejects = read(path)
    assert [one["event_id"] for one in records] == ["opencode:a"]
    assert rejects == [
        f"{path}: session must be a table, not nothing",
        f"{path}: file must be a database of OpenCode that can be read, not OperationalError",
    ]


def test_an_empty_database_has_nothing_to_say(path: Path) -> None:
    path.touch()
    assert read(path) == ([], [])


def test_a_damaged_database_gives_what_can_be_read(path: Path) -> None:
    database(path, messages=[(f"m{n:04}", "s", message(n)) for n in range(1000)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    records, rejects = read(path)
    assert len(records) < 1000
    assert rejects == [f"{path}: file must be a database of OpenCode that can be read, not DatabaseError"]


def test_a_damaged_schema_is_named_by_type(path: Path) -> None:
    whole = database(path).read_bytes()
    path.write_bytes(whole.replace(b"CREATE TABLE `part`", b"CREATE \xe1ABLE `part`"))
    records, (reject,) = read(path)
    assert records == []
    assert reject.startswith(f"{path}: file must be a database of OpenCode that can be read, not ")


def test_what_is_gone_or_elsewhere_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "storage/message/ses_1/msg_1.json"
    elsewhere = save(tmp_path / "elsewhere.json", {})
    assert read(tmp_path / "gone.db", gone, elsewhere) == (
        [],
        [
            f"{tmp_path / 'gone.db'}: file must be a database of OpenCode that can be read, not FileNotFoundError",
            f"{gone}: file must be a readable file, not FileNotFoundError",
            f"{elsewhere}: file must be below a folder session, message or part, not elsewhere",
        ],
    )
