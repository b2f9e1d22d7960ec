"""Run `w2v train --cluster auto ARGUMENTS` on N nodes of Ray, processes of this machine, and kill one meanwhile.

    python tests/cluster/several_nodes.py N SECONDS ARGUMENTS...

SECONDS after the training has begun a node is killed; a negative number kills none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from w2v.training.cluster.nodes import import_ray

import_ray()

from ray.cluster_utils import Cluster  # noqa: E402  # what Ray prints is switched off by now

count, seconds, *arguments = sys.argv[1:]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=2, wait=False) for _ in range(int(count))]
cluster.wait_for_nodes()
command = [sys.executable, "-m", "w2v", "train", *arguments, "--cluster", "auto"]
environment = {**os.environ, "RAY_ADDRESS": cluster.address}
run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
for line in run.stderr:
    sys.stderr.write(line)
    if line.startswith("training ") and float(seconds) >= 0:
        threading.Timer(float(seconds), cluster.remove_node, (nodes[-1], False)).start()
code = run.wait()
cluster.shutdown()
sys.exit(code)
