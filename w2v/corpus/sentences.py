"""Sentences that Python has already, each a list of words, as a corpus: no tokenizer changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.corpus.encoded import EncodedCorpus, FileAccount, Report
from w2v.corpus.ranking import Wanted, rank
from w2v.errors import CorpusError
from w2v.kernels import scanning
from w2v.settings import TrainSettings

NAME = "the sentences"


def encode(
    sentences: Iterable[Iterable[str]], settings: TrainSettings, wanted: Wanted, report: Report
) -> EncodedCorpus:
    """Return sentences as ids; the words are taken unchanged. Raises CorpusError, TypeError."""
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
    words = list(number)
    tokens = int(counts.sum())
    size = sum(len(word.encode()) * int(count) for word, count in zip(words, counts))

    def words_of(numbers: npt.NDArray[Any]) -> tuple[str, ...]:
        return tuple(words[number] for number in numbers.tolist())

    lines = np.empty(len(ids) if settings.documents == "line" else 0, np.int32)
    found = 0

    def renumber(numbers: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], list[FileAccount]]:
        nonlocal found
        if len(lines):
            found, _ = scanning.number_lines(ids, numbers, 0, True, lines)
        wrote, ends, _ = scanning.renumber(ids, numbers, ids, True)  # never ahead of what is read
        return ids[:wrote], [FileAccount(NAME, size, tokens, wrote - ends, 0, 0, wrote)]

    corpus = rank(
        words_of, counts, np.arange(len(counts)), renumber, settings, wanted, report, name=NAME,
        option="a min_count of",
    )  # fmt: skip
    return replace(corpus, lines=lines[:found]) if len(lines) else corpus


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
