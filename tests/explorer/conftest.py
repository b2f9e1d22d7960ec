"""A server as a user starts it, and what it answers over a real connection."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import numpy as np
import pytest

from w2v import formats
from w2v.vectors import Vectors

HOSTILE = (
    "<script>window.hacked=1</script>",
    "<img/src=x/onerror=window.hacked=1>",
    "\"&quot;'",
    "=cmd()",
    "ناقة\u202e",
    "naïve",
)


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Served:
    """A running `w2v explore`."""

    def __init__(self, process, address):
        self.process, self.address = process, address
        self.port = urlsplit(address).port

    def get(self, path, headers=None, method="GET", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=headers is not None and "Host" in headers)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            reply = connection.getresponse()
            return Reply(reply.status, reply.headers, reply.read())

    def ask(self, name, **fields):
        return self.get(f"/api/{name}?{urlencode(fields, doseq=True, quote_via=quote)}")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@contextlib.contextmanager
def served(*arguments, cache):
    command = [sys.executable, "-m", "w2v", "explore", "--no-open", *map(str, arguments)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"W2V_CACHE": str(cache)}
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("http://"), process.stderr.read()
        yield Served(process, line.split()[0])
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def serve(tmp_path):
    """Start servers of one's own, which end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(served(*arguments, cache=tmp_path / "cache"))


@pytest.fixture(scope="session")
def hostile_vectors(tmp_path_factory):
    """A file whose words are markup, formulas, letters from right to left; all near one another."""
    path = tmp_path_factory.mktemp("hostile") / "<b>vectors<b>.txt"
    rng = np.random.default_rng(0)
    words = (*HOSTILE, *(f"word{number}" for number in range(60)))
    matrix = rng.normal(size=(len(words), 12)) + 2 * (np.arange(len(words)) < len(HOSTILE))[:, None]
    formats.save(Vectors(words, matrix.astype(np.float32)), path)
    return path


@pytest.fixture(scope="session")
def demo_server(demo_vectors, tmp_path_factory):
    """One server of the demonstration vectors for all tests that only ask."""
    with served("-v", demo_vectors, cache=tmp_path_factory.mktemp("cache")) as server:
        yield server
