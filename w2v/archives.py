"""Compressed files, recognised by their first bytes and read as a stream."""

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


class DamagedError(Exception):
    """An archive ends too early or holds what it cannot hold."""


# What the libraries raise for a damaged archive; bz2 and gzip also raise an OSError without a number.
DAMAGED = (DamagedError, EOFError, zlib.error, lzma.LZMAError)


def decompressed(raw: io.BufferedReader) -> io.BufferedIOBase | io.RawIOBase:
    """Return `raw` itself, or what reads the archive that it is."""
    start = raw.peek(10)
    for magic, open_archive in ARCHIVES.items():
        if re.match(magic, start):
            return open_archive(raw)
    return raw


class _Zstd(io.RawIOBase):
    """Reads zstd frames one after another.

    zstandard's own reader takes a file that is cut short for one that ends there.
    """

    # A frame can hold 128 KiB of text in 4 bytes: this much input gives 32 MB at the most.
    INPUT = 1 << 10

    def __init__(self, raw: io.BufferedReader) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise MissingExtraError("reading .zst", "zstd") from error
        self._library: Any = zstandard
        self._raw = raw
        self._frame = self._new_frame()
        self._started = False  # whether anything of this frame was read
        self._ready = bytearray()

    def _new_frame(self) -> Any:
        return self._library.ZstdDecompressor().decompressobj()

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
        """Decompress a little more; says whether there was any."""
        packed = self._raw.read(self.INPUT)
        if not packed and self._started:
            raise DamagedError("it ends in the middle")
        more = bool(packed)
        while packed:
            try:
                self._ready += self._frame.decompress(packed)
            except self._library.ZstdError as error:
                raise DamagedError(str(error)) from error
            self._started = not self._frame.eof
            packed = b""
            if self._frame.eof:
                packed = self._frame.unused_data
                self._frame = self._new_frame()
        return more


ARCHIVES: dict[bytes, Callable[[io.BufferedReader], io.BufferedIOBase | io.RawIOBase]] = {
    rb"\x1f\x8b\x08": lambda raw: gzip.GzipFile(fileobj=raw),
    # The digits of pi, or of its square root in an empty archive: a text may well begin with BZh.
    rb"BZh[1-9](1AY&SY|\x17\x72\x45\x38\x50\x90)": bz2.BZ2File,
    rb"\xfd7zXZ\x00": lzma.LZMAFile,
    rb"\x28\xb5\x2f\xfd": _Zstd,
}
