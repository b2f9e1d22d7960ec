"""Sequences of items as rows of vectors, and the cases of an evaluation: what came before, and what came next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from w2v.corpus import EncodedCorpus
from w2v.errors import W2VError
from w2v.vectors import Vectors

Rows = npt.NDArray[np.int64]
UNKNOWN = -1
LEAK_LENGTH, LEAK_SHARE = 4, 0.01  # of diginetica's test sessions of 4 clicks or more, 0.13 % are in its training


@dataclass(frozen=True, eq=False)
class Sequences:
    """Sequences, one behind the other.

    rows    int64 [N], the row of each item, UNKNOWN where the vectors have none
    starts  int64 [S + 1], sequence s is rows[starts[s]:starts[s + 1]]
    """

    rows: Rows
    starts: Rows

    @classmethod
    def of(cls, corpus: EncodedCorpus, vectors: Vectors) -> Sequences:
        """Return the sequences of a corpus of which no item was dropped."""
        known = [vectors.index.get(word, UNKNOWN) for word in corpus.vocabulary.words]
        ends = np.flatnonzero(corpus.stream < 0)
        rows = np.array(known, np.int64)[corpus.stream[corpus.stream >= 0]]
        return cls(rows, np.concatenate(([0], ends - np.arange(len(ends)))))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> Rows:
        return self.rows[self.starts[number] : self.starts[number + 1]]

    def known(self) -> Sequences:
        """Return the sequences without items that the vectors lack."""
        kept = self.rows != UNKNOWN
        return Sequences(self.rows[kept], np.concatenate(([0], np.cumsum(kept)))[self.starts])

    def counts(self, size: int) -> Rows:
        """Return how often each of `size` rows occurs, int64 [size]."""
        return np.bincount(self.rows[self.rows != UNKNOWN], minlength=size)


def known_histories(
    histories: Iterable[tuple[str, list[str]]], vectors: Vectors, notes: list[str]
) -> dict[str, list[str]]:
    """Return what each user met, as ids that the vectors have; who met none of them is left out, with a note.

    Raises W2VError where nobody is left.
    """
    found: dict[str, list[str]] = {}
    form_of: dict[str, str | None] = {}
    events = users = 0
    for user, history in histories:
        form_of |= {item: vectors.form(item) for item in history if item not in form_of}
        known = [form for item in history if (form := form_of[item]) is not None]
        events += len(history) - len(known)
        if known:
            found[user] = known
        else:
            users += 1
    if not found:
        raise W2VError(f"none of {len(form_of):,} items is in the vocabulary: are these ids of another table?")
    if events:
        unknown = sum(form is None for form in form_of.values())
        notes.append(
            f"not in the vocabulary: {unknown:,} of {len(form_of):,} items, in {events:,} events;"
            f" {users:,} of {len(found) + users:,} users met no others and have no answer"
        )
    return found


@dataclass(frozen=True, eq=False)
class Cases:
    """What is asked: after each history, what came next?

    histories  rows, the last one last, none of them UNKNOWN
    targets    int64 [N], the row of what came next, UNKNOWN where the vectors lack it
    """

    histories: list[Rows]
    targets: Rows

    @classmethod
    def last_of(cls, sequences: Sequences, history: int | None, most: int, rng: np.random.Generator) -> Cases:
        """Return the last item of each sequence after up to `history` items before it; of `most` sequences drawn."""
        long = np.flatnonzero(np.diff(sequences.starts) > 1)
        if len(long) > most:
            long = np.sort(rng.choice(long, most, replace=False))
        histories, targets = [], []
        for number in long.tolist():
            *before, last = sequences[number].tolist()
            before = before[-history:] if history else before
            histories.append(np.array([row for row in before if row != UNKNOWN], np.int64))
            targets.append(last)
        return cls(histories, np.array(targets, np.int64))

    def __len__(self) -> int:
        return len(self.targets)


def check_apart(vectors: Vectors, test: Sequences, train: Sequences | None, held_out: bool = False) -> None:
    """Raise W2VError where the vectors have seen the answers.

    train     what they were trained on, where that is known
    held_out  what is asked for was taken from these sequences' ends: their beginnings may be the same
    """
    if vectors.counts is None:
        return
    counts, asked = np.asarray(vectors.counts), test.counts(len(vectors))
    if train is None:
        if np.array_equal(counts, asked):
            raise W2VError("a leak: the vectors were trained on these very sequences; train on others, or with --split")
        return
    seen = train.counts(len(vectors))
    if np.array_equal(counts, seen + asked):
        raise W2VError("a leak: the vectors were trained on the test too; train on the training part alone")
    if not np.array_equal(counts, seen):
        raise W2VError(
            f"the vectors were not trained on the training part that is named: they counted {counts.sum():,} events,"
            f" it holds {seen.sum():,} of the same items; have they seen the test? Name what they were trained on"
        )
    if not held_out:
        _check_repeated(test, train)


def _check_repeated(test: Sequences, train: Sequences) -> None:
    long = [number for number in range(len(test)) if len(test[number]) >= LEAK_LENGTH]
    whole = {train[number].tobytes() for number in range(len(train))}
    repeated = sum(test[number].tobytes() in whole for number in long)
    if repeated > LEAK_SHARE * len(long):
        raise W2VError(
            f"a leak: {repeated:,} of {len(long):,} sequences of {LEAK_LENGTH} items or more occur in the training part"
            " as a whole; take them out of one of the two"
        )
