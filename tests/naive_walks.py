"""Slow twin of `w2v.kernels.walks`, after its description: integers of Python, sets, and sums along lists."""

from __future__ import annotations

from naive import splitmix

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def walk(weights, start, key, length, p, q):
    """Walk over weights {node: {neighbor: weight}} from `start`; `key` is the chance of this pass."""
    own = splitmix((key + start * GOLDEN) & MASK)
    nodes, drawn = [start], 0
    most = max(1, 1 / p, 1 / q)
    while len(nodes) < length and weights[nodes[-1]]:
        here = weights[nodes[-1]]
        bits = splitmix((own + drawn * GOLDEN) & MASK)
        drawn += 1
        wanted = (bits >> 32) / 2**32 * sum(here.values())
        total = 0.0
        for next in sorted(here):
            total += here[next]
            if wanted < total:
                break
        if len(nodes) > 1:
            accepted = (1 / p if next == nodes[-2] else 1 if next in weights[nodes[-2]] else 1 / q) / most
            if (bits & 0xFFFFFFFF) >= accepted * 2**32:
                continue
        nodes.append(next)
    return nodes


def chances(weights, last, node, p, q):
    """The probability of each next node, by equation 2 of node2vec."""
    share = {
        next: weight * (1 / p if next == last else 1 if next in weights[last] else 1 / q)
        for next, weight in weights[node].items()
    }
    return {next: value / sum(share.values()) for next, value in share.items()}
