"""Where vectors come from: all that the methods section of a paper needs, as JSON.

w2v, made          the version, and when
settings           all of them
machine            Python, libraries, processor
corpus             sha256 of what was trained on (ids, words, counts), tokens and bytes in all and by file:
tokens = trained + below min-count + joined into the phrase before + subsampled, in each epoch
training           seconds, loss and its curve, rollbacks
vectors            words, dimensions, size of the file
"""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from w2v import __version__
from w2v.corpus.encoded import EncodedCorpus, in_pieces
from w2v.kernels import random
from w2v.kernels.compiler import LANES
from w2v.settings import TrainSettings
from w2v.training.run import State

PHRASES = 100  # of those that were found, the most frequent: the vocabulary has them all


def provenance(corpus: EncodedCorpus, settings: TrainSettings, state: State, sha256: str, made: str) -> dict[str, Any]:
    """Return where the vectors of this run come from.

    sha256  the fingerprint of the corpus
    made    the time, as ISO 8601 has it
    """
    account, vocabulary = corpus.account, corpus.vocabulary
    seen, centers, pairs, loss = state.sums.tolist()
    return {
        "w2v": __version__,
        "made": made,
        "settings": asdict(settings),
        "machine": machine(),
        "corpus": {
            "sha256": sha256,
            "files": account.files,
            "bytes": account.bytes,
            "undecodable_bytes": account.undecodable,
            "sentences": account.sentences,
            "tokens": account.tokens,
            "below_min_count": account.dropped,
            "joined": account.joined,
            "kept": account.kept,
            "types": account.types,
            "most_frequent_dropped": [{"word": word, "count": count} for word, count in account.dropped_words],
            "notes": list(account.notes),
            "phrases": [phrase._asdict() for phrase in corpus.phrases[:PHRASES]],
        },
        "training": {
            "seconds": round(state.seconds, 3),
            "epochs": settings.epochs,
            "tokens": int(seen),
            "trained": int(centers),
            "subsampled": int(seen - centers),
            "loss": loss / pairs if pairs else None,
            "rollbacks": state.rollbacks,
            "rate_share": state.rate_share,
            "curve": [point._asdict() for point in state.curve],
        },
        "vectors": {"words": len(vocabulary), "dim": settings.dim},
    }


def by_file(corpus: EncodedCorpus, settings: TrainSettings) -> list[dict[str, Any]]:
    """Return what became of each file, over all epochs; `tokens * epochs` is the sum of the four that follow it.

    What subsampling leaves is counted again here, token by token, and not taken from the trainer's sums.
    """
    keep = random.keep_limits(corpus.vocabulary.counts, settings.sample)
    rows = []
    for file in corpus.account.by_file:
        trained = sum(
            int(random.count_kept(ids, place, keep, settings.seed, settings.epochs))
            for place, ids in in_pieces(corpus.stream, file.start, file.stop)
        )
        rows.append(
            {
                "name": file.name,
                "bytes": file.bytes,
                "undecodable_bytes": file.undecodable,
                "tokens": file.tokens,
                "trained": trained,
                "below_min_count": settings.epochs * file.dropped,
                "joined": settings.epochs * file.joined,
                "subsampled": settings.epochs * file.kept - trained,
            }
        )
    return rows


def machine() -> dict[str, Any]:
    """Return what the vectors were computed with."""
    versions = {}
    for name in ("numpy", "numba", "llvmlite"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "unknown"
    return {
        "python": platform.python_version(),
        **versions,
        "system": platform.platform(),
        "processor": platform.machine(),
        "cpus": os.cpu_count(),
        "lanes": LANES,
    }
