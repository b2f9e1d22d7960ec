"""Numbers in fewer bits: float16, or int8 with one float32 scale for each row.

Of int8 a row is q * scale with q from -127 to 127 and scale = max |x| / 127: a row's cosines keep about two digits.
A number that is not finite cannot be int8: nan becomes 0, and inf the largest finite number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.vectors import Floats, blocks_of

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


def widened(numbers: npt.NDArray[Any], scales: npt.NDArray[Any]) -> Floats:
    """Return numbers as float32, multiplied by the scales of their rows if there are any."""
    matrix = np.empty(numbers.shape, np.float32)
    for rows in blocks_of(len(numbers)):
        with np.errstate(over="ignore", invalid="ignore"):
            matrix[rows] = numbers[rows]
            if len(scales):
                matrix[rows] *= np.asarray(scales[rows], np.float32)[:, None]
    return matrix
