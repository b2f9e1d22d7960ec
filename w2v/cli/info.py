"""w2v info: what a file of vectors is, and where it comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from w2v.cli import answers
from w2v.cli.progress import wrapped


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def info(file: Path, as_json: bool) -> None:
    """Say what FILE is: format, sizes, what is wrong with it; for vectors of w2v, how they were made.

    Of a folder that keeps a run, it says how far the run is, whether all is whole, and how to go on.

    \b
        $ w2v info vectors.txt
        $ w2v info GoogleNews-vectors-negative300.bin.gz --json
        $ w2v info vectors.txt.checkpoint
    """
    lines: Iterator[tuple[str, str]]
    if file.is_dir() and any(file.glob("checkpoint-*.npz")):
        from w2v import training

        about = training.describe_folder(training.Folder(file))
        lines = _lines_of_run(about)
    else:
        from w2v.formats import describe_file

        about = describe_file(file)
        lines = _lines(about)
    if as_json:
        click.echo(answers.to_json(about))
        return
    for label, text in lines:
        click.echo(wrapped(f"{label:<12}{text}", sys.stdout))


def _lines(about: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "file", f"{about['file']}: {about['format']}, {about['bytes']:,} bytes"
    yield "vectors", _words(about)
    if about["norms"]:
        shortest, median, longest = about["norms"]
        yield "lengths", f"from {shortest:.4g} to {longest:.4g}, median {median:.4g}"
    if "subwords" in about:
        yield (
            "subwords",
            "n-grams of {shortest} to {longest} characters, {rows:,} rows for {buckets:,} buckets".format(
                **about["subwords"]
            ),
        )
    for key, what in (("zero_rows", "rows are zero"), ("rows_not_finite", "rows hold NaN or infinity")):
        if about[key]:
            yield "warning", f"{about[key]:,} {what}"
    for note in about["notes"]:
        yield "note", note
    if "provenance" in about:
        yield from _provenance(about["provenance"])


def _words(about: dict[str, Any]) -> str:
    between = ", " if any(" " in word for word in about["first_words"]) else " "
    return f"{about['words']:,} words x {about['dim']}; the first: {between.join(about['first_words'])}"


def _provenance(made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Say where vectors come from; the file beside them may have been edited, so anything may be missing."""
    settings, corpus, training = (dict(_of(made, name, dict)) for name in ("settings", "corpus", "training"))
    dropped, notes = (_of(corpus, name, list) for name in ("most_frequent_dropped", "notes"))
    yield "made", f"{made.get('made', '?')} by w2v {made.get('w2v', '?')}"
    if "converted_from" in made:
        yield "converted", f"from {made['converted_from']}"
    yield "settings", _settings(settings)
    yield "corpus", ", ".join(f"{name} {value}" for name, value in corpus.items() if not isinstance(value, list))
    if dropped:
        words = (f"{row.get('word')} ({row.get('count')})" for row in dropped[:10] if isinstance(row, dict))
        yield "dropped", f"the most frequent: {', '.join(words)}"
    for note in notes:
        yield "note", str(note)
    yield "training", ", ".join(f"{name} {value}" for name, value in training.items() if name != "curve")


def _settings(settings: dict[str, Any]) -> str:
    """Return settings in one line, without files that were not named and limits that were not set."""
    from w2v.settings import describe

    no_limit = describe("max_vocab")["default"]
    shown = {
        name: "no limit" if (name, value) == ("max_vocab", no_limit) else value
        for name, value in settings.items()
        if value != ""
        and (settings.get("phrases") or not name.startswith("phrase_"))
        and (settings.get("subwords") or name != "buckets")
    }
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def _of(about: dict[str, Any], name: str, kind: type[Any]) -> Any:
    """Return an entry, or an empty one where it is missing or of another kind."""
    found = about.get(name)
    return found if isinstance(found, kind) else kind()


def _lines_of_run(about: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "folder", f"{about['folder']}: keeps a run of w2v train"
    yield (
        "position",
        f"epoch {about['epoch']} of {about['epochs']}, {about['done']:.0%} done, {about['seconds']} s trained",
    )
    yield "words", _words(about)
    yield "settings", _settings(about["settings"])
    yield "corpus", ", ".join(f"{name} {value}" for name, value in about["corpus"].items())
    whole = [part["name"] for part in about["checkpoints"] if not part["problem"]]
    yield "whole", ", ".join(whole + ([] if about["ids"]["problem"] else ["the ids of the corpus"]))
    for part in (*about["checkpoints"], about["ids"]):
        if part["problem"]:
            yield "warning", part["problem"]
    if about["rollbacks"]:
        yield "note", f"the run diverged {about['rollbacks']} times and went back"
    if about["done"] < 1:
        yield "go on", about["resume"]
    else:
        yield "add text", about["continue"]
