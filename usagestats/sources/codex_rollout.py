"""One rollout's reading, line by line: requests, what tools brought, and instants, all into the ledger.

Which lines count is told by their first bytes (`codex_lines.PLAIN`); of most only the instant is taken, and only those
that matter are decoded. Lines that Codex did not write in its own order of keys are decoded all.

A fork, and a subagent, may begin with a copy of its parent's lines. Nothing counts until its own first turn: the first
whose id, a UUID with its time in it, is not older than the rollout itself. Where turns have no such ids, it is one that
begins after a pause, for a copy is written in one go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from usagestats.events import Refusal
from usagestats.sources.codex_lines import (
    NOTHING,
    PATCH,
    PLAIN,
    Usage,
    added,
    born,
    called,
    commits,
    succeeded,
    usage,
)
from usagestats.sources.hashes import hashed
from usagestats.sources.instants import microseconds
from usagestats.sources.ledger import Activity, Ledger, Request
from usagestats.sources.objects import ENDS, Object, inner, instant, loose, parsed, text, words
from usagestats.sources.settling import nameless_key
from usagestats.sources.tokens import prompt_tokens
from usagestats.sources.tools import is_zero

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from usagestats.events import Reject

COPY_PAUSE_US: Final = 2_000_000
"""A longer gap than this is not within a copy (the longest seen is about one second)."""
NO_REQUEST: Final = frozenset({"thread_rollback_failed", "active_turn_not_steerable", "sandbox_error"})
"""Errors of a turn that are none of the model's."""

OWN: Final = frozenset({"session_meta", "turn_context", "token_usage_record"})
"""Lines whose kind is their own."""
CARRIERS: Final = frozenset({"event_msg", "response_item"})
"""Lines whose kind is that of what they carry. Other lines do not matter."""
REPLAYED: Final = frozenset({"session_meta", "turn_context", "task_started", "turn_started", "token_count", ""})
"""All that matters in a copy of the parent's lines; nothing is known of a line without a kind."""
PROMPTS: Final = frozenset({"message", "user_message"})
CALLS: Final = frozenset({"function_call", "custom_tool_call", "local_shell_call"})
OUTPUTS: Final = frozenset({"function_call_output", "custom_tool_call_output"})
COMMANDS: Final = frozenset({"exec_command_end", "item_completed"})
INSTANTS: Final = PROMPTS | OUTPUTS | COMMANDS
"""Lines at whose instant there was activity, whatever else they say."""
NOTHING_MADE: Final = (False, 0)

_COMMIT = b"commit"
_PATCH = PATCH.encode()
_HEAD_BYTES = 400
_ROLE = b'"role":"user"'
_ITEM = re.compile(rb'"type":"(?:CommandExecution|McpToolCall|DynamicToolCall|UserMessage)"')


@dataclass(slots=True)
class Rollout:
    """One file's reading."""

    path: Path
    ledger: Ledger
    roots: dict[str, str]
    """Subagent's thread → the session, or thread, that it belongs to."""
    thread: str | None
    """The session's id: the file name's, until the session says it."""
    provider: str | None = None
    model: str | None = None
    turn: str | None = None
    """The hash of its id."""
    has_meta: bool = False
    made: int = 0
    """When the rollout began, in µs since 1970."""
    continues: bool = False
    """The totals go on from a parent's."""
    replaying: bool = False
    has_copy: bool = False
    """Another session's head stands in the file."""
    has_dated_turns: bool = False
    before: int = 0
    """The instant of the line before, within a copy."""
    total: Usage | None = None
    last: Usage | None = None
    counted: str | None = None
    """The key of the latest request that came from a running count."""
    has_records: bool = False
    calls: dict[str, tuple[bool, int]] = field(default_factory=dict)
    """Calls of tools that have not ended, by a hash of their ids: whether each commits, the lines its patch adds."""
    lines: int = 0
    """How many lines were read."""

    def rejects(self, file: Iterable[bytes]) -> Iterator[Reject]:
        """Reads these lines; gives a reject for each that should have counted and could not."""
        before = self.lines
        for self.lines, line in enumerate(file, before + 1):
            try:
                self._line(line)
            except Refusal as refusal:
                yield refusal.at(f"{self.path}:{self.lines}")

    def _line(self, line: bytes) -> None:
        plain = PLAIN.match(line)
        if plain is None or not line.endswith(ENDS):
            raw = parsed(line)
            if raw is not None:
                self._object(raw)
                self._note(words(raw, "timestamp"))
            return
        stamp, outer, carried = plain.groups(b"")
        kind = _kind(outer.decode(), carried.decode())
        if self._is_wanted(kind, line):
            self._object(parsed(line) or {})
        elif kind in INSTANTS and not self.replaying and _is_active(kind, line):
            self._see({"timestamp": stamp.decode("utf-8", "replace")})
        if self.replaying:
            self._note(stamp.decode("utf-8", "replace"))

    def _note(self, stamp: str | None) -> None:
        self.before = microseconds(stamp or "") or self.before

    def _is_wanted(self, kind: str | None, line: bytes) -> bool:
        """Whether more than the line's instant can matter."""
        if self.replaying or kind in REPLAYED:
            return kind in REPLAYED
        if kind in CALLS:
            return _COMMIT in line or _PATCH in line
        if kind in OUTPUTS:
            return bool(self.calls)
        if kind in COMMANDS:
            return _COMMIT in line or b'"type":"FileChange"' in line
        return kind in self.HANDLERS and kind not in PROMPTS

    def _object(self, raw: Object) -> None:
        """Hands a decoded line to what reads its kind."""
        outer = raw.get("type")
        kind = _kind(outer if isinstance(outer, str) else None, words(raw, "payload", "type"))
        handle = self.HANDLERS.get(kind or "")
        if handle is None or (self.replaying and kind not in REPLAYED):
            return
        payload = inner(raw, "payload")
        if payload is not None:
            handle(self, raw, payload)

    def _see(self, raw: Object) -> int | None:
        """The line's instant, noted as one of activity; None if it has none."""
        if raw.get("timestamp") is None:
            return None
        found = instant(raw)
        self.ledger.instant(self.thread, found)
        return found

    # the session

    def _meta(self, raw: Object, payload: Object) -> None:
        if self.has_meta:
            self._later_meta(payload)
            return
        self.has_meta = True
        spawned = words(payload, "source", "subagent", "thread_spawn", "parent_thread_id")
        forked = words(payload, "forked_from_id")
        has_base = payload.get("history_base") is not None
        self.replaying = not has_base and bool(spawned or forked)
        self.continues = has_base or self.replaying
        self.thread = text(payload, "id") or self.thread
        self.made = microseconds(words(payload, "timestamp") or words(raw, "timestamp") or "") or 0
        parent = words(payload, "parent_thread_id") or spawned
        if self.thread and (parent or loose(payload, "source", "subagent") is not None):
            session = words(payload, "session_id")
            root = (session if session != self.thread else None) or parent or forked or self.thread
            self.roots[self.thread] = min(root, self.roots.get(self.thread, root))
        self.provider = text(payload, "model_provider")

    def _later_meta(self, payload: Object) -> None:
        """Another session's head means a copy of its lines; the own one comes again when the session is resumed."""
        thread = words(payload, "id")
        if thread == self.thread:
            self.provider = words(payload, "model_provider") or self.provider
            return
        self.has_copy = True
        if thread and self.turn is None and self.total is None and not self.continues:
            self.replaying = self.continues = True

    def _turn(self, raw: Object, payload: Object) -> None:
        turn = words(payload, "turn_id")
        if self.replaying:
            if not self._is_own(turn, instant(raw)):
                return
            self.replaying = False
        self.turn = hashed(turn) if turn else self.turn
        self.model = text(payload, "model") or self.model

    def _is_own(self, turn: str | None, began: int) -> bool:
        """Whether the turn is the rollout's own, not its parent's."""
        dated = born(turn)
        if dated is not None:
            self.has_dated_turns = True
            return dated >= self.made // 1000 * 1000
        if self.has_dated_turns or began < self.made:
            return False
        return not self.has_copy or began - self.before > COPY_PAUSE_US

    # requests

    def _record(self, raw: Object, payload: Object) -> None:
        spent = usage(payload, "usage")
        when, response = instant(raw), text(payload, "response_id")
        if not self.has_records and self.counted and spent == self.last:
            self.ledger.withdraw(self.counted)
        self.has_records = True
        if spent is not None:
            named = f"{self.thread}:{response}" if response else None
            self._request(named or nameless_key(self.thread, when, self.model, *spent), when, spent)

    def _running(self, raw: Object, payload: Object) -> None:
        """A running count: what it says that no earlier line of the file has said."""
        info = inner(payload, "info")
        if info is None:
            return
        total, last = usage(info, "total_token_usage"), usage(info, "last_token_usage")
        before, self.total = self.total, total or self.total
        if self.replaying or self.has_records or (total or last) == (before if total else self.last):
            return
        spent = last or _grown(total, before, continues=self.continues)
        self.last = spent
        if spent and (spent.input_tokens or spent.output_tokens):
            when = instant(raw)
            self.counted = nameless_key(self.thread, when, self.model, *spent)
            self._request(self.counted, when, spent)

    def _request(self, key: str, when: int, spent: Usage) -> None:
        whole = prompt_tokens(
            spent.input_tokens, spent.cached_input_tokens, spent.cache_write_input_tokens, inside=True
        )
        seen = Request(
            when,
            self.thread,
            self.model,
            self.provider,
            input_tokens=whole,
            output_tokens=spent.output_tokens,
            cache_read_tokens=spent.cached_input_tokens,
            cache_creation_tokens=spent.cache_write_input_tokens,
            success=True,
        )
        self.ledger.request(key, seen)

    def _ended(self, raw: Object, payload: Object) -> None:
        """The end of a turn: a failed one ends with an error."""
        if payload.get("error") is not None:
            self._failed(raw, payload, loose(payload, "error", "codex_error_info"))

    def _error(self, raw: Object, payload: Object) -> None:
        self._failed(raw, payload, payload.get("codex_error_info"))

    def _failed(self, raw: Object, payload: Object, reason: object) -> None:
        if isinstance(reason, str) and reason in NO_REQUEST:
            return
        when = instant(raw)
        named = words(payload, "turn_id")
        turn = hashed(named) if named else self.turn
        key = f"{self.thread}:{turn}:failed" if turn else nameless_key(self.thread, when, "failed")
        self.ledger.request(key, Request(when, self.thread, self.model, self.provider, success=False))

    # tools

    def _prompted(self, raw: Object, payload: Object) -> None:
        if payload.get("type") == "user_message" or payload.get("role") == "user":
            self._see(raw)

    def _called(self, _: Object, payload: Object) -> None:
        name, brings = words(payload, "call_id"), called(payload)
        if name and any(brings):
            self.calls[hashed(name)] = brings

    def _answered(self, raw: Object, payload: Object) -> None:
        brings = self._ended_call(words(payload, "call_id"))
        self._made(raw, payload, *(brings if any(brings) and succeeded(payload.get("output")) else NOTHING_MADE))

    def _item(self, raw: Object, payload: Object) -> None:
        item = inner(payload, "item") or {}
        kind = item.get("type")
        if kind == "CommandExecution":
            self._commanded(raw, item)
        elif kind == "FileChange":
            self._ended_call(_name(item))
            lines = added(item.get("changes")) if item.get("status") in (None, "completed") else 0
            self._made(raw, item, lines=lines)
        elif kind in ("McpToolCall", "DynamicToolCall", "UserMessage"):
            self._see(raw)

    def _commanded(self, raw: Object, ended: Object) -> None:
        self._ended_call(_name(ended))
        self._made(raw, ended, is_commit=is_zero(ended.get("exit_code")) and commits(ended.get("command")))

    def _patching(self, _: Object, payload: Object) -> None:
        name, lines = words(payload, "call_id"), added(payload.get("changes"))
        if name and lines:
            self.calls[hashed(name)] = (False, lines)

    def _patched(self, raw: Object, payload: Object) -> None:
        _, lines = self._ended_call(_name(payload))
        lines = added(payload.get("changes")) or lines
        self._made(raw, payload, lines=lines if payload.get("success") is True else 0)

    def _ended_call(self, name: str | None) -> tuple[bool, int]:
        """What a call that has ended was to bring."""
        return self.calls.pop(hashed(name or ""), NOTHING_MADE) if self.calls else NOTHING_MADE

    def _made(self, raw: Object, ended: Object, is_commit: bool = False, lines: int = 0) -> None:  # noqa: FBT001, FBT002
        """Takes down what a tool's call brought, and when it ended."""
        if not is_commit and not lines:
            self._see(raw)
            return
        when = instant(raw)
        self.ledger.instant(self.thread, when)
        name = f"{self.thread}:{_name(ended) or nameless_key(when, lines)}"
        if is_commit:
            self.ledger.activity(f"{name}:commit", Activity(when, self.thread, commits=1))
        if lines:
            self.ledger.activity(f"{name}:lines", Activity(when, self.thread, lines_of_code=lines))

    HANDLERS: ClassVar[Mapping[str, Callable[[Rollout, Object, Object], None]]] = {
        "session_meta": _meta,
        "turn_context": _turn,
        "token_usage_record": _record,
        "task_started": _turn,
        "turn_started": _turn,
        "token_count": _running,
        "task_complete": _ended,
        "turn_complete": _ended,
        "error": _error,
        "message": _prompted,
        "user_message": _prompted,
        "function_call": _called,
        "custom_tool_call": _called,
        "local_shell_call": _called,
        "function_call_output": _answered,
        "custom_tool_call_output": _answered,
        "item_completed": _item,
        "exec_command_end": _commanded,
        "patch_apply_begin": _patching,
        "patch_apply_end": _patched,
    }
    """What reads a line, by its kind."""


def _kind(outer: str | None, carried: str | None) -> str | None:
    return carried if outer in CARRIERS else outer if outer in OWN else None


def _is_active(kind: str | None, line: bytes) -> bool:
    """Whether a line of a kind that may be a prompt, or the end of a tool's call, is one."""
    if kind == "message":
        return _ROLE in line[:_HEAD_BYTES]
    return kind != "item_completed" or _ITEM.search(line, 0, _HEAD_BYTES) is not None


def _grown(total: Usage | None, before: Usage | None, *, continues: bool) -> Usage | None:
    """What came since the total before; unknown if that one is a parent's and not here."""
    if total is None or (before is None and continues):
        return None
    return total.since(before or NOTHING)


def _name(ended: Object) -> str:
    return words(ended, "call_id") or words(ended, "id") or ""
