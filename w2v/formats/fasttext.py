r"""fastText's own model, .bin: words, and the rows of their n-grams.

    int32 793712314, int32 version (11 or 12)
    int32 x 12: dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate; float64 t
    int32 size, int32 nwords, int32 nlabels, int64 ntokens, int64 pruneidx_size
    size x (bytes \0, int64 count, int8 type: 0 word, 1 label)
    pruneidx_size x (int32 bucket, int32 row behind the words'): the n-grams that were kept, where it is > 0; of a
        model with 0 of them none were, with -1 all
    bool quantised; int64 rows, int64 cols, float32 [rows, cols]      rows = nwords + bucket
        or what `w2v.formats.narrow` reads (.ftz)
    bool, and the output matrix, which is not read

All little-endian. The first release (2016) had no magic, version, pruneidx_size and bools, and was the same otherwise.
A word's vector is the mean of its row and those of its n-grams (`w2v.kernels.subwords`). Floret writes the same magic
and version with two more numbers before lrUpdateRate; what does not add up is taken for that.
A word that the model does not have gets the mean of the rows of its n-grams. Written are models that fastText loads:
a word's own row is what its vector takes beside the rows of its n-grams; buckets that have none are zeros, where
fastText's own have what they began with.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.files import replacing
from w2v.formats.narrow import read_quantised
from w2v.formats.source import Note, Source, decoded, floats, note_undecodable
from w2v.formats.tidying import vectors_of
from w2v.settings import LONGEST_NGRAM, MOST_BUCKETS
from w2v.subwords import ALONE, EVERY_BUCKET, Subwords, ngrams_of
from w2v.vectors import Floats, Vectors, blocks_of

MAGIC = struct.pack("<i", 793712314)
SKIPGRAM, SUPERVISED = 2, 3
NEGATIVE_SAMPLING = 2
WORD = 0
ENTRY = struct.Struct("<qb")
VERSION = struct.Struct("<2i")
HEADER = struct.Struct("<12id3iq")  # without pruneidx_size
NOT_FASTTEXT = (
    "its sizes do not add up as fastText's do: a floret model? Let floret write a table from it;"
    " if it is fastText's, the file is damaged"
)


class _Shape(NamedTuple):
    dim: int
    buckets: int
    shortest: int
    longest: int
    entries: int
    words: int
    pruned: int
    oldest: bool


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read the vectors of all words, labels left out."""
    shape = _read_shape(source)
    names, counts = _read_dictionary(source, shape)
    places = _read_places(source, shape)
    quantised = not shape.oldest and source.take(1, "the matrix") != b"\0"
    begin = 0
    if quantised:
        matrix = read_quantised(source)
        note(
            "the model is quantised (.ftz): its vectors are near to those of the .bin that it was made of, not the same"
        )
    else:
        rows, dim = struct.unpack("<2q", source.take(16, "the matrix"))
        begin = source.file.tell()
        matrix = source.array("<f4", (rows, dim), "the matrix")
    rows, dim = matrix.shape
    if dim != shape.dim or not shape.words <= rows <= shape.words + shape.buckets:
        raise source.error(NOT_FASTTEXT)
    if places.max(initial=-1) >= rows - shape.words:
        raise source.error("names n-grams that it does not hold: damaged?")
    count = len(names) if limit is None else min(limit, len(names))
    texts, bad = decoded(names[:count])
    note_undecodable(bad, note)
    lengths = (shape.shortest, shape.longest) if shape.pruned else (0, 0)  # pruned to nothing: words alone
    mixed = from_subwords(names[:count], matrix[: shape.words], matrix[shape.words :], lengths, places=places)
    vectors = vectors_of(texts, mixed, note, counts[:count])
    if source.size is not None and not quantised and not len(places):
        place = [begin + 4 * dim * shape.words, rows - shape.words, dim, shape.shortest, shape.longest]
        return replace(vectors, subwords=subwords_of(source.path, place))
    if rows == shape.words or not lengths[1]:
        return vectors
    if not len(places):
        return replace(vectors, subwords=Subwords(lengths, rows - shape.words, matrix[shape.words :]))
    used = np.flatnonzero(places >= 0).astype(np.int32)
    return replace(vectors, subwords=Subwords(lengths, shape.buckets, matrix[shape.words + places[used]], used))


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write a model of skip-gram; how it was trained is not known here, and so fastText's defaults are written."""
    subwords = vectors.subwords
    ngrams = subwords if isinstance(subwords, Subwords) else Subwords((0, 0), 0, vectors.matrix[:0])
    names = [word.encode("utf-8", "surrogatepass") for word in vectors.words]
    counts = np.ones(len(names), np.int64) if vectors.counts is None else np.maximum(vectors.counts, 1)
    starts, found = ngrams_of(names, ngrams.lengths, ngrams.buckets)
    rows, held = ngrams.places_of(found)
    sizes = np.diff(starts) + 1
    with replacing(path) as file:
        file.write(MAGIC + struct.pack("<i", 12))
        numbers = vectors.dim, 5, 5, 5, 5, 1, NEGATIVE_SAMPLING, SKIPGRAM, ngrams.buckets, *ngrams.lengths, 100
        file.write(HEADER.pack(*numbers, 1e-4, len(names), len(names), 0, int(counts.sum())) + struct.pack("<q", -1))
        for name, count in zip(names, counts.tolist()):
            file.write(name + b"\0" + ENTRY.pack(count, WORD))
        file.write(b"\0" + struct.pack("<2q", len(names) + ngrams.buckets, vectors.dim))
        for block in blocks_of(len(names)):
            own = vectors.matrix[block] * sizes[block, None].astype(np.float64)
            for row, word in enumerate(range(block.start, block.stop)):
                of_word = rows[starts[word] : starts[word + 1]][held[starts[word] : starts[word + 1]]]
                own[row] -= ngrams.rows[of_word].sum(axis=0, dtype=np.float64)
            file.write(own.astype("<f4").tobytes())
        for block in blocks_of(ngrams.buckets):
            file.write(ngrams.table(block.start, block.stop).astype("<f4").tobytes())
        file.write(b"\0" + struct.pack("<2q", len(names), vectors.dim))
        for block in blocks_of(len(names)):
            output = np.zeros_like(vectors.matrix[block]) if vectors.output is None else vectors.output[block]
            file.write(output.astype("<f4").tobytes())


class Mapped(Subwords):
    """Subwords that stay in the file of a model.

    place  where in it the rows begin; how many there are, of how many numbers; the lengths of n-grams
    """

    def __init__(self, file: Path, place: list[int]) -> None:
        self.place = place
        begin, buckets, dim, *lengths = place
        super().__init__((lengths[0], lengths[1]), buckets, np.memmap(file, "<f4", "r", begin, (buckets, dim)))


def subwords_of(file: Path, place: Any) -> Mapped | None:
    """Return the subwords of a model, or None if it has none; a cache says `place`, and anybody may have made that."""
    if not (isinstance(place, list) and len(place) == 5 and all(type(number) is int for number in place)):
        return None
    begin, buckets, dim, shortest, longest = place
    fits = begin >= 0 and buckets > 0 and dim > 0 and begin + 4 * buckets * dim <= file.stat().st_size
    return Mapped(file, place) if fits and 0 <= shortest <= longest <= LONGEST_NGRAM and longest > 0 else None


def is_oldest(head: bytes) -> bool:
    """Tell whether a file that begins so is a model of 2016, without a magic: by numbers that fit together."""
    if len(head) < HEADER.size:
        return False
    fields = HEADER.unpack(head[: HEADER.size])
    return _is_plausible(fields) and 0 <= fields[12] <= 1  # t, the threshold of sampling


def _is_plausible(fields: tuple[Any, ...]) -> bool:
    dim, window, epochs, _, negatives, _, loss, model, buckets, shortest, longest, _, _, size, words, labels, _ = fields
    return bool(
        0 < dim < 1 << 20
        and min(window, epochs, negatives) >= 0
        and 1 <= loss <= 4
        and 1 <= model <= 3
        and buckets >= 0
        and 0 <= shortest <= longest <= LONGEST_NGRAM
        and words + labels == size
        and min(words, labels) >= 0
    )


def _read_shape(source: Source) -> _Shape:
    oldest = not source.file.peek(len(MAGIC)).startswith(MAGIC)
    version = 11 if oldest else VERSION.unpack(source.take(VERSION.size, "the header"))[1]
    fields = HEADER.unpack(source.take(HEADER.size, "the header"))
    pruned = -1 if oldest else int(struct.unpack("<q", source.take(8, "the header"))[0])
    dim, _, _, _, _, _, _, model, buckets, shortest, longest, _, _, size, words, _, _ = fields
    if version not in (11, 12) or not _is_plausible(fields) or pruned > size + buckets:
        raise source.error(NOT_FASTTEXT)
    if version == 11 and model == SUPERVISED:
        longest = 0  # version 11 wrote a number there that it did not use
    return _Shape(dim, buckets, shortest, longest, size, words, pruned, oldest)


def _read_dictionary(source: Source, shape: _Shape) -> tuple[list[bytes], np.ndarray]:
    source.check_room(shape.entries * 10, "the dictionary")
    names: list[bytes] = []
    counts: list[int] = []
    for _ in range(shape.entries):
        name, count, kind = _read_entry(source)
        if kind == WORD:
            names.append(name)
            counts.append(count)
    if len(names) != shape.words:
        raise source.error(NOT_FASTTEXT)
    return names, np.array(counts, np.int64)


def _read_places(source: Source, shape: _Shape) -> npt.NDArray[np.int32]:
    """Return which row each bucket has, int32 [buckets], -1 for none; nothing where all have theirs."""
    if shape.pruned <= 0:
        return np.empty(0, np.int32)
    pairs = source.array("<i4", (shape.pruned, 2), "the n-grams that were kept")
    buckets, rows = pairs[:, 0], pairs[:, 1]
    if buckets.min() < 0 or buckets.max() >= shape.buckets or rows.min() < 0 or shape.buckets > MOST_BUCKETS:
        raise source.error(NOT_FASTTEXT)
    places = np.full(shape.buckets, -1, np.int32)
    places[buckets] = rows
    return places


def _read_entry(source: Source) -> tuple[bytes, int, int]:
    name = b""
    while len(name) < 1 << 24:
        ahead = source.file.peek()
        end = ahead.find(b"\0")
        if end >= 0:
            name += source.file.read(end + 1)[:-1]
            tail = source.file.read(ENTRY.size)
            if len(tail) == ENTRY.size:
                return (name, *ENTRY.unpack(tail))
        elif ahead:
            name += source.file.read(len(ahead))
            continue
        break
    raise source.error(NOT_FASTTEXT)


def from_subwords(
    names: list[bytes],
    matrix: Floats,
    buckets: Floats,
    lengths: tuple[int, int],
    own: bytes | None = ALONE,
    places: npt.NDArray[np.int32] = EVERY_BUCKET,
) -> Floats:
    """Return the vectors of words.

    matrix   float32 [V, D], the words' own rows
    buckets  float32 [B, D], the rows of n-grams
    lengths  of the shortest and longest n-grams
    own      the word that has no n-grams, for gensim takes some of </s> too
    places   int32, which row each bucket has; empty where all have theirs
    """
    from w2v.kernels.subwords import mean_rows  # numba: for the model itself, not for its cache

    starts, rows = ngrams_of(names, lengths, len(places) or len(buckets), own, places)
    out = np.empty((len(names), matrix.shape[1]), np.float32)
    mean_rows(floats(matrix), floats(buckets), starts, rows, out)
    return out
