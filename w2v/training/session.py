"""The three ways into a training run (from the start, from a checkpoint, from a model) and the one way out.

    start    a corpus is read and trained on
    resume   a run that was stopped goes on from its newest checkpoint, to the same bits
    extend   new text is added to a kept model

`train`, `resume` and `extend` are for Python; `Session` is what they and the command line share. Nothing is printed
here: who wants to know gives callbacks.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v import formats
from w2v.corpus import EncodedCorpus, Events, Expected, Graph, ReadProgress, read
from w2v.corpus.reading import named_or_given
from w2v.corpus.sources import STDIN, find_sources
from w2v.defaults import check_given, choose, foreseen, usual
from w2v.errors import DivergenceError, FormatError, ResumeError, SettingsError, StoppedError
from w2v.objectives import OBJECTIVES, objective_of
from w2v.resources import release_freed_memory, start
from w2v.settings import TrainSettings, describe, gathered, is_auto, names
from w2v.training import account, checkpoints, cluster, documents, extension, source_texts
from w2v.training.checkpoints import Checkpoint
from w2v.training.cluster import Cluster, Nodes, Readers, StrataCluster, readable
from w2v.training.documents import DocumentProgress
from w2v.training.folder import SUFFIX, Folder
from w2v.training.keeper import Keeper
from w2v.training.outputs import Outputs, Trained
from w2v.training.remote_folder import RemoteFolder, folder_at
from w2v.training.run import State
from w2v.training.source_texts import Corpus, Name
from w2v.training.tables import StartRows
from w2v.training.trace import Trace
from w2v.training.trainer import (
    Executor,
    Progress,
    begin,
    check_memory,
    compile_ahead,
    finish,
    make_executor,
    vectors_of,
)  # fmt: skip
from w2v.training.validation import Validation, judge
from w2v.vectors import Vectors
from w2v.vocabulary import Vocabulary

Report = Callable[[ReadProgress | Progress | DocumentProgress], None]
Notify = Callable[[str], None]


def ignore(_: object) -> None:
    """Take no note of what is reported."""


def train(
    corpus: Corpus,
    settings: TrainSettings | None = None,
    *,
    report: Report = ignore,
    notify: Notify = ignore,
    checkpoint: Name | None = None,
    tmp_dir: Name | None = None,
    validate: Callable[[Vectors], float | None] | None = None,
    keep_best: bool = False,
    cluster: str | None = None,
    **more: Any,
) -> Vectors:
    """Train vectors of the words of `corpus`, float32 [V, dim].

    corpus      a file or folder, several of them, sentences (each a list of words), Events, a Graph, or what
                `read` returned
    settings    a TrainSettings; or give its fields by name: dim, window, negatives, epochs, min_count, ...
    report      called about ten times a second with a ReadProgress, later a Progress
    notify      called with each line that a person should see: what became of the text, warnings
    checkpoint  a folder that keeps the run, for `resume` and `extend`
    tmp_dir     a folder for ids that do not fit the memory
    validate    called with the vectors at the end of each epoch, returns their score, which a Progress then has;
                for instance lambda vectors: w2v.evaluation.score(vectors, "questions.txt")
    keep_best   return the vectors of the epoch with the highest score, not of the last one
    cluster     "auto", "ray://host:port" or "local:N": train on the machines of a Ray cluster, to the same bits

    What is left open in the settings is chosen once the corpus is known (`w2v.defaults`).
    The same corpus and settings, the number of threads among them, give the same bits. What `read` decided
    (tokenizer, keep_case, min_count, max_vocab) cannot be changed here. Raises CorpusError, SettingsError,
    ResourceError, OutputError, ResumeError (the folder keeps a run already), DivergenceError, ClusterError;
    TypeError for an argument of another type.

    >>> import w2v
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 50
    >>> w2v.train(sentences, dim=8, epochs=2, threads=1)
    Vectors(4 words x 8: the sat cat dog)
    """
    chosen = _settings_for(corpus, settings, more)
    if keep_best and validate is None:
        raise TypeError("keep_best needs validate, which says what is best")
    session = Session(checkpoint=checkpoint, tmp_dir=tmp_dir, report=report, notify=notify, cluster=cluster)
    session.validation = Validation(validate, keep_best=keep_best) if validate is not None else None
    return _with_verdict(session.start(corpus, chosen), notify)


def resume(
    folder: Name,
    corpus: Corpus = (),
    *,
    report: Report = ignore,
    notify: Notify = ignore,
    tmp_dir: Name | None = None,
    cluster: str | None = None,
    **settings: Any,
) -> Vectors:
    """Go on with the run that `folder` keeps, and return its vectors, float32 [V, dim]: the bits of an unbroken run.

    corpus    need not be given; where it is, it must be the text of the run
    settings  need not be given; where they are, they must be those of the run

    The folder stays. Raises ResumeError where the run cannot go on, and what `train` raises.

    >>> w2v.resume("run")  # doctest: +SKIP
    """
    session = Session(tmp_dir=tmp_dir, report=report, notify=notify, cluster=cluster)
    return _with_verdict(session.resume(folder, corpus, settings), notify)


def extend(
    model: Name,
    corpus: Corpus,
    *,
    report: Report = ignore,
    notify: Notify = ignore,
    checkpoint: Name | None = None,
    tmp_dir: Name | None = None,
    cluster: str | None = None,
    **settings: Any,
) -> Vectors:
    """Add new text to a kept model: new words get vectors, old ones move. Returns float32 [V old and new, dim].

    model       a folder that `train(..., checkpoint=folder)` made, or one checkpoint of it
    corpus      the new text, as for `train`
    checkpoint  another folder, which keeps this run
    settings    of this run by name; dim, tokenizer and keep_case are those of the model

    Raises ResumeError where `model` is none, and what `train` raises.

    >>> w2v.extend("run", "new.txt", epochs=3)  # doctest: +SKIP
    """
    session = Session(checkpoint=checkpoint, tmp_dir=tmp_dir, report=report, notify=notify, cluster=cluster)
    return _with_verdict(session.extend(model, corpus, settings), notify)


@dataclass
class Session:
    """What is the same for all ways into a run.

    outputs     the files to write
    checkpoint  the folder that keeps the run; without one, a long run with vectors to write keeps itself beside them
    minutes     between two checkpoints, at the most
    tmp_dir     for ids that do not fit the memory
    report      called about ten times a second, with a ReadProgress, later a Progress, and at last a DocumentProgress
    notify      called with each line that a person should see
    cluster     where to train, as --cluster has it; None: on this machine
    stop        asked about ten times a second; True ends the run, saves it, and raises StoppedError
    validation  scores the vectors at the end of each epoch
    keeper      what saves the run, while it is being trained
    settings    of the run that is being trained
    """

    outputs: Outputs = field(default_factory=Outputs)
    checkpoint: Name | None = None
    minutes: float = 10.0
    tmp_dir: Name | None = None
    report: Report = ignore
    notify: Notify = ignore
    stop: Callable[[], bool] = lambda: False
    validation: Validation | None = None
    cluster: str | None = None
    keeper: Keeper | None = field(default=None, init=False)
    settings: TrainSettings | None = field(default=None, init=False)
    _nodes: Nodes | None = field(default=None, init=False)
    _executor: Cluster | StrataCluster | None = field(default=None, init=False)

    def start(self, corpus: Corpus, settings: TrainSettings) -> Trained:
        """Read the corpus and train on it."""
        check_given(settings)
        self._check_outputs(settings)
        with ExitStack() as claim:
            corpus = self._prepare(corpus, claim)
            rows = StartRows(settings) if settings.start_from else None
            text = self._read(corpus, settings, foreseen(settings))
            documents.check_text(settings, text)
            settings, choices = choose(_as_read(settings, text), text.size)
            for line in account.lines(text, settings, choices):
                self.notify(line)
            self._check_resources(Expected(len(text.stream), len(text.vocabulary)), settings)
            state = begin(text.vocabulary, settings, mapped=self._nodes is not None)
            if rows is not None:
                self.notify(rows.find(text.vocabulary))
                state.start = rows.write
                rows.write(state.tables)
            return self._train_new(text, settings, state)

    def extend(self, model: Name, corpus: Corpus, given: dict[str, Any]) -> Trained:
        """Add a corpus to a kept model; `given` are settings by name."""
        kept = _model(model)
        if kept.settings.objective == "glove":
            raise SettingsError(
                f"--continue: {model} was trained with --objective glove, whose co-occurrences are not kept;"
                " train anew on old and new text together"
            )
        own = gathered(None, given)
        if own.documents != "none":
            raise SettingsError("--documents is for a new model, not for one that goes on with new text")
        for name in ("vocab", "start_from"):
            if getattr(own, name):
                raise SettingsError(
                    f"{describe(name)['option']} is for a new model: one that goes on has its words and rows"
                )
        _check_settings(model, "model", kept.settings, own, [name for name in names("shaping") if name in given])
        settings = replace(usual(own), **{name: getattr(kept.settings, name) for name in names("shaping")})
        self._check_outputs(settings)
        if isinstance(corpus, EncodedCorpus):
            raise TypeError("corpus must be files or sentences, which are read as the model's text was")
        with ExitStack() as claim:
            corpus = self._prepare(corpus, claim)
            # Words of the model count however rare they are in the new text, so nothing is dropped yet.
            text = self._read(corpus, source_texts.all_words(settings), settings, model=kept.vocabulary)
            joined = extension.extend(kept, text, settings)
            for line in account.extension_lines(kept, joined, settings):
                self.notify(line)
            self._check_resources(Expected(len(joined.corpus.stream), len(joined.corpus.vocabulary)), settings)
            trained = self._train_new(joined.corpus, settings, joined.state, continued=True)
        for line in account.drift_lines(extension.drift(kept, joined), kept, joined):
            self.notify(line)
        # What was learnt before is not known here, so there is no saying how many epochs are enough.
        return replace(trained, verdict=replace(trained.verdict, epochs=0))

    def resume(self, path: Name, corpus: Corpus, given: dict[str, Any]) -> Trained:
        """Go on with a run that was stopped; `corpus` and `given`, settings by name, must be those of the run."""
        folder = replace(folder_at(path), mapped=self.cluster is not None)
        folder.check_there()
        with folder.locked(), ExitStack() as claim:
            self._connect(claim)
            kept, wrong = folder.read()
            for line in wrong:
                self.notify(f"warning     {line}; going on from the checkpoint before")
            _check_settings(
                path, "run", kept.settings, gathered(None, given), [name for name in names() if name in given]
            )
            self._check_outputs(kept.settings)
            noted = folder.noted()
            text = folder.read_corpus(kept)
            source_texts.check(path, corpus, kept, noted, text, self.tmp_dir)
            self.outputs.check(row[0] for row in source_texts.stamps_in(noted))
            self.outputs.require_room(len(kept.vocabulary), kept.settings)
            done = kept.state.sums[0] / max(kept.settings.epochs * text.account.kept, 1)
            self.notify(f"resuming    {path}: {min(done, 1):.0%} of the run is done")
            keeper = Keeper(folder, text, kept.settings, minutes=self.minutes, claimed=True, notify=self.notify)
            keeper.go_on(kept)
            own = noted.get("own", folder.name.endswith(SUFFIX)) and self.outputs.vectors is not None
            return self._train(text, kept.settings, kept.state, keeper, own=bool(own))

    def _prepare(self, corpus: Corpus, claim: ExitStack) -> Corpus:
        """Check, before the work, that what will be written can be; take the folder of checkpoints for this run."""
        files: list[str] = []
        if isinstance(corpus, (Events, Graph)):
            files = [os.fspath(name) for name in corpus.files]
        elif not isinstance(corpus, EncodedCorpus):
            files, sentences = named_or_given(corpus)
            corpus = files if sentences is None else sentences
        self.outputs.check(source.name for source in find_sources(files) if source.name != STDIN)
        if self.checkpoint is not None:
            claim.enter_context(folder_at(self.checkpoint).claimed())
        elif self.outputs.vectors is not None:
            Folder.beside(self.outputs.vectors).check_new()
        self._connect(claim)
        return corpus

    def _connect(self, claim: ExitStack) -> None:
        """Connect with the cluster, if there is to be one, for as long as `claim` lasts."""
        if self.cluster is not None:
            self._nodes = claim.enter_context(Nodes(self.cluster))
            self.notify(f"cluster     {self._nodes.describe()}")

    def _executor_for(self, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> Executor:
        """Return what trains the rounds."""
        if self._nodes is None:
            return make_executor(stream, vocabulary, settings)
        kind = StrataCluster if settings.objective == "glove" else Cluster
        self._executor = kind(self._nodes, stream, vocabulary, settings, self.notify)
        return self._executor

    def _check_outputs(self, settings: TrainSettings) -> None:
        """Raise SettingsError where the objective does not have what is to be written; note what else is."""
        if self.outputs.output_rows is not None and settings.loss == "hs":
            raise SettingsError("--output-vectors: with --loss hs a word has no output row, the nodes of its path have")
        documents.check(settings)
        self.outputs.documents = settings.documents != "none"
        if settings.documents != "none" and self.validation is not None and self.validation.keep_best:
            raise SettingsError("--keep-best keeps words of another epoch than --documents; leave one of them out")
        glove = settings.objective == "glove"
        plain = not glove and objective_of(settings) is OBJECTIVES["skipgram"] and not settings.subwords
        if self.outputs.trace is not None and not plain:
            raise SettingsError(
                "--trace shows steps of skip-gram with shared negatives, without subwords, alone so far; leave it out"
            )

    def _check_resources(self, expected: Expected, settings: TrainSettings) -> None:
        """Check, as soon as something is known of the corpus, that there is room for all that will come."""
        if self._nodes is None:  # of a cluster, each worker checks its own
            check_memory(expected.words, settings)
        if self.checkpoint is not None:
            folder_at(self.checkpoint).require_room(expected.ids, expected.words, settings)
        self.outputs.require_room(expected.words, settings)

    def _read(
        self, corpus: Corpus, settings: TrainSettings, trained: TrainSettings, model: Vocabulary | None = None
    ) -> EncodedCorpus:
        """Read the corpus while the kernel of training is compiled; `model` has the words that are there already."""
        if isinstance(corpus, EncodedCorpus):
            return corpus

        def compile_kernel() -> None:
            with suppress(Exception):  # what fails here fails again where it is answered
                (compile_ahead if self._nodes is None else cluster.compile_ahead)(trained)

        ahead = threading.Thread(target=compile_kernel)  # no daemon: Python waits, for it must not end within LLVM

        def report(progress: ReadProgress) -> None:
            if progress.tokens and not ahead.ident:
                start(ahead)  # once the first block is read, for reading waits for its own kernels
            self.report(progress)

        def check(expected: Expected) -> None:
            self._check_resources(expected if model is None else expected._replace(words=len(model)), trained)

        known = None if model is None else model.words
        if (
            self._nodes is not None
            and model is None
            and self.outputs.trace is None
            and (names := readable(corpus, settings))
        ):
            return Readers(self._nodes, self.notify).read(names, settings, self.report, check)
        text = read(corpus, settings, report=report, check=check, tmp_dir=self.tmp_dir, phrases_of=known)
        if ahead.ident:
            ahead.join()
        release_freed_memory()
        return text

    def _train_new(
        self, text: EncodedCorpus, settings: TrainSettings, state: State, *, continued: bool = False
    ) -> Trained:
        asked, output = self.checkpoint is not None, self.outputs.vectors
        if self.checkpoint is None and output is None:
            return self._train(text, settings, state, None, own=False)
        folder = folder_at(self.checkpoint) if self.checkpoint is not None else Folder.beside(output or Path())
        folder = replace(folder, mapped=self._nodes is not None)
        keeper = Keeper(
            folder, text, settings, minutes=self.minutes, asleep=not asked, claimed=asked, notify=self.notify
        )  # fmt: skip
        keeper.notes = {
            "own": not asked,
            "sources": [] if continued else source_texts.stamps(text),
        }
        keeper.notes |= {name: str(path.absolute()) for name, path in self.outputs.noted().items()}
        with keeper:
            if asked:
                keeper.begin(state)
            return self._train(text, settings, state, keeper, own=not asked)

    def _train(
        self, text: EncodedCorpus, settings: TrainSettings, state: State, keeper: Keeper | None, *, own: bool
    ) -> Trained:
        """Train to the end and write what there is to write. `own`: the folder goes when the vectors are safe."""
        seen = Trace() if self.outputs.trace is not None else None
        self.keeper, self.settings = keeper, settings
        try:
            trained_by = finish(
                text, settings, state, report=self.report, keeper=keeper, stop=self.stop, notify=self.notify,
                trace=seen, validation=self.validation, make=self._executor_for,
            )  # fmt: skip
        except DivergenceError as error:
            if keeper is not None and keeper.has_saved and self.outputs.vectors is not None:
                formats.save(vectors_of(text.vocabulary, state, settings), self.outputs.vectors)
                raise DivergenceError(f"{error}; {self.outputs.vectors} holds the last good vectors") from None
            raise
        vectors = vectors_of(text.vocabulary, state, settings)
        if self.validation is not None and self.validation.best is not None:
            vectors = self.validation.best[1]
        if settings.documents != "none":
            try:
                made = documents.train_documents(text, settings, state, report=self.report, stop=self.stop)
            except StoppedError:
                raise StoppedError(keeper is not None and keeper.save(state, 1, must=True)) from None
            vectors = replace(vectors, documents=made)
        self.keeper = None
        workers = () if self._executor is None else self._executor.by_worker()
        verdict = judge(vectors, text, settings, trained_by.losses(state))
        trained = Trained(vectors, text, settings, state, verdict, seen, self.validation, workers, trained_by.replicas)
        self.outputs.write(trained, keeper, self.notify)
        if own and keeper is not None and keeper.has_saved:
            keeper.folder.remove()
        return trained

    @staticmethod
    def noted_path(path: Name, name: str) -> Path | None:
        """Return another file that this user asked the kept run to write, see `Outputs.noted`."""
        noted = folder_at(path).noted().get(name)
        return Path(noted) if isinstance(noted, str) else None

    @staticmethod
    def output_of(path: Name) -> Path:
        """Return where the vectors of a kept run go: as this user noted when it began, or as its folder's name says."""
        folder_at(path).check_there()
        if (output := Session.noted_path(path, "output")) is not None:
            return output
        there = folder_at(path).path.resolve()
        if there.name.endswith(SUFFIX):
            return there.with_name(there.name.removesuffix(SUFFIX))
        raise ResumeError(
            path,
            "does not say where its vectors go (another user made it, another machine, or Python);"
            " say where the vectors go: -o FILE",
        )


def _with_verdict(trained: Trained, notify: Notify) -> Vectors:
    for line in account.verdict_lines(trained.verdict):
        notify(line)
    return trained.vectors


def _settings_for(corpus: Corpus, settings: TrainSettings | None, more: dict[str, Any]) -> TrainSettings:
    """Return the settings to train with. Raises SettingsError where they contradict those of the reading."""
    if not isinstance(corpus, EncodedCorpus) or corpus.settings is None:
        return gathered(settings, more)
    chosen = gathered(settings, more) if settings is not None else gathered(None, {**vars(corpus.settings), **more})
    chosen = _as_read(chosen, corpus)
    for name in names("reading"):
        then, now = getattr(corpus.settings, name), getattr(chosen, name)
        if then != now:
            raise SettingsError(f"{name} was {then!r} when the corpus was read, and cannot be {now!r} now")
    return chosen


def _as_read(settings: TrainSettings, corpus: EncodedCorpus) -> TrainSettings:
    """Return settings in which the reading has closed what it decides and was left open."""
    if corpus.settings is None:
        return settings
    left_open = [name for name in names("reading") if is_auto(getattr(settings, name))]
    return replace(settings, **{name: getattr(corpus.settings, name) for name in left_open})


def _model(path: Name) -> Checkpoint:
    folder = folder_at(path)
    if isinstance(folder, RemoteFolder):
        with folder.locked():
            return folder.read()[0]
    if folder.path.is_dir():
        return folder.read()[0]
    try:
        return checkpoints.read(folder.path)
    except FormatError as error:
        raise ResumeError(
            path,
            "is no model that text can be added to; `w2v train --checkpoint DIR` keeps one in DIR"
            " (files of vectors lack the second matrix and the counts)",
        ) from error


def _check_settings(path: Name, what: str, kept: TrainSettings, chosen: TrainSettings, given: Iterable[str]) -> None:
    """Raise ResumeError for a setting that was given and is not the kept one."""
    for name in sorted(given):
        there, here = getattr(kept, name), getattr(chosen, name)
        if there != here and not is_auto(here):
            raise ResumeError(path, f"{describe(name)['option']} is {there} in this {what} and cannot become {here}")
