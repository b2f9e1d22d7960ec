"""Text in, numbers out: files, archives and streams become a vocabulary and a stream of ids."""

from __future__ import annotations

from w2v.corpus.encoded import Account, EncodedCorpus, Expected, ReadProgress
from w2v.corpus.events import Events, histories
from w2v.corpus.graphs import Graph
from w2v.corpus.reading import read

__all__ = [
    "Account",
    "EncodedCorpus",
    "Events",
    "Expected",
    "Graph",
    "ReadProgress",
    "histories",
    "read",
]
