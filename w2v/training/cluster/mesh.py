"""Connections of each worker with each other one, over which they swap messages round by round.

Sockets, not calls of actors: a round of training takes 1 to 5 ms, a swap of small messages by sockets .2 ms, and one
call of a Ray actor .5 to 2 ms. A message is its length in bytes, int64, and then its numbers, int32. Whoever connects
shows the token of the run first; what comes from anybody else is not read.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from w2v.errors import W2VError

LENGTH = struct.Struct("<q")
HELLO = struct.Struct("<16si")
TICK_SECONDS = 0.2
CONNECT_SECONDS = 60.0
BUFFER_BYTES = 1 << 22

Message = npt.NDArray[np.int32]


class LostWorkerError(W2VError):
    """Another worker ended, or the work was ended from outside, while messages were swapped."""


class _Link:
    """The connection with one worker, and the two messages that are on their way over it."""

    def __init__(self, link: socket.socket, name: str) -> None:
        self.socket, self.name = link, name
        self._out: list[memoryview] = []
        self._head = bytearray(LENGTH.size)
        self._coming: list[memoryview] = []
        self._is_head = True
        self._room = np.empty(1 << 16, np.uint8)
        self.received: Message = self._room[:0].view(np.int32)
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for side in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            link.setsockopt(socket.SOL_SOCKET, side, BUFFER_BYTES)

    def begin(self, message: Message) -> int:
        """Begin to swap; returns how many bytes will be sent."""
        body = message.data.cast("B") if len(message) else memoryview(b"")
        self._out = [memoryview(LENGTH.pack(len(body))), body]
        self._coming, self._is_head = [memoryview(self._head)], True
        return LENGTH.size + len(body)

    def events(self) -> int:
        """Return what this waits for, 0 when both messages are through."""
        return select.POLLIN * bool(self._coming) | select.POLLOUT * bool(self._out)

    def send(self) -> None:
        """Send what goes through now."""
        sent = self.socket.sendmsg(self._out)
        while self._out and sent >= len(self._out[0]):
            sent -= len(self._out.pop(0))
        if self._out:
            self._out[0] = self._out[0][sent:]

    def take(self) -> None:
        """Receive what is there, and no byte of the next message."""
        while self._coming:
            part = self._coming[0]
            got = self.socket.recv_into(part)
            if got == 0:
                raise ConnectionError("it ended")
            if got < len(part):
                self._coming[0] = part[got:]
            elif not self._is_head:
                self._coming = []
            else:
                (size,) = LENGTH.unpack(self._head)
                if len(self._room) < size:
                    self._room = np.empty(size + size // 4, np.uint8)
                self.received = self._room[:size].view(np.int32)
                self._coming, self._is_head = [self._room.data[:size]] if size else [], False


class Mesh:
    """One worker's connections.

    ended  set by another thread, it makes a swap that is waiting raise LostWorkerError
    bytes  sent so far
    """

    def __init__(self, host: str) -> None:
        self._server = socket.create_server((host, 0), backlog=128)
        self._host = host
        self._links: dict[int, _Link] = {}
        self.ended = threading.Event()
        self.bytes = 0

    @property
    def address(self) -> tuple[str, int]:
        """Where others connect to."""
        return self._host, int(self._server.getsockname()[1])

    def connect(self, own: int, addresses: Sequence[tuple[str, int]], token: bytes) -> None:
        """Connect with all workers; `own` is the place of this one in `addresses`. Raises LostWorkerError."""
        self.disconnect()
        self.ended.clear()
        deadline = time.monotonic() + CONNECT_SECONDS
        try:
            for peer in range(own):
                link = socket.create_connection(addresses[peer], timeout=CONNECT_SECONDS)
                link.sendall(HELLO.pack(token, own))
                self._links[peer] = _Link(link, addresses[peer][0])
            self._server.settimeout(TICK_SECONDS)
            while len(self._links) < len(addresses) - 1:
                if self.ended.is_set() or time.monotonic() > deadline:
                    raise LostWorkerError("the workers did not find each other")
                try:
                    link, (host, *_) = self._server.accept()
                except TimeoutError:
                    continue
                peer = self._greeted(link, token)
                if own < peer < len(addresses):
                    self._links[peer] = _Link(link, host)
                else:
                    link.close()
        except OSError as error:
            raise LostWorkerError(f"the workers did not find each other ({error})") from error

    @staticmethod
    def _greeted(link: socket.socket, token: bytes) -> int:
        """Return which worker has connected, -1 if it is none of this run, or of an earlier attempt."""
        link.settimeout(1.0)
        try:
            shown = link.recv(HELLO.size, socket.MSG_WAITALL)
        except OSError:
            return -1
        return int(HELLO.unpack(shown)[1]) if shown[:-4] == token and len(shown) == HELLO.size else -1

    def swap(self, messages: Sequence[Message]) -> dict[int, Message]:
        """Send each worker its message of `messages`, and return what each has sent; none goes to oneself.

        What is returned is overwritten by the next swap. Raises LostWorkerError.
        """
        poll, open_links = select.poll(), {}
        for peer, link in self._links.items():
            self.bytes += link.begin(messages[peer])
            open_links[link.socket.fileno()] = link
            poll.register(link.socket, link.events())
        while open_links:
            if self.ended.is_set():
                raise LostWorkerError("the work was ended")
            for number, event in poll.poll(TICK_SECONDS * 1000):
                link = open_links[number]
                try:
                    if event & select.POLLOUT:
                        link.send()
                    if event & ~select.POLLOUT:
                        link.take()
                except BlockingIOError:
                    pass
                except OSError as error:
                    raise LostWorkerError(f"the connection with {link.name} is lost ({error})") from error
                if events := link.events():
                    poll.modify(number, events)
                else:
                    poll.unregister(number)
                    del open_links[number]
        return {peer: link.received for peer, link in self._links.items()}

    def close(self) -> None:
        """End all connections, for good."""
        self.disconnect()
        self._server.close()

    def disconnect(self) -> None:
        """End all connections; others can be made afterwards."""
        for link in self._links.values():
            link.socket.close()
        self._links = {}
