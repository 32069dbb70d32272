"""One graph of a project as Keras sees it: specs by node, inferred in calling order and only where
something changed."""

from __future__ import annotations

import copy
import heapq
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from kerasstudio.graph.axes import output_axes
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.code_fixes import code_fixes, conversions
from kerasstudio.graph.inspection import NodeInfo, Status, TensorSpec
from kerasstudio.graph.placeholders import LAMBDA, code_problem, is_placeholder, reload_problem
from kerasstudio.graph.ports import input_ports
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.runtime.worker.block_inference import BlockInference
from kerasstudio.runtime.worker.foreign_layers import stands_in
from kerasstudio.runtime.worker.input_axes import input_axes
from kerasstudio.runtime.worker.keras_errors import explain, misnamed
from kerasstudio.runtime.worker.layer_inference import Inferred, Inputs, LayerInference
from kerasstudio.runtime.worker.memory import TRACEABLE, weight_problem
from kerasstudio.runtime.worker.mends.around import Around, CallSite, Source
from kerasstudio.runtime.worker.mends.block_inputs import fit_block
from kerasstudio.runtime.worker.node_order import call_order, missing_output, needed_nodes
from kerasstudio.runtime.worker.port_rules import broadcast_hint, rule_problems
from kerasstudio.runtime.worker.shape_messages import nothing_left
from kerasstudio.runtime.worker.tracing import trace_refusal


class GraphInspector:
    """`infos` and `problems` by node. The mends of a problem are candidates as long as nobody has
    tried them: `tried` holds the problems of nodes whose mends were."""

    def __init__(
        self, key: str, catalogue: Catalogue, inference: LayerInference, blocks: BlockInference
    ) -> None:
        self.infos: dict[str, NodeInfo] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.traced: dict[str, tuple[Problem, ...]] = {}
        """Nodes that were traced, with what was found (usually nothing)."""
        self.tried: dict[str, tuple[Problem, ...]] = {}
        self.key = key
        self._catalogue = catalogue
        self._inference = inference
        self._blocks = blocks
        self.order: dict[str, int] = {}
        self._incoming: dict[str, list[Wire]] = {}
        self._outgoing: dict[str, list[str]] = {}
        self._calls: dict[str, list[str]] = {}
        self._axes: dict[str, str] = {}
        """What the axes of Inputs mean."""
        self._graph = Graph(id=key)

    def fork(self, blocks: BlockInference) -> GraphInspector:
        """A copy to try an edit on, with the answers of `blocks`."""
        other = copy.copy(self)
        other._blocks = blocks
        for name in ("infos", "problems", "traced", "tried"):
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
            del self.infos[key]
            self._forget(key)
        dirty = set(nodes)
        dirty |= {key.rpartition(":")[0] for key in wires}
        dirty |= {node.id for node in graph.nodes.values() if node.layer in layers}
        dirty |= self._meant_otherwise(project)
        dirty &= graph.nodes.keys()
        dirty |= {other for key in dirty for other in self._calls[graph.nodes[key].layer]}
        for key in dirty - self.order.keys():
            self.infos[key] = NodeInfo()
            self._forget(key)
        return self._propagate(project, dirty, most)

    def trace(self, project: Project, key: str) -> None:
        """Look at one accepted call with TensorFlow."""
        node = self._graph.nodes[key]
        layer = project.layers[node.layer]
        sources = self.sources(project, key)
        self.traced[key] = ()
        if not sources or layer.is_output or stands_in(layer):
            return
        if self.infos[key].parameters > TRACEABLE:
            return
        inputs = {port: source.spec.bare for port, source in sources.items()}
        refusal = trace_refusal(self._inference, project, layer, node, inputs)
        if refusal is not None:
            call = self._call_site(project, node, layer, sources)
            self.traced[key] = (explain(refusal, call),)

    def found(self, node: str) -> tuple[Problem, ...]:
        """What is wrong with a node, by symbolic call and by trace."""
        return self.problems.get(node, ()) + self.traced.get(node, ())

    def wires_into(self, node: str) -> list[Wire]:
        return self._incoming.get(node, [])

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
        self.order = call_order(graph, set(graph.nodes))
        self._incoming, self._outgoing, self._calls = {}, {}, {}
        for wire in graph.wires.values():
            self._incoming.setdefault(wire.target, []).append(wire)
            self._outgoing.setdefault(wire.source, []).append(wire.target)
        for node in graph.nodes.values():
            self._calls.setdefault(node.layer, []).append(node.id)
        for calls in self._calls.values():
            calls.sort(key=lambda key: self.order.get(key, -1))

    def _forget(self, node: str) -> None:
        for table in (self.problems, self.traced, self.tried):
            table.pop(node, None)

    def _propagate(self, project: Project, dirty: set[str], most: int | None) -> list[str]:
        """Node by node in calling order, stopping where nothing changes any more."""
        by_rank = {rank: key for key, rank in self.order.items()}
        waiting = [self.order[key] for key in dirty if key in self.order]
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
                    if other in self.order:
                        heapq.heappush(waiting, self.order[other])
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
        inputs = {port: source.spec.bare for port, source in sources.items()}
        if not layer.is_input and not self._is_fed(project, node, inputs):
            return NodeInfo(), ()
        call = self._call_site(project, node, layer, sources)
        rules = tuple(rule_problems(call))
        if layer.graph is not None:
            found = self._blocks.infer(project, layer, node, inputs)
        else:
            first = self._first(project, node)
            found = self._inference.infer(project, layer, node, inputs, first)
        if found.waits:
            return NodeInfo(status=self._inside(project, layer)), ()
        refused = self._refusal(found, call)
        if refused is not None and refused.code == "placeholder.shape":
            fixes = (*refused.fixes, *code_fixes(project, layer))
            refused = misnamed(call) or msgspec.structs.replace(refused, fixes=fixes)
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
        if self._calls[layer.id][0] == node.id:
            rules = (*rules, *self._of_code(project, layer, node))
        return self._info(call, found), (*rules, *broadcast_hint(call))

    def _call_site(
        self, project: Project, node: Node, layer: Layer, sources: Mapping[str, Source]
    ) -> CallSite:
        around = Around(
            project, self._graph, self._catalogue, self.infos, self._incoming, self._outgoing
        )
        return CallSite(self.key, node, layer, self._catalogue.layer_type(layer), sources, around)

    def _of_code(self, project: Project, layer: Layer, node: Node) -> tuple[Problem, ...]:
        """What is said of a layer that is code, run or not."""
        if stands_in(layer):
            return (code_problem(layer, self.key, node.id, code_fixes(project, layer)),)
        if layer.class_name == LAMBDA and is_placeholder(layer):
            return (reload_problem(layer, self.key, node.id, conversions(project, layer)),)
        return ()

    def _inside(self, project: Project, layer: Layer) -> Status:
        """The status of a block that something inside keeps from being called: an error inside is
        told there, and the card shows that there is one."""
        inner = project.graphs[layer.graph or ""]
        infos = self._blocks.known(inner.id).infos
        states = {infos[key].status for key in needed_nodes(project, inner) if key in infos}
        return "error" if states & {"error", "waiting"} else "unknown"

    def _refusal(self, found: Inferred, call: CallSite) -> Problem | None:
        if found.problem is not None:
            place = msgspec.structs.replace(
                found.problem.place, graph=self.key, node=call.node.id, layer=call.layer.id
            )
            if found.wanted is not None:
                fixes = (*found.problem.fixes, *fit_block(call, place.port, found.wanted))
                return msgspec.structs.replace(found.problem, place=place, fixes=fixes)
            inside = f'Inside the block "{call.layer.name}": ' if call.layer.graph else ""
            message = inside + found.problem.message
            return msgspec.structs.replace(found.problem, message=message, place=place)
        return None if found.refusal is None else explain(found.refusal, call)

    def _info(self, call: CallSite, found: Inferred) -> NodeInfo:
        coming = [source.spec.letters for source in call.sources.values()]
        outputs = []
        for number, spec in enumerate(found.outputs):
            # Those of a block have the meaning that they have inside.
            axes = self._axes.get(call.node.id, "") if call.layer.is_input else spec.axes
            axes = axes or output_axes(call.layer, call.kind, coming, len(spec.shape), number)
            outputs.append(TensorSpec(spec.shape, spec.dtype, axes))
        return NodeInfo(
            status="ok",
            outputs=tuple(outputs),
            parameters=found.parameters,
            trainable=found.trainable,
            multiply_adds=found.multiply_adds,
            activation_bytes=found.activation_bytes,
            weights=found.weights,
            learns=found.learns,
        )

    def _meant_otherwise(self, project: Project) -> set[str]:
        """Inputs whose axes mean something else now."""
        before = self._axes
        self._axes = input_axes(
            project, self._graph, self._outgoing, self._incoming, self._catalogue, self._told_inside
        )
        return {key for key, _ in before.items() ^ self._axes.items()}

    def _told_inside(self, graph: str, node: str) -> str:
        """What the axes of an Input inside a block mean."""
        info = self._blocks.known(graph).infos.get(node)
        return info.outputs[0].axes if info is not None and info.outputs else ""

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
        return None if not sources else {port: each.spec.bare for port, each in sources.items()}


def untried(graphs: Iterable[GraphInspector]) -> Iterator[tuple[GraphInspector, str]]:
    """Nodes with problems whose mends nobody has tried."""
    for each in graphs:
        for node in (*each.problems, *each.traced):
            if node not in each.tried and any(problem.fixes for problem in each.found(node)):
                yield each, node
