"""w2v: word embeddings from your own text, on your own machine.

    train     a text becomes vectors            resume, extend   go on with a kept run, add text to it
    read      a text becomes ids, once          evaluate         scores of vectors on questions
    load      vectors from a file               save             vectors into a file
    tune      settings that score best

and `ProgressBar()`, which `train`, `read`, `resume` and `extend` take as `report`, in notebooks too.

>>> import w2v
>>> vectors = w2v.train("corpus.txt", dim=100)  # doctest: +SKIP
>>> w2v.save(vectors, "vectors.txt")  # doctest: +SKIP
>>> vectors.similar("king", 3)  # doctest: +SKIP

All errors of w2v are `W2VError`; an argument of another type is a TypeError that names it.
The names are found when they are first used: `import w2v` alone loads neither numpy nor numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from w2v.bars import ProgressBar
    from w2v.corpus import EncodedCorpus, Events, Graph, read
    from w2v.errors import W2VError
    from w2v.evaluation import evaluate
    from w2v.formats import load, save
    from w2v.items import recommend, user_vectors
    from w2v.settings import TrainSettings
    from w2v.training import extend, resume, train
    from w2v.tuning import tune
    from w2v.vectors import Vectors
    from w2v.vocabulary import Vocabulary

__version__ = "0.1.0"

_NAMES = {
    "bars": ("ProgressBar",),
    "corpus": ("EncodedCorpus", "Events", "Graph", "read"),
    "errors": ("W2VError",),
    "evaluation": ("evaluate",),
    "formats": ("load", "save"),
    "items": ("recommend", "user_vectors"),
    "settings": ("TrainSettings",),
    "training": ("extend", "resume", "train"),
    "tuning": ("tune",),
    "vectors": ("Vectors",),
    "vocabulary": ("Vocabulary",),
}
_HOME = {name: f"w2v.{module}" for module, names in _NAMES.items() for name in names}
__all__ = [
    "EncodedCorpus",
    "Events",
    "Graph",
    "ProgressBar",
    "TrainSettings",
    "Vectors",
    "Vocabulary",
    "W2VError",
    "evaluate",
    "extend",
    "load",
    "read",
    "recommend",
    "resume",
    "save",
    "train",
    "tune",
    "user_vectors",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'w2v' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
