r"""Numbers in fewer bits: float16, int8 with one float32 scale for each row, and product quantisers' codes.

Of int8 a row is q * scale with q from -127 to 127 and scale = max |x| / 127: a row's cosines keep about two digits.
A number that is not finite cannot be int8: nan becomes 0, and inf the largest finite number.

A quantised matrix holds codes, each the number of a short vector. It is read, from two kinds of files.

fastText (.ftz):
    bool norms_too; int64 rows, int64 cols; int32 size, uint8 codes [size]      a row has size / rows codes
    quantiser: int32 dim, parts, width, last_width; float32 centroids [256 * dim]
    where norms_too: uint8 codes [rows], and a quantiser of dim 1
finalfusion:
    u32 projected, norms_too, parts, dim, centroids; u64 rows; u32 1 (uint8), 10 (float32); padding
    where projected: float32 [dim, dim], what a row is to be multiplied with in the end, transposed
    float32 centroids [centroids * dim]; where norms_too: float32 [rows]; uint8 codes [rows, parts]

All little-endian. A row is cut into parts of `width` numbers, the last of `last_width`; of each part the file holds
its centroids (256 in fastText), one part's behind the other's; a row is those that its codes name, times its norm.
Jegou et al. 2011, "Product quantization for nearest neighbor search"; Joulin et al. 2016, "FastText.zip".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.formats.source import Source, floats
from w2v.vectors import Floats, blocks_of

CENTROIDS = 256  # of a part in fastText: a code is a byte
CODES = {"float32": "<f4", "float16": "<f2", "int8": "i1"}


def narrowed(matrix: Floats, dtype: str) -> tuple[npt.NDArray[Any], Floats]:
    """Return rows in `dtype`, little-endian, and the scales of the rows, none unless `dtype` is int8."""
    with np.errstate(over="ignore", invalid="ignore"):
        if dtype != "int8":
            return matrix.astype(CODES[dtype]), np.empty(0, np.float32)
        finite = np.nan_to_num(matrix)
        scales = (np.abs(finite).max(axis=1, initial=0) / np.float32(127)).astype(np.float32)
        steps = np.where(scales > 0, scales, 1)
        return np.clip(np.rint(finite / steps[:, None]), -127, 127).astype(np.int8), scales


def narrow(matrix: Floats, dtype: str) -> tuple[npt.NDArray[Any], Floats]:
    """Return a whole matrix in `dtype`, made block by block, and its scales."""
    if dtype == "float32":
        return matrix, np.empty(0, np.float32)
    numbers = np.empty(matrix.shape, CODES[dtype])
    scales = np.empty(len(matrix) if dtype == "int8" else 0, np.float32)
    for rows in blocks_of(len(matrix)):
        numbers[rows], some = narrowed(matrix[rows], dtype)
        if dtype == "int8":
            scales[rows] = some
    return numbers, scales


def matrix_of(numbers: npt.NDArray[Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Floats:
    """Return one of the arrays of a file as float32, by the `scales` beside it where they fit."""
    scales = arrays.get("scales")
    if scales is not None and numbers.dtype == np.int8 and scales.shape == (len(numbers),):
        return widened(numbers, scales)
    return floats(numbers)


def widened(numbers: npt.NDArray[Any], scales: npt.NDArray[Any]) -> Floats:
    """Return numbers as float32, multiplied by the scales of their rows if there are any."""
    matrix = np.empty(numbers.shape, np.float32)
    for rows in blocks_of(len(numbers)):
        with np.errstate(over="ignore", invalid="ignore"):
            matrix[rows] = numbers[rows]
            if len(scales):
                matrix[rows] *= np.asarray(scales[rows], np.float32)[:, None]
    return matrix


class _Quantiser(NamedTuple):
    dim: int
    parts: int
    width: int
    last_width: int
    centroids: npt.NDArray[Any]
    choices: int = CENTROIDS

    def rows(self, codes: npt.NDArray[Any]) -> Floats:
        """Return what codes, uint8 [rows, parts], stand for: float32 [rows, dim]."""
        rows = np.empty((len(codes), self.dim), np.float32)
        for part in range(self.parts):
            width = self.last_width if part == self.parts - 1 else self.width
            first = part * self.width
            table = self.centroids[self.choices * first : self.choices * (first + width)].reshape(self.choices, width)
            rows[:, first : first + width] = table[codes[:, part]]
        return rows


def read_quantised(source: Source) -> Floats:
    """Read the whole matrix of fastText, float32 [rows, cols]. Raises FormatError."""
    norms_too, rows, cols, size = struct.unpack("<?2qi", source.take(21, "the codes"))
    if rows < 0 or size < 0:
        raise source.error("has a negative number of codes: damaged?")
    codes = source.array("u1", (size,), "the codes")
    quantiser = _read_quantiser(source)
    if quantiser.dim != cols or size != rows * quantiser.parts:
        raise source.error("its codes do not fit its matrix: damaged?")
    matrix = quantiser.rows(codes.reshape(rows, quantiser.parts))
    if norms_too:
        codes = source.array("u1", (rows, 1), "the codes of the norms")
        lengths = _read_quantiser(source)
        if lengths.dim != 1:
            raise source.error("its norms are not numbers: damaged?")
        with np.errstate(all="ignore"):
            matrix *= lengths.rows(codes)
    return matrix


def read_quantised_chunk(source: Source, at: int) -> tuple[Floats, int]:
    """Read a quantised chunk of finalfusion that begins at byte `at`: float32 [rows, dim], and how many bytes it took.

    Raises FormatError.
    """
    head = struct.Struct("<5IQ2I")
    projected, norms_too, parts, dim, count, rows, codes_kind, kind = head.unpack(source.take(head.size, "a chunk"))
    if (codes_kind, kind) != (1, 10) or min(parts, count) < 1 or dim % parts or dim == 0:
        raise source.error("the sizes of its quantiser do not add up: damaged?")
    padding = 4 - (at + head.size) % 4
    source.take(padding, "the padding")
    projection = source.array("<f4", (dim, dim), "the projection") if projected else None
    width = dim // parts
    quantiser = _Quantiser(dim, parts, width, width, source.array("<f4", (count * dim,), "the centroids"), count)
    norms = source.array("<f4", (rows, 1), "the norms") if norms_too else None
    codes = source.array("u1", (rows, parts), "the codes")
    if codes.max(initial=0) >= count:
        raise source.error("its codes name centroids that it does not hold: damaged?")
    matrix = quantiser.rows(codes)
    with np.errstate(all="ignore"):
        if projection is not None:
            for block in blocks_of(rows):
                matrix[block] = matrix[block] @ projection.T
        if norms is not None:
            matrix *= norms
    held = sum(array.nbytes for array in (projection, quantiser.centroids, norms, codes) if array is not None)
    return matrix, head.size + padding + held


def _read_quantiser(source: Source) -> _Quantiser:
    dim, parts, width, last_width = struct.unpack("<4i", source.take(16, "the quantiser"))
    if min(dim, parts, width, last_width) < 1 or (parts - 1) * width + last_width != dim:
        raise source.error("the sizes of its quantiser do not add up: damaged?")
    return _Quantiser(dim, parts, width, last_width, source.array("<f4", (CENTROIDS * dim,), "the centroids"))
