"""What every training kernel is given, and what it returns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Paths(NamedTuple):
    """The path of each word in the Huffman tree, see `w2v.kernels.huffman`; empty where the loss needs none.

    starts  int64 [V + 1]
    nodes   int32, rows of the output table
    labels  float32
    """

    starts: npt.NDArray[np.int64] = np.zeros(1, np.int64)
    nodes: npt.NDArray[np.int32] = np.zeros(0, np.int32)
    labels: npt.NDArray[np.float32] = np.zeros(0, np.float32)


class Bags(NamedTuple):
    """The input rows of each word, its own and those of its n-grams; empty where a word has its own alone.

    starts  int64 [V + 1]
    rows    int32
    """

    starts: npt.NDArray[np.int64] = np.zeros(1, np.int64)
    rows: npt.NDArray[np.int32] = np.zeros(0, np.int32)


class Work(NamedTuple):
    """What is trained on. Arrays and nothing else: it can be sent to another process as it is.

    stream  int32 [L], ids with SENTENCE_END behind each sentence
    keep    uint32 [V], see `w2v.kernels.random.keep_limits`
    noise   uint64 [2 G], see `w2v.kernels.random.noise_table`
    paths   see Paths
    bags    see Bags
    """

    stream: npt.NDArray[np.int32]
    keep: npt.NDArray[np.uint32]
    noise: npt.NDArray[np.uint64]
    paths: Paths = Paths()
    bags: Bags = Bags()


class Rows(NamedTuple):
    """The two tables that are trained, moved in place; rows of whole cache lines, aligned.

    input   float32 [V, row]  of the words in a window (`syn0` in the C program): they become the vectors; with subwords
            [V + B, row], behind them the rows of n-grams
    output  float32 [V, row]  of what they predict: words (`syn1neg`), or nodes of the tree (`syn1`)
    """

    input: npt.NDArray[np.float32]
    output: npt.NDArray[np.float32]


class Tally(NamedTuple):
    """What became of a span.

    tokens   ids in it, before subsampling
    centers  tokens trained
    pairs    pairs of a center and a context among the centers whose loss was added up, one in 32 at random
    loss     their loss, the sum over outputs of -log P(label)
    finite   whether the rows last moved still are
    """

    tokens: int
    centers: int
    pairs: int
    loss: float
    finite: bool
