"""spaCy: word2vec text, from which `spacy init vectors` makes a pipeline with vectors.

spaCy has no row for padding or unknown words (their vector is zero), so the file is word2vec text as it is; "xx" is
spaCy's name for any language, to be replaced by en, de ... for its tokenizer.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from w2v import formats
from w2v.export.rows import some_text
from w2v.vectors import Vectors

SNIPPET = """\
python -m spacy init vectors xx {folder}/vectors.txt {folder}/pipeline
python -c 'import spacy; nlp = spacy.load("{folder}/pipeline"); print(nlp("{text}").vector.shape)'
"""


def write(vectors: Vectors, folder: Path, note: Callable[[str], None]) -> str:
    """Write word2vec text."""
    formats.save(vectors, folder / "vectors.txt", "word2vec-text", cache_too=False)
    return SNIPPET.format(folder=folder.as_posix(), text=some_text(vectors))
