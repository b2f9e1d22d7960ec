"""Run `w2v train --cluster auto ARGUMENTS` on N nodes of Ray, processes of this machine, and kill one meanwhile.

    python tests/cluster/several_nodes.py N SECONDS ARGUMENTS...

SECONDS after the training has begun a node is killed; a negative number kills none.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from w2v.training.cluster.nodes import import_ray

import_ray()

from ray.cluster_utils import Cluster  # noqa: E402  # what Ray prints is switched off by now

count, seconds, *arguments = sys.argv[1:]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=2, wait=False) for _ in range(int(count))]
cluster.wait_for_nodes()
command = [sys.executable, "-m", "w2v", "train", *arguments, "--cluster", "auto"]


def die(node) -> None:
    """Kill a node as a machine dies: its workers at once, which would else live until they miss their raylet."""
    (raylet,) = node.all_processes["raylet"]
    parents = {int(path.parent.name): _parent(path) for path in Path("/proc").glob("[0-9]*/stat")}
    for process, parent in parents.items():
        if parent == raylet.process.pid:
            os.kill(process, signal.SIGKILL)
    cluster.remove_node(node, allow_graceful=False)


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return -1


environment = {**os.environ, "RAY_ADDRESS": cluster.address}
run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
for line in run.stderr:
    sys.stderr.write(line)
    if line.startswith("training ") and float(seconds) >= 0:
        threading.Timer(float(seconds), die, (nodes[-1],)).start()
code = run.wait()
cluster.shutdown()
sys.exit(code)
