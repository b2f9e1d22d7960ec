"""The cache of a file of vectors: the same rows in our own format, mapped into memory by the next query.

A cache is a cache, of files that are slow to open: text, packed files, all that is not one block of float32.
It is beside its source (or, where that folder cannot be written, in the user's cache) and is never
used when the source has changed: size, times and inode are a quick test, a checksum is the last word. A cache
is whole or not there, and where one is damaged, the source is read instead.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from w2v.errors import FormatError, OutputError
from w2v.formats import fasttext, native
from w2v.formats.source import Source
from w2v.places import user_cache
from w2v.vectors import Vectors

SUFFIX = ".w2v"


def find(source: Path) -> Vectors | None:
    """Return the vectors of `source` from its cache, or None if there is none that still fits."""
    for path in _places(source):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, FormatError):
            with path.open("rb") as file:
                header = native.header_of(file)
            if _fits(header["source"], source):
                with Source(path) as opened:
                    vectors = native.read(opened, None, lambda line: None)
                mapped = fasttext.subwords_of(source, header.get("subwords"))
                return vectors if mapped is None else replace(vectors, subwords=mapped)
    return None


def make(vectors: Vectors, source: Path, before: dict[str, int] | None = None) -> None:
    """Write a cache of `source`, which holds `vectors`; where no place can be written, none is made.

    before  the stamp of the source when it began to be read; if it is another now, no cache is made
    """
    with contextlib.suppress(OSError):
        more: dict[str, Any] = {"source": stamp(source) | {"crc32": _checksum(source)}}
        if isinstance(vectors.subwords, fasttext.Mapped):
            more["subwords"] = vectors.subwords.place
        if before is not None and before != stamp(source):
            return
        for path in _places(source):
            with contextlib.suppress(OSError, OutputError):
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.exists() and not _is_cache(path):
                    continue  # somebody's own file has this name
                # What the source has no place for is not in its cache either, nor what is mapped there.
                kept = None if "subwords" in more else vectors.subwords
                native.write_with(replace(vectors, subwords=kept, output=None, titles=None), path, "float32", more)
                return


def _is_cache(path: Path) -> bool:
    with contextlib.suppress(OSError, ValueError), path.open("rb") as file:
        return "source" in native.header_of(file)
    return False


def _places(source: Path) -> tuple[Path, Path]:
    source = Path(os.path.realpath(source))
    name = hashlib.sha256(os.fsencode(source)).hexdigest()[:24] + SUFFIX
    return source.with_name(source.name + SUFFIX), user_cache() / "vectors" / name


def _fits(made_of: dict[str, Any], source: Path) -> bool:
    now = stamp(source)
    if all(made_of[key] == value for key, value in now.items()):
        return True
    # Copied, moved or touched: the same content is still the same content.
    return bool(made_of["size"] == now["size"] and made_of["crc32"] == _checksum(source))


def stamp(source: Path) -> dict[str, int]:
    """Return what changes when a file changes."""
    status = source.stat()
    return {
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "ctime_ns": status.st_ctime_ns,  # changes with the content even where mtime is set back
        "inode": status.st_ino,
    }


def _checksum(source: Path) -> int:
    checksum = 0
    with source.open("rb") as file:
        while block := file.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
    return checksum
