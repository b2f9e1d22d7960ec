"""Merges the rows of replicas that were trained apart from the same start.

Replicas train with `faster` times the learning rate, and the sum of their changes is divided by `faster` again. Along
the directions in which a row converges between two merges, each replica goes all the way, and this is nearer to their
mean; along all others, which they have hardly begun to follow, it is the sum of what they learnt. From some 16
replicas on, the sum still overshoots along the few directions of most curvature; there it is damped to what one thread
would have gone. A plain sum diverges there, a plain mean learns as many times too slowly as there are replicas, and
rules that treat all directions alike lost in simulation (AdaSum, Maleki et al. 2020: .286 analogies at 8 replicas,
this rule .368, one thread .368).
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel


@kernel
def merge_rows(base, replicas, ids, first, step, faster, axes, damping, levels, total, along):
    """Merge the rows ids[first::step] of all replicas. Returns how many rows of replicas had changed.

    base      float32 [V, row], where the replicas began; the merged rows, written
    replicas  float32 [R, V, row], trained apart; written: the merged rows
    ids       int32 [n]
    faster    what the replicas' rate was multiplied with
    axes      float32 [A, row], orthonormal directions; none: nothing is damped
    damping   float32 [levels, A], the share of a change along each axis that is taken away
    levels    uint8 [V], which line of `damping` is a row's
    total     float32 [row], written
    along     float32 [A], written
    """
    size = base.shape[1]
    share = np.float32(1 / faster)
    changed = 0
    for i in range(first, len(ids), step):
        id = ids[i]
        origin = base[id]
        touched = 0
        for r in range(len(replicas)):
            row = replicas[r, id]
            bits = np.int32(0)
            if r == 0:
                for d in range(size):
                    total[d] = row[d] - origin[d]
                    bits |= np.int32(row[d] != origin[d])
            else:
                for d in range(size):
                    total[d] += row[d] - origin[d]
                    bits |= np.int32(row[d] != origin[d])
            touched += bits
        if touched == 0:
            continue
        changed += touched
        for d in range(size):
            total[d] *= share
        if len(axes):
            damp(total, axes, damping[levels[id]], along)
        for d in range(size):
            origin[d] += total[d]
        for r in range(len(replicas)):
            row = replicas[r, id]
            for d in range(size):
                row[d] = origin[d]
    return changed


@kernel
def damp(total, axes, damping, along):
    """Take the share `damping` [A] of `total` [row] away along each of the orthonormal `axes` [A, row]."""
    for a in range(len(axes)):
        axis = axes[a]
        # Eight sums side by side become one vector register; rows are whole cache lines.
        sums = np.zeros(8, np.float32)
        for d in range(0, len(total), 8):
            for lane in range(8):
                sums[lane] += axis[d + lane] * total[d + lane]
        along[a] = sums.sum() * damping[a]
    for a in range(len(axes)):
        axis, less = axes[a], along[a]
        for d in range(len(total)):
            total[d] -= less * axis[d]
