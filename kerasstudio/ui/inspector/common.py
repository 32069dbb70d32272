"""Which arguments several layers have in common, and where their values differ: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.project import Layer, Project
from kerasstudio.ui.inspector import values


def arguments_of_layer(layer: Layer, catalogue: Catalogue) -> tuple[Argument, ...]:
    """What can be edited: the catalogue's arguments, and those a file brought besides.

    The name has its own field in the header, and so has the trainable flag below the form."""
    kind = catalogue.layer_type(layer)
    known = tuple(
        argument
        for argument in (kind.arguments if kind else ())
        if argument.name not in ("name", "trainable")
    )
    names = {argument.name for argument in known}
    foreign = tuple(
        Argument(name, "any", required=True) for name in layer.arguments if name not in names
    )
    return known + foreign


def common_arguments(layers: Sequence[Layer], catalogue: Catalogue) -> tuple[Argument, ...]:
    """The arguments that all layers have with the same kind, in the order of the first one."""
    # Hundreds of layers may be selected, but they are of few classes.
    classes: dict[object, Layer] = {}
    known: dict[tuple[str, str], frozenset[str]] = {}
    for layer in layers:
        key = (layer.module, layer.class_name)
        if key not in known:
            kind = catalogue.layer_type(layer)
            known[key] = frozenset(one.name for one in kind.arguments) if kind else frozenset()
        foreign = frozenset(layer.arguments) - known[key]
        classes.setdefault((key, foreign), layer)
    if not classes:
        return ()
    first, *others = (arguments_of_layer(layer, catalogue) for layer in classes.values())
    offered = [{_what(argument) for argument in arguments} for arguments in others]
    return tuple(argument for argument in first if all(_what(argument) in them for them in offered))


def common_values(
    layers: Sequence[Layer], arguments: Sequence[Argument]
) -> tuple[dict[str, Any], frozenset[str]]:
    """The values set in any layer, and the names of the arguments that differ."""
    shown: dict[str, Any] = {}
    mixed = set()
    for argument in arguments:
        name = argument.name
        given = [layer.arguments.get(name, argument.default) for layer in layers]
        if any(name in layer.arguments for layer in layers):
            shown[name] = next(layer.arguments[name] for layer in layers if name in layer.arguments)
        if any(not values.same(value, given[0]) for value in given[1:]):
            mixed.add(name)
    return shown, frozenset(mixed)


def layers_of(project: Project, graph_id: str, nodes: Sequence[str]) -> list[Layer]:
    """The layers behind nodes, each once, in graph order."""
    graph = project.graphs.get(graph_id)
    if graph is None:
        return []
    wanted = frozenset(nodes)
    ids = dict.fromkeys(node.layer for key, node in graph.nodes.items() if key in wanted)
    return [project.layers[layer] for layer in ids]


def _what(argument: Argument) -> tuple[object, ...]:
    return (argument.name, argument.kind, argument.family, argument.choices, argument.rank)
