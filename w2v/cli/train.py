"""w2v train: text in, vectors out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from w2v.cli import options
from w2v.cli.progress import Meter
from w2v.cli.stopping import Stops

FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("corpus", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("vectors.txt"), show_default=True,
    help="Where the vectors go: word2vec text, or word2vec binary if the name ends in .bin.",
)  # fmt: skip
@options.setting("dim", "--size")
@options.setting("window")
@options.setting("negatives")
@options.setting("epochs", "--iter")
@options.setting("min_count")
@options.setting("max_vocab")
@options.setting("sample")
@options.setting("rate", "--lr")
@options.setting("ns_exponent")
@options.setting("threads")
@options.setting("seed")
@options.setting("tokenizer")
@options.setting("keep_case")
@options.setting("deterministic")
@click.option("--checkpoint", type=FOLDER, help="Folder that keeps the run; long runs make one by themselves.")
@click.option(
    "--checkpoint-minutes", type=click.FloatRange(min=0, min_open=True), default=10.0, show_default=True,
    help="Longest time between two checkpoints.",
)  # fmt: skip
@click.option("--resume", type=FOLDER, metavar="DIR", help="Go on with the run that DIR keeps; needs no CORPUS.")
@click.option(
    "--continue", "model", type=FOLDER, metavar="MODEL", help="Add CORPUS to the model in a --checkpoint folder."
)
@click.option("--report", type=click.Path(path_type=Path), help="Write settings, account, loss curve there, as JSON.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw the loss curve there: .png, .svg or .pdf.")  # fmt: skip
@click.option("--trace", type=click.Path(path_type=Path), metavar="FILE",
              help="Write 20 steps of the training there, pair by pair, before and after: .tsv or .jsonl.")  # fmt: skip
@click.option("--tmp-dir", type=click.Path(path_type=Path), help="Folder for ids that do not fit the memory.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def train(
    ctx: click.Context, /, corpus: tuple[str, ...], output: Path, checkpoint: Path | None, checkpoint_minutes: float,
    resume: Path | None, model: Path | None, report: Path | None, plot: Path | None, trace: Path | None,
    tmp_dir: Path | None, quiet: bool, **settings: Any,
) -> None:  # fmt: skip
    """Train vectors on CORPUS: text files, folders of them, or - for standard input.

    A line is a sentence. Archives (.gz, .bz2, .xz, .zst) are read as they are. Skip-gram with negative
    sampling; the negatives of a word are shared by its window, which is as good and far faster.

    \b
        $ w2v train corpus.txt
        $ w2v train --dim 200 --epochs 10 -o news.txt news/ more.txt.gz
        $ zcat dump.gz | w2v train --tokenizer whitespace -
        $ w2v train corpus.txt --plot loss.png --trace steps.tsv
        $ w2v train --resume vectors.txt.checkpoint
    """
    from w2v.resources import require_address_space
    from w2v.settings import TrainSettings

    given = {name for name in ctx.params if _is_given(ctx, name)}
    if not corpus and resume is None:
        raise click.UsageError("Missing argument 'CORPUS...'.")
    if resume is not None and not given.isdisjoint({"checkpoint", "model"}):
        raise click.UsageError("--resume goes on in its own folder: it takes neither --checkpoint nor --continue.")
    chosen = TrainSettings(**settings)  # its limits are checked before anything is imported or read
    require_address_space(chosen.threads)

    with Stops() as stops:
        from w2v.cli.outputs import Outputs
        from w2v.cli.running import Command

        meter = Meter(quiet)
        run = Command(
            meter=meter,
            stops=stops,
            outputs=Outputs(meter, output, report, plot, trace),
            tmp_dir=tmp_dir,
            checkpoint=checkpoint,
            minutes=checkpoint_minutes,
        )
        if resume is not None:
            run.resume(resume, corpus, chosen, given)
        elif model is not None:
            run.extend(model, corpus, chosen, given)
        else:
            run.start(corpus, chosen)


def _is_given(ctx: click.Context, name: str) -> bool:
    """Return whether the user named this option, and did not leave it at its default."""
    source = ctx.get_parameter_source(name)
    return source not in (None, click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP)
