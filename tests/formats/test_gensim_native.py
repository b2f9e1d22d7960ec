"""gensim's own files: read without gensim, and written for it."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest
from alike import same

from w2v import formats
from w2v.errors import FormatError
from w2v.formats import gensim
from w2v.vectors import Vectors

TEXTS = [["the", "caf\u00e9", "a\u00a0b", "is", "open"], ["the", "sun", "is", "up"]] * 20


@pytest.fixture
def keyedvectors():
    return pytest.importorskip("gensim.models.keyedvectors")


def check(path, words, matrix, counts=None):
    found = formats.load(path)
    assert tuple(found.words) == tuple(words)
    assert found.matrix.tobytes() == np.asarray(matrix).tobytes()
    if counts is not None:
        assert found.counts.tolist() == list(counts)


@pytest.mark.parametrize("apart", [False, True])
def test_gensim_loads_what_we_write(keyedvectors, toy, tmp_path, monkeypatch, apart):
    if apart:
        monkeypatch.setattr(gensim, "SEPARATE", 1)
    formats.save(toy, tmp_path / "v.kv")
    assert (tmp_path / "v.kv.vectors.npy").exists() == apart
    theirs = keyedvectors.KeyedVectors.load(str(tmp_path / "v.kv"))
    assert tuple(theirs.index_to_key) == toy.words
    assert theirs.vectors.tobytes() == toy.matrix.tobytes()
    assert theirs.get_vecattr("the", "count") == 50
    assert theirs.most_similar("the", topn=1)
    theirs.vectors[0] = 1  # it can be written to
    same(formats.load(tmp_path / "v.kv"), toy, counts=True)


def test_we_read_keyedvectors(keyedvectors, toy, tmp_path):
    theirs = keyedvectors.KeyedVectors(4)
    theirs.add_vectors(list(toy.words), toy.matrix)
    theirs.save(str(tmp_path / "v.kv"))
    check(tmp_path / "v.kv", toy.words, toy.matrix)
    theirs.save(str(tmp_path / "v.kv.gz"))
    check(tmp_path / "v.kv.gz", toy.words, toy.matrix)


def test_we_read_arrays_that_stand_beside(keyedvectors, toy, tmp_path):
    theirs = keyedvectors.KeyedVectors(4)
    theirs.add_vectors(list(toy.words), toy.matrix)
    theirs.save(str(tmp_path / "v.kv"), sep_limit=1)
    check(tmp_path / "v.kv", toy.words, toy.matrix)
    (tmp_path / "v.kv.vectors.npy").unlink()
    with pytest.raises(FormatError, match=r"in another file, v.kv.vectors.npy, .*: copy both together"):
        formats.load(tmp_path / "v.kv")


@pytest.mark.parametrize("kind", ["Word2Vec", "FastText", "Doc2Vec"])
@pytest.mark.parametrize("limit", [10**9, 1])
def test_we_read_models(tmp_path, kind, limit):
    models = pytest.importorskip("gensim.models")
    texts = TEXTS
    if kind == "Doc2Vec":
        texts = [models.doc2vec.TaggedDocument(text, [i]) for i, text in enumerate(TEXTS)]
    more = {"bucket": 100} if kind == "FastText" else {}
    model = getattr(models, kind)(texts, vector_size=6, min_count=1, workers=1, epochs=1, **more)
    model.save(str(tmp_path / "m.model"), sep_limit=limit)
    counts = [model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]
    found = formats.load(tmp_path / "m.model")
    assert list(found.words) == model.wv.index_to_key
    assert found.counts.tolist() == counts
    # FastText saves words and n-grams apart: the means differ in their last bit.
    np.testing.assert_allclose(found.matrix, model.wv.vectors, rtol=1e-5 if kind == "FastText" else 0, atol=1e-9)


def test_we_read_the_names_that_gensim_had_before_version_4(tmp_path, monkeypatch):
    import types

    module = types.ModuleType("gensim.models.word2vec_of_old")
    for name in ("Word2Vec", "Vocab"):
        setattr(module, name, type(name, (), {"__module__": module.__name__}))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
    model = module.Word2Vec()
    model.syn0, model.index2word, model.vocab = matrix, ["b", "a"], {}
    for row, word in enumerate(model.index2word):
        model.vocab[word] = module.Vocab()
        model.vocab[word].__dict__.update(count=9 - row, index=row)
    for protocol in (2, 3, 4):
        (tmp_path / "m").write_bytes(pickle.dumps(model, protocol))
        check(tmp_path / "m", ["b", "a"], matrix, [9, 8])


def test_a_gensim_object_without_vectors_is_named(tmp_path):
    corpora = pytest.importorskip("gensim.corpora")
    corpora.Dictionary(TEXTS).save(str(tmp_path / "d"))
    with pytest.raises(FormatError, match="pickle of a gensim object without word vectors"):
        formats.load(tmp_path / "d")


def test_our_reader_needs_no_gensim(toy, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim", None)
    formats.save(toy, tmp_path / "v.kv")
    same(formats.load(tmp_path / "v.kv"), toy)


def test_objects_cannot_be_smuggled_into_an_array(tmp_path):
    class Smuggle:
        def __reduce__(self):
            return np.ndarray, ((1,), "O", bytearray(8))

    (tmp_path / "m").write_bytes(pickle.dumps({"x": Smuggle()}))
    with pytest.raises(FormatError, match="pickle that cannot be read"):
        formats.load(tmp_path / "m")


def test_vectors_of_no_words_are_vectors(tmp_path, keyedvectors):
    formats.save(Vectors((), np.empty((0, 3), np.float32)), tmp_path / "v.kv")
    assert len(formats.load(tmp_path / "v.kv")) == 0
    assert len(keyedvectors.KeyedVectors.load(str(tmp_path / "v.kv"))) == 0
