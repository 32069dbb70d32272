"""One graph of the project as Keras sees it: tensors by node, inferred in calling order and only
where something changed."""

from __future__ import annotations

import copy
import heapq
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from kerasstudio.graph.axes import expected_axes, output_axes, passes_axes
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.inspection import NodeInfo, Status, TensorSpec
from kerasstudio.graph.ports import input_ports
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.runtime.worker.build import call_order, missing_output
from kerasstudio.runtime.worker.keras_errors import explain
from kerasstudio.runtime.worker.layer_inference import Inferred, Inputs, LayerInference
from kerasstudio.runtime.worker.memory import TRACEABLE, weight_problem
from kerasstudio.runtime.worker.mends.around import Around, CallSite, Source
from kerasstudio.runtime.worker.port_rules import broadcast_hint, rule_problems
from kerasstudio.runtime.worker.shape_messages import nothing_left
from kerasstudio.runtime.worker.tracing import trace_refusal

_FURTHEST_HINT = 24


class GraphInspector:
    """`infos` and `problems` by node. The mends of a problem are candidates as long as nobody has
    tried them: `tried` holds the problems of nodes whose mends were."""

    def __init__(
        self,
        key: str,
        catalogue: Catalogue,
        inference: LayerInference,
        graphs: Mapping[str, GraphInspector],
    ) -> None:
        self.key = key
        self._graphs = graphs
        self.infos: dict[str, NodeInfo] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.traced: dict[str, tuple[Problem, ...]] = {}
        """Nodes that were traced, with what was found (usually nothing)."""
        self.tried: dict[str, tuple[Problem, ...]] = {}
        self._catalogue = catalogue
        self._inference = inference
        self._order: dict[str, int] = {}
        self._incoming: dict[str, list[Wire]] = {}
        self._outgoing: dict[str, list[str]] = {}
        self._calls: dict[str, list[str]] = {}
        self._hints: dict[str, str] = {}
        self._graph = Graph(id=key)

    def fork(self) -> GraphInspector:
        """A copy to try an edit on."""
        other = copy.copy(self)
        for name in ("infos", "problems", "traced", "tried", "_hints"):
            setattr(other, name, dict(getattr(self, name)))
        return other

    def update(
        self,
        project: Project,
        layers: set[str],
        nodes: set[str],
        wires: frozenset[str],
        most: int | None = None,
    ) -> list[str]:
        """Infer the nodes named, those of the layers named, and what follows from them, `most`
        calls at most. Returns what was inferred."""
        graph = project.graphs[self.key]
        if wires or graph.nodes.keys() != self._graph.nodes.keys() or nodes:
            self._index(graph)
            self.tried.clear()  # a mend may wire to nodes that came or went
        self._graph = graph
        for key in [key for key in self.infos if key not in graph.nodes]:
            self._forget(key)
            del self.infos[key]
        dirty = set(nodes)
        dirty |= {key.rpartition(":")[0] for key in wires}
        dirty |= {node.id for node in graph.nodes.values() if node.layer in layers}
        dirty |= self._meant_otherwise(project)
        dirty &= graph.nodes.keys()
        dirty |= {other for key in dirty for other in self._calls[graph.nodes[key].layer]}
        for key in dirty - self._order.keys():
            self.infos[key] = NodeInfo()
            self._forget(key)
        return self._propagate(project, dirty, most)

    def trace(self, project: Project, key: str) -> None:
        """Look at one accepted call with TensorFlow."""
        node = self._graph.nodes[key]
        layer = project.layers[node.layer]
        sources = self.sources(project, key)
        self.traced[key] = ()
        if not sources or layer.is_output or self.infos[key].parameters > TRACEABLE:
            return
        inputs = {port: _bare(source.spec) for port, source in sources.items()}
        refusal = trace_refusal(self._inference, project, layer, node, inputs)
        if refusal is not None:
            call = self._call_site(project, node, layer, sources)
            self.traced[key] = (explain(refusal, call),)

    def found(self, node: str) -> tuple[Problem, ...]:
        """What is wrong with a node, by symbolic call and by trace."""
        return self.problems.get(node, ()) + self.traced.get(node, ())

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

    def _forget(self, node: str) -> None:
        for table in (self.problems, self.traced, self.tried):
            table.pop(node, None)

    def _propagate(self, project: Project, dirty: set[str], most: int | None) -> list[str]:
        """Node by node in calling order, stopping where nothing changes any more."""
        by_rank = {rank: key for key, rank in self._order.items()}
        waiting = [self._order[key] for key in dirty if key in self._order]
        heapq.heapify(waiting)
        done = -1
        inferred: list[str] = []
        while waiting and (most is None or len(inferred) < most):
            rank = heapq.heappop(waiting)
            if rank == done:
                continue
            done = rank
            key = by_rank[rank]
            before = self.infos.get(key)
            self._forget(key)
            info, problems = self._infer(project, self._graph.nodes[key])
            inferred.append(key)
            self.infos[key] = info
            if problems:
                self.problems[key] = problems
            if before is None or before.outputs != info.outputs or before.status != info.status:
                for other in self._outgoing.get(key, ()):
                    if other in self._order:
                        heapq.heappush(waiting, self._order[other])
        return inferred

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
        inputs = {port: _bare(source.spec) for port, source in sources.items()}
        if not layer.is_input and not self._is_fed(project, node, inputs):
            return NodeInfo(), ()
        call = self._call_site(project, node, layer, sources)
        rules = tuple(rule_problems(call))
        found = self._inference.infer(project, layer, node, inputs, self._first(project, node))
        refused = self._refusal(found, call)
        errors = tuple(rule for rule in rules if rule.severity == "error")
        if errors and refused is not None:
            rules = tuple(msgspec.structs.replace(each, detail=refused.detail) for each in rules)
        elif refused is not None:
            rules = (refused, *rules)
        if errors or refused is not None:
            return NodeInfo(status="error"), rules
        too_large = weight_problem(call, found.parameters, found.weight_bytes)
        if too_large is not None:
            return NodeInfo(status="error"), (too_large, *rules)
        if any(0 in spec.shape[1:] for spec in found.outputs):
            return NodeInfo(status="error"), (nothing_left(call, found.outputs), *rules)
        return self._info(call, found), (*rules, *broadcast_hint(call))

    def _call_site(
        self, project: Project, node: Node, layer: Layer, sources: Mapping[str, Source]
    ) -> CallSite:
        around = Around(
            project, self._graph, self._catalogue, self.infos, self._incoming, self._outgoing
        )
        return CallSite(self.key, node, layer, self._catalogue.layer_type(layer), sources, around)

    def _refusal(self, found: Inferred, call: CallSite) -> Problem | None:
        if found.problem is not None:
            place = msgspec.structs.replace(
                found.problem.place, graph=self.key, node=call.node.id, layer=call.layer.id
            )
            inside = f'Inside the block "{call.layer.name}": ' if call.layer.graph else ""
            message = inside + found.problem.message
            return msgspec.structs.replace(found.problem, message=message, place=place)
        return None if found.refusal is None else explain(found.refusal, call)

    def _info(self, call: CallSite, found: Inferred) -> NodeInfo:
        coming = [source.spec.letters for source in call.sources.values()]
        outputs = []
        for number, spec in enumerate(found.outputs):
            axes = self._hints.get(call.node.id, "") if call.layer.is_input else ""
            axes = axes or output_axes(call.layer, call.kind, coming, len(spec.shape), number)
            outputs.append(TensorSpec(spec.shape, spec.dtype, axes))
        adds, size = found.multiply_adds, found.activation_bytes
        if call.layer.graph is not None:
            adds, size = self._inside(call)
        return NodeInfo(
            status="ok",
            outputs=tuple(outputs),
            parameters=found.parameters,
            trainable=found.trainable,
            multiply_adds=adds,
            activation_bytes=size,
        )

    def _inside(self, call: CallSite) -> tuple[int | None, int | None]:
        """Multiply-adds and bytes of all that a block holds; None where one part is not known."""
        inner = self._graphs.get(call.layer.graph or "")
        if inner is None or call.around is None:
            return None, None
        project = call.around.project
        drawn = project.graphs[inner.key].nodes.values()
        ends = {
            node.id
            for node in drawn
            if project.layers[node.layer].is_input or project.layers[node.layer].is_output
        }
        infos = [info for key, info in inner.infos.items() if key not in ends]
        adds = [info.multiply_adds for info in infos if info.status == "ok"]
        sizes = [info.activation_bytes for info in infos if info.status == "ok"]
        return _sum(adds), _sum(sizes)

    def _meant_otherwise(self, project: Project) -> set[str]:
        """Inputs whose axes mean something else now: what they feed says what they are."""
        changed = set()
        hints: dict[str, str] = {}
        for node in self._graph.nodes.values():
            layer = project.layers[node.layer]
            if layer.is_input:
                axes = self._meaning(project, node.id, layer)
                if axes:
                    hints[node.id] = axes
                if self._hints.get(node.id, "") != axes:
                    changed.add(node.id)
        self._hints = hints
        return changed

    def _meaning(self, project: Project, node: str, layer: Layer) -> str:
        shape = layer.arguments.get("shape")
        rank = len(shape) + 1 if isinstance(shape, list) else 0
        waiting = list(self._outgoing.get(node, ()))
        for other in waiting:
            target = project.layers[self._graph.nodes[other].layer]
            kind = self._catalogue.layer_type(target)
            axes = expected_axes(target, kind)
            if axes is not None and len(axes) == rank:
                return axes
            if axes is not None and rank == 3 and len(axes) == 4:
                return axes.replace("C", "")  # pictures without an axis of channels
            if passes_axes(target, kind) and len(waiting) < _FURTHEST_HINT:
                waiting += self._outgoing.get(other, ())
        return ""

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
        slots = input_ports(project, node.id, self._catalogue, self.key)
        return bool(inputs) and all(not slot.required or not slot.is_free for slot in slots)

    def _first(self, project: Project, node: Node) -> dict[str, TensorSpec] | None:
        """The inputs of the first call of a shared layer, None for the first call itself."""
        first = self._calls[node.layer][0]
        if first == node.id or first not in self.infos or self.infos[first].status != "ok":
            return None
        sources = self.sources(project, first)
        return None if not sources else {port: _bare(each.spec) for port, each in sources.items()}


def untried(graphs: Iterable[GraphInspector]) -> Iterator[tuple[GraphInspector, str]]:
    """Nodes with problems whose mends nobody has tried."""
    for each in graphs:
        for node in (*each.problems, *each.traced):
            if node not in each.tried and any(problem.fixes for problem in each.found(node)):
                yield each, node


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if values and len(known) == len(values) else None


def _bare(spec: TensorSpec) -> TensorSpec:
    """Without the meaning of the axes, of which Keras knows nothing."""
    return TensorSpec(spec.shape, spec.dtype)
