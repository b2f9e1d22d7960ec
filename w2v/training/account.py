"""Lines for a person: what became of the text, in numbers that add up, and how far a model moved."""

from __future__ import annotations

from collections.abc import Sequence

from w2v.corpus import Account, EncodedCorpus
from w2v.corpus.phrases import THRESHOLDS
from w2v.defaults import Choice, are_ids
from w2v.resources import sized
from w2v.settings import TrainSettings
from w2v.training.checkpoints import Checkpoint
from w2v.training.extension import Drift, Extension
from w2v.training.schedule import copies_foreseen
from w2v.training.trainer import memory_needed, trained_share
from w2v.training.validation import RARE, Validation, Verdict
from w2v.vocabulary import Vocabulary

FAR = 0.8  # cosine; a rule of thumb, not measured
HARDLY = 0.95  # of the loss at the start


def lines(corpus: EncodedCorpus, settings: TrainSettings, choices: Sequence[Choice]) -> list[str]:
    """Say what became of the text, in numbers that add up, what was chosen for it, and what training it takes."""
    account, words = corpus.account, len(corpus.vocabulary)
    share = trained_share(corpus.vocabulary, settings.sample)
    what = f"--sample {settings.sample:g} passes over {1 - share:.0%} of the tokens, the most frequent ones"
    if not settings.sample:
        what = "no word is passed over (--sample 0)"
    if settings.objective == "glove":
        what = f"co-occurrences up to {settings.window} words apart"
    lines = [
        f"read        {account.tokens:,} tokens in {_counted(account.files, 'file')},"
        f" {_counted(account.sentences, 'sentence')} = {account.kept:,} kept{_joined(account)}"
        f" + {account.dropped:,} {_why_dropped(account, words, settings)}",
        f"vocabulary  {words:,} words kept, {account.types - words:,} dropped;"
        f" the most frequent: {_first(corpus.vocabulary)}",
        *(f"chosen      {choice}" for choice in choices),
        f"training    {_counted(settings.epochs, 'epoch')}; {what}; {sized(memory_needed(words, settings))}"
        f" of memory; {_counted(settings.threads, 'thread')}{_copies(words, settings)}",
    ]
    if settings.phrases:
        lines.insert(2, _phrases_line(corpus, settings))
    if account.undecodable:
        share_bad = account.undecodable / max(account.bytes, 1)
        hint = "; if it is in another encoding: --encoding latin-1" if share_bad > 0.001 else ""
        what = "were no UTF-8 and became U+FFFD, or zero and became blanks"
        lines.append(f"note        {account.undecodable:,} bytes {what}{hint}")
    if words == settings.max_vocab and account.dropped_words:
        dropped = " ".join(f"{word} ({count:,})" for word, count in account.dropped_words[:3])
        lines.append(
            f"note        --max-vocab {words:,} dropped {account.types - words:,}; the most frequent: {dropped}"
        )
    lines += [f"note        {note}" for note in account.notes]
    if corpus.kind == "text" and are_ids(corpus.vocabulary.words) and not any("--item" in note for note in lines):
        better = [] if settings.preset == "items" else ["--preset items suits them"]
        better += ["--tokenizer whitespace --keep-case takes them unchanged"] * (settings.tokenizer == "words")
        if better:
            lines.append(f"note        the words look like ids, not like text: {', '.join(better)}")
    if account.segment_with:
        names = " or ".join(f"--tokenizer {name}" for name in account.segment_with)
        lines.append(f"warning     the words are very long: a text without blanks between words? Try {names}")
    return lines


def _copies(words: int, settings: TrainSettings) -> str:
    if settings.objective == "glove":
        return ""
    rows, copied = copies_foreseen(words, settings)
    return f", each with copies of {copied:,} of the {rows:,} rows" if copied < rows else ""


def extension_lines(kept: Checkpoint, joined: Extension, settings: TrainSettings) -> list[str]:
    """Say what a new text adds to a kept model."""
    account, vocabulary = joined.corpus.account, joined.corpus.vocabulary
    known = ["phrases     those of the model; none is looked for in the new text"] if settings.phrases else []
    return [
        f"read        {account.tokens:,} tokens in {_counted(account.files, 'file')},"
        f" {_counted(account.sentences, 'sentence')} = {account.kept:,} kept{_joined(account)}"
        f" + {account.dropped:,} of new words below min-count {settings.min_count}",
        f"vocabulary  {len(kept.vocabulary):,} words of the model, {int(joined.met.sum()):,} of them in the new text,"
        f" + {joined.new_words:,} new ones = {len(vocabulary):,}",
        *known,
        f"training    {_counted(settings.epochs, 'epoch')} of the new text alone, with a learning rate of its own;"
        f" {_counted(settings.threads, 'thread')}",
    ]


def drift_lines(drift: Drift, kept: Checkpoint, joined: Extension) -> list[str]:
    """Say how far the words of the model have moved, and when it would be better to train anew."""
    furthest = ", ".join(f"{word} {cosine:.2f}" for word, cosine in drift.furthest)
    lines = [
        f"drift       {_counted(drift.words, 'word')} of the model moved: median cosine of before and after"
        f" {drift.median:.2f}; of the frequent ones the furthest: {furthest}"
    ]
    tokens, before = joined.corpus.account.kept, kept.vocabulary.tokens
    if drift.median < FAR or tokens > before:
        lines.append(
            "note        words that the new text lacks stayed where they were, and no longer fit those that moved;"
            " training on old and new text together is better here"
        )
    return lines


def verdict_lines(verdict: Verdict) -> list[str]:
    """Say whether the vectors are any good, as far as that can be said without questions."""
    loss = f"loss of a pair {verdict.first:.2f} -> {verdict.last:.2f}; "
    lines = [
        f"verdict     {loss}cosine of random words {verdict.cosine:.2f};"
        f" {verdict.rare:.0%} of the words seen fewer than {RARE} times"
    ]
    if verdict.rose:
        lines.append("warning     the loss rose: the rate is too high; train again with a smaller --alpha")
    elif verdict.epochs:
        lines.append(f"note        under-trained: neighbours will be better after {_counted(verdict.epochs, 'epoch')}")
    elif verdict.last > HARDLY * verdict.first:
        lines.append("note        the loss hardly fell: there is too little text to learn from")
    return lines


def validation_lines(validation: Validation | None) -> list[str]:
    """Say how the vectors scored on the way, and which are kept."""
    if validation is None:
        return []
    if not validation.scores:
        return [
            f"warning     {validation.name}: none of its questions could be asked, too few of their words are known"
        ]
    best = max(validation.scores, key=lambda score: (score.score, -score.epoch))
    last = validation.scores[-1]
    kept = "; these vectors are kept" if validation.keep_best else "; --keep-best would keep these"
    return [
        f"validation  {validation.name}: {last.score:.4f} at the end"
        + (f", {best.score:.4f} after epoch {best.epoch}{kept}" if best != last else ", the best of all epochs")
    ]


def _joined(account: Account) -> str:
    return f" + {account.joined:,} joined to the word before" if account.joined else ""


def _phrases_line(corpus: EncodedCorpus, settings: TrainSettings) -> str:
    """Say which phrases were found; a vocabulary that was given has its own."""
    found = corpus.phrases
    if settings.vocab:
        return f"phrases     those of {settings.vocab}; none is looked for"
    if not found:
        threshold = settings.phrase_threshold or THRESHOLDS[settings.phrase_score]
        return f"phrases     none scores above {threshold:g}; a lower --phrase-threshold finds more"
    return f"phrases     {len(found):,} found; the most frequent: {' '.join(phrase.word for phrase in found[:6])}"


def _why_dropped(account: Account, words: int, settings: TrainSettings) -> str:
    if settings.vocab:
        return f"not in {settings.vocab}"
    return (
        f"below min-count {settings.min_count}" if words < settings.max_vocab else "beyond max-vocab or below min-count"
    )


def _first(vocabulary: Vocabulary) -> str:
    """Return the most frequent words; of ids, what they are called."""
    if vocabulary.titles is None:
        return " ".join(vocabulary.words[:6])
    return ", ".join(title or word for word, title in zip(vocabulary.words[:6], vocabulary.titles))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
