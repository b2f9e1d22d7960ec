"""Input that was made to do harm, and files that do not hold still: refused in one line, or counted."""

from __future__ import annotations

import binascii
import bz2
import gzip
import io
import lzma
import os
import pickle
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip("limits of Unix", allow_module_level=True)

import mutations

import w2v as library
from w2v import archives, formats
from w2v.corpus import reading, sources
from w2v.errors import CorpusError, FormatError

ONE = library.TrainSettings(threads=1, min_count=1)
LINE = b"a line of a bomb, which is the same again and again\n"


# -- archives ---------------------------------------------------------------------------------------


def forged_xz():
    """Return an .xz whose block says that its dictionary is of 4 GB; all checksums fit."""
    packed = bytearray(lzma.compress(LINE, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 26}]))
    begin, size = 12, 4 * (packed[12] + 1)
    assert packed[begin + 2 : begin + 5] == b"\x21\x01\x1c"  # LZMA2, one byte of properties: 64 MB
    packed[begin + 4] = 40
    packed[begin + size - 4 : begin + size] = struct.pack("<I", binascii.crc32(packed[begin : begin + size - 4]))
    return bytes(packed)


def forged_zstd():
    """Return a frame whose window is of 1 GB."""
    zstandard = pytest.importorskip("zstandard", reason="needs the extra w2v[zstd]")
    large = zstandard.ZstdCompressionParameters(window_log=30, compression_level=1)
    packer = zstandard.ZstdCompressor(compression_params=large).compressobj()
    return packer.compress(LINE) + packer.flush()


@pytest.mark.parametrize(("name", "forged", "program"), [("a.xz", forged_xz, "unxz"), ("a.zst", forged_zstd, "unzstd")])
def test_an_archive_that_asks_for_gigabytes_is_refused_with_what_to_do(tmp_path, name, forged, program):
    path = tmp_path / name
    path.write_bytes(forged())
    with mutations.limited_memory(), pytest.raises(CorpusError) as refused:
        library.read([path], ONE)
    assert str(refused.value).startswith(
        f"{path}: the archive asks for more than 268 MB of memory; if you trust it, unpack it first: {program}"
    )
    with mutations.limited_memory(), pytest.raises(FormatError, match="the archive asks for more"):
        library.load(path)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, "zstd"])
def test_an_archive_that_explodes_is_read_in_bounded_memory(tmp_path, pack):
    if pack == "zstd":
        pack = pytest.importorskip("zstandard", reason="needs the extra w2v[zstd]").compress
    megabyte = LINE * (2**20 // len(LINE))
    path = tmp_path / "bomb"
    path.write_bytes(pack(megabyte * 16) * 20)
    unpacked = 320 * len(megabyte)
    assert path.stat().st_size * 100 < unpacked
    with mutations.limited_memory(unpacked // 2):
        found = sources.find_sources([path])
        assert sum(block.size for block in sources.read_blocks(found, (b" ",), 1 << 20)) == unpacked


def test_a_bomb_of_many_megabytes_in_one_piece_stays_small():
    packed = io.BufferedReader(io.BytesIO(bz2.compress(b"bomb " * 20_000_000)))
    stream = archives.decompressed(packed)
    longest = 0
    while stream.read(1 << 20):
        longest = max(longest, len(stream.raw._ready))
    assert longest <= 1 << 20


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_what_stands_behind_an_archive_is_not_lost_without_a_word(tmp_path, pack):
    path = tmp_path / "a"
    path.write_bytes(pack(LINE) + b"a text that was appended\n")
    with pytest.raises(CorpusError, match="the archive is damaged or cut short"):
        library.read([path], ONE)
    path.write_bytes(pack(LINE) + bytes(512))  # padding, as tapes have it
    assert library.read([path], ONE).account.bytes == len(LINE)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_vectors_in_a_damaged_archive_are_one_clear_error(tmp_path, pack):
    path = tmp_path / "v.txt"
    library.save(mutations.toy(), path)
    packed = pack(path.read_bytes())
    for content in (packed[:-5], packed[: len(packed) // 2] + b"damaged" * 9):
        (tmp_path / "packed").write_bytes(content)
        with pytest.raises(FormatError):
            library.load(tmp_path / "packed", keep_cache=False)


# -- pickles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "memo",
    [pickle.LONG_BINPUT + struct.pack("<I", 2**31), b"p2147483648\n", b"p 2147483648\n", b"p2_147_483_648\n"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pickle_that_asks_for_a_memo_of_gigabytes_is_refused(tmp_path, memo, pack):
    path = tmp_path / "v.kv"
    formats.save(mutations.toy(), path)
    whole = path.read_bytes()
    for forged in (whole[:-1] + memo + b".", b"\x80\x04\x8c\x03abc" + memo + b"."):
        path.write_bytes(pack(forged))
        with pytest.raises(FormatError, match="is a malicious pickle"):
            library.load(path)


@pytest.mark.parametrize("promise", [b"\x96", b"\x8e", b"\x8d"])
def test_a_pickle_that_promises_more_bytes_than_it_holds_is_refused_before_it_is_run(tmp_path, promise, capfd):
    path = tmp_path / "v.kv"
    path.write_bytes(b"\x80\x05" + promise + struct.pack("<Q", 2**51) + b"abc.")
    with pytest.raises(FormatError, match=r"is a pickle that cannot be read \(it ends too early\)"):
        library.load(path)
    assert capfd.readouterr().err == ""  # Python 3.11 complains there of a bytearray that it could not make


def test_a_pickle_with_such_bytes_inside_a_word_is_read(tmp_path):
    words = ("p99999999999\n", "r\x7f\x7f\x7f\x7f", "x.y", "naïve", "北京")
    vectors = library.Vectors(words, np.ones((5, 3), np.float32))
    for protocol in range(2, 6):
        path = tmp_path / f"{protocol}.kv"
        formats.save(vectors, path)
        assert library.load(path).words == words


def test_the_walk_through_a_pickle_finds_what_pickletools_finds():
    import pickletools

    from w2v.formats.pickled import forms
    from w2v.kernels import pickles

    things = {"words": [f"word{number}" for number in range(700)], "more": (1.5, None, 2**70, b"x" * 300, {3: {4}})}
    for protocol in range(6):
        data = pickle.dumps([things, things["words"]], protocol)
        places = [arg for opcode, arg, _ in pickletools.genops(data) if opcode.name in ("PUT", "LONG_BINPUT")]
        assert pickles.largest_memo(np.frombuffer(data, np.uint8), forms()) == max(places, default=0)


# -- zero bytes -------------------------------------------------------------------------------------


def test_stray_zero_bytes_are_counted_wherever_they_stand(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 4096)
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\0b c\n" + b"more words\n" * 2000 + b"d\0e\n" + b"more words\n" * 2000)
    for tokenizer in ("words", "whitespace", "characters"):
        text = library.read([path], library.TrainSettings(threads=1, min_count=1, tokenizer=tokenizer))
        assert {"a", "b", "c", "d", "e"} <= set(text.vocabulary.words)
        assert text.account.undecodable == 2
        mutations.check_account(text)


@pytest.mark.parametrize("size", [10, 1000, 4090, 4100, 100_000])
@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_a_stray_zero_byte_is_counted_and_never_fatal_by_its_place(tmp_path, monkeypatch, size, place):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 4096)
    text = bytearray(b"two words " * (size // 10))
    text[{"start": 3, "middle": size // 2 + 3, "end": size - 1}[place] if size > 10 else 3] = 0
    path = tmp_path / "a.txt"
    path.write_bytes(text)
    account = library.read([path], ONE).account
    assert account.undecodable == 1
    assert account.tokens == 2 * (size // 10)


def test_binary_data_behind_a_text_is_refused_with_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 4096)
    path = tmp_path / "a.txt"
    path.write_bytes(b"some text\n" * 4096 + b"\0\xff" * 10_000)
    with pytest.raises(CorpusError, match=r"binary data, not text \(it holds zero bytes from byte 40,960 on\)"):
        library.read([path], ONE)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_an_endless_device_is_refused_at_once(device):
    if not Path(device).exists():
        pytest.skip(f"no {device} here")
    with pytest.raises(CorpusError, match="this is binary data"):
        library.read([device], ONE)


# -- files that do not hold still -------------------------------------------------------------------


@pytest.fixture
def changing(tmp_path, monkeypatch):
    """Return what writes a text, and changes it with `change` when its first block has been read."""

    def make(change):
        path = tmp_path / "a.txt"
        path.write_bytes(LINE * 1000)
        monkeypatch.setattr(reading, "BLOCK_BYTES", 4096)
        mark_of = sources.encodings.mark_of  # asked once, of the first block

        def changed(chunk):
            change(path)
            return mark_of(chunk)

        monkeypatch.setattr(sources.encodings, "mark_of", changed)
        return path

    return make


def test_a_file_that_shrinks_while_it_is_read_is_refused(changing):
    path = changing(lambda path: os.truncate(path, 10_000))
    with pytest.raises(CorpusError) as refused:
        library.read([path], ONE)
    assert str(refused.value) == (
        f"{path}: became shorter while it was read: {len(LINE) * 1000:,} bytes before, 10,000 now;"
        " start again when it rests"
    )


def test_a_file_that_grows_while_it_is_read_is_read_whole_and_said(changing):
    def append(path):
        with path.open("ab") as file:
            file.write(LINE * 500)

    path = changing(append)
    account = library.read([path], ONE).account
    assert account.bytes == 1500 * len(LINE)
    (note,) = account.notes
    assert note == f"{path}: grew while it was read, from 52,000 to 78,000 bytes; all of them were read"


def test_what_a_folder_holds_and_is_not_read_is_said(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "a.txt").write_text("one two")
    (folder / ".git").mkdir()
    (folder / ".hidden").touch()
    (folder / "loop").symlink_to(folder)
    (folder / "inside" / "other").symlink_to(tmp_path)
    (folder / "dangling").symlink_to(tmp_path / "nowhere")
    account = library.read([folder], ONE).account
    assert account.tokens == 2
    assert account.notes == (
        f"{folder}: passed over 2 whose names begin with a dot, 2 that are links to folders,"
        " 1 that are links to nothing; name them to have them read",
    )
    assert library.read([folder / "inside" / "a.txt"], ONE).account.notes == ()
