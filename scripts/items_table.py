"""The table of `scripts/benchmark --items`: what tells the next item best, vectors or counting, ours or gensim's.

diginetica  click sessions: the last click of a test session, from the up to three clicks before it
lastfm      what 1,892 people listen to, without order: one artist of each is held out, and asked for from the others
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
from collections.abc import Callable
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


def train_ours(data: Data, seed: int, **settings: Any) -> w2v.Vectors:
    return w2v.train(data.train, seed=seed, threads=2, **settings)


def train_gensim(data: Data, seed: int, **settings: Any) -> w2v.Vectors:
    from gensim.models import Word2Vec

    model = Word2Vec(data.train, seed=seed, workers=2, **settings)
    counts = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key], np.int64)
    return w2v.Vectors(tuple(model.wv.index_to_key), model.wv.vectors, counts, output=model.syn1neg)


# Settled on diginetica with other seeds and cases; of lastfm the same, but that a list of 49 is taken whole.
ITEMS = {"min_count": 1, "epochs": 30, "window": 20, "negatives": 10, "ns_exponent": 0.25, "rate": 0.1, "sample": 0.0}
TUNED = {"sg": 1, "min_count": 1, "epochs": 30, "window": 20, "negative": 10, "ns_exponent": 0.25, "alpha": 0.1,
         "sample": 0.0}  # fmt: skip
Train = Callable[..., w2v.Vectors]
RUNS: dict[str, tuple[Train, dict[str, Any], str]] = {
    "w2v, settings for items, what is next": (train_ours, ITEMS, "next"),
    "w2v, settings for items, what is alike": (train_ours, ITEMS, "alike"),
    "w2v, defaults, what is next": (train_ours, {"min_count": 1}, "next"),
    "w2v, defaults, what is alike": (train_ours, {"min_count": 1}, "alike"),
    "gensim, defaults but min_count 1, what is alike": (train_gensim, {"min_count": 1}, "alike"),
    "gensim, settings for items, what is next": (train_gensim, TUNED, "next"),
}


def measure(data: Data, seed: int, train: Train, settings: dict[str, Any], measures: list[str]) -> dict[str, Any]:
    """Train once and return hit@20 and NDCG@20 by each measure, and of the baselines with the first seed."""
    vectors = train(data, seed, **settings)
    corpora = (w2v.read(part, min_count=1) for part in (data.test, data.train))
    test, trained = (Sequences.of(corpus, vectors) for corpus in corpora)
    counted = trained if seed == SEEDS[0] and train is train_ours else None
    found: dict[str, Any] = {}
    for measure in measures:
        result = evaluate_next(
            vectors, test, counted, measure=measure, history=data.history, cases=CASES, held_out=data.held_out
        )
        for who, scores in result.scores.items():
            if who == "vectors" or counted is not None:
                name = measure if who == "vectors" else who
                found[name] = {score.measure: (score.value, score.low, score.high) for score in scores}
    return found


def items_table(shared: Path, kept: Path, only: str) -> list[str]:
    """Return the table after the runs whose names hold `only`; those in `kept`, JSON by line, are not run again."""
    done = {tuple(row[:3]): row[3] for row in map(json.loads, kept.read_text().splitlines())} if kept.exists() else {}
    data = {"diginetica": diginetica(shared), "lastfm": lastfm(shared)}
    for name, (train, settings, _) in RUNS.items():
        for dataset in data:
            for seed in SEEDS:
                key = (_settings(name), dataset, seed)
                if key in done or only not in f"{name} {dataset} {seed}":
                    continue
                measures = [how for other, (_, _, how) in RUNS.items() if _settings(other) == key[0]]
                done[key] = measure(data[dataset], seed, train, settings, measures)
                with kept.open("a") as file:
                    file.write(json.dumps([*key, done[key]]) + "\n")
                print(*key, {how: found["hit@20"][0] for how, found in done[key].items()}, file=sys.stderr, flush=True)
    lines = [
        "| | " + " | ".join(f"{dataset}: {shown}" for dataset in data for shown in SHOWN) + " |",
        "|---|" + "---|" * (len(data) * len(SHOWN)),
    ]
    rows: list[tuple[str, str, str, tuple[int, ...]]] = [
        (name, _settings(name), measure, SEEDS) for name, (_, _, measure) in RUNS.items()
    ]
    first = _settings(next(iter(RUNS)))
    rows += [(name, first, name, SEEDS[:1]) for name in BASELINES]
    for name, settings_name, who, seeds in rows:
        cells = []
        for dataset in data:
            for shown in SHOWN:
                values = [done[settings_name, dataset, seed][who][shown] for seed in seeds
                          if (settings_name, dataset, seed) in done]  # fmt: skip
                cells.append(_cell([value for value, _, _ in values]))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    half = _half_width(done)
    return [
        *lines,
        "",
        f"Means of {len(SEEDS)} seeds and their standard deviation, of one seed where none stands; {CASES:,} test"
        f" sessions of diginetica, which leaves the hit rates of about .4 uncertain by {half:.3f}, and one artist of"
        " each listener of lastfm. Items of the history are excluded for all. Settings for items: "
        + ", ".join(f"{setting} {value:g}" for setting, value in ITEMS.items()) + ".",
    ]  # fmt: skip


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
