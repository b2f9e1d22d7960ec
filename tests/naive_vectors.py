"""The slow, obvious twins of what is asked of vectors: lists of floats, no numpy, nothing shared with w2v."""

import math
from functools import lru_cache


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def length(a):
    return math.sqrt(dot(a, a))


def unit(a):
    return [x / length(a) for x in a]


def add(*vectors):
    return [sum(numbers) for numbers in zip(*vectors)]


def scale(by, a):
    return [by * x for x in a]


def cosine(a, b):
    return dot(a, b) / (length(a) * length(b))


def ranked(values, top):
    """(word, value) by falling value; `values` is a dict in the order of the vocabulary, which sorting keeps."""
    return sorted(values.items(), key=lambda item: -item[1])[:top]


def similar(table, words, unlike, top):
    target = add(*(unit(table[w]) for w in words), *(scale(-1, unit(table[w])) for w in unlike))
    return ranked({w: cosine(v, target) for w, v in table.items() if w not in (*words, *unlike)}, top)


def nearest_by_distance(table, words, top):
    mean = scale(1 / len(words), add(*(table[w] for w in words)))
    away = {w: -length(add(v, scale(-1, mean))) for w, v in table.items() if w not in words}
    return [(w, -value) for w, value in ranked(away, top)]


def cos_add(table, a, b, c, top):
    target = add(unit(table[a]), scale(-1, unit(table[b])), unit(table[c]))
    return ranked({w: cosine(v, target) for w, v in table.items() if w not in (a, b, c)}, top)


def cos_mul(table, a, b, c, top, epsilon=0.001):
    def shifted(v, word):
        return (1 + cosine(v, table[word])) / 2

    values = {
        w: shifted(v, a) * shifted(v, c) / (shifted(v, b) + epsilon) for w, v in table.items() if w not in (a, b, c)
    }
    return ranked(values, top)


def odd(table, words):
    mean = scale(1 / len(words), add(*(unit(table[w]) for w in words)))
    return sorted(((w, cosine(table[w], mean)) for w in words), key=lambda item: item[1])


def soft_cosine(table, a, b):
    def product(x, y):
        return sum(max(0, cosine(table[v], table[w])) ** 2 for v in x for w in y)

    return product(a, b) / math.sqrt(product(a, a) * product(b, b))


def sif(table, counts, texts, a=0.001):
    total = sum(counts.values())
    means = []
    for words in texts:
        weighed = [scale(a / (a + counts[w] / total), table[w]) for w in words]
        means.append(scale(1 / len(words), add(*weighed)))
    # The first principal component by power iteration on sum of v v^T.
    common = unit([1.0 + i / 10 for i in range(len(means[0]))])
    for _ in range(2000):
        common = unit(add(*(scale(dot(v, common), v) for v in means)))
    return [add(v, scale(-dot(v, common), common)) for v in means]


@lru_cache(None)
def edits(a, b):
    """The restricted Damerau-Levenshtein distance, straight from its recursion."""
    if not a or not b:
        return len(a) + len(b)
    best = min(edits(a[1:], b) + 1, edits(a, b[1:]) + 1, edits(a[1:], b[1:]) + (a[0] != b[0]))
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        best = min(best, edits(a[2:], b[2:]) + 1)
    return best
