import numpy as np
import pytest

from w2v.vectors import Vectors


@pytest.fixture
def make_vectors():
    """Random vectors for words, the same for the same words."""

    def make(words, dim=8, seed=0):
        words = tuple(words)
        return Vectors(words, np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32))

    return make


@pytest.fixture
def write(tmp_path):
    """Write a file of questions; text as UTF-8, bytes as they are."""

    def to_file(content, name="questions.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return to_file
