"""Training on a cluster of Ray on this machine: the bits of one machine, also when workers are killed."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

import w2v as library
from w2v import training
from w2v.errors import ClusterError
from w2v.training import schedule
from w2v.training.replicas import Replicas

SETTINGS = library.TrainSettings(dim=20, epochs=6, min_count=1, sample=1e-2, threads=5)


@pytest.fixture
def short_cycles(monkeypatch):
    """All rows are merged often, so that there are many rounds to go back to."""
    from w2v.training.cluster import executor

    monkeypatch.setattr(schedule, "CYCLE_CENTERS", 0.001)
    monkeypatch.setattr(executor, "KEEP_SECONDS", 0)
    monkeypatch.setattr(executor, "KEEP_SHARE", 1)


@pytest.fixture
def wanted(corpus, short_cycles):
    """Return the state that one machine ends in."""
    state = training.begin(corpus.vocabulary, SETTINGS)
    here = Replicas(corpus.stream, corpus.vocabulary, SETTINGS)
    assert here.advance(state, here.rounds.all, lambda sums: False)
    assert here.schedule.replicas == 5
    return state


def assert_same(state, wanted):
    for found, rows in zip(state.tables.rows, wanted.tables.rows):
        assert found.tobytes() == rows.tobytes()
    assert (state.sums == wanted.sums).all()


def on_cluster(nodes, corpus):
    from w2v.training.cluster import Cluster

    lines = []
    cluster = Cluster(nodes, corpus.stream, corpus.vocabulary, SETTINGS, lines.append)
    return cluster, training.begin(corpus.vocabulary, SETTINGS), lines


def pids_of(nodes, cluster):
    return nodes.ray.get([actor.pid.remote() for actor in cluster._team._actors])


def test_a_cluster_gives_the_bits_of_one_machine_and_each_worker_its_account(nodes, corpus, wanted):
    cluster, state, lines = on_cluster(nodes, corpus)
    seen = []
    # In two parts, as with a checkpoint in between, and there a worker is lost: nothing is lost with it or done twice.
    assert cluster.advance(state, cluster.rounds.all // 2, lambda sums: bool(seen.append(sums[0])))
    assert 0 < state.rounds < cluster.rounds.all
    assert state.tables.finite()
    assert seen == sorted(seen), "progress went back"
    os.kill(pids_of(nodes, cluster)[1], signal.SIGKILL)
    assert cluster.advance(state, cluster.rounds.all, lambda sums: False)
    assert_same(state, wanted)
    assert "worker 2" in lines[0]
    assert cluster.by_worker()[0]["bytes_sent"] > 0
    os.kill(pids_of(nodes, cluster)[2], signal.SIGKILL)  # nothing is lost with it now
    accounts = cluster.by_worker()
    assert [account["replicas"] for account in accounts] == [2, 2, 1]
    assert sum(account["tokens"] for account in accounts) == SETTINGS.epochs * corpus.account.kept
    assert sum(account["trained"] for account in accounts) == state.sums[1]


@pytest.mark.parametrize("lost", [1, 3])
def test_workers_that_are_killed_while_they_train_change_no_bit(nodes, corpus, wanted, lost):
    cluster, state, lines = on_cluster(nodes, corpus)
    assert cluster.advance(state, 1, lambda sums: False)
    pids = np.random.default_rng().permutation(pids_of(nodes, cluster))[:lost].tolist()

    def kill(sums):
        while pids:  # at the first look, when the workers have begun
            os.kill(pids.pop(), signal.SIGKILL)
        return False

    assert cluster.advance(state, cluster.rounds.all, kill)
    assert_same(state, wanted)
    assert sum(account["tokens"] for account in cluster.by_worker()) == SETTINGS.epochs * corpus.account.kept
    assert sum("lost: worker" in line for line in lines) >= 1


def test_a_worker_that_stops_answering_is_replaced(nodes, corpus, wanted, monkeypatch):
    from w2v.training.cluster import executor

    monkeypatch.setattr(executor, "ANSWER_SECONDS", 3)
    cluster, state, lines = on_cluster(nodes, corpus)
    assert cluster.advance(state, 1, lambda sums: False)
    pids = pids_of(nodes, cluster)
    os.kill(pids[1], signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (pids[0], signal.SIGKILL)).start()
    assert cluster.advance(state, cluster.rounds.all, lambda sums: False)
    assert_same(state, wanted)
    assert "worker 1" in lines[0]
    assert "worker 2" in lines[0]


def test_what_is_wrong_on_a_machine_is_said_with_its_name(nodes, corpus, monkeypatch):
    from w2v.training.cluster import nodes as module

    cluster, state, _ = on_cluster(nodes, corpus)
    cluster._words = 10**12
    with pytest.raises(ClusterError, match=r"^worker \d on \S+: training 1,000,000,000,000 words .* needs .* is free"):
        cluster.advance(state, 1, lambda sums: False)
    monkeypatch.setattr(module, "about", lambda: {**training.outputs.machine(), "w2v": "9.9"})
    monkeypatch.setattr(nodes.ray, "remote", lambda **more: _Says({"w2v": library.__version__}))
    with pytest.raises(ClusterError, match=rf"has w2v {library.__version__} \(here 9.9\), so the vectors would differ"):
        nodes._probed()


class _Says:
    """Stands for a remote function: a machine that says something else."""

    def __init__(self, differs):
        self._differs = differs

    def __call__(self, function):
        return self

    def options(self, **more):
        return self

    def remote(self):
        import ray

        from w2v.training.cluster import nodes

        return ray.put({**nodes.about(), **self._differs})
