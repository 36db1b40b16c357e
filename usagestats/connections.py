"""HTTP/1.1 connections of clients who may be slow, gone, or hostile.

uvicorn ends a connection that rests between two requests. It waits for ever for a request that never ends, and for a
client that never takes its answer: whoever opens enough of such connections shuts out everybody else. Here each
connection has a while to send its request, and a while to take its answer; and where there are too many, the one that
has waited longest makes room. How long an answer takes to be made is nobody's fault but ours, and not limited.

Needs the extra ``server``.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, ClassVar, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

AT_ONCE: Final = struct.pack("ii", 1, 0)


class Connection(H11Protocol):
    """A connection that is cut when its client takes longer than it is given."""

    SECONDS: ClassVar[float] = 30
    """How long a request may take to come, and an answer to be taken."""
    LAST_SECONDS: ClassVar[float] = 5
    """How long an answer may take to be taken when the server ends."""
    MOST: ClassVar[int] = 500
    """How many connections are open at a time: fewer than the files that a process may have open, mostly 1024."""

    _deadline: TimerHandle

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin to wait for the first request; of too many connections the one that has rested longest is cut."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.SECONDS, self._over)
        if len(self.connections) > self.MOST:
            resting = [one for one in self.connections if isinstance(one, Connection) and one.rests]
            min(resting, key=Connection.waits_until, default=self).cut()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self._deadline.cancel()

    def handle_events(self) -> None:
        """Take what has come; a whole request gives the next one, or its answer, as long again."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._wait()

    def on_response_complete(self) -> None:
        """The answer is written; from now on the client is waited for."""
        self._wait()
        super().on_response_complete()

    def shutdown(self) -> None:
        """The server ends: an answer that is made may still be taken, if that is soon."""
        super().shutdown()
        self._wait(self.LAST_SECONDS)

    @property
    def rests(self) -> bool:
        """Whether the client is waited for: no answer is being made, or one is not taken."""
        return self.cycle is None or self.cycle.response_complete or self.flow.write_paused

    def waits_until(self) -> float:
        """When the client's time is over, by the clock of the loop."""
        return self._deadline.when()

    def cut(self) -> None:
        """End the connection at once; what the client has not taken, the system is not to keep for it either."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()
        self.connections.discard(self)  # which happens by itself, but after whatever else has come by now

    def _wait(self, seconds: float | None = None) -> None:
        self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds or self.SECONDS, self._over)

    def _over(self) -> None:
        if self.rests:
            self.cut()
        else:
            self._wait()
