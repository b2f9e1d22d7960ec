"""What a large text takes of the memory of a cluster's processes: `scripts/benchmark --large`.

A run of `w2v train --cluster local:4` on a text that `scripts/make-large` has made, looked at in /proc all the time.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUNS = ((1, 8), (1, 100), (5, 8), (20, 8))  # gigabytes, dim
WORKERS = 4
# Small settings: what is looked at is the memory, and reading and dealing out do not depend on them.
SETTINGS = "--threads 4 --window 1 --negative 1 --epochs 1 --sample 0.000001 --min-count 5 --tokenizer whitespace"
LOOK_SECONDS = 1.0
ROLES = {"ray::Share": "reader", "ray::NodeWorker": "worker", "ray::": "merger of tables"}
RESIDENT = ("RssAnon", "RssFile", "RssShmem")


def run_large(text: Path, folder: Path, dim: int) -> dict[str, Any]:
    """Train on a folder of texts; returns what was said, and the memory of all processes over time."""
    command = [
        sys.executable, "-m", "w2v", "train", text, "-o", folder / "vectors.bin", "--cluster", f"local:{WORKERS}",
        "--dim", str(dim), *SETTINGS.split(),
    ]  # fmt: skip
    began, said, looks = time.monotonic(), folder / "said.txt", []
    with said.open("wb") as file:
        run = subprocess.Popen(command, stderr=file, stdout=subprocess.DEVNULL)
        while run.poll() is None:
            training = b"\ntraining " in said.read_bytes()
            looks.append({"second": time.monotonic() - began, "training": training, "memory": memory_of(run.pid)})
            time.sleep(LOOK_SECONDS)
    if run.returncode:
        sys.exit(said.read_text())
    size = sum(path.stat().st_size for path in text.iterdir())
    return {"bytes": size, "dim": dim, "said": said.read_text(), "looks": looks}


def memory_of(driver: int) -> dict[str, list[list[int]]]:
    """Return what each process of a run has in memory, by role: bytes of its own, of mapped files, shared."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found: dict[str, list[list[int]]] = {}
    waiting = [driver]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            name = Path(f"/proc/{process}/cmdline").read_text().split("\0")[0]
            status = Path(f"/proc/{process}/status").read_text()
        except OSError:
            continue
        sizes = [int(size[1]) << 10 for row in RESIDENT if (size := re.search(rf"{row}:\s+(\d+)", status))]
        role = next((role for start, role in ROLES.items() if name.startswith(start)), "Ray")
        found.setdefault("driver" if process == driver else role, []).append(sizes)
    return found


def large_table(corpus: Path, kept: Path, *, make: bool) -> list[list[object]]:
    """Return the lines of the table; a run that is kept is not done again, and others are if they are to be made."""
    lines = []
    for gigabytes, dim in RUNS:
        file = kept / f"large-{gigabytes}-{dim}.json"
        if make and not file.exists():
            with tempfile.TemporaryDirectory(dir=kept) as name:
                folder = Path(name)
                maker = Path(__file__).with_name("make-large")
                subprocess.run([sys.executable, maker, corpus, str(gigabytes), folder / "text"], check=True)
                file.write_text(json.dumps(run_large(folder / "text", folder, dim)))
        if file.exists():
            lines.append(shown(json.loads(file.read_text())))
    return lines


def shown(run: dict[str, Any]) -> list[object]:
    """Return a line of the table."""
    looks, said = run["looks"], run["said"]
    reading, training = ([look for look in looks if look["training"] is it] for it in (False, True))

    def most(role: str, some: list[dict[str, Any]], part: int = 0) -> str:
        sizes = [one[part] for look in some for one in look["memory"].get(role, ()) if len(one) == len(RESIDENT)]
        return f"{max(sizes) / 1e6:,.0f}" if sizes else ""

    half, first = training[len(training) // 2 :], training[: len(training) // 2]
    return [
        f"{run['bytes'] / 1e9:.0f}", re.search(r"= ([\d,]+) kept", said)[1],
        re.search(r"^vocabulary +([\d,]+)", said, re.MULTILINE)[1], run["dim"], re.search(r"--sample (\S+)", said)[1],
        "100%" if "\nverdict " in said else re.findall(r"epoch 1/1 +(\d+%)", said)[-1],
        most("driver", looks), most("reader", reading[: len(reading) // 2]), most("reader", looks),
        most("worker", first), most("worker", half), most("driver", looks, 1), most("worker", looks, 1),
    ]  # fmt: skip
