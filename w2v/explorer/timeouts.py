"""How long a connection may keep the server waiting, and how many may.

uvicorn waits for ever for a request that comes in drops ("Slowloris"), and refuses everyone when too many connections
wait. Here a connection has some seconds to ask, counted from the moment it may, and not from its last byte; longer to
take its answer; and where too many wait, the one that has waited longest is closed for the new one.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

ASKING = 20  # seconds for a request to come, all of it
ANSWERING = 90  # seconds for an answer to be found and taken; longer than the longest question, see `server`
WAITING = 64  # connections that have not asked


class RequestTimeouts(H11Protocol):
    """A connection that is closed when it keeps the server waiting.

    waiting  connections without a request, the one that waits longest first; what follows if they go on
    """

    waiting: ClassVar[dict[RequestTimeouts, asyncio.TimerHandle]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answered_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait; the longest of too many is closed."""
        super().connection_made(transport)
        self._wait()
        if len(self.waiting) > WAITING:
            next(iter(self.waiting)).transport.abort()

    def handle_events(self) -> None:
        """Take what has come; a whole request ends the waiting."""
        super().handle_events()
        if self in self.waiting and self.cycle is not None and not self.cycle.response_complete:
            self.waiting.pop(self).cancel()
            self._answered_by = self.loop.call_later(ANSWERING, self.transport.abort)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._rest()
        if not self.transport.is_closing():
            self._wait()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._rest()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self.waiting[self] = self.loop.call_later(ASKING, self.transport.abort)

    def _rest(self) -> None:
        for timer in (self.waiting.pop(self, None), self._answered_by):
            if timer is not None:
                timer.cancel()
