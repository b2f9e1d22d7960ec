"""The three ways into a training run (from the start, from a checkpoint, from a model) and the one way out."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from w2v import formats, training
from w2v.cli import account
from w2v.cli.outputs import Outputs
from w2v.cli.progress import Meter
from w2v.cli.stopping import Stops
from w2v.errors import DivergenceError, FormatError, ResumeError, StoppedError, W2VError
from w2v.resources import start
from w2v.settings import TrainSettings, describe, shaping
from w2v.text import EncodedCorpus, Expected, ReadProgress, read
from w2v.training import Folder, Keeper, Progress, Trace, checkpoints, extension
from w2v.training.checkpoints import Kept
from w2v.training.folder import SUFFIX, fingerprint_of
from w2v.training.run import State


@dataclass
class Command:
    """What `w2v train` was asked for, beside corpus and settings."""

    meter: Meter
    stops: Stops
    outputs: Outputs
    tmp_dir: Path | None
    checkpoint: Path | None
    minutes: float

    def start(self, corpus: tuple[str, ...], settings: TrainSettings) -> None:
        """Read the corpus and train on it."""
        folder = self._check_places()
        text = self._read(corpus, settings, settings)
        for line in account.lines(text, settings):
            self.meter.say(line)
        self._check_resources(Expected(len(text.stream), len(text.vocabulary)), settings)
        self._train_new(folder, corpus, text, settings, training.begin(text.vocabulary, settings))

    def extend(self, model: Path, corpus: tuple[str, ...], settings: TrainSettings, given: set[str]) -> None:
        """Add a corpus to a kept model."""
        kept = self._model(model)
        for name in sorted(given.intersection(shaping())):
            self._check_setting(model, "model", name, kept.settings, settings)
        settings = replace(settings, **{name: getattr(kept.settings, name) for name in shaping()})
        folder = self._check_places()
        # Words of the model count however rare they are in the new text, so nothing is dropped yet.
        all_words = replace(settings, min_count=1, max_vocab=describe("max_vocab")["default"])
        text = self._read(corpus, all_words, settings, words=len(kept.vocabulary))
        joined = extension.extend(kept, text, settings)
        for line in account.extension_lines(kept, joined, settings):
            self.meter.say(line)
        self._check_resources(Expected(len(joined.corpus.stream), len(joined.corpus.vocabulary)), settings)

        def tell() -> None:
            for line in account.drift_lines(extension.drift(kept, joined), kept, joined):
                self.meter.say(line)

        self._train_new(folder, corpus, joined.corpus, settings, joined.state, continued=True)
        tell()

    def resume(self, path: Path, corpus: tuple[str, ...], settings: TrainSettings, given: set[str]) -> None:
        """Go on with a run that was stopped."""
        folder = Folder(path)
        folder.check_there()
        with folder.locked():
            kept, wrong = folder.read()
            for line in wrong:
                self.meter.say(f"warning     {line}; going on from the checkpoint before")
            for name in sorted(given & set(TrainSettings.__dataclass_fields__)):
                self._check_setting(path, "run", name, kept.settings, settings)
            noted = folder.noted()
            self._check_corpus(path, corpus, kept, noted)
            if "output" not in given:
                self.outputs.vectors = _output_of(path, noted)
            self.outputs.check()
            text = folder.read_corpus(kept)
            self.outputs.require_room(len(kept.vocabulary), kept.settings.dim)
            done = kept.state.blocks / (kept.settings.epochs * training.block_count(kept.corpus["size"]))
            self.meter.say(f"resuming    {path}: {min(done, 1):.0%} of the run is done")
            keeper = Keeper(folder, text, kept.settings, minutes=self.minutes, say=self.meter.say)
            keeper.go_on(kept)
            own = noted.get("own", path.name.endswith(SUFFIX))
            self._train(text, kept.settings, kept.state, keeper, own=bool(own))

    def _check_places(self) -> Folder:
        """Check that what will be written can be written; returns the folder of the run's checkpoints."""
        self.outputs.check()
        folder = Folder(self.checkpoint) if self.checkpoint is not None else Folder.beside(self.outputs.vectors)
        folder.check_new()
        return folder

    def _check_resources(self, expected: Expected, settings: TrainSettings) -> None:
        """Check, as soon as something is known of the corpus, that there is room for all that will come."""
        training.check_memory(expected.words, settings)
        if self.checkpoint is not None:
            Folder(self.checkpoint).require_room(expected.ids, expected.words, settings.dim)
        self.outputs.require_room(expected.words, settings.dim)

    def _read(
        self, corpus: Iterable[str], settings: TrainSettings, trained: TrainSettings, words: int = 0
    ) -> EncodedCorpus:
        """Read the corpus while the kernel of training is compiled; the model has `words` already."""

        def compile_ahead() -> None:
            with suppress(Exception):  # what fails here fails again where it is answered
                training.compile_ahead(trained)

        ahead = threading.Thread(target=compile_ahead, daemon=True)

        def reading(progress: ReadProgress) -> None:
            if progress.tokens and not ahead.ident:
                start(ahead)  # once the first block is read, for reading waits for its own kernels
            # On the very first run the kernels are compiled before the first word is read.
            what = "reading" if progress.tokens else "compiling"
            self.meter.show(what, progress.done, progress.total, "B", words=progress.tokens)

        def check(expected: Expected) -> None:
            self._check_resources(expected._replace(words=words) if words else expected, trained)

        with self.meter:
            text = read(corpus, settings, report=reading, check=check, tmp_dir=self.tmp_dir)
        if ahead.ident:
            ahead.join(0.5)
            if ahead.is_alive():
                self.meter.say("compiling   (once; the next run finds the code in the cache)")
            ahead.join()
        return text

    def _train_new(
        self,
        folder: Folder,
        corpus: tuple[str, ...],
        text: EncodedCorpus,
        settings: TrainSettings,
        state: State,
        *,
        continued: bool = False,
    ) -> None:
        asked = self.checkpoint is not None
        keeper = Keeper(folder, text, settings, minutes=self.minutes, asleep=not asked, say=self.meter.say)
        keeper.notes = {
            "output": str(self.outputs.vectors.absolute()),
            "own": not asked,
            "sources": [] if continued else _stamps(text),
            "corpus": [str(Path(name).absolute()) if name != "-" else name for name in corpus],
        }
        with keeper:
            if asked:
                keeper.begin(state)
            self._train(text, settings, state, keeper, own=not asked)

    def _train(self, text: EncodedCorpus, settings: TrainSettings, state: State, keeper: Keeper, *, own: bool) -> None:
        """Train to the end and write what there is to write. `own`: the folder goes when the vectors are safe."""

        def report(now: Progress) -> None:
            what = f"epoch {now.epoch}/{settings.epochs}"
            self.meter.show(what, now.tokens, now.total, "words", loss=now.loss, rate=now.rate)

        end = settings.epochs * training.block_count(len(text.stream))
        seen = Trace.spread(state.blocks, end) if self.outputs.trace is not None else None
        again = f"; go on with it: w2v train --resume {keeper.folder.path}"
        self.stops.gently = lambda: keeper.awake
        self.stops.advice = lambda: again if keeper.has_saved else ""
        try:
            with self.meter:
                training.finish(
                    text, settings, state, report=report, keeper=keeper, stop=self.stops.wanted, say=self.meter.say,
                    trace=seen,
                )  # fmt: skip
        except StoppedError as error:
            saved = again if error.kept else f"; no checkpoint of the last minutes{again}"
            raise self.stops.stopped(saved) from None
        except DivergenceError as error:
            if keeper.has_saved:
                formats.save(training.vectors_of(text.vocabulary, state), self.outputs.vectors)
                raise DivergenceError(f"{error}; {self.outputs.vectors} holds the last good vectors") from None
            raise
        self.stops.gently = lambda: False
        self.outputs.write(training.vectors_of(text.vocabulary, state), text, settings, state, keeper)
        self.outputs.write_pictures(state, seen)
        if own and keeper.has_saved:
            keeper.folder.remove()

    def _model(self, path: Path) -> Kept:
        if path.is_dir():
            return Folder(path).read()[0]
        try:
            return checkpoints.read(path)
        except FormatError as error:
            raise ResumeError(
                path,
                "is no model that text can be added to; `w2v train --checkpoint DIR` keeps one in DIR"
                " (files of vectors lack the second matrix and the counts)",
            ) from error

    def _check_setting(self, path: Path, what: str, name: str, kept: TrainSettings, chosen: TrainSettings) -> None:
        there, here = getattr(kept, name), getattr(chosen, name)
        if there != here:
            raise ResumeError(path, f"{describe(name)['option']} is {there} in this {what} and cannot become {here}")

    def _check_corpus(self, path: Path, corpus: tuple[str, ...], kept: Kept, noted: dict[str, Any]) -> None:
        """Refuse a corpus that is not the one of the run: that given now, or the noted files if they have changed."""
        again: Iterable[str] = corpus
        suspect = ", ".join(corpus)
        if not corpus:
            changed = _changed(noted.get("sources", []))
            if not changed:
                return
            again, suspect = noted.get("corpus", []), ", ".join(changed)
        try:
            text = read(again, kept.settings, tmp_dir=self.tmp_dir)
        except W2VError as error:
            raise ResumeError(path, f"the corpus has changed since the run began ({error})") from error
        if fingerprint_of(text) != kept.corpus["sha256"]:
            raise ResumeError(
                path,
                f"{suspect}: has changed since the run began; put the text back as it was, or start a new run",
            )


def _output_of(path: Path, noted: dict[str, Any]) -> Path:
    """Return where the vectors go: as this user noted when the run began, or as the name of the folder says."""
    if isinstance(noted.get("output"), str):
        return Path(noted["output"])
    if path.resolve().name.endswith(SUFFIX):
        return path.resolve().with_name(path.resolve().name.removesuffix(SUFFIX))
    raise ResumeError(path, "was made by another user or on another machine; say where the vectors go: -o FILE")


def _stamps(text: EncodedCorpus) -> list[list[Any]]:
    """Return name, size and time of each file of the corpus."""
    stamps: list[list[Any]] = []
    for file in text.account.by_file:
        path = Path(file.name).absolute()
        if file.name != "-" and path.is_file():
            status = path.stat()
            stamps.append([str(path), status.st_size, status.st_mtime_ns])
    return stamps


def _changed(stamps: list[list[Any]]) -> list[str]:
    """Return the files that are there and are not as they were; one that is gone does no harm, its ids are kept."""
    return [
        name
        for name, size, time_ns in stamps
        if (path := Path(name)).is_file() and (path.stat().st_size, path.stat().st_mtime_ns) != (size, time_ns)
    ]
