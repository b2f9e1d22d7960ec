"""Compressed files, recognised by their first bytes and read as a stream, in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable
from typing import Any

from w2v.errors import MissingExtraError

# What an archive may ask for to be unpacked: `xz -9` takes 65 MB, `zstd --long=27` 128 MB; a forged one asks for 4 GB.
MEMORY = 1 << 28


class DamagedError(EOFError):
    """An archive ends too early, as gzip says it, or holds what it cannot hold."""


class GreedyError(OSError):
    """An archive cannot be read: it asks for more memory than is given."""


# What is raised for a damaged archive.
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)


def decompressed(raw: io.BufferedReader) -> io.BufferedIOBase | io.RawIOBase:
    """Return `raw` itself, or what reads the archive that it is."""
    start = raw.peek(10)
    for magic, open_archive in ARCHIVES.items():
        if re.match(magic, start):
            return open_archive(raw)
    return raw


class _Streams(io.RawIOBase):
    """Reads the streams of an archive one after another.

    The libraries' own files ignore what follows the last stream; zstandard's takes a file that is cut short
    for one that ends there, and lzma's gives a stream all the memory that it asks for.
    """

    # A zstd frame can hold 128 KiB of text in 4 bytes: this much input gives 32 MB at the most.
    INPUT = 1 << 10
    OUTPUT = 1 << 20  # asked for at once; bz2 can have 200 MB in 178 bytes

    def __init__(self, raw: io.BufferedReader, decoder: Callable[[], Any], program: str) -> None:
        self._raw, self._decoder, self._program = raw, decoder, program
        self._stream = decoder()
        self._started = False  # whether anything of this stream was read
        self._packed = b""
        self._ready = bytearray()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._ready and self._more():
            pass
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        del self._ready[:size]
        return size

    def _more(self) -> bool:
        """Unpack a little more; says whether there may be more behind it."""
        if not self._packed and self._stream.needs_input:
            self._packed = self._raw.read(self.INPUT)
            if not self._packed:
                if self._started:
                    raise DamagedError("it ends in the middle")
                return False
        if not self._started:
            self._packed = self._packed.lstrip(b"\0")  # padding between streams
            self._started = bool(self._packed)
        if self._started:
            packed, self._packed = self._packed, b""
            try:
                self._ready += self._stream.decompress(packed, self.OUTPUT)
            except (OSError, lzma.LZMAError, DamagedError) as error:
                raise self._wrong(str(error)) from error
            if self._stream.eof:
                self._packed, self._stream, self._started = self._stream.unused_data, self._decoder(), False
        return True

    def _wrong(self, problem: str) -> Exception:
        if "Memory usage limit" in problem or "too much memory" in problem:  # of lzma, of zstd
            return GreedyError(
                f"the archive asks for more than {MEMORY / 1e6:.0f} MB of memory; if you trust it, unpack it first:"
                f" {self._program} FILE"
            )
        return DamagedError(problem)


class _Frame:
    """One zstd frame, with the methods of lzma's and bz2's decompressors."""

    needs_input = True

    def __init__(self) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise MissingExtraError("reading .zst", "zstd") from error
        self._error = zstandard.ZstdError
        self._frame = zstandard.ZstdDecompressor(max_window_size=MEMORY).decompressobj()

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, packed: bytes, most: int) -> bytes:
        try:
            return self._frame.decompress(packed)
        except self._error as error:
            raise DamagedError(str(error)) from error


def _streams(decoder: Callable[[], Any], program: str) -> Callable[[io.BufferedReader], io.BufferedReader]:
    return lambda raw: io.BufferedReader(_Streams(raw, decoder, program), _Streams.OUTPUT)


ARCHIVES: dict[bytes, Callable[[io.BufferedReader], io.BufferedIOBase | io.RawIOBase]] = {
    rb"\x1f\x8b\x08": lambda raw: gzip.GzipFile(fileobj=raw),
    # The digits of pi, or of its square root in an empty archive: a text may well begin with BZh.
    rb"BZh[1-9](1AY&SY|\x17\x72\x45\x38\x50\x90)": _streams(bz2.BZ2Decompressor, "bunzip2"),
    rb"\xfd7zXZ\x00": _streams(lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MEMORY), "unxz"),
    rb"\x28\xb5\x2f\xfd": _streams(_Frame, "unzstd --memory=4GB"),
}
