"""Looks for settings that suit a corpus and a purpose: one number after the other, each trial a training of its own.

The purpose is a file of questions, the next item of sessions that were held out, or the loss on text that was held
out. A large corpus is sampled; how often it should be read is looked for as a factor of what `w2v.defaults` chooses,
since a smaller text is read more often.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v import evaluation
from w2v.corpus import EncodedCorpus, read
from w2v.defaults import choose
from w2v.errors import CorpusError, SettingsError
from w2v.kernels.random import keep_shares
from w2v.settings import AUTO, TrainSettings, gathered, is_auto
from w2v.training import begin, finish, vectors_of
from w2v.training.run import State
from w2v.training.session import Notify, Report, ignore
from w2v.training.source_texts import Corpus
from w2v.vectors import Vectors
from w2v.vocabulary import Vocabulary

SENTENCE_END, DROPPED = -1, -2
SAMPLE = 1_000_000  # tokens
HELD_OUT = 0.05  # of the sample
FEW, BLOCK = 1_000, 1_000  # sentences; tokens that are drawn together where there are fewer
ASKED = 5_000  # sessions or pairs, at the most
HITS = 20
REACH = 5  # words between which a pair is held out
NOISE_WORDS, EXPONENT = 5, 0.75  # of the loss on what is held out
# Tried one after the other, around what is best so far. Of the epochs: factors.
TRIED: dict[str, tuple[float, ...]] = {
    "epochs": (0.5, 2.0),
    "window": (2, 10),
    "negatives": (3, 15),
    "ns_exponent": (0.5, 1.0),
    "dim": (50, 200),
}
TRIED_ON_ITEMS = TRIED | {"window": (2, 20), "ns_exponent": (-0.5, 0.0, 1.0)}

Ids = npt.NDArray[np.int32]
Ask = Callable[[Vectors, State, TrainSettings], float | None]


class Trial(NamedTuple):
    """Settings, their score (the higher the better) and the seconds that training took."""

    settings: TrainSettings
    score: float
    seconds: float


@dataclass(frozen=True)
class Tuned:
    """What a search came to.

    measure   what the scores are
    trials    in the order in which they were made; the first two differ in their seed alone
    noise     how far those two are apart: what differs by less does not differ
    best      the trial whose settings won
    settings  these for the whole corpus
    """

    measure: str
    trials: list[Trial]
    noise: float
    best: Trial
    settings: TrainSettings


def tune(
    corpus: Corpus,
    settings: TrainSettings | None = None,
    *,
    questions: str | os.PathLike[str] | None = None,
    next_items: bool = False,
    fixed: Collection[str] = (),
    sample: int = SAMPLE,
    report: Report = ignore,
    notify: Notify = ignore,
    progress: Callable[[int, int], None] = lambda done, total: None,
    **more: Any,
) -> Tuned:
    """Look for the dim, window, epochs, negatives and exponent of the noise that score best.

    corpus      as for `train`
    questions   a file that `evaluate` reads: the score is its main measure
    next_items  the score is how often the last item of a session that was held out is among the 20 nearest to the
                one before it; without both, it is the loss of a pair of text that was held out, with its sign
                turned, and the epochs stay as they are
    fixed       settings that are not to be changed, by name; all that the settings give are among them, but for dim
    sample      tokens that are trained on, at the most
    report      called with each ReadProgress while the corpus is read
    notify      called with each trial as a line
    progress    called with the number of trials that are done, and of all

    Raises what `train` raises, and FormatError for questions that cannot be read.

    >>> w2v.tune("corpus.txt", questions="wordsim353.tsv").settings  # doctest: +SKIP
    """
    given = gathered(settings, more)
    fixed = {*fixed, *more, *(name for name in TRIED if name != "dim" and not is_auto(getattr(given, name)))}
    if given.objective == "glove":
        raise SettingsError("--objective glove has neither negatives nor a loss of held-out text: it cannot be tuned")
    if given.loss == "hs":
        raise SettingsError("--loss hs has neither negatives nor an exponent: there is little to be tuned")
    if questions is not None:
        evaluation.read(questions)  # what cannot be read is refused before the work
    if next_items and given.preset == AUTO:
        given = replace(given, preset="items")
    text = corpus if isinstance(corpus, EncodedCorpus) else read(corpus, given, report=report)
    if text.settings is not None:
        given = replace(given, min_count=text.settings.min_count)
    whole = choose(given, text.size)[0]
    part, held = _divided(text, sample, whole)
    base = choose(replace(given, preset=whole.preset), part.size)[0]
    what, ask = _measure(questions, next_items, part, held, base.seed)

    tried = TRIED_ON_ITEMS if next_items or whole.preset == "items" else TRIED
    if questions is None and not next_items:
        # The loss on held-out text rises long before neighbours stop to get better: on 20 MB of English from 5 epochs
        # on, when the analogies right go from .11 to .17 at 15.
        fixed.add("epochs")
    tried = {name: values for name, values in tried.items() if name not in fixed}
    total = 2 + sum(map(len, tried.values()))
    trials: list[Trial] = []

    def run(settings: TrainSettings) -> Trial:
        began = time.monotonic()
        state = begin(part.vocabulary, settings)
        finish(part, settings, state)
        seconds = time.monotonic() - began
        score = ask(vectors_of(part.vocabulary, state, settings), state, settings)
        if score is None:
            raise CorpusError("the corpus", "holds too few of the words that are asked for")
        trials.append(Trial(settings, float(score), seconds))
        notify(
            f"dim {settings.dim}, window {settings.window}, {settings.epochs} epochs, {settings.negatives} negatives,"
            f" exponent {settings.ns_exponent:g}, seed {settings.seed}: {score:.4f} in {seconds:.1f} s"
        )
        progress(len(trials), total)
        return trials[-1]

    def with_rate(settings: TrainSettings, corpus: EncodedCorpus) -> TrainSettings:
        return choose(replace(settings, rate=given.rate), corpus.size)[0]  # a rate that was left open follows the rest

    progress(0, total)
    best, factor = run(base), 1.0
    noise = abs(run(replace(base, seed=base.seed + 1)).score - best.score)
    for name, values in tried.items():
        start = best
        for value in values:
            number = max(1, round(base.epochs * value)) if name == "epochs" else value
            number = type(getattr(base, name))(number)
            if number == getattr(start.settings, name):
                continue
            trial = run(with_rate(replace(start.settings, **{name: number}), part))
            if trial.score > max(best.score, start.score + noise):
                best = trial
                factor = value if name == "epochs" else factor
    chosen = {name: getattr(best.settings, name) for name in TRIED if name != "epochs"}
    epochs = max(1, round(whole.epochs * factor))
    progress(total, total)
    return Tuned(what, trials, noise, best, with_rate(replace(whole, epochs=epochs, **chosen), text))


def _measure(
    questions: str | os.PathLike[str] | None, next_items: bool, part: EncodedCorpus, held: Ids, seed: int
) -> tuple[str, Ask]:
    """Return what a score is, and how a run that has ended is scored."""
    if questions is not None:
        asked = evaluation.read(questions)
        return f"{asked.kind} of {asked.path}", lambda vectors, state, settings: evaluation.score(vectors, asked)
    if next_items:
        sessions = [session for session in np.split(held, np.flatnonzero(held < 0) + 1) if len(session) > 2]
        last = np.array([session[-3:-1] for session in sessions[:ASKED]], np.int64).reshape(-1, 2)
        if not len(last):
            raise CorpusError("the corpus", "holds too few sessions of two items or more to hold some out")
        return f"next item among the {HITS} nearest", lambda vectors, state, settings: hit_rate(vectors, last)
    pairs = pairs_of(held, seed)
    if not len(pairs):
        raise CorpusError("the corpus", "is too small to hold some of it out")
    return (
        "loss of a pair of held-out text, its sign turned",
        lambda vectors, state, settings: -held_out_loss(state, part, settings, pairs),
    )


def _divided(text: EncodedCorpus, tokens: int, settings: TrainSettings) -> tuple[EncodedCorpus, Ids]:
    """Return about so many tokens to train on, and ids that are held out, both drawn by whole sentences.

    A text of few sentences is drawn by blocks. Words that are too rare in the sample are dropped from both.
    """
    stream = text.stream
    unit = np.cumsum(stream < 0, dtype=np.int32)
    unit[stream < 0] -= 1  # an end belongs to its sentence
    if unit[-1] < FEW:
        unit = np.arange(len(stream), dtype=np.int32) // BLOCK
    drawn = np.random.default_rng(settings.seed).random(unit[-1] + 1)
    share = min(tokens / len(stream), 1.0)
    trained = stream[drawn[unit] < share * (1 - HELD_OUT)]
    held = stream[(drawn[unit] >= share * (1 - HELD_OUT)) & (drawn[unit] < share)]

    counts = np.bincount(trained[trained >= 0], minlength=len(text.vocabulary)).astype(np.int64)
    order = np.argsort(-counts, kind="stable")
    order = order[: max(2, np.count_nonzero(counts >= settings.min_count))]
    order = order[counts[order] > 0]
    if not len(order):
        raise CorpusError("the corpus", "is too small to be tuned on")
    numbers = np.full(len(counts) + 1, DROPPED, np.int32)
    numbers[order] = np.arange(len(order))
    numbers[SENTENCE_END] = SENTENCE_END
    vocabulary = Vocabulary(tuple(text.vocabulary.words[row] for row in order.tolist()), counts[order])
    ids, asked = (part[part != DROPPED] for part in (numbers[trained], numbers[held]))
    kept = vocabulary.tokens
    account = replace(text.account, kept=kept, tokens=kept, sentences=len(ids) - kept, by_file=())
    return EncodedCorpus(vocabulary, ids, account), asked


def hit_rate(vectors: Vectors, last: npt.NDArray[np.int64]) -> float:
    """Return how often the second of two items is among the HITS nearest to the first; int64 [N, 2], ids."""
    unit = vectors.matrix / np.maximum(np.linalg.norm(vectors.matrix, axis=1, keepdims=True), 1e-9)
    hits = 0
    for given, target in last:
        cosines = unit @ unit[given]
        cosines[given] = -np.inf
        hits += int(np.count_nonzero(cosines > cosines[target]) < HITS)
    return hits / len(last)


def pairs_of(held: Ids, seed: int) -> npt.NDArray[np.int64]:
    """Return pairs of neighbours in a text, int64 [N, 2]: both at most REACH apart and of one sentence."""
    found = []
    for apart in range(1, REACH + 1):
        first, second = held[:-apart], held[apart:]
        # Sentences are numbered by the ends before them, so two words of one number are of one sentence.
        sentence = np.cumsum(held < 0)
        together = (first >= 0) & (second >= 0) & (sentence[:-apart] == sentence[apart:])
        found += [np.stack((first, second), axis=1)[together], np.stack((second, first), axis=1)[together]]
    pairs = np.concatenate(found).astype(np.int64)
    return np.random.default_rng(seed).permutation(pairs)[:ASKED]


def held_out_loss(state: State, corpus: EncodedCorpus, settings: TrainSettings, pairs: npt.NDArray[np.int64]) -> float:
    """Return the mean loss of a pair with NOISE_WORDS negatives drawn by count^0.75, whatever was trained with.

    A trained score estimates log p(context | center) - log(k q(context)), where k negatives were drawn from q (Levy &
    Goldberg 2014): so scores of other k, other q and other subsampling are made comparable by adding the difference.
    """
    counts = corpus.vocabulary.counts
    shares = keep_shares(counts, settings.sample)
    own, common = (np.log(counts) * power for power in (settings.ns_exponent, EXPONENT))
    shift = np.log(settings.negatives / NOISE_WORDS) - np.log(shares / (shares @ counts / counts.sum()))
    shift = shift + (own - np.log(np.exp(own).sum())) - (common - np.log(np.exp(common).sum()))
    noise = np.exp(common) / np.exp(common).sum()
    drawn = np.random.default_rng(0).choice(len(counts), size=(len(pairs), NOISE_WORDS), p=noise)
    center, context = state.tables.input[pairs[:, 0]], state.tables.output
    right = np.einsum("nd,nd->n", center, context[pairs[:, 1]]) + shift[pairs[:, 1]]
    wrong = np.einsum("nd,nkd->nk", center, context[drawn]) + shift[drawn]
    return float((np.logaddexp(0, -right) + np.logaddexp(0, wrong).sum(axis=1)).mean())
