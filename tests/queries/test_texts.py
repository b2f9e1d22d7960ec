import naive_vectors as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import queries
from w2v.corpus.table import WordTable
from w2v.corpus.tokenizers import find_tokenizer
from w2v.errors import MissingExtraError, W2VError
from w2v.queries.encoding import Encoder, Splitter, pad, stack
from w2v.vectors import Vectors

WORDS = ("the", "king", "queen", "speaks", "new_york", "don't", "北京", "niño", "bad")
MATRIX = np.random.default_rng(4).normal(size=(len(WORDS), 5)).astype(np.float32)
MATRIX[-1] = np.nan
VECTORS = Vectors(WORDS, MATRIX, np.array([1000, 50, 40, 30, 20, 10, 5, 4, 1]))
TABLE = dict(zip(WORDS, MATRIX.astype(float).tolist()))
COUNTS = dict(zip(WORDS, VECTORS.counts.tolist()))
A, B = ["the", "king", "speaks", "the"], ["queen", "speaks"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don\u2019t panic, señor!", ["Don't", "panic", "señor"]),
        ("'quoted' rock'n'roll a''b", ["quoted", "rock'n'roll", "a", "b"]),
        ("我爱北京。हिन्दी में", ["我爱北京", "हिन्दी", "में"]),
        ("e\u0301t\u00e9 x_1 5²", ["été", "x_1", "5"]),
        (" \t\n", []),
    ],
)
def test_a_text_is_split_as_the_trainer_does(text, words):
    assert queries.split(text) == words


@given(st.text(st.sampled_from("aZ1é_'’ \n-\u0301\u0939\u093f\u4eac²Ⅷ\u200d\u00a0ﬁ")))
def test_the_splitting_of_short_texts_is_that_of_the_kernel(text):
    rule = find_tokenizer("words").rule(True)
    table = WordTable()
    numbers = table.scan(rule.prepare(text.encode())[0], rule, 0)
    words = table.words(np.arange(len(table)))
    assert queries.split(text) == [words[number] for number in numbers.tolist() if number >= 0]


def test_words_are_found_in_their_forms_and_the_rest_is_named():
    assert queries.known_words(VECTORS, "The KING zzz, bad") == (["the", "king"], ["zzz", "bad"])
    assert queries.known_words(VECTORS, "New York") == (["new_york"], [])


def test_mean_vectors_are_means_and_zeros_where_there_is_nothing():
    means = queries.mean_vectors(VECTORS, [A, [], ["king"]])
    np.testing.assert_allclose(means[0], naive.scale(0.25, naive.add(*(TABLE[word] for word in A))), rtol=1e-5)
    assert not means[1].any()
    np.testing.assert_array_equal(means[2], VECTORS["king"])


def test_sif_agrees_with_the_naive_one():
    texts = [A, B, ["niño", "the"], ["new_york", "北京", "don't"]]
    np.testing.assert_allclose(queries.sif_vectors(VECTORS, texts), naive.sif(TABLE, COUNTS, texts), atol=1e-6)


def test_sif_of_one_text_weighs_its_words_and_takes_nothing_away():
    weights = [0.001 / (0.001 + COUNTS[word] / sum(COUNTS.values())) for word in B]
    expected = naive.scale(0.5, naive.add(*(naive.scale(w, TABLE[word]) for w, word in zip(weights, B))))
    np.testing.assert_allclose(queries.sif_vectors(VECTORS, [B])[0], expected, rtol=1e-5)


def test_sif_needs_counts():
    with pytest.raises(W2VError, match="needs the counts"):
        queries.sif_vectors(Vectors(WORDS, MATRIX), [A])


def test_the_cosine_of_texts_is_that_of_their_means():
    means = [naive.add(*(TABLE[word] for word in text)) for text in (A, B)]
    assert queries.compare(VECTORS, A, B) == pytest.approx(naive.cosine(*means), abs=1e-6)
    assert queries.compare(VECTORS, ["king"], ["king"]) == pytest.approx(1)


def test_soft_cosine_agrees_with_the_naive_one():
    assert queries.soft_cosine(VECTORS, A, B) == pytest.approx(naive.soft_cosine(TABLE, A, B), abs=1e-6)
    assert queries.soft_cosine(VECTORS, A, A[::-1]) == pytest.approx(1)


def test_gensim_compares_alike():
    keyed = pytest.importorskip("gensim.models").KeyedVectors(5)
    keyed.add_vectors(list(WORDS), MATRIX)
    assert queries.compare(VECTORS, ["king"], ["queen"]) == pytest.approx(keyed.similarity("king", "queen"), abs=1e-6)
    assert queries.compare(VECTORS, A, B) == pytest.approx(keyed.n_similarity(A, B), abs=1e-6)


def test_word_movers_distance_agrees_with_gensim():
    pytest.importorskip("ot")
    assert queries.word_movers_distance(VECTORS, A, A) == pytest.approx(0, abs=1e-7)
    keyed = pytest.importorskip("gensim.models").KeyedVectors(5)
    keyed.add_vectors(list(WORDS), MATRIX)
    assert queries.word_movers_distance(VECTORS, A, B) == pytest.approx(keyed.wmdistance(A, B), abs=1e-6)


def test_word_movers_distance_names_its_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ot", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'w2v\[wmd\]'"):
        queries.word_movers_distance(VECTORS, A, B)


def test_ids_leave_room_for_padding_and_the_unknown_word():
    encoder = Encoder(WORDS, Splitter())
    assert encoder.encode("The king, the zzz Niño").tolist() == [2, 3, 2, 1, 9]
    assert encoder.encode("zzz DON\u2019T\nqueen", keep_unknown=False).tolist() == [7, 4]
    assert encoder.encode("").tolist() == []


def test_case_is_kept_where_the_vectors_have_it():
    assert Encoder(("Rose", "rose"), Splitter(keep_case=True)).encode("rose Rose ROSE").tolist() == [3, 2, 1]


def test_the_tokenizer_is_that_of_the_training():
    assert Encoder(("北", "京"), Splitter("characters")).encode("北京!").tolist() == [2, 3]
    assert Encoder(("new-york!",), Splitter("whitespace")).encode("new-york! x").tolist() == [2, 1]
    pytest.importorskip("jieba")
    assert Encoder(("北京", "我"), Splitter("jieba")).encode("我爱北京").tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("length", "sides", "expected"),
    [
        (5, ("right", "right"), [7, 8, 9, 0, 0]),
        (5, ("left", "right"), [0, 0, 7, 8, 9]),
        (2, ("left", "right"), [7, 8]),
        (2, ("right", "left"), [8, 9]),
        (3, ("right", "left"), [7, 8, 9]),
    ],
)
def test_sequences_are_padded_and_cut_on_either_side(length, sides, expected):
    assert pad(np.array([7, 8, 9], np.int32), length, *sides).tolist() == expected


def test_a_stack_is_as_wide_as_its_longest_row():
    rows = [np.array(row, np.int32) for row in ([], [5], [6, 7])]
    assert stack(rows).tolist() == [[0, 0], [5, 0], [6, 7]]
    assert stack(rows, "left").tolist() == [[0, 0], [0, 5], [6, 7]]
    assert stack([]).shape == (0, 0)
