"""Runs of `w2v train --cluster auto` on nodes of Ray, processes of this machine, one of which is killed meanwhile.

    python tests/cluster/several_nodes.py KILLS SEED [OPTION ...]

Options are added to the command of the run: --objective glove.

`scripts/faults` does it at length. Not in the process of the tests, which has a cluster of another kind.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from w2v.training.cluster.nodes import import_ray

TOP = Path(__file__).resolve().parent.parent.parent
NODES = 3
NODE_EVERY = 4  # kills: a whole node
EPOCHS = 6
WAITS = 300.0  # seconds after which a run that does not end is a broken promise
SETTINGS = ("--threads", "4", "--epochs", str(EPOCHS), "--dim", "50")
# Rows are kept as often as in a run of hours, so that there are some to go back to.
RUN = """
from w2v.__main__ import main
from w2v.training.cluster import executor
executor.KEEP_SECONDS, executor.KEEP_SHARE = 0.2, 1.0
main()
"""
# What a process of a run is, by its title; agents of Ray take the whole node with them.
ROLES = {"ray::Share": "a reader", "ray::merged": "a merger of tables", "ray::Node": "a trainer"}


class Ended(NamedTuple):
    """What a run left: the bits of the vectors, the account of the corpus, and how long it worked on the cluster."""

    vectors: bytes
    corpus: object
    seconds: float


class Several:
    """A cluster of several nodes; the head only leads them."""

    def __init__(self, corpus: Path, folder: Path, chance: random.Random, options: Sequence[str]) -> None:
        self._corpus, self._folder, self._chance, self._options = corpus, folder, chance, options
        self._kills, self._shortest = 0, WAITS
        self._open()

    def __enter__(self) -> Several:
        return self

    def __exit__(self, *error: object) -> None:
        self._cluster.shutdown()

    @cached_property
    def wanted(self) -> Ended:
        """What one machine comes to, in the time that a run on the cluster takes if nothing happens to it."""
        here = self._ended(self._begin(sys.executable, "-m", "w2v"))
        there = self._ended(self._begin(sys.executable, "-c", RUN, "--cluster", "auto"))
        assert here[:2] == there[:2], "the cluster gives other bits than one machine"
        return there

    def kill_once(self) -> str:
        """Kill a process of a run, or a node with all of them, at a random moment; returns what was killed.

        The vectors and the account must be those of the run that nothing happened to.
        """
        moment = self._chance.uniform(0, min(self.wanted.seconds, self._shortest))
        self._fill()
        run = self._begin(sys.executable, "-c", RUN, "--cluster", "auto")
        while "cluster " not in self._said() and run.poll() is None:
            time.sleep(0.01)
        time.sleep(moment)
        killed = ""
        if run.poll() is None:
            killed = self._kill_node() if self._kills % NODE_EVERY == 0 else self._kill_process()
        ended = self._ended(run)
        if not killed:  # too late: the first run, by which moments are drawn, started Ray's processes and took longer
            self._shortest = min(self._shortest, ended.seconds)
        assert ended[:2] == self.wanted[:2], f"killed {killed} after {moment} s: other bits, or another account"
        self._kills += bool(killed)
        return killed

    def _open(self) -> None:
        import_ray()
        from ray.cluster_utils import Cluster  # what Ray prints is switched off by now

        self._cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        self._nodes: list[Any] = []
        self._fill()

    def _fill(self) -> None:
        """Have as many nodes as there were."""
        try:
            while len(self._nodes) < NODES:
                self._nodes.append(self._cluster.add_node(num_cpus=1, wait=False))
            self._cluster.wait_for_nodes(WAITS)
        except Exception as error:  # Ray has no class for it
            if "timed out during startup" not in str(error):
                raise
            self._cluster.shutdown()  # a node has 30 s to start, which is little on a busy machine: all anew
            self._open()

    def _begin(self, *program: str) -> subprocess.Popen[bytes]:
        python, how, what, *more = program
        arguments = [
            "train",
            self._corpus,
            "-o",
            self._folder / "v.bin",
            "--report",
            self._folder / "r.json",
            *SETTINGS,
            *self._options,
        ]
        environment = {**os.environ, "RAY_ADDRESS": self._cluster.address}
        self._began = 0.0
        with (self._folder / "said").open("wb") as said:
            return subprocess.Popen(
                [python, how, what, *map(str, arguments), *more], cwd=TOP, env=environment, stderr=said,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def _said(self) -> str:
        said = (self._folder / "said").read_text()
        if "cluster " in said and not self._began:
            self._began = time.monotonic()
        return said

    def _ended(self, run: subprocess.Popen[bytes]) -> Ended:
        limit = time.monotonic() + WAITS
        while run.poll() is None:
            assert time.monotonic() < limit, f"does not end:\n{self._said()}"
            time.sleep(0.02)
            self._said()
        assert run.returncode == 0, self._said()
        assert "Traceback" not in self._said()
        report = json.loads((self._folder / "r.json").read_text())
        for what, wanted in (
            ("tokens", report["settings"]["epochs"] * report["corpus"]["kept"]),
            ("trained", report["training"]["trained"]),
        ):
            assert "workers" not in report or sum(worker[what] for worker in report["workers"]) == wanted
        vectors = (self._folder / "v.bin").read_bytes()
        return Ended(vectors, (report["corpus"], report["by_file"]), time.monotonic() - self._began)

    def _kill_process(self) -> str:
        there = [(process, role) for node in self._nodes for process, role in _processes(node)]
        if not there:
            return ""
        process, role = self._chance.choice(there)
        os.kill(process, signal.SIGKILL)
        return role

    def _kill_node(self) -> str:
        """Kill a node as a machine dies: its workers at once, which would else live until they miss their raylet."""
        node = self._nodes.pop(self._chance.randrange(NODES))
        there = _processes(node)
        for process, _ in there:
            os.kill(process, signal.SIGKILL)
        self._cluster.remove_node(node, allow_graceful=False)
        return "a node" if there else ""


def _processes(node: Any) -> list[tuple[int, str]]:
    """Return the processes of a run on a node, with what each is."""
    (raylet,) = node.all_processes["raylet"]
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            name = (path / "cmdline").read_text()
        except OSError:  # it has ended meanwhile
            continue
        if parent == raylet.process.pid and (
            role := next((its for of, its in ROLES.items() if name.startswith(of)), "")
        ):
            found.append((int(path.name), role))
    return found


def kill(kills: int, folder: Path, chance: random.Random, options: Sequence[str] = ()) -> str:
    """Kill so many, in a run each; returns what was killed."""
    found: Counter[str] = Counter()
    with Several(TOP / "data" / "demo.txt", folder, chance, options) as several:
        while sum(found.values()) < kills:
            if killed := several.kill_once():
                found[killed] += 1
                print(f"  killed {killed}", file=sys.stderr, flush=True)
        seconds = several.wanted.seconds
    return (
        f"{', '.join(f'{count} x {what}' for what, count in found.most_common())}, one in each run of {NODES} nodes and"
        f" {seconds:.0f} s: each run ended in the bits and the account of one machine"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(kill(int(sys.argv[1]), Path(name), random.Random(int(sys.argv[2])), sys.argv[3:]))
