"""What a training run leaves behind: vectors, where they come from, the report, and what shows how the run went."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from w2v import files, formats, maps
from w2v.cli import account
from w2v.cli.progress import Meter
from w2v.errors import OutputError, W2VError
from w2v.formats import origin
from w2v.resources import require_disk
from w2v.settings import TrainSettings
from w2v.text import EncodedCorpus
from w2v.training import Keeper, Trace, provenance, trace
from w2v.training.folder import fingerprint_of
from w2v.training.run import State
from w2v.vectors import Vectors


@dataclass
class Outputs:
    """The files that were asked for."""

    meter: Meter
    vectors: Path
    report: Path | None
    plot: Path | None
    trace: Path | None
    began: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Check that all of it can be written, and drawn."""
        formats.check_writable(self.vectors)
        if self.report is not None:
            files.check_writable(self.report)
        if self.trace is not None:
            trace.check(self.trace)
        if self.plot is not None:
            maps.check_losses(self.plot)

    def require_room(self, words: int, dim: int) -> None:
        """Check that the disk has room for the vectors."""
        # 12 bytes for a number as text, 4 for it in the twin beside.
        needed = words * (16 * dim + 32)
        require_disk(
            self.vectors.resolve().parent, needed, "the output", "free some space or choose another disk with -o"
        )

    def write(
        self, vectors: Vectors, text: EncodedCorpus, settings: TrainSettings, state: State, keeper: Keeper
    ) -> None:
        """Write vectors, where they come from, and the report."""
        problem: OutputError | None = None
        try:
            formats.save(vectors, self.vectors)
        except OutputError as error:
            problem = error
        except MemoryError:
            problem = OutputError(self.vectors, "no memory is left to write it")
        if problem is not None:  # behind the handlers: what they caught holds on to the memory
            raise self._rescue(vectors, problem, keeper)
        made = datetime.now(timezone.utc).isoformat(timespec="seconds")
        about = provenance.provenance(text, settings, state, keeper.sha256 or fingerprint_of(text), made)
        try:
            origin.write_beside(about, self.vectors)
        except OutputError as error:
            self.meter.say(f"warning     {error}; the vectors are written, what they come from is not")
        if self.report is not None:
            about["seconds"] = round(time.monotonic() - self.began, 3)
            about["by_file"] = provenance.by_file(text, settings)
            try:
                origin.write(about, self.report)
            except OutputError as error:
                raise OutputError(self.report, f"{_problem(error)}; the vectors are written: {self.vectors}") from error
        spent = time.monotonic() - self.began
        self.meter.say(f"{self.vectors}: {len(vectors):,} words x {vectors.dim}, in {spent:.1f} s. Now try:")
        for line in account.what_next(vectors.words, self.vectors):
            self.meter.say(line)

    def write_pictures(self, state: State, seen: Trace | None) -> None:
        """Write what shows how the run went; the vectors are safe by now."""
        if seen is not None and self.trace is not None:
            seen.save(self.trace)
            self.meter.say(f"{self.trace}: {seen.steps} steps of the training, {len(seen.pairs):,} pairs")
        if self.plot is not None:
            if not state.curve:
                self.meter.say(f"note        {self.plot} is not drawn: so short a run has no loss curve")
                return
            maps.save_losses([maps.Loss(*point) for point in state.curve], self.plot)
            self.meter.say(f"{self.plot}: the loss curve")

    def _rescue(self, vectors: Vectors, error: OutputError, keeper: Keeper) -> W2VError:
        """Keep vectors that could not be written where they should go; returns the error to raise."""
        if keeper.has_saved:
            return OutputError(self.vectors, f"{_problem(error)}; go on with: w2v train --resume {keeper.folder.path}")
        # Our own format: it takes the least memory and disk, and `w2v convert` makes the other of it.
        other = Path(tempfile.gettempdir()) / f"w2v-rescued-{self.vectors.name}.w2v"
        try:
            if other.exists():
                return error
            formats.save(vectors, other)
        except (W2VError, MemoryError):
            return error
        return OutputError(self.vectors, f"{_problem(error)}; the vectors are safe in {other}")


def _problem(error: OutputError) -> str:
    return str(error).split(": ", 1)[-1]
