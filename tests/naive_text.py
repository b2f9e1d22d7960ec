"""The slow, obvious twins of reading: whole files, Python strings, dictionaries. They share no code with w2v."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

JOINERS = "'\u2019\u200c\u200d"  # apostrophes, and the marks that tell Persian and Indian letters how to join


def shape(text):
    """Return what each character is: l a letter or digit, m a mark, j what stays inside words, else a blank."""
    kinds = {"L": "l", "M": "m"}
    return "".join(
        "l"
        if char == "_" or unicodedata.category(char) in ("Nd", "Nl")
        else "j"
        if char in JOINERS
        else kinds.get(unicodedata.category(char)[0], " ")
        for char in text
    )


def normal(line, keep_case):
    line = unicodedata.normalize("NFC", line)
    if not keep_case:
        line = unicodedata.normalize("NFC", line.lower())
    return line.replace("\u2019", "'")


def words(line, keep_case=False):
    text = normal(line, keep_case)
    return [text[match.start() : match.end()] for match in re.finditer("[lm]+(?:j[lm]+)*", shape(text))]


def characters(line, keep_case=False):
    text = normal(line, keep_case)
    return [text[match.start() : match.end()] for match in re.finditer("lm*|m+", shape(text))]


def whitespace(line, keep_case=False):
    return [word for word in re.split("[\0\t\n\v\f\r ]", line) if word]


TOKENIZERS = {"words": words, "characters": characters, "whitespace": whitespace}


class Corpus(NamedTuple):
    words: list[str]
    counts: list[int]
    stream: list[int]
    tokens: int
    types: int
    kept: int
    sentences: int
    undecodable: int


def read(files, tokenizer="words", keep_case=False, min_count=1, max_vocab=10**9):
    """Read a list of bytes, one for each file."""
    sentences, undecodable = [], 0
    for file in files:
        file = file.removeprefix(b"\xef\xbb\xbf")
        undecodable += len(file) - len(file.decode(errors="ignore").encode())
        text = file.decode(errors="replace")
        sentences += [TOKENIZERS[tokenizer](line, keep_case) for line in text.split("\n")]
    counts = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    # A dictionary keeps the order of first appearance, and sorting keeps it among equals.
    ranked = sorted((word for word in counts if counts[word] >= min_count), key=lambda word: -counts[word])
    vocabulary = ranked[:max_vocab]
    ids = {word: id for id, word in enumerate(vocabulary)}
    kept = [[ids[word] for word in sentence if word in ids] for sentence in sentences]
    return Corpus(
        words=vocabulary,
        counts=[counts[word] for word in vocabulary],
        stream=[id for sentence in kept if sentence for id in [*sentence, -1]],
        tokens=sum(len(sentence) for sentence in sentences),
        types=len(counts),
        kept=sum(len(sentence) for sentence in kept),
        sentences=sum(1 for sentence in kept if sentence),
        undecodable=undecodable,
    )
