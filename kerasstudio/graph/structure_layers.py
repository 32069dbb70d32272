"""Structure checks of layers: names, classes, required arguments, calls."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.names import name_error, unique_name
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Layer, Project

# What the catalogue lists completely. A class of another module (an operation, a layer private to
# `keras.applications`, somebody's own) may well exist: the worker says when it cannot be built.
_LISTED_MODULES = ("keras.layers", "keras.src.layers")
# Required, unless the other one is given.
_INSTEAD = {("Discretization", "num_bins"): "bin_boundaries"}


def layer_problems(project: Project, catalogue: Catalogue) -> Iterator[Problem]:
    """Problems of all layers, each placed at the layer's first node."""
    calls: dict[str, list[tuple[str, str]]] = {}
    for key, graph in project.graphs.items():
        for node in graph.nodes.values():
            calls.setdefault(node.layer, []).append((key, node.id))
    yield from _names(project, calls)
    required: dict[tuple[str, str], tuple[Argument, ...] | None] = {}
    for layer in project.layers.values():
        where = calls.get(layer.id)
        if where is None:
            continue
        if len(where) > 1 and (layer.is_input or layer.is_output):
            yield _called_twice(layer, where)
        kind = (layer.module, layer.class_name)
        if kind not in required:
            known = catalogue.layer_type(layer)
            required[kind] = (
                None
                if known is None
                else tuple(argument for argument in known.arguments if argument.required)
            )
        needed = required[kind]
        if needed is None:
            if not _is_foreign(project, layer):
                yield _unknown(layer, _place(layer, where), catalogue)
            continue
        for argument in needed:
            if layer.arguments.get(_INSTEAD.get((layer.class_name, argument.name), "")) is not None:
                continue
            if layer.arguments.get(argument.name) is None and not (
                argument.optional and argument.name in layer.arguments
            ):
                yield _missing(layer, argument.name, _place(layer, where), catalogue)


def _place(layer: Layer, where: list[tuple[str, str]]) -> Place:
    return Place(graph=where[0][0], node=where[0][1], layer=layer.id)


def _names(project: Project, calls: dict[str, list[tuple[str, str]]]) -> Iterator[Problem]:
    taken = {layer.name for layer in project.layers.values()}
    doubles = len(taken) < len(project.layers)
    # An Output is no Keras layer: it may be called like the layer that it shows.
    first: dict[tuple[str, bool, str], Layer] = {}
    for layer in project.layers.values():
        where = calls.get(layer.id)
        if where is None:
            continue
        wrong = name_error(layer.name)
        twin = None
        for graph in {key: None for key, _ in where} if doubles else ():
            twin = first.setdefault((graph, layer.is_output, layer.name), layer)
            if twin is not layer:
                break
        if wrong is None and (twin is None or twin is layer):
            continue
        cleaned = layer.name.strip().replace("/", "_").replace("\\", "_")[:90]
        cleaned = "".join(char for char in cleaned if name_error(char) is None or char == " ")
        free = unique_name(cleaned.strip() or "layer", taken)
        taken.add(free)
        fix = Fix(f'rename it "{free}"', "rename_layer", {"layer": layer.id, "name": free})
        if wrong is not None:
            yield Problem(
                code="structure.name",
                message=f'The name "{layer.name}" cannot be used. {wrong}',
                expected="a layer name that Keras and files can take",
                received=layer.name,
                place=_place(layer, where),
                fixes=(fix,),
            )
        elif twin is not None:
            yield Problem(
                code="structure.name_taken",
                message=f'Two layers are called "{layer.name}": {twin.class_name} and '
                f"{layer.class_name}.",
                expected="a different name for each layer",
                received=layer.name,
                place=_place(layer, where),
                fixes=(fix,),
            )


def _called_twice(layer: Layer, where: list[tuple[str, str]]) -> Problem:
    kind = "Input" if layer.is_input else "Output"
    graph, node = where[1]
    return Problem(
        code="structure.shared_port",
        message=f'The {kind} "{layer.name}" stands in the drawing {len(where)} times.',
        expected=f"each {kind} once",
        received=f"{len(where)} nodes",
        place=Place(graph=graph, node=node, layer=layer.id),
        fixes=(Fix("remove this one", "remove_node", {"node": node, "graph": graph}),),
    )


def _is_foreign(project: Project, layer: Layer) -> bool:
    """Classes that come from elsewhere: blocks, other modules, the project's own code."""
    return (
        layer.graph is not None
        or not layer.module.startswith(_LISTED_MODULES)
        or any(f"class {layer.class_name}" in text for text in project.code.values())
    )


def _unknown(layer: Layer, place: Place, catalogue: Catalogue) -> Problem:
    names = [known.class_name for known in catalogue.layers]
    close = get_close_matches(layer.class_name, names, n=3, cutoff=0.6)
    fixes = [
        Fix(f"make it {name}", "replace_layer", {"layer": layer.id, "class_name": name})
        for name in close
    ]
    fixes.append(Fix("remove it", "remove_node", {"node": place.node, "graph": place.graph}))
    return Problem(
        code="structure.unknown_class",
        message=f"Keras {catalogue.keras_version} has no layer {layer.class_name}.",
        expected=f"a layer such as {', '.join(close)}" if close else "a layer of the palette",
        received=f"{layer.module}.{layer.class_name}",
        place=place,
        fixes=tuple(fixes),
    )


def _missing(layer: Layer, argument: str, place: Place, catalogue: Catalogue) -> Problem:
    kind = catalogue.layer_type(layer)
    example = {} if kind is None else kind.example
    fixes: tuple[Fix, ...] = ()
    if argument in example:
        value = example[argument]
        arguments = {"layer": layer.id, "name": argument, "value": value}
        fixes = (Fix(f"set {argument} to {value}", "set_argument", arguments),)
    return Problem(
        code="structure.missing_argument",
        message=f'"{layer.name}" needs a value for {argument}.',
        expected=f"a value for the required argument {argument} of {layer.class_name}",
        received="none",
        place=Place(graph=place.graph, node=place.node, layer=layer.id, argument=argument),
        fixes=fixes,
    )
