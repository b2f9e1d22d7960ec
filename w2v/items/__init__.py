"""Questions to vectors of things that people met one after another: what comes next, and how well that is predicted."""

from __future__ import annotations

from w2v.items.nextitem import NextItem, evaluate_next
from w2v.items.recommendations import measure_of, recommend, scores, user_vectors, write_recommendations
from w2v.items.sequences import Sequences, known_histories

__all__ = [
    "NextItem",
    "Sequences",
    "evaluate_next",
    "known_histories",
    "measure_of",
    "recommend",
    "scores",
    "user_vectors",
    "write_recommendations",
]
