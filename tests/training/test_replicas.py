"""Replicas: the same bits for any number of threads, the steps of the slow twins, and nothing lost by merging."""

from __future__ import annotations

import naive
import naive_subwords
import numpy as np
import pytest
from topics import separation, trained

import w2v as library
from w2v import objectives, training
from w2v.errors import ResourceError
from w2v.kernels.objectives import spans
from w2v.objectives import MOST_REPLICAS, OBJECTIVES
from w2v.training import replicas, schedule
from w2v.training.replicas import Replicas
from w2v.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("objective", "subwords"), [*((name, "") for name in OBJECTIVES), ("skipgram", "1-2"), ("skipgram-pairs", "1-2")]
)
@pytest.mark.parametrize("bounded", [False, True])
def test_replicas_take_the_steps_of_the_slow_twins(corpus, objective, subwords, bounded, monkeypatch):
    monkeypatch.setattr(schedule, "LEAST_SPAN", 4)
    monkeypatch.setattr(schedule, "BLOCK", 200)
    monkeypatch.setattr(schedule, "TOUCHES", 6)
    monkeypatch.setattr(schedule, "STABLE_RATE", 1)
    monkeypatch.setattr(schedule, "DAMPED_SPAN", 4)
    monkeypatch.setattr(schedule, "DAMPED_TOUCHES", 6)
    monkeypatch.setattr(schedule, "LEAST_TOUCHES", 2)
    monkeypatch.setattr(schedule, "CYCLE_CENTERS", 1)
    if bounded:
        monkeypatch.setattr(schedule, "MOST_COPIES", 1)
        monkeypatch.setattr(schedule, "LEAST_COPY", 1)
    monkeypatch.setattr(objectives, "STEP_TOGETHER", 0.2)
    monkeypatch.setattr(objectives, "LEAST_TOGETHER", 4)
    short = corpus.stream[:2_003].copy()
    counts = np.maximum(np.bincount(short[short >= 0], minlength=len(corpus.vocabulary)), 1)
    counts = np.sort(counts)[::-1].copy()  # as a vocabulary has them
    name, _, kind = objective.partition("-")
    damped = OBJECTIVES[objective].damped
    start = 0.3 if damped else 0.025  # there is something to damp
    settings = library.TrainSettings(
        objective=name, loss="hs" if kind == "hs" else "ns", negatives_per="pair" if kind == "pairs" else "window",
        dim=16, epochs=2, window=3, negatives=4, sample=0, threads=3, min_count=1, subwords=subwords, buckets=50,
        rate=start,
    )  # fmt: skip
    vocabulary = Vocabulary(corpus.vocabulary.words, counts)
    work = Replicas(short, vocabulary, settings)
    rows = naive_subwords.rows(vocabulary.words, 1, 2, 50)[0] if subwords else None
    count, rounds = work.schedule.replicas, work.rounds
    assert count == min(3, OBJECTIVES[objective].replicas), "the comparison says nothing"
    assert rounds.each > 4
    units = -(-len(short) // (count * rounds.each))  # of a span, on average
    assert (work.schedule.rare is not None) == bounded
    frequent = (
        [range(len(counts) + 50)] * 2 if work.schedule.rare is None else [due.order for due in work.schedule.rare.due]
    )
    assert not bounded or all(len(some) < len(table) for some, table in zip(frequent, work.schedule.touches))
    state = training.begin(corpus.vocabulary, settings)
    base = [table[:, :16].astype(float) for table in state.tables.rows]
    copies = [[table.copy() for table in base] for _ in range(count)]
    assert work.advance(state, rounds.all, lambda sums: False)
    merged_early, paths, look = 0, naive.huffman(counts.tolist()), 0
    curved = [((), (), 0.0)] * 2
    assert rounds.faster == (3**0.5 if damped else 6**0.5)
    rate = start * rounds.faster * (0.8 if subwords else 1)
    width, together = 6 if kind == "hs" else spans.panel_width(5), objectives.contexts_together(rate)
    assert together < 2 * 3 or objective != "skipgram", "no window is taken in parts"
    for round in range(rounds.all):
        if damped and (round >= look or round % rounds.cycle == 0):
            look, slower = work.schedule.next_axes(round), start * max(1 - round / rounds.all, 1e-4)
            curved = [(*naive.axes_of(base[1 - table], work.schedule.touches[1 - table]), slower) for table in range(2)]
        epoch, first = divmod(round, rounds.each)
        for replica, (center, context) in enumerate(copies):
            begin, end = rounds.bounds[first * count + replica :][:2]
            naive.train(
                short, center, context, work.work.keep, work.work.noise, 3, 4, 2, rate, rate * 1e-4, 1, width,
                part=(epoch, begin, end), objective=objective, paths=paths, rows=rows,
                together=together,
            )  # fmt: skip
        everything = (round + 1) % rounds.cycle == 0 or round + 1 == rounds.all
        for table in range(2):
            touches = work.schedule.touches[table] * units * counts.sum() / len(short)
            axes, steep, slower = curved[table]
            for row in range(len(base[table])):
                # The largest power of two of rounds in which the row is touched as often as it may be.
                period, most = 1, 6 / 3 if damped else 6 / 2
                while period * 2 * touches[row] <= most and period < rounds.cycle and row in frequent[table]:
                    period *= 2
                if everything or (round + 1) % period == 0:
                    merged_early += not everything
                    moved = [model[table][row] for model in copies]
                    k = 2 ** (np.round(4 * np.log2(max(touches[row] * period, 1))) / 4)
                    base[table][row] = naive.merge(base[table][row], moved, rounds.faster, axes, steep, slower, k)
                    for model in copies:
                        model[table][row] = base[table][row]
    assert merged_early > 0 or count == 1, "no row was due before all were"
    for found, wanted in zip(state.tables.rows, base):
        np.testing.assert_allclose(found[:, :16], wanted, rtol=1e-3, atol=1e-4)  # float32 over 4,000 centers


@pytest.mark.parametrize(("threads", "bounded"), [(2, False), (3, False), (3, True), (16, False), (16, True)])
def test_the_same_number_of_replicas_gives_the_same_bits_on_any_number_of_cores(corpus, threads, bounded, monkeypatch):
    if bounded:  # copies of some rows alone
        monkeypatch.setattr(schedule, "LEAST_SPAN", 20)
        monkeypatch.setattr(schedule, "MOST_COPIES", 0)
        monkeypatch.setattr(schedule, "LEAST_COPY", 1)

    def bits():
        return trained(corpus, threads=threads, sample=1e-2)[0].tables.input.tobytes()

    found = {bits() for _ in range(3)}
    for cores in (1, 2, 5):
        monkeypatch.setattr(replicas, "available_threads", lambda cores=cores: cores)
        found.add(bits())
    assert len(found) == 1


@pytest.mark.parametrize("threads", [2, 8, 16, 32])
def test_replicas_learn_what_one_thread_learns(corpus, threads):
    one = separation(corpus, trained(corpus, threads=1)[0])
    state, work = trained(corpus, threads=threads)
    assert work.schedule.replicas == threads
    assert one > 0.5
    assert separation(corpus, state) > 0.9 * one


def test_from_some_replicas_on_the_sum_is_damped_along_the_main_axes(corpus, monkeypatch):
    state, work = trained(corpus, threads=16)
    state.rounds = work.rounds.all // 2
    for due in work._due(state)[0]:
        assert np.allclose(due.axes @ due.axes.T, np.eye(schedule.AXES), atol=1e-5)
        used = due.damping[np.unique(due.levels)]
        assert used.max() > 0.3
        assert used.min() < 0.05, "the mean: a replica counts as little as if it had converged everywhere"
    without = trained(corpus, threads=8)[1]._due(state)[0]
    assert not any(len(due.axes) for due in without)
    monkeypatch.setattr(schedule, "DAMPED_FROM", 100)
    assert trained(corpus, threads=16)[0].tables.input.tobytes() != state.tables.input.tobytes()


def test_changes_that_are_summed_at_the_rate_of_one_thread_are_lost(corpus, monkeypatch):
    """A plain sum of replicas that are merged rarely overshoots: this is what the rule is for."""
    one = separation(corpus, trained(corpus, threads=1)[0])
    monkeypatch.setattr(schedule, "speed_up", lambda *_: 1.0)
    monkeypatch.setattr(schedule, "DAMPED_FROM", 1000)
    chosen = library.TrainSettings(dim=20, epochs=2, min_count=1, sample=0, threads=32)
    state = training.begin(corpus.vocabulary, chosen)
    work = Replicas(corpus.stream, corpus.vocabulary, chosen)
    finite = work.advance(state, work.rounds.all, lambda sums: False)
    assert not finite or separation(corpus, state) < 0.9 * one


@pytest.mark.parametrize("failing", ["start", "train"])
def test_a_thread_that_fails_ends_those_that_wait_for_it(corpus, failing, monkeypatch):
    monkeypatch.setattr(replicas, "available_threads", lambda: 3)
    if failing == "start":
        started = iter([*[True] * 3, *[True] * 2, False])  # 3 that copy the tables, 2 of 3 that train

        def start(thread):
            if not next(started):
                raise ResourceError("the system starts no further thread")
            thread.start()

        monkeypatch.setattr("w2v.training.run.start", start)
    else:
        original = replicas.kernels.train_rounds

        def train_rounds(thread, *more):
            if thread == 1:
                raise ResourceError("no memory in a thread")
            return original(thread, *more)

        monkeypatch.setattr(replicas.kernels, "train_rounds", train_rounds)
    chosen = library.TrainSettings(dim=20, epochs=2, min_count=1, sample=0, threads=3)
    state = training.begin(corpus.vocabulary, chosen)
    work = Replicas(corpus.stream, corpus.vocabulary, chosen)
    with pytest.raises(ResourceError, match=r"no further thread|no memory in a thread"):
        work.advance(state, work.rounds.all, lambda sums: False)


def test_a_thread_that_cannot_copy_the_tables_ends_the_run(corpus, monkeypatch):
    def copy(groups, thread, tables):
        raise ResourceError("no memory for a copy")

    monkeypatch.setattr(replicas.Groups, "copy", copy)
    chosen = library.TrainSettings(dim=20, epochs=1, min_count=1, sample=0, threads=2)
    state = training.begin(corpus.vocabulary, chosen)
    work = Replicas(corpus.stream, corpus.vocabulary, chosen)
    with pytest.raises(ResourceError, match="no memory for a copy"):
        work.advance(state, work.rounds.all, lambda sums: False)


def test_high_rates_and_small_texts_are_trained_by_fewer_replicas():
    def count(threads, rate=0.025, length=10**8, touches=0.1, together=6):
        settings = library.TrainSettings(threads=threads, rate=rate)
        groups, each, why = schedule.replica_counts(length, touches, together, settings)
        assert groups == 1
        assert (each == threads) == (why == "")
        return each

    assert count(64) == 64
    assert count(1000) == MOST_REPLICAS
    assert count(64, rate=0.05) == 17
    assert count(64, rate=0.5) == 1
    assert count(64, length=35_000) == 3
    assert count(64, length=10) == 1
    assert count(64, touches=1.0) == 5
    assert count(2, rate=0.1, together=3.7) == 2  # clicks of diginetica
    assert count(2, rate=0.1, together=21) == 1  # lists of Last.fm, at window 20
    assert count(2, rate=0.05, together=21) == 2


def test_the_higher_the_rate_the_fewer_contexts_are_scored_before_rows_move():
    assert objectives.contexts_together(0.025) >= 20, "a window of 10 is taken as a whole by one thread"
    assert objectives.contexts_together(0.05) >= 10, "and one of 5 by two, whose rate is twice that"
    assert [objectives.contexts_together(rate) for rate in (0.1, 0.2, 10)] == [8, 8, 8]
    assert objectives.contexts_together(replicas.STILL) > 10**6, "to measure a loss a window is taken as a whole"


def test_what_is_scored_at_once_bounds_the_replicas():
    ids = np.tile(np.arange(100, dtype=np.int32), 5000)
    vocabulary = Vocabulary(tuple(f"w{id}" for id in range(100)), np.full(100, 5000))

    def chosen_for(**settings):
        chosen = library.TrainSettings(dim=8, threads=16, sample=0, **settings)
        return Replicas(ids, vocabulary, chosen).schedule

    assert chosen_for(negatives=5).replicas == 16
    assert chosen_for(negatives=20).replicas == 11  # at 41 outputs and 5 replicas the rows of a Wikipedia were lost
    assert chosen_for(negatives=40).replicas == 2
    assert chosen_for(objective="cbow", loss="hs").replicas == 4, "more lose quality"
    few = chosen_for(negatives=5, epochs=2).rounds
    assert few.all >= 16 * few.cycle, "rows that are seldom touched are merged often enough in a short run"


def test_replicas_of_a_large_model_have_copies_of_what_the_memory_allows():
    def foreseen(words, threads, **settings):
        chosen = library.TrainSettings(dim=300, threads=threads, **settings)
        rows, copied = schedule.copies_foreseen(words, chosen)
        assert rows == 2 * words
        return schedule.memory_needed(words, chosen) / 1e9, copied / rows

    assert foreseen(50_000, 16)[1] == 1
    assert foreseen(3_000_000, 1)[1] == 1
    gigabytes, share = foreseen(3_000_000, 64)
    assert gigabytes < 30, "with copies of all rows it is 475"
    assert 0.02 < share < 0.1
    assert foreseen(3_000_000, 64, groups=8)[0] > 400, "groups have tables of their own"
    # Pair by pair with many negatives a span of the least length touches more rows than the least bytes hold.
    assert foreseen(3_000_000, 64, negatives_per="pair", negatives=50)[1] > 2 * share


@pytest.mark.parametrize("kind", ["skipgram", "pairs", "hs"])
def test_copies_take_no_more_memory_than_was_foreseen(corpus, kind, monkeypatch):
    monkeypatch.setattr(schedule, "LEAST_SPAN", 10)
    monkeypatch.setattr(schedule, "MOST_COPIES", 0)
    monkeypatch.setattr(schedule, "LEAST_COPY", 1)
    # Long text of few words and some thousand that are rare: more than a replica may copy.
    rng = np.random.default_rng(1)
    counts = np.concatenate([np.full(50, 1000), np.ones(20_000, np.int64)])
    ids = rng.permutation(np.repeat(np.arange(len(counts), dtype=np.int32), counts))
    vocabulary = Vocabulary(tuple(f"w{id}" for id in range(len(counts))), counts)
    chosen = library.TrainSettings(
        dim=16, threads=4, epochs=1, sample=0, negatives_per="pair" if kind == "pairs" else "window",
        loss="hs" if kind == "hs" else "ns",
    )  # fmt: skip
    work = Replicas(ids, vocabulary, chosen)
    rare, row_bytes = work.schedule.rare, 64
    assert rare is not None
    rows, copied = schedule.copies_foreseen(len(counts), chosen)
    kept = [len(due.order) + slots for due, slots in zip(rare.due, rare.slots)]
    assert sum(kept) <= copied < rows / 2
    assert min(len(due.order) for due in rare.due) > 10
    bytes_taken = rows * row_bytes + 4 * (sum(kept) * row_bytes + rows * 4)
    assert bytes_taken < schedule.memory_needed(len(counts), chosen)
    state = training.begin(vocabulary, chosen)
    assert work.advance(state, work.rounds.all, lambda sums: False), "and no slot is missing"
    assert state.tables.finite()


def test_a_refusal_says_what_is_copied(monkeypatch):
    monkeypatch.setattr("w2v.resources.available_memory", lambda: 10**9)
    chosen = library.TrainSettings(dim=300, threads=64)
    wanted = (
        "^training 3,000,000 words x 300 numbers, where each thread has copies of 220,752 of 6,000,000 rows, needs 26"
    )
    with pytest.raises(ResourceError, match=wanted):
        training.trainer.check_memory(3_000_000, chosen)
    with pytest.raises(ResourceError, match=r"^training 60,000 words x 300 numbers needs"):
        training.trainer.check_memory(60_000, chosen)
