"""Words that several threads have counted -> vocabulary and ids, and the account of them.

The result does not depend on the number of threads: words are ranked by count, and ties by where they stood first
in the corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.corpus import phrases
from w2v.corpus.encoded import Account, EncodedCorpus, FileAccount, Phrase, Report
from w2v.corpus.spool import Ids
from w2v.corpus.table import WordTable
from w2v.defaults import least_count
from w2v.errors import CorpusError
from w2v.kernels import scanning
from w2v.settings import TrainSettings
from w2v.vocabulary import JOINT, Vocabulary

# Chinese and Japanese words have two letters as a rule; what is between two punctuation marks has ten.
UNSEGMENTED_LENGTH = 4
AT_ONCE = 1 << 20  # words
SHOWN = 1000  # dropped words of an account, the most frequent ones: some 20 kB in a checkpoint
Counts = npt.NDArray[np.int64]
Dropped = tuple[tuple[str, int], ...]
WordsOf = Callable[[npt.NDArray[Any]], tuple[str, ...]]
Renumber = Callable[[Ids], tuple[Ids, list[FileAccount]]]


class Wanted(NamedTuple):
    """What is known before a text is read.

    phrases  words that may be phrases; where there are any, none is looked for
    only     the words of the vocabulary; where there are any, min_count and max_vocab do not count
    """

    phrases: Collection[str] | None = None
    only: Collection[str] | None = None


class Ranked(NamedTuple):
    """Words in their order, and the text in their ids; `types` and `dropped_words` as in `Account`."""

    vocabulary: Vocabulary
    ids: Ids
    files: list[FileAccount]
    types: int
    dropped_words: tuple[tuple[str, int], ...]
    phrases: tuple[Phrase, ...]


def rank(
    words: WordsOf,
    counts: Counts,
    firsts: Counts,
    renumber: Renumber,
    settings: TrainSettings,
    wanted: Wanted,
    report: Report,
    *,
    name: str,
    option: str = "--min-count",
    notes: tuple[str, ...] = (),
    segment_with: tuple[str, ...] = (),
) -> EncodedCorpus:
    """Choose and rank the words of a text, join its phrases, and turn it into ids. Raises CorpusError for none left.

    words           returns the words of these numbers
    counts, firsts  int64 [types], how often each occurs and where first
    renumber        returns the text, each word's number replaced: int32 [types] of ids, or DROPPED or GAP
    name, option    what the text and --min-count are called in an error
    """
    least, note = least_count(settings, counts) if wanted.only is None else (int(settings.min_count), "")
    settings = replace(settings, min_count=least)
    ranked = _ranked(words, counts, firsts, renumber, settings, wanted, report)
    if ranked is None:
        most = counts.max()
        problem = (
            f"no word of {settings.vocab} occurs in it" if settings.vocab else
            f"no word occurs {least} times, the most frequent one {most}: {option} {most} or less leaves words"
        )  # fmt: skip
        if segment_with:
            advice = " or ".join(f"--tokenizer {tokenizer}" for tokenizer in segment_with)
            problem += f"; the words are very long: a text without blanks between words? Try {advice}"
        raise CorpusError(name, problem)
    notes += (note,) if note else ()
    if wanted.only is not None and (missing := len(wanted.only) - len(ranked.vocabulary)):
        notes += (f"{missing:,} of {len(wanted.only):,} words of {settings.vocab} do not occur, and get no vector",)
    account = Account.of(
        ranked.files, types=ranked.types, sentences=len(ranked.ids) - ranked.vocabulary.tokens,
        segment_with=segment_with, notes=notes, dropped_words=ranked.dropped_words,
    )  # fmt: skip
    return EncodedCorpus(ranked.vocabulary, ranked.ids, account, settings, ranked.phrases)


def _ranked(
    words: WordsOf, counts: Counts, firsts: Counts, renumber: Renumber, settings: TrainSettings, wanted: Wanted,
    report: Report,
) -> Ranked | None:  # fmt: skip
    """Return what is ranked, None where no word is left."""
    order = np.lexsort((firsts, -counts))
    often = int(np.count_nonzero(counts >= settings.min_count))
    numbers = np.full(len(counts), scanning.DROPPED, np.int32)
    if not settings.phrases:
        kept = order[: min(often, settings.max_vocab)] if wanted.only is None else _those(wanted.only, order, words)
        if not len(kept):
            return None
        numbers[kept] = np.arange(len(kept), dtype=np.int32)
        ids, files = renumber(numbers)
        rest = np.setdiff1d(order, kept, assume_unique=True)
        vocabulary = Vocabulary(words(kept), counts[kept])
        return Ranked(vocabulary, ids, files, len(counts), _most_frequent(rest, counts, words), ())
    known = wanted.only if wanted.phrases is None else wanted.phrases
    base = order if known is not None else _with_parts(order, often, words)
    numbers[:] = scanning.GAP
    numbers[base] = np.arange(len(base), dtype=np.int32)
    ids, files = renumber(numbers)
    names = words(base)
    joined = phrases.join(
        names, ids, [(file.start, file.stop) for file in files], settings, known=known, only=wanted.only, report=report
    )
    if not joined.words:
        return None
    files = [
        file._replace(start=start, stop=stop, kept=kept, joined=in_phrases)
        for file, (start, stop, kept, in_phrases) in zip(files, joined.spans)
    ]
    there = set(joined.words)
    left = counts.copy()
    left[base] = joined.left
    stays = np.zeros(len(counts), np.bool_)
    stays[base] = [name in there for name in names]
    rest = order[~stays[order] & (left[order] > 0)]
    types = len(counts) + len(there.difference(names))
    vocabulary = Vocabulary(joined.words, joined.counts)
    return Ranked(vocabulary, joined.stream, files, types, _most_frequent(rest, left, words), joined.phrases)


def _those(only: Collection[str], order: Counts, words: WordsOf) -> Counts:
    return order[np.array([word in only for word in words(order)], np.bool_)]


def _with_parts(order: Counts, often: int, words: WordsOf) -> Counts:
    """Return the first `often` words, and rarer ones that a phrase may hold: a_b, and a and b where there is a_b."""
    joined = [place for place, word in _numbered(order, words) if JOINT in word]
    parts = {part for _, found in phrases.looks_joined(words(order[joined])) for part in found}
    found = {place for place, word in _numbered(order, words) if word in parts} if parts else set()
    return order[sorted(found.union(joined, range(often)))]


def _numbered(order: Counts, words: WordsOf) -> Iterator[tuple[int, str]]:
    """Yield all words with their ranks; they are not all in memory at once."""
    for first in range(0, len(order), AT_ONCE):
        yield from enumerate(words(order[first : first + AT_ONCE]), first)


def _most_frequent(numbers: Counts, counts: Counts, words: WordsOf) -> Dropped:
    numbers = numbers[np.argsort(-counts[numbers], kind="stable")][:SHOWN]
    return tuple(zip(words(numbers), counts[numbers].tolist()))


def ranked_corpus(
    table: WordTable, renumber: Renumber, notes: list[str], settings: TrainSettings, names: list[str], wanted: Wanted,
    report: Report,
) -> EncodedCorpus:  # fmt: skip
    """Return the corpus whose words are in a table, see `rank`. Raises CorpusError."""
    if len(table) == 0:
        raise CorpusError(named(names), "no words in it; is this the right file, and the right --tokenizer?")
    counts, firsts = table.counts[: len(table)], table.firsts[: len(table)]
    return rank(
        table.words, counts, firsts, renumber, settings, wanted, report, name=named(names), notes=tuple(notes),
        segment_with=_segment_with(table),
    )  # fmt: skip


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
