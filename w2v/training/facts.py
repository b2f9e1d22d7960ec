"""What can be said of a folder of checkpoints: whether it is whole, how far its run is, and how to go on."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

from w2v.errors import FormatError
from w2v.training import checkpoints
from w2v.training.checkpoints import Kept
from w2v.training.folder import Folder


def facts(folder: Folder) -> dict[str, Any]:
    """Return what the folder holds, ready for JSON; all checksums are compared.

    Raises ResumeError where no checkpoint is whole, FormatError for an account that is none.
    """
    kept, _ = folder.read()
    account, epochs = kept.corpus["account"], kept.settings.epochs
    done = float(kept.state.sums[0]) / max(epochs * int(account["kept"]), 1)
    return {
        "folder": str(folder.path),
        "checkpoints": [_checked(path) for path in folder.found()],
        "ids": _ids(folder, kept),
        "epoch": min(int(done * epochs) + 1, epochs),
        "epochs": epochs,
        "done": min(done, 1.0),
        "seconds": round(kept.state.seconds, 1),
        "loss": kept.state.curve[-1].loss if kept.state.curve else None,
        "rollbacks": kept.state.rollbacks,
        "words": len(kept.vocabulary),
        "dim": kept.settings.dim,
        "first_words": list(kept.vocabulary.words[:6]),
        "settings": asdict(kept.settings),
        "corpus": {name: account.get(name) for name in ("files", "bytes", "tokens", "kept")}
        | {"sha256": kept.corpus["sha256"]},
        "resume": f"w2v train --resume {shlex.quote(str(folder.path))}",
        "continue": f"w2v train NEW.txt --continue {shlex.quote(str(folder.path))}",
    }


def _checked(path: Path) -> dict[str, Any]:
    about = {"name": path.name, "bytes": path.stat().st_size, "problem": ""}
    try:
        checkpoints.read(path)
    except FormatError as error:
        about["problem"] = str(error)
    return about


def _ids(folder: Folder, kept: Kept) -> dict[str, Any]:
    about = {"tokens_and_ends": kept.corpus["size"], "problem": ""}
    try:
        folder.read_ids(kept)
    except FormatError as error:
        about["problem"] = str(error)
    return about
