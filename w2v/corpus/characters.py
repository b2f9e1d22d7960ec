"""Tables of characters, made once from Python's own `unicodedata` and kept in the user's cache."""

from __future__ import annotations

import contextlib
import unicodedata
import zlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import OutputError
from w2v.files import replacing
from w2v.kernels import scanning
from w2v.places import user_cache

POINTS = 0x110000
TYPOGRAPHIC_APOSTROPHE = 0x2019  # written as ' in the vocabulary: don’t and don't are one word
# Apostrophes, and the joiners that Persian and the languages of India write inside their words.
INSIDE = (0x27, TYPOGRAPHIC_APOSTROPHE, 0x200C, 0x200D)
FINAL_SIGMA = 0x3A3  # 'Σ'.lower() depends on the letters around it
JAMO = (
    *range(0x1161, 0x1176),
    *range(0x11A8, 0x11C3),
)  # join the letter before by arithmetic, not by a table


class Characters(NamedTuple):
    """What each code point is, uint8 [0x110000], and which one to store for it, int32 [0x110000].

    The kinds are those of `w2v.kernels.scanning`.
    """

    kinds: npt.NDArray[np.uint8]
    lower: npt.NDArray[np.int32]


@lru_cache
def characters(keep_case: bool) -> Characters:
    """Return the tables, from the cache if they are there for this version of Unicode."""
    path = user_cache() / f"characters-{unicodedata.unidata_version}-{'keep' if keep_case else 'lower'}-3"
    with contextlib.suppress(OSError):
        kept = path.read_bytes()
        if len(kept) == 4 * (POINTS + 1):  # a damaged file is as good as none
            table = np.frombuffer(kept, np.int32)
            if table[-1] == _checksum(table[:-1]):
                return _unpack(table[:-1])
    table = _make(keep_case)
    with contextlib.suppress(OSError, OutputError):  # a cache that cannot be written costs time, nothing else
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(np.append(table, _checksum(table)).tobytes())
    return _unpack(table)


def _checksum(table: npt.NDArray[np.int32]) -> np.int32:
    return np.uint32(zlib.crc32(table.data)).view(np.int32)


def _unpack(table: npt.NDArray[np.int32]) -> Characters:
    return Characters((table & 7).astype(np.uint8), table >> 3)


def _make(keep_case: bool) -> npt.NDArray[np.int32]:
    """Return kind + 8 * lower-cased code point for each code point, int32 [0x110000]."""
    table = np.arange(POINTS, dtype=np.int32) << 3
    joins_the_one_before = set(JAMO)
    for point in range(POINTS):
        parts = unicodedata.decomposition(chr(point))
        if parts and not parts.startswith("<") and " " in parts:
            joins_the_one_before.add(int(parts.split()[1], 16))
    for point in range(POINTS):
        char = chr(point)
        category = unicodedata.category(char)
        if category in ("Cn", "Co", "Cs"):
            continue
        kind = scanning.OTHER
        # Nl are numbers that are letters, the zero of 二〇二六 among them.
        if category[0] == "L" or category in ("Nd", "Nl") or char == "_":
            kind = scanning.LETTER
        elif category[0] == "M":
            kind = scanning.MARK
        elif point in INSIDE:
            kind = scanning.INSIDE
        lowered = "'" if point == TYPOGRAPHIC_APOSTROPHE else char if keep_case else char.lower()
        # Where one character does not become one character by a table, Python works on the whole block.
        special = (
            len(lowered) > 1
            or (point == FINAL_SIGMA and not keep_case)
            or unicodedata.combining(char) > 0
            or point in joins_the_one_before
            or not unicodedata.is_normalized("NFC", char)
        )
        if special:
            kind |= scanning.SPECIAL
        table[point] = kind | ord(lowered[0]) << 3
    return table
