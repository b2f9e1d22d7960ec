"""The slow, obvious twin of phrases: lists of strings and dictionaries. It shares no code with w2v."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise


def segment(sentence, phrases, most):
    """Join the longest phrases from left to right."""
    found = []
    while sentence:
        size = max(
            n for n in range(1, most + 1) if n == 1 or ("_".join(sentence[:n]) in phrases and n <= len(sentence))
        )
        found.append("_".join(sentence[:size]))
        sentence = sentence[size:]
    return found


def score(kind, pair, a, b, least, total):
    if kind == "npmi":
        information = -math.log(pair / total)
        return math.log(pair * total / (a * b)) / information if information else math.inf
    return (pair - least) * total / (a * b)


def find(sentences, passes, kind, threshold, least, min_count, max_vocab=10**9):
    """Return the sentences with their phrases joined, what is in the vocabulary, and the scores of what was found."""
    most = 2**passes
    phrases = {word for sentence in sentences for word in sentence if "_" in word}
    scores = {}
    for _ in range(passes):
        units = [segment(sentence, phrases, most) for sentence in sentences]
        counts = Counter(unit for sentence in units for unit in sentence)
        pairs = Counter(pair for sentence in units for pair in pairwise(sentence))
        total = sum(counts.values())
        found = {}
        for (a, b), times in pairs.items():
            value = score(kind, times, counts[a], counts[b], least, total)
            if times >= max(least, min_count) and value > threshold and f"{a}_{b}" not in phrases:
                found[f"{a}_{b}"] = max(value, found.get(f"{a}_{b}", -math.inf))
        if not found:
            break
        phrases |= found.keys()
        scores |= found
    gone = set()
    while True:
        units = [segment(sentence, phrases, most) for sentence in sentences]
        counts = Counter(unit for sentence in units for unit in sentence)
        # A Counter keeps the order of first appearance, and sorting keeps it among equals.
        ranked = sorted(
            (word for word in counts if counts[word] >= min_count and word not in gone), key=lambda word: -counts[word]
        )
        kept = set(ranked[:max_vocab])
        if phrases <= kept:
            break
        gone |= phrases - kept
        phrases &= kept
    vocabulary = {word: counts[word] for word in ranked[:max_vocab]}
    kept = [[word for word in sentence if word in vocabulary] for sentence in units]
    return [sentence for sentence in kept if sentence], vocabulary, {w: scores[w] for w in vocabulary if w in scores}
