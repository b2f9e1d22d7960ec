"""word2vec binary, in the dialects of the C program, gensim and the GoogleNews file."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from w2v.errors import FormatError
from w2v.formats import word2vec_binary

ROWS = [(b"</s>", [0.25, -1.0, 3e-5]), (b"caf\xc3\xa9", [np.inf, 1, 2]), (b"a\xc2\xa0b", [10, 32, -0.0])]


def binary(newline, count=3):
    rows = [word + b" " + np.array(row, "<f4").tobytes() + newline for word, row in ROWS]
    return b"%d 3\n" % count + b"".join(rows)


@pytest.mark.parametrize("newline", [b"\n", b""])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_rows_with_and_without_newlines_are_read(opened, newline, pack):
    vectors, notes = opened(pack(binary(newline)))
    assert vectors.words == ("</s>", "caf\u00e9", "a\u00a0b")
    assert vectors.matrix.tobytes() == np.array([row for _, row in ROWS], np.float32).tobytes()
    assert notes == []


def test_numbers_that_hold_blanks_and_newlines_are_numbers(opened):
    row = np.frombuffer(b"\n\n\n\n    \n \n ", "<f4")
    vectors, _ = opened(b"2 3\n" + b"".join(word + b" " + row.tobytes() for word in (b"a", b"b")))
    assert vectors.words == ("a", "b")
    assert vectors.matrix.tobytes() == row.tobytes() * 2


def test_a_newline_inside_a_word_is_skipped_as_in_c(opened):
    vectors, _ = opened(b"1 1\na\nb " + np.float32(1.5).tobytes() + b"\n")
    assert vectors.words == ("ab",)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_that_was_cut_says_what_can_be_kept(opened, pack):
    data = binary(b"\n")
    with pytest.raises(FormatError, match=r"promises 3 words, the file has (at most )?2: cut short\?.*--limit"):
        opened(pack(data[:-6]))
    vectors, _ = opened(pack(data[:-6]), limit=2)
    assert vectors.words == ("</s>", "caf\u00e9")


def test_a_header_that_promises_the_moon_takes_no_memory(opened):
    data = binary(b"").replace(b"3 3", b"999999999999 3")
    for pack in (bytes, gzip.compress):
        with pytest.raises(FormatError, match="promises 999,999,999,999 words"):
            opened(pack(data))


def test_small_blocks_give_the_same(opened, monkeypatch):
    monkeypatch.setattr(word2vec_binary, "BLOCK_BYTES", 7)
    vectors, _ = opened(binary(b"\n"))
    assert vectors.words == ("</s>", "caf\u00e9", "a\u00a0b")


def test_bytes_that_are_no_utf8_are_shown(opened):
    vectors, notes = opened(b"1 1\nf\xfcr " + np.float32(1.5).tobytes())
    assert (vectors.words, len(notes)) == (("f\\xfcr",), 1)
