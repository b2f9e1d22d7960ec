"""From what the user names as corpus to blocks of bytes that end where a word ends.

Archives are recognised by their first bytes, not by their names, and streamed: see
`w2v.archives`. A block ends at a line's end where it can, else at a blank: a line of
100 MB (text8) is many blocks.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from w2v import archives
from w2v.errors import CorpusError

STDIN = "-"
LONGEST_WORD = 1 << 24  # bytes without a blank that are still believed to be text
BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Source(NamedTuple):
    """One file of the corpus, or standard input."""

    name: str
    size: int | None  # bytes on disk; None where nobody knows: standard input, a pipe


class Block(NamedTuple):
    """A piece of a source that ends at a line's end or between words; the last one of a source ends with a line."""

    text: bytes
    size: int  # bytes of the source in it: without the line end that was added, without the BOM taken away
    source: Source
    done: int  # bytes on disk read so far, of all sources


def find_sources(corpus: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """Return the files of a corpus, directories walked in sorted order; `-` is standard input.

    Files and folders whose names begin with a dot are left out of directories, and links to
    folders are not followed; what is named twice is read twice, as `cat` does. Raises CorpusError
    for what is not there or not readable, or a directory without files.
    """
    found = []
    for given in corpus:
        name = os.fspath(given)
        try:
            if name == STDIN:
                found.append(Source(STDIN, None))
            elif Path(name).is_dir():
                found += _walk(name)
            else:
                found.append(_source(name))
        except FileNotFoundError as error:
            raise CorpusError(error.filename or name, "no such file or directory") from error
        except OSError as error:
            raise CorpusError(error.filename or name, f"cannot be read: {error.strerror or error}") from error
    return found


def _source(name: str) -> Source:
    status = Path(name).stat()
    return Source(name, status.st_size if stat.S_ISREG(status.st_mode) else None)


def _walk(directory: str) -> list[Source]:
    def fail(error: OSError) -> None:
        raise error  # os.walk passes over what it cannot list, and says nothing

    found = []
    for folder, folders, files in os.walk(directory, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder) / name for name in files if not name.startswith(".")]
    sources = [_source(os.fspath(path)) for path in sorted(found) if path.is_file()]
    if not sources:
        raise CorpusError(directory, "this directory holds no files; name a file or a directory of text files")
    return sources


def read_blocks(sources: list[Source], boundaries: tuple[bytes, ...], block_bytes: int) -> Iterator[Block]:
    """Yield the text of all sources in blocks of about `block_bytes`; each source ends with its line.

    boundaries  what words do not reach across, besides the line's end; in the order of preference

    Raises CorpusError for what cannot be read: a damaged archive, binary data.
    """
    before = done = 0
    for source in sources:
        pieces: list[bytes] = []  # of a word or line that goes on
        waiting = 0
        ended = True
        for chunk, done_here in _chunks(source, block_bytes):
            done = before + done_here
            # A boundary of several bytes that lies across two chunks is not seen: a later one will be.
            end = _last_boundary(chunk, boundaries)
            if end == 0:
                pieces.append(chunk)
                waiting += len(chunk)
                if waiting > LONGEST_WORD:
                    raise CorpusError(source.name, f"no blank or line end in {waiting:,} bytes: is this text?")
                continue
            text = b"".join((*pieces, chunk[:end]))
            yield Block(text, len(text), source, done)
            pieces, waiting = [chunk[end:]], len(chunk) - end
            ended = text.endswith(b"\n")
        text = b"".join(pieces)
        before = done if source.size is None else before + source.size
        yield Block(text if ended and not text else text + b"\n", len(text), source, before)


def _last_boundary(text: bytes, boundaries: tuple[bytes, ...]) -> int:
    """Return where the last complete line of `text` ends, or its last complete word; 0 if neither does."""
    if end := text.rfind(b"\n") + 1:
        return end
    return next((at + len(mark) for mark in boundaries if (at := text.rfind(mark)) >= 0), 0)


def _chunks(source: Source, size: int) -> Iterator[tuple[bytes, int]]:
    """Yield the decompressed bytes of one source, each with the number of bytes read so far, on disk if it has them."""
    read = 0
    try:
        with _open(source) as raw:
            stream = archives.decompressed(raw)
            while chunk := stream.read(size):
                if read == 0:
                    _check_start(source, chunk)
                read += len(chunk)
                done = read if source.size is None else raw.tell()
                yield chunk.removeprefix(BOM) if read == len(chunk) else chunk, done
    except archives.DAMAGED as error:
        raise CorpusError(
            source.name, f"the archive is damaged or cut short ({error}); make or fetch it again"
        ) from error
    except OSError as error:
        # bz2 and gzip report damage with an OSError that has no number.
        if error.errno is None:
            raise CorpusError(
                source.name, f"the archive is damaged or cut short ({error}); make or fetch it again"
            ) from error
        raise CorpusError(source.name, f"cannot be read: {error.strerror}") from error


@contextlib.contextmanager
def _open(source: Source) -> Iterator[io.BufferedReader]:
    if source.name != STDIN:
        with Path(source.name).open("rb") as file:
            yield file
    elif sys.stdin is None:
        raise CorpusError("standard input", "is closed; name a file")
    else:
        try:
            descriptor = sys.stdin.fileno()
        except (OSError, ValueError):  # no file behind it: a test, a notebook
            yield io.BufferedReader(sys.stdin.buffer)  # type: ignore[arg-type]  # a BytesIO reads as a raw file does
            return
        # Not sys.stdin.buffer: it may be left waiting in a read by a thread, and Python would
        # break down at its end over the lock that the thread holds.
        with open(descriptor, "rb", closefd=False) as file:
            yield file


def _check_start(source: Source, chunk: bytes) -> None:
    if chunk.startswith(UTF16):
        raise CorpusError(source.name, f"this is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 {source.name} > utf8.txt")
    if b"\0" in chunk:
        raise CorpusError(source.name, "this is binary data, not text (it holds zero bytes); name text files")
