"""Edits of nodes: add, move, delete, call again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.edits.block_ports import follow_ends
from kerasstudio.graph.edits.dots import carried_wires
from kerasstudio.graph.edits.saved import place_block
from kerasstudio.graph.edits.values import (
    graph_of,
    layer_of,
    node_of,
    refusal,
    replace,
    with_graph,
    without,
)
from kerasstudio.graph.edits.wires import connect, without_wires
from kerasstudio.graph.names import automatic_name, name_error, new_id, unique_name
from kerasstudio.graph.ports import free_port
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import (
    ROOT,
    Graph,
    Layer,
    Node,
    Project,
    Wire,
)
from kerasstudio.graph.references import referenced
from kerasstudio.graph.saved_blocks import BlockType


def add_layer(
    project: Project,
    layer_type: LayerType,
    x: float = 0.0,
    y: float = 0.0,
    graph: str = ROOT,
    name: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> tuple[Project, str]:
    """A new layer and its node with the top left corner at (x, y); returns the node's id.

    A saved block comes with all that is inside. Required arguments not given are taken from the
    type's example. Without a name the layer gets Keras's automatic one; it is made unique either
    way. Raises `StudioError` for an illegal name.
    """
    if isinstance(layer_type, BlockType) and layer_type.block is not None:
        return place_block(project, layer_type.block, x, y, graph, name)
    drawing = graph_of(project, graph)
    if name is not None and (wrong := name_error(name)):
        raise refusal("structure.name", wrong, Place(graph=graph), received=name)
    taken = {layer.name for layer in project.layers.values()}
    project, layer_id = new_id(project, "l")
    project, node_id = new_id(project, "n")
    layer = Layer(
        id=layer_id,
        class_name=layer_type.class_name,
        name=unique_name(name or automatic_name(layer_type.class_name), taken),
        module=layer_type.module,
        arguments=starting_arguments(layer_type, arguments or {}),
    )
    node = Node(id=node_id, layer=layer_id, x=float(x), y=float(y))
    drawing = replace(drawing, nodes={**drawing.nodes, node_id: node})
    added = replace(
        project,
        layers={**project.layers, layer_id: layer},
        graphs={**project.graphs, graph: drawing},
    )
    return follow_ends(project, added, graph), node_id


def add_connected(
    project: Project,
    layer_type: LayerType,
    catalogue: Catalogue,
    x: float = 0.0,
    y: float = 0.0,
    graph: str = ROOT,
    source: tuple[str, int] | None = None,
    target: tuple[str, str] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> tuple[Project, str]:
    """`add_layer`, wired at once: from `source` (node, output) into its first free port, and from
    its first output into `target` (node, port). What has no port on that side is not wired."""
    project, node = add_layer(project, layer_type, x, y, graph, arguments=arguments)
    if source is not None:
        slot = free_port(project, node, catalogue, graph)
        if slot is not None:
            project = connect(project, source[0], node, slot.name, source[1], graph)
    if target is not None and layer_type.outputs:
        project = connect(project, node, target[0], target[1], 0, graph, catalogue)
    return project, node


def call_again(
    project: Project, layer: str, x: float, y: float, graph: str = ROOT
) -> tuple[Project, str]:
    """A further node of a layer: the same weights, called once more. Not for Inputs and Outputs."""
    found = layer_of(project, layer)
    if found.is_input or found.is_output:
        kind = "Input" if found.is_input else "Output"
        raise refusal(
            "structure.shared_port",
            f'"{found.name}" is an {kind}: it stands in a model once.',
            Place(graph=graph, layer=layer),
        )
    drawing = graph_of(project, graph)
    project, node_id = new_id(project, "n")
    node = Node(id=node_id, layer=layer, x=float(x), y=float(y))
    return with_graph(project, replace(drawing, nodes={**drawing.nodes, node_id: node})), node_id


def move_nodes(
    project: Project, positions: Mapping[str, tuple[float, float]], graph: str = ROOT
) -> Project:
    """Put nodes at new places (top left corners, scene pixels); unknown ids are ignored, pinned
    nodes stay. The reroute dots between nodes that move go with them."""
    drawing = graph_of(project, graph)
    moved: dict[str, Node] = {}
    for node_id, (x, y) in positions.items():
        node = drawing.nodes.get(node_id)
        if node is not None and not node.pinned and (node.x != x or node.y != y):
            moved[node_id] = replace(node, x=float(x), y=float(y))
    if not moved:
        return project
    wires = carried_wires(drawing, moved)
    return with_graph(
        project,
        replace(
            drawing,
            nodes={**drawing.nodes, **moved},
            wires={**drawing.wires, **wires} if wires else drawing.wires,
        ),
    )


def set_literal(project: Project, node: str, name: str, value: Any, graph: str = ROOT) -> Project:
    """A call argument that is no tensor (`use_causal_mask`); None takes it away."""
    found = node_of(project, node, graph)
    if value is None:
        literals = without(found.literals, [name])
    elif found.literals.get(name) == value:
        return project
    else:
        literals = {**found.literals, name: value}
    if literals is found.literals:
        return project
    return _with_node(project, replace(found, literals=literals), graph)


def delete_nodes(project: Project, nodes: Iterable[str], graph: str = ROOT) -> Project:
    """Remove nodes and their wires, layers nobody calls any more, and what the settings say of
    those (bindings, losses). Unknown ids are ignored."""
    drawing = graph_of(project, graph)
    gone = {node for node in nodes if node in drawing.nodes}
    if not gone:
        return project
    keys = [
        key for key, wire in drawing.wires.items() if wire.source in gone or wire.target in gone
    ]
    layers = {drawing.nodes[node].layer for node in gone}
    drawing = replace(
        drawing, nodes=without(drawing.nodes, gone), wires=without_wires(drawing, keys)
    )
    without_nodes = drop_unused(with_graph(project, drawing), layers)
    return follow_ends(project, without_nodes, graph)


def delete_and_reconnect(project: Project, nodes: Iterable[str], graph: str = ROOT) -> Project:
    """Remove nodes and let their neighbours pass values on: what fed the first port of a removed
    node feeds the ports it fed."""
    drawing = graph_of(project, graph)
    gone = {node for node in nodes if node in drawing.nodes}
    first: dict[str, Wire] = {}
    for wire in drawing.wires.values():
        if wire.target in gone:
            known = first.get(wire.target)
            if known is None or _before(wire.port, known.port):
                first[wire.target] = wire
    rerouted: dict[str, Wire] = {}
    for key, wire in drawing.wires.items():
        if wire.source in gone and wire.target not in gone:
            start: Wire | None = wire
            seen: set[str] = set()
            points = wire.points
            while start is not None and start.source in gone and start.source not in seen:
                seen.add(start.source)
                start = first.get(start.source)
                points = (*start.points, *points) if start is not None else points
            if start is not None and start.source not in gone:
                rerouted[key] = replace(
                    wire, source=start.source, output=start.output, points=points
                )
    if rerouted:
        project = with_graph(project, replace(drawing, wires={**drawing.wires, **rerouted}))
    return delete_nodes(project, gone, graph)


def _before(port: str, other: str) -> bool:
    """Whether a port comes before another in the call: index 2 before 10, else by the order in
    which they were wired."""
    base, _, index = port.rpartition(".")
    other_base, _, other_index = other.rpartition(".")
    if base != other_base or not (index.isdecimal() and other_index.isdecimal()):
        return False
    return int(index) < int(other_index)


def drop_unused(project: Project, layers: Collection[str]) -> Project:
    """Remove those of `layers` that no node of any graph calls and no other layer holds, with the
    graphs inside them and the layers that they alone hold."""
    candidates = set(layers)
    while candidates:
        called = {node.layer for graph in project.graphs.values() for node in graph.nodes.values()}
        called |= {held for layer in project.layers.values() for held in referenced(layer)}
        unused = {layer for layer in candidates if layer in project.layers} - called
        if not unused:
            break
        inside = {project.layers[layer].graph for layer in unused} - {None}
        inside -= {layer.graph for layer in project.layers.values() if layer.id not in unused}
        graphs = {key: graph for key, graph in project.graphs.items() if key not in inside}
        candidates = {
            node.layer
            for key, graph in project.graphs.items()
            if key in inside
            for node in graph.nodes.values()
        }
        candidates |= {held for layer in unused for held in referenced(project.layers[layer])}
        project = replace(project, layers=without(project.layers, unused), graphs=graphs)
        bindings = without(project.data.bindings, unused)
        if bindings is not project.data.bindings:
            project = replace(project, data=replace(project.data, bindings=bindings))
        outputs = without(project.training.outputs, unused)
        if outputs is not project.training.outputs:
            project = replace(project, training=replace(project.training, outputs=outputs))
    return project


def starting_arguments(layer_type: LayerType, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`arguments`, and the example's values for required ones that are missing."""
    wanted = {
        argument.name: layer_type.example[argument.name]
        for argument in layer_type.arguments
        if argument.required and argument.name in layer_type.example
    }
    return {**wanted, **arguments}


def _with_node(project: Project, node: Node, graph: str) -> Project:
    drawing: Graph = project.graphs[graph]
    return with_graph(project, replace(drawing, nodes={**drawing.nodes, node.id: node}))
