"""The table of `scripts/benchmark --items`: what tells the next item best, vectors or counting, ours or gensim's.

diginetica  click sessions: the last click of a test session, from the up to three clicks before it
lastfm      what 1,892 people listen to, without order: one artist of each is held out, and asked for from the others

Settings are chosen on a part of the training alone: a tenth of the sessions, another artist of each listener.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import w2v
from w2v.items import Sequences, evaluate_next

SEEDS = (1, 2, 3)
CASES = 4000
SHOWN = ("hit@20", "ndcg@20")
BASELINES = ("popularity", "counts", "what followed", "neighbors")


class Data(NamedTuple):
    train: list[list[str]]
    test: list[list[str]]
    history: int | None
    held_out: bool


def read_lines(path: Path) -> list[list[str]]:
    return [line.split() for line in gzip.open(path, "rt", encoding="utf-8", errors="replace")]


def diginetica(shared: Path) -> Data:
    train, test = (
        read_lines(shared / f"items/diginetica/diginetica_{part}_sessions.txt.gz") for part in ("train", "test")
    )
    return Data(train, test, 3, False)


def lastfm(shared: Path) -> Data:
    rng = np.random.default_rng(0)
    of_user: dict[str, list[str]] = {}
    for user, artist, _ in read_lines(shared / "items/lastfm/user_artists.dat.gz")[1:]:
        of_user.setdefault(user, []).append(artist)
    whole = [rng.permutation(artists).tolist() for artists in of_user.values() if len(artists) > 1]
    return Data([artists[:-1] for artists in whole], whole, None, True)


def to_choose_by(data: Data) -> Data:
    """Return the training part, split once more."""
    if data.held_out:
        whole = [items for items in data.train if len(items) > 2]
        return data._replace(train=[items[:-1] for items in whole], test=whole)
    cut = len(data.train) * 9 // 10
    return data._replace(train=data.train[:cut], test=data.train[cut:])


def train_ours(data: Data, seed: int, **settings: Any) -> w2v.Vectors:
    return w2v.train(data.train, seed=seed, threads=2, min_count=1, preset="items", **settings)


def train_gensim(data: Data, seed: int, **settings: Any) -> w2v.Vectors:
    from gensim.models import Word2Vec

    # From lists: from a file gensim is faster and scores less (hit@20 of lastfm, its defaults: .057, not .070).
    model = Word2Vec(data.train, seed=seed, workers=2, min_count=1, **settings)
    counts = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key], np.int64)
    return w2v.Vectors(tuple(model.wv.index_to_key), model.wv.vectors, counts, output=model.syn1neg)


THEIRS = {"epochs": "epochs", "window": "window", "negatives": "negative", "ns_exponent": "ns_exponent",
          "rate": "alpha", "sample": "sample"}  # fmt: skip
PRESET: dict[str, float] = {"epochs": 30, "window": 20, "negatives": 10, "ns_exponent": 0.25, "rate": 0.1, "sample": 0}
# What was tried to choose by; only what helped by more than chance would have been taken.
TRIED: dict[str, tuple[dict[str, float], ...]] = {
    "w2v": ({}, {"epochs": 15}, {"epochs": 60}, {"window": 5}, {"window": 50}, {"ns_exponent": 0.0},
            {"ns_exponent": 0.75}, {"rate": 0.05}, {"initial": 0.5}),
    "gensim": ({}, {"epochs": 15}, {"ns_exponent": 0.75}, {"rate": 0.05}),
}  # fmt: skip
TUNED = {"diginetica": {}, "lastfm": {}}  # what was best for gensim, in place of PRESET
Train = Callable[..., w2v.Vectors]


def train_gensim_as(data: Data, seed: int, **changed: float) -> w2v.Vectors:
    return train_gensim(data, seed, sg=1, **{THEIRS[name]: value for name, value in (PRESET | changed).items()})


class Run(NamedTuple):
    """A row of the table: settings of each set where they differ."""

    train: Train
    measure: str
    settings: dict[str, Any] = {}  # noqa: RUF012  # never written to


RUNS = {
    "w2v, preset items, what is next": Run(train_ours, "next"),
    "w2v, preset items, what is alike": Run(train_ours, "alike"),
    "gensim, defaults but min_count 1, what is alike": Run(train_gensim, "alike"),
    "gensim, tuned, what is next": Run(train_gensim_as, "next", TUNED),
    "gensim, tuned, what is alike": Run(train_gensim_as, "alike", TUNED),
}


def measure(
    data: Data, seed: int, train: Train, settings: dict[str, Any], measures: list[str], counted: bool = False
) -> dict[str, Any]:
    """Train once and return hit@20 and NDCG@20 by each measure, and of the baselines where they are `counted`."""
    vectors = train(data, seed, **settings)
    corpora = (w2v.read(part, min_count=1) for part in (data.test, data.train))
    test, trained = (Sequences.of(corpus, vectors) for corpus in corpora)
    found: dict[str, Any] = {}
    for measure in measures:
        result = evaluate_next(
            vectors,
            test,
            trained if counted else None,
            measure=measure,
            history=data.history,
            cases=CASES,
            held_out=data.held_out,
        )
        for who, scores in result.scores.items():
            if who == "vectors" or counted:
                name = measure if who == "vectors" else who
                found[name] = {score.measure: (score.value, score.low, score.high) for score in scores}
    return found


def items_table(shared: Path, kept: Path, only: str) -> list[str]:
    """Return the tables after the runs whose names hold `only`; those in `kept`, JSON by line, are not run again."""
    done = {tuple(row[:3]): row[3] for row in map(json.loads, kept.read_text().splitlines())} if kept.exists() else {}
    data = {"diginetica": diginetica(shared), "lastfm": lastfm(shared)}

    def run(name: str, dataset: str, seed: int, how: Callable[[], dict[str, Any]]) -> None:
        key = (name, dataset, seed)
        if key not in done and only in f"{name}, {dataset} {seed}":
            done[key] = how()
            with kept.open("a") as file:
                file.write(json.dumps([*key, done[key]]) + "\n")
            print(*key, {who: one["hit@20"][0] for who, one in done[key].items()}, file=sys.stderr, flush=True)

    for seed in SEEDS:
        for name, (train, _, settings) in RUNS.items():
            for dataset, its in data.items():
                by = [one.measure for other, one in RUNS.items() if _settings(other) == _settings(name)]
                counted = seed == SEEDS[0] and train is train_ours
                how = partial(measure, its, seed, train, settings.get(dataset, {}), by, counted)
                run(_settings(name), dataset, seed, how)
    for who, train in (("w2v", train_ours), ("gensim", train_gensim_as)):
        for changed in TRIED[who]:
            for dataset, its in data.items():
                run(_tried(who, changed), dataset, 1, partial(measure, to_choose_by(its), 1, train, changed, ["next"]))
    lines = _header(list(data))
    rows = [(name, _settings(name), one.measure, SEEDS) for name, one in RUNS.items()]
    first = _settings(next(iter(RUNS)))
    rows += [(name, first, name, SEEDS[:1]) for name in BASELINES]
    lines += [_row(done, name, kind, list(data), who, seeds) for name, kind, who, seeds in rows]
    half = _half_width(done)
    settings = ", ".join(f"{setting} {value:g}" for setting, value in PRESET.items())
    lines += [
        "",
        f"Means of up to {len(SEEDS)} seeds and their standard deviation, of one seed where none stands; {CASES:,} test"
        f" sessions of diginetica, which leaves the hit rates of about .4 uncertain by {half:.3f}, and one artist of"
        f" each listener of lastfm. Items of the history are excluded for all. Preset items: {settings}. gensim,"
        " tuned: skip-gram with the same, but for "
        + "; ".join(f"{dataset} {_words(changed) or 'all the same'}" for dataset, changed in TUNED.items())
        + ".",
        "",
        "What the settings were chosen by, a part of the training alone: what is next, one seed.",
        "",
        *_header(list(data)),
    ]
    for who, tried in TRIED.items():
        for changed in tried:
            name = _tried(who, changed)
            if any((name, dataset, 1) in done for dataset in data):
                lines.append(_row(done, f"{who}, {_words(changed) or 'as the preset'}", name, list(data), "next", (1,)))
    return lines


def _header(datasets: list[str]) -> list[str]:
    columns = [f"{dataset}: {shown}" for dataset in datasets for shown in SHOWN]
    return ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]


def _row(done: dict[Any, Any], title: str, name: str, datasets: list[str], who: str, seeds: tuple[int, ...]) -> str:
    cells = [
        _cell([done[name, dataset, seed][who][shown][0] for seed in seeds if (name, dataset, seed) in done])
        for dataset in datasets for shown in SHOWN
    ]  # fmt: skip
    return f"| {title} | {' | '.join(cells)} |"


def _words(changed: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in changed.items())


def _tried(who: str, changed: dict[str, float]) -> str:
    return f"{who} to choose by, {_words(changed)}"


def _settings(name: str) -> str:
    return name.rpartition(", ")[0]


def _cell(values: list[float]) -> str:
    if not values:
        return "not run"
    text = f"{statistics.mean(values):.3f}".removeprefix("0")
    return f"{text} ± {statistics.stdev(values):.3f}".replace("± 0.", "± .") if len(values) > 1 else text


def _half_width(done: dict[Any, Any]) -> float:
    found = next(found for (_, dataset, _), found in done.items() if dataset == "diginetica" and "counts" in found)
    _, low, high = found["counts"]["hit@20"]
    return float(high - low) / 2
