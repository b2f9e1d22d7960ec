"""A corpus in shares, each read, counted and encoded by a process of its own: together they are the corpus.

    deal          files in the order of the corpus, about as many bytes to each; large ones are cut at ends of lines
    Share.read    splits and counts                 -> its table of words
    merged        tables of two shares              -> one; ranked, that of all shares is the vocabulary
    Share.encode  the vocabulary's table of words   -> ids, which stay here
    Share.pieces  those that a trainer needs

Each share begins where a sentence begins, so no window reaches from one into another. Who carries tables and ids from
process to process is not known here.
"""

from __future__ import annotations

import copy
import os
from bisect import bisect
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus import remote
from w2v.corpus.encoded import FileAccount, ReadProgress
from w2v.corpus.reading import Forecast, Reading, Seen
from w2v.corpus.sources import Source, can_be_cut
from w2v.corpus.spool import Ids, Spool
from w2v.corpus.table import WordTable
from w2v.errors import CorpusError
from w2v.kernels import scanning
from w2v.kernels.windows import add_shares, reach
from w2v.settings import TrainSettings

Spans = npt.NDArray[np.int64]  # [n, 2], from where to where in the corpus
STEP = 64  # ids


class Counts(NamedTuple):
    """What a share holds: blocks, tokens, and lines for the account."""

    blocks: int
    tokens: int
    notes: list[str]


class Sight(NamedTuple):
    """What decides how far windows reach: the limits of subsampling, seed, epochs and the widest window."""

    keep: npt.NDArray[np.uint32]
    seed: int
    epochs: int
    window: int


class Pieces(NamedTuple):
    """Pieces of the corpus: where each begins, how many ids it has, and the ids of all, one behind the other."""

    starts: list[int]
    sizes: list[int]
    ids: Ids


def deal(sources: list[Source], count: int, encoding: str) -> list[list[Source]]:
    """Return `count` shares of about the same size, some of them empty where nothing more can be cut.

    The sizes of all sources must be known. Raises CorpusError for a file that cannot be opened.
    """
    total = sum(source.size or 0 for source in sources)
    bounds = [total * number // count for number in range(1, count)]
    shares: list[list[Source]] = [[] for _ in range(count)]
    before = 0
    for source in sources:
        size = source.size or 0
        cuts = sorted({bound - before for bound in bounds if before < bound < before + size})
        if cuts and can_be_cut(source, encoding):
            parts = [source._replace(size=stop - first, part=first) for first, stop in pairwise([0, *cuts, size])]
        else:
            parts = [source]
        for part in parts:  # by its middle
            shares[bisect(bounds, before + (part.part or 0) + (part.size or 0) // 2)].append(part)
        before += size
    return shares


class Share:
    """One share; its ids are on the disk of the process that reads it."""

    def __init__(self, sources: list[Source], settings: TrainSettings) -> None:
        self._sources, self._settings = sources, settings
        self._reading: Reading | None = None
        self._moved: list[npt.NDArray[np.int64]] = []
        self._ids: Ids = np.empty(0, np.int32)

    def read(self) -> Counts:
        """Split and count. Raises CorpusError, ResourceError."""
        for source in self._sources:
            _check_there(source)
        spool, notes = Spool(None, 0), list[str]()
        self._reading = reading = Reading(self._settings, spool, notes)
        total = sum(source.size or 0 for source in self._sources)
        forecast = Forecast(total, self._settings, lambda expected: spool.require_room(expected.ids))
        reading.run(self._sources, lambda: forecast.look(reading.seen, reading.tables))
        table = reading.tables[0]
        self._moved = [np.arange(len(table)), *(table.merge(other) for other in reading.tables[1:])]
        del reading.tables[1:]
        return Counts(len(reading.owners), reading.seen.tokens, notes)

    def pid(self) -> int:
        """Return the number of this process."""
        return os.getpid()

    def progress(self) -> ReadProgress:
        """Return how far the reading is."""
        reading = self._reading
        seen = Seen(0, 0, 0) if reading is None else reading.seen
        return ReadProgress(seen.done, 0, seen.tokens)

    def table(self, blocks: int) -> WordTable:
        """Return the words, where `blocks` are in the shares before this one."""
        assert self._reading is not None
        table = copy.copy(self._reading.tables[0])
        table.firsts[: len(table)] += blocks << 32
        return table

    def encode(self, known: WordTable) -> tuple[int, list[FileAccount]]:
        """Turn words into ids, the numbers in `known`; returns how many ids there are, and the account of each file."""
        reading, words = self._reading, len(known)
        assert reading is not None
        ids = known.merge(reading.tables[0])
        numbers = np.where(ids < words, ids, scanning.DROPPED).astype(np.int32)
        with closing(reading.spool):
            self._ids, files = reading.renumbered([numbers[here] for here in self._moved])
        self._reading, self._moved = None, []
        return len(self._ids), files

    def ids(self, start: int, stop: int) -> Ids:
        """Return ids, counted from the first of this share."""
        return self._ids[start:stop]

    def expected_centers(self, place: int, keep: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Return `expected_centers` of this share, which begins at a place of the corpus."""
        return expected_centers(self._ids, place, keep.copy())

    def pieces(self, place: int, spans: Spans, sight: Sight) -> Pieces:
        """Return `pieces` of this share, which begins at a place of the corpus."""
        # What comes from another process may not be written; the kernels are compiled for what may.
        return pieces(self._ids, place, spans, sight._replace(keep=sight.keep.copy()))


def expected_centers(ids: Ids, place: int, keep: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Return how many of every STEP ids of the corpus are kept by subsampling, as can be expected, in shares of 2^24.

    ids    of a part of the corpus; at its edges those of others are missing
    place  where it begins
    """
    shares = np.concatenate(([0], (keep >> np.uint32(8)).astype(np.int64) + 1))
    sums = np.zeros((place + len(ids) - 1) // STEP - place // STEP + 1, np.int64)
    add_shares(ids, place, shares, STEP, sums)
    return sums


def merged(first: WordTable, *others: WordTable) -> WordTable:
    """Return the table of all of them: the first, which is changed."""
    for other in others:
        first.merge(other)
    return first


def pieces(ids: Ids, place: int, spans: Spans, sight: Sight) -> Pieces:
    """Return what lies in some spans of the corpus, with what the windows there see beyond it.

    ids    of a part of the corpus, from a sentence's beginning to another's end
    place  where it begins
    """
    starts, sizes, found = list[int](), list[int](), list[Ids]()
    if place:  # windows look for the end of the sentence before
        starts, sizes, found = [place - 1], [1], [np.array([scanning.SENTENCE_END], np.int32)]
    for start, stop in np.clip(spans - place, 0, len(ids)).tolist():
        if start < stop:
            first, last = reach(ids, place, start, stop, *sight)
            starts.append(place + first)
            sizes.append(last - first)
            found.append(ids[first:last])
    return Pieces(starts, sizes, np.concatenate(found) if found else np.empty(0, np.int32))


def _check_there(source: Source) -> None:
    """Raise CorpusError where the machine that reads a file does not see the file that was dealt out."""
    if remote.is_remote(source.name):
        return
    path = Path(source.name)
    if not path.is_file():
        raise CorpusError(
            source.name, "is not there; all machines of a cluster must see the text: put it in a folder that they"
            " share, on s3:// or the like, or give it to yours alone: w2v train - < FILE",
        )  # fmt: skip
