"""Compiled code is kept, and never outlives its source."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from w2v.kernels import compiler

PACKAGE = Path(__file__).parent.parent.parent / "w2v"
ASK = "from w2v.kernels import random; import numpy as np; print(int(random.epoch_key(1, 2)), random.epoch_key.stats)"


DAMAGES = {
    "empty": lambda data: b"",
    "cut short": lambda data: data[:-100],
    "something else": lambda data: b"something else",
    "changed at the start": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "changed in the middle": lambda data: data[: len(data) // 2] + b"\xff" * 64 + data[len(data) // 2 + 64 :],
}


def ask(folder, cache, program=ASK):
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=os.environ | {"W2V_CACHE": str(cache), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


LOADED = "import sys; print('numba.np.arraymath' in sys.modules)"  # among the last that numba loads to compile
TRAIN = """
from w2v import TrainSettings
from w2v.corpus import read
from w2v.training import train
settings = TrainSettings(min_count=1, epochs=1, threads=2, {})
train(read([["a", "b", "c", "d"] * 5000], settings), settings)
"""


def test_to_run_a_kept_kernel_nothing_is_loaded_that_compiles(tmp_path):
    assert ask(PACKAGE.parent, tmp_path, f"{ASK}; {LOADED}").endswith("True\n")
    assert ask(PACKAGE.parent, tmp_path, f"{ASK}; {LOADED}").endswith("False\n")


@pytest.mark.parametrize(
    "settings", ["", "loss='hs'", "objective='cbow'", "negatives_per='pair'", "subwords='3-4'", "objective='glove'"]
)
def test_no_kernel_that_trains_needs_what_compiles(settings):
    ask(PACKAGE.parent, compiler.KERNEL_CACHE.parent, TRAIN.format(settings))
    program = TRAIN.format(settings) + LOADED
    assert ask(PACKAGE.parent, compiler.KERNEL_CACHE.parent, program).endswith("False\n")


def test_a_changed_callee_is_seen_by_a_cached_caller(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "w2v")
    cache = tmp_path / "cache"
    first = ask(tmp_path, cache)
    assert "cache_hits={}" in first.replace("Counter()", "{}")
    assert "cache_misses={}" in ask(tmp_path, cache).replace("Counter()", "{}"), "the second run compiled again"
    source = tmp_path / "w2v" / "kernels" / "random.py"
    source.write_text(source.read_text().replace("np.uint64(30)", "np.uint64(29)"))
    changed = ask(tmp_path, cache)
    assert changed.split()[0] != first.split()[0]


def test_a_changed_source_in_a_folder_below_is_seen(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "w2v")
    below = tmp_path / "w2v" / "kernels" / "objectives"
    (below / "cbow.py").write_text("WIDTH = 1\n")
    cache = tmp_path / "cache"
    ask(tmp_path, cache)
    (below / "cbow.py").write_text("WIDTH = 2\n")
    ask(tmp_path, cache)
    assert len(list(cache.glob("kernels-*"))) == 2


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_of_code_is_made_again_and_never_run(tmp_path, damage):
    cache = tmp_path / "cache"
    first = ask(PACKAGE.parent, cache)
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    again = ask(PACKAGE.parent, cache)
    assert again.split()[0] == first.split()[0]
    assert "cache_misses={}" in ask(PACKAGE.parent, cache).replace("Counter()", "{}"), "not made again"


def test_on_a_full_disk_the_kernels_still_run(tmp_path):
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n" + ASK
    cache = tmp_path / "cache"
    result = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"W2V_CACHE": str(cache)}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert not [path for path in cache.rglob("*") if path.is_file()], "left behind"


@pytest.mark.parametrize("lanes", ["x", "3", "-8", "8.0"])
def test_a_width_that_no_machine_has_is_one_clear_error(lanes):
    result = subprocess.run(
        [sys.executable, "-m", "w2v", "explain", "--help"], env=os.environ | {"W2V_LANES": lanes}, capture_output=True
    )
    assert result.returncode == 0, "help needs no kernel"
    result = subprocess.run(
        [sys.executable, "-m", "w2v", "train", PACKAGE.parent / "data" / "demo.txt", "-o", "/dev/null/no"],
        env=os.environ | {"W2V_LANES": lanes}, capture_output=True, text=True,
    )  # fmt: skip
    assert result.stderr == f"Error: W2V_LANES is {lanes!r}; it can be 4, 8 or 16, or unset for what this machine has\n"
    assert result.returncode == 2


def test_without_a_place_to_write_the_kernels_still_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    code = "import tempfile; tempfile.gettempdir = lambda: '/nonexistent'\n" + ASK
    result = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"W2V_CACHE": str(blocked)}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
