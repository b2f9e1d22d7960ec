"""A folder of checkpoints on the network: s3://bucket/run, gs:// and other places that fsspec writes to.

What is written goes to a folder on this disk first, which is gone when the work ends, and from there to its place: an
object is whole or not there. Nothing keeps two machines from working in one such folder; the name should be of one run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.corpus import EncodedCorpus, remote
from w2v.errors import OutputError, ResumeError, W2VError
from w2v.places import user_cache
from w2v.training.checkpoints import Checkpoint
from w2v.training.folder import IDS, LINES, NAME, STAY, Folder


def folder_at(name: str | os.PathLike[str]) -> Folder:
    """Return the folder of this name, on this machine or on the network."""
    if not remote.is_remote(os.fspath(name)):
        return Folder(Path(name))
    address = os.fspath(name).rstrip("/")
    return RemoteFolder(user_cache() / "remote" / hashlib.sha256(address.encode()).hexdigest()[:24], address)


@dataclass(frozen=True)
class RemoteFolder(Folder):
    """A folder at an address; `path` is where its files are on this disk while somebody works with them."""

    address: str = ""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.address

    def check_new(self) -> None:
        """Raise ResumeError if a run is kept here already."""
        if self._names():
            raise ResumeError(
                self.address, f"a run is kept here; go on with it: w2v train --resume {self.address}, or remove it"
            )

    def check_there(self) -> None:
        """Raise ResumeError if there is no run."""
        if not self._names():
            raise ResumeError(self.address, "no run is kept there; `w2v train --checkpoint ADDRESS` keeps one")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes of this machine out."""
        with super().locked():
            try:
                yield
            finally:
                shutil.rmtree(self.path, ignore_errors=True)

    def write_corpus(self, corpus: EncodedCorpus) -> None:
        """Keep the corpus. Raises OutputError."""
        super().write_corpus(corpus)
        for name in (IDS, LINES) if corpus.lines is not None else (IDS,):
            self._send(name)

    def write(self, kept: Checkpoint) -> None:
        """Write a checkpoint, then remove all but the newest two. Raises OutputError."""
        super().write(kept)
        self._send(self.found()[0].name)
        with self._reached() as (files, path):
            for old in sorted(filter(NAME.fullmatch, self._names()), reverse=True)[STAY:]:
                files.rm_file(f"{path}/{old}")

    def read(self) -> tuple[Checkpoint, list[str]]:
        """Return the newest checkpoint that is whole, and what is wrong with those that are not."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._reached() as (files, path):
            for name in self._names():
                files.get_file(f"{path}/{name}", str(self.path / name))
        return super().read()

    def remove(self) -> None:
        """Remove what the run kept."""
        super().remove()
        with self._reached() as (files, path):
            for name in self._names():
                files.rm_file(f"{path}/{name}")

    def _names(self) -> list[str]:
        """Return the names of the files of a run; none where there is no checkpoint."""
        with self._reached() as (files, path):
            files.invalidate_cache()
            there = [name.rsplit("/", 1)[-1] for name in files.ls(path, detail=False)] if files.exists(path) else []
        names = [name for name in there if name in (IDS, LINES) or NAME.fullmatch(name)]
        return names if any(map(NAME.fullmatch, names)) else []

    def _send(self, name: str) -> None:
        with self._reached() as (files, path):
            files.put_file(str(self.path / name), f"{path}/{name}")

    @contextmanager
    def _reached(self) -> Iterator[tuple[Any, str]]:
        """Around the use of a file system: each has errors of its own."""
        try:
            yield remote.library().core.url_to_fs(self.address)
        except W2VError:
            raise
        except Exception as error:
            raise OutputError(self.address, f"cannot be reached ({remote.first_line(error)})") from error
