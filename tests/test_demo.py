"""The demonstration corpus: what a newcomer is shown must hold for any seed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from where import DATA

import w2v
from w2v.evaluation import evaluate


def test_the_committed_corpus_is_what_the_script_makes():
    result = subprocess.run([sys.executable, DATA.parent / "scripts" / "make-demo", "--check"], check=False)
    assert result.returncode == 0


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_geometry_is_honest_with_any_seed(seed):
    settings = w2v.TrainSettings(seed=seed, threads=2)
    vectors = w2v.train(w2v.read([DATA / "demo.txt"], settings), settings)
    assert vectors.analogy("king", "man", "woman")[0].word == "queen"
    scores = evaluate(vectors, DATA / "questions.txt")
    assert scores.total.results[0].value > 0.6
    assert scores.total.covered == scores.total.total
