"""The vocabulary: which words there are, and how often each occurred.

In a file it is as the C program reads and writes it with -read-vocab and -save-vocab:

    </s> sentences\\n
    word count\\n          the most frequent first
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from w2v.errors import CorpusError, OutputError
from w2v.files import replacing

# The rows of an embedding layer, and so the ids of an encoded text: padding, all unknown words, then the
# words in the order of the vocabulary. This is the order that Keras's TextVectorization has.
PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
END_OF_SENTENCE = "</s>"  # the first word of the C program
LONGEST_LINE = 1 << 16  # of a file of counts
DIGITS = 18  # of a count
BLANKS = (" ", "\t", "\r", "\n")
JOINT = "_"  # between the words of a phrase that is a word of the vocabulary


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words by falling count; a word's id is its position.

    words   tuple of str, V    ties in order of first appearance
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


def most_frequent(
    counts: npt.NDArray[np.int64], least: int, most: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
    """Return the numbers of `most` words that occur `least` times, in their order; and the id of each number, or -1.

    counts  int64 [types]; of equal ones the first comes first
    """
    kept = np.argsort(-counts, kind="stable")[: min(np.count_nonzero(counts >= least), most)]
    ids = np.full(len(counts), -1, np.int32)
    ids[kept] = np.arange(len(kept), dtype=np.int32)
    return kept, ids


def read_counts(path: str | os.PathLike[str], encoding: str = "utf-8") -> dict[str, int]:
    """Return the words and counts of a file, without that of the end of a sentence. Raises CorpusError with the line.

    encoding  of words that are not UTF-8, which w2v writes; the C program writes that of its corpus
    """
    counts: dict[str, int] = {}
    try:
        with Path(path).open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                fields = line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").split()
                if not fields:
                    continue
                if len(fields) != 2 or not fields[1].isdigit() or len(fields[1]) > DIGITS or len(line) == LONGEST_LINE:
                    raise CorpusError(path, "expected a word and its count, with a blank between", number)
                try:
                    word = fields[0].decode()
                except UnicodeDecodeError:
                    word = fields[0].decode(encoding)
                if word in counts:
                    raise CorpusError(path, f"{word} occurs a second time", number)
                counts[word] = int(fields[1])
    except OSError as error:
        raise CorpusError(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise CorpusError(
            path, f"is not in {encoding}; --encoding says what it is, as of the corpus", number
        ) from error
    counts.pop(END_OF_SENTENCE, None)
    if not counts:
        raise CorpusError(path, "no words in it; lines of a word and its count are expected")
    return counts


def write_counts(vocabulary: Vocabulary, sentences: int, path: str | os.PathLike[str]) -> None:
    """Write words and counts into a file. Raises OutputError, also where a word holds a blank."""
    rows = [(END_OF_SENTENCE, sentences), *zip(vocabulary.words, vocabulary.counts.tolist())]
    for word, _ in rows:
        if any(blank in word for blank in BLANKS):
            raise OutputError(path, f"has no place for the word {word!r}, which holds a blank or a line end")
    with replacing(path) as file:
        file.write("".join(f"{word} {count}\n" for word, count in rows if word != END_OF_SENTENCE or count).encode())
