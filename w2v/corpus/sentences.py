"""Sentences that Python has already, each a list of words, as a corpus: no tokenizer changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from w2v.corpus.encoded import Account, EncodedCorpus, FileAccount
from w2v.defaults import least_count
from w2v.errors import CorpusError
from w2v.settings import TrainSettings
from w2v.vocabulary import Vocabulary

NAME = "the sentences"
SHOWN = 10  # dropped words, the most frequent ones


def encode(sentences: Iterable[Iterable[str]], settings: TrainSettings) -> EncodedCorpus:
    """Return sentences as ids; the words stand as they are. Raises CorpusError, TypeError."""
    number: dict[str, int] = {}
    stream: list[int] = []
    for place, sentence in enumerate(sentences):
        if isinstance(sentence, str) or not isinstance(sentence, Iterable):
            raise TypeError(
                f"corpus[{place}] must be a list of words, not {_shown(sentence)}: for a line of text, line.split()"
            )
        for word in sentence:
            if word not in number:
                _check(word, place)
            stream.append(number.setdefault(word, len(number)))
        stream.append(-1)
    ids = np.array(stream, np.int32)
    counts = np.bincount(ids[ids >= 0], minlength=len(number)).astype(np.int64)
    if not len(counts):
        raise CorpusError(NAME, "no words in them")
    order = np.argsort(-counts, kind="stable")
    least, note = least_count(settings, counts)
    settings = replace(settings, min_count=least)
    kept = order[: min(np.count_nonzero(counts >= settings.min_count), settings.max_vocab)]
    if not len(kept):
        raise CorpusError(
            NAME,
            f"no word occurs {settings.min_count} times, the most frequent one {counts.max()}: a min_count of"
            f" {counts.max()} or less leaves words",
        )
    dropped = order[len(kept) :][:SHOWN]
    numbers = np.full(len(counts) + 1, -2, np.int32)
    numbers[kept] = np.arange(len(kept), dtype=np.int32)
    numbers[-1] = -1
    tokens = int(counts.sum())
    ids = numbers[ids]
    ids = ids[ids != -2]
    # An end behind an end, or at the beginning, is that of a sentence of which no word was kept.
    ids = ids[(ids >= 0) | (np.concatenate(([-1], ids[:-1])) >= 0)]
    words = list(number)
    vocabulary = Vocabulary(tuple(words[row] for row in kept), counts[kept])
    size = sum(len(word.encode()) * int(count) for word, count in zip(words, counts))
    account = Account(
        files=1,
        bytes=size,
        tokens=tokens,
        types=len(counts),
        kept=vocabulary.tokens,
        sentences=len(ids) - vocabulary.tokens,
        undecodable=0,
        notes=(note,) if note else (),
        by_file=(FileAccount(NAME, size, tokens, vocabulary.tokens, 0, 0, len(ids)),),
        dropped_words=tuple((words[row], int(counts[row])) for row in dropped),
    )
    return EncodedCorpus(vocabulary, ids, account, settings)


def _check(word: object, place: int) -> None:
    if not isinstance(word, str):
        raise TypeError(f"corpus[{place}] must hold words (str), not {_shown(word)}")
    if not word or "\n" in word or any("\ud800" <= letter <= "\udfff" for letter in word):
        raise CorpusError(
            NAME, f"corpus[{place}] holds {word!r}: a word is not empty, without line ends and surrogates"
        )


def _shown(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 60 else text[:57] + '...'}"
