"""Texts that are not on this machine: s3://, gs://, https:// and other places that fsspec and its libraries open.

A folder is walked and a pattern (`s3://bucket/news/*.gz`) is looked up there; of https:// neither is possible. Nothing
is copied to the disk: a text is read as a stream, once, in pieces of some megabytes.
"""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from w2v.errors import CorpusError, MissingExtraError

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
LOCAL = "file://"
PIECE_BYTES = 1 << 23  # asked for at once
PATTERN = re.compile(r"[*?[]")


def is_remote(name: str) -> bool:
    """Return whether a name says where on the network a text is."""
    return bool(ADDRESS.match(name)) and not name.startswith(LOCAL)


def is_web(name: str) -> bool:
    """Return whether a name is that of a web server, which has no folders and may give no part of a file."""
    return name.lower().startswith(("http://", "https://"))


def find(name: str) -> tuple[list[tuple[str, int | None]], int]:
    """Return names and sizes of the files that an address names, sorted, and how many were passed over.

    Passed over are those whose names begin with a dot, as in folders of this machine. Raises CorpusError.
    """
    with _answering(name):
        files, path = library().core.url_to_fs(name)
        if is_web(name):
            return [(name, files.info(path).get("size"))], 0
        if PATTERN.search(path):
            there = files.glob(path, detail=True)
            found = {each: about for each, about in there.items() if about["type"] == "file"}
        elif (about := files.info(path))["type"] == "file":
            return [(name, about.get("size"))], 0
        else:
            found = files.find(path, detail=True)
        shown = {each: about for each, about in found.items() if not each.rsplit("/", 1)[-1].startswith(".")}
        if not shown:
            raise CorpusError(name, "holds no files; name a file, or a folder of text files")
        sizes = [(files.unstrip_protocol(each), shown[each].get("size")) for each in sorted(shown)]
        return sizes, len(found) - len(shown)


@contextmanager
def opened(name: str, first: int = 0) -> Iterator[io.BufferedReader]:
    """Open one file, from byte `first` on. Raises CorpusError; what fails while it is read is an OSError."""
    with _answering(name):
        files, path = library().core.url_to_fs(name)
        # Of https:// one stream: not every server gives a piece of a file.
        file = files.open(path, "rb", block_size=0 if is_web(name) else PIECE_BYTES)
        if first:
            file.seek(first)
    try:
        yield io.BufferedReader(_Stream(file), PIECE_BYTES)
    finally:
        file.close()


class _Stream(io.RawIOBase):
    """A file of fsspec, whose errors are OSErrors, whichever library they come from."""

    def __init__(self, file: Any) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        try:
            piece = self._file.read(len(room))
        except Exception as error:
            raise OSError(errno.EIO, first_line(error)) from error
        room[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self._at


def library() -> Any:
    """Return fsspec. Raises MissingExtraError."""
    try:
        import fsspec
    except ImportError as error:
        raise MissingExtraError("what is on the network", "remote") from error
    return fsspec


@contextmanager
def _answering(name: str) -> Iterator[None]:
    """Around a call of fsspec: each of its libraries has errors of its own, and all say that a text cannot be read."""
    try:
        yield
    except (CorpusError, MissingExtraError):
        raise
    except FileNotFoundError as error:
        raise CorpusError(name, "no such file or folder") from error
    except PermissionError as error:
        raise CorpusError(name, f"may not be read ({first_line(error)}); are the credentials there?") from error
    except Exception as error:
        raise CorpusError(name, f"cannot be read: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Return what an error says, in short."""
    return str(error).strip().split("\n")[0] or type(error).__name__
