"""Where agents keep their logs on a machine: known without loading what reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def folders(env: Mapping[str, str], variable: str, default: Path) -> list[Path]:
    """The folders that the variable names (a comma list), else the default.

    >>> [path.as_posix() for path in folders({"DATA": " /a ,, /b,/a"}, "DATA", Path("/home/me/data"))]
    ['/a', '/b']
    """
    named = [Path(part.strip()) for part in env.get(variable, "").split(",") if part.strip()]
    return list(dict.fromkeys(named)) or [default]


def claude_code(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of transcripts; ``CLAUDE_CONFIG_DIR`` (a comma list) replaces the two defaults.

    >>> [path.as_posix() for path in claude_code({"CLAUDE_CONFIG_DIR": "/a, /b/projects"}, Path("/home/me"))]
    ['/a/projects', '/b/projects']
    """
    named = [part.strip() for part in env.get("CLAUDE_CONFIG_DIR", "").split(",") if part.strip()]
    if named:
        found = [home / part[2:] if part.startswith("~/") else Path(part) for part in named]
    else:
        found = [home / ".claude", Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "claude"]
    return list(dict.fromkeys(_named("projects", found)))


def codex(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of rollouts; ``CODEX_HOME`` (a comma list) replaces the default.

    >>> [path.as_posix() for path in codex({"CODEX_HOME": "/a"}, Path("/home/me"))]
    ['/a/sessions', '/a/archived_sessions']
    """
    homes = folders(env, "CODEX_HOME", home / ".codex")
    return [one / kind for one in homes for kind in ("sessions", "archived_sessions")]


def gemini(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of projects; ``GEMINI_DATA_DIR`` (a comma list) replaces the default."""
    return folders(env, "GEMINI_DATA_DIR", home / ".gemini" / "tmp")


def opencode(env: Mapping[str, str], home: Path) -> list[Path]:
    """The data folders, and the database that ``OPENCODE_DB`` names (in the folder, or anywhere).

    >>> [path.as_posix() for path in opencode({}, Path("/home/me"))]
    ['/home/me/.local/share/opencode']
    """
    data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share") / "opencode"
    found = folders(env, "OPENCODE_DATA_DIR", data)
    named = env.get("OPENCODE_DB", "")
    return [*found, found[0] / named] if named not in {"", ":memory:"} else found


def copilot(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of sessions and of spans; ``COPILOT_HOME`` moves both.

    ``COPILOT_OTEL_FILE_EXPORTER_PATH`` names one more file.

    >>> [path.as_posix() for path in copilot({"COPILOT_OTEL_FILE_EXPORTER_PATH": "/a"}, Path("/me"))]
    ['/me/.copilot/session-state', '/me/.copilot/otel', '/a']
    """
    base = Path(env.get("COPILOT_HOME") or home / ".copilot")
    exported = env.get("COPILOT_OTEL_FILE_EXPORTER_PATH", "").strip()
    return [base / "session-state", base / "otel", *([Path(exported)] if exported else [])]


def qwen(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of projects; ``QWEN_DATA_DIR`` (a comma list of ``.qwen``) replaces the default."""
    return _named("projects", folders(env, "QWEN_DATA_DIR", home / ".qwen"))


def pi(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of sessions; ``PI_AGENT_DIR`` (a comma list) replaces the default."""
    return folders(env, "PI_AGENT_DIR", home / ".pi" / "agent" / "sessions")


def amp(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of threads; ``AMP_DATA_DIR`` (a comma list) replaces the default.

    >>> [path.as_posix() for path in amp({"AMP_DATA_DIR": "/a, /b/threads"}, Path("/home/me"))]
    ['/a/threads', '/b/threads']
    """
    return _named("threads", folders(env, "AMP_DATA_DIR", home / ".local" / "share" / "amp"))


def droid(env: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of sessions; ``DROID_SESSIONS_DIR`` (a comma list) replaces the default.

    >>> [path.as_posix() for path in droid({}, Path("/home/me"))]
    ['/home/me/.factory/sessions']
    """
    return folders(env, "DROID_SESSIONS_DIR", home / ".factory" / "sessions")


def otlp(env: Mapping[str, str], home: Path) -> list[Path]:  # noqa: ARG001 - nothing lies in a home by habit
    """The file that ``GEMINI_TELEMETRY_OUTFILE`` names; nobody writes telemetry anywhere by habit.

    >>> otlp({}, Path("/me")), otlp({"GEMINI_TELEMETRY_OUTFILE": "/a"}, Path("/me"))[0].as_posix()
    ([], '/a')
    """
    written = env.get("GEMINI_TELEMETRY_OUTFILE", "").strip()
    return [Path(written)] if written else []


def _named(name: str, found: list[Path]) -> list[Path]:
    """The folders of that name: these, or those in them."""
    return [one if one.name == name else one / name for one in found]


PLACES: Final[Mapping[str, Callable[[Mapping[str, str], Path], list[Path]]]] = {
    place.__name__: place for place in (claude_code, codex, gemini, opencode, copilot, qwen, pi, amp, droid, otlp)
}
"""Agent, in the order in which they are asked whether a file is theirs → its folders, there or not."""
