"""Vector instructions, one Python function each: what the tiles are put together from.

LLVM's own vectoriser does not keep a tile of a product in registers (measured: 1.0 M words/s
against 2.9 M in the same run), so the tiles emit vector code themselves. A function here takes an
`ir.IRBuilder` and LLVM values and returns an LLVM value; nothing here knows of word2vec.

Vectors are LANES float32 wide; on a machine with narrower registers LLVM would split them, so
LANES is what the machine has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from w2v.kernels.compiler import LANES

F32, I8, I32, I64 = ir.FloatType(), ir.IntType(8), ir.IntType(32), ir.IntType(64)
VECTOR, WHOLE, MASK = ir.VectorType(F32, LANES), ir.VectorType(I32, LANES), ir.VectorType(ir.IntType(1), LANES)
BYTES = 4 * LANES  # of one vector
Value = Any
Builder = Any


def _intrinsic(b: Builder, name: str, result: Any, *args: Value) -> Value:
    kind = ir.FunctionType(result, [arg.type for arg in args])
    function = b.module.globals.get(name) or ir.Function(b.module, kind, name)
    return b.call(function, args)


def fma(b: Builder, x: Value, y: Value, z: Value) -> Value:
    """Multiply and add, x * y + z, in every lane."""
    return _intrinsic(b, f"llvm.fma.v{LANES}f32", VECTOR, x, y, z)


def number(x: float) -> Value:
    """The same number in every lane."""
    return ir.Constant(VECTOR, [float(x)] * LANES)


def whole(n: int) -> Value:
    """An address or an index."""
    return ir.Constant(I64, n)


def _pointer(b: Builder, address: Value, offset: int, kind: Any) -> Value:
    return b.inttoptr(b.add(address, whole(offset)) if offset else address, kind.as_pointer())


def load(b: Builder, address: Value, offset: int = 0, align: int = BYTES) -> Value:
    """One vector; rows and buffers are aligned to whole vectors, or to `align` bytes."""
    value = b.load(_pointer(b, address, offset, VECTOR))
    value.align = align
    return value


def store(b: Builder, value: Value, address: Value, offset: int = 0, align: int = BYTES) -> None:
    """One vector, aligned as `load` has it."""
    b.store(value, _pointer(b, address, offset, value.type)).align = align


def load_address(b: Builder, addresses: Value, offset: int = 0) -> Value:
    """An address out of an array of addresses."""
    return b.load(_pointer(b, addresses, offset, I64))


def store_part(b: Builder, value: Value, first: int, length: int, address: Value) -> None:
    """`length` lanes of a vector, from `first` on, wherever they are to stand."""
    lanes = ir.Constant(ir.VectorType(I32, length), list(range(first, first + length)))
    part = b.shuffle_vector(value, value, lanes)
    b.store(part, _pointer(b, address, 0, part.type)).align = 4


def load_int(b: Builder, address: Value) -> Value:
    """An int32, as an index."""
    return b.sext(b.load(_pointer(b, address, 0, I32)), I64)


def splat(b: Builder, scalar: Value) -> Value:
    """One number copied to every lane."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    first = b.insert_element(undefined, scalar, ir.Constant(I32, 0))
    return b.shuffle_vector(first, undefined, ir.Constant(WHOLE, [0] * LANES))


def load_splat(b: Builder, address: Value, offset: int = 0) -> Value:
    """A number from memory copied to every lane: one instruction, or none where an operand can say it."""
    return splat(b, b.load(_pointer(b, address, offset, F32)))


def load_repeated(b: Builder, address: Value, length: int) -> Value:
    """`length` numbers from memory, as often as the lanes hold them."""
    short = ir.VectorType(F32, length)
    value = b.load(_pointer(b, address, 0, short))
    value.align = 4
    if length == LANES:
        return value
    order = [lane % length for lane in range(LANES)]
    return b.shuffle_vector(value, ir.Constant(short, ir.Undefined), ir.Constant(WHOLE, order))


def load_joined(b: Builder, addresses: Sequence[Value]) -> Value:
    """One vector out of one place, or of its halves from two."""
    short = ir.VectorType(F32, LANES // len(addresses))
    values = [b.load(_pointer(b, address, 0, short)) for address in addresses]
    for value in values:
        value.align = 4
    return b.shuffle_vector(*values, ir.Constant(WHOLE, list(range(LANES)))) if len(values) == 2 else values[0]


def prefetch(b: Builder, address: Value, near: bool, owned: bool = False) -> None:
    """Ask for a cache line: into the L1 cache (near) or the L2; where it is `owned`, no other core keeps it."""
    pointer = b.inttoptr(address, I8.as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [pointer.type, I32, I32, I32])
    function = b.module.declare_intrinsic("llvm.prefetch", (pointer.type,), kind)
    owning, level, data = ir.Constant(I32, int(owned)), ir.Constant(I32, 3 if near else 2), ir.Constant(I32, 1)
    b.call(function, [pointer, owning, level, data])


@contextmanager
def loop(b: Builder, count: Value, start: Sequence[Value] = (), step: int = 1) -> Iterator[Loop]:
    """Emit a loop that runs while index < count, with values carried in registers from turn to turn.

    `start` holds the carried values before the first turn; the body reads `carried` and
    leaves the next ones in `following`; after the loop `result` holds the last ones.
    """
    before = b.block
    head, body, after = (b.append_basic_block(name) for name in ("head", "body", "after"))
    b.branch(head)
    b.position_at_end(head)
    index = b.phi(I64)
    index.add_incoming(whole(0), before)
    carried = []
    for value in start:
        phi = b.phi(value.type)
        phi.add_incoming(value, before)
        carried.append(phi)
    b.cbranch(b.icmp_signed("<", index, count), body, after)
    b.position_at_end(body)
    turn = Loop(index, carried)
    yield turn
    index.add_incoming(b.add(index, whole(step)), b.block)
    for phi, value in zip(carried, turn.following):
        phi.add_incoming(value, b.block)
    b.branch(head)
    b.position_at_end(after)


class Loop:
    """The inside of a loop that is being emitted."""

    def __init__(self, index: Value, carried: list[Value]) -> None:
        self.index = index
        self.carried = carried
        self.following: Sequence[Value] = carried

    @property
    def result(self) -> list[Value]:
        """The carried values after the loop."""
        return self.carried


# --- horizontal sums ------------------------------------------------------------------------------
#
# The sum of one vector takes log2(LANES) shuffles and additions; summing LANES vectors one by one
# costs as much as the products that made them. A tree does it for all at once: two vectors become
# one whose lanes are sums of two, and so on. The first two levels shuffle inside 128-bit
# quarters, which is the cheapest kind on x86; the others move whole quarters.


def _pairings() -> list[tuple[list[int], list[int]]]:
    """For each level of the tree, which lanes of two vectors (0.., LANES..) are added to which."""
    quads = LANES // 4

    def inside(low: Sequence[int], high: Sequence[int]) -> tuple[list[int], list[int]]:
        spread = [[quad * 4 + lane % 4 + LANES * (lane // 4) for quad in range(quads) for lane in half]
                  for half in (low, high)]  # fmt: skip
        return spread[0], spread[1]

    levels = [inside([0, 4, 1, 5], [2, 6, 3, 7]), inside([0, 1, 4, 5], [2, 3, 6, 7])]
    while quads > 1:
        # Of each vector the even quarters go into one operand, the odd ones into the other.
        evens = [quad * 4 + lane for quad in range(0, 2 * LANES // 4, 2) for lane in range(4)]
        levels.append((evens, [lane + 4 for lane in evens]))
        quads //= 2
    return levels


def _tree(inputs: Sequence[Any], combine: Callable[[Any, Any, int], Any]) -> Any:
    current = list(inputs)
    level = 0
    while len(current) > 1:
        current = [combine(first, second, level) for first, second in zip(current[::2], current[1::2])]
        level += 1
    return current[0]


def _lane_of() -> list[int]:
    """Run the tree on names: in which lane does the sum of each input come out?"""
    levels = _pairings()

    def combine(first: list[set[int]], second: list[set[int]], level: int) -> list[set[int]]:
        both = first + second
        low, high = levels[level]
        return [both[x] | both[y] for x, y in zip(low, high)]

    lanes = _tree([[{vector * LANES + lane} for lane in range(LANES)] for vector in range(LANES)], combine)
    order = [0] * LANES
    for lane, summed in enumerate(lanes):
        vector = min(summed) // LANES
        assert summed == set(range(vector * LANES, (vector + 1) * LANES))
        order[vector] = lane
    return order


_PAIRINGS = _pairings()
LANE_OF = _lane_of()


def sums(b: Builder, vectors: Sequence[Value | None]) -> Value:
    """One vector whose lane i is the sum of the lanes of vectors[i]; None stands for zeros."""
    inputs: list[Value | None] = [None] * LANES
    for position, lane in enumerate(LANE_OF):
        inputs[position] = vectors[lane] if lane < len(vectors) else None

    def combine(first: Value | None, second: Value | None, level: int) -> Value | None:
        if first is None and second is None:
            return None
        first, second = (number(0) if vector is None else vector for vector in (first, second))
        low, high = (ir.Constant(WHOLE, lanes) for lanes in _PAIRINGS[level])
        return b.fadd(b.shuffle_vector(first, second, low), b.shuffle_vector(first, second, high))

    return _tree(inputs, combine)


# Scores beyond this are clipped: sigmoid(10) = 1 - 4.5e-5, and the loss of a pair stays finite.
CLIP = 10.0


def sigmoid(b: Builder, x: Value) -> Value:
    """1 / (1 + exp(-x)) in every lane, x clipped to +-CLIP.

    exp(-x) = 2^n * 2^f with n whole and f in +-1/2; 2^f by its Taylor polynomial of degree 5, relative
    error 2.4e-6 at the ends of the interval. On whole registers this is cheaper than the C
    program's table of 1000 values. What comes next waits for it, so its chains are short: the polynomial by pairs
    (Estrin 1960), n out of the last bits of a sum. Three in a hundred of skip-gram's time.
    """
    x = _intrinsic(b, f"llvm.minnum.v{LANES}f32", VECTOR, x, number(CLIP))
    x = _intrinsic(b, f"llvm.maxnum.v{LANES}f32", VECTOR, x, number(-CLIP))
    scale, shift = number(-1.4426950408889634), number(1.5 * 2**23)  # log2(e); from there on floats are whole
    shifted = fma(b, x, scale, shift)
    f = fma(b, x, scale, b.fsub(shift, shifted))
    exponent = b.add(b.bitcast(shifted, WHOLE), ir.Constant(WHOLE, [127] * LANES))
    power = b.bitcast(b.shl(exponent, ir.Constant(WHOLE, [23] * LANES)), VECTOR)
    square = b.fmul(f, f)
    terms = (1.0, 6.9314718e-1), (2.4022651e-1, 5.5504109e-2), (9.6181291e-3, 1.3333558e-3)  # ln(2)^n / n!
    first, second, third = (fma(b, f, number(high), number(low)) for low, high in terms)
    p = fma(b, square, fma(b, square, third, second), first)
    return b.fdiv(number(1), fma(b, p, power, number(1)))


def rsqrt(b: Builder, x: Value) -> Value:
    """1 / sqrt(x) in every lane, for x that is no less than 1, with a relative error below 5e-6.

    A first guess out of the bits of the number (Lomont 2003), bettered twice by Newton's rule: multiplications
    alone, in place of a root and a division, and the same on every processor.
    """
    guess = b.sub(
        ir.Constant(WHOLE, [0x5F375A86] * LANES), b.lshr(b.bitcast(x, WHOLE), ir.Constant(WHOLE, [1] * LANES))
    )
    y = b.bitcast(guess, VECTOR)
    less = b.fmul(x, number(-0.5))
    for _ in range(2):
        y = b.fmul(y, fma(b, b.fmul(less, y), y, number(1.5)))
    return y
