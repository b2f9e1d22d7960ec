"""w2v: word embeddings from your own text, on your own machine.

>>> import w2v
>>> corpus = w2v.read(["corpus.txt"])  # doctest: +SKIP
>>> vectors = w2v.train(corpus, w2v.TrainSettings(dim=100))  # doctest: +SKIP
>>> w2v.save(vectors, "vectors.txt")  # doctest: +SKIP
>>> vectors.similar("king", 3)  # doctest: +SKIP

The names are found when they are first used: `import w2v` alone loads neither numpy nor numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from w2v.errors import W2VError
    from w2v.formats import load, save
    from w2v.settings import TrainSettings
    from w2v.text import EncodedCorpus, read
    from w2v.training import train
    from w2v.vectors import Vectors
    from w2v.vocabulary import Vocabulary

__version__ = "0.1.0"

_HOME = {
    "EncodedCorpus": "w2v.text",
    "TrainSettings": "w2v.settings",
    "Vectors": "w2v.vectors",
    "Vocabulary": "w2v.vocabulary",
    "W2VError": "w2v.errors",
    "load": "w2v.formats",
    "read": "w2v.text",
    "save": "w2v.formats",
    "train": "w2v.training",
}
__all__ = [
    "EncodedCorpus",
    "TrainSettings",
    "Vectors",
    "Vocabulary",
    "W2VError",
    "load",
    "read",
    "save",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'w2v' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
