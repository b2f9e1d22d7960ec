"""Sentences as words of a vocabulary, and as the ids and rows that a network is given."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from w2v.corpus.table import WordTable
from w2v.corpus.tokenizers import TOKENIZERS, segment_block
from w2v.errors import SettingsError
from w2v.kernels import scanning
from w2v.languages import is_unspaced, language_of
from w2v.vectors import Vectors
from w2v.vocabulary import FIRST_WORD, PADDING, UNKNOWN

LONGEST_MATCH = 8  # letters of a Chinese or Japanese word that is looked for


def tokens(sentence: str, form: Callable[[str], str | None], new_words: bool = False) -> list[str]:
    """Return the words of a sentence, split as `w2v train` splits it; some may be unknown to `form`.

    form       returns a word as the vocabulary has it, or None
    new_words  whether words that it does not have may be there, too

    Chinese and Japanese go through jieba or MeCab where they are installed. What they leave whole, or find and the
    vocabulary does not know, is cut into the longest words that it knows.
    """
    found: list[str] = []
    text = sentence.replace("\n", " ").encode()
    name = _segmenter(sentence)
    if name is not None:
        text, _ = segment_block(name, text)
    rule = TOKENIZERS["words"].rule(True)
    prepared, _ = rule.prepare(text)
    table = WordTable()
    numbers = table.scan(prepared, rule, 0)
    words = table.words(np.arange(len(table)))
    for number in numbers[numbers != scanning.SENTENCE_END]:
        word = words[number]
        known = form(word)
        whole = known or not is_unspaced(word) or (new_words and name is not None)
        found += [known or word] if whole else _longest_matches(word, form)
    return found


def _segmenter(sentence: str) -> str | None:
    if not is_unspaced(sentence):
        return None
    name = "mecab" if language_of(sentence, "zh") == "ja" else "jieba"
    return name if importlib.util.find_spec(TOKENIZERS[name].module) else None


def _longest_matches(text: str, form: Callable[[str], str | None]) -> list[str]:
    found, at = [], 0
    while at < len(text):
        size = next(
            (size for size in range(min(LONGEST_MATCH, len(text) - at), 0, -1) if form(text[at : at + size])), 1
        )
        found.append(form(text[at : at + size]) or text[at : at + size])
        at += size
    return found


@dataclass(frozen=True, eq=False)
class Lookup:
    """Sentences on their way into a network.

    sentences   the words of each
    vectors     where the rows come from
    ids         int64 [S, N], numbered as `w2v encode` and `w2v export` do: PADDING where a sentence has ended,
                UNKNOWN for all words that the vocabulary does not have, its own words from FIRST_WORD on
    """

    sentences: tuple[tuple[str, ...], ...]
    vectors: Vectors
    ids: npt.NDArray[np.int64]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The different words, in their order."""
        return tuple(dict.fromkeys(word for sentence in self.sentences for word in sentence))

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """Those of `words` that the vocabulary does not have."""
        return tuple(word for word in self.words if word not in self.vectors)

    def id(self, word: str) -> int:
        """Return the id of a word."""
        return self.vectors.row(word) + FIRST_WORD if word in self.vectors else UNKNOWN

    @property
    def one_hot(self) -> tuple[int, int]:
        """The shape of the one-hot matrix of all sentences: a row for each place, a column for each id."""
        return self.ids.size, len(self.vectors) + FIRST_WORD

    @cached_property
    def rows(self) -> npt.NDArray[np.float32]:
        """What comes out of the lookup, float32 [S, N, D]: zeros for padding, the mean of all rows for the unknown."""
        rows = np.zeros((*self.ids.shape, self.vectors.dim), np.float32)
        words = self.ids >= FIRST_WORD
        rows[words] = self.vectors.matrix[self.ids[words] - FIRST_WORD]
        if self.unknown:
            rows[self.ids == UNKNOWN] = self.vectors.matrix.mean(axis=0)
        return rows


def look_up(sentences: Sequence[Sequence[str]], vectors: Vectors, pad: int | None = None) -> Lookup:
    """Return sentences, lists of words, as padded ids.

    pad  the length of all sentences; by default that of the longest

    Raises UnknownWordError where no word is known, SettingsError where a sentence is longer than `pad`.
    """
    if not any(word in vectors for sentence in sentences for word in sentence):
        vectors.find(sentences[0][0])  # raises, with words of like spelling
    longest = max(map(len, sentences))
    if pad is not None and pad < longest:
        raise SettingsError(f"--pad {pad} is too short: the longest sentence has {longest} words")
    lookup = Lookup(tuple(map(tuple, sentences)), vectors, np.full((len(sentences), pad or longest), PADDING, np.int64))
    for row, words in zip(lookup.ids, sentences):
        row[: len(words)] = [lookup.id(word) for word in words]
    return lookup
