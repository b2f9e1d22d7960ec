"""w2v train, as a user types it."""

from __future__ import annotations

import gzip
import os
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from where import DATA

import w2v as library
from w2v.cli.progress import Meter

CORPUS = "the cat sat on the mat\nthe dog sat on the rug\n" * 50


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """Have the kernel compiled: what a first run says of that depends on the machine's speed."""
    from w2v.training import compile_ahead

    compile_ahead(library.TrainSettings())


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text(CORPUS)
    return path


def test_training_says_what_became_of_the_text_and_what_to_do_next(w2v, corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = w2v("train", corpus, "--dim", "8", "--min-count", "60", "--threads", "1", "--epochs", "90")
    assert outcome.exit_code == 0
    assert outcome.stdout == ""
    lines = outcome.stderr.splitlines()
    assert lines[0] == "read        600 tokens in 1 file, 100 sentences = 400 kept + 200 below min-count 60"
    assert lines[1] == "vocabulary  3 words kept, 4 dropped; the most frequent: the sat on"
    chosen = ["--alpha 0.015", "--negative 7", "--sample 0"]
    assert sorted(line.split(":")[0] for line in lines[2:5]) == [f"chosen      {option}" for option in chosen]
    assert lines[5].startswith("training    90 epochs; no word is passed over (--sample 0); ")
    assert lines[6].startswith("verdict     loss of a pair ")
    assert lines[7].startswith("vectors.txt: 3 words x 8, in ")
    assert lines[8:] == ["  w2v similar sat", "  w2v compare sat on", "  w2v similar sat on --json"]
    assert len(library.load("vectors.txt")) == 3


def test_a_run_of_too_few_epochs_ends_with_the_command_to_run_instead(w2v, corpus, tmp_path):
    outcome = w2v("train", corpus, "-o", tmp_path / "v.txt", "--threads", "1", "--epochs", "2", "--keep-case")
    lines = outcome.stderr.splitlines()
    place = lines.index("note        under-trained: neighbours will be better after 100 epochs")
    assert lines[place + 1] == f"  w2v train {corpus} -o {tmp_path / 'v.txt'} --threads 1 --keep-case --epochs 100"
    assert library.load(tmp_path / "v.txt").matrix.any()
    again = w2v(*shlex.split(lines[place + 1])[1:])
    assert "under-trained" not in again.stderr


def test_a_run_that_diverged_is_not_advised_to_take_the_same_rate_again(w2v, tmp_path):
    options = ("--alpha", "0.4", "--epochs", "2", "--threads", "1", "-o", tmp_path / "v.txt")
    lines = w2v("train", DATA / "demo.txt", *options).stderr.splitlines()
    assert any("grew out of all bounds" in line and line.endswith("half the rate: 0.2") for line in lines)
    (command,) = (line for line in lines if line.startswith("  w2v train"))
    assert command.endswith("--epochs 30 --alpha 0.2")
    assert "0.4" not in command


def test_auto_is_what_is_chosen_without_the_option(w2v, corpus, tmp_path):
    outputs = [tmp_path / "without.txt", tmp_path / "auto.txt"]
    w2v("train", corpus, "-o", outputs[0], "--threads", "1", "-q")
    w2v("train", corpus, "-o", outputs[1], "--threads", "1", "-q", "--epochs", "auto", "--sample", "auto")
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_lines_fit_the_terminal_and_commands_stay_whole(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    command = "  w2v train " + "x" * 80
    for line in ("note        " + "a few words " * 9, command):
        Meter(quiet=False).notify(line)
    first, second, third, last = capsys.readouterr().err.splitlines()
    assert max(map(len, (first, second, third))) <= 60
    assert second.startswith(" " * 12 + "a few")
    assert last == command


def test_quiet_is_quiet(w2v, corpus, tmp_path):
    assert w2v("train", corpus, "-o", tmp_path / "v.txt", "-q") == (0, "", "")


def test_the_names_of_the_peers_options_are_understood(w2v, corpus, tmp_path):
    output = tmp_path / "v.txt"
    assert w2v("train", corpus, "-o", output, "--size", "7", "--iter", "1", "--lr", "0.05", "-q").exit_code == 0
    assert library.load(output).dim == 7


def test_standard_input_and_archives_give_what_the_file_gives(w2v, corpus, tmp_path):
    packed = tmp_path / "no-telling-name"
    packed.write_bytes(gzip.compress(CORPUS.encode()))
    common = ("--dim", "5", "--threads", "1", "-q", "-o")
    outputs = [tmp_path / name for name in ("file.txt", "archive.txt", "stdin.txt")]
    assert w2v("train", corpus, *common, outputs[0]).exit_code == 0
    assert w2v("train", packed, *common, outputs[1]).exit_code == 0
    command = [sys.executable, "-m", "w2v", "train", "-", *common, str(outputs[2])]
    subprocess.run(command, input=CORPUS.encode(), check=True)
    assert outputs[0].read_bytes() == outputs[1].read_bytes() == outputs[2].read_bytes()


def test_one_thread_gives_the_same_bytes_every_time_and_another_seed_others(w2v, tmp_path):
    outputs = [tmp_path / f"{run}.txt" for run in range(3)]
    for output, seed in zip(outputs, (1, 1, 2)):
        w2v("train", DATA / "demo.txt", "--epochs", "1", "--threads", "1", "--seed", seed, "-q", "-o", output)
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert outputs[0].read_bytes() != outputs[2].read_bytes()


def test_a_name_ending_in_bin_gives_word2vec_binary(w2v, corpus, tmp_path):
    for name in ("v.txt", "v.bin"):
        w2v("train", corpus, "-o", tmp_path / name, "--dim", "6", "--threads", "1", "-q")
    text, binary = (library.load(tmp_path / name) for name in ("v.txt", "v.bin"))
    assert text.words == binary.words
    assert text.matrix.tobytes() == binary.matrix.tobytes()
    assert (tmp_path / "v.bin").read_bytes().startswith(b"7 6\n")


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("missing.txt",), "missing.txt: no such file or directory", 1),
        (("empty.txt",), "empty.txt: no words in it; is this the right file, and the right --tokenizer?", 1),
        (("folder",), "folder: this directory holds no files; name a file or a directory of text files", 1),
        (("rare.txt", "--min-count", "5"), "--min-count 2 or less leaves words", 1),
        (("junk.bin",), "junk.bin: this is binary data, not text", 1),
        (("cut.gz",), "cut.gz: the archive is damaged or cut short", 1),
        (("corpus.txt", "--dim", "0"), "--dim must be from 1 to 10000, not 0", 2),
        (("corpus.txt", "--alpha", "-1"), "--alpha must be from 1e-09 to 10, not -1", 2),
        (("corpus.txt", "--sample", "nan"), "--sample must be from 0 to 1, not nan", 2),
        (("corpus.txt", "--tokenizer", "wrods"), "--tokenizer must be one of words, whitespace, ", 2),
        (("corpus.txt", "-o", "no/such/folder/v.txt"), "there is no folder ", 1),
        (("corpus.txt", "-o", "folder"), "folder: is a folder; name a file in it", 1),
        (("corpus.txt", "--dim", "many"), "'many' is not a valid integer", 2),
        ((), "Missing argument 'CORPUS...'", 2),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_no_file(w2v, tmp_path, monkeypatch, arguments, message, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "corpus.txt").write_text(CORPUS)
    (tmp_path / "empty.txt").write_text("\n \n")
    (tmp_path / "rare.txt").write_text("a b a c")
    (tmp_path / "junk.bin").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(os.urandom(5000).hex().encode())[:-100])
    before = sorted(tmp_path.rglob("*"))
    outcome = w2v("train", *arguments)
    assert outcome.exit_code == code
    assert outcome.stdout == ""
    (line,) = [line for line in outcome.stderr.splitlines() if line.startswith("Error: ")]
    assert message in line
    assert outcome.stderr.splitlines()[-1] == line
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(("threads", "more"), [(1, ""), (2, ", and so do fewer --threads")])
def test_a_model_that_does_not_fit_the_memory_is_refused_before_training(
    w2v, corpus, tmp_path, monkeypatch, threads, more
):
    from w2v import resources

    monkeypatch.setattr(resources, "available_memory", lambda: 100)
    outcome = w2v("train", corpus, "--threads", threads, "-o", tmp_path / "v.txt")
    assert outcome.exit_code == 1
    assert outcome.stderr.splitlines()[-1] == (
        "Error: training 7 words x 100 numbers needs 1 MB of memory, 1 MB is free;"
        " a smaller --dim, a larger --min-count or a --max-vocab lowers it" + more
    )
    assert not (tmp_path / "v.txt").exists()


@pytest.mark.slow
def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path):
    output = tmp_path / "v.txt"
    command = [sys.executable, "-m", "w2v", "train", DATA / "demo.txt", "--epochs", "100000", "-o", output]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        for line in process.stderr:
            if line.startswith("training"):
                break
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert rest.splitlines()[-1] == "Error: stopped by Ctrl-C"
    assert list(tmp_path.iterdir()) == []


def test_the_account_adds_up_over_the_epochs():
    settings = library.TrainSettings(epochs=9, threads=2, min_count=1, sample=1e-3)  # long enough for several reports
    corpus = library.read([DATA / "demo.txt"], settings)
    reports = []
    library.train(corpus, settings, report=reports.append)
    assert reports[-1].tokens == reports[-1].total == 9 * corpus.account.kept
    assert reports[-1].epoch == 9
    share = reports[-1].centers / reports[-1].tokens
    from w2v.training import trained_share

    assert share == pytest.approx(trained_share(corpus.vocabulary, settings.sample), abs=0.002)
    losses = [report.loss for report in reports if report.loss is not None]
    assert len(losses) >= 2
    assert losses[-1] < losses[0]
    assert all(np.isfinite(losses))
