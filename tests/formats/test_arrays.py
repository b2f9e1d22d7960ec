"""numpy's files, safetensors, and the projector's pair: read from those who write them, and the words beside."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from alike import same

from w2v import formats
from w2v.errors import FormatError
from w2v.vectors import Vectors

MATRIX = np.array([[1, 2, 3], [4, 5, 6]], np.float32)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.words.txt", "a\nb c\n"),
        ("m.txt", "a\nb c"),
        ("words.txt", "\ufeffa\r\nb c\r\n"),
        ("vocab.txt", "a 12\nb c 7\n"),
        ("m.vocab", "a\t12\nb c\t7\n"),
        ("vocab.json", '{"b c": 1, "a": 0}'),
        ("tokenizer.json", '{"model": {"vocab": {"a": 0, "b c": 1}}}'),
    ],
)
def test_a_matrix_takes_its_words_from_a_file_beside_it(tmp_path, name, text):
    np.save(tmp_path / "m.npy", MATRIX)
    (tmp_path / name).write_text(text, newline="")
    same(formats.load(tmp_path / "m.npy"), Vectors(("a", "b c"), MATRIX))


@pytest.mark.parametrize(
    "matrix", [MATRIX.astype(np.float64), MATRIX.astype(">f4"), np.asfortranarray(MATRIX), MATRIX.astype(np.int16)]
)
def test_other_numbers_are_made_float32(tmp_path, matrix):
    np.save(tmp_path / "m.npy", matrix)
    (tmp_path / "words.txt").write_text("a\nb\n")
    same(formats.load(tmp_path / "m.npy"), Vectors(("a", "b"), MATRIX))
    np.savez(tmp_path / "m.npz", words=np.array(["a", "b"]), anything=matrix)
    same(formats.load(tmp_path / "m.npz", keep_cache=False), Vectors(("a", "b"), MATRIX))


def test_a_matrix_without_words_or_with_too_few_says_so(tmp_path):
    np.save(tmp_path / "m.npy", MATRIX)
    with pytest.raises(FormatError, match=r"holds 2 vectors and no words: put the words .* into m.words.txt"):
        formats.load(tmp_path / "m.npy")
    (tmp_path / "words.txt").write_text("a\nb\nc\n")
    with pytest.raises(FormatError, match=r"no words \(words.txt has 3\)"):
        formats.load(tmp_path / "m.npy")


def test_arrays_of_other_shapes_are_named(tmp_path):
    np.save(tmp_path / "m.npy", np.ones(3))
    with pytest.raises(FormatError, match="array of 1 dimensions"):
        formats.load(tmp_path / "m.npy")
    np.save(tmp_path / "o.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(FormatError, match="Python objects"):
        formats.load(tmp_path / "o.npy")
    np.savez(tmp_path / "m.npz", a=np.ones(3))
    with pytest.raises(FormatError, match="holds no matrix, only a"):
        formats.load(tmp_path / "m.npz")
    np.savez(tmp_path / "n.npz", a=MATRIX)
    with pytest.raises(FormatError, match=r"holds vectors \(a\) and no words"):
        formats.load(tmp_path / "n.npz")


@pytest.mark.parametrize(
    "words", [np.array(["a", "\u65e5"]), np.array(["a", "\u65e5"], object), np.array([b"a", "\u65e5".encode()])]
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_holds_words_of_several_kinds(tmp_path, words, save):
    save(tmp_path / "m.npz", vocab=words, syn0=MATRIX)
    same(formats.load(tmp_path / "m.npz", keep_cache=False), Vectors(("a", "\u65e5"), MATRIX))


def test_a_header_of_numpys_that_promises_the_moon_takes_no_memory(tmp_path):
    np.save(tmp_path / "m.npy", MATRIX)
    data = (tmp_path / "m.npy").read_bytes()
    data = data.replace(b"(2, 3), }" + b" " * 9, b"(2222222222, 3), }")
    assert b"2222222222" in data
    (tmp_path / "words.txt").write_text("a\nb\n")
    (tmp_path / "m.npy").write_bytes(data)
    with pytest.raises(FormatError, match="more than the file has left"):
        formats.load(tmp_path / "m.npy")


def test_words_come_out_of_our_archive_with_numpy_alone(tmp_path, toy):
    formats.save(toy, tmp_path / "v.npz")
    with np.load(tmp_path / "v.npz") as arrays:
        assert tuple(arrays["words"].tolist()) == toy.words
        assert arrays["vectors"].tobytes() == toy.matrix.tobytes()


def test_the_library_reads_our_safetensors_and_we_read_its(tmp_path, toy):
    library = pytest.importorskip("safetensors.numpy")
    formats.save(toy, tmp_path / "v.safetensors")
    arrays = library.load_file(tmp_path / "v.safetensors")
    assert arrays["embeddings"].tobytes() == toy.matrix.tobytes()
    assert bytes(arrays["words"]).decode() == "".join(toy.words)
    folder = tmp_path / "model"
    folder.mkdir()
    for key in ("embeddings", "embedding.weight", "something.else"):
        library.save_file({key: toy.matrix, "bias": np.ones(3)}, folder / "model.safetensors")
        (folder / "tokenizer.json").write_text(
            json.dumps({"model": {"vocab": {word: i for i, word in enumerate(toy.words)}}})
        )
        same(formats.load(folder / "model.safetensors"), toy)


def test_a_safetensors_file_of_another_model_is_named(tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    library.save_file({"layer.0": MATRIX, "layer.1": MATRIX}, tmp_path / "m")
    with pytest.raises(FormatError, match=r"holds no embeddings among its arrays: layer.0, layer.1"):
        formats.load(tmp_path / "m")


@pytest.mark.parametrize(
    ("tensors", "metadata", "text"),
    [
        ("tensors.tsv", "metadata.tsv", "a\nb\n"),
        ("tensors.tsv", "metadata.tsv", "word\tcount\na\t3\nb\t2\n"),
        ("x_tensor.tsv", "x_metadata.tsv", "a\r\nb\r\n"),
        ("vectors.tsv", "metadata.tsv", "id\tlabel\n1\ta\n2\tb\n"),
        ("v.tsv", "v.metadata.tsv", "a\nb"),
    ],
)
def test_a_pair_of_the_projector_is_read(tmp_path, tensors, metadata, text):
    (tmp_path / tensors).write_text("1\t2\t3\n4\t5\t6.0\n")
    (tmp_path / metadata).write_text(text, newline="")
    same(formats.load(tmp_path / tensors), Vectors(("a", "b"), MATRIX))
    if (tensors != "v.tsv" and tensors != "vectors.tsv") or metadata == "metadata.tsv":
        same(formats.load(tmp_path / metadata), Vectors(("a", "b"), MATRIX))


def test_a_pair_that_does_not_belong_together_is_an_error(tmp_path):
    (tmp_path / "tensors.tsv").write_text("1\t2.5\n3\t4\n")
    with pytest.raises(FormatError, match=r"numbers without words; put the words.* into metadata.tsv"):
        formats.load(tmp_path / "tensors.tsv")
    (tmp_path / "metadata.tsv").write_text("a\n")
    with pytest.raises(FormatError, match="holds 2 tensors, the metadata 1 words"):
        formats.load(tmp_path / "tensors.tsv")


@pytest.mark.parametrize("name", ["fifu", "kv", "npy", "npz", "safetensors", "w2v", "bin", "txt"])
def test_every_format_is_read_packed_too(tmp_path, toy, name):
    formats.save(toy, tmp_path / f"v.{name}", cache_too=False)
    plain = formats.load(tmp_path / f"v.{name}", keep_cache=False)
    packed = tmp_path / f"v.{name}.gz"
    packed.write_bytes(gzip.compress((tmp_path / f"v.{name}").read_bytes()))
    if name == "npy":
        (tmp_path / "v.words.txt").rename(tmp_path / "v.npy.words.txt")
    same(formats.load(packed, keep_cache=False), plain)
