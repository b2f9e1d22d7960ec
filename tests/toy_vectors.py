"""Seven words with counts, on which the questions of the command line are tested."""

import numpy as np
import pytest

from w2v import formats
from w2v.vectors import Vectors

# The numbers stand for royal, male, female, place: cosines are 0, 1/2, 1/sqrt(2) or 1.
TOY = {
    "man": ([0, 1, 0, 0], 90),
    "woman": ([0, 0, 1, 0], 80),
    "king": ([1, 1, 0, 0], 50),
    "queen": ([1, 0, 1, 0], 40),
    "new_york": ([0, 0, 0, 1], 10),
    "国王": ([2, 2, 0, 0], 5),
    "señora": ([0, 0, 0.5, 0], 4),
}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Go to a folder with vectors.txt."""
    rows, counts = zip(*TOY.values())
    vectors = Vectors(tuple(TOY), np.array(rows, np.float32), np.array(counts))
    formats.save(vectors, tmp_path / "vectors.txt")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("W2V_VECTORS", raising=False)
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
