"""One call of a layer as code: which tensors go where, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen.operations import operation_piece
from kerasstudio.graph.codegen.pieces import Applied, Items, Pairs, Piece
from kerasstudio.graph.codegen.source import keyword_name
from kerasstudio.graph.codegen.values import Values
from kerasstudio.graph.ends import Structure, end_nodes, structure_of
from kerasstudio.graph.operations import is_operation, operation_key, operation_table
from kerasstudio.graph.ports import output_names, split_port
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire, wire_key

Tensor = Callable[[Wire], Piece]


class Result(msgspec.Struct, frozen=True):
    """What a call gives: one tensor, several to unpack, a list by number, something to be laid
    flat first, or a structure in which the outputs have these `paths`. `names` are those of what
    is unpacked."""

    form: Literal["one", "unpack", "list", "flatten", "paths"]
    count: int = 1
    paths: tuple[tuple[Any, ...], ...] = ()
    names: tuple[str, ...] = ()


class Calls:
    """Writes the calls in one graph. `wires` are those into each node, in call order."""

    def __init__(
        self, project: Project, graph: Graph, catalogue: Catalogue, values: Values, tensor: Tensor
    ) -> None:
        self._project = project
        self._graph = graph
        self._catalogue = catalogue
        self._values = values
        self._tensor = tensor

    def piece(self, node: Node, layer: Layer, made: Piece, wires: Sequence[Wire]) -> Piece:
        """The call of `made`, the layer's code. Raises `StudioError` for a port without wire."""
        if node.call is not None:
            positional, keywords = self._exact(node, layer)
        elif is_operation(layer):
            positional, keywords = [self._tensor(wire) for wire in wires], {}
        elif layer.graph is not None:
            positional, keywords = self._block(node, layer)
        else:
            positional, keywords = self._implied(node, layer, wires)
        if not positional and not keywords:
            raise self._unwired(node, layer, None)
        if is_operation(layer):
            return operation_piece(layer, positional, keywords, self._values)
        named = tuple((keyword_name(name), piece) for name, piece in keywords.items())
        return Applied(made, tuple(positional), named)

    def result(self, node: Node, layer: Layer, used: set[int]) -> Result:
        """What comes out; `used` are the numbers of the outputs that wires start from."""
        if layer.graph is not None and layer.graph in self._project.graphs:
            return self._block_result(layer)
        most = max(used, default=0)
        if is_operation(layer):
            known = operation_table().functions.get(operation_key(layer))
            gives = known.gives if known is not None else "any"
            if gives == "one" and not most:
                return Result("one")
            return Result("list" if gives == "list" else "flatten")
        names = output_names(self._project, node.id, self._catalogue, self._graph.id)
        nested = layer.class_name.endswith("Cell") or (
            layer.class_name == "RNN" and layer.arguments.get("return_state") is True
        )
        if nested:
            return Result("flatten")
        asked = _asks_for_scores(node)
        if len(names) > 1 or asked:
            count = len(names) if len(names) > 1 else 2
            words = names if len(names) > 1 else ("output", "scores")
            unpacked = Result("unpack", count, names=words)
            return unpacked if most < count else Result("flatten")
        apart = (
            layer.class_name == "Bidirectional" and layer.arguments.get("merge_mode", "") is None
        )
        return Result("flatten") if most or apart else Result("one")

    # ------------------------------------------------------------------ arguments

    def _port(self, node: Node, layer: Layer, port: str) -> Piece:
        wire = self._graph.wires.get(wire_key(node.id, port))
        if wire is None:
            raise self._unwired(node, layer, port)
        return self._tensor(wire)

    def _exact(self, node: Node, layer: Layer) -> tuple[list[Piece], dict[str, Piece]]:
        def tensor(port: str) -> Piece:
            return self._port(node, layer, port)

        template = node.call or {}
        positional = [self._values.template(value, tensor) for value in template.get("args", ())]
        return positional, {
            name: self._values.template(value, tensor)
            for name, value in template.get("kwargs", {}).items()
            if value is not None
        }

    def _implied(
        self, node: Node, layer: Layer, wires: Sequence[Wire]
    ) -> tuple[list[Piece], dict[str, Piece]]:
        """As the builder calls it: the first argument, or as many as the node says, by position;
        what follows by name."""
        kind = self._catalogue.layer_type(layer)
        order = [port.name for port in kind.ports] if kind is not None else []
        many = {port.name for port in kind.ports if port.many} if kind is not None else set()
        found: dict[str, list[Piece]] = {}
        listed: set[str] = set()
        for wire in wires:
            base, index = split_port(wire.port)
            if wire.port in order or (index is not None and order and base not in order):
                base, index = wire.port, None
            if index is not None or base in many:
                listed.add(base)
            found.setdefault(base, []).append(self._tensor(wire))
        pieces: dict[str, Piece] = {
            base: Items(tuple(tensors)) if base in listed else tensors[0]
            for base, tensors in found.items()
        }
        positional: list[Piece] = []
        for name in order[: 1 if node.positional is None else node.positional]:
            if name not in pieces:
                break
            positional.append(pieces.pop(name))
        if not positional and len(pieces) == 1 and not set(pieces) <= set(order):
            positional.append(pieces.popitem()[1])
        self._by_position(positional, pieces, order)
        literals = {
            name: self._values.template(value, lambda port: self._port(node, layer, port))
            for name, value in node.literals.items()
        }
        return positional, {**pieces, **literals}

    def _by_position(
        self, positional: list[Piece], pieces: dict[str, Piece], order: list[str]
    ) -> None:
        """`attention(query, value)` needs no names, where the order of the tensors, which is that
        of weights, stays the same: Keras takes named ones in the order of their names."""
        following = order[len(positional) : len(positional) + len(pieces)]
        same = list(pieces) == following and (
            following == sorted(following) or len({repr(each) for each in pieces.values()}) == 1
        )
        if positional and same and len(positional) + len(pieces) <= 3:
            positional += [pieces.pop(name) for name in following]

    def _block(self, node: Node, layer: Layer) -> tuple[list[Piece], dict[str, Piece]]:
        """A model inside takes its tensors in the structure of its Inputs; an optional one that
        nothing is wired to gets None."""
        inner = self._project.graphs[layer.graph or ""]
        nodes = end_nodes(self._project, inner, "inputs")
        structure = structure_of(self._project, inner, "inputs")
        if inner.kind == "sequential" and len(nodes) == 1:
            structure = {"$node": nodes[0]}
        only = len(nodes) == 1

        def given(key: str) -> Piece:
            inside = self._project.layers[inner.nodes[key].layer]
            port = "inputs" if only else inside.name
            wire = self._graph.wires.get(wire_key(node.id, port))
            if wire is None:
                if inside.arguments.get("optional"):
                    return "None"
                raise self._unwired(node, layer, port)
            return self._tensor(wire)

        literals = {name: self._values.value(value) for name, value in node.literals.items()}
        return [structured(structure, given)], literals

    def _block_result(self, layer: Layer) -> Result:
        inner = self._project.graphs[layer.graph or ""]
        wired = {wire.target for wire in inner.wires.values()}
        ends = [key for key in end_nodes(self._project, inner, "outputs") if key in wired]
        structure = structure_of(self._project, inner, "outputs", ends)
        if inner.kind == "sequential" or structure is None or "$node" in structure:
            return Result("one")
        places = dict(_places(structure, ()))
        paths = tuple(places.get(key, ()) for key in ends)
        if len(ends) > 1 and paths == tuple((number,) for number in range(len(ends))):
            layers = [self._project.layers[inner.nodes[key].layer] for key in ends]
            return Result("unpack", len(ends), names=tuple(each.name for each in layers))
        return Result("paths", len(ends), paths)

    def _unwired(self, node: Node, layer: Layer, port: str | None) -> StudioError:
        where = f'Nothing is wired into "{layer.name}".'
        if port is not None:
            where = f'"{layer.name}" has nothing in its port {port}.'
        return StudioError(
            Problem(
                code="export.unwired",
                message=where,
                expected="a wire into every port",
                place=Place(graph=self._graph.id, node=node.id, layer=layer.id, port=port),
            )
        )


def structured(structure: Structure, piece: Callable[[str], Piece]) -> Piece:
    """The structure of Inputs or Outputs (see `ends`) as code."""
    if isinstance(structure, list):
        return Items(tuple(structured(each, piece) for each in structure))
    if "$node" in structure:
        return piece(structure["$node"])
    if "$tuple" in structure:
        return Items(tuple(structured(each, piece) for each in structure["$tuple"]), "()")
    inside = structure["$dict"].items()
    return Pairs(tuple((str(key), structured(each, piece)) for key, each in inside))


def _places(structure: Structure, path: tuple[Any, ...]) -> list[tuple[str, tuple[Any, ...]]]:
    """Where each node lies in a structure: keys and numbers."""
    if isinstance(structure, dict) and "$tuple" in structure:
        structure = structure["$tuple"]
    if isinstance(structure, list):
        inside = list(enumerate(structure))
    elif "$node" in structure:
        return [(structure["$node"], path)]
    else:
        inside = list(structure["$dict"].items())
    return [found for key, each in inside for found in _places(each, (*path, key))]


def _asks_for_scores(node: Node) -> bool:
    name = "return_attention_scores"
    given = (node.call or {}).get("kwargs", {})
    return node.literals.get(name) is True or given.get(name) is True
