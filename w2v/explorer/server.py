"""Addresses -> answers. Every address is written here; a path from a request leads to no file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from w2v.errors import MissingExtraError, SettingsError, UnknownWordError, W2VError
from w2v.explorer import answers
from w2v.explorer.atlas import Atlas
from w2v.explorer.column import Column
from w2v.explorer.sharing import shared_page
from w2v.formats.companions import settings_of
from w2v.vectors import Vectors

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route
    from uvicorn.protocols.http.h11_impl import H11Protocol

    from w2v.explorer.guard import Guard, Parameters, is_loopback
    from w2v.explorer.timeouts import ASKING, WAITING, Connections
except ImportError as error:
    raise MissingExtraError("w2v explore", "explore") from error

LONGEST = 60.0  # seconds for an answer
EXPLAINING = 300.0  # for an explanation: the first of all compiles, 60 seconds where other programs are at work
WORKERS = 2  # answers at a time: more would wait for the same memory
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Shown(NamedTuple):
    """One file of vectors, under the name that the page gives it."""

    name: str
    vectors: Vectors
    atlas: Atlas
    column: Column | None


Question = Callable[[Shown, Parameters], Any]


def application(
    files: Sequence[tuple[Path, Vectors]], host: str = "127.0.0.1", column: Column | None = None
) -> Starlette:
    """Return the ASGI application that explores these vectors, one or two files of them.

    host    what the server will listen on
    column  of the user's, to colour the maps by
    """
    shown = [
        Shown(path.name, vectors, Atlas(vectors, path, *files[:at]), column) for at, (path, vectors) in enumerate(files)
    ]
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="w2v-answer")

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        for one in shown:
            one.atlas.open()
        yield
        for one in shown:
            one.atlas.close()
        pool.shutdown(wait=False, cancel_futures=True)

    async def answered(request: Request, find: Question) -> Response:
        longest = EXPLAINING if find is _explanation else LONGEST
        try:
            given = Parameters(request.scope["query_string"])
            one = shown[given.number("model", 0, len(shown) - 1)]
            waiting = asyncio.get_running_loop().run_in_executor(pool, _response, find, one, given)
            return await asyncio.wait_for(waiting, longest)
        except asyncio.TimeoutError:
            return JSONResponse({"error": "this takes too long", "kind": "slow"}, 503)
        except UnknownWordError as error:
            suggestions = list(error.suggestions)
            return _json({"error": str(error), "kind": "unknown", "word": error.word, "suggestions": suggestions}, 404)
        except W2VError as error:
            return _json({"error": str(error), "kind": "asked" if isinstance(error, SettingsError) else "other"}, 400)

    async def models(request: Request) -> Response:
        return _json([{"name": one.name, "words": len(one.vectors), "dim": one.vectors.dim} for one in shown])

    def changed(one: Shown, given: Parameters) -> answers.Answer:
        if len(shown) < 2:
            raise SettingsError("changes need a second file of vectors: --beside")
        return answers.changes(shown[0].vectors, shown[1].vectors, given.top(50))

    page = {file.name: file.read_bytes() for file in _page_files()}

    def share(one: Shown, given: Parameters) -> Response:
        return Response(shared_page(page, shown), media_type=KINDS[".html"])

    questions = QUESTIONS | {"changes": changed, "share": share}
    routes = [Route("/api/models", models)]
    routes += [Route(f"/api/{name}", partial(answered, find=find)) for name, find in questions.items()]
    for name, content in page.items():
        address = "/" if name == "index.html" else f"/{name}"
        routes.append(Route(address, partial(_file, content=content, kind=KINDS[Path(name).suffix])))
    app = Starlette(routes=routes, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.add_middleware(Guard, host=host)
    return app


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is a free one. Raises W2VError."""
    # Not socket.create_server: it names no protocol, and asyncio then leaves Nagle's algorithm on, 40 ms an answer.
    listening = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )
    try:
        if os.name == "posix":  # elsewhere it would let two programs listen on one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except (OSError, OverflowError) as error:
        listening.close()
        raise W2VError(
            f"cannot listen on {host}, port {port} ({error}); choose another --port, or leave it out"
        ) from error
    return listening


def address(listening: socket.socket) -> str:
    """Return the address at which a browser on this machine finds the page."""
    host, port = listening.getsockname()[:2]
    if not is_loopback(host):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host  # noqa: S104  # compared, not bound
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(
    files: Sequence[tuple[Path, Vectors]],
    listening: socket.socket,
    host: str,
    ready: Callable[[], None],
    column: Column | None = None,
) -> None:
    """Answer until Ctrl-C; `ready` is called when the first request can come."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            logging.disable()  # a second Ctrl-C cancels what is left, which uvicorn would log as a traceback

    connections = Connections()
    config = uvicorn.Config(
        connections.middleware(application(files, host, column)),
        log_level="warning",
        access_log=False,
        server_header=False,
        http=connections.protocol(H11Protocol),  # type: ignore[arg-type]  # called, as a class would be
        ws="none",
        limit_concurrency=2 * WAITING,  # connections; those beyond WAITING have a request that is being answered
        timeout_keep_alive=ASKING,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16_384,
        proxy_headers=False,
    )
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run([listening])


def _json(content: Any, status: int = 200) -> Response:
    # All beyond ASCII is escaped: half of a surrogate pair, which a word may hold, has no UTF-8.
    return Response(json.dumps(content, allow_nan=False, separators=(",", ":")), status, media_type="application/json")


def _response(find: Question, one: Shown, given: Parameters) -> Response:
    found = find(one, given)
    return found if isinstance(found, Response) else _json(found)


def _words(one: Shown, given: Parameters) -> answers.Answer:
    counts, rows = one.vectors.counts, one.atlas.rows
    return {"words": one.vectors.words[:rows], "counts": None if counts is None else counts[:rows].tolist()}


def _map(one: Shown, given: Parameters) -> Response:
    """Answer with places, float32 [rows, 2], and clusters, uint8 [rows]; with 204 if `after` is the newest map."""
    drawing = one.atlas.drawing
    headers = {"W2V-Map": str(drawing.version), "W2V-Map-State": "working" if drawing.working else "settled"}
    if drawing.kept is not None:
        headers["W2V-Map-Kept"] = f"{drawing.kept[0]:.4f} {drawing.kept[1]:.4f}"
    if given.number("after", 0, 10**6) == drawing.version:
        return Response(status_code=204, headers=headers)
    content = drawing.places.astype("<f4").tobytes() + one.atlas.members.astype(np.uint8).tobytes()
    return Response(content, media_type="application/octet-stream", headers=headers)


def _cosines(one: Shown, given: Parameters) -> Response:
    """Answer with the cosine of each word on the map to a word, float32 [rows]."""
    found = answers.cosines(one.vectors, given.word("word"), one.atlas.rows)
    return Response(np.nan_to_num(found).astype("<f4").tobytes(), media_type="application/octet-stream")


def _explanation(one: Shown, given: Parameters) -> answers.Answer:
    """Answer with the steps of `w2v explain`, with the numbers of this model and the objective that trained it."""
    from w2v import explanation  # numba, which only this needs

    texts = given.words("text")
    if not texts:
        raise SettingsError("text: a sentence is needed here")
    told = explanation.explain(
        texts,
        one.vectors,
        name=one.name,
        language=given.word("language"),
        pad=given.number("pad", 0, 64) or None,
        **explanation.kept_settings(settings_of(one.atlas.path)),
    )
    return told.document()


def _regions(one: Shown, given: Parameters) -> answers.Answer:
    version, regions = one.atlas.regions
    return {"version": version, "regions": [region._asdict() for region in regions]}


# What is asked of one file of vectors -> JSON, or a response of its own.
QUESTIONS: dict[str, Question] = {
    "complete": lambda one, given: answers.complete(one.vectors, given.word("start"), given.top(10)),
    "neighbors": lambda one, given: answers.neighbors(one.vectors, given.word("word"), given.top(), given.least()),
    "analogy": lambda one, given: answers.analogy(
        one.vectors, given.word("a"), given.word("b"), given.word("c"), given.top(10), given.least()
    ),
    "odd": lambda one, given: answers.odd(one.vectors, given.words("words")),
    "compare": lambda one, given: answers.compare(
        one.vectors, given.word("a"), given.word("b"), given.top(), given.least()
    ),
    "middle": lambda one, given: answers.middle(
        one.vectors, given.words("words") or [given.word("words")], given.top()
    ),
    "axis": lambda one, given: answers.axis(
        one.vectors, given.words("positive"), given.words("negative"), given.words("words"), given.top(40)
    ),
    "names": lambda one, given: one.atlas.names,
    "column": lambda one, given: None if one.column is None else one.column.answer(one.vectors, one.atlas.rows),
    "words": _words,
    "map": _map,
    "cosines": _cosines,
    "regions": _regions,
    "explanation": _explanation,
}


async def _file(request: Request, content: bytes, kind: str) -> Response:
    return Response(content, headers={"Content-Type": kind})


def _page_files() -> list[Traversable]:
    """Return the files of the page, which are read once, when the server starts."""
    folder = resources.files("w2v.explorer") / "page"
    return [file for file in folder.iterdir() if Path(file.name).suffix in KINDS]
