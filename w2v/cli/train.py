"""w2v train: text in, vectors out."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli import options
from w2v.cli.progress import Meter

if TYPE_CHECKING:
    from w2v.settings import TrainSettings
    from w2v.text import Account, EncodedCorpus, ReadProgress


@click.command()
@click.argument("corpus", nargs=-1, required=True)
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
@options.tokenizer
@click.option("--keep-case", is_flag=True, help="Tell Rose from rose; without it, words are lower-cased.")
@click.option("--tmp-dir", type=click.Path(path_type=Path), help="Folder for ids that do not fit the memory.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def train(corpus: tuple[str, ...], output: Path, tmp_dir: Path | None, quiet: bool, **settings: Any) -> None:
    """Train vectors on CORPUS: text files, folders of them, or - for standard input.

    A line is a sentence. Archives (.gz, .bz2, .xz, .zst) are read as they are. Skip-gram with negative
    sampling; the negatives of a word are shared by its window, which is as good and far faster.

    \b
        $ w2v train corpus.txt
        $ w2v train --dim 200 --epochs 10 -o news.txt news/ more.txt.gz
        $ zcat dump.gz | w2v train --tokenizer whitespace -
    """
    from w2v.settings import TrainSettings

    chosen = TrainSettings(**settings)  # its limits are checked before anything is imported or read
    started = time.monotonic()

    from w2v import files, formats, training
    from w2v.text import read

    files.check_writable(output)
    meter = Meter(quiet)
    ahead = threading.Thread(target=training.compile_ahead, args=(chosen,), daemon=True)

    def reading(progress: ReadProgress) -> None:
        if progress.tokens and not ahead.ident:
            ahead.start()  # once the first block is read, for reading waits for its own kernels
        # On the very first run the kernels are compiled before the first word is read.
        what = "reading" if progress.tokens else "compiling"
        meter.show(what, progress.done, progress.total, "B", words=progress.tokens)

    with meter:
        encoded = read(corpus, chosen, report=reading, tmp_dir=tmp_dir)
    for line in _account(encoded, chosen):
        meter.say(line)
    training.check_memory(len(encoded.vocabulary), chosen)
    if ahead.ident:
        ahead.join(0.5)
        if ahead.is_alive():
            meter.say("compiling   (once; the next run finds the code in the cache)")
        ahead.join()
    with meter:
        vectors = training.train(
            encoded,
            chosen,
            report=lambda now: meter.show(
                f"epoch {now.epoch}/{chosen.epochs}",
                now.tokens,
                now.total,
                "words",
                loss=now.loss,
                rate=now.rate,
            ),
        )
    formats.save(vectors, output)
    meter.say(f"{output}: {len(vectors):,} words x {vectors.dim}, in {time.monotonic() - started:.1f} s. Now try:")
    for line in _what_next(vectors.words, output):
        meter.say(line)


def _account(corpus: EncodedCorpus, settings: TrainSettings) -> list[str]:
    """Say what became of the text, in numbers that add up, and what training it takes."""
    from w2v.training import memory_needed, trained_share
    from w2v.training.memory import megabytes

    account, words = corpus.account, len(corpus.vocabulary)
    share = trained_share(corpus.vocabulary, settings.sample)
    lines = [
        f"read        {account.tokens:,} tokens in {_counted(account.files, 'file')},"
        f" {_counted(account.sentences, 'sentence')} = {account.kept:,} kept"
        f" + {account.dropped:,} {_why_dropped(account, words, settings)}",
        f"vocabulary  {words:,} words kept, {account.types - words:,} dropped;"
        f" the most frequent: {' '.join(corpus.vocabulary.words[:6])}",
        f"training    {_counted(settings.epochs, 'epoch')}; --sample {settings.sample:g} passes over"
        f" {1 - share:.0%} of the tokens, the most frequent ones; {megabytes(memory_needed(words, settings))}"
        f" of memory; {_counted(settings.threads, 'thread')}",
    ]
    if (enough := _enough_epochs(account.kept)) > settings.epochs:
        lines.append(
            f"note        a small corpus: {_counted(settings.epochs, 'epoch')} may be too few, and more cost"
            f" seconds; try --epochs {enough}"
        )
    if account.undecodable:
        share_bad = account.undecodable / max(account.bytes, 1)
        hint = "; is this UTF-8? iconv -f ISO-8859-1 -t UTF-8 converts" if share_bad > 0.001 else ""
        lines.append(f"note        {account.undecodable:,} bytes were no UTF-8 and became U+FFFD{hint}")
    if account.segment_with:
        names = " or ".join(f"--tokenizer {name}" for name in account.segment_with)
        lines.append(f"warning     the words are very long: a text without blanks between words? Try {names}")
    return lines


def _why_dropped(account: Account, words: int, settings: TrainSettings) -> str:
    return (
        f"below min-count {settings.min_count}" if words < settings.max_vocab else "beyond max-vocab or below min-count"
    )


def _enough_epochs(tokens: int) -> int:
    """Return how often a corpus of this size should be read: 25 million tokens in all, but at most 50 times.

    On a million tokens of the Brown corpus, WordSim-353 rises from .25 at 5 epochs to .45 at 25, and no
    further at 50; from 17 million on, 5 epochs are a fair start.
    """
    return min(50, -(-25_000_000 // tokens))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _what_next(words: Sequence[str], output: Path) -> list[str]:
    where = "" if output == Path("vectors.txt") else f" -v {output}"
    known = [word for word in ("king", "man", "woman") if word in words]
    first, second, third = known if len(known) == 3 else [*words[:3], words[0], words[0]][:3]
    return [
        f"  w2v similar{where} {first}",
        f"  w2v analogy{where} {first} {second} {third}",
        f"  w2v similar{where} {first} {second} --json",
    ]
