"""Adds new text to a kept model: new words get rows, counts add up, and old words may move."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from w2v import resources, subwords
from w2v.corpus.encoded import EncodedCorpus
from w2v.corpus.ranking import SHOWN
from w2v.errors import CorpusError
from w2v.settings import TrainSettings
from w2v.training.checkpoints import Checkpoint
from w2v.training.run import State
from w2v.training.tables import Tables
from w2v.vocabulary import Vocabulary

SENTENCE_END, DROPPED = -1, -2


@dataclass(frozen=True, eq=False)
class Extension:
    """A model with new text before it.

    corpus  the new text, in the ids of the joint vocabulary
    state   the old rows where they belong now, and fresh ones for new words
    moved   int64 [V old], where each old row went
    met     bool [V old], which old words the new text holds
    """

    corpus: EncodedCorpus
    state: State
    moved: npt.NDArray[np.int64]
    met: npt.NDArray[np.bool_]

    @property
    def new_words(self) -> int:
        """How many words the model did not have."""
        return len(self.corpus.vocabulary) - len(self.moved)


@dataclass(frozen=True)
class Drift:
    """How far the old words that the new text holds have moved, as cosines of before and after.

    words     how many they are
    median    of their cosines
    furthest  the frequent words that moved most, with their cosines
    """

    words: int
    median: float
    furthest: list[tuple[str, float]]


def extend(kept: Checkpoint, text: EncodedCorpus, settings: TrainSettings) -> Extension:
    """Join a kept model and a new text, which was read with a min-count of 1.

    A word of the new text gets a row if the model has it, or if it occurs `settings.min_count` times in the new text.
    """
    old = kept.vocabulary
    there = np.array([old.index.get(word, -1) for word in text.vocabulary.words], np.int64)
    fresh = np.flatnonzero((there < 0) & (text.vocabulary.counts >= settings.min_count))
    fresh = fresh[: max(0, settings.max_vocab - len(old))]
    dropped = np.setdiff1d(np.flatnonzero(there < 0), fresh)[:SHOWN].tolist()
    known = np.flatnonzero(there >= 0)
    if len(fresh) + len(known) == 0:
        raise CorpusError("the new text", "holds no word of the model, and none often enough for --min-count")

    # Joint numbers first (old words, then new ones), then ranks by joint count.
    joint = np.full(len(there), DROPPED, np.int64)
    joint[known] = there[known]
    joint[fresh] = len(old) + np.arange(len(fresh))
    counts = np.concatenate((old.counts, text.vocabulary.counts[fresh]))
    counts[there[known]] += text.vocabulary.counts[known]
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))

    words = (*old.words, *(text.vocabulary.words[id] for id in fresh))
    titles = _joint_titles(old, text.vocabulary, there, fresh)
    vocabulary = Vocabulary(
        tuple(words[number] for number in order), counts[order],
        None if titles is None else tuple(titles[number] for number in order),
    )  # fmt: skip
    numbers = np.append(np.where(joint >= 0, rank[joint], DROPPED), SENTENCE_END).astype(np.int32)
    met = np.zeros(len(old), np.bool_)
    met[there[known]] = True

    # The n-grams of the old words are among those of all words.
    buckets, old_buckets = (
        subwords.rows_of(those.words, settings).buckets if settings.subwords else np.empty(0, np.int32)
        for those in (vocabulary, old)
    )
    needed = Tables.bytes_needed(len(words), settings.dim, len(buckets))
    resources.require_memory(needed, f"a model of {len(words):,} words", "a --max-vocab lowers it")
    tables = Tables.begin(len(words), settings.dim, settings.seed, ngrams=len(buckets), initial=settings.initial)
    moved = rank[: len(old)]
    tables.input[np.append(moved, len(words) + np.searchsorted(buckets, old_buckets))] = kept.state.tables.input
    if settings.loss != "hs":  # the nodes of another tree are no other's: they are learnt anew
        tables.output[moved] = kept.state.tables.output
    dropped_words = tuple((text.vocabulary.words[id], int(text.vocabulary.counts[id])) for id in dropped)
    return Extension(renumbered(text, numbers, vocabulary, dropped_words), State(tables), moved, met)


def _joint_titles(
    old: Vocabulary, new: Vocabulary, there: npt.NDArray[np.int64], fresh: npt.NDArray[np.intp]
) -> list[str] | None:
    """Return the titles of the old words, then of the fresh ones, or None where words are words.

    An old word that has none may get one.
    there  int64 [V new], the old number of each new word, -1 where it has none
    """
    if old.titles is None and new.titles is None:
        return None
    named = new.titles or ("",) * len(new)
    titles = [*(old.titles or ("",) * len(old)), *(named[id] for id in fresh)]
    for id in np.flatnonzero(there >= 0):
        titles[there[id]] = titles[there[id]] or named[id]
    return titles


def renumbered(
    text: EncodedCorpus,
    numbers: npt.NDArray[np.int32],
    vocabulary: Vocabulary,
    dropped_words: tuple[tuple[str, int], ...],
) -> EncodedCorpus:
    """Return the corpus in other ids; `numbers` ends with that of SENTENCE_END, and holds DROPPED for dropped words."""
    stream = numbers[text.stream]
    stays = stream != DROPPED
    # A sentence end stays if what stays before it is no sentence end.
    places = np.flatnonzero(stays)
    ends = stream[places] == SENTENCE_END
    before = np.concatenate((np.ones(1, np.bool_), ends[:-1]))
    stays[places[ends & before]] = False
    positions = np.concatenate((np.zeros(1, np.int64), np.cumsum(stays)))
    is_kept = np.concatenate((np.zeros(1, np.int64), np.cumsum(stays & (stream >= 0))))
    files = tuple(
        file._replace(
            start=int(positions[file.start]),
            stop=int(positions[file.stop]),
            kept=int(is_kept[file.stop] - is_kept[file.start]),
        )
        for file in text.account.by_file
    )
    stream = stream[stays]
    kept = int(np.count_nonzero(stream >= 0))
    account = replace(text.account, kept=kept, sentences=len(stream) - kept, by_file=files, dropped_words=dropped_words)
    return EncodedCorpus(vocabulary, stream, account)


def drift(kept: Checkpoint, extension: Extension) -> Drift:
    """Return how far the old words have moved; `extension` has been trained."""
    rows = np.flatnonzero(extension.met)
    before, after = (
        subwords.composed(vocabulary.words, state.tables.input, kept.settings)[0]
        for vocabulary, state in ((kept.vocabulary, kept.state), (extension.corpus.vocabulary, extension.state))
    )
    before, after = before[rows], after[extension.moved[rows]]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    products = np.einsum("vd,vd->v", before, after)
    cosines = np.divide(products, lengths, out=np.ones_like(products), where=lengths > 0)
    frequent = np.argsort(rows)[:1000]
    furthest = frequent[np.argsort(cosines[frequent], kind="stable")][:5]
    words = kept.vocabulary.words
    return Drift(
        len(rows),
        float(np.median(cosines)) if len(rows) else 1.0,
        [(words[rows[place]], float(cosines[place])) for place in furthest],
    )
