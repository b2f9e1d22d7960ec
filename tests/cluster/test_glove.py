"""GloVe by workers: the bits of one process for any number of them, also when some are killed, paused or diverge."""

from __future__ import annotations

import copy
import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from where import DATA

import w2v as library
from w2v import training
from w2v.corpus.shares import Pieces
from w2v.errors import ClusterError, DivergenceError, StoppedError
from w2v.training import Folder
from w2v.training.cluster import strata
from w2v.training.cluster.strata import StrataTask, StrataWorker
from w2v.training.strata import Strata

TOKEN = b"0123456789abcdef"
GIVEN = library.TrainSettings(
    objective="glove", dim=12, epochs=3, min_count=1, window=5, x_max=10.0, rate=0.05, threads=2
)
SETTINGS = replace(GIVEN, sample=0.0)


@pytest.fixture(scope="module")
def text():
    """Words of which some are frequent, so that blocks are of all sizes."""
    rng = np.random.default_rng(0)
    ids = np.minimum(rng.geometric(0.004, 30_000), 850)
    lines = np.split(ids, np.sort(rng.choice(len(ids), 3_000, replace=False)))
    return library.read([[f"w{id}" for id in line] for line in lines], library.TrainSettings(min_count=1))


def trained_here(text, settings=SETTINGS):
    state = training.begin(text.vocabulary, settings)
    here = Strata(text.stream, text.vocabulary, settings)
    assert here.advance(state, here.rounds.all, lambda sums: False)
    return state, here


@pytest.fixture(scope="module")
def wanted(text):
    return trained_here(text)


def assert_same(state, wanted):
    for found, rows in zip(state.tables.rows, wanted.tables.rows):
        assert found.tobytes() == rows.tobytes()
    assert state.sums[:3].tolist() == wanted.sums[:3].tolist()
    assert state.sums[3] == pytest.approx(wanted.sums[3])


def workers_for(text, shares, stack):
    """Return workers in this process that are connected and have the rows that a run begins with."""
    state = training.begin(text.vocabulary, SETTINGS)
    task = StrataTask(SETTINGS, len(text.vocabulary), len(text.stream), shares)
    workers = [
        stack.enter_context(closing(StrataWorker("127.0.0.1", task, number, 1 + number % 2)))
        for number in range(len(shares))
    ]
    for each in workers:
        each.take_memory()
        each.take_ids(Pieces([0], [len(text.stream)], text.stream))
        for table, rows in enumerate(state.tables.rows):
            each.take_rows(table, 0, rows)
        each.begin(0, 1.0, np.zeros((shares[each._number], 8)))
    connect(workers)
    return workers


def connect(workers):
    addresses = [each.address() for each in workers]
    together(workers, lambda each: each.connect(addresses, TOKEN))


def together(workers, call):
    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(call, workers))


@pytest.mark.parametrize("room", [0.0, 0.5], ids=["pairs of the own parts", "all pairs"])
@pytest.mark.parametrize("shares", [(13,), (7, 6), (6, 7), (5, 4, 4), (1,) * 13], ids=str)
def test_workers_give_the_bits_of_one_process(text, wanted, shares, room, monkeypatch):
    monkeypatch.setattr(strata, "ROOM", room)
    monkeypatch.setattr(training.strata, "ASKED", 1000)
    state, here = wanted
    assert here.rounds.each == 13, "the shares are of so many parts"
    with ExitStack() as stack:
        workers = workers_for(text, shares, stack)
        middle = together(workers, lambda each: each.run(17))  # in two runs, between which all have all rows
        parts = together(workers, lambda each: each.run(here.rounds.all))
        for each in workers:
            for table, rows in enumerate(state.tables.rows):
                assert each.rows(table, 0, len(rows)).tobytes() == rows.tobytes()
        logs, accounts = (np.concatenate(found) for found in zip(*together(workers, lambda each: each.look())))
    assert {part.reached for part in middle} == {17}
    sums = np.concatenate([part.accounts for part in parts])[:, :4].sum(axis=0)
    assert sums.tolist() == pytest.approx(state.sums.tolist())
    known = here._look(state)
    assert logs.tobytes() == known[0].tobytes()
    assert accounts.tobytes() == known[1].tobytes()


def test_with_little_memory_pairs_are_where_they_are_trained_and_nowhere_else(text, wanted, monkeypatch):
    monkeypatch.setattr(strata, "ROOM", 0)
    whole = wanted[1].pairs
    with ExitStack() as stack:
        workers = workers_for(text, (5, 4, 4), stack)
        together(workers, lambda each: each.run(1))
        for each, own in zip(workers, (range(5), range(5, 9), range(9, 13))):
            for block in range(13 * 13):
                pairs = each._pairs.ids[each._pairs.blocks[block] : each._pairs.blocks[block + 1], 0]
                here = block // 13 in own or block % 13 in own
                there = whole.ids[whole.blocks[block] : whole.blocks[block + 1], 0]
                assert pairs.tolist() == (there.tolist() if here else [])


def test_a_pause_ends_all_workers_at_one_stratum_and_counting_too(text, wanted, monkeypatch):
    with ExitStack() as stack:
        workers = workers_for(text, (7, 6), stack)
        counted = threading.Event()
        count = training.strata.cooccurrences.count_pairs
        monkeypatch.setattr("w2v.training.run.TICK_SECONDS", 0)
        monkeypatch.setattr(
            training.strata.cooccurrences,
            "count_pairs",
            lambda *args: (workers[1].pause(), counted.set(), count(*args)),
        )
        parts = together(workers, lambda each: each.run(39))
        assert [part.reached for part in parts] == [0, 0]
        assert counted.is_set()
        monkeypatch.undo()
        train = workers[0]._train
        monkeypatch.setattr(workers[0], "_train", lambda: (workers[0]._round == 20 and workers[0].pause(), train())[1])
        parts = together(workers, lambda each: each.run(39))
        assert [part.reached for part in parts] == [21, 21]
        parts = together(workers, lambda each: each.run(39))
        assert workers[1].rows(0, 0, 10**6).tobytes() == wanted[0].tables.input.tobytes()


def test_rows_that_are_not_finite_end_all_workers_at_one_stratum(text):
    with ExitStack() as stack:
        workers = workers_for(text, (7, 6), stack)
        for each in workers:
            each._tables.input[5, 2] = np.nan  # of the first worker's parts
        parts = together(workers, lambda each: each.run(39))
        assert [part.finite for part in parts] == [False, False]
        assert parts[0].reached == parts[1].reached <= 13


@pytest.fixture
def on(nodes, text, monkeypatch):
    """Return what makes an executor on so many workers of the cluster; rows are kept all the time."""
    from w2v.training.cluster import StrataCluster, executor

    monkeypatch.setattr(executor, "KEEP_SECONDS", 0)
    monkeypatch.setattr(executor, "KEEP_SHARE", 1)
    monkeypatch.setattr(executor, "STATUS_SECONDS", 0)

    def make(count, said=None, settings=SETTINGS):
        some = copy.copy(nodes)
        some.all = nodes.all[:count]
        return StrataCluster(some, text.stream, text.vocabulary, settings, (said if said is not None else []).append)

    return make


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_cluster_gives_the_bits_of_one_process_and_each_worker_its_account(text, wanted, on, count):
    cluster, state, seen = on(count), training.begin(text.vocabulary, SETTINGS), []
    assert cluster.advance(state, 20, lambda sums: bool(seen.append(sums[0])))
    assert state.rounds == 20
    assert cluster.advance(state, cluster.rounds.all, lambda sums: bool(seen.append(sums[0])))
    assert_same(state, wanted[0])
    assert seen == sorted(seen), "progress went back"
    assert cluster.losses(state) == wanted[1].losses(wanted[0])
    accounts = cluster.by_worker()
    assert [account["parts"] for account in accounts] == {1: [13], 2: [7, 6], 3: [5, 4, 4]}[count]
    assert sum(account["tokens"] for account in accounts) == SETTINGS.epochs * text.account.kept
    assert all((account["bytes_sent"] > 0) == (count > 1) for account in accounts)
    assert "exchange" in cluster.describe()


@pytest.mark.parametrize("end", [1, 39])
def test_workers_that_are_killed_change_no_bit(nodes, text, wanted, on, end):
    said = []
    cluster, state = on(3, said), training.begin(text.vocabulary, SETTINGS)
    assert cluster.advance(state, end, lambda sums: False)
    pids = nodes.ray.get([actor.pid.remote() for actor in cluster._team._actors])[1:]

    def kill(sums):
        while pids:
            os.kill(pids.pop(), signal.SIGKILL)
        return False

    if end == 39:
        kill(None)
    assert cluster.advance(state, 39, kill)
    assert cluster.losses(state) == wanted[1].losses(wanted[0])
    assert_same(state, wanted[0])
    assert "lost: worker 2" in said[0]
    assert "worker 3" in said[0]


def test_what_is_wrong_on_a_machine_is_said_with_its_name(text, on):
    cluster, state = on(2), training.begin(text.vocabulary, SETTINGS)
    cluster._words = 10**12
    with pytest.raises(ClusterError, match=r"^worker \d on \S+: training 1,000,000,000,000 words .* needs .* is free"):
        cluster.advance(state, 1, lambda sums: False)


def test_workers_without_a_part_to_train_are_named(text):
    from w2v.training.cluster import StrataCluster

    lines = []
    for local in (False, True):
        StrataCluster(
            SimpleNamespace(all=[None] * 20, local=local), text.stream, text.vocabulary, SETTINGS, lines.append
        )
    assert lines == [
        f"note        13 of 20 {each} train (13 parts of the words): this vocabulary takes no more"
        for each in ("machines", "workers")
    ]


@pytest.fixture
def connected(nodes, monkeypatch):
    """Have `--cluster local:N` mean the first of the workers of the other tests."""
    from w2v.training import session

    class Connected:
        def __init__(self, address):
            self._nodes = copy.copy(nodes)
            self._nodes.all = nodes.all[: int(address.removeprefix("local:"))]

        def __enter__(self):
            return self._nodes

        def __exit__(self, *error):
            pass

    monkeypatch.setattr(session, "Nodes", Connected)


@pytest.mark.parametrize(("first", "then"), [("local:2", None), (None, "local:3"), ("local:3", "local:1")])
def test_a_run_that_is_stopped_goes_on_elsewhere_to_the_same_bits(text, connected, tmp_path, first, then, monkeypatch):
    long = replace(GIVEN, epochs=40)
    reports = []

    def stop():
        return bool(reports) and reports[-1].tokens > 0

    monkeypatch.setattr("w2v.training.run.TICK_SECONDS", 0.01)
    session = training.session.Session(cluster=first, checkpoint=tmp_path / "run", stop=stop, report=reports.append)
    with pytest.raises(StoppedError):
        session.start(text, long)
    assert 0 < Folder(tmp_path / "run").read()[0].state.rounds < 40 * 13
    found = library.resume(tmp_path / "run", cluster=then)
    assert found.matrix.tobytes() == library.train(text, long).matrix.tobytes()
    if then:  # a run that is at its end has its verdict all the same
        assert library.resume(tmp_path / "run", cluster=then).matrix.tobytes() == found.matrix.tobytes()


def test_a_run_that_diverges_goes_back_with_half_the_rate_as_on_one_machine(text, connected):
    said = {}
    for cluster in (None, "local:2"):
        lines = said[cluster] = []
        with pytest.raises(DivergenceError, match="3 times"):
            library.train(text, replace(GIVEN, rate=10.0), cluster=cluster, notify=lines.append)
    assert [line for line in said[None] if "bounds" in line] == [line for line in said["local:2"] if "bounds" in line]


def test_the_command_line_writes_the_vectors_of_one_machine(w2v, connected, tmp_path):
    common = ["train", DATA / "demo.txt", "--objective", "glove", "--dim", "20", "--epochs", "3", "--threads", "2"]
    assert w2v(*common, "-o", tmp_path / "here.bin", "--report", tmp_path / "here.json").exit_code == 0
    result = w2v(*common, "-o", tmp_path / "there.bin", "--cluster", "local:2", "--report", tmp_path / "there.json")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "here.bin").read_bytes() == (tmp_path / "there.bin").read_bytes()
    here, there = (json.loads((tmp_path / name).read_text()) for name in ("here.json", "there.json"))
    assert there["verdict"] == here["verdict"]
    assert [worker["parts"] for worker in there["workers"]] == [20, 19]
    assert sum(worker["tokens"] for worker in there["workers"]) == 3 * there["corpus"]["kept"]
