"""One run of training with one of its files on a disk of some kilobytes, which is full in the middle of a write.

    unshare --map-root-user --mount python tests/small_disk.py SITE BYTES CORPUS FOLDER

A program of its own, for it mounts the disk (a tmpfs) in a namespace of its own: nobody else sees it, no rights are
needed where the system lets users have namespaces, and it is gone when the program ends. The checks of free
space are switched off, as if another program had filled the disk behind them. Prints how the run ended.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BEFORE = b"1 1\nbefore 1\n"  # a file of vectors that is there already
WITHOUT_CHECKS = """
from w2v import resources
resources.require_disk = lambda *given: None
from w2v.corpus import spool
spool.IN_MEMORY = 1000
from w2v.cli import cli
cli(prog_name="w2v")
"""
SITES = ("spool", "checkpoint", "vectors", "report")


def main(site: str, size: str, corpus: str, folder: str) -> str:
    top, disk = Path(folder), Path(folder) / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=True)
    places = {name: (disk if site == name else top) for name in SITES}
    output, report, kept = places["vectors"] / "v.txt", places["report"] / "report.json", places["checkpoint"] / "run"
    output.write_bytes(BEFORE)
    report.write_bytes(b"{}\n")
    arguments = ["train", corpus, "-o", output, "--checkpoint", kept, "--report", report, "--tmp-dir", places["spool"]]
    numbers = ["--epochs", "3", "--threads", "1", "--dim", "20"]
    command = [sys.executable, "-c", WITHOUT_CHECKS, *map(str, arguments), *numbers]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    said, end = done.stderr, "ended well"
    assert "Traceback" not in said, said
    assert not [*top.rglob("*.part")], "left behind"
    for path in kept.glob("checkpoint-*"):
        from w2v.training import checkpoints

        checkpoints.read(path)
    if done.returncode:
        assert done.returncode == 1, said
        last = said.splitlines()[-1]
        assert last.startswith("Error: "), said
        assert "No space left on device" in last, said
        end = "one clear error"
    if site == "report" and done.returncode:
        assert "the vectors are written" in last, said
        assert report.read_bytes() == b"{}\n"
    if done.returncode and site != "report":
        assert output.read_bytes() == BEFORE, "the file that stood there was harmed"
        if list(kept.glob("checkpoint-*")):
            assert f"w2v train --resume {kept}" in last, said
    else:
        assert output.read_bytes() != BEFORE
    warned = " with a warning" if "warning     " in said else ""
    return f"{site}: {end}{warned}"


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
