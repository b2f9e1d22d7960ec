"""The training kernels, one file for each objective; all are called in the same way.

    train_span(first, last, work, rows, plan, scratch) -> Tally

trains the units first..last. A unit is a position of the stream of ids in one of the epochs: unit u is position
u % L of epoch u // L. A span lies within one epoch and holds at most BLOCK units. The kernel knows nothing of threads,
replicas or files; what it draws at random follows from seed, epoch and position alone.

Which kernel trains is decided by the type of `plan`, when the caller is compiled.

To read one training step, begin with `skipgram.train_windows`; `spans` has what it shares with the other kernels, among
it the step itself (`train_panels`), and `w2v.kernels.tiles` the products that the step is made of.
"""

from __future__ import annotations

from numba.extending import overload

from w2v.kernels.objectives import cbow, pairs, skipgram, tree
from w2v.kernels.objectives.types import Bags, Paths, Rows, Tally, Work

__all__ = ["KERNELS", "Bags", "Paths", "Rows", "Tally", "Work", "train_span"]

# The type of its plan, and the kernel: an objective's one row here.
KERNELS = {
    skipgram.SkipGram: skipgram.train_span,
    pairs.Pairs: pairs.train_span,
    cbow.Cbow: cbow.train_span,
    tree.SkipGramTree: tree.train_skipgram,
    tree.CbowTree: tree.train_cbow,
}


def train_span(first, last, work, rows, plan, scratch):
    """Train the units first..last with the kernel that belongs to the type of `plan`."""
    raise NotImplementedError("called from kernels alone")


@overload(train_span, inline="never", jit_options={"error_model": "numpy"})
def _choose(first, last, work, rows, plan, scratch):
    return KERNELS[plan.instance_class].py_func  # a function that calls the kernel takes a second more to compile
