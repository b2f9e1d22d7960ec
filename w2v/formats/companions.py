"""The files beside a file of vectors: where it comes from, its words, its documents.

    NAME.json             provenance, see `w2v.training.outputs`: it records the size of its file of vectors, and is
                          ignored when the file has another size now
    NAME.words.txt        the words of a file that holds none, one a line; other names and forms are read too
    NAME.documents.w2v    the vectors of the documents that were trained with these

An output must not replace what is read, or what w2v did not write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from w2v.errors import OutputError
from w2v.files import replacing
from w2v.formats import projector
from w2v.formats.rows import BOM
from w2v.formats.source import Note, Source, decoded, note_undecodable
from w2v.spelling import variants

ORIGIN = ".json"
DOCUMENTS = ".documents.w2v"  # the native format: a name may hold anything
WORDS = ".words.txt"
ENDINGS = (WORDS, ".words", ".vocab", ".vocab.txt", ".txt")
NAMES = ("words.txt", "vocab.txt", "vocabulary.txt", "tokenizer.json", "vocab.json")
PROVENANCE_BYTES = 1 << 26  # no provenance is larger
Origin = dict[str, Any]


def documents_of(vectors: Path) -> Path:
    """Return the file of the documents' vectors that were trained with these."""
    return vectors.with_name(vectors.name + DOCUMENTS)


def companions(vectors: Path, format: str) -> Iterator[tuple[Path, str]]:
    """Yield the files that are written beside vectors in a format, a key of the table, with what they are."""
    yield vectors.with_name(vectors.name + ORIGIN), "the file that says where the vectors come from"
    if format == "npy":
        yield vectors.with_name(vectors.stem + WORDS), "the list of their words"
    elif format == "gensim":
        yield vectors.with_name(vectors.name + ".vectors.npy"), "their matrix"
    elif format == "projector":
        yield projector.metadata_path(vectors), "the list of their words"


def check_apart(target: Path, format: str, read: Iterable[Path]) -> None:
    """Check that writing `target` replaces nothing that is read, and no file beside it that is not ours.

    Links are resolved. Raises OutputError.
    """
    sources = {identity(path): path for path in read}
    for path, what in ((target, "the vectors"), *companions(target, format)):
        source = sources.get(identity(path))
        if source is not None:
            same = "" if source == path else f" (the same file as {source})"
            raise OutputError(path, f"is read{same}, and {what} would replace it; choose another name")
        if path != target:
            check_ours(path, target, what)


def check_ours(path: Path, vectors: Path, what: str) -> None:
    """Raise OutputError if `what` would replace a file beside vectors that was not written with some."""
    if path.exists() and not _is_ours(path, vectors):
        raise OutputError(
            path,
            f"is there and was not written by w2v, and {what} would replace it;"
            " move it, or choose another name for the vectors",
        )


def _is_ours(path: Path, vectors: Path) -> bool:
    if path.name != vectors.name + ORIGIN:
        return vectors.exists()  # the two were a pair before
    try:
        about = json.loads(path.read_bytes()) if path.stat().st_size <= PROVENANCE_BYTES else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(about, dict) and {"w2v", "vectors"} <= about.keys()


def identity(path: Path) -> object:
    """Return what two names of one file have in common, links resolved, whether it is there or not."""
    try:
        status = path.stat()
    except OSError:
        return str(path.resolve())
    return status.st_dev, status.st_ino


def write_json(about: Any, path: Path) -> None:
    """Write JSON. Raises OutputError."""
    with replacing(path) as file:
        file.write(json.dumps(about, indent=1, ensure_ascii=False).encode(errors="replace") + b"\n")


def write_origin(about: Origin, vectors: Path) -> None:
    """Write where a file of vectors comes from. Raises OutputError."""
    path = vectors.with_name(vectors.name + ORIGIN)
    try:
        size = vectors.stat().st_size
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror})") from error
    write_json({**about, "vectors": {**about["vectors"], "file": vectors.name, "bytes": size}}, path)


def read_origin(vectors: Path) -> Origin | None:
    """Return what is said of a file of vectors, or None. Anybody may have edited it: any entry may be missing."""
    try:
        about = json.loads(vectors.with_name(vectors.name + ORIGIN).read_bytes())
        fits = about["vectors"]["bytes"] == vectors.stat().st_size
        return about if fits and isinstance(about, dict) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def settings_of(vectors: Path) -> Origin:
    """Return the settings that a file of vectors was trained with, none where nothing is known."""
    about = read_origin(vectors) or {}
    return about["settings"] if isinstance(about.get("settings"), dict) else {}


def why_missing(vectors: Path, word: str) -> str:
    """Return a sentence on why a file of vectors lacks `word`, as far as the account of its corpus says; else ""."""
    about = read_origin(vectors) or {}
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


def find_words(source: Source, count: int, note: Note) -> list[str]:
    """Return the `count` words that belong to a file. Raises FormatError where no list has that many."""
    path, found = source.path, []
    for candidate in word_places(path):
        if candidate.is_file():
            words = read_words(candidate, note)
            if len(words) == count:
                return words
            found.append(f"{candidate.name} has {len(words):,}")
    said = f" ({'; '.join(found)})" if found else ""
    raise source.error(
        f"holds {count:,} vectors and no words{said}: put the words beside it, one a line, into {path.stem}.words.txt"
    )


def word_places(path: Path) -> list[Path]:
    """Return where the words of a file are looked for, the likeliest place first."""
    beside = [path.stem + ending for ending in ENDINGS] + [path.name + ending for ending in ENDINGS]
    return [place for name in (*beside, *NAMES) if (place := path.with_name(name)) != path]


def read_words(path: Path, note: Note) -> list[str]:
    """Read words, one a line; of a line "word count", or with a tab, the first field; or of a tokenizer.json.

    What is called NAME.words.txt we wrote ourselves: its lines are words, unchanged.
    """
    data = path.read_bytes().removeprefix(BOM)
    if path.suffix == ".json":
        return _of_json(data)
    ours = path.name.endswith(WORDS)
    lines = [line if ours else line.removesuffix(b"\r") for line in data.split(b"\n")]
    lines = lines[:-1] if lines and not lines[-1] else lines
    if not ours and lines and all(b" " in line and line.rsplit(b" ", 1)[1].isdigit() for line in lines):
        lines = [line.rsplit(b" ", 1)[0] for line in lines]  # word2vec -save-vocab
    elif not ours and lines and all(b"\t" in line for line in lines):
        lines = [line.split(b"\t", 1)[0] for line in lines]
    words, bad = decoded(lines)
    note_undecodable(bad, note)
    return words


def _of_json(data: bytes) -> list[str]:
    try:
        content = json.loads(data)
        ids = content.get("model", {}).get("vocab", content) if isinstance(content, dict) else content
        if isinstance(ids, dict):
            return [str(word) for word, _ in sorted(ids.items(), key=lambda item: int(item[1]))]
        return [str(word[0] if isinstance(word, list) else word) for word in ids]
    except (ValueError, TypeError, AttributeError, KeyError):
        return []
