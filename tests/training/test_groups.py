"""Groups of replicas: the steps of the slow twins, the same bits on any number of cores, and what is merged when."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from topics import separation, trained

import w2v as library
from w2v import training
from w2v.kernels.objectives import spans
from w2v.training import replicas, schedule
from w2v.training.replicas import Replicas
from w2v.vocabulary import Vocabulary


@pytest.mark.parametrize(("threads", "groups", "cores"), [(4, 2, 1), (4, 2, 4), (3, 3, 2)])
def test_groups_take_the_steps_of_the_slow_twins(corpus, threads, groups, cores, monkeypatch):
    """Two levels in plain numpy: replicas merge with their group, groups with each other where rows are due there."""
    monkeypatch.setattr(schedule, "LEAST_SPAN", 4)
    monkeypatch.setattr(schedule, "BLOCK", 60)
    monkeypatch.setattr(schedule, "TOUCHES", 6)
    monkeypatch.setattr(schedule, "LEAST_TOUCHES", 2)
    monkeypatch.setattr(schedule, "GROUP_TOUCHES", 6)
    monkeypatch.setattr(schedule, "GROUP_MERGES", 3)
    monkeypatch.setattr(replicas, "available_threads", lambda: cores)
    short = corpus.stream[:2_003].copy()
    counts = np.maximum(np.bincount(short[short >= 0], minlength=len(corpus.vocabulary)), 1)
    counts = np.sort(counts)[::-1].copy()  # as a vocabulary has them
    settings = library.TrainSettings(
        dim=16, epochs=2, window=3, negatives=4, sample=0, threads=threads, groups=groups, min_count=1
    )
    work = Replicas(short, Vocabulary(corpus.vocabulary.words, counts), settings)
    plan, rounds, each = work.schedule, work.rounds, threads // groups
    assert (plan.across.copies, plan.within.copies) == (groups, each), "the comparison says nothing"
    inside = (2 * each) ** 0.5 if each > 1 else 1
    faster = inside * groups**0.5
    state = training.begin(corpus.vocabulary, settings)
    shared = [table[:, :16].astype(float) for table in state.tables.rows]
    bases = [[table.copy() for table in shared] for _ in range(groups)]
    copies = [[table.copy() for table in shared] for _ in range(threads)]
    assert work.advance(state, rounds.all, lambda sums: False)
    early = {"within": 0, "across": 0}
    look, found = 0, []
    centers = -(-len(short) // (threads * rounds.each)) * counts.sum() / len(short)
    for round in range(rounds.all):
        if round == look:
            share = max(1 - round / rounds.all, 1e-4)
            found = [(*naive.axes_of(shared[1 - table], plan.touches[1 - table]), 0.025 * share) for table in range(2)]
            look = plan.next_axes(round)
        if round % rounds.cycle == 0:
            look = min(look, round + rounds.cycle)  # at each merge of all rows, for a run can go on from there
        epoch, first = divmod(round, rounds.each)
        for replica, (center, context) in enumerate(copies):
            begin, end = rounds.bounds[first * threads + replica :][:2]
            naive.train(
                short, center, context, work.work.keep, work.work.noise, 3, 4, 2, 0.025 * faster,
                0.025 * faster * 1e-4, 1, spans.panel_width(5), part=(epoch, begin, end),
            )  # fmt: skip
        for table in range(2):
            touches = plan.touches[table] * centers
            for row in range(len(shared[table])):

                def period(most, a_round):
                    rounds_apart = 1
                    while rounds_apart * 2 * a_round <= most and rounds_apart < rounds.cycle:
                        rounds_apart *= 2
                    return rounds_apart

                last = round + 1 == rounds.all
                within = period(max(6 / (each - 1), 2) * inside / faster, touches[row]) if each > 1 else 1
                if (round + 1) % within == 0 or last:
                    early["within"] += (round + 1) % rounds.cycle != 0
                    for group in range(groups):
                        members = copies[group * each : (group + 1) * each]
                        moved = [model[table][row] for model in members]
                        bases[group][table][row] = naive.merge(bases[group][table][row], moved, inside)
                        for model in members:
                            model[table][row] = bases[group][table][row]
                across = period(6, touches[row] * each)
                if (round + 1) % across == 0 or last:
                    early["across"] += (round + 1) % rounds.cycle != 0
                    k = 2 ** (np.round(4 * np.log2(max(touches[row] * each * across, 1))) / 4)
                    moved = [base[table][row] for base in bases]
                    axes, steep, rate = found[table]
                    merged = naive.merge(shared[table][row], moved, faster / inside, axes, steep, rate, k)
                    shared[table][row] = merged
                    for model in (*bases, *copies):
                        model[table][row] = merged
    assert all(early.values()), "no row was due before all were"
    for rows, wanted in zip(state.tables.rows, shared):
        np.testing.assert_allclose(rows[:, :16], wanted, rtol=1e-3, atol=1e-4)  # float32 over 4,000 centers


def test_the_same_groups_give_the_same_bits_on_any_number_of_cores(corpus, monkeypatch):
    found = set()
    for cores in (1, 2, 3, 8):
        monkeypatch.setattr(replicas, "available_threads", lambda cores=cores: cores)
        found.add(trained(corpus, threads=8, groups=4, sample=1e-2)[0].tables.input.tobytes())
    assert len(found) == 1


def test_a_run_of_groups_that_was_stopped_goes_on_to_the_same_bits(corpus):
    wanted, work = trained(corpus, threads=6, groups=3)
    cycle = work.rounds.cycle
    assert 2 * cycle < work.rounds.all
    state = training.begin(corpus.vocabulary, work.settings)
    while state.rounds < work.rounds.all:
        assert Replicas(corpus.stream, corpus.vocabulary, work.settings).advance(
            state, state.rounds + 1, lambda sums: True
        )
        assert state.rounds % cycle == 0 or state.rounds == work.rounds.all
    assert state.tables.input.tobytes() == wanted.tables.input.tobytes()
    np.testing.assert_allclose(state.sums, wanted.sums)  # the loss is a sum of floats, in another order


@pytest.mark.parametrize(("threads", "groups"), [(4, 4), (8, 2), (16, 8)])
def test_groups_learn_what_one_thread_learns(corpus, threads, groups):
    one = separation(corpus, trained(corpus, threads=1)[0])
    state, work = trained(corpus, threads=threads, groups=groups)
    assert (work.schedule.across.copies, work.schedule.replicas) == (groups, threads)
    assert separation(corpus, state) > 0.9 * one


@pytest.mark.parametrize(("threads", "groups"), [(4, 4), (8, 4), (32, 2)])
def test_all_rows_of_groups_are_merged_a_number_of_times_in_a_run(corpus, threads, groups):
    plan = trained(corpus, threads=threads, groups=groups)[1].schedule
    assert plan.across.copies == groups
    merges = plan.rounds.all / plan.rounds.cycle
    assert schedule.GROUP_MERGES <= merges <= 2 * schedule.GROUP_MERGES + 1
    # Rows that are merged across were merged within before.
    assert plan.across.rounds.cycle % plan.within.rounds.cycle == 0


def test_groups_and_their_replicas_are_as_many_as_are_stable():
    def counts(threads, groups, rate=0.025, length=10**8):
        settings = library.TrainSettings(threads=threads, groups=groups, rate=rate)
        return schedule.replica_counts(length, 0.1, 6, settings)[:2]

    assert counts(64, 8) == (8, 8)
    assert counts(128, 8) == (8, 8)  # sqrt(2 * 8 * 8) times .025 is .28, and .3 for 9
    assert counts(128, 32) == (32, 2)
    assert counts(10, 4) == (4, 2)
    assert counts(2, 4) == (2, 1)
    assert counts(64, 8, rate=0.2) == (2, 1)
    assert counts(64, 8, length=35_000) == (3, 1)
