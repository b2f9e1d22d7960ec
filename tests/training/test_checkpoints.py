"""A run that is stopped anywhere goes on as if it never had been."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from where import DATA

import w2v as library
from w2v import training
from w2v.defaults import usual
from w2v.errors import DivergenceError, FormatError, OutputError, ResumeError, StoppedError
from w2v.training import Folder, Keeper, checkpoints
from w2v.training.checkpoints import Checkpoint

SETTINGS = usual(library.TrainSettings(dim=20, epochs=3, threads=1))


@pytest.fixture(scope="module")
def corpus():
    return library.read([DATA / "demo.txt"], SETTINGS)


@pytest.fixture(scope="module")
def wanted(corpus):
    return library.train(corpus, SETTINGS).matrix.tobytes()


def rounds_of(corpus):
    """Return how many rounds a run with one thread has: blocks of 10,000 positions, in 3 epochs."""
    return 3 * -(-len(corpus.stream) // 10_000)


def countdown(calls):
    """Return a function that says True from the call with this number on."""
    left = iter(range(calls, -(10**9), -1))
    return lambda: next(left) <= 0


def stopped(corpus, settings, folder, calls, **options):
    """Train until `stop` says True for the first time; returns whether the run was stopped and kept."""
    state = training.begin(corpus.vocabulary, settings)
    with Keeper(folder, corpus, settings, minutes=10, **options) as keeper:
        keeper.begin(state)
        try:
            training.finish(corpus, settings, state, keeper=keeper, stop=countdown(calls))
        except StoppedError as error:
            return error.kept
    return False


def resumed(folder):
    """Go on to the end; returns the bits of the vectors."""
    kept, wrong = folder.read()
    assert not wrong
    corpus = folder.read_corpus(kept)
    keeper = Keeper(folder, corpus, kept.settings, minutes=10)
    keeper.go_on(kept)
    training.finish(corpus, kept.settings, kept.state, keeper=keeper)
    return training.vectors_of(corpus.vocabulary, kept.state, kept.settings).matrix.tobytes()


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_stopped_run_ends_in_the_bits_of_one_that_was_not(corpus, wanted, tmp_path, monkeypatch, calls):
    monkeypatch.setattr("w2v.training.run.TICK_SECONDS", 0.002)
    folder = Folder(tmp_path / "run")
    assert stopped(corpus, SETTINGS, folder, calls)
    # Asked for the first time, the run may not have begun; whoever asks again has seen blocks done.
    assert min(calls, 1) <= folder.read()[0].state.rounds < rounds_of(corpus)
    assert resumed(folder) == wanted


def test_checkpoints_change_nothing_and_the_newest_two_stay(corpus, wanted, tmp_path):
    folder = Folder(tmp_path / "run")
    clock = iter(range(10**9))
    assert not stopped(corpus, SETTINGS, folder, 10**9, clock=lambda: 1000 * next(clock))
    newest, older = folder.found()
    assert newest.name == f"checkpoint-{rounds_of(corpus):012d}.npz"
    assert older.name < newest.name
    assert resumed(folder) == wanted
    with np.load(newest) as archive:  # NumPy itself is the witness
        assert archive["input"].tobytes() == wanted
        assert archive["output"].shape == (len(corpus.vocabulary), 20)
        assert archive["counts"].tolist() == corpus.vocabulary.counts.tolist()


@pytest.mark.parametrize(
    ("threads", "more"),
    [
        *[(threads, {}) for threads in (2, 3, 16)],
        (2, {"objective": "cbow"}),
        (2, {"objective": "cbow", "loss": "hs"}),
        (2, {"loss": "hs"}),
        (2, {"negatives_per": "pair"}),
        (2, {"subwords": "3-5", "buckets": 3000}),
        (2, {"subwords": "3-5", "buckets": 3000, "negatives_per": "pair"}),
    ],
)
def test_several_threads_give_the_same_bits_stopped_or_not(corpus, tmp_path, monkeypatch, threads, more):
    monkeypatch.setattr("w2v.training.run.TICK_SECONDS", 0.0005)
    monkeypatch.setattr("w2v.training.schedule.CYCLE_CENTERS", 1)
    settings = replace(SETTINGS, threads=threads, **more)
    results = {library.train(corpus, settings).matrix.tobytes() for _ in range(3)}
    folder = Folder(tmp_path / "run")
    assert stopped(corpus, settings, folder, 1)
    assert {*results, resumed(folder)} == results
    assert len(results) == 1


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(corpus, wanted, tmp_path):
    folder = Folder(tmp_path / "run")
    stopped(corpus, SETTINGS, folder, 10**9, clock=iter(range(10**9)).__next__)
    newest, older = folder.found()
    damaged = bytearray(newest.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    newest.write_bytes(damaged)
    kept, wrong = folder.read()
    assert kept.state.rounds == int(older.stem.split("-")[1])
    assert wrong == [f"{newest}: is no whole checkpoint (Bad CRC-32 for file '{bad_member(newest)}')"]
    older.unlink()
    with pytest.raises(ResumeError, match="is no whole checkpoint"):
        folder.read()


def bad_member(path):
    with zipfile.ZipFile(path) as archive:
        return archive.testzip()


def test_a_corpus_that_was_touched_is_refused(corpus, tmp_path):
    folder = Folder(tmp_path / "run")
    stopped(corpus, SETTINGS, folder, 0)
    kept, _ = folder.read()
    ids = bytearray((folder.path / "ids.npy").read_bytes())
    ids[200] ^= 1
    (folder.path / "ids.npy").write_bytes(ids)
    with pytest.raises(FormatError, match="its checksum is another"):
        folder.read_corpus(kept)
    ids[202] ^= 0x70
    (folder.path / "ids.npy").write_bytes(ids)
    with pytest.raises(FormatError, match="ids that are not in the vocabulary"):
        folder.read_corpus(kept)
    (folder.path / "ids.npy").write_bytes(ids[:-4])
    with pytest.raises(FormatError, match="does not hold the 619,866 ids of this run"):
        folder.read_corpus(kept)


def test_a_folder_in_use_and_a_folder_with_a_run_are_refused(corpus, tmp_path):
    folder = Folder(tmp_path / "run")
    with folder.locked(), pytest.raises(ResumeError, match="another w2v is at work"), folder.locked():
        pass
    stopped(corpus, SETTINGS, folder, 0)
    with pytest.raises(ResumeError, match="a run is kept here; go on with it: w2v train --resume"):
        folder.check_new()


def test_a_checkpoint_that_cannot_be_written_is_said_and_the_run_goes_on(corpus, wanted, tmp_path, monkeypatch):
    folder = Folder(tmp_path / "run")
    state = training.begin(corpus.vocabulary, SETTINGS)
    said = []
    with Keeper(folder, corpus, SETTINGS, minutes=10, notify=said.append) as keeper:
        keeper.begin(state)
        monkeypatch.setattr(checkpoints, "write", fails)
        training.finish(corpus, SETTINGS, state, keeper=keeper)
    assert said
    assert set(said) == {"warning     no checkpoint: x: cannot be written (disk full); the run goes on, tries again"}
    assert state.tables.input[:, :20].tobytes() == wanted
    assert [path.name for path in folder.found()] == ["checkpoint-000000000000.npz"]


def fails(*_):
    raise OutputError("x", "cannot be written (disk full)")


def test_a_run_that_proves_long_keeps_itself(corpus, wanted, tmp_path, monkeypatch):
    monkeypatch.setattr("w2v.training.run.TICK_SECONDS", 0.002)
    folder = Folder(tmp_path / "vectors.txt.checkpoint")
    said = []
    hours = iter(range(10**9))
    state = training.begin(corpus.vocabulary, SETTINGS)
    with Keeper(
        folder, corpus, SETTINGS, minutes=10**6, asleep=True, notify=said.append, clock=lambda: 3600 * next(hours)
    ) as keeper:
        assert not keeper.awake
        training.finish(corpus, SETTINGS, state, keeper=keeper)
        assert keeper.awake
    assert said == [f"checkpoint  a long run; it is kept in {folder.path}"]
    assert state.tables.input[:, :20].tobytes() == wanted
    assert resumed(folder) == wanted


def test_a_short_run_keeps_nothing(corpus, tmp_path):
    folder = Folder(tmp_path / "vectors.txt.checkpoint")
    state = training.begin(corpus.vocabulary, SETTINGS)
    with Keeper(folder, corpus, SETTINGS, minutes=10, asleep=True) as keeper:
        training.finish(corpus, SETTINGS, state, keeper=keeper)
    assert not folder.path.exists()


class Spoiled:
    """Spoils the tables after some rounds, as often as it is told to."""

    def __init__(self, monkeypatch, times, after):
        self.left, self.after = times, after
        original = training.trainer.Replicas.advance

        def advance(worker, state, limit, tick):
            if self.left and state.rounds >= self.after:
                self.left -= 1
                state.tables.input[0, 3] = np.nan
            return original(worker, state, limit, tick)

        monkeypatch.setattr(training.trainer.Replicas, "advance", advance)


def test_a_run_that_diverges_goes_back_with_half_the_rate(corpus, tmp_path, monkeypatch):
    epoch = rounds_of(corpus) // 3
    Spoiled(monkeypatch, 2, 2 * epoch)
    folder = Folder(tmp_path / "run")
    said = []
    state = training.begin(corpus.vocabulary, SETTINGS)
    with Keeper(folder, corpus, SETTINGS, minutes=10, clock=lambda: 0) as keeper:
        keeper.begin(state)
        training.finish(corpus, SETTINGS, state, keeper=keeper, notify=said.append)
    assert said == [
        f"warning     the vectors grew out of all bounds; back to round {2 * epoch}, with half the rate: {rate}"
        for rate in (0.0125, 0.00625)
    ]
    assert (state.rollbacks, state.rate_share) == (2, 0.25)
    assert state.tables.finite()


def test_the_third_time_the_run_gives_up_with_the_last_good_vectors(corpus, tmp_path, monkeypatch):
    epoch = rounds_of(corpus) // 3
    Spoiled(monkeypatch, 99, epoch)
    folder = Folder(tmp_path / "run")
    state = training.begin(corpus.vocabulary, SETTINGS)
    with Keeper(folder, corpus, SETTINGS, minutes=10) as keeper:
        keeper.begin(state)
        with pytest.raises(
            DivergenceError, match=r"3 times, the last time at a rate of 0.00625; try a smaller --alpha"
        ):
            training.finish(corpus, SETTINGS, state, keeper=keeper)
    assert state.tables.finite()
    assert state.rounds == folder.read()[0].state.rounds


def test_a_rate_that_is_far_too_high_is_found_without_a_checkpoint(corpus):
    said = []
    settings = replace(SETTINGS, rate=10.0, epochs=1)
    state = training.begin(corpus.vocabulary, settings)
    with pytest.raises(DivergenceError):
        training.finish(corpus, settings, state, notify=said.append)
    back = "warning     the vectors grew out of all bounds; back to the beginning, with half the rate: "
    assert said == [back + "5", back + "2.5"]


def test_vectors_that_grow_are_found_long_before_they_are_infinite():
    settings = library.TrainSettings(
        dim=20, window=8, epochs=1, negatives=2, sample=1e-3, rate=0.4, tokenizer="whitespace"
    )
    said = []
    vectors = training.train(DATA / "demo.txt", settings, notify=said.append)
    assert "warning     the vectors grew out of all bounds; back to the beginning, with half the rate: 0.2" in said
    assert np.abs(vectors.matrix).max() < 30  # 19,000 at the rate that was asked for


def test_a_loss_that_rose_is_said_and_no_more_epochs_are_advised():
    settings = library.TrainSettings(
        dim=20, window=8, epochs=1, negatives=2, sample=3e-4, rate=0.4, tokenizer="whitespace"
    )
    said = []
    training.train(DATA / "demo.txt", settings, notify=said.append)
    assert "warning     the loss rose: the rate is too high; train again with a smaller --alpha" in said
    assert not any("under-trained" in line for line in said)


def test_a_checkpoint_is_read_as_it_was_written(corpus, tmp_path):
    state = training.begin(corpus.vocabulary, SETTINGS)
    training.finish(corpus, SETTINGS, state)
    about = {"sha256": "00", "size": len(corpus.stream), "account": {}}
    checkpoints.write(Checkpoint(SETTINGS, corpus.vocabulary, state, about), tmp_path / "c.npz")
    kept = checkpoints.read(tmp_path / "c.npz")
    assert kept.settings == SETTINGS
    assert kept.vocabulary.words == corpus.vocabulary.words
    assert kept.vocabulary.counts.tolist() == corpus.vocabulary.counts.tolist()
    assert kept.corpus == about
    for ours, read in ((state.tables.input, kept.state.tables.input), (state.tables.output, kept.state.tables.output)):
        assert ours.tobytes() == read.tobytes()
    for name in ("rounds", "rate_share", "rollbacks", "seconds", "curve"):
        assert getattr(kept.state, name) == getattr(state, name)
    assert kept.state.sums.tolist() == state.sums.tolist()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": 1}, "version 1; this w2v"),
        ({"settings": {"dim": 20, "warmth": 3}}, "settings that this w2v .* does not know: warmth"),
        ({"settings": {"dim": "20"}}, "dim must be a whole number, not '20'"),
        ({"settings": []}, "no settings"),
        ({"rounds": -1}, "a number out of range"),
        ({"rounds": 1e300}, "a number out of range"),
        ({"sums": [1, 2, 3]}, "sums: not 4 numbers"),
        ({"rate_share": 2.0}, "rate_share out of range"),
        ({"curve": [[1, 2]]}, "a point of the loss curve"),
        ({"corpus": {}}, "sha256"),
        ({"dim": 10_000}, "not of the shape"),
    ],
)
def test_a_checkpoint_that_says_what_cannot_be_is_one_clear_error(corpus, tmp_path, change, problem):
    path = rewritten(corpus, tmp_path / "c.npz", change)
    with pytest.raises(FormatError, match=problem):
        checkpoints.read(path)


def rewritten(corpus, path, change):
    """Write a checkpoint, then change its header."""
    state = training.begin(corpus.vocabulary, SETTINGS)
    about = {"sha256": "00", "size": len(corpus.stream), "account": {}}
    checkpoints.write(Checkpoint(SETTINGS, corpus.vocabulary, state, about), path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(members["state.json"])
    if "dim" in change:
        header["settings"]["dim"] = change["dim"]
    else:
        header.update(change)
    members["state.json"] = json.dumps(header).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_setting_that_a_checkpoint_lacks_takes_its_default(corpus, tmp_path):
    path = rewritten(corpus, tmp_path / "c.npz", {"settings": {"dim": 20, "window": 3}})
    assert checkpoints.read(path).settings == library.TrainSettings(dim=20, window=3)


@pytest.mark.parametrize("error", [MemoryError, TypeError, KeyError, AttributeError])
def test_a_bug_or_a_lack_of_memory_does_not_pass_for_a_damaged_checkpoint(corpus, tmp_path, monkeypatch, error):
    path = rewritten(corpus, tmp_path / "c.npz", {})

    def fails(*_, **__):
        raise error

    monkeypatch.setattr(checkpoints.Tables, "empty", fails)
    with pytest.raises(error):
        checkpoints.read(path)
