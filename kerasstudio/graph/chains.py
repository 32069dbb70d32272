"""Whether a graph is a plain chain of layers: what Keras calls Sequential."""

from __future__ import annotations

from kerasstudio.graph.ports import split_port
from kerasstudio.graph.project import STUDIO_MODULE, Graph, Node, Project


def chain_of(project: Project, graph: Graph) -> list[Node]:
    """The nodes from the Input to the last layer when each has one wire in and one out, else [].

    The Output at the end is left out."""
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
    return chain[:-1] if all(_is_plain(project, node) for node in chain) else []


def _is_plain(project: Project, node: Node) -> bool:
    """A layer called with its one tensor and nothing else."""
    layer = project.layers[node.layer]
    plain = layer.module in ("keras.layers", STUDIO_MODULE)
    alone = node.call is None or not any(node.call.get("kwargs", {}).values())
    return plain and alone and not node.literals and not layer.arguments.get("return_state")
