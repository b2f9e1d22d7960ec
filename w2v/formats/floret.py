r"""floret's compact table: the rows of words and n-grams alike, and no words.

    buckets dim shortest longest hashes seed begin end\n      such as 50000 300 3 6 2 2166136261 < >
    row number ... number\n                                  D numbers, `buckets` rows in their order

A word is put between `begin` and `end`; it and its n-grams, as those of fastText, have `hashes` rows each (1 to 4): the
32-bit parts of MurmurHash3_x64_128 of their UTF-8, from the lowest on. A word's vector is the mean of all of them, so
every word has one. Written by floret and read by spaCy; we read it.
"""

from __future__ import annotations

from dataclasses import dataclass

from w2v.formats.rows import Layout, read_table
from w2v.formats.source import Note, Source, decoded
from w2v.settings import LONGEST_NGRAM
from w2v.vectors import Floats, Vectors

MASK = 2**64 - 1
C1, C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


@dataclass(frozen=True, eq=False)
class Table:
    """Makes the vector of any word.

    rows     float32 [B, D]
    lengths  of the shortest and longest n-grams, in characters
    hashes   rows of each n-gram
    """

    rows: Floats
    lengths: tuple[int, int]
    hashes: int
    seed: int
    begin: str
    end: str

    def __call__(self, word: str) -> Floats | None:
        """Return the vector of a word, float32 [D]; None where it is zero."""
        framed = self.begin + word + self.end
        size = len(framed)
        parts = [
            framed[first : first + n]
            for first in range(size)
            for n in range(self.lengths[0], self.lengths[1] + 1)
            if first + n <= size and not (n == 1 and (first == 0 or first + n == size))
        ]
        rows = [number % len(self.rows) for part in (framed, *parts) for number in self.numbers(part)]
        vector: Floats = self.rows[rows].mean(axis=0)
        return vector if vector.any() else None

    def numbers(self, part: str) -> list[int]:
        """Return the hashes of a word or an n-gram."""
        both = murmur(part.encode("utf-8", "replace"), self.seed)
        return [half >> shift & 0xFFFFFFFF for half in both for shift in (0, 32)][: self.hashes]


def murmur(text: bytes, seed: int) -> tuple[int, int]:
    """Return the two halves of MurmurHash3_x64_128 (Appleby 2011)."""
    a = b = seed
    for at in range(0, len(text) + 1, 16):
        piece = text[at : at + 16]
        whole = len(piece) == 16
        if not piece:
            break
        low, high = (int.from_bytes(piece[half : half + 8], "little") for half in (0, 8))
        a ^= _turned(low * C1 & MASK, 31) * C2 & MASK
        if whole:
            a = ((_turned(a, 27) + b) * 5 + 0x52DCE729) & MASK
        b ^= _turned(high * C2 & MASK, 33) * C1 & MASK
        if whole:
            b = ((_turned(b, 31) + a) * 5 + 0x38495AB5) & MASK
    a, b = a ^ len(text), b ^ len(text)
    a = (a + b) & MASK
    b = (b + a) & MASK
    a, b = _mixed(a), _mixed(b)
    a = (a + b) & MASK
    return a, (b + a) & MASK


def _turned(number: int, bits: int) -> int:
    return (number << bits | number >> (64 - bits)) & MASK


def _mixed(number: int) -> int:
    number = (number ^ number >> 33) * 0xFF51AFD7ED558CCD & MASK
    number = (number ^ number >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return number ^ number >> 33


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read a table: vectors without words, that make those of all words."""
    *numbers, begin, end = source.file.readline(1 << 12).replace(b"\t", b" ").split()
    buckets, dim, shortest, longest, hashes, seed = map(int, numbers)
    if not (buckets > 0 and 0 < dim < 1 << 20 and 0 <= shortest <= longest <= LONGEST_NGRAM and 1 <= hashes <= 4):
        raise source.error("the sizes of this table of floret are out of range: damaged?", 1)
    places, rows = read_table(source, Layout(dim, buckets, 2), None, note)
    if len(places) != buckets or any(place != str(row) for row, place in enumerate(places)):
        raise source.error(f"this table of floret should hold rows 0 to {buckets - 1:,} in their order: damaged?")
    note("a table of floret makes vectors of any word and has no words to list: convert TABLE OUT --words FILE does")
    framing = (decoded([text])[0][0] for text in (begin, end))
    return Vectors((), rows[:0], subwords=Table(rows, (shortest, longest), hashes, seed & 0xFFFFFFFF, *framing))
