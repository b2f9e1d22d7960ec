"""The numbers are in memory once: three million vectors of 300 are 3.6 GB, and twice that is more than many have."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from w2v import formats
from w2v.formats.convert import Changes, convert
from w2v.vectors import Vectors

ROWS, DIM = 60_000, 600
NONE = Changes()
MATRIX_BYTES = 4 * ROWS * DIM


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    path = tmp_path_factory.mktemp("memory") / "given.w2v"
    rows = np.random.default_rng(0).integers(-9, 9, (ROWS, DIM)).astype(np.float32)
    formats.save(Vectors(tuple(f"w{i}" for i in range(ROWS)), rows), path)
    return path


# Not those of text: their blocks are as large as this matrix.
@pytest.mark.parametrize("format", ["word2vec-binary", "finalfusion", "gensim", "npy", "npz", "safetensors", "w2v"])
def test_neither_writing_nor_reading_holds_the_numbers_twice(native, tmp_path, format):
    written = tmp_path / f"v{formats.FORMATS[format].endings[0]}"
    assert peak(native, written) < 1.8 * MATRIX_BYTES
    assert peak(written, tmp_path / "again.npy") < 1.8 * MATRIX_BYTES


@pytest.mark.parametrize("changes", [Changes(normalize=True), Changes(limit=ROWS - 1)])
def test_changes_do_not_hold_the_numbers_twice(native, tmp_path, changes):
    assert peak(native, tmp_path / "v.bin", changes) < 1.8 * MATRIX_BYTES


def peak(source, target, changes=NONE):
    """Return how many bytes a conversion asked for at most at one time, maps not counted."""
    convert(source, target, None, "float32", Changes(limit=100))  # kernels are compiled
    tracemalloc.start()
    convert(source, target, None, "float32", changes)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most
