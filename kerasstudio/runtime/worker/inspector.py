"""Shapes, weights, costs and problems of a project, recomputed only where something changed."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Mapping

import msgspec

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.diff import diff
from kerasstudio.graph.inspection import NodeInfo, Status, TensorSpec
from kerasstudio.graph.ports import input_ports
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.switches import Effect, switched
from kerasstudio.runtime.protocol import Inspect, Inspected, Suppose, Supposed
from kerasstudio.runtime.worker.build import call_order, missing_output, needed_nodes
from kerasstudio.runtime.worker.keras_errors import Source, explain
from kerasstudio.runtime.worker.layer_inference import Inferred, Inputs, LayerInference, symbolic
from kerasstudio.runtime.worker.port_rules import broadcast_hint, rule_problems
from kerasstudio.runtime.worker.tracing import trace_refusal


class Inspector:
    """Remembers the last project and what was found; `inspect` tells the difference."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or shipped()
        self._given = self._project = Project(graphs={})
        self._graphs: dict[str, GraphInspector] = {}
        self._reported: dict[str, NodeInfo] = {}
        self._off: Mapping[str, Effect] = {}
        self.inference = LayerInference(self._catalogue)

    def inspect(self, request: Inspect) -> Inspected:
        """What changed since the last report, all problems, and the sums."""
        self.update(request.project)
        while request.thorough and self.verify(1.0):
            pass
        return self.report(request)

    def report(self, request: Inspect) -> Inspected:
        """The same of the project as it was inspected last (after `verify`)."""
        nodes = self._infos()
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
        graphs = list(project.graphs)
        with symbolic():
            for key in _inner_first(project, graphs):
                found = self._graphs.setdefault(
                    key, GraphInspector(key, self._catalogue, self.inference)
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

    def _infos(self) -> dict[str, NodeInfo]:
        """All that is known, by node."""
        nodes = {key: info for each in self._graphs.values() for key, info in each.infos.items()}
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


class GraphInspector:
    """One graph: specs by node, in calling order."""

    def __init__(self, key: str, catalogue: Catalogue, inference: LayerInference) -> None:
        self.infos: dict[str, NodeInfo] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.traced: dict[str, tuple[Problem, ...]] = {}
        """Nodes that were traced, with what was found (usually nothing)."""
        self._key = key
        self._catalogue = catalogue
        self._inference = inference
        self._order: dict[str, int] = {}
        self._incoming: dict[str, list[Wire]] = {}
        self._outgoing: dict[str, list[str]] = {}
        self._calls: dict[str, list[str]] = {}
        self._graph = Graph(id=key)

    def update(
        self, project: Project, layers: set[str], nodes: set[str], wires: frozenset[str]
    ) -> None:
        """Infer the nodes named, those of the layers named, and what follows from them."""
        graph = project.graphs[self._key]
        if wires or graph.nodes.keys() != self._graph.nodes.keys() or nodes:
            self._index(graph)
        self._graph = graph
        for key in [key for key in self.infos if key not in graph.nodes]:
            del self.infos[key]
            self.problems.pop(key, None)
            self.traced.pop(key, None)
        dirty = set(nodes)
        dirty |= {key.rpartition(":")[0] for key in wires}
        dirty |= {node.id for node in graph.nodes.values() if node.layer in layers}
        dirty &= graph.nodes.keys()
        dirty |= {other for key in dirty for other in self._calls[graph.nodes[key].layer]}
        for key in dirty - self._order.keys():
            self.infos[key] = NodeInfo()
            self.problems.pop(key, None)
            self.traced.pop(key, None)
        self._propagate(project, dirty)

    def trace(self, project: Project, key: str) -> None:
        """Look at one accepted call with TensorFlow."""
        node = self._graph.nodes[key]
        layer = project.layers[node.layer]
        sources = self.sources(project, key)
        self.traced[key] = ()
        if not sources or layer.is_output:
            return
        inputs = {port: source.spec for port, source in sources.items()}
        refusal = trace_refusal(self._inference, project, layer, node, inputs)
        if refusal is not None:
            kind = self._catalogue.layer_type(layer)
            self.traced[key] = (explain(refusal, self._key, node, layer, kind, sources),)

    def sources(self, project: Project, node: str) -> dict[str, Source] | None:
        """What comes in at each wired port; None when something does not arrive."""
        found: dict[str, Source] = {}
        for wire in self._incoming.get(node, ()):
            info = self.infos.get(wire.source)
            if info is None or info.status != "ok" or wire.output >= len(info.outputs):
                return None
            layer = project.layers[self._graph.nodes[wire.source].layer]
            found[wire.port] = Source(wire, layer, info.outputs[wire.output])
        return found

    def _index(self, graph: Graph) -> None:
        self._order = call_order(graph, set(graph.nodes))
        self._incoming, self._outgoing, self._calls = {}, {}, {}
        for wire in graph.wires.values():
            self._incoming.setdefault(wire.target, []).append(wire)
            self._outgoing.setdefault(wire.source, []).append(wire.target)
        for node in graph.nodes.values():
            self._calls.setdefault(node.layer, []).append(node.id)
        for calls in self._calls.values():
            calls.sort(key=lambda key: self._order.get(key, -1))

    def _propagate(self, project: Project, dirty: set[str]) -> None:
        """Node by node in calling order, stopping where nothing changes any more."""
        by_rank = {rank: key for key, rank in self._order.items()}
        waiting = [self._order[key] for key in dirty if key in self._order]
        heapq.heapify(waiting)
        done = -1
        while waiting:
            rank = heapq.heappop(waiting)
            if rank == done:
                continue
            done = rank
            key = by_rank[rank]
            before = self.infos.get(key)
            self.traced.pop(key, None)
            info, problems = self._infer(project, self._graph.nodes[key])
            self.infos[key] = info
            if problems:
                self.problems[key] = problems
            else:
                self.problems.pop(key, None)
            if before is None or before.outputs != info.outputs or before.status != info.status:
                for other in self._outgoing.get(key, ()):
                    if other in self._order:
                        heapq.heappush(waiting, self._order[other])

    def _infer(self, project: Project, node: Node) -> tuple[NodeInfo, tuple[Problem, ...]]:
        layer = project.layers[node.layer]
        sources = self.sources(project, node.id)
        if sources is None:
            return self._not_reached(project, node)
        if layer.is_output:
            # An Output computes nothing; its shape is that of the tensor it marks.
            marked = tuple(source.spec for source in sources.values())
            status: Status = "ok" if marked else "unknown"
            return NodeInfo(status, marked, multiply_adds=0, activation_bytes=0), ()
        inputs = {port: source.spec for port, source in sources.items()}
        if not layer.is_input and not self._is_fed(project, node, inputs):
            return NodeInfo(), ()
        kind = self._catalogue.layer_type(layer)
        rules = tuple(rule_problems(self._key, node, layer, kind, sources))
        found = self._inference.infer(project, layer, node, inputs, self._first(project, node))
        refused = self._refusal(project, node, layer, found, sources)
        errors = tuple(rule for rule in rules if rule.severity == "error")
        if errors and refused is not None:
            rules = tuple(msgspec.structs.replace(each, detail=refused.detail) for each in rules)
        elif refused is not None:
            rules = (refused, *rules)
        if errors or refused is not None:
            return NodeInfo(status="error"), rules
        hints = tuple(broadcast_hint(self._key, node, layer, sources))
        return _info(found), (*rules, *hints)

    def _refusal(
        self,
        project: Project,
        node: Node,
        layer: Layer,
        found: Inferred,
        sources: Mapping[str, Source],
    ) -> Problem | None:
        if found.problem is not None:
            place = found.problem.place
            inside = f'Inside the block "{layer.name}": ' if layer.graph else ""
            return msgspec.structs.replace(
                found.problem,
                message=inside + found.problem.message,
                place=msgspec.structs.replace(place, graph=self._key, node=node.id, layer=layer.id),
            )
        if found.refusal is None:
            return None
        kind = self._catalogue.layer_type(layer)
        return explain(found.refusal, self._key, node, layer, kind, sources)

    def _not_reached(self, project: Project, node: Node) -> tuple[NodeInfo, tuple[Problem, ...]]:
        """Something upstream is wrong, unknown, or has fewer outputs than a wire wants."""
        status: Status = "unknown"
        for wire in self._incoming.get(node.id, ()):
            info = self.infos.get(wire.source)
            if info is None:
                continue
            if info.status in {"error", "waiting"}:
                status = "waiting"
            elif info.status == "ok" and wire.output >= len(info.outputs):
                source = project.layers[self._graph.nodes[wire.source].layer]
                problem = missing_output(self._graph, wire, source, len(info.outputs))
                return NodeInfo(status="error"), (problem,)
        return NodeInfo(status=status), ()

    def _is_fed(self, project: Project, node: Node, inputs: Inputs) -> bool:
        """Whether all required ports have a wire; `structure` tells of those that have not."""
        slots = input_ports(project, node.id, self._catalogue, self._key)
        return bool(inputs) and all(not slot.required or not slot.is_free for slot in slots)

    def _first(self, project: Project, node: Node) -> dict[str, TensorSpec] | None:
        """The inputs of the first call of a shared layer, None for the first call itself."""
        first = self._calls[node.layer][0]
        if first == node.id or first not in self.infos or self.infos[first].status != "ok":
            return None
        sources = self.sources(project, first)
        return None if not sources else {port: each.spec for port, each in sources.items()}


def _info(found: Inferred) -> NodeInfo:
    return NodeInfo(
        status="ok",
        outputs=found.outputs,
        parameters=found.parameters,
        trainable=found.trainable,
        multiply_adds=found.multiply_adds,
        activation_bytes=found.activation_bytes,
    )


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
