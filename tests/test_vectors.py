import naive_vectors as naive
import numpy as np
import pytest

from w2v.errors import UnknownWordError, W2VError
from w2v.vectors import LOOKS_BEFORE_INDEX, Neighbor, Vectors, largest

RNG = np.random.default_rng(0)
WORDS = tuple(f"w{i}" for i in range(40))
RANDOM = Vectors(WORDS, RNG.normal(size=(40, 8)).astype(np.float32))
TABLE = dict(zip(WORDS, RANDOM.matrix.astype(float).tolist()))


def close(found, expected):
    assert [word for word, _ in found] == [word for word, _ in expected]
    np.testing.assert_allclose([value for _, value in found], [value for _, value in expected], rtol=0, atol=2e-6)


@pytest.mark.parametrize("words", [["w3"], ["w3", "w7"], ["w3", "w3", "w9"]])
@pytest.mark.parametrize("top", [1, 10, 500])
def test_similar_agrees_with_the_naive_cosines(words, top):
    close(RANDOM.similar(words, top), naive.similar(TABLE, words, [], top))


def test_analogy_agrees_with_the_naive_one():
    close(RANDOM.analogy("w1", "w2", "w3", 5), naive.cos_add(TABLE, "w1", "w2", "w3", 5))


def test_one_word_may_be_given_without_a_list():
    assert RANDOM.similar("w3", 4) == RANDOM.similar(["w3"], 4)


def test_words_of_equal_cosine_come_in_the_order_of_the_vocabulary_even_where_the_list_is_cut():
    vectors = Vectors(tuple("abcdefgh"), np.array([[1, 0]] + [[1, 1]] * 7, np.float32))
    assert [word for word, _ in vectors.similar("a", 3)] == ["b", "c", "d"]


def test_rows_of_zeros_nan_and_infinity_are_no_answers_and_disturb_none():
    nan, inf = np.nan, np.inf
    matrix = np.array([[1, 0], [0, 0], [nan, 1], [inf, 0], [-1, 0.1], [1, 1]], np.float32)
    vectors = Vectors(tuple("abcdef"), matrix)
    assert [word for word, _ in vectors.similar("a", 10)] == ["f", "e"]
    assert vectors.directed.tolist() == [True, False, False, False, True, True]
    assert np.isfinite(vectors.cosines(vectors["a"])).all()


@pytest.mark.parametrize("word", ["zeros", "nan", "inf"])
def test_a_word_without_a_direction_has_no_neighbours_and_says_so(word):
    vectors = Vectors(("a", "zeros", "nan", "inf"), np.array([[1, 0], [0, 0], [np.nan, 1], [np.inf, 1]], np.float32))
    with pytest.raises(W2VError, match="no direction"):
        vectors.similar(word)


def test_very_large_and_very_small_numbers_have_cosines_too():
    matrix = np.array([[1, 1], [1e30, 1e30], [1e-30, 1e-30], [1e30, -1e30]], np.float32)
    found = Vectors(tuple("abcd"), matrix).similar("a")
    assert [word for word, _ in found] == ["b", "c", "d"]
    np.testing.assert_allclose([cosine for _, cosine in found], [1, 1, 0], atol=1e-6)


def test_one_word_alone_has_no_neighbours():
    assert Vectors(("a",), np.ones((1, 3), np.float32)).similar("a") == []


def test_one_dimension_is_enough():
    vectors = Vectors(tuple("abc"), np.array([[2], [3], [-1]], np.float32))
    assert vectors.similar("a") == [Neighbor("b", 1.0), Neighbor("c", -1.0)]


def test_only_words_of_the_mask_are_answers():
    mask = np.arange(40) % 2 == 0
    found = RANDOM.nearest(RANDOM["w3"], 40, among=mask)
    assert {word for word, _ in found} == set(WORDS[::2])


@pytest.mark.parametrize(
    ("asked", "found"),
    [("Paris", "Paris"), ("paris", "paris"), ("PARIS", "paris"), ("New  York", "new_york"), ("cafe\u0301", "café")],
)  # fmt: skip
def test_a_word_is_found_in_the_form_that_the_vocabulary_has(asked, found):
    vectors = Vectors(("Paris", "paris", "new_york", "café"), np.eye(4, dtype=np.float32))
    assert vectors.find(asked) == found


def test_a_word_that_is_missing_is_an_error_with_suggestions():
    vectors = Vectors(("king", "queen"), np.eye(2, dtype=np.float32))
    assert vectors.form("kng") is None
    with pytest.raises(UnknownWordError, match=r"'kng' is not in the vocabulary. Did you mean king\?") as caught:
        vectors["kng"]
    assert caught.value.suggestions == ("king",)


def test_many_look_ups_answer_as_few_do():
    vectors = Vectors(WORDS, RANDOM.matrix)
    for _ in range(2 * LOOKS_BEFORE_INDEX):
        assert vectors.row("w7") == 7
        assert "w99" not in vectors
        assert 7 not in vectors
    assert "index" in vars(vectors)


def test_the_largest_of_fewer_than_asked_for_are_all_that_are_finite():
    assert largest(np.array([-np.inf, 1, np.nan, 3, np.inf], np.float32), 10).tolist() == [3, 1]


def test_gensim_finds_the_same_neighbours():
    keyed = pytest.importorskip("gensim.models").KeyedVectors(8)
    keyed.add_vectors(list(WORDS), RANDOM.matrix)
    close(RANDOM.similar(["w3", "w5"], 10), keyed.most_similar(["w3", "w5"], topn=10))
    close(RANDOM.analogy("w1", "w2", "w3", 10), keyed.most_similar(["w1", "w3"], ["w2"], topn=10))
