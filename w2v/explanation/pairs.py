"""One word, its contexts and some negatives: what skip-gram makes of a sentence, and one step of SGD.

Mikolov et al. 2013b, eq. 4. Plain numpy, for this is shown, not timed; `tests/explanation` compares it with the same
slow twins as the training kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from w2v.explanation.toy import Toy
from w2v.kernels import negatives, random

Floats = npt.NDArray[np.float64]


def contexts_of(sentence: Sequence[str], window: int) -> list[tuple[str, list[str]]]:
    """Return each word of a sentence with the words up to `window` places away: the pairs of skip-gram.

    >>> contexts_of(["a", "b", "c"], 1)
    [('a', ['b']), ('b', ['a', 'c']), ('c', ['b'])]
    """
    return [
        (word, [*sentence[max(0, i - window) : i], *sentence[i + 1 : i + 1 + window]])
        for i, word in enumerate(sentence)
    ]


def draw_negatives(toy: Toy, word: str, others: Sequence[str], count: int, seed: int = 1) -> list[str]:
    """Return up to `count` different words drawn by count^0.75 that are neither `word` nor among `others`.

    These are the draws of the training kernel for this word, at the first place of a corpus.
    """
    ids = np.array([toy.vectors.row(word)], np.int32)
    bits = np.array([random.token_bits(random.token_key(seed, 0), 0)], np.uint64)
    drawn = np.empty((16 * count, 1), np.int32)  # enough that `count` different ones are among them
    negatives.draw_negatives(ids, bits, random.noise_table(toy.counts, 0.75), drawn, np.empty(1, np.int32))
    different = dict.fromkeys(toy.words[id] for id in drawn[:, 0])
    return [negative for negative in different if negative != word and negative not in others][:count]


@dataclass(frozen=True, eq=False)
class Window:
    """A word against its contexts and its negatives.

    word       the center
    contexts   words; the same one may occur twice
    targets    float64 [n], 1 for a context of the text, 0 for a negative
    row        float64 [D], of `word` in the matrix of words
    others     float64 [n, D], of `contexts` in the matrix of contexts
    """

    word: str
    contexts: tuple[str, ...]
    targets: Floats
    row: Floats
    others: Floats

    @cached_property
    def dots(self) -> Floats:
        """The dot product of the word's row with each of the others, float64 [n]."""
        dots: Floats = self.others @ self.row
        return dots

    @cached_property
    def sigmoids(self) -> Floats:
        """The dot products between 0 and 1: the probability that the pair is from the text, float64 [n]."""
        sigmoids: Floats = 1 / (1 + np.exp(-self.dots))
        return sigmoids

    @cached_property
    def errors(self) -> Floats:
        """How far the target is above the sigmoid, float64 [n]."""
        return self.targets - self.sigmoids

    @cached_property
    def loss(self) -> float:
        """The sum of -log of the probability that the model gave to each target."""
        return float(-np.log(1 - np.abs(self.errors)).sum())

    def step(self, rate: float) -> Window:
        """Return the window after one step of SGD: each side has moved by the other as it was."""
        row = self.row + rate * (self.errors @ self.others)
        # A context that occurs twice has one row, moved twice.
        same = np.array([[a == b for b in self.contexts] for a in self.contexts], np.float64)
        others = self.others + rate * np.outer(same @ self.errors, self.row)
        return replace(self, row=row, others=others)


def open_window(toy: Toy, word: str, contexts: Sequence[str], negatives: Sequence[str]) -> Window:
    """Return a word's window on a trained model."""
    row = toy.vectors.row
    everyone = (*contexts, *negatives)
    return Window(
        word,
        everyone,
        np.array([1.0] * len(contexts) + [0.0] * len(negatives)),
        toy.input[row(word)].astype(np.float64),
        toy.output[[row(other) for other in everyone]].astype(np.float64),
    )


def softmax_loss(toy: Toy, window: Window) -> float:
    """Return the loss of the window's contexts under the full softmax, which asks the whole vocabulary each time."""
    dots = toy.output.astype(np.float64) @ window.row
    total = dots.max() + np.log(np.exp(dots - dots.max()).sum())
    real = [context for context, target in zip(window.contexts, window.targets) if target == 1]
    return float(sum(total - dots[toy.vectors.row(context)] for context in real))
