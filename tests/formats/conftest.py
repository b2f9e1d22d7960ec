"""What the tests of formats share."""

from __future__ import annotations

import numpy as np
import pytest

from w2v import formats
from w2v.vectors import Vectors


@pytest.fixture
def opened(tmp_path):
    """Write bytes to a file, open it, and return (vectors, notes)."""

    def open_bytes(data, name="file", limit=None):
        path = tmp_path / name
        path.write_bytes(data)
        notes = []
        return formats.load(path, limit, notes.append, keep_cache=False), notes

    return open_bytes


@pytest.fixture
def toy():
    """Five words, one with U+00A0, and numbers of all kinds."""
    matrix = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    matrix[1] = [-0.0, 1e-45, 3.4028235e15, 1e-05]
    return Vectors(("the", "</s>", "caf\u00e9", "a\u00a0b", "\u65e5\u672c"), matrix, np.arange(50, 45, -1))
