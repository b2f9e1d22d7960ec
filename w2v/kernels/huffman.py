"""The Huffman tree of the word counts, for hierarchical softmax: frequent words have short paths.

Huffman 1952, built from two sorted queues in linear time as in word2vec.c; Morin & Bengio 2005 for its use.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.rows import CACHE_LINE

NONE_YET = np.iinfo(np.int64).max  # the weight of a node that is not made


@kernel
def huffman_paths(counts):
    """Return the path of every word, from the root down: starts, nodes, labels.

    counts  int64 [V], falling
    starts  int64 [V + 1]: the path of word w is nodes[starts[w]:starts[w + 1]]
    nodes   int32, inner nodes, of which there are V - 1; 0 is the root, and the frequent ones have small numbers
    labels  float32, what each node of the path should score: 1 for the branch of the rarer half, 0 for the other;
            1 - code of the C program
    Behind the last path follow CACHE_LINE zeros of both, for whole registers are read.
    """
    words = len(counts)
    inner = max(words - 1, 0)
    weights = np.empty(words + inner, np.int64)
    parents = np.zeros(words + inner, np.int64)
    second = np.zeros(words + inner, np.uint8)  # whether a node is the second, larger child
    weights[:words] = counts
    weights[words:] = NONE_YET
    leaf, node = words - 1, words  # the least of the leaves and of the inner nodes that have no parent yet
    for made in range(words, words + inner):
        both = 0
        for child in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                least = leaf
                leaf -= 1
            else:
                least = node
                node += 1
            parents[least] = made
            second[least] = child
            both += weights[least]
        weights[made] = both
    root = words + inner - 1
    starts = np.zeros(words + 1, np.int64)
    for word in range(words):
        at, length = word, 0
        while at != root:
            at = parents[at]
            length += 1
        starts[word + 1] = starts[word] + length
    nodes = np.zeros(starts[words] + CACHE_LINE, np.int32)
    labels = np.zeros(starts[words] + CACHE_LINE, np.float32)
    for word in range(words):
        at = word
        for place in range(starts[word + 1] - 1, starts[word] - 1, -1):
            labels[place] = 1 - second[at]
            at = parents[at]
            nodes[place] = root - at
    return starts, nodes, labels
