"""`build_model()`: the drawing as Keras code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.chains import chain_of
from kerasstudio.graph.codegen.operations import operation_source
from kerasstudio.graph.codegen.source import (
    INDENT,
    Applied,
    Call,
    Items,
    Names,
    Pairs,
    Piece,
    identifier,
    keyword_name,
    render,
    text,
)
from kerasstudio.graph.codegen.values import input_source, layer_source, value_source
from kerasstudio.graph.ports import split_port
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, wire_key

RESERVED = ("keras", "layers", "np", "model", "inputs", "outputs")
_OPERATIONS = "keras.src.ops"


def model_code(project: Project, catalogue: Catalogue) -> list[str]:
    """Lines of all functions that make the model; the last one is `build_model`.

    Raises `StudioError` when the drawing cannot be put into code (a loop, a missing wire)."""
    writer = _Writer(project, catalogue)
    return writer.function(project.root, "build_model")


class _Writer:
    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self._project = project
        self._catalogue = catalogue
        self._blocks: dict[str, str] = {}
        self._functions = Names(("build_model", "main", "load_data", "compile_model"))

    def function(self, graph_id: str, name: str) -> list[str]:
        """The function for one graph, those of the blocks in it before."""
        graph = self._project.graphs[graph_id]
        lines: list[str] = []
        for node in graph.nodes.values():
            inner = self._project.layers[node.layer].graph
            if inner is not None and inner not in self._blocks:
                block = self._functions.give(
                    f"build_{identifier(self._project.layers[node.layer].name)}"
                )
                self._blocks[inner] = block
                lines += [*self.function(inner, block), "", ""]
        chain = chain_of(self._project, graph)
        body = self._sequential(graph, chain) if chain else self._functional(graph)
        what = "the model, untrained" if name == "build_model" else f"the block {graph.name}"
        return [
            *lines,
            f"def {name}() -> keras.Model:",
            f'{INDENT}"""Make {_words(what)}."""',
            *body,
        ]

    # ------------------------------------------------------------------ a chain

    def _sequential(self, graph: Graph, chain: list[Node]) -> list[str]:
        made = []
        for node in chain:
            layer = self._project.layers[node.layer]
            made.append(input_source(layer) if layer.is_input else self._layer(layer))
        call = Call("keras.Sequential", (Items(tuple(made)),), (("name", text(_name(graph))),))
        return render(call, "return ", INDENT)

    # ------------------------------------------------------------------ anything else

    def _functional(self, graph: Graph) -> list[str]:
        names = Names(RESERVED)
        tensors: dict[tuple[str, int], str] = {}
        variables: dict[str, str] = {}
        calls: dict[str, int] = {}
        for node in graph.nodes.values():
            calls[node.layer] = calls.get(node.layer, 0) + 1
        lines: list[str] = []
        for node in self._order(graph):
            layer = self._project.layers[node.layer]
            if layer.is_output:
                continue
            if layer.is_input:
                name = names.give(layer.name, "input")
                tensors[node.id, 0] = name
                lines += render(input_source(layer), f"{name} = ", INDENT)
                continue
            if calls[layer.id] > 1 and layer.id not in variables:
                # Called more than once: the calls share its weights, so it needs a name.
                variables[layer.id] = names.give(f"shared_{identifier(layer.name, 'layer')}")
                lines += render(self._layer(layer), f"{variables[layer.id]} = ", INDENT)
            name = names.give(layer.name, "layer")
            made = variables.get(layer.id) or self._layer(layer)
            call = self._call(graph, node, layer, made, tensors)
            lines += render(call, f"{name} = ", INDENT)
            lines += self._results(graph, node, name, tensors)
        return [*lines, *self._model(graph, tensors)]

    def _layer(self, layer: Layer) -> Piece:
        if layer.graph is not None:
            return Call(self._blocks[layer.graph])
        if layer.module.startswith(_OPERATIONS):
            return ""
        return layer_source(layer, self._catalogue.layer_type(layer), self._catalogue)

    def _call(
        self,
        graph: Graph,
        node: Node,
        layer: Layer,
        made: Piece,
        tensors: dict[tuple[str, int], str],
    ) -> Piece:
        def tensor(port: str) -> str:
            wire = graph.wires.get(wire_key(node.id, port))
            if wire is None or (wire.source, wire.output) not in tensors:
                raise StudioError(
                    Problem(
                        code="export.unwired",
                        message=f'"{layer.name}" has nothing in its port {port}.',
                        expected="a wire into every port",
                        place=Place(graph=graph.id, node=node.id, layer=layer.id, port=port),
                    )
                )
            return tensors[wire.source, wire.output]

        if node.call is not None:
            positional = tuple(_filled(value, tensor) for value in node.call.get("args", ()))
            keywords = tuple(
                (keyword_name(key), _filled(value, tensor))
                for key, value in node.call.get("kwargs", {}).items()
                if value is not None and not (key == "training" and value is False)
            )
        else:
            positional, keywords = self._ports(graph, node, layer, tensor)
        if layer.module.startswith(_OPERATIONS):
            return operation_source(layer, positional, keywords)
        return Applied(made, positional, keywords)

    def _ports(
        self, graph: Graph, node: Node, layer: Layer, tensor: Any
    ) -> tuple[tuple[Piece, ...], tuple[tuple[str, Piece], ...]]:
        """The call that the wires imply: the first port by position, the others by name."""
        found: dict[str, list[str]] = {}
        listed: set[str] = set()
        for wire in _wires_into(graph, node):
            base, index = split_port(wire)
            if index is not None:
                listed.add(base)
            found.setdefault(base, []).append(tensor(wire))
        kind = self._catalogue.layer_type(layer)
        order = [port.name for port in kind.ports] if kind is not None else list(found)
        ports = sorted(found, key=lambda base: order.index(base) if base in order else len(order))
        if not ports:
            raise StudioError(
                Problem(
                    code="export.unwired",
                    message=f'Nothing is wired into "{layer.name}".',
                    expected="a wire into every port",
                    place=Place(graph=graph.id, node=node.id, layer=layer.id),
                )
            )
        pieces: dict[str, Piece] = {
            base: Items(tuple(found[base])) if base in listed else found[base][0] for base in ports
        }
        if layer.graph is not None and len(ports) > 1:
            return (Pairs(tuple(pieces.items())),), ()
        # "query, value" may go by position; what follows an unwired port may not.
        count = 0
        while count < len(ports) and count < len(order) and ports[count] == order[count]:
            count += 1
        count = min(count, 2) if kind is not None else len(ports)
        positional = tuple(pieces[base] for base in ports[:count])
        keywords = [(keyword_name(base), pieces[base]) for base in ports[count:]]
        keywords += [
            (keyword_name(key), value_source(value)) for key, value in node.literals.items()
        ]
        return positional, tuple(keywords)

    def _results(
        self, graph: Graph, node: Node, name: str, tensors: dict[tuple[str, int], str]
    ) -> Iterator[str]:
        """Note under what name each output tensor goes on."""
        layer = self._project.layers[node.layer]
        used = {wire.output for wire in graph.wires.values() if wire.source == node.id}
        several = max(used, default=0) > 0 or _gives_more(layer, node)
        if layer.graph is not None:
            inner = self._project.graphs[layer.graph]
            outputs = [
                self._project.layers[each.layer].name
                for each in inner.nodes.values()
                if self._project.layers[each.layer].is_output
            ]
            if len(outputs) > 1:
                for index, output in enumerate(outputs):
                    tensors[node.id, index] = f"{name}[{text(output)}]"
                return
        if not several:
            tensors[node.id, 0] = name
            return
        yield f"{INDENT}{name} = keras.tree.flatten({name})"
        for index in used:
            tensors[node.id, index] = f"{name}[{index}]"

    def _order(self, graph: Graph) -> list[Node]:
        """Nodes so that each comes after what feeds it, otherwise in the graph's order."""
        waiting = {
            node_id: {wire.source for wire in graph.wires.values() if wire.target == node_id}
            for node_id in graph.nodes
        }
        ordered: list[Node] = []
        while waiting:
            ready = next((node for node, before in waiting.items() if not before), None)
            if ready is None:
                raise StudioError(
                    Problem(
                        code="export.loop",
                        message="The wires form a loop, which no code can follow.",
                        place=Place(graph=graph.id, node=next(iter(waiting))),
                    )
                )
            del waiting[ready]
            ordered.append(graph.nodes[ready])
            for before in waiting.values():
                before.discard(ready)
        return ordered

    def _model(self, graph: Graph, tensors: dict[tuple[str, int], str]) -> list[str]:
        inputs: list[tuple[str, Piece]] = []
        outputs: list[tuple[str, Piece]] = []
        for node in graph.nodes.values():
            layer = self._project.layers[node.layer]
            if layer.is_input:
                inputs.append((layer.name, tensors[node.id, 0]))
            elif layer.is_output:
                wire = graph.wires.get(wire_key(node.id, "inputs"))
                if wire is None:
                    raise _no_output(graph, node, layer)
                outputs.append((layer.name, tensors[wire.source, wire.output]))
        if not inputs or not outputs:
            raise StudioError(
                Problem(
                    code="export.no_ends",
                    message="The model needs at least one Input and one Output.",
                    place=Place(graph=graph.id),
                )
            )
        call = Call(
            "keras.Model",
            (_one_or_named(inputs), _one_or_named(outputs)),
            (("name", text(_name(graph))),),
        )
        return render(call, "return ", INDENT)


def _one_or_named(tensors: list[tuple[str, Piece]]) -> Piece:
    return tensors[0][1] if len(tensors) == 1 else Pairs(tuple(tensors))


def _filled(value: Any, tensor: Any) -> Piece:
    """A call template with the tensors in their places."""
    if isinstance(value, dict):
        if set(value) == {"$port"}:
            return str(tensor(value["$port"]))
        if "$tuple" in value:
            return Items(tuple(_filled(each, tensor) for each in value["$tuple"]), "()")
        if "$slice" in value:
            return Call("slice", tuple(_filled(each, tensor) for each in value["$slice"]))
        if "$dict" in value:
            return Pairs(tuple((str(k), _filled(v, tensor)) for k, v in value["$dict"].items()))
        return value_source(value)
    if isinstance(value, list):
        return Items(tuple(_filled(each, tensor) for each in value))
    return value_source(value)


def _wires_into(graph: Graph, node: Node) -> list[str]:
    """The wired ports of a node, list ports in the order of their numbers."""
    ports = [wire.port for wire in graph.wires.values() if wire.target == node.id]
    return sorted(ports, key=lambda port: split_port(port)[1] or 0)


def _gives_more(layer: Layer, node: Node) -> bool:
    return bool(
        layer.arguments.get("return_state")
        or node.literals.get("return_attention_scores")
        or (node.call or {}).get("kwargs", {}).get("return_attention_scores")
    )


def _name(graph: Graph) -> str:
    return graph.name or "model"


def _words(value: str) -> str:
    """A person's text inside a docstring."""
    clean = " ".join(value.split())
    return "".join(char for char in clean if char.isprintable() and char not in '"\\')


def _no_output(graph: Graph, node: Node, layer: Layer) -> StudioError:
    return StudioError(
        Problem(
            code="export.unwired",
            message=f'Nothing is wired into the Output "{layer.name}".',
            place=Place(graph=graph.id, node=node.id, layer=layer.id),
        )
    )
