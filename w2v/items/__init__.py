"""What is asked of vectors of things that people met one after another: what comes next, and how well that is told."""

from __future__ import annotations

from w2v.items.recommendations import MEASURES, Recommendation, measure_of, recommend, scores

__all__ = ["MEASURES", "Recommendation", "measure_of", "recommend", "scores"]
