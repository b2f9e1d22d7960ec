"""Words in groups: k-means on unit rows, each group named by its most central words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from w2v.errors import MissingExtraError, SettingsError

NAMED_BY = 3  # central words in a name


def group(
    rows: npt.NDArray[np.float32], words: tuple[str, ...], count: int, seed: int = 1
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Return the cluster of each row, int64 [N], and the names of the clusters, the largest cluster first.

    rows   float32 [N, D], unit length: k-means on them groups by cosine
    """
    if count > len(words):
        raise SettingsError(f"--clusters {count} needs at least as many words, there are {len(words)}")
    try:
        from sklearn.cluster import KMeans
    except ImportError as error:
        raise MissingExtraError("--clusters", "plot") from error
    found = KMeans(count, n_init=10, random_state=seed).fit_predict(rows)
    sizes = np.bincount(found, minlength=count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    clusters: npt.NDArray[np.int64] = rank[found]
    return clusters, tuple(_name(rows, words, clusters == cluster) for cluster in range(count))


def _name(rows: npt.NDArray[np.float32], words: tuple[str, ...], members: npt.NDArray[np.bool_]) -> str:
    positions = np.flatnonzero(members)
    if not len(positions):  # identical rows: k-means has fewer groups than were asked for
        return "-"
    centrality = rows[positions] @ rows[positions].mean(axis=0)
    return " · ".join(words[positions[i]] for i in np.argsort(-centrality, kind="stable")[:NAMED_BY])
