"""w2v export: what is printed can be pasted, and what it loads is what was trained.

Each library is asked where it is installed; for all of them: .venv/bin/pip install -e '.[interop]' (2 GB).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from w2v import export, formats
from w2v.vectors import Vectors

WORDS = ("king", "queen", "new_york", "caf\u00e9", "don't", "\u5317\u4eac", "\u65e5\u672c\u8a9e", "se\u00f1ora")

TENSORFLOW = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.fixture
def vectors(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matrix = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    vectors = Vectors(WORDS, matrix, np.arange(9, 1, -1))
    formats.save(vectors, tmp_path / "v.w2v")
    return vectors


def exported(w2v, kind, *more, words=8):
    result = w2v("export", kind, "-v", "v.w2v", "-o", "out", *more)
    assert result.exit_code == 0
    assert result.stderr.endswith(f"out: {words} words x 4. To load them:\n")
    return result.stdout


def pasted(snippet, question, **environment):
    """Run a snippet in a fresh interpreter, and return what it answers to a question."""
    program = f"{snippet}\nimport json, numpy\nprint('ANSWER', json.dumps(numpy.asarray({question}).tolist()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout.split("ANSWER")[1]), np.float32)


def test_row_0_is_padding_row_1_the_mean_and_words_follow(vectors):
    matrix = export.layer_matrix(vectors)
    assert matrix.shape == (10, 4)
    assert not matrix[export.PADDING].any()
    np.testing.assert_allclose(matrix[export.UNKNOWN], vectors.matrix.mean(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(matrix[export.FIRST_WORD :], vectors.matrix)


def test_the_ids_of_encode_are_the_rows_of_an_export():
    from w2v.queries import encoding

    assert (encoding.PADDING, encoding.UNKNOWN, encoding.FIRST_WORD) == (0, 1, 2)
    assert (export.PADDING, export.UNKNOWN, export.FIRST_WORD) == (0, 1, 2)


def test_special_words_are_none_of_the_vocabulary():
    taken = Vectors(("[UNK]", "[PAD]"), np.ones((2, 1), np.float32))
    assert not set(export.special_words(taken)) & set(taken.words)


def test_torch_looks_up_our_vectors(w2v, vectors):
    pytest.importorskip("torch")
    snippet = exported(w2v, "torch")
    found = pasted(snippet, f"embedding(torch.tensor([0, row.get('x', 1), *(row[word] for word in {WORDS!r})]))")
    np.testing.assert_allclose(found, [np.zeros(4), vectors.matrix.mean(axis=0), *vectors.matrix], rtol=1e-5)


def test_keras_looks_up_our_vectors(w2v, vectors):
    """The text is padded with 0, which the mask leaves out; a word that is not there is 1."""
    pytest.importorskip("keras")
    pytest.importorskip("tensorflow")
    snippet = exported(w2v, "keras")
    texts = f"[{' '.join(WORDS)!r}, 'x caf\u00e9']"
    ids = pasted(snippet, f"text_to_ids({texts})", **TENSORFLOW)
    assert ids.tolist() == [[*range(2, 10)], [1, 5, 0, 0, 0, 0, 0, 0]]
    found = pasted(snippet, f"embedding(text_to_ids({texts}))", **TENSORFLOW)
    np.testing.assert_allclose(found[0], vectors.matrix, rtol=1e-6)
    np.testing.assert_allclose(found[1][:2], [vectors.matrix.mean(axis=0), vectors["caf\u00e9"]], rtol=1e-5)
    assert not found[1][2:].any()
    masked = pasted(snippet, f"embedding.compute_mask(text_to_ids({texts}))", **TENSORFLOW)
    assert masked.tolist() == [[1] * 8, [1] * 2 + [0] * 6]


def test_the_layer_of_keras_looks_up_our_vectors_on_torch_too(w2v, vectors):
    pytest.importorskip("keras")
    pytest.importorskip("torch")
    snippet = exported(w2v, "keras")  # TextVectorization is TensorFlow's; the layer is everybody's
    layer = "\n".join(line for line in snippet.splitlines() if "text_to_ids" not in line)
    found = pasted(layer, "embedding(numpy.array([[0, 1, 2, 5]])).detach()", KERAS_BACKEND="torch")
    mean = vectors.matrix.mean(axis=0)
    np.testing.assert_allclose(found[0], [np.zeros(4), mean, vectors["king"], vectors["caf\u00e9"]], rtol=1e-5)


def test_keras_is_told_of_words_that_it_cannot_find(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    formats.save(Vectors(("new york", "a"), np.ones((2, 2), np.float32)), tmp_path / "v.w2v")
    result = w2v("export", "keras", "-v", "v.w2v", "-o", "out")
    assert "Note: 1 words hold blanks, at which TextVectorization splits" in result.stderr
    result = w2v("export", "keras", "-v", "v.w2v", "-o", "out", "--blank-as", "_")
    assert "TextVectorization" not in result.stderr
    assert (tmp_path / "out" / "vocabulary.txt").read_text() == "new_york\na\n"


@pytest.mark.parametrize("kind", ["keras", "torch", "sentence-transformers", "spacy"])
def test_a_word_that_is_no_text_is_one_line_and_exit_code_1(w2v, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    formats.save(Vectors(("a", "x\ud800"), np.ones((2, 2), np.float32)), tmp_path / "v.w2v")
    result = w2v("export", kind, "-v", "v.w2v", "-o", "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the word 'x\\ud800'" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_keras_vocabulary_begins_with_the_word_of_row_2(w2v, vectors, tmp_path):
    exported(w2v, "keras")
    assert (tmp_path / "out" / "vocabulary.txt").read_text() == "".join(f"{word}\n" for word in WORDS)
    assert np.load(tmp_path / "out" / "matrix.npy").shape == (10, 4)


@pytest.mark.slow
def test_sentence_transformers_takes_the_mean_of_our_vectors(w2v, vectors):
    pytest.importorskip("sentence_transformers")
    snippet = exported(w2v, "sentence-transformers")
    found = pasted(snippet, "model.encode(['The King, don\\'t!', 'caf\u00e9'])", HF_HUB_OFFLINE="1")
    np.testing.assert_allclose(found[1], vectors["caf\u00e9"], rtol=1e-5)
    unknown = vectors.matrix.mean(axis=0)
    np.testing.assert_allclose(found[0], (unknown + vectors["king"] + vectors["don't"]) / 3, rtol=1e-4, atol=1e-6)


def test_the_tokenizer_of_the_folder_gives_our_ids(w2v, vectors, tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    exported(w2v, "sentence-transformers")
    theirs = tokenizers.Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    assert theirs.encode("King, QUEEN new_york; Caf\u00e9 don't x").ids == [2, 3, 4, 5, 6, 1]
    assert formats.load(tmp_path / "out" / "model.safetensors").words[2:] == WORDS


def test_spacy_gets_word2vec_text(w2v, vectors, tmp_path):
    snippet = exported(w2v, "spacy")
    assert "python -m spacy init vectors xx out/vectors.txt out/pipeline" in snippet
    assert formats.load(tmp_path / "out" / "vectors.txt").words == WORDS


@pytest.mark.slow
def test_spacy_looks_up_our_vectors(w2v, vectors):
    """Both printed lines are run by a shell, as they are; then all words are asked for."""
    spacy = pytest.importorskip("spacy")
    snippet = exported(w2v, "spacy")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shell = ["/bin/sh", "-ec", snippet]
    done = subprocess.run(shell, capture_output=True, text=True, env=os.environ | {"PATH": path})
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("(4,)\n")
    loaded = spacy.load("out/pipeline")
    np.testing.assert_allclose([loaded.vocab[word].vector for word in WORDS], vectors.matrix, rtol=1e-5)
    assert not loaded.vocab["nobody"].vector.any()
    np.testing.assert_allclose(loaded("king caf\u00e9").vector, vectors.matrix[[0, 3]].mean(axis=0), rtol=1e-5)


def test_the_projector_gets_tensors_metadata_and_both_configurations(w2v, vectors, tmp_path):
    exported(w2v, "projector")
    assert (tmp_path / "out" / "metadata.tsv").read_text().splitlines()[:2] == ["word\tcount", "king\t9"]
    assert formats.load(tmp_path / "out" / "tensors.tsv").matrix.tobytes() == vectors.matrix.tobytes()
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["embeddings"][0]["tensorShape"] == [8, 4]


def test_tensorboard_reads_the_projectors_configuration(w2v, vectors, tmp_path):
    projector = pytest.importorskip("tensorboard.plugins.projector.projector_plugin")
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    exported(w2v, "projector")
    config = text_format.Parse((tmp_path / "out" / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert config.embeddings[0].metadata_path == "metadata.tsv"
    read = projector._read_tensor_tsv_file(str(tmp_path / "out" / "tensors.tsv"))
    np.testing.assert_allclose(read, vectors.matrix, rtol=1e-6)


def test_words_that_the_projector_would_lose_count_at_are_left_out(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    formats.save(Vectors(("a", "\u00a0", "b"), np.ones((3, 2), np.float32)), tmp_path / "v.w2v")
    result = w2v("export", "projector", "-v", "v.w2v", "-o", "out")
    assert "Note: 1 words of white space were left out" in result.stderr
    assert (tmp_path / "out" / "metadata.tsv").read_text() == "word\trank\na\t1\nb\t2\n"


def test_an_export_can_be_of_some_words(w2v, vectors, tmp_path):
    (tmp_path / "words").write_text("queen\n")
    exported(w2v, "torch", "--words", "words", words=1)
    assert (tmp_path / "out" / "words.txt").read_text() == "[PAD]\n[UNK]\nqueen\n"
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "matrix.npy")[2], vectors["queen"])


@pytest.mark.parametrize("kind", ["keras", "torch"])
def test_names_of_ids_are_written_beside(w2v, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    formats.save(Vectors(("7", "8"), np.eye(2, 4, dtype=np.float32), titles=("Sigur Rós", "")), "v.w2v")
    result = w2v("export", kind, "-v", "v.w2v", "-o", "out", "--limit", 2)
    assert result.stderr.startswith(f"Note: {Path('out') / 'names.tsv'} says what each id is called, line by line")
    assert (tmp_path / "out" / "names.tsv").read_text() == "7\tSigur Rós\n8\t8\n"


def test_the_kinds_of_the_command_are_those_of_the_table():
    from w2v.cli.export import KINDS

    assert list(KINDS) == list(export.EXPORTS)
