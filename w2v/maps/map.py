"""A map: which words it shows, where they are in the plane, in which groups, and what is drawn beside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from w2v import encodings
from w2v.clusters import clusters as k_means
from w2v.errors import FormatError, SettingsError, UnknownWordError
from w2v.maps.projection import nearest_rows, pca, project
from w2v.maps.regions import FUNCTION_WORDS
from w2v.maps.wording import TEXTS
from w2v.vectors import Vectors

Pair = tuple[str, str]
DEFAULT_TOP = 200  # about as many labels as one page can hold
NEIGHBORS_KEPT = 8  # of each word, for a picture that can be asked
MOST_NEIGHBORS_OF_FEW = 2 * NEIGHBORS_KEPT  # of fewer words nearly all are neighbours of all: a share says nothing
STARTS = 10  # of k-means
NAMED_BY = 3  # central words in a name


@dataclass(frozen=True, eq=False)
class Map:
    """Words in two dimensions.

    title      what is shown, in one line
    words      N, in the order in which they get a label where there is no room for all
    points     float64 [N, 2]
    asked      positions of the words that the reader named; the rest came as neighbours or by frequency
    arrows     (from, to): positions of words
    clusters   int64 [N], the cluster of each word; none: not coloured
    names      the name of each cluster
    axes       what the two directions mean; empty where they mean nothing by themselves
    equal      both directions have one scale: distances across the picture can be compared
    neighbors  for each word positions of the words nearest to it by the cosine of their vectors, nearest first,
               and the cosines
    """

    title: str
    words: tuple[str, ...]
    points: npt.NDArray[np.float64]
    asked: frozenset[int] = frozenset()
    arrows: tuple[tuple[int, int], ...] = ()
    clusters: npt.NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()
    axes: tuple[str, str] = ("", "")
    equal: bool = True
    neighbors: tuple[tuple[tuple[int, float], ...], ...] = ()

    def __post_init__(self) -> None:
        assert self.points.shape == (len(self.words), 2)
        assert self.clusters is None or self.clusters.max(initial=-1) < len(self.names)

    @property
    def marked(self) -> frozenset[int]:
        """Positions of the words to emphasise: where arrows lead, else what was asked for, if that is not all."""
        if self.arrows:
            return frozenset(end for _, end in self.arrows) - frozenset(start for start, _ in self.arrows)
        return self.asked if len(self.asked) < len(self.words) else frozenset()


def build(
    vectors: Vectors,
    words: Sequence[str] = (),
    *,
    neighbors: int = 0,
    top: int | None = None,
    pairs: Sequence[Pair] = (),
    axes: Sequence[Pair] = (),
    method: str | None = None,
    clusters: int = 0,
    seed: int = 1,
    name: str = "",
    language: str = "en",
) -> Map:
    """Return a map of some words of `vectors`.

    words      these, each with its `neighbors` nearest
    top        and how many of the most frequent words; by default DEFAULT_TOP if neither words nor pairs are given,
               without the first, which are function words in any language
    pairs      an arrow is drawn from the first word of each to the second
    axes       one or two pairs (positive, negative): a word is where the difference of the two puts it
    method     one of METHODS; by default pca for pairs, which keeps offsets, tsne for the rest
    clusters   how many groups to colour; 0: none
    name       of the vectors, for the title
    language   of the title and the axes

    Raises UnknownWordError, SettingsError.
    """
    if len(axes) > 2:
        raise SettingsError(f"--axis can be given once or twice, not {len(axes)} times: a picture has two directions")
    if axes and method:
        raise SettingsError("--axis and --method both decide where words are placed: give one of them")
    asked = [vectors.named(word) for word in (*words, *(word for pair in (*pairs, *axes) for word in pair))]
    chosen = dict.fromkeys(asked)
    if neighbors:
        chosen.update((found.word, None) for word in words for found in vectors.similar(word, neighbors))
    passed = 0
    if top is None and not words and not pairs:
        top, passed = DEFAULT_TOP, min(FUNCTION_WORDS, len(vectors) // 100)
    chosen.update((word, None) for word in vectors.words[passed : passed + (top or 0)])
    for word in [word for word in chosen if not np.isfinite(vectors.unit(word)).all()]:
        if word in asked:
            raise SettingsError(f"{word!r} has no place: its vector holds NaN or infinity")
        del chosen[word]
    if not chosen:
        raise SettingsError("no word has a place: all their vectors hold NaN or infinity")
    shown = tuple(chosen)
    position = {word: i for i, word in enumerate(shown)}
    rows = np.stack([vectors.unit(word) for word in shown])
    if axes:
        points, names, title = _along(vectors, axes, rows, language)
    else:
        method = method or ("pca" if pairs else "tsne")
        points, names, title = project(rows, method, seed), ("", ""), TITLES[method]
    coloured, cluster_names = group(rows, shown, clusters, seed) if clusters else (None, ())
    nearest = tuple(
        tuple(zip(found.tolist(), cosines.tolist())) for found, cosines in nearest_rows(rows, NEIGHBORS_KEPT)
    )
    if not axes and not pairs and len(shown) > MOST_NEIGHBORS_OF_FEW:
        title = f"{title}: {TEXTS[language]['kept'].format(_share_kept(points, nearest))}"
    of = f"{name}: " if name else ""
    return Map(
        title=f"{of}{_named(words, neighbors, language)}{_counted(shown, pairs, language)}, {title}",
        words=shown,
        points=points,
        asked=frozenset(position[word] for word in asked),
        arrows=tuple((position[vectors.named(a)], position[vectors.named(b)]) for a, b in pairs),
        clusters=coloured,
        names=cluster_names,
        axes=names,
        equal=method == "pca",
        neighbors=nearest,
    )


def _named(words: Sequence[str], neighbors: int, language: str) -> str:
    """Return what is in the middle of the picture; words without neighbors can be seen as they are."""
    return TEXTS[language]["neighbors"].format(", ".join(words)) if neighbors and 0 < len(words) <= 6 else ""


def _counted(shown: Sequence[str], pairs: Sequence[Pair], language: str) -> str:
    only_pairs = len({word for pair in pairs for word in pair}) == len(shown)
    number, noun = (len(pairs), "pair") if only_pairs else (len(shown), "word")
    return TEXTS[language][noun if number == 1 else noun + "s"].format(number)


TITLES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}


def _along(
    vectors: Vectors, axes: Sequence[Pair], rows: npt.NDArray[np.float32], language: str
) -> tuple[npt.NDArray[np.float64], tuple[str, str], str]:
    """Return each row's cosine to the directions, what they are called, and the title.

    With one direction, the other shows what varies most among the words when that one is taken out.
    """
    directions = []
    for positive, negative in axes:
        direction = vectors.unit(positive).astype(np.float64) - vectors.unit(negative)
        length = np.linalg.norm(direction)
        if length == 0:
            raise SettingsError(f"--axis {positive} {negative}: the two words have the same vector, no direction")
        directions.append(direction / length)
    texts = TEXTS[language]
    names = [texts["cosine"].format(negative, positive) for positive, negative in axes]
    points = rows.astype(np.float64) @ np.stack(directions, axis=1)
    title = texts["along"].format(texts["and"].join(f"{positive} - {negative}" for positive, negative in axes))
    if len(axes) == 2:
        return points, (names[0], names[1]), title
    rest = rows - np.outer(points[:, 0], directions[0])
    points = np.column_stack([points[:, 0], pca(rest.astype(np.float32))[:, 0]])
    return points, (names[0], texts["rest"]), title


def _share_kept(points: npt.NDArray[np.float64], neighbors: tuple[tuple[tuple[int, float], ...], ...]) -> float:
    """Return the share of the nearest neighbours of words that are among as many nearest in the picture."""
    kept = 0
    for row, near in enumerate(neighbors):
        away = np.square(points - points[row]).sum(axis=1)
        away[row] = np.inf
        kept += len({i for i, _ in near} & set(np.argsort(away, kind="stable")[: len(near)].tolist()))
    return kept / sum(map(len, neighbors))


def read_pairs(path: str | os.PathLike[str], vectors: Vectors) -> tuple[list[Pair], list[str]]:
    """Return the pairs of a file that the vocabulary has, each once, and the words that it does not have.

    Two words on a line, between them blanks or a tab; or four, as in a file of analogies, which are two pairs.
    Empty lines and lines that begin with `:` or `#` are passed over. Raises FormatError, UnknownWordError.
    """
    pairs: dict[Pair, None] = {}
    unknown: dict[str, None] = {}
    try:
        text, _ = encodings.decode(path, Path(path).read_bytes())
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror})") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith((":", "#")):
            continue
        words = line.strip().split("\t") if "\t" in line else line.split()
        if len(words) not in (2, 4):
            raise FormatError(path, f"expected two words (or four, as in analogies), found {len(words)}", number)
        for pair in zip(words[::2], words[1::2]):
            missing = [word for word in pair if word not in vectors and vectors.made_of_subwords(word) is None]
            unknown.update(dict.fromkeys(missing))
            if not missing:
                pairs[pair] = None
    if not pairs:
        if unknown:
            raise UnknownWordError(next(iter(unknown)))
        raise FormatError(path, "holds no pairs of words")
    return list(pairs), list(unknown)


def group(
    rows: npt.NDArray[np.float32], words: tuple[str, ...], count: int, seed: int = 1
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Return the cluster of each row, int64 [N], and the names of the clusters, the largest cluster first.

    rows   float32 [N, D], unit length: k-means on them groups by cosine
    """
    if count > len(words):
        raise SettingsError(f"--clusters {count} needs at least as many words, there are {len(words)}")
    found, _ = k_means(rows, count, np.random.default_rng(seed), starts=STARTS)
    sizes = np.bincount(found, minlength=count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    members: npt.NDArray[np.int64] = rank[found]
    return members, tuple(_name(rows, words, members == cluster) for cluster in range(count))


def _name(rows: npt.NDArray[np.float32], words: tuple[str, ...], members: npt.NDArray[np.bool_]) -> str:
    positions = np.flatnonzero(members)
    if not len(positions):  # identical rows: fewer groups than were asked for
        return "-"
    centrality = rows[positions] @ rows[positions].mean(axis=0)
    return " · ".join(words[positions[i]] for i in np.argsort(-centrality, kind="stable")[:NAMED_BY])
