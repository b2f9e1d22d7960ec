"""Reads a corpus once: blocks of bytes -> word numbers and counts -> vocabulary and ids.

    one thread     reads and decompresses, cuts blocks
    N threads      each with a table of words of its own: split, count, number      (nogil kernels)
    then           tables merged, words ranked (`w2v.corpus.ranking`), numbers replaced by ids

The result does not depend on the number of threads: words are ranked by count, and ties by where
they stood first in the corpus.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from itertools import chain, groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from w2v import encodings
from w2v.corpus import columns, events, graphs, sentences
from w2v.corpus.encoded import Check, EncodedCorpus, Expected, FileAccount, ReadProgress, Report
from w2v.corpus.events import Events
from w2v.corpus.graphs import Graph
from w2v.corpus.ranking import Wanted, named, ranked_corpus
from w2v.corpus.sources import Block, Source, find_sources, read_blocks
from w2v.corpus.spool import Ids, Spool, room_in_memory
from w2v.corpus.table import WordTable
from w2v.corpus.tokenizers import find_tokenizer, segment_block
from w2v.errors import CorpusError, ResourceError
from w2v.kernels import scanning
from w2v.resources import start
from w2v.settings import AUTO, TrainSettings, gathered
from w2v.vocabulary import read_counts

# Each thread counts into a table of its own; beyond eight, decompression is the limit and memory the price.
MOST_THREADS = 8
TICK_SECONDS = 0.1
BLOCK_BYTES = 1 << 20  # small enough for the cache and for an even share among threads
SEGMENT_BYTES = 1 << 16  # a block for a worker process; jieba does about 1 MB/s
MOST_PROCESSES = 61  # Windows cannot wait for more
ADVICE = "fewer --threads take less, and so does a smaller text"


Name = str | os.PathLike[str]


def read(
    corpus: Name | Iterable[Name] | Iterable[Iterable[str]] | Events | Graph,
    settings: TrainSettings | None = None,
    *,
    report: Report = lambda progress: None,
    check: Check = lambda expected: None,
    tmp_dir: str | os.PathLike[str] | None = None,
    in_memory: int | None = None,
    phrases_of: Collection[str] | None = None,
    **more: Any,
) -> EncodedCorpus:
    """Read a text once and return it as ids, int32 [tokens and sentence ends], with its vocabulary and account.

    corpus     a file or a folder, several of them, "-" for standard input; sentences, each a list of words; Events;
               a Graph
    settings   a TrainSettings, or its fields by name; tokenizer, keep_case, encoding, min_count, max_vocab and
               threads are what counts here, and vocab and what begins with phrase
    report     called about ten times a second
    check      called early, and again as more is known, with what the corpus will be; may raise an error to refuse it
    tmp_dir    where ids beyond `in_memory` go (by default as many as half of the free memory holds); the system's
               folder by default
    phrases_of the words of a model: with phrases > 0, those of them are joined that are phrases, and none is sought

    Raises CorpusError, SettingsError, MissingExtraError, ResourceError; TypeError for an argument of another type.

    >>> read([["the", "cat"], ["the", "dog"]], min_count=1).vocabulary.words
    ('the', 'cat', 'dog')
    """
    settings = gathered(settings, more)
    folder = Path(tmp_dir) if tmp_dir is not None else None
    in_memory = room_in_memory() if in_memory is None else in_memory
    if isinstance(corpus, (Events, Graph)):
        how: dict[str, Any] = {"report": lambda *now: report(ReadProgress(*now)), "check": check, "tmp_dir": folder,
               "in_memory": in_memory}  # fmt: skip
        if isinstance(corpus, Events):
            return events.encode(corpus, settings, **how)
        edges = read(corpus.files, graphs.reading(settings), tmp_dir=tmp_dir)
        return graphs.encode(corpus, edges, settings, **how)
    names, rest = named_or_given(corpus)
    wanted = wanted_words(settings, phrases_of)
    if rest is not None:
        return sentences.encode(rest, settings, wanted, report)
    sources, total, notes = find_text(names, settings)
    with closing(Spool(folder, in_memory)) as spool:
        reading = Reading(settings, spool, notes)

        def refuse(expected: Expected) -> None:
            spool.require_room(expected.ids)
            check(expected)

        forecast = Forecast(total, settings, refuse)

        def tick() -> None:
            seen = reading.seen
            forecast.look(seen, reading.tables)
            report(ReadProgress(seen.done, total, seen.tokens))

        try:
            reading.run(sources, tick)
            return reading.encode([source.name for source in sources], wanted, report)
        except MemoryError as error:
            raise ResourceError(f"no memory left to read {named([s.name for s in sources])}; {ADVICE}") from error


def wanted_words(settings: TrainSettings, phrases_of: Collection[str] | None = None) -> Wanted:
    """Return the words that are known before a text is read, see `read`."""
    known = read_counts(settings.vocab, settings.encoding.replace(AUTO, "utf-8")) if settings.vocab else None
    return Wanted(phrases_of, None if known is None else known.keys())


def find_text(names: list[str], settings: TrainSettings) -> tuple[list[Source], int, list[str]]:
    """Return the files, their bytes on disk (0 where a size is unknown), and lines for the account."""
    find_tokenizer(settings.tokenizer)  # is there, before files are looked for
    notes: list[str] = []
    sources = find_sources(names, notes.append)
    if settings.tokenizer == "words" and (hint := columns.advice(sources[0].name)):
        notes.append(hint)
    sizes = [source.size for source in sources]
    return sources, 0 if None in sizes else sum(size or 0 for size in sizes), notes


def named_or_given(corpus: object) -> tuple[list[str], Iterable[Iterable[str]] | None]:
    """Return the names of files, or else the sentences, that a corpus is given as. Raises TypeError."""
    if isinstance(corpus, (str, os.PathLike)):
        return [os.fspath(corpus)], None
    if isinstance(corpus, bytes) or not isinstance(corpus, Iterable):
        raise TypeError(f"corpus must be a file, several files, or sentences, not {type(corpus).__name__}")
    ones = iter(corpus)
    first = next(ones, None)
    if first is None:
        raise CorpusError("the corpus", "is empty: no file and no sentence in it")
    ones = chain([first], ones)
    if not isinstance(first, (str, os.PathLike)):
        return [], ones
    names = list(ones)
    for place, name in enumerate(names):
        if not isinstance(name, (str, os.PathLike)):
            raise TypeError(f"corpus[{place}] must be the name of a file, as corpus[0] is, not {type(name).__name__}")
    return [os.fspath(name) for name in names], None


class Seen(NamedTuple):
    """How much was read and counted: bytes on disk, tokens, ids with those of sentence ends."""

    done: int
    tokens: int
    ids: int


class Forecast:
    """Checks whether there is room: when the first block is read, and whenever twice as much has been."""

    def __init__(self, total: int, settings: TrainSettings, check: Check) -> None:
        """Begin; `total` is the number of bytes on disk, 0 where that is unknown."""
        self._total, self._settings, self._check = total, settings, check
        self._next = 1

    def look(self, seen: Seen, tables: Sequence[WordTable]) -> None:
        """Check, if it is time."""
        done, _, ids = seen
        if ids < self._next or not done:
            return
        self._next = 2 * ids
        often = max((int(np.count_nonzero(one.counts >= self._settings.min_count)) for one in tables), default=0)
        expected = max(ids, ids * self._total // done)
        self._check(Expected(expected, min(often, self._settings.max_vocab)))


@contextmanager
def _segmenters(settings: TrainSettings) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(
        min(settings.threads, MOST_PROCESSES),
        get_context("spawn"),  # not forked: a fork of a process with threads may never wake up
        signal.signal,
        (signal.SIGINT, signal.SIG_IGN),  # Ctrl-C goes to all processes of a terminal; one of them answers
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


class _Work(NamedTuple):
    """A block on its way to the threads that count."""

    number: int
    block: Block
    taken: int  # bytes on disk that were read for it
    segmented: Future[tuple[bytes, int]] | None


class Reading:
    """Blocks on their way from one thread that reads to several that split and count."""

    def __init__(self, settings: TrainSettings, spool: Spool, notes: list[str]) -> None:
        self.settings = settings
        self.notes = notes
        self.spool = spool
        tokenizer = find_tokenizer(settings.tokenizer)
        self._segment = tokenizer.segment is not None
        self.rule = tokenizer.rule(settings.keep_case)
        self.tables = [WordTable() for _ in range(min(settings.threads, MOST_THREADS))]
        self.owners: list[int] = []  # which table numbered the words of each block
        self.sources: list[Source] = []  # the file that each block comes from
        self.seen = Seen(0, 0, 0)  # replaced as a whole: a small block may be counted before a large one
        self.sums: dict[int, list[int]] = {}  # bytes, tokens and undecodable bytes of each file
        self._lock = threading.Lock()
        self._queue: queue.Queue[_Work | None] = queue.Queue(
            2 * (settings.threads if tokenizer.segment else len(self.tables))
        )
        self._stop = threading.Event()
        self._error: BaseException | None = None

    def run(self, sources: list[Source], tick: Callable[[], None]) -> None:
        """Read everything, with a `tick` about ten times a second; raises what any thread raised."""
        with _segmenters(self.settings) if self._segment else nullcontext() as pool:
            self._run(sources, pool, tick)

    def _run(self, sources: list[Source], pool: ProcessPoolExecutor | None, tick: Callable[[], None]) -> None:
        producer = self._thread(self._produce, sources, pool)
        consumers = [self._thread(self._consume, number) for number in range(len(self.tables))]
        try:
            for thread in (producer, *consumers):
                start(thread)
            for thread in (producer, *consumers):
                while thread.is_alive() and not self._stop.is_set():
                    thread.join(TICK_SECONDS)
                    tick()
        finally:
            self._stop.set()
            for thread in consumers:
                if thread.ident:
                    thread.join()
            if producer.ident:
                producer.join(1.0)  # it may be waiting for a standard input that is silent for ever
        if self._error is not None:
            raise self._error
        tick()

    def _thread(self, work: Callable[..., None], *args: Any) -> threading.Thread:
        def guarded() -> None:
            try:
                work(*args)
            except BaseException as error:  # raised again in `run`, by the thread that the user talks to
                self._error = self._error or error
                self._stop.set()

        return threading.Thread(target=guarded, daemon=True)

    def _produce(self, sources: list[Source], pool: ProcessPoolExecutor | None) -> None:
        size = SEGMENT_BYTES if pool else BLOCK_BYTES
        before = 0
        blocks = read_blocks(sources, self.rule.boundaries, size, self.notes.append, self.settings.encoding)
        for number, block in enumerate(blocks):
            self.owners.append(-1)
            self.sources.append(block.source)
            segmented = pool.submit(segment_block, self.settings.tokenizer, block.text) if pool else None
            if not self._put(_Work(number, block, block.done - before, segmented)):
                return
            before = block.done
        for _ in self.tables:
            self._put(None)

    def _put(self, work: _Work | None) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(work, timeout=TICK_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def _consume(self, owner: int) -> None:
        while not self._stop.is_set():
            try:
                work = self._queue.get(timeout=TICK_SECONDS)
            except queue.Empty:
                continue
            if work is None:
                return
            text, bad = self._segmented(work)
            prepared, bad_too = self.rule.prepare(text)
            if bad + bad_too and self.settings.encoding == "auto":
                _check_encoding(work.block, bad + bad_too)
            ids = self.tables[owner].scan(prepared, self.rule, work.number)
            self.spool.put(work.number, ids)
            with self._lock:
                self.owners[work.number] = owner
                tokens = int(np.count_nonzero(ids != scanning.SENTENCE_END))
                seen = self.seen
                self.seen = Seen(seen.done + work.taken, seen.tokens + tokens, seen.ids + len(ids))
                sums = self.sums.setdefault(id(work.block.source), [0, 0, 0])
                undecodable = bad + bad_too + work.block.lost
                sums[:] = sums[0] + work.block.size, sums[1] + tokens, sums[2] + undecodable

    def encode(self, names: list[str], wanted: Wanted, report: Report) -> EncodedCorpus:
        """Merge the tables, rank the words, and turn word numbers into ids. Raises CorpusError for no word left."""
        table = self.tables[0]
        moved = [np.arange(len(table)), *(table.merge(other) for other in self.tables[1:])]
        lines: list[Ids] | None = [] if self.settings.documents == "line" else None

        def renumber(numbers: Ids) -> tuple[Ids, list[FileAccount]]:
            return self.renumbered([numbers[numbers_here] for numbers_here in moved], lines)

        corpus = ranked_corpus(table, renumber, self.notes, self.settings, names, wanted, report)
        return corpus if lines is None else replace(corpus, lines=np.concatenate(lines))

    def renumbered(self, numbers: list[Ids], lines: list[Ids] | None = None) -> tuple[Ids, list[FileAccount]]:
        """Return the stream of ids and the account of each file; each block is forgotten as it is translated.

        lines  where the number of each sentence's line is added, unless None
        """
        ids = self.spool.stream()
        size, ended = 0, True
        files: list[FileAccount] = []
        blocks = zip(self.sources, self.owners)
        for source, owners in groupby(enumerate(blocks), lambda block: id(block[1][0])):
            start, kept, name, line = size, 0, "", 0
            for block, (of, owner) in owners:
                taken = self.spool.take(block)
                if lines is not None:
                    here = np.empty(len(taken), np.int32)
                    found, line = scanning.number_lines(taken, numbers[owner], line, ended, here)
                    lines.append(here[:found].copy())
                wrote, sentences, ended = scanning.renumber(taken, numbers[owner], ids[size:], ended)
                size += wrote
                kept += wrote - sentences
                name = of.name
            length, tokens, undecodable = self.sums[source]
            files.append(FileAccount(name, length, tokens, kept, undecodable, start, size))
        return ids[:size], files

    def _segmented(self, work: _Work) -> tuple[bytes, int]:
        """Return the text with blanks between words, and how many of its bytes could not be decoded."""
        if work.segmented is None:
            return work.block.text, 0
        name = self.settings.tokenizer
        try:
            return work.segmented.result()
        except BrokenProcessPool as error:
            raise ResourceError(
                f"a process of --tokenizer {name} ended early; give it more memory or fewer --threads"
                " (a Python script that calls w2v also needs `if __name__ == '__main__':`)"
            ) from error
        except Exception as error:
            raise CorpusError(work.block.source.name, f"--tokenizer {name} fails on it: {error}") from error


def _check_encoding(block: Block, undecodable: int) -> None:
    """Raise CorpusError for a text that is not in UTF-8: its words would be cut at their accents."""
    if encodings.is_another(block.text, undecodable):
        how = encodings.examples(block.text)
        raise CorpusError(
            block.source.name,
            f"is not in UTF-8; say what it is with --encoding{': ' + how if how else ' latin-1, or another'};"
            " --encoding utf-8 reads it all the same",
        )
