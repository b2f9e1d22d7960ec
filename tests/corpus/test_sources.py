"""What can be named as a corpus, and what becomes of archives, links, pipes and things that are no text."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import archives
from w2v.corpus import read, reading, sources
from w2v.errors import CorpusError, MissingExtraError
from w2v.settings import TrainSettings

TEXT = b"".join(b"line %d holds words\n" % number for number in range(5000))
ONE = TrainSettings(threads=1, min_count=1)


def zstd(data):
    return pytest.importorskip("zstandard", reason="needs the extra w2v[zstd]").compress(data)


PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}


def text_of(*paths, block_bytes=1 << 12):
    """Return the whole text of a corpus."""
    found = sources.find_sources(paths)
    return b"".join(block.text for block in sources.read_blocks(found, (b" ",), block_bytes))


def names(*paths):
    return [source.name for source in sources.find_sources(paths)]


# -- files and folders ------------------------------------------------------------------------------


def test_folders_are_walked_in_sorted_order_without_hidden_files_and_folders(tmp_path):
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", "c.txt", ".hidden", ".git/object", "a/.DS_Store"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name + "\n")
    assert names(tmp_path) == [str(tmp_path / name) for name in ("a/b/c.txt", "a/z.txt", "b.txt", "c.txt")]
    assert text_of(tmp_path, tmp_path / "b.txt") == b"a/b/c.txt\na/z.txt\nb.txt\nc.txt\nb.txt\n"


def test_what_is_named_twice_is_read_twice(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    assert text_of(tmp_path, str(tmp_path)) == b"a\na\n"


def test_links_to_files_are_read_and_loops_and_dangling_links_are_not(tmp_path):
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert text_of(tmp_path) == b"a\na\n"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing.txt", "no such file or directory"),
        ("empty", "this directory holds no files; name a file or a directory of text files"),
        ("hidden", "this directory holds no files; name a file or a directory of text files"),
        ("self", "cannot be read: Too many levels of symbolic links"),
        ("n" * 300, "cannot be read: File name too long"),
    ],
)
def test_a_corpus_that_is_not_there_is_an_error_that_names_it(tmp_path, name, problem):
    (tmp_path / "empty").mkdir()
    (tmp_path / "hidden" / ".git").mkdir(parents=True)
    (tmp_path / "hidden" / ".git" / "object").touch()
    (tmp_path / "self").symlink_to(tmp_path / "self")
    with pytest.raises(CorpusError) as error:
        sources.find_sources([tmp_path / name])
    assert str(error.value) == f"{tmp_path / name}: {problem}"


@pytest.fixture
def nobody():
    """Become a user without rights, for root may read everything."""
    if os.name != "posix":
        pytest.skip("needs POSIX permissions")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    for path in (folder / "folder", folder / "a.txt"):
        path.chmod(0o700)
    shutil.rmtree(folder)


def test_what_may_not_be_read_is_an_error_that_says_so(nobody):
    (nobody / "a.txt").write_text("a")
    (nobody / "a.txt").chmod(0)
    with pytest.raises(CorpusError, match=r"a\.txt: cannot be read: Permission denied$"):
        read([nobody], ONE)
    (nobody / "folder").mkdir()
    (nobody / "folder" / "b.txt").write_text("b")
    (nobody / "folder").chmod(0)
    for corpus in (nobody, nobody / "folder", nobody / "folder" / "b.txt"):
        with pytest.raises(CorpusError, match=r"folder.*: cannot be read: Permission denied$"):
            read([corpus], ONE)


def test_a_pipe_is_read_and_its_size_is_not_known(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(gzip.compress(TEXT),)).start()
    seen = []
    corpus = read([pipe], ONE, report=seen.append)
    assert corpus.account.bytes == len(TEXT)
    assert (seen[-1].done, seen[-1].total) == (len(TEXT), 0)


# -- standard input ---------------------------------------------------------------------------------

FROM_STDIN = """
import sys
from w2v.settings import TrainSettings
from w2v.corpus import read
if __name__ == "__main__":
    corpus = read(["-"], TrainSettings(threads=2, min_count=1))
    print(corpus.account.files, corpus.account.bytes, corpus.account.tokens)
"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_read_packed_or_not(pack):
    result = subprocess.run([sys.executable, "-c", FROM_STDIN], input=pack(TEXT), capture_output=True, check=True)
    assert result.stdout.split() == [b"1", str(len(TEXT)).encode(), b"20000"]


def test_standard_input_may_be_no_file(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from memory")))
    assert text_of("-") == b"from memory\n"


def test_a_closed_standard_input_is_an_error(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CorpusError, match="standard input: is closed; name a file"):
        text_of("-")


def test_ctrl_c_ends_a_reader_that_waits_for_a_silent_standard_input():
    # Where the tests were started in the background, Ctrl-C is ignored, and so it is in what they start.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    soon = "import _thread, threading; threading.Timer(1, _thread.interrupt_main).start()"
    code = FROM_STDIN.replace("corpus =", f"{heard}; {soon}; corpus =")
    silent, never = os.pipe()
    try:
        result = subprocess.run(
            [sys.executable, "-c", code], stdin=silent, capture_output=True, timeout=30, check=False
        )
    finally:
        os.close(silent)
        os.close(never)
    assert result.stderr.strip().endswith(b"KeyboardInterrupt")
    assert b"Fatal" not in result.stderr


# -- archives ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["corpus.txt", "corpus.gz", "corpus.xz"])
@pytest.mark.parametrize("kind", PACKED)
def test_archives_are_known_by_their_first_bytes_not_their_names(tmp_path, kind, name):
    (tmp_path / name).write_bytes(PACKED[kind](TEXT))
    assert text_of(tmp_path / name) == TEXT


@pytest.mark.parametrize("kind", PACKED)
def test_archives_of_several_members_are_read_to_the_end(tmp_path, kind):
    (tmp_path / "a").write_bytes(PACKED[kind](TEXT) + PACKED[kind](b"") + PACKED[kind](b"last"))
    assert text_of(tmp_path / "a") == TEXT + b"last\n"


@pytest.mark.parametrize("kind", PACKED)
def test_an_empty_archive_is_an_empty_text(tmp_path, kind):
    (tmp_path / "a").write_bytes(PACKED[kind](b""))
    assert text_of(tmp_path / "a") == b""


@pytest.mark.parametrize("kind", PACKED)
def test_an_archive_that_is_cut_short_is_an_error(tmp_path, kind):
    whole = PACKED[kind](TEXT)
    for length in (len(whole) - 1, len(whole) // 2, 12):
        (tmp_path / "a.txt").write_bytes(whole[:length])
        with pytest.raises(CorpusError, match=r"a\.txt: the archive is damaged or cut short \(.+\); make or fetch it"):
            text_of(tmp_path / "a.txt")


@pytest.mark.parametrize("kind", PACKED)
@given(data=st.data())
def test_a_damaged_archive_is_an_error_of_ours_or_is_not_noticed_at_all(kind, data):
    packed = bytearray(PACKED[kind](TEXT[:2000]))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    with tempfile.NamedTemporaryFile() as file:
        file.write(packed)
        file.flush()
        try:
            text_of(file.name)
        except CorpusError as error:
            assert "\n" not in str(error)  # noqa: PT017  # an error may come, and need not


def test_zstd_without_its_library_names_the_extra(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(zstd(TEXT))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtraError, match=r"reading \.zst needs an extra: pip install 'w2v\[zstd\]'"):
        text_of(tmp_path / "a.txt")


def test_zstd_stays_small_where_little_holds_much(tmp_path):
    packed = io.BufferedReader(io.BytesIO(zstd(b"bomb " * 50_000_000)))
    stream = archives.decompressed(packed)
    longest = 0
    while stream.read(1 << 20):
        longest = max(longest, len(stream.raw._ready))
    assert longest < 64_000_000


def test_a_text_that_begins_like_an_archive_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"BZh9 is not an archive")
    assert text_of(tmp_path / "a.txt") == b"BZh9 is not an archive\n"


# -- what is no text --------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("encoding", ["auto", "latin-1"])
def test_a_byte_order_mark_says_the_encoding(tmp_path, codec, encoding):
    (tmp_path / "a.txt").write_text("El niño y 北京\n" * 1000, encoding=codec)
    blocks = list(sources.read_blocks(sources.find_sources([tmp_path]), (b" ",), 1000, encoding=encoding))
    assert b"".join(block.text for block in blocks).decode() == "El niño y 北京\n" * 1000
    assert sum(block.lost for block in blocks) == 0


@pytest.mark.parametrize(
    ("codec", "text"),
    [("latin-1", "El niño comió piñas\n"), ("gb18030", "我爱北京\n"), ("cp932", "猫が好き\n"), ("utf-16-le", "niño\n")],
)
@pytest.mark.parametrize("block_bytes", [7, 1000])  # 7: characters lie across two blocks
def test_an_encoding_that_is_given_is_used(tmp_path, codec, text, block_bytes):
    (tmp_path / "a.txt").write_bytes(text.encode(codec) * 30)
    blocks = list(sources.read_blocks(sources.find_sources([tmp_path]), (b" ",), block_bytes, encoding=codec))
    assert b"".join(block.text for block in blocks).decode() == text * 30


def test_what_the_given_encoding_does_not_have_is_counted(tmp_path):
    (tmp_path / "a.txt").write_bytes("北京 好\n".encode("gb18030") + b"\xff x\n" + b"\x81")
    account = read([tmp_path], encoding="gb18030", min_count=1).account
    assert (account.undecodable, account.tokens) == (2, 3)


@pytest.mark.parametrize(
    ("codec", "text", "reading"),
    [
        ("latin-1", "el niño comió\n", "--encoding: cp1252 (niño)"),
        ("gb18030", "我们 爱 北京\n", "--encoding: gb18030 (我们)"),
        ("cp932", "猫が 好き\n", "cp932 (猫が)"),
    ],
)
def test_a_text_that_is_not_in_utf_8_is_refused_and_what_it_may_be_is_shown(tmp_path, codec, text, reading):
    (tmp_path / "a.txt").write_bytes(text.encode(codec) * 9)
    with pytest.raises(CorpusError, match=r"a\.txt: is not in UTF-8; say what it is with --encoding: ") as error:
        read([tmp_path], min_count=1)
    assert reading in str(error.value)
    assert read([tmp_path], min_count=1, encoding=codec).account.undecodable == 0
    (tmp_path / "b.txt").write_text("words")
    assert read([tmp_path], min_count=1, encoding="utf-8").account.undecodable > 9


def test_single_slips_in_a_text_of_utf_8_are_no_other_encoding(tmp_path):
    (tmp_path / "a.txt").write_bytes("el niño comió\n".encode() * 20 + "Perú \x96 España\n".encode("latin-1"))
    assert read([tmp_path], min_count=1).account.undecodable == 3
    (tmp_path / "a.txt").write_bytes(b"plain words\n" * 5 + b"caf\xe9\n")
    assert read([tmp_path], min_count=1).account.undecodable == 1


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_refused_with_its_name(tmp_path, codec):
    (tmp_path / "a.txt").write_bytes("Some text".encode(codec))
    with pytest.raises(CorpusError, match=f"this is binary data.*; if it is UTF-16: --encoding {codec}"):
        text_of(tmp_path / "a.txt")


def test_zero_bytes_count_the_same_wherever_they_stand(tmp_path):
    words = b"word " * 1000
    for text in (b"\0\0\0" + words, words + b"\0\0\0", words[:2500] + b"\0\0\0" + words[2500:]):
        (tmp_path / "a.txt").write_bytes(text)
        for size in (1 << 12, 1 << 20):  # with the first, the last block is short
            blocks = list(sources.read_blocks(sources.find_sources([tmp_path]), (b" ",), size))
            assert sum(block.lost for block in blocks) == 3, size


def test_binary_data_is_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\x7fELF\0\0\1")
    wanted = r"this is binary data, not text \(it holds zero bytes from byte 4 on\); name text files"
    with pytest.raises(CorpusError, match=wanted):
        text_of(tmp_path / "a.txt")


def test_a_zero_byte_far_into_a_text_only_separates_words(tmp_path):
    (tmp_path / "a.txt").write_bytes(TEXT + b"x\0y\n" + b"more " * 400_000)
    for tokenizer in ("words", "whitespace", "characters"):
        settings = TrainSettings(threads=1, min_count=1, tokenizer=tokenizer)
        reading_small = pytest.MonkeyPatch()
        reading_small.setattr(reading, "BLOCK_BYTES", 4096)
        assert {"x", "y"} <= set(read([tmp_path], settings).vocabulary.words)
        reading_small.undo()


def test_the_bom_is_taken_away_and_blocks_keep_count_of_the_bytes(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + TEXT + b"end")
    blocks = list(sources.read_blocks(sources.find_sources([tmp_path]), (b" ",), 1000))
    assert b"".join(block.text for block in blocks) == TEXT + b"end\n"
    assert sum(block.size for block in blocks) == len(TEXT) + 3
    assert blocks[-1].done == len(TEXT) + 6
