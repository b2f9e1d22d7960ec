"""The server from outside: whom it answers, and with what."""

import asyncio
import contextlib
import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np
import pytest

from w2v import formats
from w2v.formats import companions
from w2v.vectors import Vectors

pytest.importorskip("starlette", reason="needs the extra w2v[explore]")
pytest.importorskip("uvicorn", reason="needs the extra w2v[explore]")


def test_it_listens_on_loopback_alone(demo_server):
    assert urlsplit(demo_server.address).hostname == "127.0.0.1"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", demo_server.port), timeout=2)


def test_the_page_and_its_parts_are_served_with_their_types(demo_server):
    page = demo_server.get("/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for path, kind in (("/main.js", "text/javascript; charset=utf-8"), ("/style.css", "text/css; charset=utf-8")):
        assert path in page.body.decode()
        assert demo_server.get(path).headers["Content-Type"] == kind


@pytest.mark.parametrize("path", ["/", "/main.js", "/api/models", "/nowhere"])
def test_every_answer_has_a_strict_policy(demo_server, path):
    headers = demo_server.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "localhost:x",
        "[::1]evil.com",
        "[::1]:x",
        "[::1",
    ],
)
def test_another_name_for_this_machine_is_refused(demo_server, host):
    assert demo_server.get("/api/models", {"Host": host}).status == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000"])
def test_loopback_names_are_taken_with_any_port_as_through_a_tunnel(demo_server, host):
    assert demo_server.get("/api/models", {"Host": host}).status == 200


def test_the_page_of_another_origin_is_refused(demo_server):
    own = f"127.0.0.1:{demo_server.port}"
    for origin in ("http://evil.example", "null", f"https://{own}", f"http://localhost:{demo_server.port}"):
        assert demo_server.get("/api/models", {"Host": own, "Origin": origin}).status == 403
    assert demo_server.get("/api/models", {"Host": own, "Origin": f"http://{own}"}).status == 200
    assert demo_server.get("/api/models", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}).status == 403
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert demo_server.get("/", link).status == 200
    assert demo_server.get("/", link | {"Sec-Fetch-Dest": "iframe"}).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/server.py",
        "/page/main.js",
        "//etc/passwd",
        "/main.js/..",
        "/" + "a" * 5000,
    ],
)
def test_a_path_leads_to_no_file(demo_server, path):
    assert demo_server.get(path).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_only_get_is_answered(demo_server, method):
    assert demo_server.get("/api/models", method=method).status == 405


def test_a_body_is_not_read(demo_server):
    assert demo_server.get("/api/models", {"Content-Length": "3"}, body=b"abc").status == 413


@pytest.mark.parametrize(
    ("name", "fields", "problem"),
    [
        ("neighbors", {"word": "x" * 600}, "512 characters"),
        ("neighbors", {"word": "x" * 9000}, "8192 bytes"),
        ("neighbors", {"word": "king", "top": 100000}, "from 0 to 200"),
        ("neighbors", {"word": "king", "top": "-1"}, "from 0 to 200"),
        ("neighbors", {"word": "king", "model": 7}, "from 0 to 0"),
        ("neighbors", {}, "one word is needed"),
        ("explanation", {"language": "en"}, "a sentence is needed"),
        ("explanation", {"language": "en", "text": " "}, "a sentence is needed"),
        ("neighbors", {"word": ["king", "queen"]}, "one word is needed"),
        ("odd", {"words": ["king"] * 65}, "64 words at the most"),
        ("odd", {"words": ["king"] * 120}, "cannot be read"),
        ("odd", {"words": ["king", "queen"]}, "three words or more"),
        ("axis", {"positive": "king", "negative": "king"}, "no direction"),
        ("axis", {"positive": "king"}, "a positive and a negative word"),
        ("axis", {"positive": ["a", "b", "c"], "negative": ["d", "e", "f"]}, "one or two axes"),
        ("axis", {"positive": ["king", "man"], "negative": ["queen"]}, "a positive and a negative word"),
        ("neighbors", {"word": "king - man +"}, "it ends where a word is expected"),
        ("neighbors", {"word": "king - king"}, "has no direction"),
    ],
)
def test_sizes_are_bounded(demo_server, name, fields, problem):
    reply = demo_server.ask(name, **fields)
    assert reply.status == 400
    assert problem in reply.json["error"]


def test_headers_are_bounded(demo_server):
    assert demo_server.get("/", {"X-Long": "x" * 40_000}).status == 431


def test_an_unknown_word_comes_with_suggestions(demo_server):
    reply = demo_server.ask("neighbors", word="kng")
    assert reply.status == 404
    assert (reply.json["kind"], reply.json["word"]) == ("unknown", "kng")
    assert "king" in reply.json["suggestions"]


def test_neighbors_are_those_of_the_library(demo_server, demo_vectors):
    vectors = formats.load(demo_vectors)
    answer = demo_server.ask("neighbors", word="king", top=5).json
    assert [(word["word"], word["cosine"]) for word in answer["words"]] == [
        (word, round(cosine, 6)) for word, cosine in vectors.similar("king", 5)
    ]
    assert [vectors.words[word["row"]] for word in answer["words"]] == [word["word"] for word in answer["words"]]


def test_a_sum_of_words_is_answered_where_a_word_is(demo_server, demo_vectors):
    vectors = formats.load(demo_vectors)
    answer = demo_server.ask("neighbors", word="king - man + woman", top=5).json
    wanted = vectors.analogy("king", "man", "woman", 5)
    assert [(word["word"], word["cosine"]) for word in answer["words"]] == [
        (word, pytest.approx(cosine, abs=2e-6)) for word, cosine in wanted
    ]
    assert (answer["sum"], [word["word"] for word in answer["asked"]]) == (True, ["king", "man", "woman"])
    assert demo_server.ask("neighbors", word="King").json["sum"] is False
    for text, unknown in (("king - kng", "kng"), ("c++", "c++"), ("good-king", "good-king"), ("no such", "no such")):
        reply = demo_server.ask("neighbors", word=text)
        assert (reply.status, reply.json["word"]) == (404, unknown)


def test_two_axes_are_a_plane(demo_server, demo_vectors):
    vectors = formats.load(demo_vectors)
    named = ["paris", "boy", "girl", "london"]
    poles = [("queen", "king"), ("rome", "italy")]
    answer = demo_server.ask("axis", positive=["queen", "rome"], negative=["king", "italy"], words=named).json
    directions = [vectors.unit(to) - vectors.unit(away) for to, away in poles]
    one, two = (direction / np.linalg.norm(direction) for direction in directions)
    wanted = sorted(((float(vectors.unit(w) @ one), float(vectors.unit(w) @ two), w) for w in named), reverse=True)
    assert [(word["cosine"], word["second"], word["word"]) for word in answer["words"]] == [
        (pytest.approx(x, abs=2e-6), pytest.approx(y, abs=2e-6), word) for x, y, word in wanted
    ]
    assert answer["between"] == pytest.approx(float(one @ two), abs=1e-5)
    assert [word["word"] for word in answer["asked"]] == ["queen", "king", "rome", "italy"]
    outermost = demo_server.ask("axis", positive=["queen", "rome"], negative=["king", "italy"], top=10).json["words"]
    assert 10 <= len({word["word"] for word in outermost}) == len(outermost) <= 20
    (single,) = {len(demo_server.ask("axis", positive="queen", negative="king", top=10).json["words"])}
    assert single == 10


def is_closed(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_connections_that_wait_for_ever_keep_nobody_out(serve, demo_vectors):
    """400 clients that send half a request: the longest waiting are closed for the new ones, and all are answered."""
    from w2v.explorer.timeouts import WAITING

    server = serve("-v", demo_vectors)
    with contextlib.ExitStack() as open_connections:
        slow = []
        for number in range(400):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            open_connections.enter_context(contextlib.closing(connection))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            slow.append(connection)
            if number % 20 == 0:
                assert server.ask("neighbors", word="king", top=1).status == 200
        assert server.ask("neighbors", word="king", top=1).status == 200
        assert is_closed(slow[0])
        assert sum(map(is_closed, slow[:-WAITING])) == 400 - WAITING
        slow[-1].sendall(b"done\r\n\r\n")  # slow, but not too slow
        assert slow[-1].recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.slow
def test_a_request_that_comes_in_drops_is_closed_after_its_time(serve, demo_vectors):
    from w2v.explorer.timeouts import ASKING

    server = serve("-v", demo_vectors)
    with contextlib.closing(socket.create_connection(("127.0.0.1", server.port), timeout=1)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        deadline = time.monotonic() + 5 * ASKING

        def drip():
            while time.monotonic() < deadline:
                connection.sendall(b"X-Drop: 1\r\n")  # counted from the last byte, its time would never end
                time.sleep(0.5)

        with pytest.raises(ConnectionError):
            drip()


def test_the_map_has_a_place_and_a_cluster_for_each_word(demo_server):
    (model,) = demo_server.ask("models").json
    words = demo_server.ask("words").json["words"]
    reply = demo_server.ask("map")
    places = np.frombuffer(reply.body, "<f4", 2 * len(words))
    clusters = np.frombuffer(reply.body, np.uint8, offset=8 * len(words))
    assert len(words) == len(clusters) == model["words"]
    assert np.isfinite(places).all()
    assert len(demo_server.ask("names").json) == clusters.max() + 1


def test_a_better_map_comes_and_is_kept_for_the_next_time(serve, demo_vectors):
    first = serve("-v", demo_vectors)
    deadline = time.monotonic() + 300
    while (reply := first.ask("map")).headers["W2V-Map-State"] != "settled":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert int(reply.headers["W2V-Map"]) > 1
    assert first.ask("map", after=reply.headers["W2V-Map"]).status == 204
    first.stop()
    again = serve("-v", demo_vectors).ask("map")
    assert (again.headers["W2V-Map-State"], again.body) == ("settled", reply.body)


def test_hostile_words_are_data(serve, hostile_vectors):
    server = serve("-v", hostile_vectors)
    reply = server.ask("complete", start="<")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json["words"] == ["<script>window.hacked=1</script>", "<img/src=x/onerror=window.hacked=1>"]
    assert server.ask("neighbors", word="<script>window.hacked=1</script>").status == 200


def test_two_files_are_two_models(serve, demo_vectors, hostile_vectors):
    server = serve("-v", demo_vectors, "--beside", hostile_vectors)
    assert [model["name"] for model in server.ask("models").json] == ["vectors.txt", "<b>vectors<b>.txt"]
    assert server.ask("neighbors", model=1, word="word7").status == 200
    assert server.ask("neighbors", model=0, word="word7").status == 404


def test_an_explanation_is_that_of_the_library(demo_server, demo_vectors):
    from w2v import explanation

    explained = explanation.explain(["the king"], formats.load(demo_vectors), name="vectors.txt", language="es", pad=4)
    reply = demo_server.ask("explanation", text="the king", language="es", pad=4)
    assert reply.json == json.loads(json.dumps(explained.document()))
    assert demo_server.ask("explanation", text="the king", language="xx").status == 400
    assert demo_server.ask("explanation", text="!", language="en").status == 400


def test_an_explanation_works_through_the_objective_that_trained_the_vectors(serve, tmp_path):
    formats.save(Vectors(("the", "king"), np.eye(2, dtype=np.float32)), tmp_path / "v.txt")
    companions.write_origin({"vectors": {}, "settings": {"objective": "glove"}}, tmp_path / "v.txt")
    steps = serve("-v", tmp_path / "v.txt").ask("explanation", text="the king", language="en").json["steps"]
    assert steps[1]["title"] == "2. How the rows came to be: GloVe"


def test_an_explanation_has_more_time_than_other_answers_for_the_first_of_all_compiles(demo_vectors, monkeypatch):
    from w2v.explorer import server, timeouts

    assert server.LONGEST < server.EXPLAINING < timeouts.ANSWERING
    monkeypatch.setattr(server, "LONGEST", 0.0)
    app = server.application([(demo_vectors, formats.load(demo_vectors))])

    async def status(name, query):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "scheme": "http", "path": f"/api/{name}", "query_string": query,
                 "headers": [(b"host", b"127.0.0.1")]}  # fmt: skip
        await app(scope, None, send)
        return sent[0]["status"]

    assert asyncio.run(status("neighbors", b"word=king")) == 503
    assert asyncio.run(status("explanation", b"text=the+king&language=en")) == 200


def test_no_page_loads_anything_from_elsewhere_nor_makes_markup_of_words():
    from importlib import resources

    for file in (resources.files("w2v.explorer") / "page").iterdir():
        content = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in content, file.name
        assert "https://" not in content, file.name
        for door in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert door not in content, f"{file.name}: {door}"


def test_the_page_says_all_it_says_in_every_language():
    from importlib import resources

    page = {
        file.name: file.read_text(encoding="utf-8") for file in (resources.files("w2v.explorer") / "page").iterdir()
    }
    catalogue, _, rest = page["texts.js"].partition("\n};\n")
    languages = re.split(r"^  \w\w: \{$", catalogue, flags=re.MULTILINE)[1:]
    keys = [re.findall(r'(?<![\w"])(\w+):\s+"', text) for text in languages]
    assert len(keys) == 4
    for one in keys:
        assert sorted(keys[0]) == sorted(set(one)) == sorted(one)
    for key in keys[0]:  # what is put in
        forms = [re.search(rf'(?<![\w"]){key}:\s+((?:"[^"]*"[\s+]*)+)', text).group(1) for text in languages]
        assert len({tuple(sorted(re.findall(r"\{\w+\}", form))) for form in forms}) == 1, key
    said = rest + "".join(text for name, text in page.items() if name != "texts.js")
    for key in keys[0]:
        assert f'"{key}"' in said or f"  {key}: {{" in said, f"{key} is said nowhere"
    for key in re.findall(r'data-(?:text|label)="(\w+)"', page["index.html"]) + re.findall(
        r'[^.]\btext\("(\w+)"', said
    ):
        assert key in keys[0], f"{key} has no text"


def test_four_clients_ask_at_once_and_each_gets_its_own_answer(serve, tmp_path):
    rng = np.random.default_rng(0)
    words = tuple(f"w{number}" for number in range(20_000))
    formats.save(Vectors(words, rng.normal(size=(20_000, 50)).astype(np.float32)), tmp_path / "large.bin")
    server = serve("-v", tmp_path / "large.bin")
    asked = rng.integers(len(words), size=60).tolist()
    with ThreadPoolExecutor(4) as clients:
        replies = list(clients.map(lambda number: server.ask("neighbors", word=f"w{number}", top=1), asked))
    vectors = formats.load(tmp_path / "large.bin")
    for number, reply in zip(asked, replies):
        assert reply.json["words"][0]["word"] == vectors.similar(f"w{number}", top=1)[0].word


def test_vectors_without_words_have_an_empty_map_that_is_finished():
    from pathlib import Path

    from w2v.explorer.atlas import Atlas

    atlas = Atlas(Vectors((), np.zeros((0, 5), np.float32)), Path("none.txt"))
    atlas.open()
    assert (len(atlas.drawing.places), atlas.drawing.working, len(atlas.members), atlas.names) == (0, False, 0, ())


def test_to_close_a_map_ends_the_thread_that_draws(monkeypatch):
    from pathlib import Path

    from w2v.explorer import atlas

    begun, ended = threading.Event(), []

    def long(*_):
        begun.set()
        time.sleep(0.3)  # as a matrix product that is under way: nothing interrupts it
        ended.append(True)
        return np.zeros(1, np.int64), np.zeros((1, 5), np.float32)

    monkeypatch.setattr(atlas, "clusters", long)
    drawn = atlas.Atlas(Vectors(("a",), np.ones((1, 5), np.float32)), Path("none.txt"))
    drawn.open()
    assert begun.wait(60)
    drawn.close()
    assert ended


def test_the_words_whose_neighbours_changed_most_are_found(serve, demo_server, demo_vectors, tmp_path):
    vectors = formats.load(demo_vectors)
    matrix = np.array(vectors.matrix)
    a, b = vectors.row("king"), vectors.row("paris")
    matrix[[a, b]] = matrix[[b, a]]  # these two are used as each other was
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(vectors.dim, vectors.dim)))
    other = tmp_path / "other.bin"
    formats.save(Vectors(vectors.words, (matrix @ turn).astype(np.float32)), other)
    found = serve("-v", demo_vectors, "--beside", other).ask("changes", top=3).json
    assert found["common"] == len(vectors)
    assert {word["word"] for word in found["words"][:2]} == {"king", "paris"}
    king = next(word for word in found["words"] if word["word"] == "king")
    assert king["before"] == [near.word for near in vectors.similar("king", 5)]
    assert "queen" not in king["after"]
    assert demo_server.ask("changes").status == 400
