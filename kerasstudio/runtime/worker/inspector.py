"""Shapes, weights, costs and problems of a project, recomputed only where something changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Set

import msgspec

from kerasstudio.graph.blocks import inner_first
from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.diff import diff
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.references import users
from kerasstudio.graph.switches import Effect, switched
from kerasstudio.runtime.protocol import Inspect, Inspected, Suppose, Supposed
from kerasstudio.runtime.worker.block_inference import BlockInference, held_layers
from kerasstudio.runtime.worker.graph_inspector import GraphInspector
from kerasstudio.runtime.worker.layer_inference import LayerInference
from kerasstudio.runtime.worker.stateless import symbolic


class Inspector:
    """Remembers the last project and what was found; `inspect` tells the difference."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or shipped()
        self._given = self._project = Project(graphs={})
        self._graphs: dict[str, GraphInspector] = {}
        self._reported: dict[str, NodeInfo] = {}
        self._off: Mapping[str, Effect] = {}
        self.inference = LayerInference(self._catalogue)
        self._blocks = BlockInference(self._graphs, self.inference)

    def inspect(self, request: Inspect) -> Inspected:
        """What changed since the last report, all problems, and the sums."""
        self.update(request.project)
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
        )

    def suppose(self, request: Suppose) -> Supposed:
        """What would be wrong with a variant; afterwards everything is as before."""
        given = self._given
        before = self._infos()
        traced = {key: dict(graph.traced) for key, graph in self._graphs.items()}
        self.update(request.project)
        infos = self._infos()
        nodes = {key: infos[key] for key in request.nodes if key in infos}
        new = tuple(
            problem
            for problem in self.problems()
            if problem.severity == "error"
            and ((info := before.get(problem.place.node or "")) is None or info.status != "error")
        )
        self.update(given)
        for key, found in traced.items():
            self._graphs[key].traced.update(found)
        return Supposed(request.id, nodes, new)

    def update(self, project: Project) -> None:
        """Infer anew what `project` changes. What is switched off is not looked at."""
        self._given = project
        project, self._off = switched(project, self._catalogue)
        changes = diff(self._project, project)
        for key in changes.graph_keys.removed:
            del self._graphs[key]
        # A block changes when anything inside it does: inner graphs are done first.
        touched = set(changes.layers.all)
        touched |= users(project, touched & project.layers.keys())
        with symbolic():
            for key in inner_first(project):
                found = self._graphs.setdefault(
                    key, GraphInspector(key, self._catalogue, self.inference, self._blocks)
                )
                different = changes.of_graph(key)
                nodes = set(different.nodes.changed - different.moved) | different.nodes.added
                wires = different.wires.all
                if different.affects_model or touched:
                    found.update(project, touched, nodes, wires)
                if different.affects_model or self._uses(project, key, touched):
                    around = {layer.id for layer in project.layers.values() if layer.graph == key}
                    touched |= around | users(project, around)
        self._project = project

    def verify(self, limit_s: float = 0.2) -> bool:
        """Trace accepted calls that were not traced yet, for about `limit_s` seconds: what only
        TensorFlow notices joins `problems`. Returns whether any are left to trace."""
        end = time.monotonic() + limit_s
        for each in self._graphs.values():
            for key in each.infos:
                if key in each.traced or each.infos[key].status != "ok":
                    continue
                if time.monotonic() > end:
                    return True
                each.trace(self._project, key)
        return False

    def problems(self) -> tuple[Problem, ...]:
        """All problems, in drawing order."""
        found: list[Problem] = []
        for key, graph in self._project.graphs.items():
            known, traced = self._graphs[key].problems, self._graphs[key].traced
            for node in graph.nodes:
                found += known.get(node, ())
                found += traced.get(node, ())
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

    def _uses(self, project: Project, graph: str, layers: set[str]) -> bool:
        return bool(layers) and any(
            node.layer in layers for node in project.graphs[graph].nodes.values()
        )

    def _nodes(self, frozen: Set[str]) -> Iterator[tuple[str, NodeInfo]]:
        """All that is known, by node. Nothing is trained in a frozen block."""
        for key, each in self._graphs.items():
            nodes = self._project.graphs[key].nodes
            for node, info in each.infos.items():
                if info.trainable and nodes[node].layer in frozen:
                    info = msgspec.structs.replace(info, trainable=0)
                yield node, info

    def _totals(self) -> tuple[int, int, set[str]]:
        """Weights, all and those that training changes: each layer once, wherever it is called;
        and the layers that a block around them freezes."""
        project = self._project
        if project.root not in self._graphs:
            return 0, 0, set()
        found: dict[str, NodeInfo] = {}
        frozen: set[str] = set()
        nodes = set(project.graph.nodes)
        self._blocks.collect(project, project.root, nodes, False, found, frozen)
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
