"""Continuous bag of words with negative sampling: the mean of a window predicts the word in its middle.

Mikolov et al. 2013a ("Efficient Estimation of Word Representations in Vector Space"), sec. 3.1, as the C program
trains it: each word of the window is moved by the whole of what is owed to their mean (`cbow_mean`). Everything else is
as in `w2v.kernels.objectives.skipgram`.
"""

from __future__ import annotations

from w2v.kernels.compiler import kernel
from w2v.kernels.objectives import spans
from w2v.kernels.objectives.skipgram import train_windows


class Cbow(spans.Plan):
    """The numbers of a run of CBOW; `outputs` is 1 + negatives."""


@kernel
def train_span(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    return train_windows(first, last, work, rows, plan, scratch, True)
