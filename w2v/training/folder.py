"""Keeps what a run has done: a folder with the corpus as ids and the newest two checkpoints.

    DIR/ids.npy                       int32, the stream of ids, written once
    DIR/checkpoint-000000001234.npz   after 1234 rounds, see `w2v.training.checkpoints`
    DIR/lock                          held by the process that is at work here

The ids are kept, and not read again from the text: standard input cannot be read twice, a tokenizer's
dictionary may be another one next week, and a run goes on within a second. It costs 4 bytes a token. Where the
vectors go and which files the text came from is kept elsewhere, in the user's own cache: no path is taken from
a folder that may be someone else's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2v.corpus.encoded import Account, EncodedCorpus, FileAccount, in_pieces
from w2v.errors import FormatError, OutputError, ResumeError
from w2v.files import replacing
from w2v.places import user_cache
from w2v.resources import require_disk
from w2v.settings import TrainSettings
from w2v.training import checkpoints
from w2v.training.checkpoints import Checkpoint

IDS, LINES, LOCK = "ids.npy", "lines.npy", "lock"
NAME = re.compile(r"checkpoint-(\d{12})\.npz")
SUFFIX = ".checkpoint"  # of the folder that a long run makes for itself, beside its output
STAY = 2
ADVICE = "free some space or name a folder on another disk with --checkpoint"


@dataclass(frozen=True)
class Folder:
    """A folder of checkpoints; the tables that are read from it are `mapped`, see `Tables.empty`, or in memory."""

    path: Path
    mapped: bool = field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return str(self.path)

    @classmethod
    def beside(cls, output: Path) -> Folder:
        """Return the folder that belongs to an output."""
        return cls(output.with_name(output.name + SUFFIX))

    def check_new(self) -> None:
        """Raise ResumeError if a run is kept here already."""
        if self.path.exists() and not self.path.is_dir():
            raise ResumeError(self.name, "is a file; --checkpoint takes a folder")
        if self.path.is_dir() and self.found():
            raise ResumeError(
                self.name,
                f"a run is kept here; go on with it: w2v train --resume {self.name}, or remove the folder",
            )

    def check_there(self) -> None:
        """Raise ResumeError if there is no such folder."""
        if not self.path.is_dir():
            raise ResumeError(self.name, "no such folder of checkpoints; `w2v train --checkpoint DIR` makes one")

    def found(self) -> list[Path]:
        """Return the checkpoints, the newest first."""
        return sorted((path for path in self.path.iterdir() if NAME.fullmatch(path.name)), reverse=True)

    def require_room(self, tokens: int, words: int, settings: TrainSettings) -> None:
        """Raise ResourceError if the disk has no room for the ids and the checkpoints."""
        require_disk(self.path, 4 * tokens + (STAY + 1) * checkpoints.size_of(words, settings), "a checkpoint", ADVICE)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Lock the folder for a run that is to begin, and leave none behind if nothing comes to be kept.

        Raises ResumeError if a run is kept here already, or another process is at work here; OutputError.
        """
        self.check_new()
        made_here = not self.path.exists()
        with self.locked():
            self.check_new()  # again, now that nobody else can begin one
            try:
                yield
            finally:
                if made_here and self.path.is_dir() and not self.found():
                    self.remove()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder if it is not there, and keep other processes out. Raises ResumeError, OutputError."""
        with self._lock():
            for part in self.path.glob(".*.part"):  # of a process that was killed while it wrote
                with contextlib.suppress(OSError):
                    part.unlink()
            yield

    def _lock(self) -> IO[bytes]:
        """Return the open lock file, which nobody else has."""
        while True:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                file = (self.path / LOCK).open("wb")
            except OSError as error:
                raise OutputError(self.name, f"cannot be written ({error.strerror})") from error
            try:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except ImportError:  # Windows
                return file
            except OSError as error:
                file.close()
                raise ResumeError(self.name, "another w2v is at work here; wait for it or stop it") from error
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(file.fileno()), (self.path / LOCK).stat()):
                    return file
            file.close()  # a run that ended took the folder away in this moment

    def write_corpus(self, corpus: EncodedCorpus) -> None:
        """Keep the corpus. Raises OutputError."""
        self._write_ids(IDS, corpus.stream)
        if corpus.lines is not None:
            self._write_ids(LINES, corpus.lines)

    def _write_ids(self, name: str, ids: npt.NDArray[np.int32]) -> None:
        with replacing(self.path / name) as file:
            file.write(checkpoints.npy_header("<i4", (len(ids),)))
            for _, piece in in_pieces(ids):
                file.write(piece.astype("<i4", copy=False).tobytes())

    def read_ids(self, kept: Checkpoint) -> npt.NDArray[np.int32]:
        """Return the corpus of a checkpoint, memory-mapped. Raises FormatError where it is not the one."""
        path = self.path / IDS
        ids = self._read_ids(IDS, kept.corpus["size"])
        if ids.min() < -1 or ids.max() >= len(kept.vocabulary) or ids[-1] != -1:
            raise FormatError(path, "holds ids that are not in the vocabulary")
        if fingerprint(ids, kept.vocabulary.words, kept.vocabulary.counts) != kept.corpus["sha256"]:
            raise FormatError(path, "is not the corpus of this run: its checksum is another")
        return ids

    def _read_ids(self, name: str, size: int) -> npt.NDArray[np.int32]:
        path, header = self.path / name, checkpoints.npy_header("<i4", (size,))
        try:
            with path.open("rb") as file:
                if file.read(len(header)) != header or path.stat().st_size != len(header) + 4 * size:
                    raise FormatError(path, f"does not hold the {size:,} ids of this run's corpus")
                # Copy on write, and a plain array: the kernels are compiled for arrays that can be written.
                return np.asarray(np.memmap(file, np.int32, "c", len(header), (size,)))
        except OSError as error:
            raise FormatError(path, f"cannot be read ({error.strerror})") from error

    def read_corpus(self, kept: Checkpoint) -> EncodedCorpus:
        """Return the corpus of a checkpoint. Raises FormatError."""
        try:
            account = account_from(kept.corpus["account"])
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise FormatError(self.name, f"its account of the corpus cannot be read ({error})") from error
        ids = self.read_ids(kept)
        if len(ids) != account.kept + account.sentences or any(
            not 0 <= file.start <= file.stop <= len(ids) for file in account.by_file
        ):
            raise FormatError(self.name, "its account of the corpus does not fit the corpus")
        lines = self._read_ids(LINES, account.sentences) if kept.settings.documents == "line" else None
        return EncodedCorpus(kept.vocabulary, ids, account, lines=lines)

    def write(self, kept: Checkpoint) -> None:
        """Write a checkpoint, then remove all but the newest two. Raises OutputError; the older ones stay then."""
        checkpoints.write(kept, self.path / f"checkpoint-{kept.state.rounds:012d}.npz")
        for old in self.found()[STAY:]:
            with contextlib.suppress(OSError):
                old.unlink()

    def read(self) -> tuple[Checkpoint, list[str]]:
        """Return the newest checkpoint that is whole, and what is wrong with those that are not.

        Raises ResumeError where there is none.
        """
        self.check_there()
        wrong: list[str] = []
        for path in self.found():
            try:
                return checkpoints.read(path, mapped=self.mapped), wrong
            except FormatError as error:
                wrong.append(str(error))
        raise ResumeError(self.name, wrong[0] if wrong else "no checkpoint in it: the run ended before its first one")

    def remove(self) -> None:
        """Remove what the run kept, and the folder if nothing else is in it."""
        with contextlib.suppress(OSError):
            for path in (*self.found(), self.path / IDS, self.path / LINES, self.path / LOCK):
                path.unlink(missing_ok=True)
            self.path.rmdir()

    # What an untrusted folder must not decide: written to the user's own cache.

    def note(self, about: dict[str, Any]) -> None:
        """Remember things about the run of this folder, for this user on this machine, if that can be done."""
        with contextlib.suppress(OSError, OutputError):
            self._notes().parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._notes()) as file:
                file.write(json.dumps(about).encode())

    def noted(self) -> dict[str, Any]:
        """Return what was noted, or nothing."""
        with contextlib.suppress(OSError, ValueError):
            about = json.loads(self._notes().read_bytes())
            if isinstance(about, dict):
                return about
        return {}

    def _notes(self) -> Path:
        name = hashlib.sha256(os.fsencode(self.path.resolve())).hexdigest()[:24]
        return user_cache() / "runs" / f"{name}.json"


def fingerprint(ids: npt.NDArray[np.int32], words: tuple[str, ...], counts: npt.NDArray[np.int64]) -> str:
    """Return a checksum of a corpus as it is trained on: the same text, read in the same way, has the same."""
    checksum = hashlib.sha256()
    for _, piece in in_pieces(ids):
        checksum.update(np.ascontiguousarray(piece).data)
    checksum.update(np.ascontiguousarray(counts).data)
    checksum.update("\n".join(words).encode())
    return checksum.hexdigest()


def fingerprint_of(corpus: EncodedCorpus) -> str:
    """Return the checksum of a corpus."""
    return fingerprint(corpus.stream, corpus.vocabulary.words, corpus.vocabulary.counts)


def account_from(given: dict[str, Any]) -> Account:
    """Return the account that a checkpoint holds. Raises ValueError, KeyError or TypeError where it is none."""
    files = tuple(FileAccount(str(row[0]), *(int(number) for number in row[1:])) for row in given["by_file"])
    sums = ("files", "bytes", "tokens", "types", "kept", "sentences", "undecodable")
    numbers: dict[str, Any] = {name: int(given[name]) for name in sums}
    return Account(
        **numbers,
        by_file=files,
        notes=tuple(str(note) for note in given.get("notes", ())),
        dropped_words=tuple((str(word), int(count)) for word, count in given.get("dropped_words", ())),
        joined=int(given.get("joined", 0)),
    )


def describe_folder(folder: Folder) -> dict[str, Any]:
    """Return what the folder holds, ready for JSON; all checksums are compared.

    Raises ResumeError where no checkpoint is whole, FormatError for an account that is none.
    """
    kept, _ = folder.read()
    account, epochs = kept.corpus["account"], kept.settings.epochs
    done = float(kept.state.sums[0]) / max(epochs * int(account["kept"]), 1)
    return {
        "folder": str(folder.path),
        "checkpoints": [
            {"name": path.name, "bytes": path.stat().st_size, "problem": _problem(partial(checkpoints.read, path))}
            for path in folder.found()
        ],
        "ids": {"tokens_and_ends": kept.corpus["size"], "problem": _problem(partial(folder.read_ids, kept))},
        "epoch": min(int(done * epochs) + 1, epochs),
        "epochs": epochs,
        "done": min(done, 1.0),
        "seconds": round(kept.state.seconds, 1),
        "loss": kept.state.curve[-1].loss if kept.state.curve else None,
        "rollbacks": kept.state.rollbacks,
        "words": len(kept.vocabulary),
        "dim": kept.settings.dim,
        "first_words": list(kept.vocabulary.words[:6]),
        "settings": asdict(kept.settings),
        "corpus": {name: account.get(name) for name in ("files", "bytes", "tokens", "kept")}
        | {"sha256": kept.corpus["sha256"]},
        "resume": f"w2v train --resume {shlex.quote(str(folder.path))}",
        "continue": f"w2v train NEW.txt --continue {shlex.quote(str(folder.path))}",
    }


def _problem(read: Callable[[], object]) -> str:
    """Return what is wrong with what is read, "" where nothing is."""
    try:
        read()
    except FormatError as error:
        return str(error)
    return ""
