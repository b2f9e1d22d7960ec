"""What a training run leaves behind: vectors, where they come from, a report and a trace.

Before the work it is made sure that all of it can be written, that no two of these files have one name, and that
none takes the place of a text of the corpus or of a file that the user did not name and w2v did not write.

Where vectors come from is JSON, with all that the methods section of a paper needs:

    w2v, made          the version, and when
    settings           all of them
    machine            Python, libraries, processor
    corpus             sha256 of what was trained on (ids, words, counts), tokens and bytes in all and by file:
                       tokens = trained + below min-count + joined into the phrase before + subsampled, in each epoch
    training           seconds, replicas (one for each thread, or fewer), loss and its curve, rollbacks
    vectors            words, dimensions, size of the file
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from w2v import __version__, files, formats
from w2v.corpus.encoded import EncodedCorpus, in_pieces
from w2v.errors import OutputError, W2VError
from w2v.formats import companions
from w2v.kernels import random
from w2v.kernels.compiler import LANES
from w2v.resources import require_disk
from w2v.settings import TrainSettings
from w2v.subwords import expected_rows
from w2v.training import trace
from w2v.training.folder import fingerprint_of
from w2v.training.keeper import Keeper
from w2v.training.run import State
from w2v.training.trace import Trace
from w2v.training.trainer import output_vectors_of
from w2v.training.validation import Validation, Verdict
from w2v.vectors import Vectors
from w2v.vocabulary import write_counts

PHRASES = 100  # of those that were found, the most frequent: the vocabulary has them all


@dataclass(frozen=True, eq=False)
class Trained:
    """What a run came to.

    vectors   the result
    corpus    what was trained on
    settings  of the run
    state     where the run ended, with its loss curve
    trace     the steps that were looked at, if a trace was asked for
    verdict   what can be said of the vectors
    validation  their scores on the way, if a validation was asked for
    workers   what each worker of a cluster did
    replicas  how many were trained and merged
    """

    vectors: Vectors
    corpus: EncodedCorpus
    settings: TrainSettings
    state: State
    verdict: Verdict
    trace: Trace | None = None
    validation: Validation | None = None
    workers: tuple[dict[str, Any], ...] = ()
    replicas: int = 1


@dataclass
class Outputs:
    """The files that were asked for, none of them by default.

    vectors      in the format of the name's ending; where they come from is written beside them
    report       JSON: settings, account, loss curve
    trace        .tsv or .jsonl: single steps of the training
    output_rows  the output rows of the words, as vectors
    vocabulary   words and counts, as the C program writes them
    documents    whether vectors of documents are written beside the vectors
    others       what the caller will write, with what it is: no other output may have its name
    """

    vectors: Path | None = None
    report: Path | None = None
    trace: Path | None = None
    others: tuple[tuple[Path, str], ...] = ()
    output_rows: Path | None = None
    vocabulary: Path | None = None
    documents: bool = False
    began: float = field(default_factory=time.monotonic)

    def check(self, inputs: Iterable[str | os.PathLike[str]] = ()) -> None:
        """Check that all of it can be written and destroys nothing. Raises OutputError, SettingsError.

        inputs  the files that are read
        """
        for path in filter(None, (self.vectors, self.output_rows)):
            formats.check_writable(path)
        for path in filter(None, (self.report, self.vocabulary)):
            files.check_writable(path)
        if self.trace is not None:
            trace.check(self.trace)
        read = {companions.identity(Path(path)) for path in inputs}
        taken: dict[object, str] = {}
        for path, what in self._files():
            key = companions.identity(path)
            if key in read:
                raise OutputError(path, f"is part of the corpus, and {what} would replace it; choose another name")
            if key in taken:
                raise OutputError(
                    path, f"{taken[key]} and {what} would both be written there; give each a name of its own"
                )
            taken[key] = what
        for vectors in filter(None, (self.vectors, self.output_rows)):
            for path, what in self._beside(vectors):
                companions.check_ours(path, vectors, what)

    def _beside(self, vectors: Path) -> Iterator[tuple[Path, str]]:
        yield from companions.companions(vectors, formats.format_of(vectors))
        if self.documents and vectors == self.vectors:
            yield companions.documents_of(vectors), "the vectors of the documents"

    def _files(self) -> Iterator[tuple[Path, str]]:
        for vectors, what in ((self.vectors, "the vectors"), (self.output_rows, "the output rows")):
            if vectors is not None:
                yield vectors, what
                yield from self._beside(vectors)
        named = (self.vocabulary, "the vocabulary"), (self.report, "the report"), (self.trace, "the trace")
        yield from ((path, what) for path, what in named if path is not None)
        yield from self.others

    def noted(self) -> dict[str, Path]:
        """Return the files that a run which goes on writes again, by what they are noted as."""
        paths = {"output": self.vectors, "output_rows": self.output_rows, "vocabulary": self.vocabulary}
        return {name: path for name, path in paths.items() if path is not None}

    def require_room(self, words: int, settings: TrainSettings) -> None:
        """Check that the disk has room for the vectors. Raises ResourceError."""
        dim = settings.dim
        for path in filter(None, (self.vectors, self.output_rows)):
            # 12 bytes for a number as text, 4 for it in the mapped copy beside.
            needed = words * (16 * dim + 32)
            if settings.subwords and formats.keeps_subwords(path):
                needed += 4 * dim * (settings.buckets if path.suffix == ".bin" else expected_rows(words, settings))
            advice = "free some space or choose another disk with -o"
            require_disk(path.resolve().parent, needed, "the output", advice)

    def write(self, trained: Trained, keeper: Keeper | None, notify: Callable[[str], None]) -> None:
        """Write all that was asked for. Raises OutputError.

        Vectors that cannot be written where they should go are kept elsewhere, and the error says where.
        """
        if self.vectors is not None:
            _write_vectors(self.vectors, trained.vectors, keeper)
            if trained.vectors.documents is not None:
                _write_vectors(companions.documents_of(self.vectors), trained.vectors.documents, keeper)
        if self.output_rows is not None:
            _write_vectors(self.output_rows, output_vectors_of(trained.corpus.vocabulary, trained.state), keeper)
        if self.vocabulary is not None:
            account = trained.corpus.account
            write_counts(trained.corpus.vocabulary, account.sentences, self.vocabulary)
        if self.vectors is not None or self.report is not None:
            self._write_provenance(trained, keeper, notify)
        if self.trace is not None and trained.trace is not None:
            trained.trace.save(self.trace)

    def _write_provenance(self, trained: Trained, keeper: Keeper | None, notify: Callable[[str], None]) -> None:
        made = datetime.now(timezone.utc).isoformat(timespec="seconds")
        sha256 = (keeper.sha256 if keeper is not None else "") or fingerprint_of(trained.corpus)
        about = provenance(trained, sha256, made)
        about["verdict"] = asdict(trained.verdict)
        if trained.validation is not None:
            about["validation"] = trained.validation.about()
        for path, side in ((self.vectors, {}), (self.output_rows, {"rows": "output"})):
            if path is None:
                continue
            try:
                companions.write_origin({**about, **side}, path)
            except OutputError as error:
                notify(f"warning     {error}; the vectors are written, what they come from is not")
        if self.report is not None:
            about["seconds"] = round(time.monotonic() - self.began, 3)
            about["by_file"] = by_file(trained.corpus, trained.settings)
            if trained.workers:
                about["workers"] = list(trained.workers)
            try:
                companions.write_json(about, self.report)
            except OutputError as error:
                written = "" if self.vectors is None else f"; the vectors are written: {self.vectors}"
                raise OutputError(self.report, f"{_problem(error)}{written}") from error


def _write_vectors(path: Path, vectors: Vectors, keeper: Keeper | None) -> None:
    problem: OutputError | None = None
    try:
        formats.save(vectors, path)
    except OutputError as error:
        problem = error
    except MemoryError:
        problem = OutputError(path, "no memory is left to write it")
    if problem is not None:  # behind the handlers: what they caught holds on to the memory
        raise _rescue(vectors, path, problem, keeper)


def _rescue(vectors: Vectors, path: Path, error: OutputError, keeper: Keeper | None) -> W2VError:
    """Keep vectors that could not be written where they should go; returns the error to raise."""
    if keeper is not None and keeper.has_saved:
        return OutputError(path, f"{_problem(error)}; go on with: w2v train --resume {keeper.folder.name}")
    # Our own format: it takes the least memory and disk, and `w2v convert` makes the other of it.
    other = Path(tempfile.gettempdir()) / f"w2v-rescued-{path.name}.w2v"
    try:
        if other.exists():
            return error
        formats.save(vectors, other)
    except (W2VError, MemoryError):
        return error
    return OutputError(path, f"{_problem(error)}; the vectors are safe in {other}")


def _problem(error: OutputError) -> str:
    return str(error).split(": ", 1)[-1]


def provenance(trained: Trained, sha256: str, made: str) -> dict[str, Any]:
    """Return where the vectors of a run come from.

    sha256  the fingerprint of the corpus
    made    the time, as ISO 8601 has it
    """
    corpus, settings, state = trained.corpus, trained.settings, trained.state
    account, vocabulary = corpus.account, corpus.vocabulary
    seen, centers, pairs, loss = state.sums.tolist()
    return {
        "w2v": __version__,
        "made": made,
        "settings": asdict(settings),
        "machine": machine(),
        "corpus": {
            "sha256": sha256,
            "files": account.files,
            "bytes": account.bytes,
            "undecodable_bytes": account.undecodable,
            "sentences": account.sentences,
            "tokens": account.tokens,
            "below_min_count": account.dropped,
            "joined": account.joined,
            "kept": account.kept,
            "types": account.types,
            "most_frequent_dropped": [{"word": word, "count": count} for word, count in account.dropped_words],
            "notes": list(account.notes),
            "phrases": [phrase._asdict() for phrase in corpus.phrases[:PHRASES]],
        },
        "training": {
            "seconds": round(state.seconds, 3),
            "epochs": settings.epochs,
            "replicas": trained.replicas,
            "tokens": int(seen),
            "trained": int(centers),
            "subsampled": int(seen - centers),
            "loss": loss / pairs if pairs else None,
            "rollbacks": state.rollbacks,
            "rate_share": state.rate_share,
            "curve": [point._asdict() for point in state.curve],
        },
        "vectors": {"words": len(vocabulary), "dim": settings.dim},
    }


def by_file(corpus: EncodedCorpus, settings: TrainSettings) -> list[dict[str, Any]]:
    """Return what became of each file, over all epochs; `tokens * epochs` is the sum of the four that follow it.

    What subsampling leaves is counted again here, token by token, and not taken from the trainer's sums.
    """
    keep = random.keep_limits(corpus.vocabulary.counts, settings.sample)
    rows = []
    for file in corpus.account.by_file:
        trained = sum(
            int(random.count_kept(ids, place, keep, settings.seed, settings.epochs))
            for place, ids in in_pieces(corpus.stream, file.start, file.stop)
        )
        rows.append(
            {
                "name": file.name,
                "bytes": file.bytes,
                "undecodable_bytes": file.undecodable,
                "tokens": file.tokens,
                "trained": trained,
                "below_min_count": settings.epochs * file.dropped,
                "joined": settings.epochs * file.joined,
                "subsampled": settings.epochs * file.kept - trained,
            }
        )
    return rows


def machine() -> dict[str, Any]:
    """Return what the vectors were computed with."""
    versions = {}
    for name in ("numpy", "numba", "llvmlite"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "unknown"
    return {
        "python": platform.python_version(),
        **versions,
        "system": platform.platform(),
        "processor": platform.machine(),
        "cpus": os.cpu_count(),
        "lanes": LANES,
    }
