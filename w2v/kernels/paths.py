"""What is done with the rows of a path in the Huffman tree: one or two inputs are scored against all, then all move.

Paths are of all lengths, most of 9 to 18 nodes: panels as in `w2v.kernels.tiles` leave a sixth of their places empty.
Here a few registers of each input, and the sum of what they are owed, stay where they are while the nodes go by,
however many; the rows of the nodes follow from their numbers. On a Zen 4, two threads, 20 MB of English Wikipedia, that
takes 13 to 17 % less time for skip-gram than panels of six, and 9 to 21 % less for CBOW (two runs of 11 and 13 rounds).
Where CBOW's time goes then, in ns for each center (one thread, a vocabulary that fits the L2 cache): 35 which tokens
are kept and where their paths are, 27 the mean, 75 its scores, 110 to move all rows, 40 what waits for the steps. With
29,000 words it is a quarter more.

What was tried besides, and what it takes for skip-gram / CBOW (7 to 11 rounds, by turns):

    a later path's rows asked for into L1                 4 % more / no difference
    the same three or four centers ahead, not two         no difference
    the same for each two inputs of a window              4 % more / -
    two centers scored before the rows of either move     - / 5 % less: another objective, not taken
    on a Zen 5, a center scored before the last one moves - / 9 % more
    tables on huge pages from end to end                  no difference (whole command)

A center of CBOW takes 169 ns on a Zen 5 (one thread, 29,000 words). Without the part that is named it is so much less:
45 the scores, 23 the stores of nodes that move, 15 contexts that move, 15 finding windows, 8 the mean of all contexts
but one; and 17 more if no path's rows are asked for ahead.

    path   tuple of int64: the address of int32 [nodes], how many they are, the address of the table of their rows and
           the bytes of a row, whole registers. As many numbers as a register has lanes may be read behind the nodes
    steps  tuple of int64: the address of float32 [inputs, stride], and the stride in bytes; of each input as many steps
           as there are nodes, up to whole registers
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from w2v.kernels.compiler import LANES, REGISTERS
from w2v.kernels.emit import (
    BYTES,
    fma,
    load,
    load_address,
    load_int,
    load_repeated,
    load_splat,
    loop,
    number,
    prefetch,
    splat,
    store,
    store_part,
    sums,
    whole,
)
from w2v.kernels.tiles import LINE, emit_columns, emit_step

TOGETHER = 4  # nodes whose products are summed side by side: FMA takes four cycles
PATH, STEPS = types.UniTuple(types.int64, 4), types.UniTuple(types.int64, 2)


def _row(b: Any, nodes: Any, k: Any, table: Any, row_bytes: Any) -> Any:
    """Emit the address of the row of node k."""
    return b.add(table, b.mul(load_int(b, b.add(nodes, b.shl(k, whole(2)))), row_bytes))


def _values(b: Any, of: Any, count: int) -> list[Any]:
    return [b.extract_value(of, i) for i in range(count)]


@intrinsic
def score_path(_: Any, xs: Any, path: Any, labels: Any, rate: Any, steps: Any, shape: Any) -> Any:
    """Score inputs against the nodes of a path, and write the steps that follow: (label - sigmoid(score)) * rate.

    xs      address of int64 [inputs], their rows
    labels  address of float32, one for each node; as many as a register has lanes may be read behind them
    rate    float32
    shape   tuple whose length is how many inputs there are: one or two
    """
    inputs = shape.count
    group = LANES // inputs  # nodes whose scores stand in one register
    width = min(TOGETHER, group)

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        xs, path, labels, rate, steps, _ = args
        nodes, count, table, row_bytes = _values(b, path, 4)
        rows, weight = [load_address(b, xs, 8 * i) for i in range(inputs)], splat(b, rate)

        def products(first: Any) -> list[Any]:
            """Emit the products with the nodes from `first` on, node by node; zeros where there are none."""
            ys = [_row(b, nodes, b.add(first, whole(k)), table, row_bytes) for k in range(width)]
            bytes = b.select(b.icmp_signed("<", first, count), row_bytes, whole(0))
            with loop(b, bytes, [number(0)] * (inputs * width), step=BYTES) as column:
                parts = [load(b, b.add(x, column.index)) for x in rows]
                others = [load(b, b.add(y, column.index)) for y in ys]
                both = [(part, other) for other in others for part in parts]
                column.following = [fma(b, *pair, total) for pair, total in zip(both, column.carried)]
            return column.result

        with loop(b, count, step=group) as some:
            found = [product for k in range(0, group, width) for product in products(b.add(some.index, whole(k)))]
            place = b.shl(some.index, whole(2))
            label = load_repeated(b, b.add(labels, place), group)
            scores = sums(b, [found[k * inputs + i] for i in range(inputs) for k in range(group)])
            step = emit_step(b, scores, label, weight)
            start, stride = _values(b, steps, 2)
            for i in range(inputs):
                store_part(b, step, i * group, group, b.add(b.add(start, place), b.mul(stride, whole(i))))
        return ctx.get_dummy_value()

    return types.void(types.int64, PATH, types.int64, types.float32, STEPS, shape), emit


def _move(b: Any, inputs: list[Any], path: Any, steps: Any, ahead: Any, others: tuple[Any, Any] | None) -> None:
    """Emit `move_path`, or `move_mean` where there are `others`: the address of rows, and how many."""
    nodes, count, table, row_bytes = _values(b, path, 4)
    start, stride = _values(b, steps, 2)

    def ask_for(index: Any, offset: Any, deep: int) -> None:
        """Emit that these registers of a node are asked for: of the last node first, which is met least often."""
        later, asked = ahead
        place = b.sub(b.sub(asked, whole(1)), index)
        place = b.select(b.icmp_signed("<", place, whole(0)), whole(0), place)
        row = b.add(_row(b, later, place, table, row_bytes), offset)
        for line in range(0, deep * BYTES, LINE):
            prefetch(b, b.add(row, whole(line)), False)

    def move(offset: Any, deep: int) -> None:
        places = range(deep)
        xs = [[load(b, b.add(x, offset), BYTES * v) for v in places] for x in inputs]
        with loop(b, count, [number(0)] * deep if others else [part for x in xs for part in x]) as node:
            if ahead:
                ask_for(node.index, offset, deep)
            at = b.add(start, b.shl(node.index, whole(2)))
            by = [load_splat(b, b.add(at, b.mul(stride, whole(i)))) for i in range(len(xs))]
            row, owed = b.add(_row(b, nodes, node.index, table, row_bytes), offset), list(node.carried)
            for v in places:
                now = was = load(b, row, BYTES * v)
                for i, x in enumerate(xs):
                    owed[i * deep + v] = fma(b, by[i], was, owed[i * deep + v])
                    now = fma(b, by[i], x[v], now)
                store(b, now, row, BYTES * v)
            node.following = owed
        if others:
            with loop(b, others[1]) as each:
                row = b.add(load_address(b, b.add(others[0], b.shl(each.index, whole(3)))), offset)
                for v in places:
                    store(b, b.fadd(load(b, row, BYTES * v), node.result[v]), row, BYTES * v)
            return
        for i, x in enumerate(inputs):
            for v in places:
                store(b, node.result[i * deep + v], b.add(x, offset), BYTES * v)

    # Registers of an input and what it is owed, besides those of a node before and after, and a step of each input.
    emit_columns(b, row_bytes, move, 4 if len(inputs) == 1 or REGISTERS >= 32 else 2)


@intrinsic
def move_path(_: Any, xs: Any, path: Any, steps: Any, ahead: Any, shape: Any) -> Any:
    """Move inputs and the nodes of a path, each by the others as they were; xs and shape as in `score_path`.

    The rows of two inputs must be different ones.
    ahead  () or a tuple of two int64: the address of the nodes, int32 [n], of a path whose turn comes later, and n. So
           many of its rows are asked for as there are nodes that move, into the L2 cache. Those of the last nodes
           first: 5 % less of skip-gram's time, 13 % of CBOW's, than where those near the root come first
    """

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        xs, path, steps, later, _ = args
        inputs = [load_address(b, xs, 8 * i) for i in range(shape.count)]
        _move(b, inputs, path, steps, _values(b, later, ahead.count), None)
        return ctx.get_dummy_value()

    return types.void(types.int64, PATH, STEPS, ahead, shape), emit


@intrinsic
def move_mean(_: Any, mean: Any, xs: Any, m: Any, path: Any, steps: Any, ahead: Any) -> Any:
    """Do as `move_path` does for one input, and add what it is owed to other rows in place of it.

    mean  address of the input
    xs    address of int64 [m], the rows whose mean it is; a row may stand twice
    """

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        mean, xs, m, path, steps, later = args
        _move(b, [mean], path, steps, _values(b, later, ahead.count), (xs, m))
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 3, PATH, STEPS, ahead), emit
