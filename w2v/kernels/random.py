"""All random numbers of a training run, drawn from the position in the corpus.

Nothing here has a state that goes from token to token: what happens at a position of an
epoch (is the token kept, how wide is its window, which negatives) follows from seed, epoch and position alone. So
the pairs that are trained are the same for any number of threads and any size of block, a block can look
past its edges and see what its neighbour will see, and a run can go on anywhere.

The epochs of a token are not drawn apart, but spread evenly: where chance would give it windows of 1, 1, 2, 1 and 4
words, it has one of about each width, and it is kept as often as its probability says, give or take one. A corpus is
seen a few times, so this takes noise out of what is learnt, at no cost: 20 MB of English Wikipedia, analogies over 16
seeds with epochs drawn apart and spread .1115 and .1167 for skip-gram, .0943 and .0977 for CBOW, .1061 and .1104 pair
by pair, each +- .0010; WordSim-353 .000, .004 and .001 better. Windows alone bring a third to a half of it (10 seeds).
Negatives spread over the noise distribution within a window hurt, for draws must not depend on each other: .1055 where
skip-gram has .1174 without (10 seeds).
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: steps of the generator below
# From one draw of a center to its next: with no more than a multiplication (Steele & Vigna 2021, "Computationally easy,
# spectrally good multipliers for congruential pseudorandom number generators"). In two dimensions it and its next seven
# powers have .37 to .94 of the best figure of merit there is modulo 2^64, their low halves .57 to .95 modulo 2^32.
NEXT = np.uint64(0xF1357AEA2E62A9C5)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
# From a token's bits in one epoch to those in the next: sqrt(2) - 1 of the range for the keeping, 1 / golden ratio for
# the window. Multiples of numbers that are badly approximated by fractions fill a range most evenly, however many they
# are (Niederreiter 1992, "Random Number Generation and Quasi-Monte Carlo Methods", section 3.1).
EPOCH = np.uint64(0x6A09E6679E3779B9)


@kernel
def mix(x):
    """Scramble 64 bits: the output function of SplitMix64 (Steele, Lea & Flood 2014, Java's SplittableRandom)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def epoch_key(seed, epoch):
    """Return 64 random bits for an epoch, from which others are drawn."""
    return mix(mix(np.uint64(seed) + GOLDEN) + np.uint64(epoch) * GOLDEN)


@kernel
def bits_at(key, position):
    """Return 64 random bits for a position."""
    return mix(key + np.uint64(position) * GOLDEN)


@kernel
def token_key(seed, epoch):
    """Return what the random numbers of an epoch's tokens start from, uint64 [2]."""
    key = np.empty(2, np.uint64)
    key[0], key[1] = epoch_key(seed, 0), np.uint64(epoch) * EPOCH
    return key


@kernel
def token_bits(key, position):
    """Return the random bits of the token at a position: the high half decides its keeping, the low half its window."""
    return bits_at(key[0], position) + key[1]


def keep_limits(counts: np.ndarray, sample: float) -> np.ndarray:
    """Return for each word the largest 32-bit number that still means "keep this token", uint32 [V].

    counts  int64 [V]
    sample  share of the corpus from which words are thinned out; 0 keeps all

    A token of a word with share f of the corpus is kept with probability sqrt(t / f) + t / f: the C program's
    rule, which keeps a little more than the paper's sqrt(t / f) (Mikolov et al. 2013b, eq. 5).
    """
    if sample == 0:
        return np.full(len(counts), 0xFFFFFFFF, np.uint32)
    ratio = sample * (counts.sum() / counts)
    keep = np.minimum(np.sqrt(ratio) + ratio, 1.0)
    return np.maximum(np.ceil(keep * 2.0**32) - 1, 0).astype(np.uint32)


@kernel
def count_kept(ids, place, keep, seed, epochs):
    """Return how many of these ids, which begin at a place of the corpus, subsampling leaves in all epochs."""
    kept = 0
    for epoch in range(epochs):
        key = token_key(seed, epoch)
        for i, id in enumerate(ids):
            if id >= 0:
                kept += (token_bits(key, place + i) >> HALF) <= keep[id]
    return kept


def keep_shares(counts: np.ndarray, sample: float) -> np.ndarray:
    """Return the probability with which a token of each word is kept, float64 [V]."""
    return (keep_limits(counts, sample) + 1.0) / 2.0**32


def kept_share(counts: np.ndarray, sample: float) -> float:
    """Return the share of all tokens that is kept.

    Not a dot product, here and wherever training begins: numpy's BLAS has threads of its own, which go on spinning
    after long ones, on the cores that are to train: 3 % of the samples of a profile, and as much again for the system.
    """
    return float((keep_shares(counts, sample) * counts).sum() / counts.sum())


def noise_table(counts: np.ndarray, exponent: float) -> np.ndarray:
    """Return the alias table of the noise distribution counts^exponent, uint64 [2 G] (Vose 1991).

    It has a slot for each run of words of the same count, of which there are few: 2,352 of the 67,955 words of 100 MB
    of English Wikipedia, 38 KB. A slot for each word would be half of an L2 cache, the C program's table is 400 MB, and
    all of them compete with the rows for their place.

    Slot g, table[2 g], stands for its own run with probability (low 32 bits) / 2^32, else for the run in the high 32
    bits. Run g, table[2 g + 1], has the words from the low 32 bits on, as many as the high 32 bits say, each with the
    same probability. Exact to 2^-32 in each slot.
    """
    starts = np.flatnonzero(np.diff(counts, prepend=-1))
    sizes = np.diff(starts, append=len(counts))
    table = np.empty((len(starts), 2), np.uint64)
    _fill_alias(counts[starts].astype(np.float64) ** exponent * sizes, table[:, 0])
    table[:, 1] = starts.astype(np.uint64) | sizes.astype(np.uint64) << HALF
    return table.ravel()


@kernel
def _fill_alias(shares, table):
    size, total = len(shares), 0.0
    for share in shares:  # not numpy's sum: see `_KernelCache.load_overload`
        total += share
    shares *= size / total
    small = np.empty(size, np.int64)
    large = np.empty(size, np.int64)
    smalls = larges = 0
    for i in range(size):
        if shares[i] < 1:
            small[smalls] = i
            smalls += 1
        else:
            large[larges] = i
            larges += 1
    while smalls and larges:
        smalls -= 1
        i, j = small[smalls], large[larges - 1]
        table[i] = np.uint64(min(shares[i] * 2.0**32, 2.0**32 - 1)) | np.uint64(j) << HALF
        shares[j] -= 1 - shares[i]
        if shares[j] < 1:
            larges -= 1
            small[smalls] = j
            smalls += 1
    # What is left is full but for rounding.
    for n in range(smalls):
        table[small[n]] = LOW | np.uint64(small[n]) << HALF
    for n in range(larges):
        table[large[n]] = LOW | np.uint64(large[n]) << HALF


@kernel
def draw(bits, table):
    """Return a word id from the noise distribution for 64 random bits.

    The high half decides the slot, and by what is left over between two slots also whether it is the slot's own run;
    the low half which word of the run. Without a branch, since it would be mispredicted as often as not: 40 ns for five
    draws with it, 10 ns without.
    """
    scaled = (bits >> HALF) * np.uint64(len(table) // 2)
    slot = scaled >> HALF
    entry = table[np.uint64(2) * slot]
    run = table[np.uint64(2) * (slot if (scaled & LOW) < (entry & LOW) else entry >> HALF) + np.uint64(1)]
    return np.int32((run & LOW) + ((bits & LOW) * (run >> HALF) >> HALF))
