from __future__ import annotations

import pytest

from tests.sources.telemetry import binary, claude_code, log, metric, metrics, point, sent
from usagestats.sources.otlp.wire import is_message

LOGS = binary(claude_code(log("api_request", 5, session__id="s1", model="claude-a")))
BARE = binary({"resourceLogs": [{"scopeLogs": [{"scope": {"name": "a"}, "logRecords": [{"severityText": "x"}]}]}]})


@pytest.mark.parametrize(
    "message",
    [
        LOGS,
        BARE,
        binary(metrics(metric("claude_code.commit.count", point(60, 1.0)))),
        binary(sent("Spans", [{"name": "chat"}], "my-agent")),
        binary({"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": [{"severityText": "x"}]}]}]}),
        binary({"resourceLogs": [{"resource": {"droppedAttributesCount": 1}, "schemaUrl": "x"}]}),
    ],
    ids=["logs", "without a resource", "metrics", "spans", "an empty resource", "a resource without attributes"],
)
def test_every_kind_of_message_is_known_by_its_beginning(message: bytes) -> None:
    assert is_message(message)
    assert is_message(message + message)


def test_a_message_may_be_cut_anywhere_behind_its_first_key() -> None:
    begin = LOGS.index(b"service.name") + len(b"service.name")
    assert all(is_message(LOGS[:end]) for end in range(begin, len(LOGS)))
    assert not any(is_message(LOGS[:end]) for end in range(LOGS.index(b"service.name")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\n\x05",
        b"\n\xff\xff\xff\xff\xff\xff",
        b"\n\x02\n\x09",
        b"\n\x02\x1a\x00",
        b"\n\x04\n\x02\x08\x01",
        b"\n\x06\n\x04\n\x02\x12\x00",
        b"\n\x08\n\x06\n\x04\n\x02\x00\x01",
        b"\n\x08\n\x06\n\x04\n\x09ab",
        b"\n\x05\n\x00\x22\x01x",
        b"\n\x04\x12\x02\x1a\x00",
        b"\x12" + LOGS[1:],
        b"\n\n# A heading\n\nwords\n",
        b'\n{\n  "resourceLogs": []\n}',
    ],
)
def test_what_begins_otherwise_is_none(content: bytes) -> None:
    assert not is_message(content)
