"""Shapes, weights, costs and problems of a project, recomputed only where something changed."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Mapping, Set

import msgspec

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import Effect, switched
from kerasstudio.runtime.protocol import Inspect, Inspected, Suppose, Supposed
from kerasstudio.runtime.worker.block_inference import held_layers
from kerasstudio.runtime.worker.fix_trials import FixTrials
from kerasstudio.runtime.worker.graph_inspector import untried
from kerasstudio.runtime.worker.inspected_graphs import InspectedGraphs
from kerasstudio.runtime.worker.layer_inference import LayerInference
from kerasstudio.runtime.worker.memory import machine_memory

TRIAL_SECONDS = 0.08
"""For trying mends within an answer; what is left over is tried when idle, and told then."""


class Inspector:
    """Remembers the last project and what was found; `inspect` tells the difference."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or shipped()
        self._given = Project(graphs={})
        self._reported: dict[str, NodeInfo] = {}
        self._off: Mapping[str, Effect] = {}
        self.inference = LayerInference(self._catalogue)
        self._graphs = InspectedGraphs(self._catalogue, self.inference)
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
        total, trainable, frozen = self._totals()
        nodes = self._infos(frozen)
        changed = {key: info for key, info in nodes.items() if self._reported.get(key) != info}
        removed = tuple(key for key in self._reported if key not in nodes)
        self._reported = nodes
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

    def suppose(self, request: Suppose) -> Supposed:
        """What would be wrong with a variant; nothing of this changes what is known."""
        before = self._infos()
        other = copy.copy(self)
        other._graphs = self._graphs.fork()
        other.update(request.project)
        infos = other._infos()
        nodes = {key: infos[key] for key in request.nodes if key in infos}
        new = tuple(
            problem
            for problem in other.problems()
            if problem.severity == "error"
            and ((info := before.get(problem.place.node or "")) is None or info.status != "error")
        )
        return Supposed(request.id, nodes, new)

    def update(self, project: Project) -> None:
        """Infer anew what `project` changes. What is switched off is not looked at."""
        self._trial = None
        self._given = project
        live, self._off = switched(project, self._catalogue)
        self._graphs.update(live)

    def verify(self, limit_s: float = 0.2) -> bool:
        """Trace accepted calls that were not traced yet and try the mends of what is wrong, for
        about `limit_s` seconds: what only TensorFlow notices joins `problems`. Returns whether
        anything is left to do."""
        end = time.monotonic() + limit_s
        if self.try_fixes(limit_s):
            return True
        for each in self._graphs:
            for key in each.infos:
                if key in each.traced or each.infos[key].status != "ok":
                    continue
                if time.monotonic() > end:
                    return True
                each.trace(self._graphs.project, key)
        return self.try_fixes(end - time.monotonic())

    def try_fixes(self, limit_s: float) -> bool:
        """Find out which mends mend, for about `limit_s` seconds; returns whether any are left."""
        end = time.monotonic() + limit_s
        while True:
            if self._trial is None:
                found = next(untried(self._graphs), None)
                if found is None:
                    return False
                self._trial = self._trials.try_node(self._given, self._graphs, *found)
            for _ in self._trial:
                if time.monotonic() > end:
                    return True
            self._trial = None

    def problems(self) -> tuple[Problem, ...]:
        """All problems, in drawing order, with the mends that were found to work."""
        found: list[Problem] = []
        for key, graph in self._graphs.project.graphs.items():
            each = self._graphs[key]
            for node in graph.nodes:
                if node in each.tried:
                    found += each.tried[node]
                else:
                    wrong = each.found(node)
                    found += (msgspec.structs.replace(problem, fixes=()) for problem in wrong)
        return tuple(found)

    def _infos(self, frozen: Set[str] = frozenset()) -> dict[str, NodeInfo]:
        """All that is known, by node."""
        nodes = dict(self._nodes(frozen))
        nodes.update(self._passing(nodes))
        return nodes

    def _passing(self, known: Mapping[str, NodeInfo]) -> Iterator[tuple[str, NodeInfo]]:
        """Bypassed nodes: what goes through them comes out as it is."""
        for effect in self._off.values():
            for key, (source, output) in effect.passing.items():
                info = known.get(source)
                if info is None or info.status != "ok" or output >= len(info.outputs):
                    status = info.status if info is not None and not info.outputs else "unknown"
                    yield key, NodeInfo("waiting" if status == "error" else status)
                else:
                    outputs = (info.outputs[output],)
                    yield key, NodeInfo("ok", outputs, multiply_adds=0, activation_bytes=0)

    def _nodes(self, frozen: Set[str]) -> Iterator[tuple[str, NodeInfo]]:
        """All that is known, by node. Nothing is trained in a frozen block."""
        for each in self._graphs:
            nodes = self._graphs.project.graphs[each.key].nodes
            for node, info in each.infos.items():
                if info.trainable and nodes[node].layer in frozen:
                    info = msgspec.structs.replace(info, trainable=0)
                yield node, info

    def _totals(self) -> tuple[int, int, set[str]]:
        """Weights, all and those that training changes: each layer once, wherever it is called;
        and the layers that a block around them freezes."""
        project = self._graphs.project
        if project.root not in self._graphs:
            return 0, 0, set()
        found: dict[str, NodeInfo] = {}
        frozen: set[str] = set()
        nodes = set(project.graph.nodes)
        self._graphs.blocks.collect(project, project.root, nodes, False, found, frozen)
        total = trainable = 0
        for key, info in found.items():
            # A wrapper around a layer that is called elsewhere too has the same weights.
            twice = [
                found[each]
                for each in set(held_layers(project, project.layers[key]))
                if each in found
            ]
            total += info.parameters - sum(each.parameters for each in twice)
            if key not in frozen:
                trainable += info.trainable - sum(each.trainable for each in twice)
        return total, trainable, frozen
