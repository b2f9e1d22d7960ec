r"""The twin of a file of vectors: the same rows as a memory-mappable file, so that a query answers at once.

    w2v twin 1\n
    {"words": V, "dim": D, "counts": bool, "source": {...}}\n        JSON, one line
    zero bytes up to a multiple of 64
    float32 [V, D]      the matrix
    float32 [V]         its norms
    int64 [V]           counts, where they are known
    words               UTF-8, joined by \n

All numbers are little-endian. A twin is a cache: it stands beside its source (or, where that folder cannot be
written, in the user's cache) and is never used when the source has changed: `source` holds size, times
and inode as a quick test and a checksum as the last word.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import mmap
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from w2v.errors import OutputError
from w2v.files import replacing
from w2v.places import user_cache
from w2v.vectors import Vectors

MAGIC = b"w2v twin 1\n"
SUFFIX = ".w2v"


def find(source: Path) -> Vectors | None:
    """Return the vectors of `source` from its twin, or None if there is none that still fits."""
    for path in _places(source):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            vectors = _open(path, source)
            if vectors is not None:
                return vectors
    return None


def make(vectors: Vectors, source: Path) -> None:
    """Write a twin of `source`, which holds `vectors`; where no place can be written, none is made."""
    stamp = _stamp(source) | {"crc32": _checksum(source)}
    header = {
        "words": len(vectors),
        "dim": vectors.dim,
        "counts": vectors.counts is not None,
        "source": stamp,
    }
    start = MAGIC + json.dumps(header).encode() + b"\n"
    for path in _places(source):
        with contextlib.suppress(OSError, OutputError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(start + bytes(-len(start) % 64))
                for first in range(0, len(vectors), 1 << 16):
                    file.write(vectors.matrix[first : first + (1 << 16)].astype("<f4").tobytes())
                file.write(vectors.norms.astype("<f4").tobytes())
                if vectors.counts is not None:
                    file.write(vectors.counts.astype("<i8").tobytes())
                file.write("\n".join(vectors.words).encode())
            return


def _places(source: Path) -> tuple[Path, Path]:
    source = source.resolve()
    name = hashlib.sha256(os.fsencode(source)).hexdigest()[:24] + SUFFIX
    return source.with_name(source.name + SUFFIX), user_cache() / "twins" / name


def _open(path: Path, source: Path) -> Vectors | None:
    with path.open("rb") as file:
        if file.readline(len(MAGIC)) != MAGIC:
            return None
        header = json.loads(file.readline(1 << 16))
        start = -(-file.tell() // 64) * 64
        if not _fits(header["source"], source):
            return None
        count, dim = int(header["words"]), int(header["dim"])
        sizes = [4 * count * dim, 4 * count, 8 * count if header["counts"] else 0]
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    matrix = np.frombuffer(data, "<f4", count * dim, start).reshape(count, dim)
    norms = np.frombuffer(data, "<f4", count, start + sizes[0])
    counts = np.frombuffer(data, "<i8", count, start + sum(sizes[:2])) if header["counts"] else None
    words = data[start + sum(sizes) :].decode().split("\n")
    return Vectors(tuple(words), matrix, counts, norms) if len(words) == count else None


def _fits(stamp: dict[str, Any], source: Path) -> bool:
    now = _stamp(source)
    if all(stamp[key] == value for key, value in now.items()):
        return True
    # Copied, moved or touched: the same content is still the same content.
    return bool(stamp["size"] == now["size"] and stamp["crc32"] == _checksum(source))


def _stamp(source: Path) -> dict[str, int]:
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
