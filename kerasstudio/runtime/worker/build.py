"""A project as a Keras model, with names, shared layers and nesting kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
import msgspec

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.chains import sequence_of
from kerasstudio.graph.ends import (
    Side,
    Structure,
    end_nodes,
    filled,
    leaves,
    structure_of,
    usual_structure,
)
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.structure import structure_problems
from kerasstudio.graph.switches import live_project
from kerasstudio.runtime.worker.call_template import call_arguments
from kerasstudio.runtime.worker.foreign_layers import project_layer
from kerasstudio.runtime.worker.keras_errors import Refusal, explain
from kerasstudio.runtime.worker.keras_names import deep_enough, names_apart
from kerasstudio.runtime.worker.mends.around import CallSite, Source
from kerasstudio.runtime.worker.node_order import call_order, missing_output, needed_nodes

SIDES: tuple[Side, ...] = ("inputs", "outputs")
# Mistakes for which the drawing has better words than Keras.
_NEVER_BUILT = {"structure.cycle", "structure.name", "structure.name_taken"}


class BuiltModel(msgspec.Struct, frozen=True):
    """`layers` by layer id; Outputs are no Keras layers and not among them. `tensors` are the
    symbolic tensors of the root graph's Inputs and Outputs, by node id."""

    model: Any
    layers: dict[str, Any]
    tensors: dict[str, Any] = {}


def build_model(project: Project, catalogue: Catalogue | None = None) -> BuiltModel:
    """The model of the root graph as it is trained: takes one tensor for a single Input, else a
    dict by Input names; gives one tensor for a single Output, else a dict by Output names.

    Weights are initialised from Keras's global seed, which the caller sets. Raises `StudioError`
    naming the node, and the argument where it can be told, when Keras refuses something. What is
    switched off is not in it."""
    project = live_project(project, catalogue)
    builder = _checked(project, catalogue)
    model = builder.model(project.graph, model_name(project.graph.name), usual=True)
    return BuiltModel(model, builder.layers, builder.end_tensors(project.graph))


def build_saved(project: Project, catalogue: Catalogue | None = None) -> BuiltModel:
    """The model of the root graph as files hold it: Sequential where it is one, with the inputs
    and outputs in the structure that it was imported with. Raises `StudioError`."""
    project = live_project(project, catalogue)
    builder = _checked(project, catalogue)
    model = builder.model(project.graph, model_name(project.graph.name))
    return BuiltModel(model, builder.layers, builder.end_tensors(project.graph))


def saved_form(project: Project, built: BuiltModel, catalogue: Catalogue | None = None) -> Any:
    """The model as files hold it (see `build_saved`), made of the layers of one that was built for
    training, so that it has its weights. It is not compiled."""
    project = live_project(project, catalogue)
    graph = project.graph
    name = model_name(graph.name)
    chain = sequence_of(project, graph) if graph.kind == "sequential" else []
    if chain:
        return keras.Sequential([built.layers[node.layer] for node in chain], name=name)
    ends = [_present(project, graph, side, built.tensors) for side in SIDES]
    tensors = [filled(structure, built.tensors.__getitem__) for structure in ends]
    with deep_enough(len(graph.nodes)):
        return keras.Model(*tensors, name=name)


def _checked(project: Project, catalogue: Catalogue | None) -> Builder:
    for problem in structure_problems(project, catalogue or shipped()):
        if problem.code in _NEVER_BUILT:
            raise StudioError(problem)
    return Builder(project, catalogue or shipped())


class Builder:
    """Makes each layer once, whatever graphs it is called in. `values` are the symbolic tensors
    that come out of each node, by node id; `results` how a block's outputs are read (node ids of
    its Outputs in the order in which Keras flattens what it returns), by graph id."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self._project = project
        self._catalogue = catalogue
        self.layers: dict[str, Any] = {}
        self.values: dict[str, list[Any]] = {}
        self._results: dict[str, list[str]] = {}
        names_apart(layer.name for layer in project.layers.values())

    def layer(self, layer: Layer) -> Any:
        """The Keras layer of a project's layer, made when first asked for."""
        made = self.layers.get(layer.id)
        if made is None:
            if layer.graph is not None:
                made = self.model(self._project.graphs[layer.graph], layer.name)
            else:
                made = project_layer(layer, self._catalogue, layer.name, self._held)
            if not layer.trainable:
                made.trainable = False
            self.layers[layer.id] = made
        return made

    def _held(self, layer: str) -> Any:
        """A layer that stands in another one's arguments by reference."""
        return self.layer(self._project.layers[layer])

    def model(self, graph: Graph, name: str, usual: bool = False) -> Any:
        """The model of one graph; with `usual`, Functional with the usual inputs and outputs."""
        for side in SIDES:
            if not end_nodes(self._project, graph, side):
                raise _no_end(graph, side)
        order = call_order(graph, needed_nodes(self._project, graph))
        for node in graph.nodes.values():
            # Creation in drawing order; calls follow in the order of the wires.
            layer = self._project.layers[node.layer]
            if node.id in order and not layer.is_output:
                with self._explained(graph, node, layer, {}):
                    self.layer(layer)
        chain = sequence_of(self._project, graph) if graph.kind == "sequential" else []
        if chain:
            made = self._sequential(graph, chain, name)
            if made._functional is None or not usual:
                return made
        else:
            self._call_all(graph, order)
        return self._functional(graph, name, usual)

    def end_tensors(self, graph: Graph) -> dict[str, Any]:
        """The tensors of a graph's Inputs and wired Outputs, by node id."""
        ends = [key for side in SIDES for key in end_nodes(self._project, graph, side)]
        return {key: self.values[key][0] for key in ends if self.values.get(key)}

    def _call_all(self, graph: Graph, order: Mapping[str, int]) -> None:
        wires: dict[str, list[Wire]] = {}
        for wire in graph.wires.values():
            wires.setdefault(wire.target, []).append(wire)
        values = self.values
        for key in order:
            node = graph.nodes[key]
            layer = self._project.layers[node.layer]
            tensors = {wire.port: self._tensor(graph, wire) for wire in wires.get(key, ())}
            if layer.is_output:
                values[key] = list(tensors.values())
            elif layer.is_input:
                values[key] = [self.layer(layer).output]
            else:
                with self._explained(graph, node, layer, tensors):
                    values[key] = self._call(node, layer, tensors)

    def _call(self, node: Node, layer: Layer, tensors: Mapping[str, Any]) -> list[Any]:
        made = self.layer(layer)
        if layer.graph is None:
            args, kwargs = call_arguments(node, type(made), tensors)
            return list(keras.tree.flatten(made(*args, **kwargs)))
        args, kwargs = block_arguments(self._project, layer, node, tensors)
        flat = keras.tree.flatten(made(*args, **kwargs))
        inner = self._project.graphs[layer.graph]
        by_node = dict(zip(self._results.get(layer.graph, ()), flat, strict=False))
        ends = end_nodes(self._project, inner, "outputs")
        return [by_node[end] for end in ends if end in by_node] or flat

    def _tensor(self, graph: Graph, wire: Wire) -> Any:
        outputs = self.values[wire.source]
        if wire.output < len(outputs):
            return outputs[wire.output]
        source = self._project.layers[graph.nodes[wire.source].layer]
        raise StudioError(missing_output(graph, wire, source, len(outputs)))

    def _sequential(self, graph: Graph, chain: list[Node], name: str) -> Any:
        """Keras makes the calls; what it refuses is told of the first call that it refuses."""
        layers = [self.layer(self._project.layers[node.layer]) for node in chain]
        try:
            made = keras.Sequential(layers, name=name)
        except Exception:
            self._call_all(graph, call_order(graph, set(graph.nodes)))  # says where
            raise
        if made._functional is not None:
            self.values[chain[0].id] = made.inputs
            for end in end_nodes(self._project, graph, "outputs"):
                self.values[end] = made.outputs
        self._results[graph.id] = end_nodes(self._project, graph, "outputs")
        return made

    def _functional(self, graph: Graph, name: str, usual: bool) -> Any:
        values, project = self.values, self._project
        present = {key: value for key, value in values.items() if value}
        ends = [_present(project, graph, side, present, usual) for side in SIDES]
        for side, structure in zip(SIDES, ends, strict=True):
            if structure is None:
                raise _no_end(graph, side)
        self._results[graph.id] = list(leaves(ends[1]))
        tensors = [filled(structure, lambda key: values[key][0]) for structure in ends]
        with deep_enough(len(graph.nodes)):
            return keras.Model(*tensors, name=name)

    @contextmanager
    def _explained(
        self, graph: Graph, node: Node, layer: Layer, tensors: Mapping[str, Any]
    ) -> Iterator[None]:
        """Keras's own errors, of whatever class, become a `StudioError` that says where."""
        try:
            yield
        except StudioError as error:
            if error.problem.place.node is not None:
                raise
            place = msgspec.structs.replace(error.problem.place, graph=graph.id, node=node.id)
            problem = msgspec.structs.replace(error.problem, place=place)
            raise StudioError(problem) from error
        except Exception as error:
            sources = {
                wire.port: Source(
                    wire,
                    self._project.layers[graph.nodes[wire.source].layer],
                    TensorSpec(tuple(tensors[wire.port].shape), str(tensors[wire.port].dtype)),
                )
                for wire in graph.wires.values()
                if wire.target == node.id and wire.port in tensors
            }
            refusal = Refusal(type(error).__name__, str(error), called=bool(tensors))
            kind = self._catalogue.layer_type(layer)
            call = CallSite(graph.id, node, layer, kind, sources)
            raise StudioError(explain(refusal, call)) from error


def block_arguments(
    project: Project, layer: Layer, node: Node, tensors: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call of a block: its tensors in the structure that it takes. An Input
    that nothing is wired to gets None, which Keras takes for an optional one."""
    if node.call is not None or layer.graph is None:
        return call_arguments(node, None, tensors)
    inner = project.graphs[layer.graph]
    nodes = end_nodes(project, inner, "inputs")
    structure = structure_of(project, inner, "inputs")
    if inner.kind == "sequential" and len(nodes) == 1:
        structure = {"$node": nodes[0]}
    names = {key: project.layers[inner.nodes[key].layer].name for key in nodes}
    only = len(nodes) == 1

    def given(key: str) -> Any:
        return tensors.get("inputs") if only else tensors.get(names[key])

    return [filled(structure, given)], dict(node.literals)


def model_name(name: str) -> str:
    """A name Keras takes: no slashes, not empty."""
    return name.replace("/", "_").strip() or "model"


def _no_end(graph: Graph, side: Side) -> StudioError:
    which = side.removesuffix("s")
    return StudioError(
        Problem(
            code=f"structure.no_{which}",
            message=f"The model has no {which.capitalize()} that anything is wired to.",
            expected="a way from an Input to an Output",
            place=Place(graph=graph.id),
        )
    )


def _present(
    project: Project, graph: Graph, side: Side, tensors: Mapping[str, Any], usual: bool = False
) -> Structure:
    """The structure of what there is a tensor for."""
    nodes = [key for key in end_nodes(project, graph, side) if key in tensors]
    if usual:
        return usual_structure(project, graph, nodes)
    return structure_of(project, graph, side, nodes)
