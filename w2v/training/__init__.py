"""Numbers in, vectors out: matrices, threads, learning rate; what is kept of a run, and how it goes on."""

from __future__ import annotations

from w2v.training.documents import DocumentProgress
from w2v.training.folder import Folder, facts
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
    "extend",
    "facts",
    "finish",
    "resume",
    "train",
    "trained_share",
    "vectors_of",
]
