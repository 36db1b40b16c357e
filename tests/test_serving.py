from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from click.testing import CliRunner, Result

from usagestats import serving
from usagestats.cli import main
from usagestats.errors import InputError, MissingPackage
from usagestats.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

ALEX_ID = "1b2fa7aa-7838-41f4-8e5b-7bfc889d54dd"
EVENT = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "input_tokens": 5}


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(EVENT) + "\n")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["serve", *map(str, arguments)])


def test_the_command_serves_files_until_it_is_stopped(events: Path) -> None:
    program = "from usagestats.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", str(events), "--port", "0"]
    command += ["--public-id", ALEX_ID, "--name", "Alex Smith"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        line = process.stderr.readline()
        assert line.startswith("serving http://127.0.0.1:")
        url = line.split()[1]
        found = httpx.get(url, params={"fields": "name"}, timeout=30)
        assert (found.json(), found.headers["RateLimit-Policy"]) == ({"name": "Alex Smith"}, '"client";q=120;w=60')
        assert "server" not in found.headers
        assert httpx.get(f"{url}/card/overview.svg", timeout=30).text.startswith("<svg")
    finally:
        process.terminate()
        words = process.communicate(timeout=30)[1]
    assert "Traceback" not in words


def test_the_command_hands_its_settings_over(events: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, _: served.append(server.config))
    names = tmp_path / "names.json"
    names.write_text(json.dumps({ALEX_ID: "Alex Smith"}))
    events.write_text(json.dumps(EVENT | {"public_id": ALEX_ID}))
    more = ["--names", names, "--port", 0, "--rate-limit", "none", "--trusted-proxy", "10.0.0.0/8", "--host", "::1"]
    found = run(events, *more)
    assert found.exit_code == 0, found.output
    assert found.stderr.startswith("serving http://[::1]:")
    assert found.stderr.rstrip().endswith("/api/v1/public/{public_id}")
    assert not served[0].proxy_headers


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--public-id", "me"], "error: --public-id must be a UUID, such as"),
        ([], "error: records must have a public_id, or --public-id must say whose they are"),
        (["--public-id", ALEX_ID, "--rate-limit", "often"], "error: couldn't parse rate limit string 'often'"),
        (["--public-id", ALEX_ID, "--storage", "x://"], "error: the storage of a rate limit must be memory://"),
        (["--public-id", ALEX_ID, "--trusted-proxy", "x"], "error: 'x' does not appear to be an IPv4 or IPv6 network"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(events: Path, arguments: list[str], words: str) -> None:
    found = run(events, "--port", "0", *arguments)
    assert found.exit_code == 1
    assert words in found.stderr
    assert "Traceback" not in found.output


def test_a_port_that_is_taken_is_said(events: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = run(events, "--public-id", ALEX_ID, "--port", port)
    assert (found.exit_code, found.stderr) == (
        1,
        f"error: 127.0.0.1 port {port} cannot be listened at: Address already in use\n",
    )


def test_an_answer_in_two_packets_does_not_wait_for_the_clients_word_on_the_first() -> None:
    with (
        serving.listening("127.0.0.1", 0) as (opened, _),
        socket.create_connection(opened.getsockname()),
        opened.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_names_that_are_none_are_refused() -> None:
    assert serving.names(None) == {}
    assert serving.names(io.BytesIO(b'{"a":"Alex"}')) == {"a": "Alex"}
    for wrong in (b"", b"[]", b'{"a":1}'):
        with pytest.raises(InputError, match="--names must be a JSON object"):
            serving.names(io.BytesIO(wrong))


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "usagestats.asgi", raising=False)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    monkeypatch.delattr("usagestats.asgi", raising=False)
    with pytest.raises(MissingPackage, match=r"serve needs starlette\.applications, which the extra 'server' brings"):
        serving.application(Shelf([], list), rate_limit="none", storage="memory://", trusted_proxy=[])
