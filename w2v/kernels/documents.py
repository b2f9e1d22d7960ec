"""Document vectors: the input row of a document, trained to predict each of its words against noise.

PV-DBOW of Le & Mikolov 2014 ("Distributed Representations of Sentences and Documents"), beside the words: the output
rows are those that the words were trained with, and stay as they are. So documents change nothing in the words, each is
trained by itself, and threads take whole documents with the same bits.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.random import HALF, NEXT, draw, mix, token_bits, token_key
from w2v.kernels.rows import address
from w2v.kernels.tiles import dot_rows

CLIP = 10.0  # of scores, as in `w2v.kernels.emit`


@kernel
def train_documents(first, last, stream, starts, stops, rows, output, keep, noise, negatives, epochs, rate, last_rate,
                    seed):  # fmt: skip
    """Train the documents `first` to `last`.

    starts, stops  int64 [N], where each document is in the stream
    rows           float32 [N, row], moved
    output         float32 [V, row]
    keep, noise    see `w2v.kernels.random`
    rate           at the start of a document; falls linearly to last_rate

    What is drawn for a token follows from seed, epoch and position, as when the words were trained.
    """
    owed = np.empty(rows.shape[1], np.float32)
    row_bytes = np.int64(4 * rows.shape[1])
    for document in range(first, last):
        row, start, stop = rows[document], starts[document], stops[document]
        for epoch in range(epochs):
            key = token_key(seed, epoch)
            for i in range(start, stop):
                word = stream[i]
                bits = token_bits(key, i)
                if word < 0 or (bits >> HALF) > keep[word]:
                    continue
                now = max(rate * (1 - (epoch + (i - start) / (stop - start)) / epochs), last_rate)
                owed[:] = 0
                state = mix(bits)
                for k in range(negatives + 1):
                    other = word
                    if k > 0:
                        state *= NEXT
                        other = draw(state, noise)
                        if other == word:
                            continue
                    their = address(output) + other * row_bytes
                    score = min(max(dot_rows(address(row), their, row_bytes), -CLIP), CLIP)
                    step = np.float32(now * ((k == 0) - 1 / (1 + np.exp(-score))))
                    for d in range(len(owed)):
                        owed[d] += step * output[other, d]
                for d in range(len(owed)):
                    row[d] += owed[d]
