"""From one file of vectors to another, some words or all, without a second copy of the numbers in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from w2v import formats
from w2v.errors import FormatError
from w2v.formats import companions, tidying
from w2v.formats.source import Note
from w2v.subwords import Subwords
from w2v.vectors import Vectors


@dataclass(frozen=True)
class Changes:
    """What is to be changed on the way.

    limit      the most words to take, from the top
    words      a file of the words that are wanted, one a line
    normalize  whether to scale all vectors to length 1
    blank_as   what to write for a blank in a word, where the format has no place for one
    end_of_sentence  whether the first row is </s>, as programs in C have it
    output_rows      whether to take the output rows in place of the vectors
    """

    limit: int | None = None
    words: Path | None = None
    normalize: bool = False
    blank_as: str | None = None
    end_of_sentence: bool = False
    output_rows: bool = False


def convert(
    source: Path, target: Path, format: str | None, dtype: str, changes: Changes, note: Note = formats.ignore
) -> Vectors:
    """Read `source` and write `target`; return what was written. Raises FormatError, OutputError.

    Where the small file beside `source` says how its vectors were made, `target` gets one, too.
    """
    formats.check_writable(target, format, dtype)
    beside = [path for known in formats.FORMATS for path, _ in companions.companions(source, known)]
    if source.suffix.lower() == ".npy":
        beside += companions.word_places(source)
    read = [source, *beside, *([changes.words] if changes.words is not None else [])]
    companions.check_apart(target, format or formats.format_of(target), read)
    vectors = changed(source, changes, note)
    if isinstance(vectors.subwords, Subwords) and not formats.keeps_subwords(target, format):
        note(f"{target} has no place for the rows of n-grams: words never seen have vectors in .bin and .w2v alone")
    formats.save(vectors, target, format, dtype, cache_too=False)
    made = companions.read_origin(source)
    if made is not None:
        more = {"converted_from": source.name, "vectors": {"words": len(vectors), "dim": vectors.dim}}
        companions.write_origin({**made, **more}, target)
    return vectors


def changed(source: Path, changes: Changes, note: Note = formats.ignore) -> Vectors:
    """Read `source` and change what is to be changed. Raises FormatError."""
    wanted = None if changes.words is None else _listed(changes.words, note)
    # Words that are looked for may be anywhere: then the limit applies to what is found.
    vectors = formats.load(source, changes.limit if wanted is None else None, note, keep_cache=False)
    if changes.output_rows:
        if vectors.output is None:
            raise FormatError(source, "holds no output rows; a .w2v file that w2v trained does")
        vectors = Vectors(vectors.words, vectors.output, vectors.counts, titles=vectors.titles)
    if wanted is not None:
        made = tidying.made_of_subwords(vectors, wanted)
        vectors, missing = tidying.selected(vectors, wanted)
        if made is not None:
            vectors, missing = tidying.joined(vectors, made), missing - len(made)
            note(f"{len(made):,} words of {changes.words} are not in {source}: their subwords made vectors of them")
        if missing:
            note(f"{missing:,} of {len(set(wanted)):,} words of {changes.words} are not in {source}")
        if changes.limit is not None:
            vectors = tidying.first_of(vectors, changes.limit)
    if changes.normalize:
        vectors = tidying.normalized(vectors)
    if changes.blank_as is not None:
        vectors = _without_blanks(vectors, changes.blank_as, note)
    return tidying.with_end_of_sentence(vectors) if changes.end_of_sentence else vectors


def _listed(path: Path, note: Note) -> Sequence[str]:
    try:
        words = companions.read_words(path, note)
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror})") from error
    return [word for word in words if word]


def _without_blanks(vectors: Vectors, mark: str, note: Note) -> Vectors:
    blanks = str.maketrans(dict.fromkeys(" \t\r\n", mark))
    words = [word.translate(blanks) for word in vectors.words]
    changed = sum(word != old for word, old in zip(words, vectors.words))
    if not changed:
        return vectors
    note(f"{changed:,} words hold blanks, which are now {mark!r}")
    return tidying.vectors_of(words, vectors.matrix, note, vectors.counts)
