"""The rows that all threads want at once: each thread moves a copy of its own, and copies are merged now and then.

A row that another core has just written comes over in 50 to 200 ns, as far apart as the cores are, and a
frequent word's row is written by all of them all the time. On two cores that share a cache it costs nothing;
on two that do not, a common model trained no faster than one thread does. With copies of the most frequent
words' rows a thread writes to memory that is nobody else's, and what the copies have moved by is added up.

Two threads on two cores far apart (the same machine is at times the one, at times the other: its cores are
virtual), English Wikipedia, dim 100, M trained words/s, one thread alone 5.0: without copies 4.8, with
copies of 16 rows 5.8, of 32 rows 10.1, of 64 rows 9.9, of 128 rows 10.3, of 256 rows 9.7. The scores do not move:
analogies .373 (mean of 3 seeds), .362 with 8 threads on the two cores and .367 with 32.
"""

from __future__ import annotations

from w2v.kernels.compiler import kernel


@kernel
def merge_hot(shared, own, before):
    """Add to the first rows of `shared` what `own` has moved by since `before`, and go on from there.

    shared  float32 [V, row], moved in place
    own     float32 [hot, row], written: the merged rows
    before  float32 [hot, row], written: the merged rows

    Two threads that merge the same row at the same moment lose one of the two moves, as two do that write to a
    common row (Hogwild, Recht et al. 2011).
    """
    for row in range(own.shape[0]):
        common, mine, start = shared[row], own[row], before[row]
        for d in range(own.shape[1]):
            merged = common[d] + (mine[d] - start[d])
            common[d] = merged
            mine[d] = merged
            start[d] = merged


@kernel
def take_hot(shared, own, before):
    """Copy the first rows of `shared` to `own` and `before`, float32 [hot, row]."""
    for row in range(own.shape[0]):
        own[row] = shared[row]
        before[row] = shared[row]
