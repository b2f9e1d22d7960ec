"""From what the user names as corpus to blocks of bytes that end where a word ends.

Archives are recognised by their first bytes, not by their names, and streamed. A
block ends at a line's end where it can, else at a blank: a line of 100 MB (text8) is many blocks.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from w2v.errors import CorpusError, MissingExtraError

STDIN = "-"
BLOCK_BYTES = 1 << 20  # small enough for the cache and for an even share among threads
LONGEST_WORD = 1 << 24  # bytes without a blank that are still believed to be text
BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Readable(Protocol):
    """What an archive opens as."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


class Source(NamedTuple):
    """One file of the corpus, or standard input."""

    name: str
    size: int  # bytes on disk; 0 for standard input


class Block(NamedTuple):
    """A piece of a source that ends at a line's end or between words."""

    text: bytes
    source: int  # which source, by position
    done: int  # bytes on disk read so far, of all sources


def find_sources(corpus: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """Return the files of a corpus, directories walked in sorted order; `-` is standard input.

    Files whose names begin with a dot are left out of directories. Raises CorpusError for what
    is not there, or a directory without files.
    """
    found = []
    for given in corpus:
        name = os.fspath(given)
        path = Path(name)
        if name == STDIN:
            found.append(Source(STDIN, 0))
        elif path.is_dir():
            files = sorted(
                Path(folder) / file for folder, _, names in os.walk(path) for file in names if not file.startswith(".")
            )
            if not files:
                raise CorpusError(name, "this directory holds no files; name a file or a directory of text files")
            found += [Source(os.fspath(file), file.stat().st_size) for file in files if file.is_file()]
        elif path.exists():
            found.append(Source(name, path.stat().st_size))
        else:
            raise CorpusError(name, "no such file or directory")
    return found


def read_blocks(sources: list[Source]) -> Iterator[Block]:
    """Yield the text of all sources in blocks; each source ends with its line.

    Raises CorpusError for what cannot be read: a damaged archive, binary data.
    """
    before = 0
    for number, source in enumerate(sources):
        rest = b""
        for chunk, done in _chunks(source):
            text = rest + chunk
            end = _last_boundary(text)
            if end == 0 and len(text) > LONGEST_WORD:
                raise CorpusError(source.name, f"no blank or line end in {len(text):,} bytes: is this text?")
            rest = text[end:]
            if end:
                yield Block(text[:end], number, before + done)
        if rest and not rest.endswith(b"\n"):
            rest += b"\n"
        before += source.size
        yield Block(rest, number, before)


def _last_boundary(text: bytes) -> int:
    """Return where the last complete line of `text` ends, or its last complete word."""
    end = text.rfind(b"\n") + 1
    if end == 0:
        end = max(text.rfind(blank) for blank in (b" ", b"\t", b"\r", b"\v", b"\f")) + 1
    if end == 0 and len(text) > BLOCK_BYTES:
        # A long line without blanks: Chinese or Japanese. Its punctuation ends words too.
        end = max(
            text.rfind(mark.encode()) + len(mark.encode()) if mark.encode() in text else 0 for mark in "。、,，！？」　"
        )
    return end


def _chunks(source: Source) -> Iterator[tuple[bytes, int]]:
    """Yield the decompressed bytes of one source, each with the number of bytes read from disk so far."""
    try:
        with _raw(source) as raw:
            stream = _decompressed(raw)
            start = True
            while chunk := stream.read(BLOCK_BYTES):
                yield (
                    _checked_start(source, chunk) if start else chunk,
                    0 if source.name == STDIN else raw.tell(),
                )
                start = False
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise CorpusError(
            source.name, f"the archive is damaged or cut short ({error}); make or fetch it again"
        ) from error
    except OSError as error:
        raise CorpusError(source.name, f"cannot be read: {error.strerror or error}") from error


@contextlib.contextmanager
def _raw(source: Source) -> Iterator[io.BufferedReader]:
    if source.name == STDIN:
        assert isinstance(sys.stdin.buffer, io.BufferedReader)
        yield sys.stdin.buffer
    else:
        with Path(source.name).open("rb") as file:
            yield file


def _decompressed(raw: io.BufferedReader) -> Readable:
    start = raw.peek(6)
    for magic, open_archive in ARCHIVES.items():
        if start.startswith(magic):
            return open_archive(raw)
    return raw


def _open_zstd(raw: io.BufferedReader) -> Readable:
    try:
        import zstandard
    except ImportError as error:
        raise MissingExtraError("reading .zst", "zstd") from error
    return zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)  # type: ignore[no-any-return]  # untyped


ARCHIVES: dict[bytes, Callable[[io.BufferedReader], Readable]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}


def _checked_start(source: Source, chunk: bytes) -> bytes:
    if chunk.startswith(UTF16):
        raise CorpusError(source.name, f"this is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 {source.name} > utf8.txt")
    if b"\0" in chunk:
        raise CorpusError(source.name, "this is binary data, not text (it holds zero bytes); name text files")
    return chunk.removeprefix(BOM)
