"""Training on more than one machine: an executor whose replicas are on the machines of a Ray cluster."""

from __future__ import annotations

from w2v.training.cluster.executor import Cluster
from w2v.training.cluster.nodes import Nodes
from w2v.training.cluster.readers import Readers, readable
from w2v.training.cluster.worker import compile_ahead

__all__ = ["Cluster", "Nodes", "Readers", "compile_ahead", "readable"]
