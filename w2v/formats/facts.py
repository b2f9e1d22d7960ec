"""What can be found out about a file of vectors, and what the small file beside it says about where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from w2v import formats
from w2v.errors import FormatError
from w2v.formats.source import Source

BESIDE = ".json"


def facts(path: Path) -> dict[str, Any]:
    """Return format, sizes, lengths of rows, what is odd, and provenance, ready for JSON. Raises FormatError.

    The whole file is read, for what is to be found out is whether it is sound: no twin is asked.
    """
    notes: list[str] = []
    if not path.is_file():
        raise FormatError(path, "no such file" if not path.exists() else "is a folder; name a file of vectors in it")
    try:
        with Source(path) as source:
            row, vectors = formats.read(source, None, notes.append)
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
    norms = np.asarray(vectors.norms, np.float64)
    finite = norms[np.isfinite(norms)]
    about: dict[str, Any] = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "format": row.about,
        "words": len(vectors),
        "dim": vectors.dim,
        "counts": vectors.counts is not None,
        "norms": [float(value) for value in np.quantile(finite, (0, 0.5, 1))] if len(finite) else [],
        "zero_rows": int(np.count_nonzero(norms == 0)),
        "rows_not_finite": int(len(norms) - len(finite)),
        "first_words": list(vectors.words[:6]),
        "notes": notes,
    }
    beside = _beside(path)
    if beside is not None:
        about["provenance"] = beside
    return about


def _beside(path: Path) -> dict[str, Any] | None:
    """Return what stands in the .json beside a file, if it speaks of this file."""
    try:
        about = json.loads(path.with_name(path.name + BESIDE).read_bytes())
        fits = about["vectors"]["bytes"] == path.stat().st_size
        return about if fits and isinstance(about, dict) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
