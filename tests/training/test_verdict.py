"""The verdict: its losses are those of the slow twin, and it changes nothing and takes no second matrix."""

from __future__ import annotations

import tracemalloc

import naive
import numpy as np
import pytest

import w2v as library
from w2v.objectives import OBJECTIVES, objective_of, work_of
from w2v.training import begin, finish, validation, vectors_of
from w2v.training.trainer import make_executor

TEXT = [f"a{n % 7} b{n % 5} c{n % 3} a{(n + 1) % 7}".split() for n in range(2000)]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_losses_are_those_of_the_slow_twin(objective):
    name, _, kind = objective.partition("-")
    settings = library.TrainSettings(
        objective=name, loss="hs" if kind == "hs" else "ns", negatives_per="pair" if kind == "pairs" else "window",
        dim=8, epochs=3, window=2, negatives=4, rate=0.05, sample=0, min_count=1, threads=1,
    )  # fmt: skip
    corpus = library.read(TEXT, settings)
    state = begin(corpus.vocabulary, settings)
    work = finish(corpus, settings, state)
    before = [table.tobytes() for table in state.tables.rows]
    first, last = work.losses(state)
    assert [table.tobytes() for table in state.tables.rows] == before

    counts = corpus.vocabulary.counts
    work = work_of(corpus.stream, corpus.vocabulary, settings)
    width = len(objective_of(settings).plan(settings, 1.0, work).panel)

    def wanted(output):
        tables = [state.tables.input[:, :8].astype(float), output.astype(float)]
        loss, pairs = naive.train(
            corpus.stream, *tables, work.keep, work.noise, 2, 4, 1, 1e-30, 1e-34, settings.seed, width,
            objective=objective, paths=naive.huffman(counts.tolist()),
        )  # fmt: skip
        return loss / pairs

    # The kernel looks at spans that overlap, and negatives that are the center are dropped: so not to the digit.
    assert last == pytest.approx(wanted(state.tables.output[:, :8]), rel=0.1)
    assert first == pytest.approx(wanted(np.zeros((len(counts), 8))), rel=0.1)
    assert last < 0.9 * first


def test_it_takes_far_less_memory_than_the_vectors():
    words, dim = 20_000, 300
    corpus = library.read([[f"w{n}", f"w{n + 1}"] for n in range(words - 1)], min_count=1)
    settings = library.TrainSettings(dim=dim, epochs=1, min_count=1, threads=1)
    state = begin(corpus.vocabulary, settings)
    vectors = vectors_of(corpus.vocabulary, state, settings)
    work = make_executor(corpus.stream, corpus.vocabulary, settings)
    validation.judge(vectors, corpus, settings, work.losses(state))  # what is compiled is no matter here
    tracemalloc.start()
    validation.judge(vectors, corpus, settings, work.losses(state))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < vectors.matrix.nbytes / 3
