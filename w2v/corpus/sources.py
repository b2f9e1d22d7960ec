"""From what the user names as corpus to blocks of bytes that end where a word ends.

Archives are recognised by their first bytes, not by their names, and streamed: see
`w2v.archives`. A block ends at a line's end where it can, else at a blank: a line of
100 MB (text8) is many blocks.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from w2v import archives, encodings
from w2v.corpus import remote
from w2v.errors import CorpusError

STDIN = "-"
LONGEST_WORD = 1 << 24  # bytes without a blank that are still believed to be text
# Texts hold a stray zero byte now and then, which is a blank to us; of random bytes every 256th is one, of programs and
# UTF-16 more. So it is binary data if more than one, and more than one in a thousand of all bytes so far, are zero.
ZEROS = 1 / 1000
STRAY = 1
LEAST_CUT = 1 << 20  # bytes of a file that is read in parts
LINE_AT_ONCE = 1 << 20

Note = Callable[[str], None]  # takes one line that a reader of the account should know


class Source(NamedTuple):
    """One file of the corpus, or standard input; or of a file the lines that begin in a part of it."""

    name: str
    size: int | None  # bytes on disk; None where unknown: standard input, a pipe
    part: int | None = None  # where the part begins; None: all of the file


class Block(NamedTuple):
    """A piece of a source that ends at a line's end or between words; the last one of a source ends with a line."""

    text: bytes
    size: int  # bytes of it, as UTF-8: without the line end that was added and the byte order mark
    lost: int  # bytes that were no text since the last block: zero, and blanks now; or none of the encoding, and U+FFFD
    source: Source
    done: int  # bytes on disk read so far, of all sources


def ignore(line: str) -> None:
    """Drop a note."""


def find_sources(corpus: Iterable[str | os.PathLike[str]], note: Note = ignore) -> list[Source]:
    """Return the files of a corpus, directories walked in sorted order; `-` is standard input.

    Left out of directories, and noted: names that begin with a dot, links to folders, what is not a
    file. What is named twice is read twice, as `cat` does. Texts on the network: see `w2v.corpus.remote`.
    Raises CorpusError for what is not there or not readable, or a directory without files.
    """
    found = []
    for given in corpus:
        name = os.fspath(given).removeprefix(remote.LOCAL)
        try:
            if name == STDIN:
                found.append(Source(STDIN, None))
            elif remote.is_remote(name):
                files, passed = remote.find(name)
                found += [Source(*file) for file in files]
                if passed:
                    note(f"{name}: passed over {passed:,} whose names begin with a dot; name them to have them read")
            elif Path(name).is_dir():
                found += _walk(name, note)
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


def _walk(directory: str, note: Note) -> list[Source]:
    def fail(error: OSError) -> None:
        raise error  # os.walk passes over what it cannot list, and says nothing

    found, passed = [], Counter[str]()
    for folder, folders, files in os.walk(directory, onerror=fail):
        passed["whose names begin with a dot"] += sum(name.startswith(".") for name in (*folders, *files))
        folders[:] = [name for name in folders if not name.startswith(".")]
        passed["that are links to folders"] += sum((Path(folder) / name).is_symlink() for name in folders)
        for path in (Path(folder) / name for name in files if not name.startswith(".")):
            if path.is_file():
                found.append(path)
            else:
                passed["that are links to nothing" if path.is_symlink() else "that are no files (pipes, devices)"] += 1
    sources = [_source(os.fspath(path)) for path in sorted(found)]
    if left_out := [f"{count:,} {what}" for what, count in passed.items() if count]:
        note(f"{directory}: passed over {', '.join(left_out)}; name them to have them read")
    if not sources:
        raise CorpusError(directory, "this directory holds no files; name a file or a directory of text files")
    return sources


def read_blocks(
    sources: list[Source],
    boundaries: tuple[bytes, ...],
    block_bytes: int,
    note: Note = ignore,
    encoding: str = "auto",
) -> Iterator[Block]:
    """Yield the text of all sources in blocks of about `block_bytes`; each source ends with its line.

    boundaries  what words do not reach across, besides the line's end; in the order of preference
    encoding    of texts without a byte order mark; "auto" passes their bytes on as if they were UTF-8

    Raises CorpusError for what cannot be read: a damaged archive, binary data, a file that became shorter.
    """
    before = done = 0
    for source in sources:
        pieces: list[bytes] = []  # of a word or line that goes on
        waiting = lost = 0
        ended = True
        for chunk, lost_here, done_here in _chunks(source, block_bytes, note, encoding):
            done = before + done_here
            lost += lost_here
            # A boundary of several bytes that lies across two chunks is not seen: a later one will be.
            end = _last_boundary(chunk, boundaries)
            if end == 0:
                pieces.append(chunk)
                waiting += len(chunk)
                if waiting > LONGEST_WORD:
                    raise CorpusError(source.name, f"no blank or line end in {waiting:,} bytes: is this text?")
                continue
            text = b"".join((*pieces, chunk[:end]))
            yield Block(text, len(text), lost, source, done)
            pieces, waiting, lost = [chunk[end:]], len(chunk) - end, 0
            ended = text.endswith(b"\n")
        text = b"".join(pieces)
        before = done if source.size is None else before + source.size
        yield Block(text if ended and not text else text + b"\n", len(text), lost, source, before)


def _last_boundary(text: bytes, boundaries: tuple[bytes, ...]) -> int:
    """Return where the last complete line of `text` ends, or its last complete word; 0 if neither does."""
    if end := text.rfind(b"\n") + 1:
        return end
    return next((at + len(mark) for mark in boundaries if (at := text.rfind(mark)) >= 0), 0)


def _chunks(source: Source, size: int, note: Note, encoding: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield the decompressed bytes of one source as UTF-8.

    With each, how many bytes were no text and were replaced, and the number of bytes read so far, on disk if it has
    them.
    """
    read = zeros = place = 0
    decoder: codecs.IncrementalDecoder | None = None
    try:
        with _open(source) as raw:
            part = None if source.part is None else _Lines(raw, source.part, source.size or 0)
            stream = part or archives.decompressed(raw)
            while chunk := stream.read(size):
                if read == 0:
                    mark, codec = (b"", "") if source.part else encodings.mark_of(chunk)
                    chunk = chunk[len(mark) :]
                    codec = codec or encoding
                    if codec not in ("auto", "utf-8"):
                        decoder = codecs.getincrementaldecoder(codec)("replace")
                        if mark:
                            note(f"{source.name}: read as {codec}, by its byte order mark")
                    read = len(mark)
                length = len(chunk)
                read += length
                done = read if source.size is None or part else raw.tell()
                lost = 0
                if decoder is not None:
                    text = decoder.decode(chunk)
                    lost = text.count("\ufffd")
                    chunk = text.encode(errors="replace")
                if here := chunk.count(0):
                    place = place if zeros else read - length + chunk.index(0)
                    zeros += here
                    if zeros > max(STRAY, ZEROS * read):
                        raise CorpusError(source.name, _why_binary(chunk, place))
                    chunk = chunk.replace(b"\0", b" ")  # no library that finds words gets to see them
                yield chunk, lost + here, done
            if decoder is not None and (text := decoder.decode(b"", True)):  # of a character that is cut short
                yield text.encode(), len(text), done
            if part:
                _check_size(source, part.left, 0, note)
            elif source.size is not None:
                _check_size(source, source.size, raw.tell(), note)
    except archives.GreedyError as error:
        raise CorpusError(source.name, str(error)) from error
    except archives.DAMAGED as error:
        raise CorpusError(
            source.name, f"the archive is damaged or cut short ({error}); make or fetch it again"
        ) from error
    except OSError as error:
        raise CorpusError(source.name, f"cannot be read: {error.strerror}") from error


@contextlib.contextmanager
def _open(source: Source) -> Iterator[io.BufferedReader]:
    first = max(0, (source.part or 0) - 1)
    if remote.is_remote(source.name):
        with remote.opened(source.name, first) as raw:
            yield raw
    elif source.name != STDIN:
        with Path(source.name).open("rb") as file:
            if first:  # a pipe cannot be asked for any place
                file.seek(first)
            yield file
    elif sys.stdin is None:
        raise CorpusError("standard input", "is closed; name a file")
    else:
        try:
            descriptor = sys.stdin.fileno()
        except (OSError, ValueError):  # not a file: a test, a notebook
            yield io.BufferedReader(sys.stdin.buffer)  # type: ignore[arg-type]  # a BytesIO reads as a raw file does
            return
        # Not sys.stdin.buffer: it may be left waiting in a read by a thread, and Python would
        # break down at its end over the lock that the thread holds.
        with open(descriptor, "rb", closefd=False) as file:
            yield file


def can_be_cut(source: Source, encoding: str) -> bool:
    """Return whether a file can be read in parts: no archive, its line ends one byte, any place of it in reach."""
    if (source.size or 0) < LEAST_CUT or remote.is_web(source.name):
        return False
    try:
        with _open(source) as raw:
            _, codec = encodings.mark_of(raw.peek(4))
            whole = archives.decompressed(raw) is not raw
    except OSError as error:
        raise CorpusError(source.name, f"cannot be read: {error.strerror}") from error
    encoding = encoding.replace("auto", "utf-8")
    return not whole and codec in ("", encoding) and "\n".encode(encoding) == b"\n"


class _Lines:
    """The lines that begin in raw[first : first + size], to be read; `raw` is a byte before them, unless at its start.

    left  bytes of the part that were not read
    """

    def __init__(self, raw: io.BufferedReader, first: int, size: int) -> None:
        self._raw, self.left, self._ended = raw, size, True
        if first:
            self.left += 1
            while not self._skip(raw.readline(LINE_AT_ONCE)):
                pass

    def _skip(self, line: bytes) -> bool:
        """Pass over a piece of the line that began before; returns whether it is at its end."""
        self.left = max(0, self.left - len(line))
        return not line or line.endswith(b"\n")

    def read(self, size: int) -> bytes:
        chunk = self._raw.read(min(size, self.left)) if self.left else b"" if self._ended else self._raw.readline(size)
        self._ended = chunk.endswith(b"\n") or not chunk
        self.left -= min(self.left, len(chunk))
        return chunk


def _why_binary(chunk: bytes, place: int) -> str:
    """Return what to say of a source with too many zero bytes, of which the first is at `place`."""
    odd, even = chunk[1::2].count(0), chunk[::2].count(0)
    codec = "utf-16-le" if odd > 9 * even else "utf-16-be" if even > 9 * odd else ""
    hint = f"; if it is UTF-16: --encoding {codec}" if codec and 8 * (odd + even) > len(chunk) else ""
    return f"this is binary data, not text (it holds zero bytes from byte {place:,} on); name text files{hint}"


def _check_size(source: Source, before: int, now: int, note: Note) -> None:
    """Compare the size that a file had when it was found with what was read of it."""
    if now < before:
        raise CorpusError(
            source.name,
            f"became shorter while it was read: {before:,} bytes before, {now:,} now; start again when it rests",
        )
    if now > before:
        note(f"{source.name}: grew while it was read, from {before:,} to {now:,} bytes; all of them were read")
