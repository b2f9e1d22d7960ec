"""The smaller query commands, a few claims each; `similar` has the tests of what they share."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from toy_vectors import toy  # noqa: F401  # a fixture

from w2v import formats
from w2v.vectors import Vectors

pytestmark = pytest.mark.usefixtures("toy")


def test_odd_lists_the_word_first_that_does_not_belong(w2v):
    result = w2v("odd", "king", "man", "new_york", "国王")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["new_york", "man", "king", "国王"]
    assert json.loads(w2v("odd", "king", "man", "new_york", "--json").stdout)["odd"] == "new_york"


def test_of_two_words_none_is_odd(w2v):
    result = w2v("odd", "king", "man")
    assert result == (
        2, "", "Error: which of them does not belong? That takes three words or more, not 2\n",
    )  # fmt: skip


def test_compare_prints_one_number(w2v):
    assert w2v("compare", "king", "queen") == (0, "0.5000\n", "")
    assert w2v("compare", "king", "queen", "--json").stdout == '{"query": ["king", "queen"], "cosine": 0.5}\n'
    assert w2v("compare", "--batch", "-", input="king queen\nNew York\tman\n").stdout == (
        "king queen\t0.500000\nNew York man\t0.000000\n"
    )


def test_compare_takes_texts_and_says_what_it_leaves_out(w2v):
    result = w2v("compare", "the king, a man", "King man!")
    assert result == (0, "1.0000\n", "Note: left out what is not in the vocabulary: the, a.\n")
    # 1 for each word with itself and 1/2 for king with man: (1 + 1/2) / sqrt(1 * 3).
    assert w2v("compare", "king", "king man", "--method", "soft").stdout == "0.8660\n"


def test_compare_names_the_text_of_which_nothing_is_known(w2v):
    assert w2v("compare", "king", "zebras run") == (1, "", "Error: 'zebras run' is not in the vocabulary.\n")
    assert w2v("compare", "king").exit_code == 2


def test_compare_passes_over_a_pair_only_where_a_text_has_no_known_word(w2v):
    result = w2v("compare", "--batch", "-", "--skip-unknown", input="king,\tthe king!\nking\tzzz yyy\n")
    assert (result.exit_code, result.stdout) == (0, "king, the king!\t1.000000\n")
    assert result.stderr == (
        "Note: 'king,' is not in the vocabulary, 'king' is: asked for that.\n"
        "Note: passed over 1 of 2 queries; not in the vocabulary: zzz yyy.\n"
        "Note: left out what is not in the vocabulary: the.\n"
    )


def test_compare_by_word_movers_distance(w2v):
    pytest.importorskip("ot")
    assert w2v("compare", "man", "woman", "--method", "wmd").stdout == "1.4142\n"


def test_expr_finds_words_by_their_sum(w2v):
    assert w2v("expr", "king - man + woman", "-n", 1) == (0, "queen  0.9586\n", "")
    assert w2v("expr", "king", "-", "man", "+", "woman", "-n", 1, "--tsv").stdout == "queen\t0.958569\n"
    assert w2v("expr", "2 * new york", "-n", 1).exit_code == 2
    assert w2v("expr", "2 * 'new york' + man", "-n", 1, "--all").stdout == "new_york  0.8944\n"


def test_expr_reports_a_broken_line_of_a_batch(w2v):
    result = w2v("expr", "--batch", "-", "-n", 1, "--skip-unknown", input="king - zebra\nking -\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: standard input:2: 'king -': it ends where a word is expected; try: king - man + woman\n"
    )


def test_axis_sorts_words_between_two_poles(w2v):
    result = w2v("axis", "woman", "man", "king", "queen", "new york")
    assert (result.exit_code, result.stdout) == (0, "queen      0.5000\nnew york   0.0000\nking      -0.5000\n")
    assert w2v("axis", "woman", "man").exit_code == 2
    assert w2v("axis", "woman", "mann", "king").stderr == "Error: 'mann' is not in the vocabulary. Did you mean man?\n"


def test_vector_prints_what_the_text_file_has(w2v):
    lines = Path("vectors.txt").read_text().splitlines(keepends=True)
    assert w2v("vector", "señora", "king").stdout == lines[7] + lines[3]
    assert w2v("vector", "señora", "--tsv").stdout == "señora\t0\t0\t0.5\t0\n"
    assert w2v("vector", "señora", "--json").stdout == (
        '{"query": ["señora"], "vectors": [{"word": "señora", "vector": [0.0, 0.0, 0.5, 0.0]}]}\n'
    )


def test_vector_prints_all_numbers_as_the_text_format_does(w2v):
    numbers = np.array([[0.1, -0.0, 1e-5, 1.5e20, 123456.79, 1e16, 3.4e38, 1e-40, 1e-4, 2]], np.float32)
    formats.save(Vectors(("x",), numbers), "odd.txt")
    assert w2v("vector", "-v", "odd.txt", "x").stdout == Path("odd.txt").read_text().split("\n", 1)[1]


def test_words_lists_the_vocabulary_with_counts(w2v):
    result = w2v("words", "-n", 3)
    assert result == (0, "man    90\nwoman  80\nking   50\n", "")
    assert w2v("words", "--prefix", "se", "--tsv").stdout == "señora\t4\n"
    assert w2v("words", "--match", "^n", "--json").stdout == '{"words": [{"word": "new_york", "count": 10}]}\n'
    assert w2v("words", "--match", "zzz") == (0, "", "")


def test_words_without_counts_are_words_alone(w2v):
    Path("plain.txt").write_text("2 1\nb 1\na 2\n")
    assert w2v("words", "-v", "plain.txt").stdout == "b\na\n"
    assert w2v("words", "-v", "plain.txt", "--min-count", 2).exit_code == 1


def test_sentence_is_the_mean_of_its_words(w2v):
    result = w2v("sentence", "The king, the queen", "man")
    assert result == (0, "1 0.5 0.5 0\n0 1 0 0\n", "Note: left out what is not in the vocabulary: The, the.\n")
    assert w2v("sentence", "king", "--json").stdout == '{"query": "king", "vector": [1.0, 1.0, 0.0, 0.0], "words": 1}\n'


def test_sentences_of_a_file_keep_their_lines(w2v):
    result = w2v("sentence", "--batch", "-", "-o", "texts.npy", input="king\n\nman woman\n")
    assert result == (0, "", "texts.npy: 3 x 4, float32\n")
    np.testing.assert_array_equal(np.load(Path("texts.npy")), [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0.5, 0.5, 0]])


def test_sif_takes_away_what_texts_have_in_common(w2v):
    result = w2v("sentence", "king", "国王", "--method", "sif", "--json")
    vectors = [json.loads(line)["vector"] for line in result.stdout.splitlines()]
    np.testing.assert_allclose(vectors, 0, atol=1e-6)  # one direction is all that they have
    assert w2v("sentence", "king", "--method", "sif").stderr.startswith("Note: one text has nothing in common")


def test_encode_gives_the_rows_of_the_exported_matrix(w2v):
    assert w2v("encode", "The king's man", "KING") == (0, "[1, 1, 2]\n[4]\n", "")
    assert w2v("encode", "the king", "man", "--no-unk", "--pad", 3, "--pad-side", "left").stdout == (
        "[0, 0, 4]\n[0, 0, 2]\n"
    )
    assert w2v("encode", "man woman king", "--pad", 2, "--truncate-side", "left").stdout == "[3, 4]\n"


def test_encode_writes_an_array(w2v):
    result = w2v("encode", "--batch", "-", "-o", "ids.npy", input="man\n\nking zebra\n")
    assert result == (0, "", "ids.npy: 3 x 2, int32\n")
    ids = np.load(Path("ids.npy"))
    assert (ids.dtype, ids.tolist()) == (np.int32, [[2, 0], [0, 0], [4, 1]])
    assert w2v("encode", "man", "-o", "missing/ids.npy").exit_code == 1
    assert w2v("encode", "man", "--tokenizer", "nonsense").exit_code == 2


QUERIES = {
    "similar": ["king"],
    "analogy": ["king", "man", "woman"],
    "odd": ["king", "man", "woman"],
    "compare": ["king", "a queen", "--method", "soft"],
    "expr": ["king - man"],
    "axis": ["man", "woman", "king"],
    "vector": ["king"],
    "words": ["--match", "a"],
    "sentence": ["the king"],
    "shell": [],
}


@pytest.mark.parametrize("command", QUERIES)
def test_a_question_does_not_load_numba(command):
    if command == "shell":
        pytest.importorskip("prompt_toolkit")
    code = (
        "import sys; from w2v.cli import cli; cli(sys.argv[1:], standalone_mode=False);"
        "print([name for name in ('numba', 'llvmlite', 'scipy', 'ot', 'usearch') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command, *QUERIES[command]], capture_output=True, text=True, input="similar king\n"
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


def test_the_help_loads_neither_numpy_nor_numba():
    code = (
        "import sys; from w2v.cli import cli, COMMANDS\n"
        "for command in ([], *[[name] for name in COMMANDS]):\n"
        "    cli([*command, '--help'], standalone_mode=False)\n"
        "print([name for name in ('numpy', 'numba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


@pytest.mark.parametrize("command", [*QUERIES, "encode"])
def test_the_help_of_each_query_has_an_example(w2v, command):
    result = w2v(command, "--help")
    assert result.exit_code == 0
    assert f"      $ w2v {command}" in result.stdout
    assert "\\b" not in result.stdout
