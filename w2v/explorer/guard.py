"""Which requests are answered at all, what they ask, all of it bounded, and the headers that every answer has.

A page elsewhere on the web must not use this server through its visitor's browser: not by a name of its own that
it points at this machine (DNS rebinding: hence Host is checked), nor by a request from its own page (hence Origin
and Sec-Fetch-Site). A number as Host cannot be rebound, so it is taken where the server listens to other machines.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from w2v.errors import SettingsError

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
LONGEST_PATH = 64
LONGEST_HEADERS = 32_768  # bytes
LONGEST_QUERY = 8_192  # bytes after the "?"
LONGEST_WORD = 512  # characters; a sentence too, and a sum of a dozen words
MOST_WORDS = 64
MOST_ANSWERS = 200
FIELDS = 100


class Guard:
    """Answers what may not pass, and gives the rest to `app`.

    host  what the server listens on: a loopback address takes loopback names alone
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app, self._host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no WebSocket: it is closed unanswered

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("only GET", 405, {"Allow": "GET, HEAD"})
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
            return PlainTextResponse("the headers are too long", 431, {"Connection": "close"})
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not allowed_name(_name(hosts[0]), self._host):
            return PlainTextResponse("this is not the name of the machine that w2v explore listens on", 421)
        origins = headers.getlist("origin")
        if origins and origins != [f"{scope['scheme']}://{hosts[0]}"]:
            return PlainTextResponse("another page may not ask", 403)
        # A link to the page is followed; a picture, a script or a fetch from elsewhere is not.
        site = headers.get("sec-fetch-site", "none")
        followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if site not in ("none", "same-origin") and not followed:
            return PlainTextResponse("another page may not ask", 403)
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return PlainTextResponse("no body is read", 413, {"Connection": "close"})
        if len(scope["path"]) > LONGEST_PATH:
            return PlainTextResponse("no such address", 404)
        return None


class Parameters:
    """What a request asks: its query, taken apart, and nothing of its path. Raises SettingsError."""

    def __init__(self, query: bytes) -> None:
        if len(query) > LONGEST_QUERY:
            raise SettingsError(f"a query may have {LONGEST_QUERY} bytes, this one has {len(query)}")
        try:
            self._fields = parse_qsl(query.decode("ascii"), errors="replace", max_num_fields=FIELDS)
        except ValueError:
            raise SettingsError("the query cannot be read") from None

    def word(self, name: str) -> str:
        """Return the word of a field."""
        found = self.words(name)
        if len(found) != 1:
            raise SettingsError(f"{name}: one word is needed here, found {len(found)}")
        return found[0]

    def words(self, name: str) -> Sequence[str]:
        """Return the words of a field that may come several times."""
        found = [value for field, value in self._fields if field == name and value.strip()]
        if len(found) > MOST_WORDS:
            raise SettingsError(f"{name}: {MOST_WORDS} words at the most, found {len(found)}")
        if any(len(word) > LONGEST_WORD for word in found):
            raise SettingsError(f"{name}: {LONGEST_WORD} characters at the most")
        return found

    def number(self, name: str, default: int, most: int) -> int:
        """Return the number of a field, from 0 to `most`."""
        found = dict(self._fields).get(name, str(default))
        if not (found.isascii() and found.isdigit() and len(found) < 10 and int(found) <= most):
            raise SettingsError(f"{name}: expected a number from 0 to {most}")
        return int(found)

    def top(self, default: int = 20) -> int:
        """Return how many answers are wanted, at least one."""
        return max(1, self.number("top", default, MOST_ANSWERS))

    def least(self) -> int:
        """Return how often an answer must occur."""
        return self.number("least", 0, 10**9 - 1)


def is_loopback(host: str) -> bool:
    """Say whether an address is this machine's alone.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allowed_name(name: str, listening: str) -> bool:
    """Say whether `name` may stand in Host when the server listens on `listening`.

    The port is not looked at: it may be that of a tunnel, and a page elsewhere could choose it anyway.
    """
    if is_loopback(name):
        return True
    if is_loopback(listening):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.lower() in (listening.lower(), socket.gethostname().lower(), socket.getfqdn().lower())
    return True


def _name(host: str) -> str:
    """Return a Host header without its port.

    >>> _name("[::1]:8000"), _name("localhost:1"), _name("localhost")
    ('::1', 'localhost', 'localhost')
    """
    if host.startswith("["):
        name, end, rest = host[1:].partition("]")
        return name if end and (not rest or (rest[0] == ":" and rest[1:].isdigit())) else ""
    name, _, port = host.partition(":")
    return name if port.isdigit() or not port else ""
