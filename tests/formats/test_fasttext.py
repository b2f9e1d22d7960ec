"""fastText's .bin: words from their n-grams, as fastText itself has them."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from w2v import formats
from w2v.errors import FormatError

DIM, BUCKETS = 3, 7


def fnv(ngram):
    """FastText's hash, with signed bytes (dictionary.cc)."""
    value = 2166136261
    for byte in ngram:
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619) & 0xFFFFFFFF
    return value


def ngrams(word, shortest, longest):
    framed = f"<{word}>"
    return [
        framed[i : i + n]
        for i in range(len(framed))
        for n in range(shortest, longest + 1)
        if i + n <= len(framed) and not (n == 1 and (i == 0 or i + n == len(framed)))
    ]


def model(words, matrix, version=12, kind=2, shortest=2, longest=3, quantised=False, labels=()):
    entries = [(word, 0) for word in words] + [(label, 1) for label in labels]
    out = struct.pack("<2i", 793712314, version)
    out += struct.pack("<12id", DIM, 5, 5, 1, 5, 1, 2, kind, BUCKETS, shortest, longest, 100, 1e-4)
    out += struct.pack("<3i2q", len(entries), len(words), len(labels), 99, -1)
    for i, (entry, label) in enumerate(entries):
        out += (entry if isinstance(entry, bytes) else entry.encode()) + b"\0" + struct.pack("<qb", 100 - i, label)
    out += struct.pack("<?2q", quantised, *matrix.shape) + matrix.astype("<f4").tobytes()
    return out + struct.pack("<?2q", False, 1, DIM) + bytes(4 * DIM)


WORDS = ["</s>", "the", "caf\u00e9", "\u65e5\u672c", "a"]


@pytest.fixture
def matrix():
    return np.random.default_rng(0).normal(size=(len(WORDS) + BUCKETS, DIM)).astype(np.float32)


@pytest.mark.parametrize(("shortest", "longest"), [(2, 3), (1, 2), (3, 6), (0, 0)])
def test_a_words_vector_is_the_mean_of_its_row_and_those_of_its_ngrams(opened, matrix, shortest, longest):
    vectors, notes = opened(model(WORDS, matrix, shortest=shortest, longest=longest))
    assert (tuple(vectors.words), notes) == (tuple(WORDS), [])
    assert vectors.counts.tolist() == [100, 99, 98, 97, 96]
    for row, word in enumerate(WORDS):
        rows = [row]
        if word != "</s>" and longest:
            rows += [len(WORDS) + fnv(ngram.encode()) % BUCKETS for ngram in ngrams(word, max(shortest, 1), longest)]
        np.testing.assert_allclose(vectors.matrix[row], matrix[rows].mean(axis=0), rtol=1e-5, atol=1e-6)


def test_labels_are_no_words_and_version_11_has_no_ngrams_when_supervised(opened, matrix):
    vectors, _ = opened(model(WORDS, matrix, version=11, kind=3, labels=["__label__x"]))
    assert tuple(vectors.words) == tuple(WORDS)
    np.testing.assert_array_equal(vectors.matrix, matrix[: len(WORDS)])


def test_words_that_are_no_utf8_are_shown(opened, matrix):
    vectors, notes = opened(model(["</s>", b"f\xfcr", "x", "y", "z"], matrix))
    assert vectors.words[1] == "f\\xfcr"
    assert len(notes) == 1


@pytest.mark.parametrize("at", [9, 60, 80, 110, 150, 250])
def test_a_file_that_was_cut_is_an_error(opened, matrix, at):
    with pytest.raises(FormatError):
        opened(model(WORDS, matrix)[:at])


def test_a_quantised_model_is_named(opened, matrix):
    with pytest.raises(FormatError, match=r"quantised fastText model \(.ftz\)"):
        opened(model(WORDS, matrix, quantised=True))


@pytest.mark.parametrize("kind", ["skipgram", "cbow"])
def test_the_vectors_are_those_of_fasttext(tmp_path, kind):
    fasttext = pytest.importorskip("fasttext")
    text = tmp_path / "text"
    text.write_text("the caf\u00e9 is open and the sun is up \u65e5\u672c\u8a9e na\u00efve\n" * 50)
    for _ in range(20):
        try:
            model = fasttext.train_unsupervised(
                str(text), kind, dim=8, minCount=1, bucket=500, epoch=1, thread=1, verbose=0
            )
            break
        except RuntimeError:  # "Encountered NaN", now and then, of memory it has not set
            continue
    model.save_model(str(tmp_path / "m.bin"))
    vectors = formats.load(tmp_path / "m.bin", keep_twin=False)
    assert list(vectors.words) == model.get_words()
    for row, word in enumerate(vectors.words):
        np.testing.assert_allclose(vectors.matrix[row], theirs(model, word), rtol=1e-5, atol=1e-7)
    _, counts = model.f.getVocab("strict")
    assert vectors.counts.tolist() == list(counts)


def theirs(model, word):
    """get_word_vector, without its np.array(copy=False), which numpy 2 refuses."""
    import fasttext_pybind

    vector = fasttext_pybind.Vector(model.get_dimension())
    model.f.getWordVector(vector, word)
    return np.array(vector)


def test_gensims_own_reading_agrees(tmp_path, matrix):
    load = pytest.importorskip("gensim.models.fasttext").load_facebook_vectors
    (tmp_path / "m.bin").write_bytes(model(["</s>", "the", "caf\u00e9", "\u65e5\u672c", "ab"], matrix, shortest=2))
    ours = formats.load(tmp_path / "m.bin", keep_twin=False)
    gensims = load(str(tmp_path / "m.bin"))
    for word in ours.words[1:]:  # of </s>, gensim takes n-grams, fastText none
        np.testing.assert_allclose(ours[word], gensims[word], rtol=1e-5, atol=1e-6)
