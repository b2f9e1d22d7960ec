"""w2v info: what a file of vectors is, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def info(file: Path, as_json: bool) -> None:
    """Say what FILE is: format, sizes, what is wrong with it; for vectors of w2v, how they were made.

    \b
        $ w2v info vectors.txt
        $ w2v info GoogleNews-vectors-negative300.bin.gz --json
    """
    import json

    from w2v.formats.facts import facts

    about = facts(file)
    if as_json:
        click.echo(json.dumps(about, ensure_ascii=False))
        return
    for label, text in _lines(about):
        click.echo(f"{label:<12}{text}")


def _lines(about: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "file", f"{about['file']}: {about['format']}, {about['bytes']:,} bytes"
    yield "vectors", f"{about['words']:,} words x {about['dim']}; the first: {' '.join(about['first_words'])}"
    if about["norms"]:
        shortest, median, longest = about["norms"]
        yield "lengths", f"from {shortest:.4g} to {longest:.4g}, median {median:.4g}"
    for key, what in (("zero_rows", "rows are zero"), ("rows_not_finite", "rows hold NaN or infinity")):
        if about[key]:
            yield "warning", f"{about[key]:,} {what}"
    for note in about["notes"]:
        yield "note", note
    if "provenance" in about:
        yield from _provenance(about["provenance"])


def _provenance(made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Say where vectors come from; the file beside them may have been edited, so anything may be missing."""
    corpus, training = made.get("corpus", {}), made.get("training", {})
    yield "made", f"{made.get('made', '?')} by w2v {made.get('w2v', '?')}"
    if "converted_from" in made:
        yield "converted", f"from {made['converted_from']}"
    yield "settings", ", ".join(f"{name} {value}" for name, value in made.get("settings", {}).items())
    yield "corpus", ", ".join(f"{name} {value}" for name, value in corpus.items())
    yield "training", ", ".join(f"{name} {value}" for name, value in training.items() if name != "curve")
