"""Ids in, vectors out: tables, threads, learning rate; what is saved of a run, and how it goes on.

The way of one training step, from the outside in:

    session    start, resume, extend   a corpus is read, the tables begin, a run is trained, its outputs are written
    trainer    finish                  the run, part after part: checkpoints, rollback, validation, loss curve
    replicas   Replicas.advance        the rounds of a part: all threads train, and what they changed is merged
    groups     Groups.train            one thread; from here on the code is compiled
    w2v.kernels.rounds      train_rounds    a round: each replica trains a span, then the rows that are due are merged
    w2v.kernels.objectives  train_span      a span of the text: windows, negatives, and the step itself (`skipgram`)

What moves is in `run` (State) and `tables`; which rows are merged when is a `Schedule`, made by `schedule.schedule`.
`strata` is GloVe's `replicas`, and `cluster` has both on other machines. `keeper`, `folder` and `checkpoints`
save a run; `outputs`, `account` and `validation` say what came of it.
"""

from __future__ import annotations

from w2v.training.documents import DocumentProgress
from w2v.training.folder import Folder, describe_folder
from w2v.training.keeper import Keeper
from w2v.training.outputs import Outputs, Trained
from w2v.training.session import Session, extend, resume, train
from w2v.training.trace import Trace
from w2v.training.trainer import Progress, begin, compile_ahead, finish, trained_share, vectors_of
from w2v.training.validation import Validation

__all__ = [
    "DocumentProgress",
    "Folder",
    "Keeper",
    "Outputs",
    "Progress",
    "Session",
    "Trace",
    "Trained",
    "Validation",
    "begin",
    "compile_ahead",
    "describe_folder",
    "extend",
    "finish",
    "resume",
    "train",
    "trained_share",
    "vectors_of",
]
