"""The cache: quick, never stale, never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from w2v import formats
from w2v.formats import cache
from w2v.formats.wordlist import WordList, arrays_of
from w2v.vectors import Vectors


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "v.txt"
    path.write_text("3 2\nking 1 2\nqueen 3 4\ncaf\u00e9 5 6\n")
    return path


def test_the_second_time_a_file_of_text_is_opened_its_cache_answers(path):
    first = formats.load(path)
    assert cache.find(path) is not None
    second = formats.load(path)
    assert second.words == first.words
    assert tuple(second.words) == first.words
    assert second.matrix.tobytes() == first.matrix.tobytes()
    assert not second.matrix.flags.writeable
    assert second.similar("king", 1)[0].word == "queen"


def test_a_changed_source_is_read_again(path):
    formats.load(path)
    stat = path.stat()
    path.write_text("3 2\nking 1 2\nqueen 3 4\ncoffe 9 9\n")
    assert path.stat().st_size == stat.st_size
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert cache.find(path) is None
    assert formats.load(path).words[2] == "coffe"


def test_a_touched_source_keeps_its_cache(path):
    formats.load(path)
    os.utime(path, (1, 1))
    assert cache.find(path) is not None


@pytest.mark.parametrize("size", [0, 5, 20, 60, 130, 200, 300])
def test_a_damaged_cache_is_passed_over(path, size):
    formats.load(path)
    beside = path.with_name("v.txt.w2v")
    beside.write_bytes(beside.read_bytes()[:size])
    assert formats.load(path).words[0] == "king"


def test_somebodys_own_file_of_that_name_is_left_alone(path):
    mine = path.with_name("v.txt.w2v")
    mine.write_text("mine")
    formats.load(path)
    assert mine.read_text() == "mine"
    assert cache.find(path) is not None  # in the cache


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the super-user may write anywhere")
def test_a_folder_that_cannot_be_written_has_its_caches_in_the_cache(path):
    path.parent.chmod(0o500)
    try:
        formats.load(path)
    finally:
        path.parent.chmod(0o700)
    assert cache.find(path) is not None


def test_a_cache_can_be_opened_itself(path):
    formats.load(path)
    assert tuple(formats.load(path.with_name("v.txt.w2v")).words) == ("king", "queen", "caf\u00e9")


def test_a_query_with_a_cache_loads_no_numba(path):
    formats.load(path)
    program = (
        "import sys; from w2v import formats; v = formats.load(sys.argv[1]); v.similar('king');"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)


WORDS = ("the", "", "caf\u00e9", "\ud800", "a b\n", "\u65e5\u672c")


def test_a_word_list_is_a_tuple_in_all_but_its_type():
    words = WordList(arrays_of(WORDS), Path("v"))
    assert words == WORDS
    assert words == WORDS
    assert hash(words) == hash(WORDS)
    assert (len(words), words[2], words[-1], words[1:3]) == (6, "caf\u00e9", "\u65e5\u672c", ("", "caf\u00e9"))
    assert list(words) == list(WORDS)
    assert "a b\n" in words
    assert "x" not in words
    assert 3 not in words
    assert words.index("the") == 0
    assert words.count("") == 1
    assert (*words, "x") == (*WORDS, "x")
    with pytest.raises(IndexError):
        words[6]
    for absent in ("x", 3):
        with pytest.raises(ValueError, match="not in the list"):
            words.index(absent)
    with pytest.raises(ValueError, match="not in the list"):
        words.index("the", 1)


def test_words_of_one_hash_are_told_apart():
    words = WordList(arrays_of(("plumless", "buckeroo", "x")), Path("v"))  # CRC-32 4ddb0c25, both
    assert [words.index_of[word] for word in ("plumless", "buckeroo", "x")] == [0, 1, 2]
    with pytest.raises(KeyError):
        words.index_of["nothing"]
    assert words.index_of.get("nothing", 9) == 9
    assert set(words.index_of) == {"plumless", "buckeroo", "x"}


def test_no_words_are_a_list_too():
    words = WordList(arrays_of(()), Path("v"))
    assert len(words) == 0
    assert list(words) == []
    assert "a" not in words


def test_a_cache_of_a_file_that_changed_while_it_was_read_is_not_made(path):
    stamp = cache.stamp(path)
    path.write_text("1 1\nb 2\n")
    cache.make(Vectors(("a",), np.ones((1, 1), np.float32)), path, stamp)
    assert cache.find(path) is None
