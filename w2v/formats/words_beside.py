"""The words of a file that holds none: a list of words, one a line, in a file beside it."""

from __future__ import annotations

import json
from pathlib import Path

from w2v.formats.rows import BOM
from w2v.formats.source import Note, Source, decoded, note_undecodable

OURS = ".words.txt"
ENDINGS = (OURS, ".words", ".vocab", ".vocab.txt", ".txt")
NAMES = ("words.txt", "vocab.txt", "vocabulary.txt", "tokenizer.json", "vocab.json")


def find(source: Source, count: int, note: Note) -> list[str]:
    """Return the `count` words that belong to a file. Raises FormatError where there is no list of so many."""
    path, found = source.path, []
    for candidate in places(path):
        if candidate.is_file():
            words = read(candidate, note)
            if len(words) == count:
                return words
            found.append(f"{candidate.name} has {len(words):,}")
    said = f" ({'; '.join(found)})" if found else ""
    raise source.error(
        f"holds {count:,} vectors and no words{said}: put the words beside it, one a line, into {path.stem}.words.txt"
    )


def places(path: Path) -> list[Path]:
    """Return where the words of a file are looked for, the likeliest place first."""
    beside = [path.stem + ending for ending in ENDINGS] + [path.name + ending for ending in ENDINGS]
    return [place for name in (*beside, *NAMES) if (place := path.with_name(name)) != path]


def read(path: Path, note: Note) -> list[str]:
    """Read words, one a line; of a line "word count", or with a tab, the first field; or of a tokenizer.json.

    What is called NAME.words.txt we wrote ourselves: its lines are words as they stand.
    """
    data = path.read_bytes().removeprefix(BOM)
    if path.suffix == ".json":
        return _of_json(data)
    ours = path.name.endswith(OURS)
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
