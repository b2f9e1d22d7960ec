"""Damaged files of formats that are mapped or pickled: one of our errors, however late, and never the end of Python."""

from __future__ import annotations

import pickle
import re
import struct
import subprocess
import sys

import numpy as np
import pytest

from w2v import formats
from w2v.errors import FormatError, ResourceError
from w2v.formats import gensim
from w2v.formats.pickled import Array, Kind, array_of
from w2v.vectors import Vectors

WORDS = ("the", "na\u00efve", "\u5317\u4eac", "king")
COMMANDS = [
    ["similar", "king"],
    ["similar", "kng"],
    ["similar", "king", "--match", "^t"],
    ["analogy", "king", "the", "\u5317\u4eac"],
    ["expr", "king - the"],
    ["words"],
    ["encode", "the king"],
    ["evaluate"],
    ["info"],
    ["convert"],
    ["export", "torch", "-o", "out"],
]


@pytest.fixture
def vectors(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    return Vectors(WORDS, np.eye(4, dtype=np.float32) + 1)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("damage", ["bytes", "offsets"])
def test_a_damaged_word_of_a_mapped_file_is_one_line_whoever_meets_it(w2v, vectors, tmp_path, command, damage):
    path = tmp_path / "v.w2v"
    formats.save(vectors, path)
    content = path.read_bytes()
    offsets = struct.pack("<5q", 0, 3, 9, 15, 19)
    assert offsets in content
    path.write_bytes(
        content.replace("\u00ef".encode(), b"\xef\x81")
        if damage == "bytes"
        else content.replace(offsets, struct.pack("<5q", 0, 3, 1 << 60, -15, 19))
    )
    (tmp_path / "q.txt").write_text("king the king the\n")
    more = {"info": [path], "convert": [path, "o.txt"], "evaluate": [path, "q.txt"]}.get(command[0], ["-v", path])
    result = w2v(*command, *more)
    assert result.exit_code == 1
    assert result.stderr.endswith(f"Error: {path}: the words in it are damaged; make it again (a cache: remove it)\n")


def test_a_row_that_is_not_there_is_one_line(w2v, vectors, tmp_path):
    path = tmp_path / "v.w2v"
    formats.save(vectors, path)
    content = path.read_bytes()
    order = np.argsort([__import__("zlib").crc32(word.encode()) for word in WORDS]).astype("<i4").tobytes()
    assert order in content
    path.write_bytes(content.replace(order, struct.pack("<4i", 9, -1, 2**31 - 1, 4)))
    result = w2v("similar", "king", "-v", path)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "the words in it are damaged" in result.stderr


@pytest.mark.parametrize("header", [b"[" * 60_000, b'{"words": 1e999, "dim": 2}', b'{"source": [], "words": 4}', b"{}"])
def test_a_cache_with_a_senseless_header_is_passed_over(vectors, tmp_path, header):
    path = tmp_path / "v.txt"
    formats.save(vectors, path)
    cache = tmp_path / "v.txt.w2v"
    content = cache.read_bytes()
    begin = content.index(b"\n") + 1
    cache.write_bytes(content[:begin] + header + content[content.index(b"\n", begin) :])
    with pytest.raises(FormatError):
        formats.load(cache)
    assert formats.load(path).words == WORDS


@pytest.mark.parametrize("state", [(3, "<", None, -1, -1, 0), (3,), (), 5, (3, 7, None, None, None, -1, -1, 0)])
def test_a_dtype_whose_state_is_cut_is_refused_and_does_not_end_python(tmp_path, state):
    """Numpy 2.4 ends the process at such a state, so it is asked in a process of its own."""
    path = tmp_path / "v.kv"
    forged = (
        b"\x80\x04cgensim.models.keyedvectors\nKeyedVectors\n)\x81}(X\x0c\x00\x00\x00index_to_key]X\x01\x00\x00\x00aa"
        b"X\x07\x00\x00\x00vectorscnumpy\ndtype\nX\x02\x00\x00\x00f4\x85R"
    )
    path.write_bytes(forged + pickle.dumps(state, 3)[2:-1] + b"bub.")
    done = subprocess.run([sys.executable, "-m", "w2v", "info", str(path)], capture_output=True, text=True)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("Note: compiling")]
    assert re.fullmatch(r"Error: .*v\.kv: .*", line)


@pytest.mark.parametrize("code", ["V8", "O16", "f4,f4", "M8[s]", "f3", 5, None])
def test_arrays_of_other_kinds_than_vectors_and_words_are_none(code):
    kind, held = Kind(code, False, True), Array()
    held.__setstate__((1, (2,), kind, False, b"12345678"))
    assert array_of(held) is None


@pytest.mark.parametrize("kind", ["<f4", ">f8", "<i2", "|u1", "<U3", ">U3", "|S4", "O"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_put_together_as_numpy_does(kind, order):
    array = np.array([["1", "20", "30"], ["4", "50", "60"]]).astype(kind).astype(kind, order=order)
    _, (_, shape, _), (version, _, dtype, by_columns, content) = array.__reduce__()
    like, (code, *more), *state = dtype.__reduce__()
    assert like is np.dtype
    stub, held = Kind(code, *more), Array(np.ndarray, shape, b"b")
    stub.__setstate__(state[0])
    held.__setstate__((version, array.shape, stub, by_columns, content))
    np.testing.assert_array_equal(array_of(held), array)


def test_text_beyond_unicode_in_an_npz_is_no_list_of_words(tmp_path):
    words = np.array(["a", "b"])
    np.savez(tmp_path / "v.npz", words=np.frombuffer(b"\xff" * words.nbytes, words.dtype), vectors=np.ones((2, 2)))
    with pytest.raises(FormatError, match="no words"):
        formats.load(tmp_path / "v.npz")


HEADERS = {
    "an open bracket": b"{'descr': '<f4', 'fortran_order': False, 'shape': (",
    "ten to the twenty rows": b"{'descr': '<f4', 'fortran_order': False, 'shape': (100000000000000000000, 3), }",
    "a negative shape": b"{'descr': '<f4', 'fortran_order': False, 'shape': (-4, 3), }",
    "brackets within brackets": b"(" * 3000,
    "no dictionary": b"[1, 2]",
}


@pytest.mark.parametrize("header", HEADERS)
def test_a_damaged_header_of_an_array_beside_is_one_line(tmp_path, vectors, monkeypatch, header):
    monkeypatch.setattr(gensim, "SEPARATE", 1)
    for path, beside in ((tmp_path / "v.kv", tmp_path / "v.kv.vectors.npy"), (tmp_path / "v.npy", tmp_path / "v.npy")):
        formats.save(vectors, path)
        text = HEADERS[header] + b"\n"
        beside.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + bytes(48))
        with pytest.raises(FormatError, match=beside.name):
            formats.load(path)


def test_a_sound_file_too_large_for_the_memory_is_not_called_damaged(tmp_path, vectors, monkeypatch):
    path = tmp_path / "v.txt"
    formats.save(vectors, path, cache_too=False)

    def full(*given):
        raise MemoryError

    monkeypatch.setattr("w2v.formats.word2vec_text.read", full)
    with pytest.raises(ResourceError, match=r"v\.txt: no memory is left to read it; take fewer words"):
        formats.load(path)


@pytest.mark.parametrize("error", [ValueError, struct.error, IndexError])
def test_a_bug_of_ours_in_a_reader_does_not_pass_for_damage(opened, monkeypatch, error):
    def read(*given):
        raise error("a bug")

    monkeypatch.setattr("w2v.formats.word2vec_text.read", read)
    with pytest.raises(error, match="a bug"):
        opened(b"1 1\nthe 1\n")
