"""A corpus as the trainer takes it: a vocabulary, a stream of ids, and the account of what became of the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.defaults import Size
from w2v.settings import TrainSettings
from w2v.vocabulary import Vocabulary

AT_ONCE = 1 << 22  # ids


class FileAccount(NamedTuple):
    """What became of one file: `tokens == kept + joined + dropped`; the stream's [start, stop) holds what was kept.

    name         as it was given or found
    bytes        of text, after decompression
    tokens       read
    kept         of words in the vocabulary, a phrase as one
    undecodable  bytes that were no text: no UTF-8, or zero
    joined       tokens that went into the phrase of the token before them
    """

    name: str
    bytes: int
    tokens: int
    kept: int
    undecodable: int
    start: int
    stop: int
    joined: int = 0

    @property
    def dropped(self) -> int:
        """Tokens whose word is not in the vocabulary."""
        return self.tokens - self.kept - self.joined


@dataclass(frozen=True)
class Account:
    """What was read and what became of it; `tokens == kept + joined + dropped`, always.

    files              how many sources were read
    bytes              of text, after decompression
    tokens, types      read: occurrences, and different words, phrases among them
    kept, dropped      tokens of words in the vocabulary, and of words below min-count, beyond max-vocab, not in vocab
    joined             tokens that went into the phrase of the token before them
    sentences          lines that hold a token that was kept
    undecodable        bytes that were no UTF-8 and became U+FFFD, or zero and became blanks
    segment_with       tokenizers that would find words in a text that looks unsegmented, else nothing
    by_file            the same for each file
    notes              a line on each thing that the numbers do not say: what was passed over, a file that grew
    dropped_words      the most frequent words that were dropped, with their counts
    """

    files: int
    bytes: int
    tokens: int
    types: int
    kept: int
    sentences: int
    undecodable: int
    segment_with: tuple[str, ...] = ()
    by_file: tuple[FileAccount, ...] = field(default=(), compare=False)  # the sums say the same
    notes: tuple[str, ...] = field(default=(), compare=False)  # they name paths
    dropped_words: tuple[tuple[str, int], ...] = ()
    joined: int = 0

    @classmethod
    def of(cls, by_file: Sequence[FileAccount], **more: Any) -> Account:
        """Return the account of some files, whose numbers are added up unless `more` gives them."""
        names = ("bytes", "tokens", "kept", "undecodable", "joined")
        sums = {name: sum(getattr(file, name) for file in by_file) for name in names}
        return cls(**{"files": len(by_file), **sums, "by_file": tuple(by_file), **more})

    @property
    def dropped(self) -> int:
        """Tokens whose word is not in the vocabulary."""
        return self.tokens - self.kept - self.joined


def in_pieces(
    ids: npt.NDArray[np.int32], start: int = 0, stop: int | None = None
) -> Iterator[tuple[int, npt.NDArray[np.int32]]]:
    """Yield ids[start:stop] in pieces, each with its place; the ids may be on other machines."""
    stop = len(ids) if stop is None else stop
    for first in range(start, stop, AT_ONCE):
        yield first, ids[first : min(first + AT_ONCE, stop)]


class ReadProgress(NamedTuple):
    """How far reading has come.

    done, total  bytes on disk, of how many (0 if unknown); ids of the text, in a pass that looks for phrases
    tokens       found
    number       of the pass that looks for phrases, 0 before
    """

    done: int
    total: int
    tokens: int
    number: int = 0


Report = Callable[[ReadProgress], None]


class Expected(NamedTuple):
    """What a corpus will be.

    ids    tokens and sentence ends: those of the part that was read, in proportion to its bytes on disk; where
           the total is unknown, those that were read
    words  that will be kept, at least: those that one thread has counted often enough by now
    """

    ids: int
    words: int


Check = Callable[[Expected], None]  # raises ResourceError where there is no room for it


class Phrase(NamedTuple):
    """Words that were joined, how often, and the score that said so."""

    word: str
    times: int
    score: float


@dataclass(frozen=True, eq=False)
class EncodedCorpus:
    """A text as numbers, read once.

    vocabulary  the words
    stream      int32 [kept + sentences]: ids, and SENTENCE_END (-1) after each sentence; memory-mapped if large.
                One stream with marks, not ids and an array of starts: 4 bytes a sentence instead of 8,
                and a kernel can begin anywhere without a search.
    account     what became of the text
    settings    what it was read with, where that is known
    phrases     that were found in it, the most frequent first
    kind        "text", "items" or "graph": what was read
    lines       int32 [sentences], the number of each sentence's line in its file; where documents are lines
    """

    vocabulary: Vocabulary
    stream: npt.NDArray[np.int32]
    account: Account
    settings: TrainSettings | None = None
    phrases: tuple[Phrase, ...] = ()
    kind: str = "text"
    lines: npt.NDArray[np.int32] | None = None

    @property
    def size(self) -> Size:
        """What settings are chosen by."""
        tokens = self.vocabulary.tokens
        return Size(tokens, self.vocabulary.counts, tokens / max(self.account.sentences, 1), self.kind)

    def __post_init__(self) -> None:
        assert self.stream.dtype == np.int32
        assert len(self.stream) == self.account.kept + self.account.sentences

    def __repr__(self) -> str:
        return f"EncodedCorpus({len(self.vocabulary):,} words, {self.account.kept:,} tokens of {self.account.tokens:,})"
