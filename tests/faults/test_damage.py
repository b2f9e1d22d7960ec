"""The damage, a little of it: `scripts/faults` does it at length."""

from __future__ import annotations

import random
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("signals and limits of Unix", allow_module_level=True)

import damage

EPOCHS = 30


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """Return a corpus and the vectors of a run over it that nothing happened to."""
    folder = tmp_path_factory.mktemp("undamaged")
    corpus = damage.small_corpus(folder)
    return corpus, damage.uninterrupted(corpus, folder, epochs=EPOCHS)


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_in_the_same_bits(damaged, tmp_path):
    corpus, wanted = damaged
    damage.kill_once(corpus, tmp_path, wanted, random.Random(1), epochs=EPOCHS)


@pytest.mark.slow
@pytest.mark.parametrize("terminal", [False, True])
def test_a_signal_at_any_moment_saves_and_says_how_to_go_on(damaged, tmp_path, terminal):
    corpus, wanted = damaged
    chance = random.Random(2)
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        damage.signal_once(corpus, folder, wanted, chance, epochs=EPOCHS, terminal=terminal)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1000, 200_000, 600_000, 1_500_000])
def test_a_disk_that_fills_up_is_one_clear_error_and_harms_no_file(damaged, tmp_path, limit):
    damage.full_disk_once(damaged[0], tmp_path, limit)
