"""Sentences as words of a vocabulary, and as the ids and rows that a network is given."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from w2v.errors import SettingsError, UnknownWordError
from w2v.kernels import scanning
from w2v.text.table import WordTable
from w2v.text.tokenizers import TOKENIZERS, segment_block
from w2v.vectors import Vectors

PADDING = 0  # the id that fills a sentence up; words are counted from 1
LONGEST_MATCH = 8  # letters of a Chinese or Japanese word that is looked for


def tokens(sentence: str, form: Callable[[str], str | None]) -> list[str]:
    """Return the words of a sentence, split as `w2v train` splits it; some may be unknown to `form`.

    form  returns a word as the vocabulary has it, or None

    Chinese and Japanese go through jieba or MeCab where they are installed. What the vocabulary does not
    know then is cut into the longest words that it knows.
    """
    found: list[str] = []
    text = sentence.replace("\n", " ").encode()
    if (name := _segmenter(sentence)) is not None:
        text, _ = segment_block(name, text)
    rule = TOKENIZERS["words"].rule(True)
    prepared, _ = rule.prepare(text)
    table = WordTable()
    numbers = table.scan(prepared, rule, 0)
    words = table.words(np.arange(len(table)))
    for number in numbers[numbers != scanning.SENTENCE_END]:
        word = words[number]
        known = form(word)
        found += [known] if known else _longest_matches(word, form) if _unsegmented(word) else [word]
    return found


def _segmenter(sentence: str) -> str | None:
    if not _unsegmented(sentence):
        return None
    name = "mecab" if any("\u3040" <= char <= "\u30ff" for char in sentence) else "jieba"
    return name if importlib.util.find_spec(TOKENIZERS[name].module) else None


def _unsegmented(text: str) -> bool:
    return any("\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" for char in text)


def _longest_matches(text: str, form: Callable[[str], str | None]) -> list[str]:
    found, at = [], 0
    while at < len(text):
        size = next(
            (size for size in range(min(LONGEST_MATCH, len(text) - at), 0, -1) if form(text[at : at + size])), 1
        )
        found.append(form(text[at : at + size]) or text[at : at + size])
        at += size
    return found


def known_form(vectors: Vectors) -> Callable[[str], str | None]:
    """Return a function from a word to the form of it that the vocabulary has, or None."""

    def form(word: str) -> str | None:
        for candidate in (word, word.lower()):
            if candidate in vectors:
                return candidate
        return None

    return form


@dataclass(frozen=True, eq=False)
class Lookup:
    """Sentences on their way into a network.

    sentences   the words of each
    unknown     words that the vocabulary does not have; they are left out
    vectors     where the rows come from
    ids         int64 [S, N]: position in the vocabulary plus 1, PADDING where a sentence has ended
    """

    sentences: tuple[tuple[str, ...], ...]
    unknown: tuple[str, ...]
    vectors: Vectors
    ids: npt.NDArray[np.int64]

    @property
    def matrix(self) -> npt.NDArray[np.float32]:
        """The matrix of an embedding layer, float32 [V + 1, D]: a row of zeros for the padding, then the words'."""
        zeros = np.zeros((1, self.vectors.dim), np.float32)
        return np.concatenate([zeros, self.vectors.matrix])

    @property
    def one_hot(self) -> tuple[int, int]:
        """The shape of the one-hot matrix of all sentences: a row for each place, a column for each row of `matrix`."""
        return self.ids.size, len(self.vectors) + 1

    @property
    def rows(self) -> npt.NDArray[np.float32]:
        """What comes out of the lookup, float32 [S, N, D]."""
        rows = np.zeros((*self.ids.shape, self.vectors.dim), np.float32)
        words = self.ids != PADDING
        rows[words] = self.vectors.matrix[self.ids[words] - 1]
        return rows


def look_up(sentences: Sequence[Sequence[str]], vectors: Vectors, pad: int | None = None) -> Lookup:
    """Return sentences, lists of words, as padded ids.

    pad  the length of all sentences; by default that of the longest

    Raises UnknownWordError where a sentence has no known word, SettingsError where one is longer than `pad`.
    """
    known = [tuple(word for word in sentence if word in vectors) for sentence in sentences]
    for sentence, words in zip(sentences, known):
        if not words:
            if sentence:
                vectors.find(sentence[0])  # raises, with words of like spelling
            raise UnknownWordError(" ".join(sentence))
    longest = max(map(len, known))
    if pad is not None and pad < longest:
        raise SettingsError(f"--pad {pad} is too short: the longest sentence has {longest} words")
    ids = np.full((len(known), pad or longest), PADDING, np.int64)
    for row, words in zip(ids, known):
        row[: len(words)] = [vectors.index[word] + 1 for word in words]
    unknown = dict.fromkeys(word for sentence in sentences for word in sentence if word not in vectors)
    return Lookup(tuple(known), tuple(unknown), vectors, ids)
