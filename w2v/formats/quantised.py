r"""The matrix of a quantised fastText model (.ftz): a product quantiser's codes, each the number of a short vector.

    bool norms_too; int64 rows, int64 cols; int32 size, uint8 codes [size]      a row has size / rows codes
    quantiser: int32 dim, parts, width, last_width; float32 centroids [256 * dim]
    where norms_too: uint8 codes [rows], and a quantiser of dim 1

All little-endian. A row is cut into parts of `width` numbers, the last of `last_width`; of each part the file holds 256
centroids, one part's behind the other's, and a row is made of the centroids that its codes name, times its norm.
Jegou et al. 2011, "Product quantization for nearest neighbor search"; Joulin et al. 2016, "FastText.zip".
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.formats.source import Source
from w2v.vectors import Floats

CENTROIDS = 256


class _Quantiser(NamedTuple):
    dim: int
    parts: int
    width: int
    last_width: int
    centroids: npt.NDArray[Any]

    def rows(self, codes: npt.NDArray[Any]) -> Floats:
        """Return what codes, uint8 [rows, parts], stand for: float32 [rows, dim]."""
        rows = np.empty((len(codes), self.dim), np.float32)
        for part in range(self.parts):
            width = self.last_width if part == self.parts - 1 else self.width
            first = part * self.width
            table = self.centroids[CENTROIDS * first : CENTROIDS * (first + width)].reshape(CENTROIDS, width)
            rows[:, first : first + width] = table[codes[:, part]]
        return rows


def read_matrix(source: Source) -> Floats:
    """Read the whole matrix, float32 [rows, cols]. Raises FormatError."""
    norms_too, rows, cols, size = struct.unpack("<?2qi", source.take(21, "the codes"))
    if rows < 0 or size < 0:
        raise source.error("speaks of a negative number of codes: damaged?")
    codes = source.array("u1", (size,), "the codes")
    quantiser = _read_quantiser(source)
    if quantiser.dim != cols or size != rows * quantiser.parts:
        raise source.error("its codes do not fit its matrix: damaged?")
    matrix = quantiser.rows(codes.reshape(rows, quantiser.parts))
    if norms_too:
        codes = source.array("u1", (rows, 1), "the codes of the norms")
        lengths = _read_quantiser(source)
        if lengths.dim != 1:
            raise source.error("its norms are no numbers: damaged?")
        matrix *= lengths.rows(codes)
    return matrix


def _read_quantiser(source: Source) -> _Quantiser:
    dim, parts, width, last_width = struct.unpack("<4i", source.take(16, "the quantiser"))
    if min(dim, parts, width, last_width) < 1 or (parts - 1) * width + last_width != dim:
        raise source.error("the sizes of its quantiser do not add up: damaged?")
    return _Quantiser(dim, parts, width, last_width, source.array("<f4", (CENTROIDS * dim,), "the centroids"))
