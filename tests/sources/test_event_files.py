from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from usagestats.errors import InputError
from usagestats.events import MAX_COUNT, Batch, Records, Reject, Rejects
from usagestats.sources.event_files import SOURCE
from usagestats.summary import Summary, summarize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 7}
COLUMNS = "timestamp,provider,model,input_tokens,latency_ms,success,event_id"


def summary_of(*paths: Path) -> Summary:
    def read(rejects: Rejects) -> Iterator[Batch | pl.DataFrame]:
        for path in paths:
            yield from SOURCE.batches(path, rejects)

    return summarize(Records(read), now=NOW)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def rejects(found: Summary) -> Sequence[Reject]:
    assert found.rejects.count == len(found.rejects.first)
    return found.rejects.first


def test_lines_of_json_are_records(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", lines(GOOD, GOOD | {"input_tokens": 3.0, "extra": [1]}))
    assert summary_of(path).stats.input_tokens == 10


def test_a_byte_order_mark_carriage_returns_and_empty_lines_are_no_records(tmp_path: Path) -> None:
    path = written(tmp_path, "a.ndjson", "\ufeff" + lines(GOOD).replace("\n", "\r\n") + "\r\n \n" + lines(GOOD).strip())
    found = summary_of(path)
    assert (found.stats.total_events, found.rejects.count) == (2, 0)


def test_a_bad_line_is_named_by_its_number_and_the_rest_is_read(tmp_path: Path) -> None:
    content = lines(GOOD) + "\n" + '{"timestamp":\n' + lines([1], GOOD | {"input_tokens": -1}, GOOD)
    path = written(tmp_path, "a.jsonl", content)
    found = summary_of(path)
    assert found.stats.total_events == 2
    assert [str(reject) for reject in rejects(found)] == [
        f"{path}:3: record must be a JSON object, not something that is no JSON",
        f"{path}:4: record must be a mapping, or an object with a timestamp, not [1]",
        f"{path}:5: input_tokens must be an integer from 0 to 9223372036854775807, not -1",
    ]


def test_an_instant_that_cannot_be_read_is_named_by_its_line_too(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", "\n" + lines(GOOD | {"timestamp": "2026-11-22"}))
    (reject,) = rejects(summary_of(path))
    assert (reject.place, reject.field, reject.came) == (f"{path}:2", "timestamp", "'2026-11-22'")


def test_garbage_and_deep_nesting_are_rejects_and_no_crash(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", b"\xff\xfe\x00\n" + b"[" * 100_000 + b"\n" + lines(GOOD).encode())
    found = summary_of(path)
    assert (found.stats.total_events, found.rejects.count) == (1, 2)


def test_standard_input_is_lines_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines(GOOD, {}).encode())))
    found = summary_of(Path("-"))
    assert found.stats.total_events == 1
    assert rejects(found)[0].place == "-:2"


def test_csv_cells_are_typed_and_empty_ones_are_null(tmp_path: Path) -> None:
    rows = [
        "2026-11-22 08:00:00,openai,gpt-5.1,7,,true,",
        "2026-11-22T08:00:01Z,openai,gpt-5.1,3.0,12.5,False,a",
        "2026-11-22T08:00:01Z,openai,gpt-5.1,3,,,a",
    ]
    path = written(tmp_path, "a.csv", "\ufeff" + "\r\n".join([COLUMNS, *rows]))
    stats = summary_of(path).stats
    assert (stats.total_events, stats.input_tokens, stats.avg_latency_ms, stats.success_rate) == (2, 10, 13, 50.0)


def test_a_bad_csv_cell_is_named_by_its_line(tmp_path: Path) -> None:
    rows = [
        "2026-11-22T08:00:00Z,openai,gpt-5.1,seven,,,",
        "2026-11-22T08:00:00Z,openai,gpt-5.1,-7,,,",
        "2026-11-22T08:00:00Z,openai,gpt-5.1,7,nan,,",
        "2026-11-22T08:00:00Z,openai,gpt-5.1,7,,perhaps,,too,many",
        ",,,,,,",
        "2026-11-22T08:00:00Z,openai",
        "2026-11-22T08:00:00Z,openai,gpt-5.1",
    ]
    path = written(tmp_path, "a.csv", "\n".join([COLUMNS, *rows]))
    found = summary_of(path)
    assert found.stats.total_events == 1
    assert [(reject.place, reject.field) for reject in rejects(found)] == [
        (f"{path}:2", "input_tokens"),
        (f"{path}:3", "input_tokens"),
        (f"{path}:4", "latency_ms"),
        (f"{path}:5", "success"),
        (f"{path}:6", "timestamp"),
    ]


def test_broken_csv_quoting_is_a_reject(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", f'{COLUMNS}\n"2026"x,openai,gpt-5.1,7,,,\n2026-11-22T08:00:00Z,openai,m,7,,,\n')
    found = summary_of(path)
    assert (found.stats.total_events, rejects(found)[0].allowed) == (1, "a CSV record")


def test_parquet_is_read_by_the_same_rules(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame([GOOD, GOOD | {"input_tokens": -1}, GOOD | {"input_tokens": 3}]).write_parquet(path)
    found = summary_of(path, path)
    assert found.stats.input_tokens == 20
    assert [reject.place for reject in rejects(found)] == [f"{path}:2"] * 2


def test_a_file_of_another_kind_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no Parquet file that can be read"):
        summary_of(written(tmp_path, "a.parquet", b"PAR1 but no"))
    with pytest.raises(InputError, match=r"ends in one of \.jsonl, .*, not 'a\.txt'"):
        summary_of(written(tmp_path, "a.txt", "model\n"))
    with pytest.raises(InputError, match=r"gone\.jsonl cannot be read"):
        summary_of(tmp_path / "gone.jsonl")


def test_a_file_of_another_ending_is_read_by_its_first_bytes(tmp_path: Path) -> None:
    pl.DataFrame([GOOD]).write_parquet(tmp_path / "parquet.log")
    for name, content in (("lines.log", "\ufeff" + lines(GOOD)), ("csv.log", "timestamp,model\n"), ("none.log", "")):
        written(tmp_path, name, content)
    assert summary_of(tmp_path / "parquet.log", tmp_path / "lines.log").stats.total_events == 2
    assert summary_of(tmp_path / "csv.log", tmp_path / "none.log").stats.total_events == 0


def test_what_is_refused_of_a_file_that_was_only_recognised_shows_no_value(tmp_path: Path) -> None:
    bad = [GOOD | {"model": ["secret"]}, GOOD | {"timestamp": "secret"}, GOOD | {"model": "\ud800"}, GOOD]
    written(tmp_path, "a.jsonl", lines(*bad))
    pl.DataFrame([GOOD | {"input_tokens": -7}, GOOD]).write_parquet(tmp_path / "b.parquet")

    def reading(into: Rejects) -> Iterator[Batch | pl.DataFrame]:
        for name in ("a.jsonl", "b.parquet"):
            yield from SOURCE.batches(tmp_path / name, into, is_named=False)

    found = summarize(Records(reading), now=NOW)
    assert found.stats.total_events == 2
    assert [str(one).partition(": ")[2] for one in rejects(found)] == [
        "model must be text or null, not what stands there",
        "timestamp must be a datetime, or RFC 3339 text with date and time, not what stands there",
        "record must be a JSON object, not what stands there",
        f"input_tokens must be an integer from 0 to {MAX_COUNT}, not what stands there",
    ]


def test_a_file_is_recognised_by_its_ending_and_its_first_bytes() -> None:
    assert SOURCE.matches(Path("a.jsonl"), b'{"timestamp":')
    assert SOURCE.matches(Path("a.csv"), b"timestamp,model")
    assert SOURCE.matches(Path("a.parquet"), b"PAR1....")
    assert not SOURCE.matches(Path("a.parquet"), b"timestamp")
    assert not SOURCE.matches(Path("a.txt"), b"timestamp")
    assert not SOURCE.matches(Path("a.jsonl"), b'{"level":"info"}')
