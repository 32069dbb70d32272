"""Layers that are code: turned into operations or a class in the project, or described."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from kerasstudio.graph.cards import CARD_GAP, card_size, flow_axis
from kerasstudio.graph.edits.nodes import drop_unused
from kerasstudio.graph.edits.settings import set_code
from kerasstudio.graph.edits.splice import make_room
from kerasstudio.graph.edits.values import (
    graph_of,
    layer_of,
    refusal,
    replace,
    with_graph,
    with_layer,
)
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.lambda_code.operations import (
    Given,
    NotConvertibleError,
    Step,
    operations_of,
    steps_before,
)
from kerasstudio.graph.lambda_code.reading import LambdaReading, read_lambda
from kerasstudio.graph.names import automatic_name, new_id, unique_name
from kerasstudio.graph.placeholders import with_outputs
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire

CODE_FILE = "layers.py"
PACKAGE = "kstudio_project"
_NAMES = {
    "tf": "import tensorflow as tf",
    "tensorflow": "import tensorflow",
    "K": "from keras import backend as K",
    "ops": "from keras import ops",
    "np": "import numpy as np",
    "numpy": "import numpy",
    "math": "import math",
}
"""Libraries that a class in the project may use, and how they come in."""


def why_no_operations(project: Project, layer: Layer) -> str | None:
    """Why a Lambda layer cannot be drawn as operations; None when it can."""
    try:
        for graph, node in _calls(project, layer):
            operations_of(_reading(layer), _list_size(graph, node))
    except NotConvertibleError as error:
        return str(error)
    return None


def lambda_to_operations(project: Project, layer: str) -> Project:
    """Draw what a Lambda layer computes as operations of Keras, in place of each of its calls.
    Raises `StudioError` when that cannot be told from it."""
    found = layer_of(project, layer)
    reading = _reading(found)
    for graph, node in _calls(project, found):
        try:
            last = operations_of(reading, _list_size(graph, node))
        except NotConvertibleError as error:
            raise refusal(
                "lambda.operations",
                f'"{found.name}" cannot be drawn as operations: {error}.',
                Place(layer=layer),
                expected="arithmetic, slices and functions of keras.ops",
            ) from error
        project = _drawn(project, graph.id, node, found, steps_before(last))
    return drop_unused(project, [layer])


def why_no_class(layer: Layer) -> str | None:
    """Why a Lambda layer cannot become a class of the project; None when it can."""
    reading = read_lambda(layer)
    if reading.expression is None:
        return reading.why
    strange = sorted(_free_names(reading) - _NAMES.keys() - {"keras"})
    if strange:
        return f"it uses {', '.join(strange[:4])}, which the file does not hold"
    return None


def lambda_to_class(project: Project, layer: str) -> Project:
    """Make a Lambda layer a class in the project's code: Keras reloads that, where the code is.
    Raises `StudioError` when its source is not known."""
    found = layer_of(project, layer)
    why = why_no_class(found)
    if why is not None:
        raise refusal(
            "lambda.class",
            f'"{found.name}" cannot become a class: {why}.',
            Place(layer=layer),
            expected="a Lambda whose source can be read",
        )
    reading = read_lambda(found)
    text = project.code.get(CODE_FILE, "")
    name = _class_name(found, text)
    made = replace(
        found,
        class_name=name,
        module=f"{PACKAGE}.{CODE_FILE.removesuffix('.py')}",
        registered_name=f"{PACKAGE}>{name}",
        arguments={},
    )
    return with_layer(set_code(project, CODE_FILE, _with_class(text, name, reading)), made)


def set_placeholder_outputs(
    project: Project,
    layer: str,
    inputs: Sequence[tuple[int | None, ...]],
    outputs: Sequence[TensorSpec],
) -> Project:
    """Say what comes out of a layer that is code, for inputs of these shapes."""
    return with_layer(project, with_outputs(layer_of(project, layer), inputs, outputs))


# ---------------------------------------------------------------- operations


def _drawn(project: Project, graph_id: str, node: Node, layer: Layer, steps: list[Step]) -> Project:
    graph = graph_of(project, graph_id)
    taken = {each.name for each in project.layers.values()} - {layer.name}
    axis = flow_axis(project.flow)
    pitch = card_size(1, 1, project.flow)[axis] + CARD_GAP
    nodes: dict[Step, Node] = {}
    last = steps[-1]
    for number, step in enumerate(steps):
        project, layer_id = new_id(project, "l")
        project, node_id = new_id(project, "n")
        wanted = layer.name if step is last else automatic_name(step.class_name)
        name = unique_name(wanted, taken)
        taken.add(name)
        made = Layer(layer_id, step.class_name, name, step.module, arguments=step.arguments)
        project = replace(project, layers={**project.layers, layer_id: made})
        shift = number * pitch
        x, y = (node.x + shift, node.y) if axis == 0 else (node.x, node.y + shift)
        nodes[step] = Node(node_id, layer_id, x, y, call=step.call)
    wires = _wires(graph, node, nodes, last)
    order: dict[str, Node] = {}
    for key, each in graph.nodes.items():
        if key == node.id:
            order.update({made.id: made for made in nodes.values()})
        else:
            order[key] = each
    project = with_graph(project, replace(graph, nodes=order, wires=wires))
    behind = [wire.target for wire in wires.values() if wire.source == nodes[last].id]
    if len(steps) > 1 and behind:
        first = min(behind, key=lambda key: (order[key].x, order[key].y)[axis])
        room = (len(steps) - 1) * pitch
        project = make_room(project, nodes[last].id, first, room, graph_id)
    return project


def _wires(graph: Graph, node: Node, nodes: dict[Step, Node], last: Step) -> dict[str, Wire]:
    """Wires of the graph with the operations in place of the node."""
    incoming = _incoming(graph, node)
    wires: dict[str, Wire] = {}
    for key, wire in graph.wires.items():
        if wire.source == node.id:
            wires[key] = replace(wire, source=nodes[last].id, output=0)
        elif wire.target != node.id:
            wires[key] = wire
    for step, made in nodes.items():
        for port, tensor in step.tensors.items():
            if isinstance(tensor, Given):
                place = tensor.number or 0
                old = incoming[place] if place < len(incoming) else None
                if old is None:
                    continue
                new = Wire(old.source, made.id, port, old.output)
            else:
                new = Wire(nodes[tensor].id, made.id, port)
            wires[new.key] = new
    return wires


def _calls(project: Project, layer: Layer) -> list[tuple[Graph, Node]]:
    return [
        (graph, node)
        for graph in project.graphs.values()
        for node in graph.nodes.values()
        if node.layer == layer.id
    ]


def _incoming(graph: Graph, node: Node) -> list[Wire | None]:
    """The wires into a Lambda, in the order of its list of inputs."""
    if node.call is not None and node.call.get("args"):
        first = node.call["args"][0]
        parts = first if isinstance(first, list) else [first]
        ports = [each.get("$port") if isinstance(each, dict) else None for each in parts]
        return [graph.wires.get(f"{node.id}:{port}") for port in ports]
    given = [wire for wire in graph.wires.values() if wire.target == node.id]
    given.sort(key=lambda wire: (len(wire.port), wire.port))
    found: list[Wire | None] = []
    found.extend(given)
    return found


def _list_size(graph: Graph, node: Node) -> int | None:
    """How many tensors the Lambda takes as a list; None for one by itself."""
    if node.call is not None and node.call.get("args"):
        first = node.call["args"][0]
        return len(first) if isinstance(first, list) else None
    wires = [wire for wire in graph.wires.values() if wire.target == node.id]
    listed = any("." in wire.port for wire in wires)
    return len(wires) if listed else None


def _reading(layer: Layer) -> LambdaReading:
    if layer.arguments.get("mask") is not None:
        return LambdaReading(why="it makes a mask of its own")
    return read_lambda(layer)


# ---------------------------------------------------------------- a class


def _free_names(reading: LambdaReading) -> set[str]:
    assert reading.expression is not None  # noqa: S101 (asked before)
    names = {node.id for node in ast.walk(reading.expression) if isinstance(node, ast.Name)}
    return names - set(reading.arguments[:1])


def _class_name(layer: Layer, text: str) -> str:
    words = "".join(part.capitalize() for part in layer.name.split("_") if part.isalnum())
    name = words if words.isidentifier() and words.lower() != "lambda" else "Computed"
    number, chosen = 1, name
    while f"class {chosen}(" in text:
        number += 1
        chosen = f"{name}{number}"
    return chosen


def _with_class(text: str, name: str, reading: LambdaReading) -> str:
    assert reading.expression is not None  # noqa: S101 (asked before)
    lines = [
        "import keras",
        *(_NAMES[each] for each in sorted(_free_names(reading) & _NAMES.keys())),
    ]
    missing = [line for line in lines if line not in text.splitlines()]
    argument = (*reading.arguments, "inputs")[0]
    body = ast.unparse(ast.fix_missing_locations(reading.expression))
    made = (
        f'\n\n@keras.saving.register_keras_serializable("{PACKAGE}")\n'
        f"class {name}(keras.layers.Layer):\n"
        f'    """Was a Lambda layer."""\n\n'
        f"    def call(self, {argument}):\n"
        f"        return {body}\n"
    )
    head = "\n".join(missing) + "\n" if missing else ""
    return f"{head}{text.rstrip()}{chr(10) if text.strip() else ''}{made}"
