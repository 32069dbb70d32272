"""Which arguments several layers have in common, and where their values differ: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

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
    if not others:
        return first
    tables = [{argument.name: argument for argument in arguments} for arguments in others]
    found = []
    for argument in first:
        same = [table[argument.name] for table in tables if argument.name in table]
        shared = _shared(argument, same) if len(same) == len(tables) else None
        if shared is not None:
            found.append(shared)
    return tuple(found)


def common_values(
    layers: Sequence[Layer], arguments: Sequence[Argument], catalogue: Catalogue
) -> tuple[dict[str, Any], frozenset[str]]:
    """The values set in any layer, and the names of the arguments that differ. What a layer does
    not set has its own class's default."""
    defaults: dict[tuple[str, str], dict[str, Any]] = {}
    for layer in layers:
        key = (layer.module, layer.class_name)
        if key not in defaults:
            kind = catalogue.layer_type(layer)
            known = kind.arguments if kind else ()
            defaults[key] = {argument.name: argument.default for argument in known}
    shown: dict[str, Any] = {}
    mixed = set()
    for argument in arguments:
        name = argument.name
        given = [
            layer.arguments.get(name, defaults[layer.module, layer.class_name].get(name))
            for layer in layers
        ]
        differs = any(not values.same(value, given[0]) for value in given[1:])
        if differs:
            mixed.add(name)
        if any(name in layer.arguments for layer in layers) or (argument.required and given):
            shown[name] = given[0]
    return shown, frozenset(mixed)


def _shared(first: Argument, others: Sequence[Argument]) -> Argument | None:
    """One argument that stands for those of several classes, None where their kinds differ. Where
    the defaults differ there is none to go back to."""
    every = [first, *others]
    if any((each.kind, each.family) != (first.kind, first.family) for each in others):
        return None
    choices = tuple(
        choice for choice in first.choices if all(choice in each.choices for each in others)
    )
    if first.choices and not choices:
        return None
    one_default = all(values.same(each.default, first.default) for each in others)
    lows = [each.minimum for each in every if each.minimum is not None]
    highs = [each.maximum for each in every if each.maximum is not None]
    return msgspec.structs.replace(
        first,
        choices=choices,
        rank=first.rank if all(each.rank == first.rank for each in others) else None,
        optional=all(each.optional for each in every),
        required=any(each.required for each in every) or not one_default,
        default=first.default if one_default else None,
        advanced=all(each.advanced for each in every),
        minimum=max(lows, default=None),
        maximum=min(highs, default=None),
    )


def layers_of(project: Project, graph_id: str, nodes: Sequence[str]) -> list[Layer]:
    """The layers behind nodes, each once, in graph order."""
    graph = project.graphs.get(graph_id)
    if graph is None:
        return []
    wanted = frozenset(nodes)
    ids = dict.fromkeys(node.layer for key, node in graph.nodes.items() if key in wanted)
    return [project.layers[layer] for layer in ids]
