"""A project as a Keras Functional model, with names, shared layers and nesting kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
import msgspec

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.structure import structure_problems
from kerasstudio.runtime.worker.call_template import call_arguments
from kerasstudio.runtime.worker.keras_errors import Refusal, explain
from kerasstudio.runtime.worker.keras_objects import layer_class, make_layer, with_tuples
from kerasstudio.runtime.worker.mends.around import CallSite, Source, remove_wires

# Mistakes for which the drawing has better words than Keras.
_NEVER_BUILT = {"structure.cycle", "structure.name", "structure.name_taken"}


class BuiltModel(msgspec.Struct, frozen=True):
    """`layers` by layer id; Outputs are no Keras layers and not among them."""

    model: Any
    layers: dict[str, Any]


def build_model(project: Project, catalogue: Catalogue | None = None) -> BuiltModel:
    """The model of the root graph: takes one tensor for a single Input, else a dict by Input
    names; gives one tensor for a single Output, else a dict by Output names.

    Weights are initialised from Keras's global seed, which the caller sets. Raises `StudioError`
    naming the node, and the argument where it can be told, when Keras refuses something."""
    for problem in structure_problems(project, catalogue or shipped()):
        if problem.code in _NEVER_BUILT:
            raise StudioError(problem)
    builder = Builder(project, catalogue or shipped())
    model = builder.model(project.graph, name=_model_name(project.graph.name))
    return BuiltModel(model, builder.layers)


class Builder:
    """Makes each layer once, whatever graphs it is called in."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self._project = project
        self._catalogue = catalogue
        self.layers: dict[str, Any] = {}

    def layer(self, layer: Layer) -> Any:
        """The Keras layer of a project's layer, made when first asked for."""
        made = self.layers.get(layer.id)
        if made is None:
            if layer.graph is not None:
                made = self.model(self._project.graphs[layer.graph], layer.name)
            else:
                arguments = with_tuples(layer.arguments, self._catalogue, layer)
                made = make_layer(layer_class(layer), arguments, layer.name)
            if not layer.trainable:
                made.trainable = False
            self.layers[layer.id] = made
        return made

    def model(self, graph: Graph, name: str) -> Any:
        """The Functional model of one graph."""
        inputs, outputs = _ends(self._project, graph)
        order = call_order(graph, needed_nodes(self._project, graph))
        for node in graph.nodes.values():
            # Creation in drawing order; calls follow in the order of the wires.
            layer = self._project.layers[node.layer]
            if node.id in order and not layer.is_output:
                with self._explained(graph, node, layer, {}):
                    self.layer(layer)
        values: dict[str, list[Any]] = {}
        wires: dict[str, list[Wire]] = {}
        for wire in graph.wires.values():
            wires.setdefault(wire.target, []).append(wire)
        for key in order:
            node = graph.nodes[key]
            layer = self._project.layers[node.layer]
            tensors = {wire.port: self._tensor(graph, wire, values) for wire in wires.get(key, ())}
            if layer.is_output:
                values[key] = list(tensors.values())
            elif layer.is_input:
                values[key] = [self.layer(layer).output]
            else:
                with self._explained(graph, node, layer, tensors):
                    values[key] = self._call(node, layer, tensors)
        return self._functional(graph, name, inputs, outputs, values)

    def _call(self, node: Node, layer: Layer, tensors: Mapping[str, Any]) -> list[Any]:
        made = self.layer(layer)
        found = None if layer.graph is not None else type(made)
        args, kwargs = call_arguments(node, found, tensors)
        return list(keras.tree.flatten(made(*args, **kwargs)))

    def _tensor(self, graph: Graph, wire: Wire, values: Mapping[str, list[Any]]) -> Any:
        outputs = values[wire.source]
        if wire.output < len(outputs):
            return outputs[wire.output]
        source = self._project.layers[graph.nodes[wire.source].layer]
        raise StudioError(missing_output(graph, wire, source, len(outputs)))

    def _functional(
        self,
        graph: Graph,
        name: str,
        inputs: dict[str, str],
        outputs: dict[str, str],
        values: Mapping[str, list[Any]],
    ) -> Any:
        given = {key: values[node][0] for key, node in inputs.items() if node in values}
        returned = {key: values[node][0] for key, node in outputs.items() if values.get(node)}
        if not returned or not given:
            which = "Output" if given else "Input"
            raise StudioError(
                Problem(
                    code="structure.no_" + which.lower(),
                    message=f"The model has no {which} that anything is wired to.",
                    expected="a way from an Input to an Output",
                    place=Place(graph=graph.id),
                )
            )
        with _deep_enough(len(values)):
            return keras.Model(
                given if len(given) > 1 else next(iter(given.values())),
                returned if len(returned) > 1 else next(iter(returned.values())),
                name=name,
            )

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


def needed_nodes(project: Project, graph: Graph) -> set[str]:
    """Nodes that lead to an Output, and all Inputs."""
    before: dict[str, list[str]] = {}
    for wire in graph.wires.values():
        before.setdefault(wire.target, []).append(wire.source)
    layers = {key: project.layers[node.layer] for key, node in graph.nodes.items()}
    waiting = [key for key, layer in layers.items() if layer.is_output]
    needed = {key for key, layer in layers.items() if layer.is_input}
    while waiting:
        key = waiting.pop()
        if key not in needed or layers[key].is_output:
            needed.add(key)
            waiting += [other for other in before.get(key, ()) if other not in needed]
    return needed


def call_order(graph: Graph, nodes: set[str]) -> dict[str, int]:
    """Positions of the nodes in an order in which they can be called: sources first, else as
    drawn; the calls of a shared layer as drawn. Nodes on or behind a loop are left out."""
    missing = {key: 0 for key in graph.nodes if key in nodes}
    following: dict[str, list[str]] = {}
    for wire in graph.wires.values():
        if wire.target in missing and wire.source in missing:
            missing[wire.target] += 1
            following.setdefault(wire.source, []).append(wire.target)
    rank = {key: number for number, key in enumerate(graph.nodes)}
    ready = sorted((key for key, count in missing.items() if count == 0), key=rank.__getitem__)
    order: dict[str, int] = {}
    while ready:
        behind: list[str] = []
        for key in ready:
            order[key] = len(order)
            for other in following.get(key, ()):
                missing[other] -= 1
                if missing[other] == 0:
                    behind.append(other)
        ready = sorted(behind, key=rank.__getitem__)
    return order


def missing_output(graph: Graph, wire: Wire, source: Layer, count: int) -> Problem:
    """A wire starts at an output that the layer does not have (any more)."""
    return Problem(
        code="shape.no_output",
        message=f'"{source.name}" has {count} output{"s" * (count != 1)}; '
        f"a wire starts at number {wire.output + 1}.",
        expected=f"an output from 1 to {count}",
        received=str(wire.output + 1),
        place=Place(graph=graph.id, node=wire.target, wire=wire.key, port=wire.port),
        fixes=remove_wires(graph.id, [wire]),
    )


def _ends(project: Project, graph: Graph) -> tuple[dict[str, str], dict[str, str]]:
    """Names of Inputs and Outputs with the first node of each, in graph order."""
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for key, node in graph.nodes.items():
        layer = project.layers[node.layer]
        if layer.is_input:
            inputs.setdefault(layer.name, key)
        elif layer.is_output:
            outputs.setdefault(layer.name, key)
    return inputs, outputs


def _model_name(name: str) -> str:
    """A name Keras takes: no slashes, not empty."""
    return name.replace("/", "_").strip() or "model"


@contextmanager
def _deep_enough(nodes: int) -> Iterator[None]:
    """Keras walks the graph recursively: long chains need a higher limit."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 1000 + 12 * nodes))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
