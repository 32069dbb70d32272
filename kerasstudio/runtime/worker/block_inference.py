"""Calls of blocks without data: answered from what is known of the nodes inside.

A block is a model, and its nodes were inferred for the shapes that its Inputs declare. Called with
those, it gives what its Outputs show; called with others, its nodes are asked again one by one
(each answer is remembered), as Keras runs through the graph again. So an edit inside a block costs
what the edited nodes cost, however big the block is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import keras

from kerasstudio.graph.ends import leaves, structure_of
from kerasstudio.graph.inspection import NodeInfo, TensorSpec, shape_text
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.references import referenced
from kerasstudio.runtime.worker.build import block_arguments
from kerasstudio.runtime.worker.keras_errors import explain
from kerasstudio.runtime.worker.layer_inference import Inferred, Inputs, LayerInference
from kerasstudio.runtime.worker.mends.around import CallSite, Source
from kerasstudio.runtime.worker.node_order import needed_nodes

Specs = dict[str, tuple[TensorSpec, ...]]


class KnownGraph(Protocol):
    """What an inspector knows of a graph: by node id."""

    infos: dict[str, NodeInfo]
    order: dict[str, int]

    def wires_into(self, node: str) -> list[Wire]: ...
    def sources(self, project: Project, node: str) -> dict[str, Source] | None: ...


class _Misfit(NamedTuple):
    """A tensor that an Input inside does not take, and what it takes."""

    problem: Problem
    wanted: TensorSpec


class BlockInference:
    """Answers for calls of blocks. `graphs` are those of the project, inferred already."""

    def __init__(self, graphs: Mapping[str, KnownGraph], inference: LayerInference) -> None:
        self._graphs = graphs
        self._inference = inference

    def known(self, graph: str) -> KnownGraph:
        return self._graphs[graph]

    def infer(self, project: Project, layer: Layer, node: Node, inputs: Inputs) -> Inferred:
        """What comes out of a call, and the sums over what is inside."""
        graph = project.graphs[layer.graph or ""]
        known = self._graphs[graph.id]
        unshaped = _unshaped(project, layer, self._values(project, layer, node, inputs))
        if unshaped is not None:
            return Inferred(problem=unshaped)
        needed = needed_nodes(project, graph)
        states = {known.infos[key].status for key in needed if key in known.infos}
        if states != {"ok"} or not needed <= known.infos.keys():
            return Inferred(waits=True)
        given = self._given(project, layer, node, inputs)
        if isinstance(given, _Misfit):
            return Inferred(problem=given.problem, wanted=given.wanted)
        if all(known.infos[key].outputs[0].bare == spec for key, spec in given.items()):
            specs: Specs = {key: known.infos[key].outputs for key in needed}
            # What comes in is counted outside.
            costs = [known.infos[key] for key in needed - given.keys()]
        else:
            specs, costs = {}, []
            problem = self._run(project, graph, known, needed, given, specs, costs)
            if problem is not None:
                return Inferred(problem=problem)
        outputs = tuple(
            _meant(specs[key][0], known.infos[key].outputs[0])
            for key, inner in graph.nodes.items()
            if project.layers[inner.layer].is_output and specs.get(key)
        )
        found: dict[str, NodeInfo] = {}
        frozen: set[str] = set()
        self.collect(project, graph.id, needed, not layer.trainable, found, frozen)
        return Inferred(
            outputs=outputs,
            parameters=sum(info.parameters for info in found.values()),
            trainable=sum(info.trainable for key, info in found.items() if key not in frozen),
            multiply_adds=_sum(info.multiply_adds for info in costs),
            activation_bytes=_sum(info.activation_bytes for info in costs),
        )

    def collect(
        self,
        project: Project,
        graph: str,
        nodes: set[str],
        is_frozen: bool,
        found: dict[str, NodeInfo],
        frozen: set[str],
    ) -> None:
        """What is known of the layers of a graph and of those in its blocks, each once, by layer
        id. A block that is frozen freezes its layers also where they stand elsewhere: `frozen`."""
        infos = self._graphs[graph].infos
        for key in nodes:
            layer = project.layers[project.graphs[graph].nodes[key].layer]
            info = infos.get(key)
            if info is None or info.status != "ok":
                continue
            if layer.graph is not None:
                inner = needed_nodes(project, project.graphs[layer.graph])
                still = is_frozen or not layer.trainable
                self.collect(project, layer.graph, inner, still, found, frozen)
                continue
            if is_frozen:
                frozen.add(layer.id)
            if layer.id not in found or info.parameters:
                found[layer.id] = info

    # ------------------------------------------------------------------ inputs

    def _given(
        self, project: Project, layer: Layer, node: Node, inputs: Inputs
    ) -> dict[str, TensorSpec] | _Misfit:
        """What each Input inside gets, by its node; a misfit where it cannot take that."""
        inner = project.graphs[layer.graph or ""]
        given: dict[str, TensorSpec] = {}
        for key, spec in self._values(project, layer, node, inputs).items():
            declared = self._graphs[inner.id].infos[key].outputs[0]
            fitting = _fitted(spec, declared)
            if fitting is None:
                port = next(port for port, each in inputs.items() if each is spec)
                inside = project.layers[inner.nodes[key].layer]
                return _Misfit(_misfit(layer, port, inside, spec, declared), declared)
            given[key] = fitting
        return given

    @staticmethod
    def _values(
        project: Project, layer: Layer, node: Node, inputs: Inputs
    ) -> dict[str, TensorSpec]:
        """What comes to each Input inside, by its node."""
        inner = project.graphs[layer.graph or ""]
        args, kwargs = block_arguments(project, layer, node, inputs)
        structure = structure_of(project, inner, "inputs")
        struct = args[0] if args else next(iter(kwargs.values()), None)
        values = zip(leaves(structure), keras.tree.flatten(struct), strict=False)
        return {key: spec for key, spec in values if isinstance(spec, TensorSpec)}

    # ------------------------------------------------------------------ other shapes

    def _run(
        self,
        project: Project,
        graph: Graph,
        known: KnownGraph,
        needed: set[str],
        given: Mapping[str, TensorSpec],
        specs: Specs,
        costs: list[Any],
    ) -> Problem | None:
        """Ask each node for the shapes that come to it now; the first problem ends it."""
        for key in sorted(needed & known.order.keys(), key=known.order.__getitem__):
            node = graph.nodes[key]
            layer = project.layers[node.layer]
            if layer.is_input:
                specs[key] = (given[key],) if key in given else known.infos[key].outputs
                continue
            sources = {
                wire.port: Source(
                    wire,
                    project.layers[graph.nodes[wire.source].layer],
                    specs[wire.source][wire.output],
                )
                for wire in known.wires_into(key)
            }
            inputs = {port: source.spec.bare for port, source in sources.items()}
            if layer.is_output:
                specs[key] = tuple(inputs.values())
                continue
            if layer.graph is not None:
                found = self.infer(project, layer, node, inputs)
            else:
                before = known.sources(project, key) or {}
                first = {port: source.spec.bare for port, source in before.items()}
                found = self._inference.infer(
                    project, layer, node, inputs, None if first == inputs else first
                )
            if found.problem is not None:
                return found.problem
            if found.refusal is not None:
                return explain(found.refusal, CallSite(graph.id, node, layer, None, sources))
            specs[key] = found.outputs
            costs.append(found)
        return None


def held_layers(project: Project, layer: Layer) -> Iterator[str]:
    """Layers with weights of their own inside a wrapper, where they are layers of the project."""
    for held in referenced(layer):
        inner = project.layers[held]
        if inner.graph is None:
            yield held
            yield from held_layers(project, inner)
            continue
        for node in project.graphs[inner.graph].nodes.values():
            inside = project.layers[node.layer]
            if inside.graph is None:
                yield inside.id
            yield from held_layers(project, inside)


def _fitted(given: TensorSpec, declared: TensorSpec) -> TensorSpec | None:
    """What the inside of a model sees of a tensor: Keras adds or drops a last axis of length 1,
    and converts the dtype. None when it does not fit."""
    shape = given.shape
    if len(shape) == len(declared.shape) + 1 and shape[-1] == 1:
        shape = shape[:-1]
    elif len(shape) == len(declared.shape) - 1 and declared.shape[-1] == 1:
        shape = (*shape, 1)
    if len(shape) != len(declared.shape):
        return None
    pairs = list(zip(shape, declared.shape, strict=True))[1:]
    if any(None not in pair and pair[0] != pair[1] for pair in pairs):
        return None
    return TensorSpec(shape, declared.dtype)


def _meant(spec: TensorSpec, inside: TensorSpec) -> TensorSpec:
    """What comes out of a block, with the meaning that its axes have inside."""
    return TensorSpec(spec.shape, spec.dtype, inside.axes) if inside.axes else spec


def _unshaped(project: Project, layer: Layer, values: Mapping[str, TensorSpec]) -> Problem | None:
    """Inputs inside that were drawn before anything was wired to the block: what comes in says
    which shapes they have."""
    inner = project.graphs[layer.graph or ""]
    inputs = [(project.layers[inner.nodes[key].layer], spec) for key, spec in values.items()]
    missing = [
        (each, spec)
        for each, spec in inputs
        if not {"shape", "batch_shape"} & each.arguments.keys()
    ]
    if not missing:
        return None
    names = ", ".join(f'"{each.name}"' for each, _spec in missing)
    came = ", ".join(shape_text(spec) for _each, spec in missing)
    fixes: tuple[Fix, ...] = ()
    if all(None not in spec.shape[1:] for _each, spec in missing):
        arguments = {
            "shapes": {each.id: list(spec.shape[1:]) for each, spec in missing},
            "dtypes": {each.id: spec.dtype for each, spec in missing},
        }
        fixes = (Fix(f"take the shape that comes in: {came}", "shape_inputs", arguments),)
    return Problem(
        code="shape.block_unshaped",
        message=f'Input {names} inside "{layer.name}" had no shape when it was drawn.',
        expected="a shape for each Input of a block",
        received=came,
        place=Place(layer=layer.id),
        fixes=fixes,
    )


def _misfit(
    layer: Layer, port: str, inside: Layer, given: TensorSpec, declared: TensorSpec
) -> Problem:
    fixes: tuple[Fix, ...] = ()
    if None not in given.shape[1:]:
        shape = list(given.shape[1:])
        arguments = {"layer": inside.id, "name": "shape", "value": shape}
        fixes = (Fix(f"make that Input {shape_text(given)}", "set_argument", arguments),)
    return Problem(
        code="shape.block_input",
        message=f'"{layer.name}" cannot take this tensor: the Input "{inside.name}" inside it has '
        "another shape.",
        expected=shape_text(declared),
        received=shape_text(given),
        place=Place(layer=layer.id, port=port),
        fixes=fixes,
    )


def _sum(values: Iterator[int | None]) -> int | None:
    """Of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
