"""w2v convert."""

from __future__ import annotations

import csv
import sys

import numpy as np
import pytest

from w2v import formats
from w2v.cli import convert
from w2v.vectors import Vectors


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.txt"
    path.write_text("4 2\nking 3 4\nqueen 0.5 -1e-05\nnew_york 1 0\nman 0 2\n")
    return path


def test_a_file_is_written_in_the_format_of_its_ending(w2v, source, tmp_path):
    for ending in (".bin", ".glove", ".fifu", ".kv", ".npy", ".npz", ".safetensors", ".tsv", ".w2v", ".vec"):
        target = tmp_path / f"out{ending}"
        assert w2v("convert", source, target) == (0, "", f"{target}: 4 words x 2\n")
        back = formats.load(target, keep_cache=False)
        assert tuple(back.words) == ("king", "queen", "new_york", "man")
        np.testing.assert_allclose(back["queen"], [0.5, -1e-05], rtol=1e-6)


def test_a_twin_is_left_beside_neither_file(w2v, source, tmp_path):
    w2v("convert", source, tmp_path / "out.bin")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.bin"]


def test_the_format_can_be_forced(w2v, source, tmp_path):
    target = tmp_path / "out.txt"
    w2v("convert", source, target, "--to", "glove")
    assert target.read_text() == "king 3 4\nqueen 0.5 -1e-05\nnew_york 1 0\nman 0 2\n"


def test_the_formats_of_the_command_are_those_that_are_written():
    assert list(convert.FORMATS) == [name for name, row in (formats.FORMATS | formats.TABLES).items() if row.dtypes]


def test_some_words_of_length_1_in_half_the_bytes(w2v, source, tmp_path):
    words = tmp_path / "words"
    words.write_text("man\nking\nnobody\n")
    target = tmp_path / "out.npz"
    result = w2v("convert", source, target, "--words", words, "--normalize", "--dtype", "float16")
    assert result.stderr == (f"Note: 1 of 3 words of {words} are not in {source}.\n{target}: 2 words x 2\n")
    back = formats.load(target)
    assert tuple(back.words) == ("king", "man")
    np.testing.assert_allclose(back.matrix, [[0.6, 0.8], [0, 1]], atol=1e-3)


def test_a_limit_takes_the_first_words(w2v, source, tmp_path):
    w2v("convert", source, tmp_path / "out.txt", "--limit", 2)
    assert (tmp_path / "out.txt").read_text() == "2 2\nking 3 4\nqueen 0.5 -1e-05\n"


def test_blanks_in_words_are_refused_or_replaced(w2v, tmp_path):
    source = tmp_path / "in.txt"
    source.write_text("2 1\nnew york 1\nking 2\n")
    target = tmp_path / "out.bin"
    result = w2v("convert", source, target)
    assert (result.exit_code, target.exists()) == (1, False)
    assert result.stderr == (
        f"Error: {target}: word2vec binary has no place for the word 'new york', which holds a blank or a line end;"
        " choose another format (.w2v takes any word), or --blank-as _\n"
    )
    result = w2v("convert", source, target, "--blank-as", "_")
    assert result.stderr == f"Note: 1 words hold blanks, which are now '_'.\n{target}: 2 words x 1\n"
    assert formats.load(target).words == ("new_york", "king")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["out.bin", "--dtype", "int8"], "out.bin: word2vec binary holds float32 only, not int8"),
        (["nowhere/out.bin"], "there is no folder"),
        (["in.txt"], "and the vectors would replace it; choose another name"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(w2v, source, tmp_path, monkeypatch, arguments, problem):
    monkeypatch.chdir(tmp_path)
    result = w2v("convert", source, *arguments)
    assert result.exit_code == 1
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_is_not_as_it_should_be_is_noted(w2v, tmp_path):
    source = tmp_path / "in.txt"
    source.write_text("9 1\nking 1\nking 2\n")
    result = w2v("convert", source, tmp_path / "out.txt")
    assert result.stderr.splitlines()[:2] == [
        "Note: the header speaks of 9 words, the file holds 2: these were read.",
        "Note: 1 row repeats a word: the first was kept.",
    ]


def test_an_ending_that_nothing_is_written_under_is_refused_by_name(w2v, source, tmp_path):
    target = tmp_path / "out.xlsx"
    result = w2v("convert", source, target)
    assert (result.exit_code, target.exists()) == (1, False)
    assert result.stderr.startswith(
        f"Error: {target}: nothing is written under the ending .xlsx; those known are .bin,"
    )
    assert w2v("convert", source, target, "--to", "word2vec-text").exit_code == 0
    for name in ("news-1.5", "news", ".hidden"):
        assert w2v("convert", source, tmp_path / name).exit_code == 0
        assert (tmp_path / name).read_bytes().startswith(b"4 2\n")


def test_csv_is_written_as_other_programs_read_it(w2v, tmp_path):
    vectors = Vectors(('a "b"', "x,y", "naïve", "new york"), np.arange(8, dtype=np.float32).reshape(4, 2) / 8)
    formats.save(vectors, tmp_path / "in.w2v")
    assert w2v("convert", tmp_path / "in.w2v", tmp_path / "out.csv").exit_code == 0
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["word", "d1", "d2"]
    assert tuple(row[0] for row in rows[1:]) == vectors.words
    assert np.array([row[1:] for row in rows[1:]], np.float32).tolist() == vectors.matrix.tolist()


def test_parquet_holds_words_vectors_and_counts(w2v, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    vectors = Vectors(("a", "new york"), np.array([[1, 2, 3], [4, 5, 6]], np.float32), np.array([7, 8]))
    formats.save(vectors, tmp_path / "in.w2v")
    assert w2v("convert", tmp_path / "in.w2v", tmp_path / "out.parquet").exit_code == 0
    assert parquet.read_table(tmp_path / "out.parquet").to_pydict() == {
        "word": ["a", "new york"], "vector": [[1, 2, 3], [4, 5, 6]], "count": [7, 8],
    }  # fmt: skip


def test_parquet_without_its_extra_is_refused_before_the_work(w2v, source, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "pyarrow.parquet", raising=False)
    result = w2v("convert", source, tmp_path / "out.parquet")
    assert result == (1, "", "Error: writing .parquet needs an extra: pip install 'w2v[parquet]'\n")


def test_the_words_of_an_npz_are_an_array(w2v, source, tmp_path):
    w2v("convert", source, tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as arrays:
        assert arrays["words"].tolist() == ["king", "queen", "new_york", "man"]


def test_an_npz_of_one_very_long_word_takes_no_room_for_all_to_be_so_long(tmp_path):
    words = (*(f"w{number}" for number in range(1000)), "x" * 200_000)
    formats.save(Vectors(words, np.ones((1001, 1), np.float32)), tmp_path / "out.npz")
    assert (tmp_path / "out.npz").stat().st_size < 2_000_000
    assert tuple(formats.load(tmp_path / "out.npz").words) == words


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_no_output_replaces_what_is_read_under_any_name(w2v, source, tmp_path, link):
    words = tmp_path / "words.txt"
    words.write_text("the\n")
    w2v("convert", source, tmp_path / "a.npy")
    matrix = tmp_path / "a.npy"
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for read, wanted, options in (
        (source, source, ()),
        (source, words, ("--words", words)),
        (matrix, tmp_path / "a.words.txt", ("--to", "word2vec-text")),
    ):
        other = tmp_path / "link.txt"
        getattr(other, link)(wanted)
        for target in (wanted, other):
            result = w2v("convert", read, target, *options)
            assert result.exit_code == 1
            assert "would replace it; choose another name" in result.stderr
        other.unlink()
    getattr(tmp_path / "b.kv.vectors.npy", link)(matrix)  # beside the output that is named
    assert "their matrix would replace it" in w2v("convert", matrix, tmp_path / "b.kv").stderr
    assert {path: path.read_bytes() for path in files} == files


def test_a_file_beside_the_output_that_w2v_did_not_write_stays(w2v, source, tmp_path):
    (tmp_path / "out.bin.json").write_text("[1]")
    result = w2v("convert", source, tmp_path / "out.bin")
    assert result.exit_code == 1
    assert "out.bin.json: is there and was not written by w2v" in result.stderr
    assert not (tmp_path / "out.bin").exists()
