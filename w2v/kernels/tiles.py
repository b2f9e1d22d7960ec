"""The two matrix products of a window, as tiles that stay in registers.

A center word has m contexts (rows x of one matrix) and n outputs (rows y of the other: the
center itself, its negatives). Every context is scored against every output, so a window is three
tiny products (Ji et al. 2016, "Parallelizing Word2Vec in Shared and Distributed Memory", where BLAS
does them):

    scores = X . Y^T                              [m, n]
    steps  = (label - sigmoid(scores)) * weight   [m, n]   weight = rate * times drawn
    Y     += steps^T . X
    X     += steps . Y                            with Y as it was

Outputs are taken in panels of at most 8, so that any number of them fits. `score_window` does
the first two lines for one panel, `update_panel` the last two. The nodes of a path are another matter, see
`w2v.kernels.paths`.

A row is any number of registers: the loops over a row are loops in the emitted code, not
unrolled ones, so that a new dim costs no compilation. A panel's width is part of the type of an
argument (the length of a tuple): it is unrolled, for that is what keeps the tile in registers.

    steps layout: float32 [panels, contexts, 8], one aligned slot of 8 numbers for each context

What was tried, in M trained words/s on one thread of a Zen 5 (AVX-512), English Wikipedia, dim 100, window 5, 5
negatives: the variant, and what it replaced or would replace in the same interleaved runs. Medians of 3 to 5 runs on a
shared machine, so a difference of 2 % says little; lines marked * are best runs, their medians were disturbed.

    row loops unrolled for dim 100          5.93, not 5.96    nothing gained: no compilation for each dim
    4 contexts a tile instead of 2          5.73, not 5.86    fewer loads, but loads are not the limit
    contexts updated from a copy            5.56, not 5.91    see `update_panel`
    an update as two chains of FMA          5.55, not 5.61    the processor overlaps contexts by itself
    prefetch 1 center ahead, not 2          5.27, not 5.54
    prefetch 3 centers ahead, not 2         5.63, not 5.61
    prefetch with intent to write           5.20, not 5.27
    prefetch into L2 only                   5.19, not 5.56
    negatives drawn with a branch           4.51, not 5.38    see `w2v.kernels.random.draw`
    negatives shared by 2 / 4 centers *     6.41 / 6.63, not 5.97    another objective: not taken
    all rows in the L2 cache *              6.66, not 5.58    what memory still costs

And on a Zen 4, in ns for each center (the best of 9 to 40 runs on a core of its own, the other one busy):

    1,000 words     all scores of a window before all steps, an odd context alone    305, not 317
    68,000 words    rows asked for into L2 six centers ahead, and into L1 two        373, not 406
                    the same four / eight / twelve centers ahead                     372 / 375 / 378
                    contexts twice as far ahead as outputs                           356, not 373
                    no prefetch of contexts                                          428, not 373
                    rows asked for while others move, see `update_panel`             5 to 8 % less, CBOW 15 %
                    the same pair by pair, and none into L1                          12 % less
    1,000 words     registers halved to 8 lanes, which pads dim 100 less             no faster
                    the sums of a tile by blends and shuffles                        5 % slower
                    mean of a window by four registers of each row, not by one       5 to 9 % less of CBOW's time
                    half a register at the end of a row of 100: not taken            2 % less, no other objective

There an update runs at 98 % of the peak of FMA, scoring at 70 %: the sums across lanes and the sigmoids are the rest.

On a Zen 5 a center took 90 ns and 15.4 more for each context (4,700 words, windows of fixed width, 5 negatives). The
contexts run at the peak of FMA, so what is left to gain is in those 90, of which some 20 are the wait for the last sums
and sigmoids and 15 are drawing and finding windows. With 68,000 words the rows cost another 30.

    4,700 words     a sigmoid with shorter chains, see `w2v.kernels.emit`            2 to 3 % less
                    one logarithm for the chances of a window, not one for each      2.6 % less
                    rows asked for into L2 alone / not at all                        no difference
    68,000 words    the same                                                         2 % / 80 % more
    4,700 words     steps of two contexts as soon as they are scored                 no difference
                    negatives drawn between the scores and the update of a center    8 % more
    29,000 words    seven registers of a path's rows at once, not four and three     no difference

A window is 20.5 kflop on average, so 5.9 M words/s are 121 GFLOP/s of the 285 that a loop of FMA reaches.
Keeping the window's rows in a buffer of its own buys nothing: at 448 bytes each they stay in the L1
cache by themselves. The matrices are on huge pages already: numpy asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from w2v.kernels.compiler import LANES, REGISTERS
from w2v.kernels.emit import (
    BYTES,
    F32,
    fma,
    load,
    load_address,
    load_joined,
    load_repeated,
    load_splat,
    loop,
    number,
    prefetch,
    sigmoid,
    splat,
    store,
    sums,
    whole,
)

SLOT = 8  # outputs of a panel at the most, and numbers of `steps` for a context
SLOT_BYTES = 4 * SLOT
LINE = 64  # bytes of a cache line


def _address(b: Any, base: Any, index: Any, size: int) -> Any:
    return b.add(base, b.mul(index, whole(size)))


def _products(b: Any, inputs: list[Any], outputs: list[list[Any]], row_bytes: Any) -> list[Any]:
    """Emit the products of inputs and outputs, addresses of rows: all have outputs[0], or input i has outputs[i].

    Returns registers whose sums they are, laid out in slots of 8.
    """
    width = len(outputs[0])
    with loop(b, row_bytes, [number(0)] * (len(inputs) * width), step=BYTES) as row:
        parts = [load(b, b.add(x, row.index)) for x in inputs]
        products = [None] * (len(inputs) * width)
        for k in range(width):
            ys = [load(b, b.add(rows[k], row.index)) for rows in outputs]
            for i, part in enumerate(parts):
                products[i * width + k] = fma(b, part, ys[i % len(ys)], row.carried[i * width + k])
        row.following = products
    slots: list[Any] = [None] * (len(inputs) * SLOT)
    for i in range(len(inputs)):
        slots[i * SLOT : i * SLOT + width] = row.result[i * width : (i + 1) * width]
    return slots


def emit_step(b: Any, score: Any, label: Any, weight: Any) -> Any:
    """Emit the steps of scores: what is missing to the label, times the weight."""
    return b.fmul(b.fsub(label, sigmoid(b, score)), weight)


def _score(b: Any, args: Any, width: int, apart: bool) -> None:
    """Emit `score_window` (the steps `apart`, in a second pass) or `score_inputs`."""
    xs, m, ys, labels, weights, steps, row_bytes, _ = args
    rows = [load_address(b, ys, 8 * k) for k in range(width)]
    numbers = min(SLOT, LANES)
    of_label, of_weight = (
        [load_repeated(b, b.add(values, whole(4 * first)), numbers) for first in range(0, SLOT, numbers)]
        for values in (labels, weights)
    )

    def score(first: Any, together: int) -> None:
        """Score `together` contexts, from the context `first` on: as many sums at once as a register has lanes."""
        at = _address(b, xs, first, 8)
        slots = _products(b, [load_address(b, at, 8 * i) for i in range(together)], [rows], row_bytes)
        out = _address(b, steps, first, SLOT_BYTES)
        for place in range(0, together * SLOT, LANES):
            some = slots[place : place + LANES]
            if any(product is not None for product in some):
                summed, part = sums(b, some), place % SLOT // LANES
                store(b, summed if apart else emit_step(b, summed, of_label[part], of_weight[part]), out, 4 * place)

    even = b.and_(m, whole(-2))
    with loop(b, even, step=2) as pair:
        score(pair.index, 2)
    with loop(b, b.sub(m, even)):
        score(even, 1)
    if apart:
        with loop(b, b.mul(m, whole(SLOT)), step=max(SLOT, LANES)) as each:
            at = _address(b, steps, each.index, 4)
            for place in range(0, width, LANES):
                part = place // LANES
                store(b, emit_step(b, load(b, at, 4 * place), of_label[part], of_weight[part]), at, 4 * place)


@intrinsic
def score_window(
    _: Any, xs: Any, m: Any, ys: Any, labels: Any, weights: Any, steps: Any, row_bytes: Any, shape: Any
) -> Any:
    """Score m contexts against the outputs of one panel, and write the steps that follow.

    xs         address of int64 [m], the contexts' rows
    ys         address of int64 [width], the outputs' rows
    labels     address of float32 [8], 1 for what should score high
    weights    address of float32 [8], rate times multiplicity; 0 leaves an output alone
    steps      address of float32 [m rounded up to even, 8], written
    row_bytes  bytes of a row, whole registers
    shape      tuple whose length is the panel's width

    Two contexts at a time: 2 x 6 products in 12 registers are enough to hide the latency of FMA
    (4 cycles x 2 a cycle = 8 in flight), and leave room in 16 registers (AVX2). First all scores, then all steps: a
    sigmoid is a chain of some 60 cycles, which the next products would wait behind.
    """
    width = shape.count

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _score(b, args, width, True)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 7, shape), emit


@intrinsic
def score_inputs(
    _: Any, xs: Any, m: Any, ys: Any, labels: Any, weights: Any, steps: Any, row_bytes: Any, shape: Any
) -> Any:
    """Do as `score_window` does, for the one or two inputs of the other objectives: nothing else waits there."""
    width = shape.count

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _score(b, args, width, False)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 7, shape), emit


@intrinsic
def score_two(
    _: Any, xs: Any, ys: Any, labels: Any, weights: Any, steps: Any, row_bytes: Any, apart: Any, shape: Any
) -> Any:
    """Score two inputs, each against outputs of its own, and write the steps that follow.

    xs, ys, labels, weights  addresses as in `score_window`, of one input
    steps  address of float32 [2, 8], written
    apart  int64 (4,), how many bytes after each of xs, ys, labels and weights that of the second input follows; 0 where
           they share it
    row_bytes, shape as in `score_window`
    """
    width = shape.count

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        *first, steps, row_bytes, apart, _ = args
        second = [b.add(start, b.extract_value(apart, i)) for i, start in enumerate(first)]
        xs, ys, labels, weights = zip(first, second, strict=True)
        rows = [[load_address(b, start, 8 * k) for k in range(width)] for start in ys]
        slots = _products(b, [load_address(b, start) for start in xs], rows, row_bytes)
        for place in range(0, 2 * SLOT, LANES):
            some, inside = slots[place : place + LANES], place % SLOT
            if any(product is not None for product in some):
                label, weight = (
                    load_joined(
                        b, [b.add(start, whole(4 * inside)) for start in both[place // SLOT :][: -(-LANES // SLOT)]]
                    )
                    for both in (labels, weights)
                )
                store(b, emit_step(b, sums(b, some), label, weight), steps, 4 * place)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 6, types.UniTuple(types.int64, 4), shape), emit


def emit_columns(b: Any, row_bytes: Any, emit: Callable[[Any, int], None], most: int = 4) -> None:
    """Emit what is done to neighbouring registers of every row: emit(offset, how many), `most` of them or what is left.

    A loop over rows is left by a branch that is often not foreseen, and one register after the other is a chain.
    """
    done: Any = whole(0)
    for deep in range(most, 0, -1):
        part = b.mul(b.udiv(b.sub(row_bytes, done), whole(deep * BYTES)), whole(deep * BYTES))
        with loop(b, part, step=deep * BYTES) as column:
            emit(b.add(done, column.index), deep)
        done = b.add(done, part)


@intrinsic
def update_panel(_: Any, xs: Any, m: Any, ys: Any, steps: Any, row_bytes: Any, shape: Any, ahead: Any) -> Any:
    """Move the outputs of one panel and the contexts, each by the other as it was.

    xs, m, ys, steps, row_bytes, shape as in `score_window`; the rows behind xs and ys are moved.
    The rows of ys must all be different; the same row may stand several times in xs.
    ahead  tuple of up to two int64: how many bytes behind ys the addresses of as many rows are that are asked for
           meanwhile: into the L2 cache those of the first, into the L1 cache those of the second

    A core that waits for many cache lines can ask for no more: where a whole panel's were asked for at once, a fifth of
    the time pair by pair went into that (a profile of a Zen 4). So each column asks for its own.

    Both products in one pass: a column of registers of the outputs is loaded once, old and new side by
    side, while all contexts go by. A context is read when its turn comes: one that stands in the window
    twice, or a second panel, meets it as the first left it, a difference of the order of rate^2. Reading
    all from a copy made while scoring is exact there and costs 5 % (5.9 -> 5.6 M words/s).
    """
    width = shape.count

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        xs, m, ys, steps, row_bytes, _, distances = args
        rows = [load_address(b, ys, 8 * k) for k in range(width)]
        asked = [b.add(ys, b.extract_value(distances, i)) for i in range(ahead.count)]
        later = [(load_address(b, them, 8 * k), i == 1) for i, them in enumerate(asked) for k in range(width)]

        def update(offset: Any, deep: int) -> None:
            with b.if_then(b.icmp_signed("==", b.and_(offset, whole(LINE - 1)), whole(0))):  # where a line begins
                for row, near in later:
                    for line in range(0, deep * BYTES, LINE):
                        prefetch(b, b.add(row, b.add(offset, whole(line))), near)
            old = [load(b, b.add(rows[k], offset), BYTES * v) for k in range(width) for v in range(deep)]
            with loop(b, m, old) as each:
                x = b.add(load_address(b, _address(b, xs, each.index, 8)), offset)
                at = _address(b, steps, each.index, SLOT_BYTES)
                before = [load(b, x, BYTES * v) for v in range(deep)]
                after = list(before)
                moved = list(each.carried)
                for k in range(width):
                    step = load_splat(b, at, 4 * k)
                    for v in range(deep):
                        moved[k * deep + v] = fma(b, step, before[v], moved[k * deep + v])
                        after[v] = fma(b, step, old[k * deep + v], after[v])
                for v in range(deep):
                    store(b, after[v], x, BYTES * v)
                each.following = moved
            for k in range(width):
                for v in range(deep):
                    store(b, each.result[k * deep + v], b.add(rows[k], offset), BYTES * v)

        # Two columns halve the loads of steps, where the registers suffice: old and new of each
        # output, a context before and after, and a step.
        emit_columns(b, row_bytes, update, 2 if 2 * (2 * width + 2) + 1 <= REGISTERS else 1)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 5, shape, ahead), emit


@intrinsic
def mean_rows(_: Any, xs: Any, m: Any, was: Any, now: Any, row_bytes: Any) -> Any:
    """Write the mean of m rows to two rows: xs is the address of int64 [m], was and now are addresses of a row."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        xs, m, was, now, row_bytes = args
        share = splat(b, b.fdiv(F32(1), b.sitofp(m, F32)))

        def mean(offset: Any, deep: int) -> None:
            with loop(b, m, [number(0)] * deep) as each:
                row = b.add(load_address(b, _address(b, xs, each.index, 8)), offset)
                each.following = [b.fadd(each.carried[v], load(b, row, BYTES * v)) for v in range(deep)]
            for v in range(deep):
                mean = b.fmul(each.result[v], share)
                store(b, mean, b.add(was, offset), BYTES * v)
                store(b, mean, b.add(now, offset), BYTES * v)

        emit_columns(b, row_bytes, mean)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 5), emit


@intrinsic
def move_rows(_: Any, xs: Any, m: Any, was: Any, now: Any, row_bytes: Any) -> Any:
    """Add the difference of two rows, now - was, to m rows: addresses as in `mean_rows`; a row may stand twice."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        xs, m, was, now, row_bytes = args

        def move(offset: Any, deep: int) -> None:
            after, before = b.add(now, offset), b.add(was, offset)
            changes = [b.fsub(load(b, after, BYTES * v), load(b, before, BYTES * v)) for v in range(deep)]
            with loop(b, m) as each:
                row = b.add(load_address(b, _address(b, xs, each.index, 8)), offset)
                for v in range(deep):
                    store(b, b.fadd(load(b, row, BYTES * v), changes[v]), row, BYTES * v)

        emit_columns(b, row_bytes, move)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 5), emit


@intrinsic
def dot_rows(_: Any, x: Any, y: Any, bytes: Any) -> Any:
    """Return the dot product of two rows of `bytes`, whole registers, at these addresses, which may be any."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        x, y, bytes = args
        with loop(b, bytes, [number(0)], step=BYTES) as row:
            parts = [load(b, b.add(start, row.index), align=4) for start in (x, y)]
            row.following = [fma(b, *parts, row.carried[0])]
        return b.extract_element(sums(b, [row.result[0]]), ctx.get_constant(types.int32, 0))

    return types.float32(types.int64, types.int64, types.int64), emit


def _prefetch(b: Any, args: Any, shape: Any, near: bool, owned: bool = False) -> None:
    rows, row_bytes, _ = args
    addresses = [load_address(b, rows, 8 * k) for k in range(shape.count)]
    with loop(b, row_bytes, step=LINE) as line:
        for address in addresses:
            prefetch(b, b.add(address, line.index), near, owned)


@intrinsic
def prefetch_rows(_: Any, rows: Any, row_bytes: Any, shape: Any) -> Any:
    """Ask for all cache lines of some rows: `rows` is the address of int64 [length of shape], their addresses."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _prefetch(b, args, shape, True)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, shape), emit


@intrinsic
def prefetch_rows_far(_: Any, rows: Any, row_bytes: Any, shape: Any) -> Any:
    """Ask for rows whose turn is far off, into the L2 cache: the L1 has no room for them. See `prefetch_rows`."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _prefetch(b, args, shape, False)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, shape), emit


@intrinsic
def prefetch_rows_owned(_: Any, rows: Any, row_bytes: Any, shape: Any) -> Any:
    """Ask for rows that other cores wrote and this one will, so that these give them up. See `prefetch_rows`."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        _prefetch(b, args, shape, True, True)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, shape), emit
