"""A corpus that is easy to learn, and easy to see when it is lost."""

from __future__ import annotations

import numpy as np
import pytest
from topics import TOPICS

import w2v as library


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Sentences of six topics that share no word: easy to learn, and easy to see when it is lost."""
    rng = np.random.default_rng(0)
    lines = [" ".join(rng.choice(TOPICS[rng.integers(6)], 10)) for _ in range(30_000)]
    path = tmp_path_factory.mktemp("corpus") / "topics.txt"
    path.write_text("\n".join(lines))
    return library.read([path], library.TrainSettings(min_count=1))
