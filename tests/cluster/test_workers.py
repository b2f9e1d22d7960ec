"""Workers without Ray, in threads of this process: the bits of replicas in one process, and messages between them."""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from types import SimpleNamespace

import numpy as np
import pytest

import w2v as library
from w2v import training
from w2v.corpus.shares import Pieces, pieces
from w2v.kernels import exchange, random, windows
from w2v.kernels.merging import merge_rows
from w2v.training import checkpoints
from w2v.training.cluster import executor, worker
from w2v.training.cluster.executor import sight_of
from w2v.training.cluster.mesh import LostWorkerError, Mesh
from w2v.training.cluster.worker import Task, Worker
from w2v.training.folder import Folder
from w2v.training.replicas import Replicas
from w2v.training.trainer import vectors_of
from w2v.training.validation import mean_cosine
from w2v.vocabulary import Vocabulary

TOKEN = b"0123456789abcdef"


def settings_for(threads, **more):
    return library.TrainSettings(**{"dim": 20, "epochs": 2, "min_count": 1, "sample": 1e-2, "threads": threads, **more})


def trained_here(corpus, settings):
    state = training.begin(corpus.vocabulary, settings)
    replicas = Replicas(corpus.stream, corpus.vocabulary, settings)
    assert replicas.advance(state, replicas.rounds.all, lambda sums: False)
    return state, replicas


@pytest.fixture
def mesh():
    """Make connections' ends that are closed when the test is over."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(Mesh("127.0.0.1")))


def connected(meshes):
    addresses = [mesh.address for mesh in meshes]
    with ThreadPoolExecutor(len(meshes)) as pool:
        list(pool.map(lambda own: meshes[own].connect(own, addresses, TOKEN), range(len(meshes))))


def trained_by_workers(corpus, settings, replicas, shares):
    """Return the tables of each worker at the end of a run, and their accounts."""
    task = Task(
        settings, len(corpus.vocabulary), replicas.work._replace(stream=corpus.stream[:0]), len(corpus.stream),
        replicas.schedule.apart(), shares,
    )  # fmt: skip
    state = training.begin(corpus.vocabulary, settings)
    workers = [Worker("127.0.0.1", task, number, 1 + number % 2) for number in range(len(shares))]
    for each, share in zip(workers, shares):
        each.take_memory()
        each.take_ids(Pieces([0], [len(corpus.stream)], corpus.stream))
        for table, rows in enumerate(state.tables.rows):
            each.take_rows(table, 0, rows)
        each.begin(0, 1.0, np.zeros((share * task.schedule.within.copies, 8)))
    addresses = [each.address() for each in workers]
    reached, rounds = 0, replicas.rounds
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(lambda each: each.connect(addresses, TOKEN), workers))
        while reached < rounds.all:
            damping = workers[0].damping(reached, 1.0)
            end = min(rounds.all, (reached // rounds.cycle + 1) * rounds.cycle)
            last = min(end, replicas.schedule.next_axes(reached)) if any(damping) else end
            parts = list(pool.map(lambda each: each.run(last, damping), workers))  # noqa: B023  # called at once
            reached = parts[0].reached
    tables = [[each.rows(table, 0, len(rows)) for table, rows in enumerate(state.tables.rows)] for each in workers]
    for each in workers:
        each.close()
    return tables, np.concatenate([part.accounts for part in parts])


def check_workers(corpus, settings, state, replicas, shares):
    """Workers with these shares have the bits and the accounts of one process."""
    workers, accounts = trained_by_workers(corpus, settings, replicas, shares)
    for tables in workers:
        for found, rows in zip(tables, state.tables.rows):
            assert found.tobytes() == rows.tobytes()
    assert (accounts[:, :4].sum(axis=0) == state.sums).all()
    assert accounts[:, 4].sum() == replicas.merged


@pytest.mark.parametrize("part", [1 << 24, 2000], ids=["all rows at once", "few rows at once"])
@pytest.mark.parametrize(("threads", "shares"), [(2, (1, 1)), (3, (2, 1)), (8, (3, 3, 2)), (16, (4, 4, 4, 4))])
def test_workers_give_the_bits_of_replicas_in_one_process(corpus, threads, shares, part, monkeypatch):
    monkeypatch.setattr(worker, "MESSAGE_NUMBERS", part)
    settings = settings_for(threads)
    state, replicas = trained_here(corpus, settings)
    assert replicas.schedule.replicas == threads
    check_workers(corpus, settings, state, replicas, shares)


@pytest.mark.parametrize(
    ("threads", "groups", "shares"), [(4, 2, (1, 1)), (6, 6, (3, 2, 1)), (6, 3, (2, 1)), (24, 2, (1, 1))]
)
def test_groups_on_workers_have_the_bits_of_one_process(corpus, threads, groups, shares, monkeypatch):
    monkeypatch.setattr("w2v.training.schedule.GROUP_MERGES", 3)
    settings = settings_for(threads, groups=groups)
    state, replicas = trained_here(corpus, settings)
    assert (replicas.schedule.across.copies, replicas.schedule.replicas) == (groups, threads)
    assert replicas.schedule.across.every > 1, "as often as without groups"
    check_workers(corpus, settings, state, replicas, shares)


@pytest.mark.parametrize(
    "more", [{"objective": "cbow"}, {"loss": "hs"}, {"negatives_per": "pair"}, {"subwords": "1-2"}], ids=str
)
def test_other_objectives_have_the_same_bits_too(corpus, more):
    settings = settings_for(4, **more)
    state, replicas = trained_here(corpus, settings)
    workers, _ = trained_by_workers(corpus, settings, replicas, (2, 2))
    assert workers[1][0].tobytes() == state.tables.input.tobytes()


@pytest.mark.parametrize("sample", [0, 1e-3])
def test_what_a_worker_is_dealt_is_all_that_its_windows_see(corpus, sample):
    stream, window, epochs, seed = corpus.stream[:3000], 4, 3, 5
    keep = random.keep_limits(corpus.vocabulary.counts, sample)
    for start, stop in [(0, 500), (777, 1000), (1000, 1001), (2500, 3000)]:
        first, last = windows.reach(stream, 0, start, stop, keep, seed, epochs, window)
        holes = np.full_like(stream, 7)
        holes[first:last] = stream[first:last]
        for epoch in range(epochs):
            found = []
            for ids in (stream, holes):
                room = stop - start + 2 * window + 2
                arrays = [np.zeros(room, kind) for kind in (np.int32, np.uint64, np.int32, np.int32)]
                counts = windows.gather(ids, start, stop, keep, random.token_key(seed, epoch), window, False, *arrays)
                found.append((counts, [array.tolist() for array in arrays]))
            assert found[0] == found[1]
        assert last - first < stop - start + 60 * (1 + (sample > 0)), "far more than it sees"


def test_windows_of_whole_lines_are_dealt_with_all_that_they_see(corpus):
    settings = settings_for(2, window_mode="line", window=1)
    sight = sight_of(settings, Replicas(corpus.stream, corpus.vocabulary, settings).work)
    ends = np.flatnonzero(corpus.stream < 0)
    middle = int(ends[40] + ends[41]) // 2  # of a line
    dealt = pieces(corpus.stream, 0, np.array([[middle, middle + 1]]), sight)
    assert dealt.starts[0] <= ends[40] + 1
    assert dealt.starts[0] + dealt.sizes[0] >= ends[41]


def test_rows_that_travel_are_merged_as_rows_that_do_not():
    """Three processes of two replicas, beside the sums and the merging of all of them in one place."""
    rng = np.random.default_rng(1)
    rows, width, count, workers = 23, 10, 6, 3
    base = np.zeros((rows, 16), np.float32)
    base[:, :width] = rng.normal(size=(rows, width))
    replicas = np.repeat(base[None], count, axis=0)
    for replica in replicas:
        moved = rng.random(rows) < 0.3
        replica[moved, :width] += rng.normal(size=(moved.sum(), width)).astype(np.float32)
    ids = rng.permutation(rows)[:17].astype(np.int32)
    shares = np.split(replicas, workers)
    no_axes = np.zeros((0, 16), np.float32), np.zeros((1, 0), np.float32)
    levels = np.zeros(rows, np.uint8)

    wanted, apart = base.copy(), replicas.copy()
    merge_rows(wanted, apart, ids[:0], ids, 0, 1, 2.0, *no_axes, levels, np.empty(16, np.float32))

    merged = []
    for owner in range(workers):
        own_ids = ids[owner::workers]
        totals, touched = np.zeros((len(own_ids), 16), np.float32), np.zeros(len(own_ids), bool)
        for share in shares:
            message = np.full(1000, -7, np.int32)
            end = exchange.pack_changes(base, share, ids, owner, workers, width, message, 3)
            changed = sum(1 for replica in share for id in own_ids if (replica[id] != base[id]).any())
            assert end == 3 + len(share) + changed * (1 + width)
            assert (message[end:] == -7).all()
            assert exchange.add_changes(message, 3, 2, base, ids, owner, workers, width, totals, touched) == end
        assert touched.tolist() == [bool((replicas[:, id] != base[id]).any()) for id in own_ids]
        sums = [sum(replica[id].astype(float) - base[id] for replica in replicas) for id in own_ids]
        np.testing.assert_allclose(totals, sums, atol=1e-6)
        message = np.empty(1000, np.int32)
        end = exchange.pack_merged(base, ids, owner, workers, width, totals, touched, 2.0, *no_axes, levels, message, 0)
        merged.append(message[:end])
    for share in shares:
        there = base.copy()
        for owner, message in enumerate(merged):
            assert exchange.unpack_merged(message, 0, ids, owner, workers, width, there, share) == len(message)
        assert there.tobytes() == wanted.tobytes()
    assert replicas.tobytes() == apart.tobytes()


@pytest.mark.parametrize(
    ("threads", "groups", "local", "said"),
    [
        (3, 1, True, []),
        (2, 1, True, ["note        2 of 3 workers train (2 replicas): --threads 3 has all train"]),
        (1, 1, False, ["note        0 of 3 machines train (one replica, trained here): --threads 3 has all train"]),
        (8, 2, False, ["note        2 of 3 machines train (2 groups): --groups 3 has all train"]),
        (
            8,
            1,
            False,
            ["note        --groups 3: machines exchange less; the vectors are others, and score as well"],
        ),
    ],
)
def test_machines_that_get_nothing_to_train_are_named_with_what_to_do(
    corpus, monkeypatch, threads, groups, local, said
):
    monkeypatch.setattr(executor, "GROUPS_FROM", 1000)
    nodes, lines = SimpleNamespace(all=[None] * 3, local=local), []
    executor.Cluster(nodes, corpus.stream, corpus.vocabulary, settings_for(threads, groups=groups), lines.append)
    assert lines == said


def test_a_text_for_fewer_replicas_than_machines_is_said_to_be_so(corpus):
    nodes, lines = SimpleNamespace(all=[None] * 50, local=True), []
    executor.Cluster(nodes, corpus.stream, corpus.vocabulary, settings_for(64), lines.append)
    assert lines[0].endswith("this text and settings take no more")


@pytest.mark.parametrize("ending", ["bin", "w2v"])
def test_the_machine_that_asks_has_no_table_in_memory_of_its_own(tmp_path, ending):
    words = Vocabulary(tuple(map(str, range(100_000))), np.full(100_000, 9, np.int64))
    settings = library.TrainSettings(dim=100)
    kept, folder = {"account": {}, "size": 1, "sha256": ""}, Folder(tmp_path, mapped=True)
    tracemalloc.start()  # numpy tells it of its memory, and not of mapped files
    try:
        state = training.begin(words, settings, mapped=True)
        folder.write(checkpoints.Checkpoint(settings, words, state, kept))
        state = folder.read()[0].state
        assert state.tables.finite()
        vectors = vectors_of(words, state, settings)
        mean_cosine(vectors)
        library.save(vectors, tmp_path / f"vectors.{ending}")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < state.tables.bytes_needed(100_000, 100) / 4, "half of one of the two tables"


def test_messages_of_all_sizes_reach_whom_they_are_for(mesh):
    meshes = [mesh() for _ in range(4)]
    connected(meshes)
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 4_000_000, (5, 4, 4)) ** rng.integers(0, 2, (5, 4, 4)) - 1  # some are empty

    def swaps(own):
        for turn in sizes:
            got = meshes[own].swap([np.full(turn[own, peer], 10 * own + peer, np.int32) for peer in range(4)])
            assert sorted(got) == [peer for peer in range(4) if peer != own]
            for peer, message in got.items():
                assert len(message) == turn[peer, own]
                assert (message == 10 * peer + own).all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(swaps, range(4)))
    assert meshes[0].bytes == sum(4 * turn[0, 1:].sum() + 3 * 8 for turn in sizes)


@pytest.mark.parametrize("how", ["it ends", "the work is ended"])
def test_a_worker_that_is_lost_ends_those_that_wait_for_it(mesh, how):
    meshes = [mesh() for _ in range(3)]
    connected(meshes)

    def lose():
        time.sleep(0.1)
        if how == "it ends":
            meshes[2].close()
        else:
            for each in meshes:
                each.ended.set()

    threading.Thread(target=lose).start()
    message = np.zeros(1, np.int32)
    for each in meshes[:2]:
        with pytest.raises(LostWorkerError, match="lost" if how == "it ends" else "ended"):
            each.swap([message] * 3)
    meshes[2] = mesh()
    connected(meshes)  # another takes its place
    with ThreadPoolExecutor(3) as pool:
        assert [len(got) for got in pool.map(lambda each: each.swap([message] * 3), meshes)] == [2, 2, 2]


def test_who_does_not_know_the_token_is_not_let_in(mesh):
    meshes = [mesh() for _ in range(2)]
    addresses = [mesh.address for mesh in meshes]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(meshes[0].connect, 0, addresses, TOKEN)
        for shown in (b"", b"GET / HTTP/1.0\r\n\r\n and more", bytes(16) + b"\1\0\0\0"):
            with socket.create_connection(addresses[0]) as link:
                link.sendall(shown)
                with suppress(OSError):  # reset, where more was sent than is read
                    link.shutdown(socket.SHUT_WR)
                    assert link.recv(1) == b"", "not closed"
        assert not waiting.done()
        meshes[1].connect(1, addresses, TOKEN)
        waiting.result(10)
