"""How long a connection may keep the server waiting, and how many may.

uvicorn waits for ever for a request that comes in drops ("Slowloris"), and refuses everyone when too many connections
wait. Here a connection has some seconds to ask, counted from the moment it may, and not from its last byte; longer to
take its answer; and where too many wait, the one that has waited longest is closed for the new one. uvicorn 0.54 alone,
beside half-open connections that stay: 0 of 20 questions answered beside 400 with `limit_concurrency` 128, and 0 of 20
beside 1,100 without it, when 1,024 files may be open; with this, all of them (see the tests).

Nothing of uvicorn's is built upon but what it says in public: it takes a class of asyncio protocols, and the
application is called with the address of its client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKING = 20  # seconds for a request to come, all of it
ANSWERING = 330  # seconds for an answer to be found and taken; longer than the longest question, see `server`
WAITING = 64  # connections that have not asked

Client = tuple[str, int]


class Connections:
    """The connections of one server: each has a time after which it is closed.

    protocol    wraps what speaks HTTP, and reports connections that begin and end
    middleware  wraps the application, and reports requests that arrive and answers that are sent
    """

    def __init__(self) -> None:
        self._timers: dict[Client, asyncio.TimerHandle] = {}
        self._transports: dict[Client, asyncio.Transport] = {}
        self._asking: dict[Client, None] = {}  # the one that waits longest first

    def protocol(self, speak: Callable[..., asyncio.Protocol]) -> Callable[..., asyncio.Protocol]:
        """Return `speak`, a class of protocols, with timeouts."""
        return lambda **settings: _Timed(speak(**settings), self)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Return `app` with timeouts."""

        async def timed(scope: Scope, receive: Receive, send: Send) -> None:
            client = tuple(scope.get("client") or ("", 0))
            self.answer(client)

            async def send_and_wait(message: Message) -> None:
                await send(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    self.wait(client)

            await app(scope, receive, send_and_wait)

        return timed

    def begin(self, client: Client, transport: asyncio.Transport) -> None:
        """Take a new connection; the longest waiting of too many is closed."""
        self._transports[client] = transport
        self.wait(client)
        if len(self._asking) > WAITING:
            longest = next(iter(self._asking))
            del self._asking[longest]
            self._transports[longest].abort()

    def wait(self, client: Client) -> None:
        """Wait for a request."""
        self._close_after(ASKING, client)
        if client in self._transports:
            self._asking[client] = None

    def answer(self, client: Client) -> None:
        """Answer: a whole request has come."""
        self._asking.pop(client, None)
        self._close_after(ANSWERING, client)

    def end(self, client: Client) -> None:
        """Forget a connection."""
        self._asking.pop(client, None)
        self._transports.pop(client, None)
        if client in self._timers:
            self._timers.pop(client).cancel()

    def _close_after(self, seconds: float, client: Client) -> None:
        if client in self._timers:
            self._timers.pop(client).cancel()
        if client in self._transports:
            abort = self._transports[client].abort
            self._timers[client] = asyncio.get_running_loop().call_later(seconds, abort)


class _Timed(asyncio.Protocol):
    """Hands everything to another protocol."""

    def __init__(self, inner: asyncio.Protocol, connections: Connections) -> None:
        self._connections = connections
        self._client: Client = ("", 0)
        self._made, self._lost = inner.connection_made, inner.connection_lost
        self.data_received: Any = inner.data_received
        self.eof_received: Any = inner.eof_received
        self.pause_writing, self.resume_writing = inner.pause_writing, inner.resume_writing  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one: TCP
        self._client = tuple(transport.get_extra_info("peername")[:2])
        self._connections.begin(self._client, transport)
        self._made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.end(self._client)
        self._lost(exc)
