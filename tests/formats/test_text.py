"""word2vec, fastText and GloVe text: what programs write, and what happens to files."""

from __future__ import annotations

import bz2
import gzip
import lzma

import numpy as np
import pytest

from w2v import formats
from w2v.errors import FormatError
from w2v.formats import rows
from w2v.vectors import Vectors

NO_NOTES: list[str] = []


def check(found, words, matrix, notes=NO_NOTES):
    vectors, said = found
    assert vectors.words == tuple(words)
    np.testing.assert_array_equal(vectors.matrix, np.array(matrix, np.float32))
    assert said == list(notes)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"2 3\n</s> 0.001000 -2.500000 3.000000 \nthe 1.000000 0.000000 0.500000 \n", id="word2vec.c"),
        pytest.param(b"2 3\n</s> 0.001 -2.5 3\nthe 1 0 0.5\n", id="w2v"),
        pytest.param(b"2 3\n</s> 0.001 -2.5 3.0\nthe 1.0 0.0 0.5\n", id="gensim"),
        pytest.param(b"2 3\n</s> 0.001 -2.5 3 \nthe 1 0 0.5 \n", id="fastText .vec"),
        pytest.param(b"</s> 0.001 -2.5 3\nthe 1 0 0.5\n", id="GloVe"),
        pytest.param(b"2 3\n</s> 0.001 -2.5 3\nthe 1 0 0.5", id="no newline at the end"),
        pytest.param(b"2 3\r\n</s> 0.001 -2.5 3\r\nthe 1 0 0.5\r\n", id="CRLF"),
        pytest.param(b"</s> 0.001 -2.5 3 \r\nthe 1 0 0.5 \r\n", id="CRLF without a header"),
        pytest.param(b"\xef\xbb\xbf2 3\n</s> 0.001 -2.5 3\nthe 1 0 0.5\n", id="BOM"),
        pytest.param(b"\xef\xbb\xbf</s> 0.001 -2.5 3\nthe 1 0 0.5\n", id="BOM without a header"),
        pytest.param(b"2\t3\n</s>\t0.001\t-2.5\t3\nthe\t1\t0\t0.5\n", id="tabs"),
        pytest.param(b"</s>\t0.001\t-2.5\t3\nthe\t1\t0\t0.5\n", id="tabs without a header"),
        pytest.param(b"2 3\n</s>   0.001  -2.5 3\nthe \t 1  0 0.5\n", id="runs of blanks"),
        pytest.param(b"2 3\n</s> 1e-03 -25E-1 +3\nthe 1. .0 5e-1\n", id="other decimals"),
        pytest.param(b"2 3\n\n</s> 0.001 -2.5 3\n\nthe 1 0 0.5\n\n\n", id="blank lines"),
    ],
)
def test_a_dialect_is_read(opened, data):
    check(opened(data), ["</s>", "the"], [[0.001, -2.5, 3], [1, 0, 0.5]])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_is_read(opened, pack):
    check(opened(pack(b"2 2\na 1 2\nb 3 4\n")), ["a", "b"], [[1, 2], [3, 4]])


def test_a_file_packed_with_zstandard_is_read(opened):
    zstandard = pytest.importorskip("zstandard")
    check(opened(zstandard.compress(b"a 1 2\nb 3 4\n")), ["a", "b"], [[1, 2], [3, 4]])


@pytest.mark.parametrize("archive", [gzip.compress(b"2 2\na 1 2\nb 3 4\n" * 999)[:60], lzma.compress(b"a 1 2\n")[:-9]])
def test_a_damaged_archive_is_named(opened, archive):
    with pytest.raises(FormatError, match="archive is damaged or cut short"):
        opened(archive)


@pytest.mark.parametrize(
    "word", ["\u00a0", "\u3000", "\u0085", "\u2028", "a\u00a0b", "\u200b", "\x0b", "\x1c", "\ufeff"]
)
@pytest.mark.parametrize("header", [b"2 2\n", b""])
def test_other_white_space_belongs_to_the_word(opened, word, header):
    check(opened(header + b"a 1 2\n" + word.encode() + b" 3 4\n"), ["a", word], [[1, 2], [3, 4]])


@pytest.mark.parametrize("header", [b"5 2\n", b""])
def test_a_word_with_blanks_is_split_from_the_end(opened, header):
    data = header + b"a 1 2\n. . . 3 4\nat name@domain.com 5 6\n1 2 3 7 8\n  9 10\n"
    words = ["a", ". . .", "at name@domain.com", "1 2 3", " "]
    check(opened(data), words, [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]])


def test_nan_and_infinity_are_numbers(opened):
    vectors, _ = opened(b"2 3\na nan -nan -nan(ind)\nb inf -inf Infinity\n")
    assert np.isnan(vectors.matrix[0]).all()
    assert vectors.matrix[1].tolist() == [np.inf, -np.inf, np.inf]


def test_fewer_and_more_rows_than_the_header_says_are_read_with_a_note(opened):
    note = "the header promises {} words, the file holds 2: these were read"
    check(opened(b"3 1\na 1\nb 2\n"), "ab", [[1], [2]], [note.format(3)])
    check(opened(b"1 1\na 1\nb 2\n"), "ab", [[1], [2]], [note.format(1)])


def test_gloves_unk_behind_its_header_is_kept(opened):
    data = b"1 2\nthe 0.1 0.2\n<unk> 0.3 0.4\n"
    check(opened(data), ["the", "<unk>"], [[0.1, 0.2], [0.3, 0.4]],
          ["the header promises 1 words, the file holds 2: these were read"])  # fmt: skip


def test_a_header_that_promises_the_moon_takes_no_memory(opened):
    vectors, notes = opened(b"999999999999 300\na " + b" ".join([b"1"] * 300) + b"\n")
    assert (len(vectors), len(notes)) == (1, 1)


def test_a_word_that_stands_twice_keeps_its_first_vector(opened):
    check(opened(b"a 1\nb 2\na 3\na 4\nc 5\n"), "abc", [[1], [2], [5]], ["2 rows repeat a word: the first was kept"])


def test_a_row_without_a_word_is_left_out(opened):
    check(opened(b"3 2\na 1 2\n 3 4\nb 5 6\n"), "ab", [[1, 2], [5, 6]], ["1 row has no word: left out"])


def test_bytes_that_are_no_utf8_are_shown_and_told(opened):
    vectors, notes = opened(b"3 1\nf\xfcr 1\nf\xe4r 2\nund 3\n")
    assert vectors.words == ("f\\xfcr", "f\\xe4r", "und")
    assert notes[0].startswith("2 words were no UTF-8")
    assert "iconv -f ISO-8859-1" in notes[0]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"2 3\na 1 2 3\nb 1 2\nc 1 2 3\n", r":3: expected 3 numbers after 'b', found 2$"),
        (b"2 3\na 1 2 3\nb 1 x 3\nc 1 2 3\n", r":3: expected 3 numbers after 'b', found 'x' among them$"),
        (b"a 1 2 3\nb 1 2 3\nc 1 2\nd 1 2 3\n", r":3: expected 3 numbers after 'c', found 2$"),
        (b"3 3\na 1 2 3\nb 1 2 3\nc 1 2", r":4: expected 3 numbers after 'c', found 2: cut short\? .*--limit 2$"),
        (b"2 2\na 0,5 1,5\nb 0,25 1\n", r":2: 'a' is followed by decimals with a comma; write points: sed"),
        (b"a 0,5 1,5\nb 0,25 1,0\n", r":1: 'a' is followed by decimals with a comma"),
        (b"2 9\na 0:0.5 7:1.5\nb 1:0.25\n", r"rows are sparse \(position:value\)"),
        (b"a 0:0.5 7:1.5\nb 1:0.25\n", r"rows are sparse \(position:value\)"),
    ],
)
def test_a_broken_row_is_named_with_its_line(opened, data, problem):
    with pytest.raises(FormatError, match=problem):
        opened(data)


def test_a_limit_stops_there(opened):
    check(opened(b"3 1\na 1\nb 2\nc 3\n", limit=2), "ab", [[1], [2]])


def test_many_blocks_are_read_in_order_and_their_lines_counted(opened, monkeypatch):
    monkeypatch.setattr(rows, "BLOCK_BYTES", 1000)
    lines = [f"w{i} {i} {i / 8}\n" for i in range(5000)]
    vectors, notes = opened("".join(["5000 2\n", *lines]).encode())
    assert vectors.words == tuple(f"w{i}" for i in range(5000))
    assert notes == []
    np.testing.assert_array_equal(vectors.matrix[:, 0], np.arange(5000))
    lines[4321] = "bad 1\n"
    with pytest.raises(FormatError, match=r":4323: expected 2 numbers after 'bad', found 1"):
        opened("".join(["5000 2\n", *lines]).encode())


def test_words_that_are_numbers_are_words(opened):
    check(opened(b"1234 0.5 1\n77 2 3\n"), ["1234", "77"], [[0.5, 1], [2, 3]])
    check(opened(b"3 4\n1 2\n"), ["3", "1"], [[4], [2]])  # GloVe of one dimension, not a header


def test_an_empty_model_is_a_model(opened):
    vectors, notes = opened(b"0 100\n")
    assert (len(vectors), vectors.dim, notes) == (0, 100, [])


def test_what_we_write_is_plain(tmp_path):
    formats.save(Vectors(("a", "b"), np.array([[1, 0.1], [-2.5, 1e-10]], np.float32)), tmp_path / "v.txt")
    assert (tmp_path / "v.txt").read_bytes() == b"2 2\na 1 0.1\nb -2.5 1e-10\n"


def test_gensim_reads_what_we_write_and_we_what_it_writes(tmp_path, toy):
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    for name, binary in (("v.txt", False), ("v.bin", True)):
        formats.save(toy, tmp_path / name)
        model = keyedvectors.KeyedVectors.load_word2vec_format(tmp_path / name, binary=binary)
        assert tuple(model.index_to_key) == toy.words
        assert model.vectors.tobytes() == toy.matrix.tobytes()
        model.save_word2vec_format(str(tmp_path / f"gensim.{name}"), binary=binary)
        ours = formats.load(tmp_path / f"gensim.{name}", keep_cache=False)
        assert (ours.words, ours.matrix.tobytes()) == (toy.words, toy.matrix.tobytes())
