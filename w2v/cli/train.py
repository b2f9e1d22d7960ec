"""w2v train: text in, vectors out."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v import peers
from w2v.cli import options, sources
from w2v.cli.aliases import PeersCommand
from w2v.cli.process import Stops
from w2v.cli.progress import Meter
from w2v.errors import StoppedError
from w2v.languages import of_reader

if TYPE_CHECKING:
    from w2v.corpus import ReadProgress
    from w2v.training import DocumentProgress, Outputs, Progress, Session, Trained

# King is to man as what is to woman? In the languages of these words.
WELL_KNOWN = [("king", "man", "woman"), ("rey", "hombre", "mujer"), ("国王", "男人", "女人"), ("王", "男", "女")]
Place = Path | str


def _folder(name: str) -> Place:
    """A folder of checkpoints: a path, or an address as it is."""
    return name if "://" in name else Path(name)


@click.command(cls=PeersCommand)
@click.argument("corpus", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("vectors.txt"), show_default=True,
    help="Where the vectors go: word2vec text, or word2vec binary if the name ends in .bin; with --subwords .bin is"
    " fastText's format, and the default is vectors.w2v, which keeps n-grams too.",
)  # fmt: skip
@options.settings(
    "preset", "objective", "loss", "negatives_per", "subwords", "buckets", "dim", "window", "window_mode",
    "negatives", "epochs", "min_count", "max_vocab", "sample", "rate", "min_rate", "ns_exponent", "x_max", "threads",
    "groups", "seed", "tokenizer", "keep_case",
)  # fmt: skip
@sources.columns
@sources.naming
@sources.walking
@options.settings(
    "encoding", "vocab", "phrases", "phrase_score", "phrase_threshold", "phrase_min_count", "documents", "initial",
    "start_from", "add_output", "end_of_sentence",
)  # fmt: skip
@click.option("--output-vectors", "output_rows", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the output rows there too: what each word was predicted with.")  # fmt: skip
@click.option("--save-vocab", "vocabulary", type=click.Path(path_type=Path), metavar="FILE",
              help="Write words and counts there, as the C program does.")  # fmt: skip
@click.option("--recommend", "recommended", type=click.Path(path_type=Path), metavar="FILE",
              help="Write ten items for each user of a table of events there, tab-separated.")  # fmt: skip
@click.option("--like", type=click.Choice(tuple(peers.LIKE)), help="Take the defaults of another program."
              " Its names of options are always understood: -size 50, --vector-size 50, -minCount 2.")  # fmt: skip
@click.option("--checkpoint", type=_folder, metavar="DIR",
              help="Folder that keeps the run, s3:// too; long runs make one by themselves.")  # fmt: skip
@click.option(
    "--checkpoint-minutes", type=click.FloatRange(min=0, min_open=True), default=10.0, show_default=True,
    help="Longest time between two checkpoints.",
)  # fmt: skip
@click.option("--resume", type=_folder, metavar="DIR", help="Go on with the run that DIR keeps; needs no CORPUS.")
@click.option(
    "--continue", "model", type=_folder, metavar="MODEL", help="Add CORPUS to the model in a --checkpoint folder."
)
@click.option("--report", type=click.Path(path_type=Path), help="Write settings, account, loss curve there, as JSON.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw the loss curve there: .png, .svg or .pdf.")  # fmt: skip
@click.option("--trace", type=click.Path(path_type=Path), metavar="FILE",
              help="Write 20 steps of the training there, pair by pair, before and after: .tsv or .jsonl.")  # fmt: skip
@click.option("--validate", type=click.Path(path_type=Path), metavar="FILE",
              help="Score the vectors on this file of questions after each epoch.")  # fmt: skip
@click.option("--keep-best", is_flag=True, help="Write the vectors of the epoch that scored best with --validate.")
@click.option("--cluster", metavar="ADDRESS",
              help="Train on the machines of a Ray cluster, with --threads in all (glove: with all cores): auto,"
              " ray://host:port, or local:N to try it with N processes here. The vectors of one machine.")  # fmt: skip
@click.option("--tmp-dir", type=click.Path(path_type=Path), help="Folder for ids that do not fit the memory.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def train(
    ctx: click.Context, /, corpus: tuple[str, ...], output: Path, checkpoint: Place | None, checkpoint_minutes: float,
    resume: Place | None, model: Place | None, report: Path | None, plot: Path | None, trace: Path | None,
    validate: Path | None, keep_best: bool, tmp_dir: Path | None, output_rows: Path | None, vocabulary: Path | None,
    recommended: Path | None, like: str | None, cluster: str | None, quiet: bool, **settings: Any,
) -> None:  # fmt: skip
    """Train vectors on CORPUS: text files, folders of them, or - for standard input.

    A line is a sentence. Archives (.gz, .bz2, .xz, .zst) are read as they are. Skip-gram with negative
    sampling; the negatives of a word are shared by its window, which is as good and far faster.

    \b
        $ w2v train corpus.txt
        $ w2v train --dim 200 --epochs 10 -o news.txt news/ more.txt.gz
        $ zcat dump.gz | w2v train --tokenizer whitespace -
        $ w2v train corpus.txt --objective glove
        $ w2v train corpus.txt --plot loss.png --trace steps.tsv
        $ w2v train corpus.txt --validate wordsim353.tsv --keep-best
        $ w2v train corpus.txt --subwords 3-6 -o vectors.bin
        $ w2v train plays.csv --by user --order time --item artist --recommend x.tsv
        $ w2v train --resume vectors.txt.checkpoint
        $ w2v train --like word2vec -train corpus.txt -output vectors.bin -size 50
        $ w2v train corpus.txt --threads 8 --cluster local:4
    """
    from w2v.resources import require_address_space
    from w2v.settings import TrainSettings

    given = options.given(ctx)
    asked = settings["objective"] if "objective" in given else None
    theirs = {} if like is None else {k: v for k, v in peers.like(like, asked).items() if k not in given}
    settings |= theirs
    if not corpus and resume is None:
        raise click.MissingParameter(ctx=click.get_current_context(), param_hint="'CORPUS...'", param_type="argument")
    if resume is not None and not given.isdisjoint({"checkpoint", "model"}):
        raise click.UsageError("--resume goes on in its own folder: it takes neither --checkpoint nor --continue.")
    if keep_best and validate is None:
        raise click.UsageError("--keep-best needs --validate FILE, which says what is best.")
    if "vocab" in given and not given.isdisjoint({"min_count", "max_vocab"}):
        raise click.UsageError("--vocab names the words: it takes neither --min-count nor --max-vocab.")
    walked, log = sources.graph(corpus, given, settings), sources.events(corpus, given, settings)
    things = walked or log
    if recommended is not None and (log is None or log.by is None):
        raise click.UsageError("--recommend answers the users of a table of events: name its columns, --by and --item.")
    of_texts = given & {"tokenizer", "keep_case", "vocab", "phrases"}
    if things is not None and of_texts:
        raise click.UsageError(f"--{min(of_texts).replace('_', '-')} is for texts, not for events or a graph.")
    if (things is not None or settings["subwords"]) and "output" not in given:
        output = Path("vectors.w2v")  # the format that keeps what comes next, takes any id, and has rows of n-grams
    chosen = TrainSettings(**settings)  # its limits are checked before anything is imported or read
    require_address_space(chosen.threads if cluster is None else 1)

    with Stops() as stops:
        from w2v import evaluation, formats, maps
        from w2v.training import Outputs, Session, Validation, account

        meter = Meter(quiet)
        if like is not None:
            meter.notify(_what_is_alike(like, theirs))
        others = ((plot, "the loss curve"), (recommended, "the items"), (checkpoint, "the checkpoints"))
        named = tuple((path, what) for path, what in others if isinstance(path, Path))
        outputs = Outputs(output, report, trace, named, output_rows, vocabulary)
        session = Session(outputs, checkpoint, checkpoint_minutes, tmp_dir, stop=stops.wanted, cluster=cluster)
        screen = _Screen(meter, session)
        session.report, session.notify = screen.report, screen.notify
        stops.gently = lambda: session.keeper is not None and session.keeper.awake
        stops.advice = lambda: _advice(session)
        by_name = {name: value for name, value in settings.items() if name in given or name in theirs}
        if chosen.subwords and not formats.keeps_subwords(output):
            meter.notify(
                f"note        {output} has no place for n-grams: words never seen have vectors in .bin and .w2v alone"
            )
        if plot is not None:
            maps.check_losses(plot)
        if recommended is not None:
            formats.check_writable(recommended)
        if validate is not None:
            questions = evaluation.read(validate)
            session.validation = Validation(
                lambda vectors: evaluation.score(vectors, questions), str(validate), keep_best
            )  # fmt: skip
        try:
            if resume is not None:
                if "output" not in given:
                    outputs.vectors = session.output_of(resume)
                outputs.output_rows = output_rows or session.noted_path(resume, "output_rows")
                outputs.vocabulary = vocabulary or session.noted_path(resume, "vocabulary")
                trained = session.resume(resume, things or corpus, by_name)
            elif model is not None:
                trained = session.extend(model, things or corpus, by_name)
            else:
                trained = session.start(things or corpus, chosen)
        except StoppedError as error:
            lost = "" if error.kept else "; no checkpoint of the last minutes"
            raise stops.stopped(lost + _advice(session)) from None
        finally:
            screen.close()
        for line in (*account.validation_lines(trained.validation), *account.verdict_lines(trained.verdict)):
            meter.notify(line)
        if trained.verdict.epochs and corpus and model is None:
            meter.notify(f"  {_again(ctx, trained, given)}")
        for line in _what_was_written(trained, outputs):
            meter.notify(line)
        stops.advice = lambda: f"; {outputs.vectors} is written"
        if recommended is not None and log is not None:
            stops.advice = lambda: f"; {outputs.vectors} is written, {recommended} is not"
            from w2v.cli.recommend import BY_LIKENESS
            from w2v.corpus import histories
            from w2v.items import known_histories, write_recommendations

            users = known_histories(histories(log, chosen, []), trained.vectors, notes := list[str]())
            if trained.vectors.output is None:
                notes.append(f"{outputs.vectors} {BY_LIKENESS}")
            with meter:
                write_recommendations(
                    recommended, trained.vectors, users,
                    report=lambda done, total: meter.show("recommending", done, total, "users"),
                )  # fmt: skip
            for line in notes:
                meter.notify(f"note        {line}")
            meter.notify(f"{recommended}: ten items for {len(users):,} users")
        if plot is not None and trained.state.curve:
            scores = trained.validation.scores if trained.validation is not None else []
            points = [maps.Loss(*point) for point in trained.state.curve]
            curve = maps.Curve(points, trained.settings.epochs, [each[1:] for each in scores])
            maps.save_losses(curve, plot, str(outputs.vectors), of_reader())
            meter.notify(f"{plot}: the loss curve")
        elif plot is not None:
            meter.notify(f"note        {plot} is not drawn: so short a run has no loss curve")


class _Screen:
    """Shows what a session reports: a bar for the reading, then one for the training, and lines between them."""

    def __init__(self, meter: Meter, session: Session) -> None:
        self._meter, self._session = meter, session
        self._bar = ExitStack()
        self._shown: str | None = None

    def report(self, now: ReadProgress | Progress | DocumentProgress) -> None:
        """Show how far the work is."""
        from w2v.training import DocumentProgress, Progress

        kind = f"{type(now).__name__} {getattr(now, 'number', 0)}"
        if kind != self._shown:
            self.close()
            self._bar.enter_context(self._meter)
            self._shown = kind
        show, settings = self._meter.show, self._session.settings
        if isinstance(now, DocumentProgress):
            show("documents", now.done, now.total, "documents")
        elif isinstance(now, Progress):
            assert settings is not None
            show(
                f"epoch {now.epoch}/{settings.epochs}", now.tokens, now.total, "words",
                loss=now.loss, rate=now.rate, score=now.score, note=now.note,
            )  # fmt: skip
        elif now.number:
            show(f"phrases {now.number}", now.done, now.total, "words")
        else:
            # On the very first run the kernels are compiled before the first word is read.
            what = "reading" if now.tokens else "compiling"
            show(what, now.done, now.total, "B", words=now.tokens or None)

    def notify(self, line: str) -> None:
        """Print a line; the bar of the reading is over by then."""
        if self._session.settings is None:
            self.close()
        self._meter.notify(line)

    def close(self) -> None:
        """End the bar that is shown."""
        self._bar.close()
        self._shown = None


def _what_is_alike(peer: str, theirs: dict[str, Any]) -> str:
    """Say which defaults of ours a peer's have replaced."""
    from w2v.settings import describe, is_auto

    defaults = {name: describe(name)["default"] for name in theirs}
    if theirs.get("objective") == "cbow":
        del defaults["negatives_per"]  # there is one set for a window, whichever way one says it
    changed = (name for name, usual in defaults.items() if is_auto(usual) or theirs[name] != usual)
    told = (describe(name)["option"] + ("" if theirs[name] is True else f" {theirs[name]}") for name in changed)
    return f"like        {peer}: {' '.join(told)}"


def _advice(session: Session) -> str:
    """Say how to go on with a run that was stopped, if it is kept."""
    keeper = session.keeper
    return (
        f"; go on with it: w2v train --resume {keeper.folder.name}" if keeper is not None and keeper.has_saved else ""
    )


def _what_was_written(trained: Trained, outputs: Outputs) -> Iterator[str]:
    """Say what is written now, and which commands to try with words that the vectors have."""
    from w2v.formats.companions import documents_of
    from w2v.queries import openers

    vectors, output = trained.vectors, outputs.vectors
    assert output is not None
    spent = time.monotonic() - outputs.began
    yield f"{output}: {len(vectors):,} words x {vectors.dim}, in {spent:.1f} s. Now try:"
    items = vectors.titles is not None and trained.settings.preset != "graph"
    where = "" if output == Path("vectors.w2v" if items else "vectors.txt") else f" -v {output}"
    if vectors.titles is not None:
        what = shlex.quote(vectors.title(vectors.words[0]))
        yield f"  w2v {'recommend' if items else 'similar'}{where} {what}"
    else:
        known = next((words for words in WELL_KNOWN if all(word in vectors for word in words)), None)
        words = known or (openers(vectors) * 2)[:2]
        yield f"  w2v similar{where} {words[0]}"
        yield f"  w2v {'analogy' if known else 'compare'}{where} {' '.join(words)}"
        yield f"  w2v similar{where} {' '.join(words[:2])} --json"
    if vectors.documents is not None:
        name = vectors.documents.words[0]
        yield f"{documents_of(output)}: {len(vectors.documents):,} documents"
        yield f"  w2v similar{where} --document {shlex.quote(name)}"
    if outputs.output_rows is not None:
        yield f"{outputs.output_rows}: the output rows of the same words"
    if outputs.vocabulary is not None:
        yield f"{outputs.vocabulary}: words and counts"
    if trained.trace is not None:
        yield f"{outputs.trace}: {trained.trace.steps} steps of the training, {len(trained.trace.pairs):,} pairs"


def _again(ctx: click.Context, trained: Trained, given: set[str]) -> str:
    """Return the command that was typed, with the epochs of the verdict and the rate that the run was left with."""
    changed = {"epochs": ["--epochs", str(trained.verdict.epochs)]}
    if trained.state.rate_share < 1:  # with more the vectors grew out of all bounds, and would again
        changed["rate"] = ["--alpha", f"{trained.settings.rate * trained.state.rate_share:g}"]
    words = ["w2v", "train", *ctx.params["corpus"]]
    for option in ctx.command.params:
        name, value = str(option.name), ctx.params.get(str(option.name))
        if isinstance(option, click.Option) and name in given - changed.keys():
            words += [option.opts[0], *([] if option.is_flag else [str(value)])]
    return shlex.join([*words, *chain(*changed.values())])
