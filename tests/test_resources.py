"""What is there: memory as the system, a container and a limit of the shell allow it; disk."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections import namedtuple

import pytest

from w2v import resources
from w2v.errors import ResourceError


def groups(tmp_path, monkeypatch, lines, files):
    """Make up the cgroups of a process: its /proc/self/cgroup, and files under /sys/fs/cgroup."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "self").write_text(lines)
    monkeypatch.setattr(resources, "CGROUPS", tmp_path)
    monkeypatch.setattr(resources, "CGROUPS_OF_US", tmp_path / "self")


@pytest.mark.parametrize(
    ("lines", "files", "free"),
    [
        ("0::/\n", {"memory.max": "9000000", "memory.current": "8000000"}, 1_000_000),
        ("0::/\n", {"memory.max": "max", "memory.current": "8000000"}, None),
        # Pages of files are given back when memory is short.
        (
            "0::/\n",
            {"memory.max": "9000000", "memory.current": "8000000", "memory.stat": "anon 5\nactive_file 500000\n"},
            1_500_000,
        ),
        # The limit of a group above counts too.
        (
            "0::/a/b\n",
            {
                "a/memory.max": "5000000", "a/memory.current": "3000000",
                "a/b/memory.max": "4000000", "a/b/memory.current": "1000000",
            },
            2_000_000,
        ),
        # Version 1; in a container, the path is the host's.
        (
            "4:memory:/docker/abc\n3:cpuset:/\n",
            {"memory/memory.limit_in_bytes": "7000000", "memory/memory.usage_in_bytes": "1000000"},
            6_000_000,
        ),
    ],
)  # fmt: skip
def test_a_container_has_the_memory_that_its_cgroups_leave(tmp_path, monkeypatch, lines, files, free):
    groups(tmp_path, monkeypatch, "0::/nothing\n", {})
    without = resources.available_memory()
    groups(tmp_path, monkeypatch, lines, files)
    assert resources.available_memory() == (free if free is not None else pytest.approx(without, rel=0.2))


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS of Linux")
def test_a_limit_of_the_address_space_counts_as_memory():
    code = """
import resource, sys
from w2v import resources
before = resources.address_space()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 50_000_000, -1))
print(before, resources.available_memory() // 1_000_000, resources.address_space() // 1_000_000)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == "None"
    assert 40 <= int(said[1]) <= 50
    assert 40 <= int(said[2]) <= 50


def test_a_refusal_says_what_is_needed_what_is_there_and_what_lowers_it(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "available_memory", lambda: 3_000_000)
    with pytest.raises(ResourceError, match=r"^a needs 4 MB of memory, 3 MB is free; less of it lowers it$"):
        resources.require_memory(4_000_000, "a", "less of it lowers it")
    resources.require_memory(3_000_000, "a", "")
    usage = namedtuple("usage", "total used free")(0, 0, 2_000_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(ResourceError, match=r"/later: a needs 3\.0 GB of disk, 2\.0 GB is free; less of it lowers it$"):
        resources.require_disk(tmp_path / "not" / "yet" / "later", 3_000_000_000, "a", "less of it lowers it")


def test_a_thread_that_the_system_does_not_start_is_one_clear_error_and_ends_the_others(monkeypatch):
    from w2v.training.run import together

    ended, begun, over = threading.Event(), [], []
    start = threading.Thread.start

    def start_one(thread):
        if begun:
            raise RuntimeError("can't start new thread")
        begun.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    with pytest.raises(ResourceError, match="the system starts no further thread; fewer --threads need less"):
        together(lambda thread: over.append((thread, ended.wait())), 3, stop=ended.set)
    assert not begun[0].is_alive()
    assert over == [(0, True)]


@pytest.mark.parametrize("left", [0, 813_999_999])
def test_training_is_refused_where_its_libraries_could_not_be_loaded(w2v, tmp_path, monkeypatch, left):
    monkeypatch.setattr(resources, "address_space", lambda: left)
    outcome = w2v("train", tmp_path / "no.txt", "--threads", "1")
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("Error: the limit of the address space leaves ")
    assert "training takes 814 MB with --threads 1 before it reads a word" in outcome.stderr


def test_memory_that_ends_anywhere_is_one_line(w2v, tmp_path, monkeypatch):
    def nothing_left(threads):
        raise MemoryError

    monkeypatch.setattr(resources, "require_address_space", nothing_left)
    outcome = w2v("train", tmp_path / "no.txt")
    assert outcome == (1, "", "Error: no memory is left; give it more, or less to do at once\n")
