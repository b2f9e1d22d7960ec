"""The slow, obvious twins of the training kernels. They share no code with w2v.

Plain Python and float64 numpy, one thing at a time, in the order in which the papers say it. What a
kernel computes must agree with what stands here; what stands here is checked against numeric
derivatives and published values in `test_naive.py`.
"""

from __future__ import annotations

import math

import numpy as np

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
NEXT = 0xF1357AEA2E62A9C5
SPREAD = 0xD1342543DE82EF95


def splitmix(x):
    """Scramble 64 bits. Vigna's splitmix64.c, the part behind the addition."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def bits_at(seed, epoch, position):
    key = splitmix((splitmix((seed + GOLDEN) & MASK) + epoch * GOLDEN) & MASK)
    return splitmix((key + position * GOLDEN) & MASK)


def token_bits(seed, epoch, position):
    """The bits of the first epoch; in each later one both halves are a fixed, irrational share of their range on."""
    keeping, window = int((math.sqrt(2) - 1) * 2**32), int((math.sqrt(5) - 1) / 2 * 2**32)
    return (bits_at(seed, 0, position) + epoch * (keeping << 32 | window)) & MASK


def keep_probability(count, total, sample):
    """word2vec.c: (sqrt(f / t) + 1) * t / f, with f the word's share of the corpus."""
    if sample == 0:
        return 1.0
    return min(1.0, (math.sqrt(count / (sample * total)) + 1) * (sample * total) / count)


def sentences(stream):
    """Yield lists of (position, id) out of a stream with -1 behind each sentence."""
    sentence = []
    for position, id in enumerate(stream):
        if id == -1:
            yield sentence
            sentence = []
        else:
            sentence.append((position, int(id)))
    if sentence:
        yield sentence


def windows(stream, keep, window, seed, epoch, fixed=False):
    """Yield (position, random bits, center id, context ids, its place, their places) for every center of an epoch.

    keep  for each word the largest 32-bit number that still keeps a token
    places  among all tokens that are kept
    """
    before = 0
    for sentence in sentences(stream):
        kept = []
        for position, id in sentence:
            bits = token_bits(seed, epoch, position)
            if bits >> 32 <= int(keep[id]):
                kept.append((position, bits, id))
        for i, (position, bits, id) in enumerate(kept):
            reach = window if fixed else 1 + (((bits & 0xFFFFFFFF) * window) >> 32)
            around = list(range(max(0, i - reach), min(len(kept), i + reach + 1)))
            around[around.index(i)] = around[-1]  # the last takes the place of the center
            yield position, bits, id, [kept[j][2] for j in around[:-1]], before + i, [before + j for j in around[:-1]]
        before += len(kept)


def negatives(bits, center, noise, count):
    """Return {id: (place, times)} of the negatives of a center: first drawn as which, and how often.

    The center itself is left out.
    """
    drawn = {}
    random = splitmix(bits)
    slots = noise.reshape(-1, 2).tolist()
    for place in range(1, count + 1):
        random = random * NEXT & MASK
        slot, left_over = divmod((random >> 32) * len(slots), 1 << 32)
        alias, share = divmod(slots[slot][0], 1 << 32)
        words, first_word = divmod(slots[slot if left_over < share else alias][1], 1 << 32)
        id = first_word + ((random & 0xFFFFFFFF) * words >> 32)
        if id != center:
            first, times = drawn.get(id, (place, 0))
            drawn[id] = first, times + 1
    return drawn


def deal_out(stream, keep, spans, most):
    """Return where each span begins and the last one ends: each goes on until all together have their share."""
    shares = [0 if id < 0 else keep[id] // 256 + 1 for id in stream]
    bounds = [0]
    for span in range(1, spans):
        wanted, place = int(sum(shares) / spans * span), 0
        while place + 64 < len(shares) and sum(shares[: place + 64]) <= wanted:
            place += 64
        some = sum(shares[place : place + 64])  # spread evenly over their places
        place += (wanted - sum(shares[:place])) * 64 // max(some, 1)
        place = min(max(place, len(stream) - (spans - span) * most), len(stream))
        bounds.append(min(place, bounds[-1] + most))
    return [*bounds, len(stream)]


def sigmoid(x, clip=10.0):
    return 1 / (1 + np.exp(-np.clip(x, -clip, clip)))


def window_loss(x, y, labels, times):
    """Return the loss of one window: the sum over contexts x [m, D] and outputs y [n, D] of -log P(label)."""
    probability = sigmoid(x @ y.T)
    return -np.sum(np.log(np.where(labels == 1, probability, 1 - probability)) * times)


def window_steps(x, y, labels, times, rate):
    """Return what is added to x and y, rate times minus the gradient of the loss, and the step of each pair."""
    error = (labels - sigmoid(x @ y.T)) * times * rate
    return error @ y, error.T @ x, error


def huffman(counts):
    """Return {word: [(node, label), ...]}, the path of each word from the root, node 0, on.

    The two least go below a new node again and again (Huffman 1952). Of equals an inner node comes before a word,
    the older node first, and the rarer word first, as in word2vec.c; nodes are numbered from the last made on.
    """
    least = [(count, 1, -word, {word: []}) for word, count in enumerate(counts)]
    for made in range(len(counts) - 1):
        least.sort(key=lambda entry: entry[:3])
        (few, _, _, first), (many, _, _, second), *least = least
        node = len(counts) - 2 - made
        below = {word: [(node, 1.0), *path] for word, path in first.items()}
        below |= {word: [(node, 0.0), *path] for word, path in second.items()}
        least.append((few + many, 0, made, below))
    return least[0][3]


def rows_of(center, bags):
    """Return the row of each bag: its own where it has one alone, to be moved in place, else the mean of its rows."""
    return [center[bag[0]] if len(bag) == 1 else center[bag].mean(axis=0) for bag in bags]


def take_steps(center, context, steps, width):
    """Take SGD steps in place, of which all errors are taken at one point. Returns the loss.

    steps  of each its bags, outputs, labels, times, places and rate: every bag, a list of input rows, is scored
           against every output; places tells at which place of the panels each output stands

    A bag is the mean of its rows, and each of them is moved by what is owed to the mean. Steps are carried out
    one after the other, each panel by panel (`width` outputs), bag by bag; without a width all at once.
    """
    loss, errors = 0.0, []
    for bags, outputs, labels, times, _, rate in steps:
        x, y = np.array(rows_of(center, bags)), context[outputs]
        loss += window_loss(x, y, labels, times)
        errors.append(window_steps(x, y, labels, times, rate)[2])
    for (bags, outputs, _, _, places, _), of_step in zip(steps, errors):
        rows = rows_of(center, bags)
        before, y = [row.copy() for row in rows], context[outputs]
        for panel in range(places.max() // width + 1 if width else 1):
            here = places // width == panel if width else places >= 0
            for row, first, error in zip(rows, before, of_step):
                was = row.copy() if width else first
                row += error[here] @ y[here]
                context[np.array(outputs)[here]] += np.outer(error[here], was)
        for bag, row, was in zip(bags, rows, before):
            if len(bag) > 1:
                np.add.at(center, bag, row - was)
    return loss


class Held:
    """Means of rows that are trained as rows while they are held, by the place of their word in the text."""

    def __init__(self, center, rows, text):
        self.center, self.rows, self.text, self.means, self.before, self.next = center, rows, text, {}, {}, 0

    def take(self, first, stop):
        """Give back the means of the places before `first`; take those before `stop` that were not met yet."""
        self.release(first)
        for place in range(max(first, self.next), stop):
            self.means[place] = self.center[self.rows[self.text[place]]].mean(axis=0)
            self.before[place] = self.means[place].copy()
        self.next = max(self.next, stop)
        return self.means

    def release(self, stop=10**9):
        """Add what the means before `stop` have moved by to each of their rows."""
        for place in sorted(self.means):
            if place < stop:
                np.add.at(self.center, self.rows[self.text[place]], self.means.pop(place) - self.before[place])


def train(
    stream, center, context, keep, noise, window, count, epochs, rate, last_rate, seed, width, block=10_000, part=None,
    objective="skipgram", paths=None, rows=None, together=None,
):  # fmt: skip
    """Train in place, in float64; returns the loss and the pairs of the centers that the kernel reports.

    width      how many outputs are taken together; of a path all are
    part       (epoch, first, last): only the centers at these positions
    objective  skipgram, cbow, or one of them with -hs or -pairs, as the table of objectives has them
    paths      of each word, where the objective ends in -hs
    rows       of each word, its rows of `center`, where it has several
    together   contexts of skip-gram that are scored before rows move; all, where it is not given
    """
    loss = pairs = 0.0
    several = rows is not None
    rows = rows or [[id] for id in range(len(context))]
    for epoch in range(epochs):
        if part and epoch != part[0]:
            continue
        held = Held(center, rows, [center[2] for center in windows(stream, keep, window, seed, epoch)])
        for position, bits, id, contexts, place, places_around in windows(stream, keep, window, seed, epoch):
            if not contexts or (part and not part[1] <= position < part[2]):
                continue
            # The rate is that of the block in which the center stands.
            done = (epoch * len(stream) + position // block * block) / (epochs * len(stream))
            now = max(rate * (1 - done), last_rate)
            table, bags = center, [[word] for word in contexts]
            if objective.startswith("cbow"):
                bags = [[row for word in contexts for row in rows[word]]]
            elif several and objective != "skipgram-pairs":
                table = held.take(place - window, max(place, *places_around) + 1)
                bags = [[other] for other in places_around]
            steps = [(bags, bits, id)]
            if objective == "skipgram" and together:  # the last context stands where the center was
                steps = [(bags[n : n + together], bits, id) for n in range(0, len(bags), together)]
            if objective == "skipgram-hs":  # two inputs, then the next two
                steps = [(bags[n : n + 2], bits, id) for n in range(0, len(bags), 2)]
            at_once = 1
            if objective == "skipgram-pairs":  # two at a time, each with random bits of its own
                at_once = 2
                draws = [(bits + number * SPREAD) & MASK for number in range(1, len(contexts) + 1)]
                steps = [([bag], draw, id) for bag, draw in zip(bags, draws)]
                if several:  # fastText: the center's mean predicts the words around it
                    table = held.take(place, place + 1)
                    steps = [([[place]], draw, word) for word, draw in zip(contexts, draws)]
            prepared = []
            for step, seed_of_step, predicted in steps:
                if objective.endswith("-hs"):
                    outputs, labels = map(list, zip(*paths[id]))
                    labels = np.array(labels)
                    times, places = np.ones(len(labels)), np.arange(len(labels))
                else:
                    drawn = negatives(seed_of_step, predicted, noise, count)
                    outputs = [predicted, *drawn]
                    places = np.array([0, *(place for place, _ in drawn.values())])
                    labels = np.array([1.0] + [0.0] * len(drawn))
                    times = np.array([1.0, *(often for _, often in drawn.values())])
                prepared.append((step, outputs, labels, times, places, now))
            for n in range(0, len(prepared), at_once):
                some = prepared[n : n + at_once]
                of_some = take_steps(table, context, some, None if objective.endswith("-hs") else width)
                if bits % 32 == 0:
                    loss += of_some
                    pairs += sum(len(bags) for bags, *_ in some)
        held.release()
    return loss, pairs


def axes_of(rows, touches):
    """Return orthonormal directions and the curvature along each, of the rows that a table is scored against."""
    second = 0.15 * sum(t * np.outer(row, row) for t, row in zip(touches, rows))
    steep, axes = np.linalg.eigh(second)
    return axes.T[::-1], np.maximum(steep, 1e-12)[::-1]


def merge(base, replicas, faster, axes=(), curvature=(), rate=0.0, touches=0.0):
    """Return a row that replicas moved from `base` [D], each to its own replicas[r], at `faster` times the rate.

    axes, curvature  orthonormal directions, and how steep the loss is along each
    rate             of one thread
    touches          of the row in one replica since it was `base`
    """
    change = sum(np.asarray(replica) - base for replica in replicas) / faster
    for axis, steep in zip(axes, curvature):
        # What is left of the way to the minimum after one touch: 1 - rate * curvature.
        left_of_one, left_of_each = 1 - min(rate * steep, 0.999), 1 - min(rate * faster * steep, 0.999)
        one_thread = 1 - left_of_one ** (len(replicas) * touches)
        summed = len(replicas) * (1 - left_of_each**touches) / faster
        change = change - max(0.0, 1 - one_thread / summed) * (axis @ change) * axis
    return base + change


def train_document(stream, start, stop, row, context, keep, noise, count, epochs, rate, last_rate, seed):
    """Train the row [D] of a document, by which each of its words is told from noise; the words' rows stay."""
    row = row.copy()
    for epoch in range(epochs):
        for position in range(start, stop):
            bits, id = token_bits(seed, epoch, position), int(stream[position])
            if id < 0 or bits >> 32 > int(keep[id]):
                continue
            drawn = negatives(bits, id, noise, count)
            done = (epoch * (stop - start) + position - start) / (epochs * (stop - start))
            labels = np.array([1.0] + [0.0] * len(drawn))
            times = np.array([1.0, *(often for _, often in drawn.values())])
            row += window_steps(row[None], context[[id, *drawn]], labels, times, max(rate * (1 - done), last_rate))[0][
                0
            ]
    return row
