"""What is written is read back, bit for bit: any words that a format can hold, any floats, and between formats."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import numpy as np
import pytest
from alike import same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from w2v import formats
from w2v.errors import OutputError
from w2v.vectors import Vectors

WRITTEN = [name for name, row in formats.FORMATS.items() if row.dtypes]
EXACT = [name for name in WRITTEN if name != "finalfusion"]
WORDS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), min_size=1, max_size=6, unique=True
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def models(draw):
    words, dim = draw(WORDS), draw(st.integers(1, 5))
    bits = draw(st.lists(st.integers(0, 2**32 - 1), min_size=len(words) * dim, max_size=len(words) * dim))
    matrix = np.array(bits, np.uint32).view(np.float32).reshape(len(words), dim)
    return Vectors(tuple(words), np.where(np.isnan(matrix), np.float32(np.nan), matrix))


def fitting(vectors, names):
    """The vectors of the words that all these formats can hold."""
    rows = [i for i, word in enumerate(vectors.words) if not any(formats.FORMATS[n].refused(word) for n in names)]
    return Vectors(tuple(vectors.words[i] for i in rows), vectors.matrix[rows])


def through(vectors, names):
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            path = Path(folder) / f"{number}"
            if name == "projector":
                path = path.with_suffix(".tsv")
            formats.save(vectors, path, name, cache_too=False)
            vectors = formats.load(path, keep_cache=False)
        return Vectors(tuple(vectors.words), np.array(vectors.matrix))


@pytest.mark.parametrize("name", EXACT)
@given(vectors=models())
@QUICK
def test_a_format_gives_back_what_it_was_given(name, vectors):
    vectors = fitting(vectors, [name])
    if name in ("glove", "projector"):
        if not vectors.words or vectors.words[0].startswith("\ufeff") or vectors.dim == 1:
            return  # without a header, these cannot stand alone; glove says so when it writes
        if name == "glove" and vectors.words[0][:1] in '<{["%':
            vectors = Vectors(("the", *vectors.words[1:]), vectors.matrix)
        if len(set(vectors.words)) < len(vectors):
            return
    same(through(vectors, [name]), vectors)


@given(vectors=models())
@QUICK
def test_finalfusion_gives_back_words_exactly_and_finite_numbers_almost(vectors):
    vectors = fitting(vectors, ["finalfusion"])
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(vectors.matrix.astype(float), axis=1)
    back = through(vectors, ["finalfusion"])
    assert back.words == vectors.words
    sane = np.isfinite(lengths) & (lengths > 1e-30) & (lengths < 1e30)
    # A number far smaller than the length of its row is a denormal float in the unit vector.
    off = np.abs(back.matrix[sane].astype(float) - vectors.matrix[sane])
    assert (off <= 3e-7 * np.abs(vectors.matrix[sane]) + 1e-44 * lengths[sane, None] + 1e-44).all()


@pytest.mark.parametrize("pair", list(itertools.product(EXACT, EXACT)), ids="-".join)
def test_every_pair_of_formats_hands_vectors_on(pair):
    rng = np.random.default_rng(0)
    words = ("the", "caf\u00e9", "a\u00a0b", "\u65e5\u672c", "1", "\U0001f600", "x\u2028y", "a'b", "new_york")
    matrix = rng.integers(0, 2**32, (9, 3), np.uint64).astype(np.uint32).view(np.float32)
    matrix = np.where(np.isnan(matrix), np.float32(np.nan), matrix)
    matrix[0] = [np.inf, -0.0, 1e-45]
    vectors = fitting(Vectors(words, matrix), pair)
    assert len(vectors) == 9
    same(through(vectors, pair), vectors)


@pytest.mark.parametrize("name", ["gensim", "npz", "safetensors", "w2v"])
def test_counts_are_kept_where_there_is_a_place(name, toy, tmp_path):
    formats.save(toy, tmp_path / "v", name)
    same(formats.load(tmp_path / "v"), toy, counts=True)


@pytest.mark.parametrize("name", ["npy", "npz", "safetensors", "w2v"])
@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_narrow_numbers_are_nearly_the_same_in_a_fraction_of_the_bytes(name, dtype, tmp_path):
    matrix = np.random.default_rng(0).normal(size=(100, 64)).astype(np.float32)
    matrix[7] = 0
    vectors = Vectors(tuple(f"w{i}" for i in range(100)), matrix)
    path = tmp_path / "v.npy"
    if (name, dtype) == ("npy", "int8"):
        with pytest.raises(OutputError, match="holds float32 and float16 only, not int8"):
            formats.save(vectors, path, name, dtype)
        return
    formats.save(vectors, path, name, dtype)
    back = formats.load(path)
    step = 1e-3 * 4 if dtype == "float16" else np.abs(matrix).max() / 254 * 1.01
    np.testing.assert_allclose(back.matrix, matrix, atol=step)
    assert path.stat().st_size < matrix.nbytes * (0.75 if dtype == "float16" else 0.5)


@pytest.mark.parametrize("word", ["a b", "a\nb", "a\tb", "a\rb", "", "\ud800"])
@pytest.mark.parametrize("name", ["word2vec-text", "word2vec-binary", "glove"])
def test_a_word_without_a_place_is_refused_before_anything_is_written(name, word, tmp_path):
    vectors = Vectors(("fine", word), np.ones((2, 2), np.float32))
    with pytest.raises(OutputError, match="has no place for"):
        formats.save(vectors, tmp_path / "v", name)
    assert list(tmp_path.iterdir()) == []


def test_our_own_format_holds_any_word(tmp_path):
    vectors = Vectors(("", "a b\n", "\ud800", "\0", "\r"), np.ones((5, 2), np.float32))
    formats.save(vectors, tmp_path / "v.w2v")
    same(formats.load(tmp_path / "v.w2v"), vectors)


def test_the_ending_of_the_name_tells_the_format():
    told = {name: formats.format_of(f"x{ending}") for name, row in formats.FORMATS.items() for ending in row.endings}
    assert all(name == found for name, found in told.items())
    assert formats.format_of("vectors") == "word2vec-text"
