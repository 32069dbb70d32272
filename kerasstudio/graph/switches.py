"""Nodes that are switched off: what the model is without them.

A *bypassed* node is as if it were not there: its first input goes on to what it feeds. A *muted*
node is left out, and with it all that cannot be without it: what it feeds, except where the tensor
is optional (a mask, states) or one of a list. A list goes on with its other tensors; a layer that
joins several (Add, Concatenate) and has too few left passes on the one that remains. What leads to
nothing but left-out nodes is left out, too.

The drawing keeps all of them; `live_project` is the drawing as it is inferred, built, trained,
exported and put into code. Node ids and, outside of blocks, ports stay the same: a problem found
in it has its place in the drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import NamedTuple

from kerasstudio.graph.blocks import inner_first
from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.edits.nodes import drop_unused
from kerasstudio.graph.edits.values import replace, without
from kerasstudio.graph.project import Graph, Layer, Project
from kerasstudio.graph.references import referenced
from kerasstudio.graph.switched_graph import BlockLoss, Effect, GraphSwitching, can_bypass

__all__ = ["NO_EFFECT", "Effect", "can_bypass", "is_switched", "live_project", "switched"]

NO_EFFECT = Effect()


def is_switched(project: Project) -> bool:
    """Whether any node of any graph is muted or bypassed."""
    return any(
        node.mode != "on" for graph in project.graphs.values() for node in graph.nodes.values()
    )


# Several checks ask of one project after every edit: the last answer is kept.
_LAST: list[tuple[Project, Catalogue, Switched]] = []


class Switched(NamedTuple):
    """The project without what is off (the same object when nothing is), and what is, by graph
    (empty when nothing is)."""

    live: Project
    effects: Mapping[str, Effect] = {}


def switched(project: Project, catalogue: Catalogue | None = None) -> Switched:
    """Work out what muted and bypassed nodes do; `catalogue` is that of the installed Keras by
    default."""
    if not is_switched(project):
        return Switched(project)
    catalogue = catalogue or shipped()
    for known, by, found in _LAST:
        if known is project and by is catalogue:
            return found
    again = next((_again(project, last, was) for last, by, was in _LAST if by is catalogue), None)
    if again is None:
        made = _Switching(project, catalogue)
        again = Switched(made.live, made.effects)
    _LAST[:] = [(project, catalogue, again)]
    return again


def _again(project: Project, last: Project, found: Switched) -> Switched | None:
    """What was `found` for another project, where no more is different than values of arguments:
    after most edits of a large project. None where it has to be worked out."""
    layers = project.layers
    if project.graphs is not last.graphs or layers.keys() != last.layers.keys():
        return None
    changed = [key for key, layer in layers.items() if layer is not last.layers[key]]
    if not all(_is_called_alike(last.layers[key], layers[key]) for key in changed):
        return None
    gone = last.layers.keys() - found.live.layers.keys()
    live = replace(
        project,
        graphs=found.live.graphs,
        layers=without(layers, gone),
        data=replace(project.data, bindings=without(project.data.bindings, gone)),
        training=replace(project.training, outputs=without(project.training.outputs, gone)),
    )
    return Switched(live, found.effects)


def _is_called_alike(before: Layer, after: Layer) -> bool:
    """Whether two states of a layer, which is no Input, have the same ports and hold no others."""
    kinds = [
        (layer.class_name, layer.name, layer.module, layer.registered_name, layer.graph)
        for layer in (before, after)
    ]
    held = {*referenced(before), *referenced(after)}
    return kinds[0] == kinds[1] and not held and not after.is_input


def live_project(project: Project, catalogue: Catalogue | None = None) -> Project:
    """The project without what is off; the same object when nothing is."""
    return switched(project, catalogue).live


class _Switching:
    """Works out one project, the graphs inside blocks first: what a block loses inside changes
    its ports outside."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self.live = project
        self.effects: dict[str, Effect] = {}
        blocks: dict[str, BlockLoss] = {}
        gone: set[str] = set()
        inside = {layer.graph for layer in project.layers.values()} - {None}
        for key in inner_first(project):
            graph = project.graphs[key]
            found = GraphSwitching(project, graph, blocks, catalogue)
            self.effects[key] = found.effect
            if found.wires is graph.wires and not (found.effect.off or found.effect.passing):
                continue
            nodes = {*found.effect.off, *found.effect.passing}
            gone |= {graph.nodes[node].layer for node in nodes}
            changed = replace(graph, nodes=without(graph.nodes, nodes), wires=found.wires)
            self.live = replace(self.live, graphs={**self.live.graphs, key: changed})
            if key in inside:
                blocks[key] = _block(project, graph, changed)
        self.live = drop_unused(self.live, gone)


def _block(project: Project, graph: Graph, live: Graph) -> BlockLoss:
    """What a block with this graph inside has lost."""
    inputs = [key for key, node in graph.nodes.items() if project.layers[node.layer].is_input]
    outputs = [key for key, node in graph.nodes.items() if project.layers[node.layer].is_output]
    left = [key for key in inputs if key in live.nodes]
    places = count()
    names, new = _port_names(project, graph, inputs), _port_names(project, graph, left)
    return BlockLoss(
        {number: next(places) if key in live.nodes else None for number, key in enumerate(outputs)},
        {name: new.get(key) for key, name in names.items()},
    )


def _port_names(project: Project, graph: Graph, inputs: list[str]) -> dict[str, str]:
    """The ports of a block, by the Inputs inside."""
    if len(inputs) == 1:
        return {inputs[0]: "inputs"}
    return {key: project.layers[graph.nodes[key].layer].name for key in inputs}
