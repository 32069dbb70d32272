"""Layers that several nodes call: linked nodes, which share weights and arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from kerasstudio.graph.diff import Diff
from kerasstudio.graph.project import Project
from kerasstudio.graph.references import referenced


class Link(msgspec.Struct, frozen=True):
    """One shared layer: its number in the project, from 1, and how often it is called (a wrapper
    around it counts as one call)."""

    number: int
    calls: int


def linked_layers(project: Project) -> dict[str, Link]:
    """The layers called more than once, in all graphs together, by layer id; numbered in the order
    in which they were made."""
    calls = Counter(
        node.layer for graph in project.graphs.values() for node in graph.nodes.values()
    )
    if len(calls) != calls.total() or any(map(_holds, project.layers.values())):
        for layer in project.layers.values():
            calls.update(set(referenced(layer)))
    else:
        return {}
    shared = [layer for layer in project.layers if calls[layer] > 1]
    return {layer: Link(number, calls[layer]) for number, layer in enumerate(shared, 1)}


def may_relink(old: Project, new: Project, change: Diff) -> bool:
    """Whether `linked_layers` may be otherwise after an edit: not when only values of layers that
    hold no others changed, and not when nothing of the model did."""
    if not change.affects_model:
        return False
    layers = change.layers
    if change.graphs or change.graph_keys or layers.added or layers.removed:
        return True
    return any(_holds(old.layers[key]) or _holds(new.layers[key]) for key in layers.changed)


def calls_of(project: Project, layer: str) -> Iterator[tuple[str, str]]:
    """The graphs and nodes that call a layer."""
    for key, graph in project.graphs.items():
        for node in graph.nodes.values():
            if node.layer == layer:
                yield key, node.id


def is_linked(project: Project, layer: str) -> bool:
    """Whether a layer is called more than once, or held by another layer besides."""
    count = sum(1 for _call in calls_of(project, layer))
    return count + sum(layer in referenced(each) for each in project.layers.values()) > 1


def _holds(layer: object) -> bool:
    return any(True for _held in referenced(layer))  # type: ignore[arg-type]
