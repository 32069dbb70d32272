"""Names that Keras gives by itself to operations, and layers that are called the same.

Keras refuses a model with two equal names. Operations (`x + y`, and those that compute implicit
masks) get automatic names ("add", "add_1"): where a layer has such a name, Keras is made to count
on behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kerasstudio.graph.codegen.graph_steps import GraphSteps
from kerasstudio.graph.codegen.rendering import INDENT
from kerasstudio.graph.codegen.source import text
from kerasstudio.graph.names import snake_case
from kerasstudio.graph.operations import is_operation, operation_table
from kerasstudio.graph.project import Layer, Project

_NUMBERED = re.compile(r"(.+?)(?:_(\d+))?")


def name_guards(copies: Sequence[GraphSteps], project: Project) -> list[str]:
    """Lines that keep automatic names behind those of layers; [] where none are alike."""
    wanted: dict[str, int] = {}
    for copy in copies:
        layers = [project.layers[node.layer] for node in copy.graph.nodes.values()]
        automatic = {snake_case(layer.class_name) for layer in layers if is_operation(layer)}
        if any(map(_masks, layers)):  # any operation may be part of how a layer hands a mask on
            automatic |= {snake_case(key.rpartition(".")[2]) for key in operation_table().functions}
        for layer in layers:
            match = _NUMBERED.fullmatch(layer.name)
            if match is None or is_operation(layer) or layer.is_output:
                continue
            stem, number = match[1], int(match[2] or 0)
            if stem in automatic and number < 1_000_000:
                wanted[stem] = max(wanted.get(stem, 0), number)
    lines: list[str] = []
    for stem, number in wanted.items():
        if not lines:
            lines.append(
                f"{INDENT}# The automatic names of operations must not be those of layers."
            )
        lines += [
            f"{INDENT}while keras.backend.get_uid({text(stem)}) <= {number}:",
            f"{INDENT * 2}pass",
        ]
    return lines


def _masks(layer: Layer) -> bool:
    """Whether a layer makes a mask, which Keras then hands on with operations of its own."""
    return layer.class_name == "Masking" or layer.arguments.get("mask_zero") is True
