"""From D dimensions to two: the methods, and what each of them keeps.

    pca    straight lines stay straight, offsets stay offsets: for arrows and axes
    tsne   neighbours stay neighbours, distances between groups mean little (van der Maaten & Hinton 2008)
    umap   as tsne, faster for many words, keeps more of the large shape (McInnes et al. 2018)

All take unit rows, so that near means a large cosine, and draw all chance from the seed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from w2v.errors import MissingExtraError

Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

FEWEST = 5  # below that many words nobody is anybody's neighbour: PCA does as well


def project(rows: Floats, method: str, seed: int = 1) -> Points:
    """Return a place in the plane for each row, float64 [N, 2], centered at zero.

    rows    float32 [N, D], unit length
    method  one of METHODS
    """
    if method == "pca" or len(rows) < FEWEST:
        return pca(rows, seed)
    # Only who is near whom means something: turned so that the widest direction lies along the page.
    return pca(METHODS[method](rows, seed))


def pca(rows: Floats | Points, seed: int = 1) -> Points:
    """Return the coordinates along the two directions of largest variance (Pearson 1901), float64 [N, 2].

    The signs of the directions are free; each is turned so that its largest coordinate is positive. Without this
    the same vectors give mirrored pictures on different machines. `seed` is there for the table: nothing is drawn.
    """
    centered = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    points = np.zeros((len(rows), 2))
    if len(rows) > 1:
        u, s, _ = np.linalg.svd(centered, full_matrices=False)
        kept = min(2, len(s))
        points[:, :kept] = u[:, :kept] * s[:kept]
    for column in points.T:
        if column[np.argmax(np.abs(column))] < 0:
            column *= -1
    return points


def tsne(rows: Floats, seed: int = 1) -> Points:
    """Return the layout of t-SNE, the one that `w2v explore` draws; it begins from PCA and draws nothing by chance."""
    from w2v.maps.layout import arrange

    *_, last = arrange(rows, pca(rows).astype(np.float32), every=10**6)
    return last.places.astype(np.float64)


def umap(rows: Floats, seed: int = 1) -> Points:
    """Return the layout of UMAP."""
    try:
        from umap import UMAP
    except ImportError as error:
        raise MissingExtraError("--method umap", "umap") from error
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that a seed means one thread: that is what we ask for
        start = "pca" if len(rows) < 50 else "spectral"  # its spectral start wants more words than directions
        layout = UMAP(n_neighbors=min(15, len(rows) - 1), metric="cosine", init=start, random_state=seed, n_jobs=1)
        return np.asarray(layout.fit_transform(rows), np.float64)


METHODS: dict[str, Callable[[Floats, int], Points]] = {"pca": pca, "tsne": tsne, "umap": umap}
