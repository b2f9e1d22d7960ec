"""w2v info, as a user types it."""

from __future__ import annotations

import json

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
    assert [line.split()[0] for line in lines[2:]] == ["lengths", "made", "settings", "corpus", "training"]
    assert "epochs 2" in lines[4]
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
        "note        the header speaks of 7 words, the file holds 5: these were read",
        "note        1 row repeats a word: the first was kept",
    ]


@pytest.mark.parametrize("beside", ["", "[]", "{}", '{"vectors": 3}', '{"vectors": {"bytes": 1}}', "[" * 99999])
def test_a_small_file_that_speaks_of_another_file_is_passed_over(w2v, tmp_path, beside):
    path = tmp_path / "v.txt"
    library.save(library.Vectors(("a",), np.ones((1, 2), np.float32)), path)
    (tmp_path / "v.txt.json").write_text(beside)
    outcome = w2v("info", path)
    assert outcome.exit_code == 0
    assert "made" not in outcome.stdout


def test_info_of_nothing_is_one_clear_line(w2v, tmp_path):
    assert w2v("info", tmp_path / "no") == (1, "", f"Error: {tmp_path / 'no'}: no such file\n")
