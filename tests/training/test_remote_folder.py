"""A run that is kept on the network, by fsspec's file system in memory."""

from __future__ import annotations

import pytest

import w2v as library
from w2v import training
from w2v.errors import OutputError, ResumeError
from w2v.places import user_cache
from w2v.training import keeper

fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install 'w2v[remote]'")

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "ran"]] * 3000
OPTIONS = {"dim": 8, "epochs": 6, "threads": 2}
PLACE = "memory://runs/one"


@pytest.fixture(autouse=True)
def store(monkeypatch):
    monkeypatch.setattr(keeper, "WRITING_SHARE", 1e9)  # at the end of each epoch
    files = fsspec.filesystem("memory")
    yield files
    if files.exists("/runs"):
        files.rm("/runs", recursive=True)


def files_of(store):
    return sorted(name.rsplit("/", 1)[-1] for name in store.ls("/runs/one", detail=False))


class _EndError(Exception):
    """Stands for the end of the process."""


def stopped_half_way():
    def report(progress):
        if getattr(progress, "epoch", 0) >= 4:
            raise _EndError

    with pytest.raises(_EndError):
        library.train(SENTENCES, **OPTIONS, checkpoint=PLACE, report=report, validate=lambda vectors: 0.0)


def test_a_run_that_ended_goes_on_from_the_network_to_the_same_bits(store):
    stopped_half_way()
    kept = files_of(store)
    assert len(kept) == 3, "the ids and two checkpoints"
    assert kept[2] == "ids.npy"
    assert not list((user_cache() / "remote").iterdir()), "left on this disk"
    vectors = training.resume(PLACE)
    assert vectors.matrix.tobytes() == library.train(SENTENCES, **OPTIONS).matrix.tobytes()
    assert files_of(store)[1] > kept[1], "what came after was not kept"


def test_a_model_on_the_network_takes_new_text():
    library.train(SENTENCES, **OPTIONS, checkpoint=PLACE)
    more = training.extend(PLACE, [["a", "zebra", "sat"]] * 500, epochs=1, threads=1)
    assert "zebra" in more.words
    assert "dog" in more.words


def test_a_folder_that_keeps_a_run_is_not_taken_for_another(store):
    stopped_half_way()
    before = files_of(store)
    with pytest.raises(ResumeError, match=f"^{PLACE}: a run is kept here; go on with it: w2v train --resume {PLACE}"):
        library.train(SENTENCES, **OPTIONS, checkpoint=PLACE + "/")
    assert files_of(store) == before


def test_what_is_not_there_or_cannot_be_reached_is_one_line(monkeypatch):
    with pytest.raises(ResumeError, match=r"^memory://runs/none: no run is kept there"):
        training.resume("memory://runs/none")
    with pytest.raises(OutputError, match=r"^nowhere://runs: cannot be reached \(Protocol not known: nowhere\)"):
        library.train(SENTENCES, **OPTIONS, checkpoint="nowhere://runs")


def test_a_run_whose_start_cannot_be_kept_leaves_nothing(store):
    with pytest.raises(library.errors.CorpusError):
        library.train(["nothing.txt"], **OPTIONS, checkpoint=PLACE)
    assert not store.exists("/runs/one")
