"""Random walks over a graph: where the programs for graph embeddings spend most of their time.

DeepWalk (Perozzi et al. 2014) goes to any neighbor; node2vec (Grover & Leskovec 2016) weighs the way back with 1 / p
and the way to where the last node's neighbors are not with 1 / q. Neighbors are drawn by their weights and then
accepted or not (as in KnightKing, Yang et al. 2019): no table for each pair of nodes, of which there are many.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.random import HALF, LOW, bits_at
from w2v.kernels.windows import SENTENCE_END


@kernel
def walk(offsets, neighbors, summed, starts, key, length, p, q, out):
    """Walk from each of some nodes; a walk ends early where there is no way on.

    offsets    int64 [V + 1], the edges of node v are neighbors[offsets[v]:offsets[v + 1]]
    neighbors  int32 [E], ascending within a node's edges
    summed     float64 [E], the weights of each node's edges, added up along them; or [0], where all weigh the same
    starts     int32 [N]
    key        uint64, the key of the random numbers of these walks, which follow from it, start and step
    length     nodes of a walk
    out        int32 [N * (length + 1)], written: walks, each with SENTENCE_END behind it

    Returns how much of `out` was written.
    """
    # What a neighbor is accepted with, so that the largest of the three is certain.
    most = max(1.0, 1.0 / p, 1.0 / q)
    back, near, far = 1.0 / p / most, 1.0 / most, 1.0 / q / most
    biased = back != near or far != near
    size = 0
    for n in range(len(starts)):
        node, last, drawn = starts[n], np.int32(-1), 0
        own = bits_at(key, node)
        out[size] = node
        size += 1
        for _ in range(length - 1):
            first, end = offsets[node], offsets[node + 1]
            if first == end:
                break
            while True:
                bits = bits_at(own, drawn)
                drawn += 1
                if len(summed):
                    wanted = np.float64(bits >> HALF) / 2.0**32 * summed[end - 1]
                    at = first + np.searchsorted(summed[first:end], wanted, side="right")
                else:
                    at = first + np.int64(((bits >> HALF) * np.uint64(end - first)) >> HALF)
                next = neighbors[min(at, end - 1)]
                if not biased or last < 0:
                    break
                accepted = far
                if next == last:
                    accepted = back
                elif is_edge(offsets, neighbors, last, next):
                    accepted = near
                if np.float64(bits & LOW) < accepted * 2.0**32:
                    break
            last, node = node, next
            out[size] = node
            size += 1
        out[size] = SENTENCE_END
        size += 1
    return size


@kernel
def is_edge(offsets, neighbors, node, other):
    """Return whether `other` is a neighbor of `node`."""
    low, high = offsets[node], offsets[node + 1]
    while low < high:
        middle = (low + high) // 2
        if neighbors[middle] < other:
            low = middle + 1
        else:
            high = middle
    return low < offsets[node + 1] and neighbors[low] == other
