"""What we write gensim reads, and what gensim writes we read."""

from __future__ import annotations

import numpy as np
import pytest

import w2v

gensim = pytest.importorskip("gensim.models", reason="gensim, of the dev extra, is the witness here")


@pytest.mark.parametrize("name", ["v.txt", "v.bin"])
def test_gensim_finds_the_same_neighbours_in_our_files(demo_vectors, tmp_path, name):
    vectors = w2v.load(demo_vectors)
    w2v.save(vectors, tmp_path / name)
    theirs = gensim.KeyedVectors.load_word2vec_format(str(tmp_path / name), binary=name.endswith("bin"))
    assert theirs.index_to_key == list(vectors.words)
    assert theirs.vectors.tobytes() == np.ascontiguousarray(vectors.matrix).tobytes()
    for word in ("king", "paris", "walked"):
        wanted = theirs.most_similar(word, topn=10)
        found = vectors.similar(word, 10)
        assert [word for word, _ in found] == [word for word, _ in wanted]
        np.testing.assert_allclose([cosine for _, cosine in found], [cosine for _, cosine in wanted], atol=1e-5)
    wanted = theirs.most_similar(positive=["king", "woman"], negative=["man"], topn=5)
    assert [word for word, _ in vectors.analogy("king", "man", "woman", 5)] == [word for word, _ in wanted]


@pytest.mark.parametrize("binary", [False, True])
def test_we_read_what_gensim_writes(tmp_path, binary):
    rng = np.random.default_rng(0)
    theirs = gensim.KeyedVectors(7)
    words = ["año", "北京", "日本語", "a_b", "x\u00a0y", "émile"]
    theirs.add_vectors(words, rng.normal(size=(6, 7)).astype(np.float32))
    path = tmp_path / ("v.bin" if binary else "v.txt")
    theirs.save_word2vec_format(str(path), binary=binary)
    ours = w2v.load(path)
    assert list(ours.words) == words
    assert ours.matrix.tobytes() == theirs.vectors.tobytes()
