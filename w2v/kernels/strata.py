"""GloVe: the logarithms of co-occurrences are learnt by AdaGrad, by threads that never meet.

Pennington et al. 2014, eq. 8, with the steps of Stanford's program: for each pair of words i, j with X[i, j] > 0

    loss = f(X) / 2 * (w_i . c_j + b_i + b'_j - log X)^2        f(X) = min(1, (X / x_max)^(3/4))

is lowered by AdaGrad (Duchi et al. 2011): each number has a rate of its own, the learning rate divided by the root of
1 + the sum of the squares of its steps so far.

Threads share the tables without races, replicas or locks (Gemulla et al. 2011, "Large-scale matrix factorization with
distributed stochastic gradient descent"): the words are dealt to S parts, and so X falls into S x S blocks. A *stratum*
is S blocks of which no two share a row or a column: each part of the words with another part of the contexts. Its
blocks are trained side by side, by any number of threads, with the same bits; S strata make an epoch.

In which order strata come, and pairs within a block, follows from seed and epoch alone.

A row holds twice `half` numbers: dim numbers, a bias, a 1 and zeros; then the sum of squares of each. Where an input
row has its bias, an output row has the 1, and the other way round: so the dot product of two rows is w . c + b + b',
and a bias is moved like any other number. The ones are put back after each step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import types
from numba.extending import intrinsic

from w2v.kernels.barrier import fetch, fetch_add, wait_for_all
from w2v.kernels.compiler import kernel
from w2v.kernels.emit import BYTES, fma, load, loop, rsqrt, splat, store
from w2v.kernels.random import epoch_key, mix
from w2v.kernels.rounds import CENTERS, DIVERGED, ENDED, LOSS, PAIRS, STOP, TOKENS
from w2v.kernels.rows import LARGEST_SUM, address, aligned_zeros
from w2v.kernels.tiles import dot_rows, prefetch_rows

POWER = 0.75  # of the weight f
ARRIVED, CLAIMED, LAST = 16, 32, 40  # in what threads share, beside what `w2v.kernels.rounds` has there
AHEAD = 2  # pairs between asking for rows and needing them


class Cooccurrences(NamedTuple):
    """Pairs of words, see `w2v.kernels.cooccurrences`.

    parts   S
    blocks  int64 [S * S + 1], pairs blocks[b] : blocks[b + 1] are those of block b
    tokens  int64 [S * S + 1], tokens of the text that count as seen when the blocks before b were trained
    ids     uint32 [N, 2], column 0
    logs    float32 [N, 2], column 1
    """

    parts: int
    blocks: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    ids: npt.NDArray[np.uint32]
    logs: npt.NDArray[np.float32]


class Glove(NamedTuple):
    """The numbers of a run: dim, the learning rate, log x_max, and the seed."""

    dim: int
    rate: float
    most: float
    seed: int


@intrinsic
def move_by_adagrad(_: Any, x: Any, y: Any, step: Any, bytes: Any) -> Any:
    """Move two rows by step * each other, number by number at its own rate; the sums of squares follow behind `bytes`.

    The root is taken to a few millionths (see `rsqrt`): it only says how long a step is.
    """

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        x, y, step, bytes = args
        step = splat(b, step)
        with loop(b, bytes, step=BYTES) as row:
            at = [b.add(x, row.index), b.add(y, row.index)]
            were = [load(b, place) for place in at]
            for place, was, other in zip(at, were, reversed(were)):
                behind = b.add(place, bytes)
                squares, by = load(b, behind), b.fmul(step, other)
                store(b, fma(b, by, rsqrt(b, squares), was), place)
                store(b, fma(b, by, by, squares), behind)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32, types.int64), emit


@kernel
def stride_of(bits, count):
    """Return a number that has no divisor with `count` in common: steps of that length visit all numbers below it."""
    stride = 1 + np.int64(bits % np.uint64(count))
    while True:
        a, rest = count, stride
        while rest:
            a, rest = rest, a % rest
        if a == 1:
            return stride
        stride = stride % count + 1


@kernel
def train_block(p, q, epoch, pairs, rows, plan):
    """Train the pairs of words of part p with contexts of part q; returns how many, their loss, and if all is finite.

    rows  see `w2v.kernels.objectives.types`: [V, 2 * half]
    """
    parts = pairs.parts
    block = min(p, q) * parts + max(p, q)
    first, size = pairs.blocks[block], pairs.blocks[block + 1] - pairs.blocks[block]
    # A pair is kept once and trained both ways; of a block on the diagonal both are in here.
    count = 2 * size if p == q else size
    loss, trained, dim = 0.0, 0, plan.dim
    if count == 0:
        return trained, loss, True
    row_bytes = np.int64(4 * rows.input.shape[1])
    half = row_bytes // 2
    inputs, outputs = address(rows.input) + p * row_bytes, address(rows.output) + q * row_bytes
    key = mix(epoch_key(plan.seed, epoch) + np.uint64(p * parts + q))
    stride, at = stride_of(key, count), np.int64(mix(key) % np.uint64(count))
    ring = np.empty((AHEAD + 1, 2), np.int64)  # the rows of this pair and the next ones
    pair = np.empty(AHEAD + 1, np.int64)
    finite = True
    for n in range(count + AHEAD):
        slot = n % (AHEAD + 1)
        if n < count:
            turned = p > q or at >= size
            i = first + (at - size if at >= size else at)
            both = pairs.ids[i, 0]
            word, context = np.int64(both >> np.uint32(16)), np.int64(both & np.uint32(0xFFFF))
            if turned:
                word, context = context, word
            # A word beside itself is on the diagonal of the diagonal: there is one such pair, not two.
            pair[slot] = -1 if p == q and turned and word == context else i
            ring[slot, 0] = inputs + word * parts * row_bytes
            ring[slot, 1] = outputs + context * parts * row_bytes
            prefetch_rows(address(ring) + 16 * slot, row_bytes, (0, 0))
            at += stride
            at -= count if at >= count else 0
        slot = (n + 1) % (AHEAD + 1)
        if n < AHEAD or pair[slot] < 0:
            continue
        x, y, log = ring[slot, 0], ring[slot, 1], pairs.logs[pair[slot], 1]
        error = log - dot_rows(x, y, half)
        if not abs(error) < LARGEST_SUM:
            finite = False
            break
        weight = np.exp(np.float32(POWER) * min(log - np.float32(plan.most), np.float32(0)))
        loss += np.float64(weight * error * error)
        trained += 1
        move_by_adagrad(x, y, np.float32(plan.rate) * weight * error, half)
        keep_one(x, 4 * (dim + 1))
        keep_one(y, 4 * dim)
    return trained, loss / 2, finite


@intrinsic
def keep_one(_: Any, row: Any, offset: Any) -> Any:
    """Put a 1 back."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        one = ctx.get_constant(types.float32, 1.0)
        b.store(one, b.inttoptr(b.add(*args), one.type.as_pointer()))
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), emit


@kernel
def shift_of(round, parts, seed):
    """Return how far the contexts of a stratum are from its words, and by how much that grows until the next one.

    Block (p, q) is in the stratum if q = (p + shift) % parts.
    """
    key = epoch_key(seed, round // parts)
    stride = stride_of(mix(key), parts)
    return (np.int64(key % np.uint64(parts)) + round % parts * stride) % parts, stride


@kernel
def train_strata(threads, begin, end, own, pairs, rows, plan, shared, accounts):
    """Train the strata begin..end as one of several threads; returns the stratum before which all stopped.

    own       int64 [n], the parts of the words that are trained here
    shared    see `shared_flags`; STOP ends the work after a stratum, ENDED at once
    accounts  float64 [n, 8], of each of them, added to
    """
    parts, flags = pairs.parts, address(shared)
    for round in range(begin, end):
        if fetch(flags + 8 * LAST) == round:
            return round
        epoch, (shift, _) = round // parts, shift_of(round, parts, plan.seed)
        while True:
            # Of each stratum every thread claims one block too many, and so knows that there are no more.
            at = fetch_add(flags + 8 * CLAIMED) - (round - begin) * (len(own) + threads)
            if at >= len(own):
                break
            p = own[at]
            q = (p + shift) % parts
            trained, loss, finite = train_block(p, q, epoch, pairs, rows, plan)
            block = p * parts + q
            accounts[at, TOKENS] += pairs.tokens[block + 1] - pairs.tokens[block]
            accounts[at, CENTERS] += pairs.tokens[block + 1] - pairs.tokens[block]
            accounts[at, PAIRS] += trained
            accounts[at, LOSS] += loss
            if not finite:
                shared[DIVERGED] = 1
        # Whoever sees it first says behind which stratum all stop; nobody is more than one ahead.
        if fetch(flags + 8 * STOP) != 0 or fetch(flags + 8 * DIVERGED) != 0:
            shared[LAST] = round + 1
        if not wait_for_all(shared[ARRIVED:], threads, shared[ENDED:]):
            return round
    return end


def shared_flags() -> npt.NDArray[np.int64]:
    """Return what the threads of a run share, int64 [64]: nothing is claimed, nobody stops."""
    shared = aligned_zeros(128).view(np.int64)
    shared[LAST] = -1
    return shared
