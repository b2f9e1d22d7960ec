"""w2v convert."""

from __future__ import annotations

import numpy as np
import pytest

from w2v import formats
from w2v.cli import convert


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.txt"
    path.write_text("4 2\nking 3 4\nqueen 0.5 -1e-05\nnew_york 1 0\nman 0 2\n")
    return path


def test_a_file_is_written_in_the_format_of_its_ending(w2v, source, tmp_path):
    for ending in (".bin", ".glove", ".fifu", ".kv", ".npy", ".npz", ".safetensors", ".tsv", ".w2v", ".vec"):
        target = tmp_path / f"out{ending}"
        assert w2v("convert", source, target) == (0, "", f"{target}: 4 words x 2\n")
        back = formats.load(target, keep_twin=False)
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
    assert list(convert.FORMATS) == [name for name, row in formats.FORMATS.items() if row.dtypes]


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
        (["in.txt"], "in.txt: is the file that is read; name another"),
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
