"""Whether a graph is a plain chain of layers: what Keras calls Sequential."""

from __future__ import annotations

from kerasstudio.graph.ports import split_port
from kerasstudio.graph.project import STUDIO_MODULE, Graph, Node, Project


def sequence_of(project: Project, graph: Graph) -> list[Node]:
    """The nodes from the Input to the last one when each has one wire in and one out, else [].

    Blocks may be among them; a layer called twice may not: Keras forgets the second call when it
    saves a Sequential. The Output at the end is left out."""
    following: dict[str, str] = {}
    targets: set[str] = set()
    for wire in graph.wires.values():
        if wire.source in following or wire.target in targets or wire.output:
            return []
        if split_port(wire.port)[1] is not None:
            return []
        following[wire.source] = wire.target
        targets.add(wire.target)
    starts = [node for node in graph.nodes.values() if project.layers[node.layer].is_input]
    if len(starts) != 1:
        return []
    chain: list[Node] = [starts[0]]
    while chain[-1].id in following and len(chain) <= len(graph.nodes):
        chain.append(graph.nodes[following[chain[-1].id]])
    ends_well = project.layers[chain[-1].layer].is_output
    layers = {node.layer for node in chain}
    if not ends_well or len(chain) != len(graph.nodes) or len(layers) != len(chain):
        return []
    return chain[:-1] if all(_is_alone(project, node) for node in chain) else []


def chain_of(project: Project, graph: Graph) -> list[Node]:
    """The nodes of a chain of Keras's own layers, without blocks, else []."""
    chain = sequence_of(project, graph)
    modules = {project.layers[node.layer].module for node in chain}
    return chain if modules <= {"keras.layers", STUDIO_MODULE} else []


def _is_alone(project: Project, node: Node) -> bool:
    """A layer called with its one tensor and nothing else, which gives one tensor."""
    layer = project.layers[node.layer]
    alone = node.call is None or not any(node.call.get("kwargs", {}).values())
    operation = layer.module.startswith("keras.src.ops")
    return alone and not operation and not node.literals and not layer.arguments.get("return_state")
