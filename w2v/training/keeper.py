"""Decides when a run is saved, and goes back to what was saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from w2v.corpus.encoded import EncodedCorpus
from w2v.errors import FormatError, OutputError, ResourceError, ResumeError
from w2v.settings import TrainSettings
from w2v.training.checkpoints import Checkpoint
from w2v.training.folder import Folder, fingerprint_of
from w2v.training.run import State

LONG_SECONDS = 600  # a run that is expected to take longer is kept without being asked
JUDGED_AFTER = 5.0  # seconds of training, after which the time of the rest can be estimated
WRITING_SHARE = 0.05  # of the time, at most, goes into checkpoints at the ends of short epochs
RETRY_SECONDS = 60.0  # after a checkpoint that could not be written


class Keeper:
    """Saves a run at the ends of its epochs, every `minutes`, when it is stopped and when it ends.

    folder    where
    corpus    what is trained on
    settings  of the run
    minutes   between two checkpoints, at the most
    asleep    do nothing until the run proves to be a long one
    claimed   the caller has locked the folder
    notify    called with what went wrong and what was done about it
    clock     seconds

    While a `with` block lasts, no other process can work in the folder.
    """

    def __init__(
        self,
        folder: Folder,
        corpus: EncodedCorpus,
        settings: TrainSettings,
        *,
        minutes: float,
        asleep: bool = False,
        claimed: bool = False,
        notify: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.notes: dict[str, Any] = {}
        self._corpus, self._settings = corpus, settings
        self._about: dict[str, Any] = {}
        self._seconds = 60 * minutes
        self._notify, self._clock = notify, clock
        self._asleep, self._off, self._claimed = asleep, False, claimed
        self._saved: int | None = None  # rounds done in the last checkpoint
        self._next = self._last = self._began = clock()
        self._cost = 0.0
        self._exits = ExitStack()

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *error: object) -> None:
        self._exits.close()

    @property
    def awake(self) -> bool:
        """Whether checkpoints are being made."""
        return not (self._asleep or self._off)

    @property
    def has_saved(self) -> bool:
        """Whether there is a checkpoint of this run."""
        return self._saved is not None

    @property
    def sha256(self) -> str:
        """The fingerprint of the corpus, if it was computed already."""
        return str(self._about.get("sha256", ""))

    def begin(self, state: State) -> None:
        """Keep the corpus and the state that the run begins with. Raises ResumeError if another run is kept there."""
        if not self._claimed:
            self._exits.enter_context(self.folder.claimed())
        self.folder.require_room(len(self._corpus.stream), len(self._corpus.vocabulary), self._settings)
        self.folder.note(self.notes)
        self.folder.write_corpus(self._corpus)
        self._about = {
            "sha256": fingerprint_of(self._corpus),
            "size": len(self._corpus.stream),
            "account": asdict(self._corpus.account),
        }
        self._write(state)

    def go_on(self, kept: Checkpoint) -> None:
        """Go on in a folder that holds `kept` (and is locked)."""
        self._about = kept.corpus
        self._saved = kept.state.rounds
        self._last = self._clock()
        self._next = self._last + self._seconds

    def due(self, share: float) -> bool:
        """Return whether it is time to end the block and save; `share` of the run is done."""
        now = self._clock()
        if self._asleep:
            spent = now - self._began
            return not self._off and spent > JUDGED_AFTER and share > 0 and spent / share > LONG_SECONDS
        return not self._off and now >= self._next

    def save(self, state: State, share: float, *, must: bool) -> bool:
        """Save the state: now if it `must` be or is due, at the end of an epoch unless the last one is too near.

        Returns whether the state is in a checkpoint now. What goes wrong is said, and tried again later.
        """
        due = self.due(share)
        if self._off or (self._asleep and not due):
            return False
        if self._saved == state.rounds:
            return True
        if not (must or due or (self._clock() - self._last) * WRITING_SHARE >= self._cost):
            return False
        if not state.tables.finite():
            return False  # the run goes back before it is saved
        try:
            if self._asleep:
                self.begin(state)
                self._asleep = False
                self._notify(f"checkpoint  a long run; it is kept in {self.folder.name}")
            else:
                self._write(state)
        except (OutputError, ResourceError, ResumeError) as error:
            self._off = self._asleep
            self._next = self._clock() + min(RETRY_SECONDS, self._seconds)
            self._notify(
                f"warning     no checkpoint: {error}; the run goes on" + ("" if self._off else ", tries again")
            )
            return False
        return True

    def last(self) -> Checkpoint | None:
        """Return the newest checkpoint of this run, or None if there is none."""
        if not self.has_saved:
            return None
        try:
            return self.folder.read()[0]
        except FormatError:
            return None

    def _write(self, state: State) -> None:
        began = self._clock()
        self.folder.write(Checkpoint(self._settings, self._corpus.vocabulary, state, self._about))
        self._last = self._clock()
        self._saved, self._cost, self._next = state.rounds, self._last - began, self._last + self._seconds
