"""One graph as steps: its Inputs, layers that need a variable, calls, and what it returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.chains import sequence_of
from kerasstudio.graph.codegen.calls import Calls, structured
from kerasstudio.graph.codegen.constants import Constants
from kerasstudio.graph.codegen.pieces import Call, Index, Leaf, Piece, Ref
from kerasstudio.graph.codegen.reading_order import reading_order, wires_by_target
from kerasstudio.graph.codegen.steps import Mark, Step
from kerasstudio.graph.codegen.values import Values
from kerasstudio.graph.ends import end_nodes, structure_of
from kerasstudio.graph.operations import is_operation
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.references import referenced


class Blocks(Protocol):
    """What a graph has to know of the functions for the blocks in it."""

    def call(self, layer: Layer) -> Call:
        """The call that makes a block, without the layers that it shares with others."""

    def shared_in(self, graph: str) -> tuple[str, ...]:
        """Layers that are called in a graph or its blocks, and in others too."""

    def is_shared(self, layer: str) -> bool:
        """Whether a layer is called in several graphs."""


class GraphSteps:
    """`steps` make the model and `result` returns it; `layers` are the values of layers in
    variables, `given` those that come from outside (shared between graphs), `ends` the values
    that the model returns by the names of its Outputs. Raises `StudioError`."""

    def __init__(
        self,
        project: Project,
        graph: Graph,
        catalogue: Catalogue,
        blocks: Blocks,
        constants: Constants,
        custom: frozenset[str],
        new_value: Callable[[], int],
        name: str,
        is_root: bool,
    ) -> None:
        self.project, self.graph = project, graph
        self.steps: list[Step] = []
        self.given: dict[str, int] = {}
        self.ends: dict[int, str] = {}
        self._layers: dict[str, int] = {}
        self._catalogue = catalogue
        self._blocks = blocks
        self._new_value = new_value
        self._is_root = is_root
        self._values = Values(catalogue, constants, custom, self._held)
        self._tensors: dict[tuple[str, int], Piece] = {}
        self._calls = Calls(project, graph, catalogue, self._values, self._tensor)
        self._wires = wires_by_target(project, graph, catalogue)
        self._nodes = reading_order(project, graph, self._wires)
        self._uses = self._count_uses()
        self._marks_of: dict[str, list[Mark]] = {}
        for node in self._nodes:
            self._marks_of.setdefault(node.layer, []).append((graph.id, node.id))
        self._used_outputs: dict[str, set[int]] = {}
        for wire in graph.wires.values():
            self._used_outputs.setdefault(wire.source, set()).add(wire.output)
        self.result = self._sequential(name) or self._functional(name)

    # ------------------------------------------------------------------ the two kinds

    def _sequential(self, name: str) -> Step | None:
        """A chain is a list of layers; None for what is no chain."""
        chain = sequence_of(self.project, self.graph)
        if not chain or (self.graph.structure and self.graph.kind != "sequential"):
            return None
        for node in chain:
            layer = self.project.layers[node.layer]
            piece = self._values.input(layer) if layer.is_input else self._made(layer)
            name_leaf = Leaf(layer.name, hint="name")
            self._add(Step("element", piece, (), ((self.graph.id, node.id),), name_leaf))
        call = Call("keras.Sequential", (), (("name", Leaf(name, hint="name")),))
        return Step("result", call, (), tuple(self._output_marks()), Leaf(name, hint="name"))

    def _functional(self, name: str) -> Step:
        inputs = end_nodes(self.project, self.graph, "inputs")
        outputs = [
            key for key in end_nodes(self.project, self.graph, "outputs") if self._wires.get(key)
        ]
        if not inputs or not outputs:
            raise StudioError(self._no_ends())
        for key in inputs:
            layer = self.project.layers[self.graph.nodes[key].layer]
            value = self._new_value()
            self._tensors[key, 0] = Ref(value)
            self._add(
                Step(
                    "input",
                    self._values.input(layer),
                    (value,),
                    ((self.graph.id, key),),
                    Leaf(layer.name, hint="name"),
                )
            )
        for node in self._nodes:
            self._call(node)
        ends = {key: self._tensor(self._wires[key][0]) for key in outputs}
        for key, piece in ends.items():
            if len(ends) > 1 and isinstance(piece, Ref) and piece.value not in self.ends:
                self.ends[piece.value] = self.project.layers[self.graph.nodes[key].layer].name
        for key in inputs:
            piece = self._tensors[key, 0]
            if isinstance(piece, Ref):
                self.ends.pop(piece.value, None)
        model = Call(
            "keras.Model",
            (
                structured(
                    structure_of(self.project, self.graph, "inputs"),
                    lambda key: self._tensors[key, 0],
                ),
                structured(
                    structure_of(self.project, self.graph, "outputs", outputs), ends.__getitem__
                ),
            ),
            (("name", Leaf(name, hint="name")),),
        )
        return Step("result", model, (), tuple(self._output_marks()), Leaf(name, hint="name"))

    # ------------------------------------------------------------------ calls

    def _call(self, node: Node) -> None:
        layer = self.project.layers[node.layer]
        made = "" if is_operation(layer) else self._made(layer)
        piece = self._calls.piece(node, layer, made, self._wires.get(node.id, ()))
        result = self._calls.result(node, layer, self._used_outputs.get(node.id, set()))
        marks = ((self.graph.id, node.id),)
        name = Leaf(layer.name, hint="name")
        count = result.count if result.form == "unpack" else 1
        values = tuple(self._new_value() for _ in range(count))
        self._add(Step("call", piece, values, marks, name, result.names))
        if result.form == "flatten":
            flat = self._new_value()
            call = Call("keras.tree.flatten", (Ref(values[0]),))
            self._add(Step("flatten", call, (flat,), marks, name))
            values = (flat,)
        for number in self._used_outputs.get(node.id, {0}):
            if result.form in ("one", "unpack"):
                self._tensors[node.id, number] = Ref(values[number if number < count else 0])
            elif result.form == "paths":
                piece = Ref(values[0])
                for key in result.paths[number] if number < len(result.paths) else ():
                    piece = Index(piece, Leaf(key, hint="key"))
                self._tensors[node.id, number] = piece
            else:
                self._tensors[node.id, number] = Index(Ref(values[0]), Leaf(number, hint="number"))

    def _tensor(self, wire: Wire) -> Piece:
        found = self._tensors.get((wire.source, wire.output))
        if found is not None:
            return found
        layer = self.project.layers[self.graph.nodes[wire.target].layer]
        raise StudioError(
            Problem(
                code="export.unwired",
                message=f'What goes into the port {wire.port} of "{layer.name}" does not exist.',
                expected="a wire from an output that is there",
                place=Place(graph=self.graph.id, node=wire.target, layer=layer.id, port=wire.port),
            )
        )

    # ------------------------------------------------------------------ layers

    def _made(self, layer: Layer) -> Piece:
        """The code of a layer: its constructor, or the variable that holds it."""
        if layer.id in self._layers:
            return Ref(self._layers[layer.id])
        if self._blocks.is_shared(layer.id) and not self._is_root:
            value = self._layers[layer.id] = self.given[layer.id] = self._new_value()
            return Ref(value)
        piece = self._constructor(layer)
        frozen = layer.graph is not None and not layer.trainable
        alone = self._uses[layer.id] <= 1 and not self._blocks.is_shared(layer.id)
        if alone and not frozen:
            return piece
        value = self._layers[layer.id] = self._new_value()
        marks = tuple(self._marks_of.get(layer.id, ()))
        name = Leaf(layer.name, hint="name")
        self._add(Step("layer", piece, (value,), marks, name))
        if frozen:
            self._add(Step("freeze", Ref(value), (), marks, name))
        return Ref(value)

    def _constructor(self, layer: Layer) -> Piece:
        if layer.graph is None or layer.graph not in self.project.graphs:
            return self._values.layer(layer)
        call = self._blocks.call(layer)
        given = tuple(
            self._made(self.project.layers[each]) for each in self._blocks.shared_in(layer.graph)
        )
        return Call(call.function, (*call.positional, *given), call.keywords)

    def _held(self, layer: str) -> Piece:
        """A layer inside another one's arguments."""
        if layer not in self.project.layers:
            raise StudioError(
                Problem(
                    code="export.reference",
                    message="A layer refers to one that is not part of the project.",
                    received=layer[:80],
                )
            )
        return self._made(self.project.layers[layer])

    def _no_ends(self) -> Problem:
        """What keeps the graph from being a model."""
        outputs = end_nodes(self.project, self.graph, "outputs")
        if outputs and end_nodes(self.project, self.graph, "inputs"):
            key = outputs[0]
            layer = self.project.layers[self.graph.nodes[key].layer]
            return Problem(
                code="export.unwired",
                message=f'Nothing is wired into the Output "{layer.name}".',
                expected="a wire into every Output",
                place=Place(graph=self.graph.id, node=key, layer=layer.id),
            )
        return Problem(
            code="export.no_ends",
            message="The model needs at least one Input and one Output.",
            expected="a way from an Input to an Output",
            place=Place(graph=self.graph.id),
        )

    def _count_uses(self) -> Counter[str]:
        """How often each layer is called here, or stands in another one's arguments."""
        uses = Counter(node.layer for node in self._nodes)
        waiting = list(uses)
        seen = set(waiting)
        while waiting:
            layer = self.project.layers.get(waiting.pop())
            for each in referenced(layer) if layer is not None else ():
                uses[each] += 1
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)
        return uses

    def _output_marks(self) -> Iterator[Mark]:
        for key in end_nodes(self.project, self.graph, "outputs"):
            yield self.graph.id, key

    def _add(self, step: Step) -> None:
        self.steps.append(step)
