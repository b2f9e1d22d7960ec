"""A graph as a corpus: random walks over it are the sentences, nodes the words (see `w2v.kernels.walks`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from w2v.corpus.encoded import Account, Check, EncodedCorpus, Expected, FileAccount
from w2v.corpus.spool import Ids, stream
from w2v.errors import CorpusError, SettingsError
from w2v.kernels import random, scanning, walks
from w2v.settings import TrainSettings
from w2v.vocabulary import Vocabulary, most_frequent

STARTS = 1 << 12  # walks of one piece of work
COMMENTS = ("#", "%", "//")  # what lines of no edge begin with
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """A list of edges and how it is walked.

    edges     a file or several: two nodes on a line, and a weight if there is one, with blanks or tabs between them
    walks     from each node
    length    nodes of a walk
    p, q      what returning and going far are divided by: 1 and 1 is DeepWalk, others are node2vec
    directed  whether an edge leads one way

    Raises SettingsError for numbers out of range.

    >>> w2v.train(Graph("friends.tsv", walks=10, length=40), window=5)  # doctest: +SKIP
    """

    edges: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
    walks: int = 10
    length: int = 80
    p: float = 1.0
    q: float = 1.0
    directed: bool = False

    def __post_init__(self) -> None:
        for option, value, low, high in (
            ("--walks", self.walks, 1, 100_000), ("--walk-length", self.length, 2, 100_000),
            ("--p", self.p, 1e-3, 1e3), ("--q", self.q, 1e-3, 1e3),
        ):  # fmt: skip
            if not low <= value <= high:
                raise SettingsError(f"{option} must be from {low:g} to {high:g}, not {value}")

    @property
    def files(self) -> list[str]:
        """The files that hold the edges."""
        return [
            os.fspath(file) for file in ((self.edges,) if isinstance(self.edges, (str, os.PathLike)) else self.edges)
        ]


@dataclass(frozen=True, eq=False)
class Links:
    """The neighbors of each node, as `w2v.kernels.walks` takes them.

    nodes  V names
    """

    nodes: list[str]
    offsets: Longs
    neighbors: npt.NDArray[np.int32]
    summed: npt.NDArray[np.float64]


def reading(settings: TrainSettings) -> TrainSettings:
    """Return the settings that a list of edges is read with: every node unchanged."""
    return TrainSettings(
        tokenizer="whitespace", keep_case=True, min_count=1, threads=settings.threads, encoding=settings.encoding
    )


def encode(
    graph: Graph, edges: EncodedCorpus, settings: TrainSettings, *, check: Check = lambda expected: None,
    report: Callable[[int, int, int], None] = lambda done, total, tokens: None, tmp_dir: Path | None, in_memory: int,
) -> EncodedCorpus:  # fmt: skip
    """Walk over a graph, `edges` being its lines as they were read. Raises CorpusError."""
    notes = list(edges.account.notes)
    links = find_links(graph, edges, notes)
    nodes = len(links.nodes)
    expected = graph.walks * nodes * (graph.length + 1)
    check(Expected(expected, nodes))
    ids = stream(expected, tmp_dir, in_memory)
    counts, size = np.zeros(nodes, np.int64), 0
    order = np.random.default_rng(settings.seed)
    with ThreadPoolExecutor(settings.threads) as pool:
        for number in range(graph.walks):
            key = np.uint64(random.epoch_key(settings.seed, number))
            starts = order.permutation(nodes).astype(np.int32)

            def walked(first: int, starts: Ids = starts, key: np.uint64 = key) -> Ids:
                some = starts[first : first + STARTS]
                out = np.empty(len(some) * (graph.length + 1), np.int32)
                way = (links.offsets, links.neighbors, links.summed)
                return out[: walks.walk(*way, some, key, graph.length, graph.p, graph.q, out)]

            for part in pool.map(walked, range(0, nodes, STARTS)):
                ids[size : size + len(part)] = part
                size += len(part)
                counts += np.bincount(part[part >= 0], minlength=nodes)
            report(number + 1, graph.walks, size)
    ids = ids[:size]
    rank, numbers = most_frequent(counts, settings.min_count, settings.max_vocab)
    if not len(rank):
        raise CorpusError("the walks", f"no node is visited {settings.min_count} times; more --walks, or --min-count 1")
    size, sentences, _ = scanning.renumber(ids, numbers, ids, True)
    account = Account.of(
        (FileAccount("the walks", edges.account.bytes, int(counts.sum()), int(counts[rank].sum()), 0, 0, size),),
        files=edges.account.files,
        types=len(counts),
        sentences=sentences,
        undecodable=edges.account.undecodable,
        notes=(*notes, f"walks over {len(counts):,} nodes and {len(links.neighbors):,} ways from one to another"),
    )
    words = tuple(links.nodes[row] for row in rank)
    vocabulary = Vocabulary(words, counts[rank], ("",) * len(words))
    return EncodedCorpus(vocabulary, ids[:size], account, settings, kind="graph")


def find_links(graph: Graph, edges: EncodedCorpus, notes: list[str]) -> Links:
    """Return the neighbors of each node; adds a note on lines that are no edges. Raises CorpusError."""
    ids, words = edges.stream, edges.vocabulary.words
    ends = np.flatnonzero(ids < 0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    fields = ends - starts
    weight_of = np.array([_number(word) for word in words])
    comment = np.array([word.startswith(COMMENTS) for word in words])[ids[starts]]
    usable = ~comment & ((fields == 2) | (fields == 3))
    weights = np.where(fields == 3, weight_of[ids[np.minimum(starts + 2, ends - 1)]], 1.0)
    usable &= np.isfinite(weights) & (weights > 0)
    one, other = ids[starts[usable]], ids[starts[usable] + 1]
    loops = one == other
    for count, what in (
        (int(np.count_nonzero(~usable & ~comment)), "lines that are not two nodes, or two and a weight above 0"),
        (int(np.count_nonzero(loops)), "edges from a node to itself"),
    ):
        if count:
            notes.append(f"left out {count:,} {what}")
    one, other, weights = one[~loops], other[~loops], weights[usable][~loops]
    if not len(one):
        raise CorpusError("the edges", "; ".join(["hold no edge between two nodes", *notes]))
    if not graph.directed:
        one, other, weights = (
            np.concatenate((one, other)), np.concatenate((other, one)), np.concatenate((weights, weights))
        )  # fmt: skip
    nodes = np.unique(np.concatenate((one, other)))
    one, other = np.searchsorted(nodes, one), np.searchsorted(nodes, other)
    keys, which = np.unique(one * len(nodes) + other, return_inverse=True)
    offsets = np.searchsorted(keys, np.arange(len(nodes) + 1) * len(nodes))
    total = np.bincount(which, weights)  # of an edge that is there twice, both
    if (total == total[0]).all():
        summed = np.empty(0)
    else:
        running = np.concatenate(([0.0], np.cumsum(total)))
        summed = running[1:] - np.repeat(running[offsets[:-1]], np.diff(offsets))
    return Links([words[id] for id in nodes.tolist()], offsets, (keys % len(nodes)).astype(np.int32), summed)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")
