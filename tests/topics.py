"""Training on a corpus of topics that share no word, and how well they are told apart."""

from __future__ import annotations

import numpy as np

import w2v as library
from w2v import training
from w2v.training.replicas import Replicas

TOPICS = [[f"{topic}{n}" for n in range(30)] for topic in "abcdef"]


def trained(corpus, **settings):
    chosen = library.TrainSettings(**{"dim": 20, "epochs": 2, "min_count": 1, "sample": 0} | settings)
    state = training.begin(corpus.vocabulary, chosen)
    work = Replicas(corpus.stream, corpus.vocabulary, chosen)
    assert work.advance(state, work.rounds.all, lambda sums: False)
    assert state.rounds == work.rounds.all
    return state, work


def separation(corpus, state):
    """Return the mean cosine of words of one topic less that of words of two."""
    rows = state.tables.input[:, : state.tables.dim]
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    topics = np.array([word[0] for word in corpus.vocabulary.words])
    same = topics[:, None] == topics
    cosines = rows @ rows.T
    return float(cosines[same].mean() - cosines[~same].mean())
