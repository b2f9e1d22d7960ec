"""w2v info, as a user types it."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma

import numpy as np
import pytest
from where import DATA

import w2v as library


def test_info_of_our_own_vectors_says_how_they_were_made(w2v, tmp_path):
    made = tmp_path / "v.txt"
    assert w2v("train", DATA / "demo.txt", "--epochs", "2", "-o", made, "-q").exit_code == 0
    outcome = w2v("info", made)
    assert outcome.exit_code == 0
    lines = outcome.stdout.splitlines()
    assert lines[0] == f"file        {made}: word2vec text, {made.stat().st_size:,} bytes"
    assert lines[1] == "vectors     2,492 words x 100; the first: the in a and of was"
    assert [line.split()[0] for line in lines[2:]] == ["lengths", "made", "settings", "corpus", "dropped", "training"]
    assert "epochs 2" in lines[4]
    assert "max_vocab no limit" in lines[4]
    assert "2147483647" not in outcome.stdout
    about = json.loads(w2v("info", made, "--json").stdout)
    assert about["provenance"]["settings"]["epochs"] == 2
    assert about["notes"] == []


def test_info_finds_what_is_wrong_with_a_file(w2v, tmp_path):
    path = tmp_path / "odd.txt"
    path.write_text("7 2\na 1 2\nb nan 1\nc 0 0\na 3 4\nd inf 0\n")
    outcome = w2v("info", path)
    assert outcome.exit_code == 0
    assert outcome.stdout.splitlines()[1:] == [
        "vectors     4 words x 2; the first: a b c d",
        "lengths     from 0 to 2.236, median 1.118",
        "warning     1 rows are zero",
        "warning     2 rows hold NaN or infinity",
        "note        the header promises 7 words, the file holds 5: these were read",
        "note        1 row repeats a word: the first was kept",
    ]


def test_info_of_vectors_whose_small_file_was_edited_is_no_crash(w2v, tmp_path):
    path = tmp_path / "v.txt"
    library.save(library.Vectors(("a",), np.ones((1, 2), np.float32)), path)
    about = {
        "vectors": {"bytes": path.stat().st_size},
        "corpus": {"most_frequent_dropped": [3], "notes": 4},
        "settings": [],
    }
    (tmp_path / "v.txt.json").write_text(json.dumps(about))
    outcome = w2v("info", path)
    assert outcome.exit_code == 0
    assert "made        ? by w2v ?\n" in outcome.stdout


@pytest.mark.parametrize("beside", ["", "[]", "{}", '{"vectors": 3}', '{"vectors": {"bytes": 1}}', "[" * 99999])
def test_a_small_file_that_speaks_of_another_file_is_passed_over(w2v, tmp_path, beside):
    path = tmp_path / "v.txt"
    library.save(library.Vectors(("a",), np.ones((1, 2), np.float32)), path)
    (tmp_path / "v.txt.json").write_text(beside)
    outcome = w2v("info", path)
    assert outcome.exit_code == 0
    assert "made" not in outcome.stdout


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_info_of_a_damaged_archive_is_one_clear_line(w2v, tmp_path, pack):
    path = tmp_path / "v.txt"
    packed = pack(b"1 2\na 1 2\n" * 99)
    for content in (packed[:-4], packed[:20] + b"damaged" * 9):
        path.write_bytes(content)
        outcome = w2v("info", path)
        assert (outcome.exit_code, outcome.stdout) == (1, "")
        assert outcome.stderr.startswith(f"Error: {path}: the archive is damaged or cut short (")


def test_info_of_nothing_is_one_clear_line(w2v, tmp_path):
    assert w2v("info", tmp_path / "no") == (1, "", f"Error: {tmp_path / 'no'}: no such file\n")


@pytest.fixture
def run(w2v, tmp_path, monkeypatch):
    """Return a folder with checkpoints of all epochs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("w2v.training.keeper.WRITING_SHARE", 1e9)
    (tmp_path / "corpus.txt").write_text("el niño come\n日本 語\nel niño duerme\n" * 40)
    command = "train corpus.txt -o v.txt --checkpoint run --epochs 4 --threads 1 --dim 5 -q"
    assert w2v(*command.split()).exit_code == 0
    return tmp_path / "run"


def test_info_of_a_folder_of_checkpoints_says_how_far_the_run_is(w2v, run):
    outcome = w2v("info", "run")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in outcome.stdout.splitlines()[:-1])
    assert lines["position"].startswith("epoch 4 of 4, 100% done, ")
    assert lines["words"] == "6 words x 5; the first: el niño come 日本 語 duerme"
    assert "min_count 5" in lines["settings"]
    assert "tokens 320" in lines["corpus"]
    assert lines["whole"] == "checkpoint-000000000004.npz, checkpoint-000000000003.npz, the ids of the corpus"
    assert outcome.stdout.splitlines()[-1] == "add text    w2v train NEW.txt --continue run"


def test_info_of_damaged_checkpoints_says_what_is_wrong_and_how_to_go_on(w2v, run):
    newest = run / "checkpoint-000000000004.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    ids = run / "ids.npy"
    ids.write_bytes(ids.read_bytes()[:-4] + bytes(4))
    lines = w2v("info", run).stdout.splitlines()
    assert "epoch 4 of 4, 75% done" in lines[1]
    assert sum(line.startswith("warning     ") for line in lines) == 2
    assert lines[-1] == f"go on       w2v train --resume {run}"
    about = json.loads(w2v("info", run, "--json").stdout)
    assert [bool(part["problem"]) for part in about["checkpoints"]] == [True, False]
    assert about["ids"]["problem"]
    assert len(about["corpus"]["sha256"]) == 64
    for path in run.glob("checkpoint-*"):
        path.write_bytes(b"")
    outcome = w2v("info", run)
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert "is no whole checkpoint" in outcome.stderr


def test_dropped_words_stand_in_the_report_and_in_what_info_says(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus.txt").write_text("uno dos tres cuatro\n" * 9 + "uno dos tres\n" * 3 + "uno uno\nraro\n")
    command = "train corpus.txt --max-vocab 2 --epochs 1 --threads 1 --dim 5 --report r.json"
    outcome = w2v(*command.split())
    assert "note        --max-vocab 2 dropped 3; the most frequent: tres (12) cuatro (9) raro (1)\n" in outcome.stderr
    dropped = json.loads((tmp_path / "r.json").read_text())["corpus"]["most_frequent_dropped"]
    assert dropped == [{"word": word, "count": count} for word, count in (("tres", 12), ("cuatro", 9), ("raro", 1))]
    assert "dropped     the most frequent: tres (12), cuatro (9), raro (1)\n" in w2v("info", "vectors.txt").stdout
