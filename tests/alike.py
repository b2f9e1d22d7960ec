"""When two models are the same."""

from __future__ import annotations


def same(one, other, counts=False):
    assert tuple(one.words) == tuple(other.words)
    assert one.matrix.tobytes() == other.matrix.tobytes()
    if counts:
        assert one.counts.tolist() == other.counts.tolist()
