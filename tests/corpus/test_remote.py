"""Texts on the network, by fsspec's file system in memory and a server of files on this machine."""

from __future__ import annotations

import functools
import gzip
import http.server
import sys
import threading

import pytest

import w2v as library
from w2v.errors import CorpusError, MissingExtraError

fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install 'w2v[remote]'")

TEXT = "die Katze saß auf der Matte\n" * 40 + "猫 坐\n" * 10


@pytest.fixture
def bucket():
    """A bucket with two texts, one of them packed, a folder in it, and a hidden file."""
    files = fsspec.filesystem("memory")
    files.pipe({
        "/bucket/a.txt": TEXT.encode(), "/bucket/more/b.txt.gz": gzip.compress(b"zebra\n" * 9),
        "/bucket/.hidden": b"hidden\n", "/bucket/empty/.hidden": b"",
    })  # fmt: skip
    yield
    files.rm("/bucket", recursive=True)


def words(*corpus):
    return set(library.read(list(corpus), min_count=1).vocabulary.words)


def test_a_file_a_folder_and_a_pattern_are_read_as_on_disk(bucket, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    here, there = library.read([tmp_path / "a.txt"]), library.read(["memory://bucket/a.txt"])
    assert there.vocabulary.words == here.vocabulary.words
    assert (there.stream == here.stream).all()
    assert there.account == here.account
    folder = library.read(["memory://bucket"], min_count=1)
    assert [file.name for file in folder.account.by_file] == [
        "memory:///bucket/a.txt",
        "memory:///bucket/more/b.txt.gz",
    ]
    assert folder.account.notes[0].startswith("memory://bucket: passed over 2 whose names begin with a dot")
    assert words("memory://bucket/more/*.gz") == {"zebra"}
    assert words(f"file://{tmp_path}/a.txt") == set(here.vocabulary.words)


def test_progress_counts_the_bytes_that_are_there(bucket):
    seen = []
    library.read(["memory://bucket/a.txt"], report=seen.append)
    assert (seen[-1].done, seen[-1].total) == (len(TEXT.encode()), len(TEXT.encode()))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("memory://bucket/nothing.txt", "no such file or folder"),
        ("memory://bucket/*.zip", "holds no files; name a file, or a folder of text files"),
        ("memory://bucket/empty", "holds no files; name a file, or a folder of text files"),
        ("nowhere://bucket/a.txt", "cannot be read: Protocol not known: nowhere"),
    ],
)
def test_what_is_not_there_is_one_line(bucket, name, problem):
    with pytest.raises(CorpusError) as raised:
        library.read([name])
    assert str(raised.value) == f"{name}: {problem}"


def test_a_connection_that_breaks_is_one_line(bucket, monkeypatch):
    from fsspec.implementations.memory import MemoryFile

    def fail(self, size=-1):
        raise RuntimeError("the server hung up\nand more")

    monkeypatch.setattr(MemoryFile, "read", fail)
    with pytest.raises(CorpusError) as raised:
        library.read(["memory://bucket/a.txt"])
    assert str(raised.value) == "memory://bucket/a.txt: cannot be read: the server hung up"


def test_a_text_that_is_cut_short_on_the_way_is_refused(bucket, monkeypatch):
    from w2v.corpus import remote

    monkeypatch.setattr(remote, "find", lambda name: ([(name, 10**6)], 0))
    with pytest.raises(CorpusError, match="became shorter while it was read: 1,000,000 bytes before"):
        library.read(["memory://bucket/a.txt"])


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtraError, match=r"what is on the network needs an extra: pip install 'w2v\[remote\]'"):
        library.read(["s3://bucket/a.txt"])


def test_a_text_is_read_from_a_server(w2v, tmp_path, monkeypatch):
    from w2v.corpus import remote

    monkeypatch.setattr(remote, "PIECE_BYTES", 100)  # larger than a piece, and the server gives none
    pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'w2v[remote]'")
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(TEXT.encode()))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *about):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=tmp_path))
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        result = w2v("train", f"{address}/a.txt.gz", "--threads", 1, "--epochs", 1, "-o", tmp_path / "v.txt")
        assert result.exit_code == 0, result.stderr
        assert "read        260 tokens in 1 file, 50 sentences" in result.stderr
        result = w2v("train", f"{address}/b.txt", "-o", tmp_path / "w.txt")
        assert (result.exit_code, result.stderr) == (1, f"Error: {address}/b.txt: no such file or folder\n")
        server.shutdown()
