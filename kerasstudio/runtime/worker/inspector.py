"""Shapes, weights, costs and problems of a project, recomputed only where something changed."""

from __future__ import annotations

import time
from collections.abc import Iterator

from msgspec.structs import replace

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.diff import diff
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Inspect, Inspected
from kerasstudio.runtime.worker.build import needed_nodes
from kerasstudio.runtime.worker.fix_trials import FixTrials
from kerasstudio.runtime.worker.graph_inspector import GraphInspector, untried
from kerasstudio.runtime.worker.layer_inference import LayerInference, symbolic
from kerasstudio.runtime.worker.memory import machine_memory

TRIAL_SECONDS = 0.08
"""For trying mends within an answer; what is left over is tried when idle, and told then."""


class Inspector:
    """Remembers the last project and what was found; `inspect` tells the difference."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or shipped()
        self._project = Project(graphs={})
        self._graphs: dict[str, GraphInspector] = {}
        self._reported: dict[str, NodeInfo] = {}
        self.inference = LayerInference(self._catalogue)
        self._trials = FixTrials(self._catalogue)
        self._trial: Iterator[None] | None = None
        """The trials of one node, where they were left."""

    def inspect(self, request: Inspect) -> Inspected:
        """What changed since the last report, all problems, and the sums."""
        self.update(request.project)
        self.try_fixes(TRIAL_SECONDS)
        while request.thorough and self.verify(1.0):
            pass
        return self.report(request)

    def report(self, request: Inspect) -> Inspected:
        """The same of the project as it was inspected last (after `verify`)."""
        nodes = {key: info for each in self._graphs.values() for key, info in each.infos.items()}
        changed = {key: info for key, info in nodes.items() if self._reported.get(key) != info}
        removed = tuple(key for key in self._reported if key not in nodes)
        self._reported = nodes
        total, trainable = self._totals()
        return Inspected(
            id=request.id,
            revision=request.revision,
            nodes=changed,
            removed=removed,
            problems=self.problems(),
            total=total,
            total_trainable=trainable,
            memory=machine_memory(),
        )

    def update(self, project: Project) -> None:
        """Infer anew what `project` changes."""
        self._trial = None
        changes = diff(self._project, project)
        for key in changes.graph_keys.removed:
            del self._graphs[key]
        # A block changes when anything inside it does: inner graphs are done first.
        touched = set(changes.layers.all)
        graphs = list(project.graphs)
        with symbolic():
            for key in _inner_first(project, graphs):
                found = self._graphs.setdefault(
                    key, GraphInspector(key, self._catalogue, self.inference, self._graphs)
                )
                different = changes.of_graph(key)
                nodes = set(different.nodes.changed - different.moved) | different.nodes.added
                wires = different.wires.all
                if different.affects_model or touched:
                    found.update(project, touched, nodes, wires)
                if different.affects_model or self._uses(project, key, touched):
                    touched |= {layer.id for layer in project.layers.values() if layer.graph == key}
        self._project = project

    def verify(self, limit_s: float = 0.2) -> bool:
        """Trace accepted calls that were not traced yet and try the mends of what is wrong, for
        about `limit_s` seconds: what only TensorFlow notices joins `problems`. Returns whether
        anything is left to do."""
        end = time.monotonic() + limit_s
        if self.try_fixes(limit_s):
            return True
        for each in self._graphs.values():
            for key in each.infos:
                if key in each.traced or each.infos[key].status != "ok":
                    continue
                if time.monotonic() > end:
                    return True
                each.trace(self._project, key)
        return self.try_fixes(end - time.monotonic())

    def try_fixes(self, limit_s: float) -> bool:
        """Find out which mends mend, for about `limit_s` seconds; returns whether any are left."""
        end = time.monotonic() + limit_s
        while True:
            if self._trial is None:
                found = next(untried(self._graphs.values()), None)
                if found is None:
                    return False
                self._trial = self._trials.try_node(self._project, *found)
            for _ in self._trial:
                if time.monotonic() > end:
                    return True
            self._trial = None

    def problems(self) -> tuple[Problem, ...]:
        """All problems, in drawing order, with the mends that were found to work."""
        found: list[Problem] = []
        for key, graph in self._project.graphs.items():
            each = self._graphs[key]
            for node in graph.nodes:
                if node in each.tried:
                    found += each.tried[node]
                else:
                    found += (replace(problem, fixes=()) for problem in each.found(node))
        return tuple(found)

    def _uses(self, project: Project, graph: str, layers: set[str]) -> bool:
        return bool(layers) and any(
            node.layer in layers for node in project.graphs[graph].nodes.values()
        )

    def _totals(self) -> tuple[int, int]:
        """Weights, all and those that training changes: each layer once, wherever it is called."""
        if self._project.root not in self._graphs:
            return 0, 0
        found: dict[str, NodeInfo] = {}
        frozen: set[str] = set()
        self._collect(self._project.root, set(self._project.graph.nodes), False, found, frozen)
        return (
            sum(info.parameters for info in found.values()),
            sum(info.trainable for key, info in found.items() if key not in frozen),
        )

    def _collect(
        self,
        graph: str,
        nodes: set[str],
        is_frozen: bool,
        found: dict[str, NodeInfo],
        frozen: set[str],
    ) -> None:
        """Layers of a graph, and of its blocks those that lead to an Output. A block that is
        frozen freezes its layers also where they stand elsewhere."""
        project, infos = self._project, self._graphs[graph].infos
        for key in nodes:
            layer = project.layers[project.graphs[graph].nodes[key].layer]
            info = infos.get(key)
            if info is None or info.status != "ok":
                continue
            if layer.graph is not None:
                needed = needed_nodes(project, project.graphs[layer.graph])
                still = is_frozen or not layer.trainable
                self._collect(layer.graph, needed, still, found, frozen)
                continue
            if is_frozen:
                frozen.add(layer.id)
            if layer.id not in found or info.parameters:
                found[layer.id] = info


def _inner_first(project: Project, graphs: list[str]) -> list[str]:
    """Graphs so that blocks come before the graphs that use them."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(key: str) -> None:
        if key in seen or key not in project.graphs:
            return
        seen.add(key)
        for node in project.graphs[key].nodes.values():
            inner = project.layers[node.layer].graph
            if inner is not None:
                visit(inner)
        order.append(key)

    for key in graphs:
        visit(key)
    return order
