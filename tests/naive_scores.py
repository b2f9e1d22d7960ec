"""Slow, obvious twins of the evaluation: plain Python, no code shared with w2v."""

from __future__ import annotations

import math


def cosine(x, y):
    lengths = math.sqrt(sum(a * a for a in x)) * math.sqrt(sum(b * b for b in y))
    return sum(a * b for a, b in zip(x, y, strict=True)) / lengths if lengths else 0.0


def answer_analogy(vectors, a, b, c, method, same=str.upper):
    """Return the best answer of `vectors`, a dict of word -> list of floats, in order of frequency."""
    best, highest = None, -math.inf
    for word, x in vectors.items():
        if same(word) in {same(a), same(b), same(c)}:
            continue
        to_a, to_b, to_c = (cosine(x, vectors[known]) for known in (a, b, c))
        if method == "3cosadd":
            score = to_b - to_a + to_c
        else:
            score = ((to_b + 1) / 2) * ((to_c + 1) / 2) / ((to_a + 1) / 2 + 0.001)
        if score > highest:
            best, highest = word, score
    return best


def analogy_accuracy(vectors, questions, method="3cosadd", restrict=None, same=str.upper):
    """Return (right, covered) for four-tuples of words."""
    first = {}
    for word in list(vectors)[:restrict]:
        first.setdefault(same(word), word)
    asked = dict(list(vectors.items())[:restrict])
    right = covered = 0
    for question in questions:
        if any(same(word) not in first for word in question):
            continue
        covered += 1
        a, b, c, expected = (first[same(word)] for word in question)
        found = answer_analogy(asked, a, b, c, method, same)
        right += found is not None and same(found) == same(expected)
    return right, covered


def rank(values, i):
    """1 for the least; equal values share the mean of the ranks that they take together."""
    less = sum(value < values[i] for value in values)
    equal = sum(value == values[i] for value in values)
    return less + (equal + 1) / 2


def pearson(x, y):
    n = len(x)
    mean_x, mean_y = sum(x) / n, sum(y) / n
    together = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    apart = sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)
    return together / math.sqrt(apart)


def spearman(x, y):
    return pearson([rank(x, i) for i in range(len(x))], [rank(y, i) for i in range(len(y))])


def purity(categories, clusters):
    right = 0
    for cluster in set(clusters):
        inside = [category for category, its in zip(categories, clusters, strict=True) if its == cluster]
        right += max(inside.count(category) for category in inside)
    return right / len(categories)
