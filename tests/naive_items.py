"""Slow twins of what `w2v.items` counts: dictionaries and loops, after the descriptions, sharing no code with it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import pairwise

FADING = 0.8


def company(train, reach=20):
    """Item -> Counter of the items of the same sequences."""
    pairs = defaultdict(Counter)
    for sequence in train:
        for i, one in enumerate(sequence):
            for j, other in enumerate(sequence):
                if i != j and abs(i - j) <= reach and one != other:
                    pairs[one][other] += 1
    return pairs


def by_company(train, history):
    pairs = company(train)
    scores = Counter()
    for age, item in enumerate(reversed(history)):
        total = sum(pairs[item].values())
        for other, count in pairs[item].items():
            scores[other] += FADING**age * count / total
    return scores


def by_followers(train, history):
    scores = Counter()
    for sequence in train:
        for one, other in pairwise(sequence):
            if history and one == history[-1] and other != one:
                scores[other] += 1
    return scores


def by_neighbors(train, history, nearest=100):
    likeness = {}
    for number, sequence in enumerate(train):
        shared = 0.0
        for place, item in enumerate(history, 1):
            if item in sequence:
                shared += place / len(history)
        if shared:
            likeness[number] = shared / math.sqrt(len(sequence) * len(history))
    scores = Counter()
    for number in sorted(likeness, key=lambda number: (-likeness[number], number))[:nearest]:
        for item in train[number]:
            scores[item] += likeness[number]
    return scores


def answers(scores, history, size, top=20, exclude_seen=True):
    """The items by score, then by popularity, which is their number; those without a score behind them."""
    items = [item for item in range(size) if not (exclude_seen and item in history)]
    return sorted(items, key=lambda item: (-round(scores[item], 6), item))[:top]


def hit_ndcg_mrr(answers, target, within):
    if target not in answers[:within]:
        return 0.0, 0.0, 0.0
    place = answers.index(target) + 1
    return 1.0, 1 / math.log2(1 + place), 1 / place
