import numpy as np
import pytest

from w2v.vectors import Vectors


@pytest.fixture
def make_vectors():
    """Vectors of given rows, {word: numbers}."""

    def make(rows):
        return Vectors(tuple(rows), np.array(list(rows.values()), np.float32))

    return make


@pytest.fixture
def crowds():
    """Three crowds of twelve words: a0..a11 near each other, b.., c.. likewise."""
    rng = np.random.default_rng(0)
    middles = np.eye(3, 10) * 5
    rows = np.vstack([middle + rng.normal(size=(12, 10)) for middle in middles]).astype(np.float32)
    return Vectors(tuple(f"{crowd}{i}" for crowd in "abc" for i in range(12)), rows)
