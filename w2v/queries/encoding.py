"""Texts as rows of numbers for another program's embedding layer.

    0      padding
    1      a word that the vocabulary does not have
    2 ...  the words, in the order of the vocabulary: what `w2v export` gives a layer has the same rows

Texts are split by the kernel that splits corpora: this module loads numba.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from w2v.corpus.table import WordTable
from w2v.corpus.tokenizers import find_tokenizer, segment_block
from w2v.queries.texts import joined
from w2v.vocabulary import FIRST_WORD, PADDING, UNKNOWN

Ids = npt.NDArray[np.int32]


class Splitter:
    """Splits texts into words as a tokenizer does.

    tokenizer  a key of w2v.corpus.tokenizers.TOKENIZERS: the one that the vectors were trained with
    keep_case  as in training

    Raises SettingsError, MissingExtraError.
    """

    def __init__(self, tokenizer: str = "words", keep_case: bool = False) -> None:
        row = find_tokenizer(tokenizer)
        self._segment = tokenizer if row.segment else None
        self._rule = row.rule(keep_case)
        self._table = WordTable()
        self._words: list[str] = []  # that the table has numbered so far

    def split(self, text: str) -> list[str]:
        """Return the words of a text."""
        block = text.encode("utf-8", "surrogateescape")
        if self._segment:
            block, _ = segment_block(self._segment, block)
        numbers = self._table.scan(self._rule.prepare(block)[0], self._rule, 0)
        self._words += self._table.words(np.arange(len(self._words), len(self._table)))
        return [self._words[number] for number in numbers.tolist() if number >= 0]  # -1 is the end of a line


class Encoder:
    """Splits texts and looks their words up.

    words     the vocabulary
    splitter  splits as in training
    most      words in a phrase
    """

    def __init__(self, words: Sequence[str], splitter: Splitter, most: int = 1) -> None:
        self._splitter, self._most = splitter, most
        self._index = {word: id for id, word in enumerate(words, FIRST_WORD)}

    def encode(self, text: str, keep_unknown: bool = True) -> Ids:
        """Return the ids of the words of a text, int32; unknown words become UNKNOWN or are left out."""
        words = joined(self._splitter.split(text), self._index.__contains__, self._most)
        ids = [self._index.get(word, UNKNOWN) for word in words]
        return np.array([id for id in ids if keep_unknown or id != UNKNOWN], np.int32)


def pad(ids: Ids, length: int, side: str = "right", truncate_side: str = "right") -> Ids:
    """Return `ids` with PADDING on a side, or cut off on a side, so that there are `length` of them.

    >>> pad(np.array([5, 6, 7], np.int32), 4, side="left").tolist()
    [0, 5, 6, 7]
    >>> pad(np.array([5, 6, 7], np.int32), 2, truncate_side="left").tolist()
    [6, 7]
    """
    if len(ids) > length:
        return ids[:length] if truncate_side == "right" else ids[len(ids) - length :]
    padding = np.full(length - len(ids), PADDING, np.int32)
    return np.concatenate([ids, padding] if side == "right" else [padding, ids])


def stack(rows: Sequence[Ids], side: str = "right") -> Ids:
    """Return the rows as one array, int32 [rows, longest], padded on a side."""
    longest = max(map(len, rows), default=0)
    return np.array([pad(ids, longest, side) for ids in rows], np.int32).reshape(len(rows), longest)
