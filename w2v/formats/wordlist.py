"""Words that stay bytes in a memory-mapped file until somebody asks for them.

To make a million str and a dict of them takes half a second; a query needs a dozen.

    blob     uint8, all words as UTF-8, one behind the other
    offsets  int64 [V + 1], word i is blob[offsets[i]:offsets[i + 1]]
    hashes   uint32 [V], CRC-32 of the words' bytes, ascending
    rows     int32 [V], the row of the word of each hash
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from w2v.errors import FormatError


class Arrays(NamedTuple):
    """What a file holds of its words."""

    blob: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint32]
    rows: npt.NDArray[np.int32]


def encoded(word: str) -> bytes:
    """Return a word's bytes; any str has them, lone surrogates too."""
    return word.encode("utf-8", "surrogatepass")


def arrays_of(words: Sequence[str]) -> Arrays:
    """Return the arrays of some words."""
    raw = [encoded(word) for word in words]
    offsets = np.zeros(len(raw) + 1, np.int64)
    np.cumsum([len(word) for word in raw], out=offsets[1:])
    hashes = np.fromiter(map(zlib.crc32, raw), np.uint32, len(raw))
    rows = np.argsort(hashes, kind="stable").astype(np.int32)
    return Arrays(np.frombuffer(b"".join(raw), np.uint8), offsets, hashes[rows], rows)


class WordList(Sequence[str]):
    """Words as a tuple has them, made when they are asked for.

    source  the file that holds them: whoever asks for a word of a damaged one gets FormatError, however late
    """

    def __init__(self, arrays: Arrays, source: Path) -> None:
        self._arrays = arrays
        self._source = source

    @cached_property
    def index_of(self) -> WordIndex:
        """The row of each word."""
        return WordIndex(self, self._arrays)

    @cached_property
    def _all(self) -> tuple[str, ...]:
        blob, offsets = self._arrays.blob.tobytes(), self._arrays.offsets
        if (np.diff(offsets) < 0).any():
            raise self._damaged()
        if blob.isascii():
            text = blob.decode()
            return tuple(text[begin:end] for begin, end in pairwise(offsets.tolist()))
        return tuple(self._decoded(blob[begin:end]) for begin, end in pairwise(offsets.tolist()))

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise self._damaged() from error

    def _damaged(self) -> FormatError:
        return FormatError(self._source, "the words in it are damaged; make it again (a cache: remove it)")

    def raw(self, row: int) -> bytes:
        """Return the bytes of a word."""
        begin, end = self._arrays.offsets[row : row + 2] if 0 <= row < len(self) else (1, 0)
        if not 0 <= begin <= end <= len(self._arrays.blob):
            raise self._damaged()
        return self._arrays.blob[begin:end].tobytes()

    def __len__(self) -> int:
        return len(self._arrays.rows)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[str, ...]: ...
    def __getitem__(self, row: int | slice) -> str | tuple[str, ...]:
        if isinstance(row, slice):
            return tuple(self[i] for i in range(*row.indices(len(self))))
        position = range(len(self))[row]  # raises IndexError, counts from the end
        return self._decoded(self.raw(position))

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __contains__(self, word: object) -> bool:
        return word in self.index_of

    def index(self, word: object, start: int = 0, stop: int | None = None) -> int:
        """Return the row of a word. Raises ValueError where there is none, as a tuple does."""
        row = self.index_of.get(word, -1) if isinstance(word, str) else -1
        if row < 0 or row not in range(*slice(start, stop).indices(len(self))):
            raise ValueError(f"{word!r} is not in the list")
        return row

    def count(self, word: object) -> int:
        """Return how often a word is there: once or not."""
        return int(word in self)

    def __eq__(self, other: object) -> bool:
        return self._all == (other._all if isinstance(other, WordList) else other)

    def __hash__(self) -> int:
        return hash(self._all)

    def __add__(self, other: Any) -> tuple[str, ...]:
        return self._all + tuple(other)

    def __repr__(self) -> str:
        return f"WordList of {len(self):,} words"


class WordIndex(Mapping[str, int]):
    """The row of each word, looked up in the file."""

    def __init__(self, words: WordList, arrays: Arrays) -> None:
        self._words = words
        self._arrays = arrays

    def __getitem__(self, word: str) -> int:
        if isinstance(word, str):
            raw = encoded(word)
            hash = np.uint32(zlib.crc32(raw))
            at = int(np.searchsorted(self._arrays.hashes, hash))
            while at < len(self._words) and self._arrays.hashes[at] == hash:
                row = int(self._arrays.rows[at])
                if self._words.raw(row) == raw:
                    return row
                at += 1
        raise KeyError(word)

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)
