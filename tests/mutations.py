"""Mutated inputs for every reader: what comes out must be a result or one of our own errors, in bounded memory."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import random
import resource
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import zstandard
from fasttext_model import BUCKETS, DIM, model

import w2v
from w2v import formats
from w2v.corpus.encoded import EncodedCorpus
from w2v.errors import ResourceError, W2VError
from w2v.subwords import Subwords
from w2v.training import checkpoints
from w2v.training.checkpoints import Checkpoint
from w2v.training.folder import Folder, fingerprint_of
from w2v.training.run import State
from w2v.training.tables import Tables

MORE_MEMORY = 1 << 30  # bytes that the process may take beyond what it has; the system says no to more
MENDED = "checksums-mended.npz"
TEXTS = (
    b"the cat sat on the mat\nthe dog sat on the rug\n" * 3,
    "Größe naïve Ωμέγα 北京大学 日本語 \u00a0x\u2028y café e\u0301\n".encode() * 2,
    b"\xef\xbb\xbfa b\r\nc\td\x0b\x0ce\n\n\n",
    bytes(range(1, 256)) * 2,
    b"a text\0of zeros\n" * 3 + b"and more words without any\n" * 300,
)
PACKERS = (gzip.compress, bz2.compress, lzma.compress, zstandard.compress)
TEXT = b"3 2\nthe 0.5 -1\ncat 1e-3 2\nrug 3 4\n"  # vectors
NUMBERS = (b"0", b"-1", b"1e999", b"nan", b"99999999999999999999", b"4294967296", b"2147483648", b"\xff" * 4)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with some bytes changed, removed, repeated or put in."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        at = chance.randrange(len(changed) + 1)
        kind = chance.randrange(7)
        if kind == 0 and changed:
            changed[at % len(changed)] ^= 1 << chance.randrange(8)
        elif kind == 1 and changed:
            changed[at % len(changed)] = chance.choice((0, 10, 13, 32, 45, 46, 48, 57, 127, 128, 192, 255))
        elif kind == 2:
            del changed[at : at + chance.choice((1, 2, 8, 64, 10**6))]
        elif kind == 3:
            changed[at:at] = chance.choice(NUMBERS)
        elif kind == 4:
            changed[at:at] = chance.randbytes(chance.choice((1, 4, 30)))
        elif kind == 5:
            end = at + chance.choice((1, 8, 64))
            changed[at:at] = changed[at:end] * chance.choice((1, 2, 9))
        else:
            changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xff\xff\xff\x7f"))
    return bytes(changed)


def fuzz(seeds: list[tuple[str, bytes]], use: Callable[[Path], None], times: int, seed: int) -> str:
    """Use mutated seeds; anything that is raised and not a W2VError goes through, with the input kept on disk."""
    chance = random.Random(seed)
    results: Counter[str] = Counter(read=0, refused=0)
    with tempfile.TemporaryDirectory(dir=_memory_disk()) as folder:
        for name, data in seeds:
            (Path(folder) / name).write_bytes(data)
        for name, _ in seeds:  # the readers' own kernels and tables are loaded before memory is measured
            use(Path(folder) / name)
        with limited_memory():
            for _ in range(times):
                name, data = chance.choice(seeds)
                path = Path(folder) / name
                path.write_bytes(mutate(data, chance) if name != MENDED else mended(data, chance))
                try:
                    use(path)
                    results["read"] += 1
                except ResourceError as error:
                    raise AssertionError(f"memory is not bounded: {error}") from error
                except W2VError as error:
                    clear = str(error) and "\n" not in str(error)
                    results["refused" if clear else "refused without one clear line"] += 1
                except Exception as error:
                    kept = Path(tempfile.gettempdir()) / f"w2v-finding-{name}"
                    kept.write_bytes(path.read_bytes())
                    raise AssertionError(f"{type(error).__name__}: {error}; the input is {kept}") from error
                path.write_bytes(data)
    assert set(results) <= {"read", "refused"}, results
    return f"{times:,} inputs: {results['read']:,} read, {results['refused']:,} refused with one of our errors"


@contextlib.contextmanager
def limited_memory(more: int = MORE_MEMORY) -> Iterator[None]:
    """Let the process take so many bytes more than it has, and no more than that."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def mended(data: bytes, chance: random.Random) -> bytes:
    """Mutate a member of a zip archive, and give the archive the checksums of what stands there now."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(packed, "w") as other:
        names = archive.namelist()
        spoiled = chance.choice((*names, "state.json", "state.json"))
        for name in names:
            content = archive.read(name)
            other.writestr(name, mutate(content, chance) if name == spoiled else content)
    return packed.getvalue()


def _memory_disk() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a temporary folder is made in it


def read_text(path: Path) -> None:
    """Read a corpus and check its account against the stream of ids."""
    for tokenizer, encoding in (("words", "utf-8"), ("whitespace", "utf-8"), ("words", "cp932")):
        check_account(w2v.read([path], min_count=1, threads=1, tokenizer=tokenizer, encoding=encoding))


def check_account(corpus: EncodedCorpus) -> None:
    account, stream = corpus.account, corpus.stream
    assert account.tokens == account.kept + account.dropped
    assert account.kept == np.count_nonzero(stream >= 0) == corpus.vocabulary.counts.sum()
    assert account.sentences == np.count_nonzero(stream == -1)
    assert account.tokens == sum(file.tokens for file in account.by_file)
    assert account.bytes == sum(file.bytes for file in account.by_file)
    assert account.undecodable == sum(file.undecodable for file in account.by_file)
    for file in account.by_file:
        assert file.kept == np.count_nonzero(stream[file.start : file.stop] >= 0)


def fuzz_text(times: int, seed: int) -> str:
    packed = [(f"a{number}", pack(TEXTS[0])) for number, pack in enumerate(PACKERS)]
    return fuzz([*((f"t{number}", text) for number, text in enumerate(TEXTS)), *packed], read_text, times, seed)


def toy() -> w2v.Vectors:
    words = ("the", "cat", "naïve", "北京", "xy")
    matrix, rows = np.split(np.random.default_rng(0).normal(size=(9, 7)).astype(np.float32), [5])
    return w2v.Vectors(words, matrix, subwords=Subwords((3, 4), 9, rows, np.array([0, 2, 3, 8], np.int32)))


def fuzz_vectors(times: int, seed: int) -> str:
    seeds, mains = [], {}
    with tempfile.TemporaryDirectory() as top:
        for name, row in formats.FORMATS.items():
            for dtype in row.dtypes:
                folder = Path(top) / f"{name}-{dtype}"
                folder.mkdir()
                main = folder / f"{name}-{dtype}{(*row.endings, '.bin')[0]}"
                formats.save(toy(), main, name, dtype, cache_too=False)
                for path in folder.iterdir():  # some formats are several files
                    seeds.append((path.name, path.read_bytes()))
                    mains[path.name] = main.name
    rows = np.ones((2 + BUCKETS, DIM), np.float32)
    more = [
        ("ft.bin", model(("the", "naïve"), rows)),
        ("t.floret", b"3 2 3 4 2 2166136261 < >\n" + b"".join(b"%d 0.5 -1\n" % row for row in range(3))),
        ("oldest.bin", model(("the", "naïve"), rows, oldest=True)),
        *((f"p{number}", pack(TEXT)) for number, pack in enumerate(PACKERS)),
    ]
    seeds += more
    mains |= {name: name for name, _ in more}

    def use(path: Path) -> None:
        vectors = formats.load(path.with_name(mains[path.name]), keep_cache=False)
        assert vectors.matrix.shape == (len(vectors.words), vectors.dim)
        with np.errstate(all="ignore"):  # a map that ends before its numbers would end the process here
            assert vectors.matrix.astype(np.float64).sum() is not None
            assert len(vectors.norms) == len(vectors)
            assert vectors.has_vector("never seen") in (False, True)

    return fuzz(seeds, use, times, seed)


def checkpoint_bytes(folder: Path) -> tuple[bytes, bytes]:
    """Return a small checkpoint and its ids."""
    text = folder / "text"
    text.write_bytes(TEXTS[0])
    settings = w2v.TrainSettings(dim=3, threads=1, min_count=1)
    corpus = w2v.read([text], settings)
    about = {"sha256": fingerprint_of(corpus), "size": len(corpus.stream), "account": asdict(corpus.account)}
    state = State(Tables.begin(len(corpus.vocabulary), 3, 1))
    kept = Folder(folder)
    kept.write_corpus(corpus)
    kept.write(Checkpoint(settings, corpus.vocabulary, state, about))
    return kept.found()[0].read_bytes(), (folder / "ids.npy").read_bytes()


def fuzz_checkpoints(times: int, seed: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        checkpoint, ids = checkpoint_bytes(Path(name))

    def use(path: Path) -> None:
        if path.name == "ids.npy":
            other = path.with_name("checkpoint-000000000000.npz")
            other.write_bytes(checkpoint)
            folder = Folder(path.parent)
            folder.read_corpus(folder.read()[0])
        else:
            checkpoints.read(path)

    return fuzz([(MENDED, checkpoint), ("c.npz", checkpoint), ("ids.npy", ids)], use, times, seed)


FUZZERS: dict[str, Callable[[int, int], str]] = {
    "text and archives": fuzz_text,
    "files of vectors": fuzz_vectors,
    "checkpoints": fuzz_checkpoints,
}
