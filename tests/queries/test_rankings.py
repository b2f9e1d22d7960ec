import naive_vectors as naive
import numpy as np
import pytest

from w2v import queries
from w2v.errors import SettingsError, UnknownWordError, W2VError
from w2v.vectors import Vectors

WORDS = tuple(f"w{i}" for i in range(50))
RANDOM = Vectors(WORDS, np.random.default_rng(1).normal(size=(50, 6)).astype(np.float32), np.arange(50, 0, -1))
TABLE = dict(zip(WORDS, RANDOM.matrix.astype(float).tolist()))


def close(found, expected, tolerance=3e-6):
    assert [word for word, _ in found] == [word for word, _ in expected]
    np.testing.assert_allclose([value for _, value in found], [value for _, value in expected], rtol=0, atol=tolerance)


@pytest.mark.parametrize("unlike", [[], ["w2"], ["w2", "w2", "w5"]])
def test_similar_agrees_with_the_naive_cosines(unlike):
    close(queries.similar(RANDOM, ["w0", "w1"], 20, unlike=unlike), naive.similar(TABLE, ["w0", "w1"], unlike, 20))


def test_euclidean_is_the_distance_to_the_mean_the_nearest_first():
    close(
        queries.similar(RANDOM, ["w0", "w1"], 9, measure="euclidean"),
        naive.nearest_by_distance(TABLE, ["w0", "w1"], 9),
    )


def test_euclidean_keeps_its_digits_where_vectors_are_long_and_near_each_other():
    matrix = np.array([[10000, 1], [10000, 1.5], [10000, 3]], np.float32)
    found = queries.similar(Vectors(("a", "b", "c"), matrix), ["a"], measure="euclidean")
    assert found == [("b", 0.5), ("c", 2.0)]


def test_dot_is_the_product_of_the_vectors_as_they_are():
    expected = naive.ranked({w: naive.dot(v, TABLE["w3"]) for w, v in TABLE.items() if w != "w3"}, 10)
    close(queries.similar(RANDOM, ["w3"], 10, measure="dot"), expected)


@pytest.mark.parametrize("measure", queries.MEASURES)
def test_rows_without_a_direction_are_no_answers_by_any_measure(measure):
    matrix = np.array([[1, 0], [0, 0], [np.nan, 1], [np.inf, 0], [1, 1]], np.float32)
    found = queries.similar(Vectors(tuple("abcde"), matrix), ["a"], measure=measure)
    assert [word for word, _ in found] == ["e"]


def test_min_cosine_cuts_the_list_and_goes_with_cosines_alone():
    found = queries.similar(RANDOM, ["w0"], 50, min_cosine=0.5)
    assert found == [row for row in queries.similar(RANDOM, ["w0"], 50) if row.value >= 0.5]
    with pytest.raises(SettingsError, match="--min-cosine goes with --method cosine"):
        queries.similar(RANDOM, ["w0"], measure="dot", min_cosine=0.5)


def test_words_that_cancel_each_other_out_are_an_error():
    with pytest.raises(W2VError, match="cancel each other out"):
        queries.similar(RANDOM, ["w0"], unlike=["w0"])


def test_3cosadd_agrees_with_the_naive_one():
    close(queries.analogy(RANDOM, "w1", "w2", "w3"), naive.cos_add(TABLE, "w1", "w2", "w3", 10))


def test_3cosmul_agrees_with_the_naive_one():
    close(queries.analogy(RANDOM, "w1", "w2", "w3", method="3cosmul"), naive.cos_mul(TABLE, "w1", "w2", "w3", 10), 1e-4)


def test_the_query_may_be_kept_among_the_answers():
    kept = queries.analogy(RANDOM, "w1", "w2", "w1", 1, keep_query=True)
    assert kept[0].word == "w1"
    assert queries.analogy(RANDOM, "w1", "w2", "w1", 1)[0].word != "w1"


def test_an_analogy_of_repeated_words_is_no_error():
    close(queries.analogy(RANDOM, "w1", "w2", "w1"), naive.cos_add(TABLE, "w1", "w2", "w1", 10))


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_an_analogy_with_an_unknown_word_names_it(method):
    with pytest.raises(UnknownWordError, match="'zebra'"):
        queries.analogy(RANDOM, "w1", "zebra", "w3", method=method)


def test_candidates_are_none_where_no_filter_is_given():
    assert queries.candidates(RANDOM) is None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"min_count": 48}, ["w0", "w1", "w2"]),
        ({"match": "^w1[01]$"}, ["w10", "w11"]),
        ({"match": "9"}, ["w9", "w19", "w29", "w39", "w49"]),
        ({"prefix": "w4", "min_count": 8}, ["w4", "w40", "w41", "w42"]),
        ({"among": ["W7", "w8", "zebra"]}, ["w7", "w8"]),
        ({"among": []}, []),
        ({"restrict": 2}, ["w0", "w1"]),
        ({"restrict": 2, "match": "0"}, ["w0"]),
    ],
)
def test_each_filter_leaves_its_words(filters, expected):
    mask = queries.candidates(RANDOM, **filters)
    assert [word for word, stays in zip(WORDS, mask) if stays] == expected


def test_a_filter_that_cannot_work_says_why():
    with pytest.raises(SettingsError, match="is not a regular expression"):
        queries.candidates(RANDOM, match="(")
    with pytest.raises(W2VError, match="does not hold"):
        queries.candidates(Vectors(("a",), np.ones((1, 1), np.float32)), min_count=2)


@pytest.mark.filterwarnings("ignore:Call to deprecated")  # by itself, in most_similar_cosmul
def test_gensim_ranks_alike():
    keyed = pytest.importorskip("gensim.models").KeyedVectors(6)
    keyed.add_vectors(list(WORDS), RANDOM.matrix)
    close(queries.similar(RANDOM, ["w0"], unlike=["w5"]), keyed.most_similar(["w0"], ["w5"]))
    product = queries.analogy(RANDOM, "w1", "w2", "w3", method="3cosmul", epsilon=1e-6)
    close(product, keyed.most_similar_cosmul(["w1", "w3"], ["w2"]), 1e-4)
