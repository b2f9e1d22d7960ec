import sys

import numpy as np
import pytest

from w2v.errors import MissingExtraError, W2VError
from w2v.queries import approximate
from w2v.vectors import Vectors

MATRIX = np.random.default_rng(5).normal(size=(2000, 10)).astype(np.float32)
MATRIX[7], MATRIX[8] = 0, np.nan
VECTORS = Vectors(tuple(f"w{i}" for i in range(2000)), MATRIX)


@pytest.fixture
def index(monkeypatch, tmp_path):
    pytest.importorskip("usearch")
    monkeypatch.setenv("W2V_CACHE", str(tmp_path))
    assert not approximate.exists(VECTORS)
    done = []
    approximate.make(VECTORS, done.append)
    assert done[-1] == len(VECTORS)
    assert approximate.exists(VECTORS)
    return approximate.Index(VECTORS)


def test_the_index_finds_nearly_what_the_exact_search_finds(index):
    found = right = 0
    for word in VECTORS.words[100:130]:
        exact = VECTORS.similar(word, 10)
        answers = index.nearest(VECTORS.unit(word), 10, exclude=[word])
        found += len(set(answers) & set(exact))
        right += answers[0].word == exact[0].word
        assert word not in [answer.word for answer in answers]
    assert found >= 0.9 * 300
    assert right >= 28


def test_its_cosines_are_those_of_the_vectors_themselves(index):
    for answer in index.nearest(VECTORS["w3"], 5):
        np.testing.assert_allclose(answer.cosine, VECTORS.cosines(VECTORS["w3"])[VECTORS.row(answer.word)], atol=1e-6)


def test_more_may_be_asked_for_than_there_is(index):
    words = [answer.word for answer in index.nearest(VECTORS["w3"], 5000)]
    assert len(words) == len(set(words)) <= 1998
    assert {"w7", "w8"}.isdisjoint(words)


def test_nothing_is_near_a_vector_without_a_direction(index):
    with pytest.raises(W2VError, match="no direction"):
        index.nearest(VECTORS["w7"])


def test_other_vectors_have_another_index(index):
    assert not approximate.exists(Vectors(VECTORS.words, np.nan_to_num(MATRIX) + 1))
    assert not approximate.exists(Vectors(VECTORS.words[::-1], MATRIX))


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'w2v\[index\]'"):
        approximate.make(VECTORS)
