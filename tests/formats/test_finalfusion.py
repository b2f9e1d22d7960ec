"""finalfusion: chunks, paddings and norms."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from w2v import formats
from w2v.errors import FormatError
from w2v.vectors import Vectors

WORDS = ["the", "new york", "caf\u00e9", "a\nb"]


@pytest.fixture
def vectors():
    return Vectors(tuple(WORDS), np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32))


def test_the_program_reads_what_we_write(vectors, tmp_path):
    finalfusion = pytest.importorskip("finalfusion")
    formats.save(vectors, tmp_path / "v.fifu")
    theirs = finalfusion.load_finalfusion(str(tmp_path / "v.fifu"))
    assert list(theirs.vocab.words) == WORDS
    np.testing.assert_allclose(theirs.norms, np.linalg.norm(vectors.matrix, axis=1), rtol=1e-6)
    np.testing.assert_allclose(
        np.asarray(theirs.storage) * np.asarray(theirs.norms)[:, None], vectors.matrix, rtol=1e-6
    )


@pytest.mark.parametrize("metadata", [None, {"common_parameters": {"dims": 3}}])
@pytest.mark.parametrize("kind", ["SimpleVocab", "FastTextVocab", "FinalfusionBucketVocab", "ExplicitVocab"])
def test_we_read_what_the_program_writes(vectors, tmp_path, kind, metadata):
    pytest.importorskip("finalfusion")
    from finalfusion import Embeddings, vocab
    from finalfusion.metadata import Metadata
    from finalfusion.norms import Norms
    from finalfusion.storage import NdArray

    words = vocab.SimpleVocab(WORDS) if kind == "SimpleVocab" else getattr(vocab, kind)
    if kind == "FastTextVocab":
        words = vocab.FastTextVocab(WORDS, vocab.subword.FastTextIndexer(5))
    elif kind == "FinalfusionBucketVocab":
        words = vocab.FinalfusionBucketVocab(WORDS, vocab.subword.FinalfusionHashIndexer(2))
    elif kind == "ExplicitVocab":
        words = vocab.ExplicitVocab(WORDS, vocab.subword.ExplicitIndexer(["the", "caf"]))
    norms = np.linalg.norm(vectors.matrix, axis=1)
    rows = np.concatenate([vectors.matrix / norms[:, None], np.ones((words.upper_bound - 4, 3))]).astype(np.float32)
    theirs = Embeddings(
        storage=NdArray(rows), vocab=words, norms=Norms(norms.astype(np.float32)),
        metadata=Metadata(metadata) if metadata else None,
    )  # fmt: skip
    theirs.write(str(tmp_path / "v.fifu"))
    ours = formats.load(tmp_path / "v.fifu", keep_cache=False)
    assert list(ours.words) == WORDS
    np.testing.assert_allclose(ours.matrix, vectors.matrix, rtol=1e-6)


def test_norms_that_the_header_does_not_list_are_read(vectors, tmp_path):
    formats.save(vectors, tmp_path / "v.fifu")
    data = (tmp_path / "v.fifu").read_bytes()
    # An old file: two chunks listed, the third there all the same. Taking 4 bytes away keeps the paddings' sizes.
    old = data[:8] + struct.pack("<3I", 2, 1, 2) + data[24:]
    (tmp_path / "old.fifu").write_bytes(old)
    np.testing.assert_allclose(formats.load(tmp_path / "old.fifu").matrix, vectors.matrix, rtol=1e-6)


@pytest.mark.parametrize("at", [6, 14, 30, 45, 90, 120, 150])
def test_a_file_that_was_cut_is_an_error(vectors, tmp_path, at):
    formats.save(vectors, tmp_path / "v.fifu", cache_too=False)
    (tmp_path / "cut.fifu").write_bytes((tmp_path / "v.fifu").read_bytes()[:at])
    with pytest.raises(FormatError):
        formats.load(tmp_path / "cut.fifu")


def test_florets_words_are_named(tmp_path):
    (tmp_path / "v").write_bytes(b"FiFu" + struct.pack("<3I", 0, 1, 9) + struct.pack("<IQ", 9, 0))
    with pytest.raises(FormatError, match="floret's subwords"):
        formats.load(tmp_path / "v")


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("normed", [False, True])
def test_a_quantised_matrix_is_that_of_the_program(tmp_path, projected, normed):
    pytest.importorskip("finalfusion")
    from finalfusion import Embeddings, vocab
    from finalfusion.storage.quantized import PQ, QuantizedArray

    chance = np.random.default_rng(0)
    centroids = chance.normal(size=(3, 5, 2)).astype(np.float32)
    projection = np.linalg.qr(chance.normal(size=(6, 6)))[0].astype(np.float32) if projected else None
    norms = np.array([1, 2, 3, 4], np.float32) if normed else None
    codes = chance.integers(0, 5, (4, 3)).astype(np.uint8)
    storage = QuantizedArray(PQ(centroids, projection), codes, norms)
    path = tmp_path / "v.fifu"
    Embeddings(storage=storage, vocab=vocab.SimpleVocab(WORDS)).write(str(path))
    notes = []
    ours = formats.load(path, keep_cache=False, note=notes.append)
    assert list(ours.words) == WORDS
    assert len(notes) == 1
    np.testing.assert_allclose(ours.matrix, np.stack([storage[row] for row in range(4)]), rtol=1e-5, atol=1e-6)
    content = path.read_bytes()
    for at in range(20, len(content)):
        (tmp_path / "cut.fifu").write_bytes(content[:at])
        with pytest.raises(FormatError):
            formats.load(tmp_path / "cut.fifu", keep_cache=False)
    path.write_bytes(content[:-1] + b"\x05")
    with pytest.raises(FormatError, match="centroids that it does not hold"):
        formats.load(path, keep_cache=False)
