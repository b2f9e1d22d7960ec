"""The vocabulary: which words there are, and how often each occurred."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

# The rows of an embedding layer, and so the ids of an encoded text: padding, all unknown words, then the
# words in the order of the vocabulary. This is the order that Keras's TextVectorization has.
PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
END_OF_SENTENCE = "</s>"  # the first word of the C program
JOINT = "_"  # between the words of a phrase that is a word of the vocabulary


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words by falling count; a word's id is its position.

    words   tuple of str, V    ties stand in order of first appearance
    counts  int64 [V]          never increases with the id
    titles  tuple of str, V    what they are called, "" where unknown, if the words are ids of things; else None
    """

    words: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    titles: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        assert self.counts.dtype == np.int64
        assert self.counts.shape == (len(self.words),)

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def index(self) -> dict[str, int]:
        """The id of each word."""
        return {word: id for id, word in enumerate(self.words)}

    @property
    def tokens(self) -> int:
        """How many tokens of the corpus are words of this vocabulary."""
        return int(self.counts.sum())
