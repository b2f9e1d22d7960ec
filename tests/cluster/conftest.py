"""A corpus that is easy to learn, and a cluster of three workers on this machine."""

from __future__ import annotations

import numpy as np
import pytest

import w2v as library

TOPICS = [[f"{topic}{n}" for n in range(30)] for topic in "abcdef"]


@pytest.fixture(scope="session")
def corpus():
    """Sentences of six topics that share no word, of all lengths."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 30, 20_000)
    return library.read(
        [list(rng.choice(TOPICS[rng.integers(6)], length)) for length in lengths], library.TrainSettings(min_count=1)
    )


@pytest.fixture(scope="session")
def nodes():
    """A cluster, connected with."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'w2v[cluster]'")
    from w2v.training.cluster import Nodes

    with Nodes("local:3") as connected:
        yield connected
