from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from tests.sources.telemetry import (
    SECOND,
    START,
    attributes,
    binary,
    claude_code,
    framed,
    lines,
    log,
    metric,
    metrics,
    point,
    read_files,
    requests,
    sent,
    summed,
)
from usagestats.sources import given
from usagestats.sources.otlp import files
from usagestats.sources.otlp.files import is_known

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5.5", "gen_ai.conversation.id": "conv_1"}
SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "8d3625b4b1000000",
    "startTimeUnixNano": f"{START}",
    "endTimeUnixNano": f"{START + SECOND}",
    "attributes": attributes(CHAT),
}
LOGS = claude_code(
    log("api_request", 5, session__id="s1", model="claude-a", input_tokens=4, request_id="r1"),
    log("api_request", 9, session__id="s1", model="claude-a", input_tokens=5, request_id="r2"),
)
METRICS = metrics(metric("claude_code.commit.count", point(60, 1.0)))
SPANS = sent("Spans", [SPAN], "my-agent")
DOCUMENTS = (LOGS, METRICS, SPANS)
PACK = zstandard.ZstdCompressor().compress


def dumped(*documents: dict[str, Any]) -> list[bytes]:
    return [json.dumps(one).encode() for one in documents]


FORMS: dict[str, Callable[[], bytes]] = {
    "lines": lambda: lines(*DOCUMENTS),
    "lines without a last end": lambda: lines(*DOCUMENTS).rstrip(),
    "lines with blank ones": lambda: b"\n" + lines(*DOCUMENTS).replace(b"\n", b"\r\n \r\n"),
    "lines behind a mark": lambda: b"\xef\xbb\xbf" + lines(*DOCUMENTS),
    "one array": lambda: json.dumps(DOCUMENTS).encode(),
    "one array, indented": lambda: json.dumps(DOCUMENTS, indent=1).encode(),
    "pretty documents": lambda: b"".join(json.dumps(one, indent=2).encode() + b"\n" for one in DOCUMENTS),
    "documents without indents": lambda: b"\n".join(json.dumps(one, indent=0).encode() for one in DOCUMENTS),
    "documents after one another": lambda: b"".join(dumped(*DOCUMENTS)),
    "one object of all kinds": lambda: lines({**LOGS, **METRICS, **SPANS}),
    "framed proto": lambda: framed(*map(binary, DOCUMENTS)),
    "framed proto, each packed": lambda: framed(*(PACK(binary(one)) for one in DOCUMENTS)),
    "framed json": lambda: framed(*dumped(*DOCUMENTS)),
    "framed json, each packed": lambda: framed(*map(PACK, dumped(*DOCUMENTS))),
    "zstd of lines": lambda: PACK(lines(*DOCUMENTS)),
    "zstd of lines, in parts": lambda: b"".join(PACK(lines(one)) for one in DOCUMENTS),
    "zstd of framed proto": lambda: PACK(framed(*map(binary, DOCUMENTS))),
    "gzip of lines": lambda: gzip.compress(lines(*DOCUMENTS)),
    "gzip of framed proto": lambda: gzip.compress(framed(*map(binary, DOCUMENTS))),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["data.json", "data-2022-09-14T05-02-14.173.json", "body"])
def test_every_form_is_recognised_by_its_content_and_gives_the_same(tmp_path: Path, form: str, name: str) -> None:
    path, plain = tmp_path / name, tmp_path / "plain.jsonl"
    path.write_bytes(FORMS[form]())
    plain.write_bytes(lines(*DOCUMENTS))
    assert [one.source.name for one in given([path]).found] == ["otlp"]
    found, refused = read_files(path)
    assert (found, refused) == read_files(plain)
    assert refused == []
    assert (len(requests(found)), summed(found, "input_tokens"), summed(found, "commits")) == (3, 9, 1)


@pytest.mark.parametrize("document", DOCUMENTS, ids=["logs", "metrics", "spans"])
@pytest.mark.parametrize("packed", [bytes, gzip.compress, PACK])
def test_a_body_as_it_was_sent_is_read(
    tmp_path: Path, document: dict[str, Any], packed: Callable[[bytes], bytes]
) -> None:
    body, plain = tmp_path / "body.bin", tmp_path / "plain.jsonl"
    body.write_bytes(packed(binary(document)))
    plain.write_bytes(lines(document))
    assert [one.source.name for one in given([body]).found] == ["otlp"]
    assert read_files(body) == read_files(plain)


def test_a_message_that_begins_like_an_object_is_none(tmp_path: Path) -> None:
    names = [{"event.name": "claude_code.api_request", "model": "m" * size} for size in range(80)]
    records = [{"timeUnixNano": START, "attributes": attributes(one)} for one in names]
    bodies = [binary(sent("Logs", [one], "a")) for one in records]
    (body,) = [one for one in bodies if one[1] == ord("{")]
    (tmp_path / "body").write_bytes(body)
    assert is_known(body)
    assert len(requests(read_files(tmp_path / "body")[0])) == 1


LINE = lines(LOGS)
CUT: dict[str, tuple[bytes, int, str]] = {
    "a half last line": (LINE + lines(SPANS)[:-40], 2, "telemetry:2: record must be a JSON document, not something"),
    "a half line amid": (lines(SPANS)[:200] + b"\n" + LINE, 2, "telemetry:1: record must be a JSON document, not some"),
    "a line of something else": (LINE + b"[1]\n", 2, "telemetry:2: record must be a JSON object, not integer"),
    "half a pretty document amid": (
        json.dumps(SPANS, indent=2).encode()[:300] + b"\n" + json.dumps(LOGS, indent=2).encode(),
        2,
        "telemetry:1: record must be a JSON document, not something else",
    ),
    "half a last message": (
        framed(binary(LOGS), binary(SPANS))[:-9],
        2,
        "telemetry:2: message must be as long as is said before it, not a part of one",
    ),
    "half a length": (framed(binary(LOGS)) + b"\0\0", 2, "telemetry:2: message must be as long as is said before it"),
    "a length beyond measure": (
        framed(binary(LOGS)) + b"\xff\xff\xff\xff",
        2,
        "telemetry:2: message must be at most 268435456 bytes long, not a longer one",
    ),
    "a message of something else": (
        framed(binary(LOGS), b"\xff\xff"),
        2,
        "telemetry:2: message must be logs, metrics or spans of OTLP, not something else",
    ),
    "a packed message that is damaged": (
        framed(PACK(binary(LOGS)), PACK(binary(SPANS))[:9] + b"\xff" * 99),
        2,
        "telemetry:2: message must be zstd to its end, not something else",
    ),
    "a packed message that ends too early": (
        framed(PACK(binary(LOGS)), PACK(binary(SPANS))[:-5]),
        2,
        "telemetry:2: message must be zstd to its end, not something else",
    ),
    "half a body": (binary(LOGS)[:-9], 0, "telemetry:1: message must be logs, metrics or spans of OTLP"),
    "gzip cut short": (gzip.compress(LINE * 9)[:-9], 2, "telemetry: file must be gzip or zstd to its end"),
    "gzip with something else behind": (
        gzip.compress(LINE) + b"\x1f\x8b\xff",
        2,
        "telemetry: file must be gzip or zstd to its end, not something else",
    ),
    "zstd with something else behind": (
        PACK(LINE) + b"something else",
        2,
        "telemetry: file must be gzip or zstd to its end, not something else",
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_what_is_damaged_is_named_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    content, count, why = CUT[name]
    (tmp_path / "telemetry").write_bytes(content)
    found, (refused,) = read_files(tmp_path / "telemetry")
    assert refused.startswith(why)
    assert len(requests(found)) == count


def test_a_packed_message_that_unpacks_beyond_measure_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_MESSAGE_BYTES", len(binary(LOGS)))
    (tmp_path / "telemetry").write_bytes(framed(PACK(binary(LOGS)), PACK(b"\0" * 4000)))
    found, (refused,) = read_files(tmp_path / "telemetry")
    assert refused.startswith("telemetry:2: message must be at most ")
    assert len(requests(found)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}",
        b"{\n}",
        b'{"type":"user"}\n',
        b'{"resource":"logs"}',
        b"\0\0\0\4notes",
        b"\nnotes",
        b"\n\n\n\n\n\n",
        b"\0\0\0\0",
        gzip.compress(b"notes", mtime=0),
        gzip.compress(LINE, mtime=0)[:9],
        PACK(b"notes"),
        b"\x28\xb5\x2f\xfd\xff",
        framed(PACK(b"notes")),
        framed(b"\x28\xb5\x2f\xfd\xff"),
    ],
)
def test_what_is_no_telemetry_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes").write_bytes(content)
    search = given([tmp_path])
    assert [one.source.name for one in search.found] == []
    assert search.unrecognised == (tmp_path / "notes",)
