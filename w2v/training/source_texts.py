"""Whether the texts of a kept run are as they were: what they hold decides, their time stamps are only a quick test."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.corpus import EncodedCorpus, Events, Graph, read
from w2v.corpus.sources import STDIN
from w2v.errors import CorpusError, ResumeError, W2VError
from w2v.settings import TrainSettings, describe
from w2v.training import extension
from w2v.training.checkpoints import Checkpoint
from w2v.training.folder import fingerprint_of
from w2v.vocabulary import Vocabulary

Name = str | os.PathLike[str]
Corpus = Name | Iterable[Name] | Iterable[Iterable[str]] | EncodedCorpus | Events | Graph


def check(
    path: Name, corpus: Corpus, kept: Checkpoint, noted: dict[str, Any], text: EncodedCorpus, tmp_dir: Name | None
) -> None:
    """Raise ResumeError where a corpus is not that of a run: the one given now, or the noted files if none is given.

    path   the folder of the run, for the message
    noted  what was noted when the run began
    text   the corpus of the run
    """
    if isinstance(corpus, tuple) and not corpus:
        changed = [name for name, number in _touched(noted) if not _is_as_read(name, number, kept, text, tmp_dir)]
    else:
        try:
            again = corpus if isinstance(corpus, EncodedCorpus) else read(corpus, kept.settings, tmp_dir=tmp_dir)
        except W2VError as error:
            raise ResumeError(path, f"the corpus has changed since the run began ({error})") from error
        is_same = fingerprint_of(again) == kept.corpus["sha256"]
        changed = [] if is_same else [file.name for file in again.account.by_file]
    if changed:
        raise ResumeError(
            path,
            f"{', '.join(changed)}: has changed since the run began; put the text back as it was, or start a new run",
        )


def _is_as_read(name: str, number: int, kept: Checkpoint, text: EncodedCorpus, tmp_dir: Name | None) -> bool:
    """Return whether a file still gives the ids that it gave, as part `number` of the corpus."""
    if number >= len(text.account.by_file):
        return True
    before = text.account.by_file[number]
    try:
        now = read([name], all_words(kept.settings), tmp_dir=tmp_dir, phrases_of=kept.vocabulary.words)
    except CorpusError:  # no word in it, as before?
        return before.tokens == 0
    (file,) = now.account.by_file
    if (file.bytes, file.tokens) != (before.bytes, before.tokens):
        return False
    return np.array_equal(_ids_of(now, kept.vocabulary), text.stream[before.start : before.stop])


def all_words(settings: TrainSettings) -> TrainSettings:
    """Return settings with which no word is dropped."""
    return replace(settings, min_count=1, max_vocab=describe("max_vocab")["default"], vocab="")


def _ids_of(text: EncodedCorpus, vocabulary: Vocabulary) -> npt.NDArray[np.int32]:
    """Return a text that was read with all its words as the ids of another vocabulary."""
    index = vocabulary.index
    numbers = [index.get(word, extension.DROPPED) for word in text.vocabulary.words]
    known = np.array([*numbers, extension.SENTENCE_END], np.int32)
    return extension.renumbered(text, known, vocabulary, ()).stream


def stamps(text: EncodedCorpus) -> list[list[Any]]:
    """Return name, size, time and number of each file of the corpus."""
    found: list[list[Any]] = []
    for number, file in enumerate(text.account.by_file):
        path = Path(file.name).absolute()
        if file.name != STDIN and path.is_file():
            status = path.stat()
            found.append([str(path), status.st_size, status.st_mtime_ns, number])
    return found


def stamps_in(noted: dict[str, Any]) -> list[list[Any]]:
    """Return the stamps that were noted when the run began."""
    return [row for row in noted.get("sources", []) if len(row) == 4]


def _touched(noted: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the files that are there and may not be as they were; one that is gone does no harm, its ids are kept."""
    return [
        (name, number)
        for name, size, time_ns, number in stamps_in(noted)
        if (path := Path(name)).is_file() and (path.stat().st_size, path.stat().st_mtime_ns) != (size, time_ns)
    ]
