"""From D dimensions to two: the methods, and what each of them keeps.

    pca    straight lines stay straight, offsets stay offsets: for arrows and axes
    tsne   neighbours stay neighbours, distances between groups mean little (van der Maaten & Hinton 2008)
    umap   as tsne, faster for many words, keeps more of the large shape (McInnes et al. 2018)

All take unit rows, so that near means a large cosine, and draw all random numbers from the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from w2v.errors import MissingExtraError
from w2v.vectors import Floats, Rows, Vectors, largest

Points = npt.NDArray[np.float64]

FEWEST = 5  # below this many words a neighbourhood means nothing: PCA does as well


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
    moved = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(moved.T @ moved)
    points = np.zeros((len(rows), 2))
    kept = directions[:, :-3:-1]
    points[:, : kept.shape[1]] = moved @ kept
    for column in points.T:
        if column[np.argmax(np.abs(column))] < 0:
            column *= -1
    return points


def principal_plane(rows: Floats) -> Floats:
    """Return the two first principal components, float32 [n, 2], scaled so that all lie within -1 .. 1."""
    return fitted(pca(rows).astype(np.float32))


def plane_beside(directions: Floats, words: Sequence[str], others: Floats, other_words: Sequence[str]) -> Floats:
    """Return the principal plane of `others` as `directions` see it, float32 [n, 2]: two maps begin alike.

    A linear map is fitted to the words of both, by least squares: for spaces of one size that is what a Procrustes
    rotation is taken for, and it joins spaces of different sizes too. With too few words of both, their own plane.
    """
    rows = {word: row for row, word in enumerate(other_words[: len(others)])}
    common = [(row, rows[word]) for row, word in enumerate(words[: len(directions)]) if word in rows]
    if len(common) <= directions.shape[1]:
        return principal_plane(directions)
    here, there = np.array(common, np.intp).T
    given = np.column_stack([directions, np.ones(len(directions), np.float32)]).astype(np.float64)
    turn = np.linalg.lstsq(given[here], principal_plane(others)[there].astype(np.float64), rcond=None)[0]
    return fitted((given @ turn).astype(np.float32))


def fitted(places: Floats) -> Floats:
    """Return places in the plane, float32 [n, 2], moved and scaled so that all lie within -1 .. 1."""
    if not len(places):
        return places
    low, high = places.min(axis=0), places.max(axis=0)
    return np.ascontiguousarray((places - (low + high) / 2) / (float((high - low).max()) / 2 or 1), np.float32)


def units(vectors: Vectors, rows: int) -> Floats:
    """Return the first `rows` vectors scaled to length 1, float32 [rows, D]; those without a direction are zero."""
    directed = vectors.directed[:rows, None]
    found: Floats = np.zeros((rows, vectors.dim), np.float32)
    np.divide(vectors.matrix[:rows], vectors.norms[:rows, None], out=found, where=directed)
    return found


def centered(rows: Floats) -> Floats:
    """Return unit vectors without the direction that they all share, again of length 1, float32 [n, D].

    Word vectors lie in a cone (Mu & Viswanath 2018): without its axis, clusters separate words by meaning.
    """
    moved = rows - rows.mean(axis=0)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    found: Floats = np.divide(moved, lengths, out=np.zeros_like(moved), where=lengths > 0)
    return found


def nearest_rows(units: Floats, most: int, count: int | None = None) -> Iterator[tuple[Rows, Floats]]:
    """Yield for each of the first `count` rows, or all, the rows nearest to it, the nearest first, and their cosines.

    units  float32 [N, D], of length 1; at most `most` rows are found, never the row itself
    """
    count = len(units) if count is None else count
    for at in range(0, count, 256):  # by parts: no square matrix in memory
        cosines = units[at : min(at + 256, count)] @ units.T
        cosines[np.arange(len(cosines)), np.arange(at, at + len(cosines))] = -np.inf
        for row in cosines:
            found = largest(row, min(most, len(units) - 1))
            yield found, row[found]


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
