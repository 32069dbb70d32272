"""Edits of layers: name, arguments, trainable flag, class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType
from kerasstudio.graph.edits.block_ports import follow_ends
from kerasstudio.graph.edits.nodes import drop_unused, starting_arguments
from kerasstudio.graph.edits.values import (
    graph_of,
    layer_of,
    node_of,
    refusal,
    replace,
    same_json,
    with_graph,
    with_layer,
    without,
)
from kerasstudio.graph.edits.wires import renumbered
from kerasstudio.graph.ends import with_key
from kerasstudio.graph.loops import upstream
from kerasstudio.graph.names import automatic_name, has_automatic_name, name_error, unique_name
from kerasstudio.graph.ports import layer_ports, split_port
from kerasstudio.graph.problems import Fix, Place
from kerasstudio.graph.project import ROOT, Graph, Layer, Project, Wire
from kerasstudio.graph.references import referenced


def rename_layer(project: Project, layer: str, name: str) -> Project:
    """Raises `StudioError` for an illegal name and for one that another layer has."""
    found = layer_of(project, layer)
    if name == found.name:
        return project
    if wrong := name_error(name):
        raise refusal("structure.name", wrong, Place(layer=layer), received=name)
    others = neighbour_names(project, layer)
    if name in others:
        free = unique_name(name, {other.name for other in project.layers.values()})
        raise refusal(
            "structure.name_taken",
            f'Another layer ({others[name].class_name}) already has the name "{name}".',
            Place(layer=layer),
            expected="a name that no other layer of the model has",
            received=name,
            fixes=(Fix(f'use "{free}"', "rename_layer", {"layer": layer, "name": free}),),
        )
    renamed = with_layer(project, replace(found, name=name))
    renamed = _with_key(renamed, layer, found.name, name)
    if found.is_input:
        for key, graph in project.graphs.items():
            if any(node.layer == layer for node in graph.nodes.values()):
                renamed = follow_ends(project, renamed, key)
    return renamed


def _with_key(project: Project, layer: str, old: str, new: str) -> Project:
    """Keys of a model's input and output dictionaries follow the names of Inputs and Outputs."""
    for graph in project.graphs.values():
        if graph.structure is None:
            continue
        structure = graph.structure
        for node in graph.nodes.values():
            if node.layer == layer:
                structure = {
                    side: with_key(each, node.id, old, new) for side, each in structure.items()
                }
        if structure != graph.structure:
            project = with_graph(project, replace(graph, structure=structure))
    return project


def set_argument(
    project: Project, layer: str, name: str, value: Any, argument: Argument | None = None
) -> Project:
    """Set a constructor argument. With its catalogue entry, a value equal to the default is
    dropped instead: the project then says nothing of it, as Keras's config would."""
    found = layer_of(project, layer)
    if argument is not None and not argument.required and same_json(value, argument.default):
        return reset_argument(project, layer, name)
    if name in found.arguments and _identical(found.arguments[name], value):
        return project
    return _changed(project, found, replace(found, arguments={**found.arguments, name: value}))


def set_arguments(project: Project, layer: str, arguments: dict[str, Any]) -> Project:
    """Several arguments at once."""
    for name, value in arguments.items():
        project = set_argument(project, layer, name, value)
    return project


def reset_argument(project: Project, layer: str, name: str) -> Project:
    """Back to Keras's default."""
    found = layer_of(project, layer)
    arguments = without(found.arguments, [name])
    if arguments is found.arguments:
        return project
    return _changed(project, found, replace(found, arguments=arguments))


def _changed(project: Project, old: Layer, new: Layer) -> Project:
    """The layer in its new form; layers that it alone held inside it go."""
    let_go = set(referenced(old)) - set(referenced(new))
    project = with_layer(project, new)
    return drop_unused(project, let_go) if let_go else project


def set_trainable(project: Project, layer: str, value: bool) -> Project:
    """Whether training changes the layer's weights."""
    found = layer_of(project, layer)
    if found.trainable == bool(value):
        return project
    return with_layer(project, replace(found, trainable=bool(value)))


def set_trainable_up_to(project: Project, node: str, value: bool, graph: str = ROOT) -> Project:
    """Freeze (or thaw) everything that leads to a node, itself included: the usual way to train
    only the end of a network."""
    node_of(project, node, graph)
    drawing = graph_of(project, graph)
    for each in upstream(drawing, [node]):
        layer = project.layers[drawing.nodes[each].layer]
        if not (layer.is_input or layer.is_output):
            project = set_trainable(project, layer.id, value)
    return project


def replace_layer(
    project: Project, layer: str, layer_type: LayerType, catalogue: Catalogue
) -> Project:
    """Make a layer one of another class, keeping the arguments both have, and the wires: those
    into ports the new class lacks go to its first free ones, what finds no port is removed."""
    found = layer_of(project, layer)
    if (found.class_name, found.module) == (layer_type.class_name, layer_type.module):
        return project
    arguments = {
        name: value
        for name, value in found.arguments.items()
        if (old := _argument(catalogue, found, name)) is None or _fits(layer_type, old, name)
        if layer_type.argument(name) is not None
    }
    others = {other.name for other in project.layers.values() if other.id != layer}
    name = found.name
    if has_automatic_name(found):
        name = unique_name(automatic_name(layer_type.class_name), others)
    changed = Layer(
        id=layer,
        class_name=layer_type.class_name,
        name=name,
        module=layer_type.module,
        arguments=starting_arguments(layer_type, arguments),
        trainable=found.trainable,
    )
    project = _changed(project, found, changed)
    graphs = {
        key: _rewired(project, graph, changed, layer_type, catalogue)
        for key, graph in project.graphs.items()
    }
    return replace(project, graphs=graphs)


def wrap_layer(project: Project, layer: str, wrapper: LayerType, catalogue: Catalogue) -> Project:
    """Make a layer the one inside a wrapper (`TimeDistributed`); its name and wires stay. A
    wrapper holds Keras's own layers only, and is not wrapped again."""
    found = layer_of(project, layer)
    if not found.module.startswith("keras.") or found.graph is not None or found.is_input:
        raise refusal(
            "edit.wrap",
            f'"{found.name}" cannot be put into {wrapper.class_name}: it is no Keras layer.',
            Place(layer=layer),
        )
    inner = {
        "module": found.module,
        "class_name": found.class_name,
        "config": {**found.arguments, "name": f"{found.name}_step"},
        "registered_name": None,
    }
    bare = replace(found, arguments={})
    wrapped = replace_layer(with_layer(project, bare), layer, wrapper, catalogue)
    outer = wrapped.layers[layer]
    return with_layer(wrapped, replace(outer, name=found.name, arguments={"layer": inner}))


def neighbour_names(project: Project, layer: str) -> dict[str, Layer]:
    """Names that this layer cannot have: those of the other layers in the graphs where it is
    called; of the other Outputs for an Output, which is no Keras layer."""
    kind = layer_of(project, layer).is_output
    return {other.name: other for other in _neighbours(project, layer) if other.is_output == kind}


def _neighbours(project: Project, layer: str) -> Iterator[Layer]:
    for graph in project.graphs.values():
        ids = {node.layer for node in graph.nodes.values()}
        if layer in ids:
            for other in ids:
                if other != layer and other in project.layers:
                    yield project.layers[other]


def _identical(one: Any, other: Any) -> bool:
    """No difference worth an undo step: `same_json`, and the same kind of number."""
    return same_json(one, other) and type(one) is type(other)


def _argument(catalogue: Catalogue, layer: Layer, name: str) -> Argument | None:
    kind = catalogue.layer_type(layer)
    return None if kind is None else kind.argument(name)


def _fits(layer_type: LayerType, old: Argument, name: str) -> bool:
    """Whether a value of one class's argument can be one of the other's."""
    new = layer_type.argument(name)
    if new is None:
        return False
    return new.kind == old.kind and new.rank == old.rank and new.family == old.family


def _rewired(
    project: Project, graph: Graph, layer: Layer, layer_type: LayerType, catalogue: Catalogue
) -> Graph:
    nodes = {node.id for node in graph.nodes.values() if node.layer == layer.id}
    if not nodes:
        return graph
    # The template of an imported call belongs to the old class.
    bare = {
        key: replace(graph.nodes[key], call=None, literals={}, positional=None) for key in nodes
    }
    graph = replace(graph, nodes={**graph.nodes, **bare})
    ports = layer_ports(project, layer, catalogue) or ()
    outputs = max(1, len(layer_type.outputs)) if not layer.is_output else 0
    wires: dict[str, Wire] = {}
    lists: set[tuple[str, str]] = set()
    waiting: list[Wire] = []
    for key, wire in graph.wires.items():
        if wire.source in nodes and wire.output >= outputs:
            continue
        if wire.target not in nodes:
            wires[key] = wire
            continue
        base, index = split_port(wire.port)
        if any(port.name == base and port.many == (index is not None) for port in ports):
            wires[key] = wire
        else:
            waiting.append(wire)
    waiting.sort(key=lambda wire: split_port(wire.port)[1] or 0)
    for wire in waiting:
        for port in ports:
            if port.many:
                count = sum(
                    other.target == wire.target and split_port(other.port)[0] == port.name
                    for other in wires.values()
                )
                moved = replace(wire, port=f"{port.name}.{count}")
                lists.add((wire.target, port.name))
            elif port.role == "tensor":
                moved = replace(wire, port=port.name)
            else:
                continue
            if moved.key not in wires:
                wires[moved.key] = moved
                break
    return replace(graph, wires=renumbered(wires, lists) if lists else wires)
