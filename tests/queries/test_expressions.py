import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import queries
from w2v.errors import SettingsError, UnknownWordError, W2VError
from w2v.queries.expressions import parse
from w2v.vectors import Vectors

VECTORS = Vectors(
    ("king", "man", "woman", "well-known", "new_york", "1984", "don't", "c++"),
    np.random.default_rng(3).normal(size=(8, 4)).astype(np.float32),
)


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        ("king", [("king", 1)]),
        ("king - man + woman", [("king", 1), ("man", -1), ("woman", 1)]),
        ("-man+king", [("man", -1), ("king", 1)]),
        ("- - man", [("man", 1)]),
        ("2 * king", [("king", 2)]),
        ("king*2*.5", [("king", 1)]),
        ("-2 * (king - 0.5 * (man + woman))", [("king", -2), ("man", 1), ("woman", 1)]),
        ("1984 - 2 * man", [("1984", 1), ("man", -2)]),
        ('2 * "1984"', [("1984", 2)]),
        ("well-known - don't", [("well-known", 1), ("don't", -1)]),
        ("\"c++\" + 'new york'", [("c++", 1), ("new york", 1)]),
        ("reina + 北京", [("reina", 1), ("北京", 1)]),
        ("e\u0301t\u00e9 + a", [("e\u0301t\u00e9", 1), ("a", 1)]),
        ("__import__('os')", None),
        ("", None),
        ("king +", None),
        ("king man", None),
        ("king * man", None),
        ("2 * 3", None),
        ("1984 - 2 * 1984", None),
        ("(king", None),
        ("king)", None),
        ("* king", None),
        ("()", None),
        ("'king", None),
        ("''", None),
        ("(" * 5000 + "king", None),
    ],
)
def test_an_expression_is_words_with_factors_or_a_clear_error(expression, terms):
    if terms is None:
        with pytest.raises(SettingsError, match="try: king - man"):
            parse(expression)
    else:
        assert parse(expression) == terms


def test_the_sum_is_of_unit_vectors_so_that_it_is_the_analogy():
    vector = queries.evaluate(VECTORS, "king - man + woman")
    np.testing.assert_allclose(vector, VECTORS.unit("king") - VECTORS.unit("man") + VECTORS.unit("woman"), rtol=1e-6)


def test_a_word_is_found_in_its_forms():
    np.testing.assert_array_equal(queries.evaluate(VECTORS, '"New York"'), VECTORS.unit("new_york"))


def test_a_minus_without_blanks_is_explained():
    with pytest.raises(W2VError, match=r"'king-man' is not in the vocabulary; to subtract, put blanks .*: king - man"):
        queries.evaluate(VECTORS, "king-man")


def test_an_unknown_word_is_named():
    with pytest.raises(UnknownWordError, match=r"'kingg'.*king\?"):
        queries.evaluate(VECTORS, "kingg - man")


def test_words_come_once_each():
    assert queries.words_of("king + 2 * (man - king)") == ["king", "man"]


@given(st.text(alphabet="ab1.()+-*\"' \u00a0\u3000", max_size=30))
def test_any_text_is_an_expression_or_a_settings_error(text):
    try:
        terms = parse(text)
    except SettingsError:
        return
    assert terms
    assert all(word.strip() and isinstance(factor, float) for word, factor in terms)
