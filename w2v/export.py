"""Vectors for the layers and programs of others: a row of EXPORTS for each.

A folder receives what the library loads, and the caller a piece of Python (or shell) to paste that loads it. The rows
of an exported matrix, and so the ids of an encoded text, are:

    0        padding: zeros, for `mask_zero` and `padding_idx`
    1        all unknown words: the mean of the vectors
    2 ...    the words, in the order of the vectors

This is the order that Keras's TextVectorization has, and all exports and `w2v encode` keep to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from w2v import formats
from w2v.errors import OutputError
from w2v.files import replacing, replacing_together
from w2v.formats import projector, rows, safetensors
from w2v.formats.companions import write_json
from w2v.formats.source import Note
from w2v.vectors import Floats, Vectors, blocks_of
from w2v.vocabulary import END_OF_SENTENCE, FIRST_WORD, PADDING, UNKNOWN

PADDING_WORD, UNKNOWN_WORD = "[PAD]", "[UNK]"
MOST_SHOWN = 100_000  # rows that TensorBoard serves
LETTERS = re.compile(r"\w+(?:['\u2019]\w+)*")
LETTERS_OF_RUST = r"[\p{L}\p{M}\p{N}_]+(?:['\u2019][\p{L}\p{M}\p{N}_]+)*"
WORDS_LOOKED_AT = 10_000


def export(kind: str, vectors: Vectors, folder: Path, note: Note) -> str:
    """Write what `kind`, a row of EXPORTS, needs into `folder`; return what loads it. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(folder, f"cannot be made ({error.strerror})") from error
    snippet = EXPORTS[kind](vectors, folder, note)
    if vectors.titles is not None and kind != "projector":  # whose metadata has them
        with replacing(folder / "names.tsv") as file:
            for word in vectors.words:
                file.write(f"{word}\t{' '.join(vectors.title(word).split())}\n".encode())
        note(f"{folder / 'names.tsv'} says what each id is called, line by line from row 2 on")
    return snippet


def layer_matrix(vectors: Vectors) -> Floats:
    """Return the matrix of an embedding layer, float32 [V + 2, D]."""
    matrix = np.empty((len(vectors) + FIRST_WORD, vectors.dim), np.float32)
    matrix[PADDING] = 0
    total = np.zeros(vectors.dim)
    words = matrix[FIRST_WORD:]
    for block in blocks_of(len(vectors)):
        words[block] = vectors.matrix[block]
        total += words[block].sum(axis=0, dtype=np.float64)
    matrix[UNKNOWN] = total / max(len(vectors), 1)
    return matrix


def special_words(vectors: Vectors) -> tuple[str, str]:
    """Return names for padding and unknown that no word of the vocabulary has."""
    padding, unknown = PADDING_WORD, UNKNOWN_WORD
    while padding in vectors.index or unknown in vectors.index:
        padding, unknown = f"[{padding}]", f"[{unknown}]"
    return padding, unknown


def some_text(vectors: Vectors) -> str:
    """Return a few words to try a layer with, such as need no quoting."""
    return " ".join([word for word in vectors.words[:50] if word.isalnum()][:3])


def write_matrix(vectors: Vectors, path: Path) -> None:
    """Write the matrix of an embedding layer as .npy."""
    with replacing(path) as file:
        np.lib.format.write_array(file, layer_matrix(vectors), allow_pickle=False)


def write_words(words: Iterable[str], path: Path) -> None:
    """Write words, one a line. Raises OutputError for one that is no line."""
    with replacing(path) as file:
        for word in words:
            check_text(word, path)
            if not word or "\n" in word or "\r" in word:
                raise OutputError(path, f"the word {word!r} cannot be written on a line; leave it out with --words")
            file.write(word.encode() + b"\n")


def check_text(word: str, path: Path) -> None:
    """Raise OutputError for a word that has no UTF-8: half of a surrogate pair, which a damaged text leaves behind."""
    if not rows.encodable(word):
        raise OutputError(path, f"the word {word!r} is no text that UTF-8 can hold; leave it out with --words")


KERAS = """\
# TextVectorization needs TensorFlow, and takes words as what is between blanks. `w2v encode` gives the same ids
# without it, and splits text as in training.
import keras
import numpy as np

matrix = np.load("{folder}/matrix.npy")
with open("{folder}/vocabulary.txt", encoding="utf-8", newline="\\n") as file:
    words = file.read().split("\\n")[:-1]
text_to_ids = keras.layers.TextVectorization(standardize=None, split="whitespace", vocabulary=words)
embedding = keras.layers.Embedding(*matrix.shape, mask_zero=True, trainable=False)
embedding.build()
embedding.set_weights([matrix])
print(embedding(text_to_ids(["{text}"])).shape)
"""


def to_keras(vectors: Vectors, folder: Path, note: Note) -> str:
    """Write what Keras 3's TextVectorization and Embedding take.

        matrix.npy       float32 [V + 2, D]
        vocabulary.txt   the words, one a line, from row 2 on: Keras adds padding and [UNK] itself

    TextVectorization strips punctuation and lower-cases unless that is switched off, and then no word with "_" or "-"
    is ever found: hence standardize=None, and text that is lower-cased or tokenized by its owner. It runs on TensorFlow
    alone; `w2v encode` gives the same ids, from the text as it is, for any backend.
    """
    if UNKNOWN_WORD in vectors.index:
        raise OutputError(folder, f"Keras keeps the word {UNKNOWN_WORD} for itself; leave it out with --words")
    parted = sum(len(word.split(" ")) > 1 for word in vectors.words)
    if parted:
        note(
            f"{parted:,} words hold blanks, at which TextVectorization splits: it never finds them; --blank-as _ mends"
        )
    write_words(vectors.words, folder / "vocabulary.txt")
    write_matrix(vectors, folder / "matrix.npy")
    return KERAS.format(folder=folder.as_posix(), text=some_text(vectors))


TORCH = """\
import numpy as np
import torch

with open("{folder}/words.txt", encoding="utf-8", newline="\\n") as file:
    row = {{word: i for i, word in enumerate(file.read().split("\\n")[:-1])}}
matrix = torch.from_numpy(np.load("{folder}/matrix.npy"))
embedding = torch.nn.Embedding.from_pretrained(matrix, freeze=True, padding_idx={padding})
ids = torch.tensor([[row.get(word, {unknown}) for word in "{text}".split()]])
print(embedding(ids).shape)
"""


def to_torch(vectors: Vectors, folder: Path, note: Note) -> str:
    """Write what PyTorch's nn.Embedding.from_pretrained takes.

    matrix.npy   float32 [V + 2, D]
    words.txt    one a line; the line's number, from 0, is the row
    """
    write_words((*special_words(vectors), *vectors.words), folder / "words.txt")
    write_matrix(vectors, folder / "matrix.npy")
    return TORCH.format(folder=folder.as_posix(), padding=PADDING, unknown=UNKNOWN, text=some_text(vectors))


SENTENCE_TRANSFORMERS = """\
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("{folder}", device="cpu")
print(model.encode(["{text}"]).shape)
"""


def to_sentence_transformers(vectors: Vectors, folder: Path, note: Note) -> str:
    """Write sentence-transformers' StaticEmbedding (and model2vec): a folder that SentenceTransformer(...) opens.

        model.safetensors   `embeddings`, float32 [V + 2, D]
        tokenizer.json      a WordLevel vocabulary for the library `tokenizers`
        modules.json        which module it is
        config.json         for model2vec
        config_sentence_transformers.json

    A text's vector is the mean of its words' vectors. Words are found as w2v's own tokenizer finds them if the
    vocabulary is made of such words, else as what stands between blanks; lower-cased if the vocabulary is.
    Raises OutputError.
    """
    for word in vectors.words:
        check_text(word, folder / "tokenizer.json")
    safetensors.write_arrays({"embeddings": layer_matrix(vectors)}, folder / "model.safetensors", {"format": "pt"})
    write_json(tokenizer(vectors), folder / "tokenizer.json")
    module = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}
    write_json([module], folder / "modules.json")
    write_json({"similarity_fn_name": "cosine"}, folder / "config_sentence_transformers.json")
    write_json({"model_type": "model2vec", "hidden_dim": vectors.dim, "normalize": False}, folder / "config.json")
    return SENTENCE_TRANSFORMERS.format(folder=folder.as_posix(), text=some_text(vectors))


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


SPACY = """\
python -m spacy init vectors xx {folder}/vectors.txt {folder}/pipeline
python -c 'import spacy; nlp = spacy.load("{folder}/pipeline"); print(nlp("{text}").vector.shape)'
"""


def to_spacy(vectors: Vectors, folder: Path, note: Note) -> str:
    """Write word2vec text, from which `spacy init vectors` makes a pipeline with vectors.

    spaCy has no row for padding or unknown words (their vector is zero), so the file is word2vec text as it is; "xx" is
    spaCy's name for any language, to be replaced by en, de ... for its tokenizer.
    """
    formats.save(vectors, folder / "vectors.txt", "word2vec-text", cache_too=False)
    return SPACY.format(folder=folder.as_posix(), text=some_text(vectors))


PROJECTOR = """\
tensorboard --logdir {folder}        # then open http://localhost:6006/#projector
# or in a browser, without TensorBoard: https://projector.tensorflow.org, "Load", first tensors.tsv, then metadata.tsv
"""


def to_projector(vectors: Vectors, folder: Path, note: Note) -> str:
    """Write what TensorBoard's Embedding Projector takes, in TensorBoard or at projector.tensorflow.org.

        tensors.tsv, metadata.tsv    see `w2v.formats.projector`; the metadata has the words and counts or ranks
        projector_config.pbtxt       for `tensorboard --logdir FOLDER`
        config.json                  for https://projector.tensorflow.org/?config=URL, once the folder is on the web

    Words that the page would not show (white space alone, a tab) are left out.
    """
    if vectors.dim < 2:
        raise OutputError(folder, "the projector needs vectors of two numbers or more")
    if len(vectors) > MOST_SHOWN:
        note(f"TensorBoard shows the first {MOST_SHOWN:,} of {len(vectors):,} words; --limit takes fewer")
    fit = [row for row, word in enumerate(vectors.words) if not projector.unfit(word)]
    if len(fit) < len(vectors):
        note(f"{len(vectors) - len(fit):,} words of white space were left out: the page would lose count at them")
        counts = None if vectors.counts is None else vectors.counts[fit]
        titles = None if vectors.titles is None else tuple(vectors.titles[row] for row in fit)
        matrix = np.ascontiguousarray(vectors.matrix[fit])
        vectors = Vectors(tuple(vectors.words[row] for row in fit), matrix, counts, titles=titles)
    with replacing_together(folder / "tensors.tsv", folder / "metadata.tsv") as (tensors, words):
        words.writelines(projector.metadata(vectors, ranked=True))
        rows.write_rows(vectors, tensors, "\t", has_words=False)
    with replacing(folder / "projector_config.pbtxt") as file:
        file.write(b'embeddings {\n  tensor_name: "w2v"\n  tensor_path: "tensors.tsv"\n')
        file.write(b'  metadata_path: "metadata.tsv"\n}\n')
    entry = {"tensorName": "w2v", "tensorShape": [len(vectors), vectors.dim]}
    entry |= {"tensorPath": "tensors.tsv", "metadataPath": "metadata.tsv"}
    write_json({"embeddings": [entry]}, folder / "config.json")
    return PROJECTOR.format(folder=folder.as_posix())


EXPORTS: dict[str, Callable[[Vectors, Path, Note], str]] = {
    "keras": to_keras,
    "torch": to_torch,
    "sentence-transformers": to_sentence_transformers,
    "spacy": to_spacy,
    "projector": to_projector,
}
