import pytest
from toy_vectors import toy  # noqa: F401  # a fixture

pytestmark = pytest.mark.usefixtures("toy")


def test_the_answer_to_king_man_woman_is_queen(w2v):
    result = w2v("analogy", "king", "man", "woman", "-n", 3)
    assert result == (0, "queen   0.9586\nseñora  0.7941\n国王    0.2326\n", "")


def test_3cosmul_has_values_of_its_own(w2v):
    result = w2v("analogy", "king", "man", "woman", "-n", 1, "--method", "3cosmul", "--json")
    # (1 + 1/2)/2 * (1 + 1/sqrt 2)/2 / ((1 + 0)/2 + 0.001)
    assert result.stdout == (
        '{"query": ["king", "man", "woman"], "neighbors": [{"word": "queen", "cosmul": 1.277775}], "search": "exact"}\n'
    )


def test_the_query_may_be_kept(w2v):
    assert w2v("analogy", "man", "woman", "man", "-n", 1, "--all").stdout == "man  0.8944\n"


def test_a_batch_has_three_words_a_line(w2v):
    result = w2v("analogy", "--batch", "-", "-n", 1, input="king man woman\nman king\n")
    assert result.stdout == "king man woman\tqueen\t0.958569\n"
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: standard input:2: expected 3 words, found 2; tabs may separate them\n",
    )


def test_two_words_are_no_analogy(w2v):
    result = w2v("analogy", "king", "man")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Error: An analogy takes three words, A B C, not 2.\n")
