"""Scores of a run while it is trained, at the end of each epoch, and the vectors of the best one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from w2v.training.run import State
from w2v.vectors import Vectors


class Score(NamedTuple):
    """A score at the end of an epoch, counted from 1."""

    epoch: int
    tokens: int
    score: float


@dataclass
class Validation:
    """Asks the vectors at the end of each epoch.

    ask        vectors to their score, the higher the better; None: they know too few words of the questions
    name       what is asked, for the account
    keep_best  the run returns the vectors of its best epoch; of several that are as good, of the first
    scores     so far
    best       the best of them with its vectors, where they are kept
    """

    ask: Callable[[Vectors], float | None]
    name: str = "the validation"
    keep_best: bool = False
    scores: list[Score] = field(default_factory=list, init=False)
    best: tuple[Score, Vectors] | None = field(default=None, init=False)
    _seen: int = field(default=0, init=False)

    @property
    def last(self) -> float | None:
        """The newest score."""
        return self.scores[-1].score if self.scores else None

    def look(self, vectors: Vectors, state: State, each: int) -> None:
        """Ask, if an epoch of `each` rounds has ended since the last time; forget what a rollback has undone."""
        epoch = state.rounds // each
        if epoch < self._seen:
            self.scores = [score for score in self.scores if score.epoch <= epoch]
            self._seen = epoch
        if epoch == self._seen:
            return
        self._seen = epoch
        found = self.ask(vectors)
        if found is None:
            return
        self.scores.append(Score(epoch, int(state.sums[0]), float(found)))
        if self.keep_best and (self.best is None or found > self.best[0].score):
            output = None if vectors.output is None else vectors.output.copy()
            self.best = self.scores[-1], replace(vectors, matrix=vectors.matrix.copy(), output=output)

    def about(self) -> dict[str, Any]:
        """Return what there is to say, ready for JSON."""
        kept = self.best[0].epoch if self.best is not None else None
        return {"file": self.name, "scores": [score._asdict() for score in self.scores], "kept_epoch": kept}
