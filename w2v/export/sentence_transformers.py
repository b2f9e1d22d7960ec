"""sentence-transformers' StaticEmbedding (and model2vec): a folder that SentenceTransformer(...) opens.

    model.safetensors   `embeddings`, float32 [V + 2, D], see `w2v.export.rows`
    tokenizer.json      a WordLevel vocabulary for the library `tokenizers`
    modules.json        which module it is
    config.json         for model2vec
    config_sentence_transformers.json

A text's vector is the mean of its words' vectors. Words are found as w2v's own tokenizer finds them if the vocabulary
is made of such words, else as what stands between blanks; lower-cased if the vocabulary is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from w2v.export.rows import check_text, layer_matrix, some_text, special_words
from w2v.files import replacing
from w2v.formats import safetensors
from w2v.vectors import Vectors
from w2v.vocabulary import END_OF_SENTENCE, FIRST_WORD, PADDING, UNKNOWN

SNIPPET = """\
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("{folder}", device="cpu")
print(model.encode(["{text}"]).shape)
"""
LETTERS = re.compile(r"\w+(?:['\u2019]\w+)*")
LETTERS_OF_RUST = r"[\p{L}\p{M}\p{N}_]+(?:['\u2019][\p{L}\p{M}\p{N}_]+)*"
WORDS_LOOKED_AT = 10_000


def write(vectors: Vectors, folder: Path, note: Callable[[str], None]) -> str:
    """Write the folder. Raises OutputError."""
    for word in vectors.words:
        check_text(word, folder / "tokenizer.json")
    safetensors.write_arrays({"embeddings": layer_matrix(vectors)}, folder / "model.safetensors", {"format": "pt"})
    _write_json(folder / "tokenizer.json", tokenizer(vectors))
    _write_json(
        folder / "modules.json",
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}],
    )
    _write_json(folder / "config_sentence_transformers.json", {"similarity_fn_name": "cosine"})
    _write_json(folder / "config.json", {"model_type": "model2vec", "hidden_dim": vectors.dim, "normalize": False})
    return SNIPPET.format(folder=folder.as_posix(), text=some_text(vectors))


def tokenizer(vectors: Vectors) -> dict[str, Any]:
    """Return the tokenizer as the library `tokenizers` writes it."""
    padding, unknown = special_words(vectors)
    ids = {padding: PADDING, unknown: UNKNOWN} | {word: row for row, word in enumerate(vectors.words, FIRST_WORD)}
    some = vectors.words[:WORDS_LOOKED_AT]
    lower = all(word == word.lower() for word in some)
    split: dict[str, Any] = {"type": "WhitespaceSplit"}
    if all(LETTERS.fullmatch(word) or word == END_OF_SENTENCE for word in some):
        split = {"type": "Split", "pattern": {"Regex": LETTERS_OF_RUST}, "behavior": "Removed", "invert": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": id, "content": word, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True}
            for word, id in ((padding, PADDING), (unknown, UNKNOWN))
        ],
        "normalizer": {"type": "Lowercase"} if lower else None,
        "pre_tokenizer": split,
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": unknown},
    }  # fmt: skip


def _write_json(path: Path, content: Any) -> None:
    with replacing(path) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")
