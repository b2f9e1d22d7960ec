"""Phrases: neighbouring words that occur together more often than by chance become one word, joined with _.

    pass 1      new york -> new_york                   pairs of words
    pass 2      new_york times -> new_york_times       pairs of what pass 1 left, and so on

Pairs are counted over the stream of ids, in which a word below --min-count leaves a GAP: a pair is never more frequent
than its words, so none is lost by that, and words do not become neighbours because one between them was rare.
They are never counted, or joined, over the end of a sentence.

What is joined is the longest run of words whose name, joined with _, the vocabulary has, from left to right. The
passes only find the names. So a text joins alike whenever it meets this vocabulary: when a run is resumed, when a
model is extended, in `encode` and `sentence`. A phrase that comes out too rare for the vocabulary is taken apart again.

Scores: word2phrase's, (n(ab) - least) * N / (n(a) * n(b))      Mikolov et al. 2013b, eq. 6
        npmi, ln(p(ab) / p(a) p(b)) / -ln p(ab), from -1 to 1   Bouma 2009
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus.encoded import Phrase, ReadProgress, Report
from w2v.errors import ResourceError
from w2v.kernels import phrases as kernels
from w2v.kernels.scanning import GAP
from w2v.settings import TrainSettings
from w2v.vocabulary import JOINT

Ids = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int64]

CHUNK = 1 << 22  # positions between two looks at the clock
TICK_SECONDS = 0.1
MOST_THREADS = 8
LARGEST_TABLE = 1 << 22  # pairs of a table: 64 MB for each thread, however long the text; a part that is too large
SMALLEST_TABLE = 1 << 10  # for it is counted in two halves
MOST_JOINTS = 64  # in a word that is no phrase but looks like one: source code, lines of ____
THRESHOLDS = {"word2phrase": 100.0, "npmi": 0.5}


class Joined(NamedTuple):
    """What a text is once its phrases are joined.

    words, counts  the vocabulary
    stream         int32, its ids
    spans          of each span of the text before: start and stop now, tokens kept, words that went into phrases
    phrases        those that were found, the most frequent first
    left           int64, how often each word of the text is not part of a phrase
    """

    words: tuple[str, ...]
    counts: Counts
    stream: Ids
    spans: list[tuple[int, int, int, int]]
    phrases: tuple[Phrase, ...]
    left: Counts


def looks_joined(words: Sequence[str]) -> Iterator[tuple[str, set[str]]]:
    """Yield each word that may be words joined, with what could be its parts."""
    for word in words:
        if JOINT in word and word.count(JOINT) <= MOST_JOINTS:
            joints = [-1, *(place for place, letter in enumerate(word) if letter == JOINT), len(word)]
            yield word, {word[a + 1 : b] for n, a in enumerate(joints) for b in joints[n + 1 :]} - {word}


def join(
    words: Sequence[str],
    stream: Ids,
    spans: Sequence[tuple[int, int]],
    settings: TrainSettings,
    *,
    known: Collection[str] | None = None,
    only: Collection[str] | None = None,
    report: Report,
) -> Joined:
    """Find the phrases of a text, or take those that are known, and join them; `stream` is written over.

    words     of the text
    stream    int32 [L], their numbers, sentence ends and gaps, see `w2v.kernels.phrases`
    spans     of the stream, each from a start to a stop: no phrase reaches from one to the next
    settings  phrases, phrase_score, phrase_threshold, phrase_min_count; min_count, max_vocab; threads
    known     words that may be phrases: then none is looked for
    only      the words of the vocabulary, where they are given: min_count and max_vocab do not count then
    """
    text = _Text(words, stream, settings, report)
    scores: dict[str, float] = {}
    for word, _ in looks_joined(list(words if known is None else known)):
        text.add(word)
    if known is None:
        for number in range(1, settings.phrases + 1):
            found = {word: score for word, score in text.pairs(number) if text.add(word)}
            if not found:
                break
            scores |= found
    counts, firsts = text.count_units()
    # What looks joined and was once too rare stays away: else a_b could be in the vocabulary, and "a b" not joined.
    may_stay = np.ones(len(counts), np.bool_)
    looks = np.array([JOINT in name for name in text.names], np.bool_)
    while True:
        order = np.lexsort((firsts, -counts))
        order = order[may_stay[order]]
        if only is None:
            kept = order[: min(np.count_nonzero(counts[order] >= settings.min_count), settings.max_vocab)]
        else:
            kept = order[[text.names[unit] in only for unit in order.tolist()] & (counts[order] > 0)]
        is_kept = np.zeros(len(counts), np.bool_)
        is_kept[kept] = True
        if not text.drop(~is_kept):
            break
        may_stay &= is_kept | ~looks
        counts, firsts = text.count_units()
    numbers = np.full(len(counts), -1, np.int32)
    numbers[kept] = np.arange(len(kept), dtype=np.int32)
    size, placed = 0, []
    for start, stop in spans:
        before = size
        size, n_kept, n_joined = kernels.join(stream, start, stop, *text.arrays(), numbers, stream, size)
        placed.append((before, size, n_kept, n_joined))
    names = tuple(text.names[unit] for unit in kept.tolist())
    found_now = (
        Phrase(word, count, scores[word]) for word, count in zip(names, counts[kept].tolist()) if word in scores
    )
    return Joined(names, counts[kept], stream[:size], placed, tuple(found_now), counts[: len(words)])


class _Text:
    """A stream with the units that it is read as."""

    def __init__(self, words: Sequence[str], stream: Ids, settings: TrainSettings, report: Report) -> None:
        self.names = list(words)
        self._nodes = {word: node for node, word in enumerate(words)}
        self._words = len(words)
        self._edges: dict[int, int] = {}
        self._phrases: set[int] = set()
        self._arrays: tuple[Any, ...] | None = None
        self._stream, self._settings, self._report = stream, settings, report
        self._gaps = int(np.count_nonzero(stream == GAP))

    def add(self, phrase: str) -> bool:
        """Add a phrase; returns whether it was none before and words of the text lead to it."""
        joints = [place for place, letter in enumerate(phrase) if letter == JOINT]
        reached = False
        for stop in [*joints, len(phrase)]:
            name = phrase[:stop]
            for joint in joints:
                word = self._nodes.get(phrase[joint + 1 : stop], self._words)
                node = self._nodes.get(phrase[:joint])
                if joint >= stop or word >= self._words or node is None:
                    continue
                if name not in self._nodes:
                    self._nodes[name] = len(self.names)
                    self.names.append(name)
                self._edges[node << 32 | word + 1] = self._nodes[name]
                reached = reached or stop == len(phrase)
        if not reached or self._nodes[phrase] in self._phrases:
            return False
        self._phrases.add(self._nodes[phrase])
        self._arrays = None
        return True

    def drop(self, units: npt.NDArray[np.bool_]) -> bool:
        """Let no phrase be one that is among `units`; returns whether any was."""
        gone = {node for node in self._phrases if units[node]}
        self._phrases -= gone
        self._arrays = None
        return bool(gone)

    def arrays(self) -> tuple[Any, ...]:
        """Return most, edges, children, begins and ends, as the kernels take them."""
        if self._arrays is None:
            keys = np.fromiter(self._edges.keys(), np.uint64, len(self._edges))
            values = np.fromiter(self._edges.values(), np.int32, len(self._edges))
            size = 1 << (2 * len(keys) + 1).bit_length()
            edges, children = np.zeros(size, np.uint64), np.zeros(size, np.int32)
            kernels.enter(keys, values, edges, children)
            begins, ends = np.zeros(self._words, np.bool_), np.zeros(len(self.names), np.bool_)
            nodes = (keys >> np.uint64(32)).astype(np.int64)
            begins[nodes[nodes < self._words]] = True
            ends[list(self._phrases)] = True
            self._arrays = (2**self._settings.phrases, edges, children, begins, ends)
        return self._arrays

    def count_units(self) -> tuple[Counts, Counts]:
        """Return how often each unit occurs in the text, and where first."""
        length = len(self._stream)
        counts, firsts = np.zeros(len(self.names), np.int64), np.full(len(self.names), length, np.int64)
        place = 0
        while place < length:
            stop = min(place + CHUNK, length)
            place = kernels.count_units(self._stream, place, stop, *self.arrays(), counts, firsts)
        return counts, firsts

    def pairs(self, number: int) -> Iterator[tuple[str, float]]:
        """Yield pairs that score above the threshold, joined, with their scores: the highest first."""
        settings = self._settings
        least = max(settings.phrase_min_count, settings.min_count)
        units, _ = self.count_units()
        total = int(units.sum()) + self._gaps
        parts = list(self._counted(units >= least, least, number))
        first, second, counts = (np.concatenate(columns) for columns in zip(*parts))
        both = units[first].astype(np.float64) * units[second]
        if settings.phrase_score == "npmi":
            scores = np.log(counts * (total / both)) / np.maximum(-np.log(counts / total), 1e-300)
        else:
            scores = (counts - settings.phrase_min_count) * (total / both)
        threshold = settings.phrase_threshold or THRESHOLDS[settings.phrase_score]
        good = np.flatnonzero(scores > threshold)
        good = good[np.lexsort((second[good], first[good], -scores[good]))]
        for row in good.tolist():
            yield self.names[first[row]] + JOINT + self.names[second[row]], float(scores[row])

    def _counted(self, often: npt.NDArray[np.bool_], least: int, number: int) -> Iterator[tuple[Ids, Ids, Counts]]:
        """Yield the pairs that occur `least` times, part by part, on several threads."""
        length, arrays = len(self._stream), self.arrays()
        threads = min(self._settings.threads, MOST_THREADS)
        first_bits = (threads - 1).bit_length()
        slots = 1 << (2 * length >> first_bits).bit_length()
        slots = min(max(slots, SMALLEST_TABLE), LARGEST_TABLE)
        stopping = threading.Event()
        done = 0

        def count(part: int, bits: int) -> tuple[Ids, Ids, Counts] | None:
            keys, counts, at = np.zeros(slots, np.uint64), np.zeros(slots, np.int64), np.array([0, -1, 0])
            while at[0] < length and not stopping.is_set():
                stop = min(int(at[0]) + CHUNK, length)
                if not kernels.count_pairs(self._stream, at, stop, *arrays, often, np.uint64(part), bits, keys, counts):
                    return None
            keys, counts = keys[counts >= least], counts[counts >= least]
            first, second = np.empty(len(keys), np.int32), np.empty(len(keys), np.int32)
            kernels.halves(keys, first, second)
            return first, second, counts

        with ThreadPoolExecutor(threads) as pool:
            at_work: dict[Future[tuple[Ids, Ids, Counts] | None], tuple[int, int]] = {}

            def submit(part: int, bits: int) -> None:
                try:
                    at_work[pool.submit(count, part, bits)] = (part, bits)
                except RuntimeError as error:
                    raise ResourceError("the system starts no further thread; fewer --threads need less") from error

            try:
                for part in range(1 << first_bits):
                    submit(part, first_bits)
                while at_work:
                    self._report(ReadProgress(done, length, length - self._gaps, number))
                    for future in wait(at_work, TICK_SECONDS, FIRST_COMPLETED).done:
                        part, bits = at_work.pop(future)
                        if (found := future.result()) is not None:
                            done += length >> bits
                            yield found
                        else:
                            submit(2 * part, bits + 1)
                            submit(2 * part + 1, bits + 1)
            finally:
                stopping.set()
