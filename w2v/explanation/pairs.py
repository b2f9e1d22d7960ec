"""What an objective makes of a word and its contexts: inputs, outputs, what each output should score, and one step.

Mikolov et al. 2013a (CBOW), 2013b, eq. 3 (hierarchical softmax) and 4 (negative sampling); Pennington et al. 2014,
eq. 8 (GloVe). Plain numpy, for this is shown, not timed; `tests/explanation` compares it with the same slow twins as
the training kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from w2v.explanation.toy import Toy
from w2v.kernels import huffman, negatives, random
from w2v.kernels.strata import POWER

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
    """A word in its window: the mean of some inputs against some outputs.

    word     the center
    asked    the words that are to be recognised
    inputs   words; skip-gram has one, CBOW the contexts
    outputs  words, or the numbers of nodes; the same one may occur twice
    targets  float64 [n], 1 or 0: whether the word is from the text, or which way the path turns at the node
    rows     float64 [m, D], of `inputs` in the matrix of words
    others   float64 [n, D], of `outputs` in the other matrix
    """

    word: str
    asked: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    targets: Floats
    rows: Floats
    others: Floats

    @cached_property
    def row(self) -> Floats:
        """The mean of the rows, float64 [D]."""
        mean: Floats = self.rows.mean(axis=0)
        return mean

    @property
    def points(self) -> Floats:
        """What a picture shows: the mean, then the others, float64 [1 + n, D]."""
        return np.vstack([self.row, self.others])

    @cached_property
    def dots(self) -> Floats:
        """The dot product of the mean with each of the others, float64 [n]."""
        dots: Floats = self.others @ self.row
        return dots

    @cached_property
    def answers(self) -> Floats:
        """The dot products between 0 and 1: the probability of the target 1, float64 [n]."""
        answers: Floats = 1 / (1 + np.exp(-self.dots))
        return answers

    @cached_property
    def errors(self) -> Floats:
        """How far the target is above the answer, float64 [n]."""
        return self.targets - self.answers

    @property
    def probabilities(self) -> Floats:
        """The probability that the model gives to each target, float64 [n]."""
        return 1 - np.abs(self.errors)

    @property
    def loss(self) -> float:
        """The sum of -log of the probability that the model gave to each target."""
        return float(-np.log(self.probabilities).sum())

    def step(self, rate: float) -> Window:
        """Return the window after one step of SGD: each side has moved by the other as it was.

        Each input moves by the whole of what is owed to the mean, as in the C program.
        """
        # A word that occurs twice has one row, moved twice.
        owed = rate * np.outer(_same(self.inputs).sum(axis=1), self.errors @ self.others)
        others = self.others + rate * np.outer(_same(self.outputs) @ self.errors, self.row)
        return replace(self, rows=self.rows + owed, others=others)


@dataclass(frozen=True, eq=False)
class Counted(Window):
    """A word of GloVe against its contexts, each once. The targets are log X.

    Rows are [1, D + 2] and [n, D + 2]: D numbers, a bias and a 1, see `w2v.kernels.strata`.

    counts   float64 [n], X
    weights  float64 [n], f(X)
    squares  float64 [D + 2] and [n, D + 2], 1 and the sum of the squares of the steps of each number so far
    """

    counts: Floats
    weights: Floats
    squares: tuple[Floats, Floats]

    @property
    def points(self) -> Floats:
        """As of a window, without biases."""
        return super().points[:, :-2]

    @property
    def answers(self) -> Floats:
        """What stands for log X: the dot product of the rows and both biases, float64 [n]."""
        return self.dots

    @property
    def loss(self) -> float:
        """The sum of weight / 2 * error^2."""
        return float((self.weights * self.errors**2).sum() / 2)

    def step(self, rate: float) -> Counted:
        """Return the window after a step of AdaGrad for each pair, one after the other."""
        row, others = self.row.copy(), self.others.copy()
        g, gs = self.squares[0].copy(), self.squares[1].copy()
        for i, (target, weight) in enumerate(zip(self.targets, self.weights)):
            pull = rate * weight * (target - row @ others[i])
            to_row, to_other = pull * others[i], pull * row
            row, others[i] = row + to_row / np.sqrt(g), others[i] + to_other / np.sqrt(gs[i])
            g, gs[i] = g + to_row**2, gs[i] + to_other**2
            row[-1] = others[i, -2] = 1
        return replace(self, rows=row[None], others=others, squares=(g, gs))


def _same(words: Sequence[str]) -> Floats:
    """Return 1 where two places have the same word, else 0, float64 [n, n]."""
    return np.array([[a == b for b in words] for a in words], np.float64)


def open_window(toy: Toy, word: str, contexts: Sequence[str], negatives: Sequence[str] = ()) -> Window:
    """Return a word's window on a trained model, as its objective sees it.

    contexts   words; skip-gram with a tree takes one
    negatives  words, where the loss has such
    """
    row = toy.vectors.row
    if toy.settings.objective == "glove":
        return _counted(toy, word, tuple(dict.fromkeys(contexts)))
    inputs, asked = ((word,), contexts) if toy.settings.objective == "skipgram" else (tuple(contexts), (word,))
    rows = toy.input[[row(other) for other in inputs]].astype(np.float64)
    if toy.settings.loss == "hs":
        paths = huffman.huffman_paths(toy.counts)
        path = slice(*paths[0][row(asked[0]) :][:2])
        outputs, nodes, targets = tuple(map(str, paths[1][path])), paths[1][path], paths[2][path].astype(np.float64)
    else:
        outputs = (*asked, *negatives)
        nodes = np.array([row(other) for other in outputs])
        targets = np.array([1.0] * len(asked) + [0.0] * len(negatives))
    return Window(word, tuple(asked), inputs, outputs, targets, rows, toy.output[nodes].astype(np.float64))


def _counted(toy: Toy, word: str, contexts: tuple[str, ...]) -> Counted:
    half = toy.rows.input.shape[1] // 2
    numbers = np.s_[: toy.settings.dim + 2], np.s_[half : half + toy.settings.dim + 2]
    own, others = toy.vectors.row(word), [toy.vectors.row(other) for other in contexts]
    row, squares = (toy.rows.input[own, part].astype(np.float64) for part in numbers)
    rows, more_squares = (toy.rows.output[others, part].astype(np.float64) for part in numbers)
    counts = np.array([toy.count(word, other) for other in contexts])
    weights = np.minimum((counts / toy.settings.x_max) ** POWER, 1)
    return Counted(
        word, contexts, (word,), contexts, np.log(counts), row[None], rows, counts, weights, (squares, more_squares)
    )


def softmax_loss(toy: Toy, window: Window) -> float:
    """Return the loss of what has the target 1 under the full softmax, which asks the whole vocabulary each time."""
    dots = toy.output.astype(np.float64) @ window.row
    total = dots.max() + np.log(np.exp(dots - dots.max()).sum())
    real = [output for output, target in zip(window.outputs, window.targets) if target == 1]
    return float(sum(total - dots[toy.vectors.row(output)] for output in real))
