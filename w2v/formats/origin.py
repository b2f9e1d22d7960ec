"""The small .json beside a file of vectors, which says where they come from; `w2v.training.provenance` has its entries.

It names the size of the file that it speaks of: when that is another now, it speaks of nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from w2v.errors import OutputError
from w2v.files import replacing
from w2v.spelling import variants

SUFFIX = ".json"
Origin = dict[str, Any]


def write(about: Origin, path: Path) -> None:
    """Write JSON. Raises OutputError."""
    with replacing(path) as file:
        file.write(json.dumps(about, indent=1, ensure_ascii=False).encode(errors="replace") + b"\n")


def write_beside(about: Origin, vectors: Path) -> None:
    """Write where a file of vectors comes from. Raises OutputError."""
    path = vectors.with_name(vectors.name + SUFFIX)
    try:
        size = vectors.stat().st_size
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror})") from error
    write({**about, "vectors": {**about["vectors"], "file": vectors.name, "bytes": size}}, path)


def read(vectors: Path) -> Origin | None:
    """Return what is said of a file of vectors, or None. Anybody may have edited it: any entry may be missing."""
    try:
        about = json.loads(vectors.with_name(vectors.name + SUFFIX).read_bytes())
        fits = about["vectors"]["bytes"] == vectors.stat().st_size
        return about if fits and isinstance(about, dict) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def settings_of(vectors: Path) -> Origin:
    """Return the settings that a file of vectors was trained with, none where nothing is known."""
    about = read(vectors) or {}
    return about["settings"] if isinstance(about.get("settings"), dict) else {}


def why_missing(vectors: Path, word: str) -> str:
    """Return a sentence on why a file of vectors lacks `word`, as far as the account of its corpus tells; else ""."""
    about = read(vectors) or {}
    try:
        settings, corpus = about["settings"], about["corpus"]
        listed = {row["word"]: int(row["count"]) for row in corpus["most_frequent_dropped"]}
        least, types, kept = int(settings["min_count"]), int(corpus["types"]), int(about["vectors"]["words"])
    except (KeyError, TypeError, ValueError):
        return ""
    lowered = word if settings.get("keep_case") else word.lower()
    for form in (lowered, *variants(lowered)):
        if form in listed:
            limit = f"below --min-count {least}" if listed[form] < least else "and --max-vocab dropped it"
            return f"It occurred {_times(listed[form])} in the corpus, {limit}."
    if about.get("converted_from"):
        return ""  # its words may be a part of those that were kept
    if kept + len(listed) == types:
        return "It did not occur in the corpus."
    most = min(listed.values(), default=0)
    return f"In the corpus it occurred {_times(most)} at most." if most else ""


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
