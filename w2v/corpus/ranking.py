"""Words that several threads have counted -> vocabulary and ids, and the account of them.

The result does not depend on the number of threads: words are ranked by count, and ties by where they stood first
in the corpus.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from w2v.corpus.encoded import Account, EncodedCorpus, FileAccount
from w2v.corpus.sources import Source
from w2v.corpus.spool import Ids, Spool, stream
from w2v.corpus.table import WordTable
from w2v.defaults import least_count
from w2v.errors import CorpusError
from w2v.kernels import scanning
from w2v.settings import TrainSettings
from w2v.vocabulary import Vocabulary

# Chinese and Japanese words have two letters as a rule; what stands between two punctuation marks has ten.
UNSEGMENTED_LENGTH = 4
SHOWN = 10  # dropped words, the most frequent ones


class Counted(NamedTuple):
    """A corpus when all of it is read.

    tables   a table of words of each thread
    spool    the blocks, as numbers of words
    sources  of each block, where it comes from
    owners   of each block, the table that its numbers belong to
    sums     bytes, tokens and undecodable bytes, by the id() of the source
    tokens   in all
    notes    lines for the account
    """

    tables: list[WordTable]
    spool: Spool
    sources: list[Source]
    owners: list[int]
    sums: dict[int, list[int]]
    tokens: int
    notes: list[str]


def encode(
    reading: Counted, settings: TrainSettings, names: list[str], folder: Path | None, in_memory: int
) -> EncodedCorpus:
    """Merge the tables, rank the words, and turn word numbers into ids. Raises CorpusError where no word is left."""
    table = reading.tables[0]
    moved = [np.arange(len(table)), *(table.merge(other) for other in reading.tables[1:])]
    counts, firsts = table.counts[: len(table)], table.firsts[: len(table)]
    if len(table) == 0:
        raise CorpusError(named(names), "no words in it; is this the right file, and the right --tokenizer?")
    order = np.lexsort((firsts, -counts))
    least, note = least_count(settings, counts)
    settings = replace(settings, min_count=least)
    kept = order[: min(np.count_nonzero(counts >= settings.min_count), settings.max_vocab)]
    segment_with = _segment_with(table)
    if len(kept) == 0:
        advice = " or ".join(f"--tokenizer {name}" for name in segment_with)
        raise CorpusError(
            named(names),
            f"no word occurs {settings.min_count} times, the most frequent one {counts.max()}:"
            f" --min-count {counts.max()} or less leaves words"
            + (f"; the words are very long: a text without blanks between words? Try {advice}" if advice else ""),
        )
    numbers = np.full(len(table), -1, np.int32)
    numbers[kept] = np.arange(len(kept), dtype=np.int32)
    ids, files = _renumber(reading, [numbers[numbers_here] for numbers_here in moved], folder, in_memory)
    dropped = order[len(kept) :][:SHOWN]
    words = table.words(np.concatenate((kept, dropped)))
    vocabulary = Vocabulary(words[: len(kept)], counts[kept])
    account = Account(
        files=len(names),
        bytes=sum(file.bytes for file in files),
        tokens=reading.tokens,
        types=len(table),
        kept=vocabulary.tokens,
        sentences=len(ids) - vocabulary.tokens,
        undecodable=sum(file.undecodable for file in files),
        segment_with=segment_with,
        by_file=tuple(files),
        notes=(*reading.notes, *([note] if note else [])),
        dropped_words=tuple(zip(words[len(kept) :], counts[dropped].tolist())),
    )
    return EncodedCorpus(vocabulary, ids, account, settings)


def _renumber(
    reading: Counted, numbers: list[Ids], folder: Path | None, in_memory: int
) -> tuple[Ids, list[FileAccount]]:
    """Return the stream of ids and the account of each file; each block is forgotten as it is translated."""
    ids = stream(reading.spool.size, folder, in_memory)
    size, ended = 0, True
    files: list[FileAccount] = []
    blocks = zip(reading.sources, reading.owners)
    for source, owners in itertools.groupby(enumerate(blocks), lambda block: id(block[1][0])):
        start, kept, name = size, 0, ""
        for block, (of, owner) in owners:
            wrote, sentences, ended = scanning.renumber(reading.spool.take(block), numbers[owner], ids[size:], ended)
            size += wrote
            kept += wrote - sentences
            name = of.name
        length, tokens, undecodable = reading.sums[source]
        files.append(FileAccount(name, length, tokens, kept, undecodable, start, size))
    return ids[:size], files


def _segment_with(table: WordTable) -> tuple[str, ...]:
    """Return the tokenizers that find words where most letters are Chinese or Japanese and the words too long."""
    letters, wide, kana, tokens = scanning.count_wide(table.arena, table.offsets, table.counts, len(table))
    if 2 * wide < letters or letters < UNSEGMENTED_LENGTH * tokens:
        return ()
    # A Japanese text is about half kana, a Chinese one has none.
    return ("mecab" if 10 * kana > wide else "jieba", "characters")


def named(names: list[str]) -> str:
    """Return the files of a corpus in a few words."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
