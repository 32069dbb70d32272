"""The model's functions as lines."""

from __future__ import annotations

from collections.abc import Callable

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen.body import Line
from kerasstudio.graph.codegen.constants import Constants
from kerasstudio.graph.codegen.functions import Functions
from kerasstudio.graph.codegen.rendering import INDENT
from kerasstudio.graph.codegen.script import joined
from kerasstudio.graph.codegen.source import Names
from kerasstudio.graph.project import Graph, Project

DEEP = 300
"""Keras walks along the longest way through a model recursively, a few calls a layer."""


def model_code(
    project: Project,
    catalogue: Catalogue,
    names: Names,
    constants: Constants,
    custom: frozenset[str],
    wanted: Callable[[], bool],
) -> list[Line]:
    """Functions for the blocks, then `build_model`.

    Raises `StudioError` when the drawing cannot be put into code (a loop, a missing wire)."""
    return joined(Functions(project, catalogue, names, constants, custom, wanted).write())


def recursion_limit(project: Project) -> list[str]:
    """Lines that let Keras walk through a very deep model; [] where it can without."""
    nodes = max(len(graph.nodes) for graph in project.graphs.values())
    if nodes <= DEEP or max(map(_depth, project.graphs.values())) <= DEEP:
        return []
    return [
        "# Keras walks through the model recursively.",
        f"sys.setrecursionlimit({1000 + 12 * nodes})",
    ]


def _depth(graph: Graph) -> int:
    """The number of nodes on the longest way through a graph."""
    missing = dict.fromkeys(graph.nodes, 0)
    following: dict[str, list[str]] = {}
    for wire in graph.wires.values():
        if wire.source in missing and wire.target in missing:
            missing[wire.target] += 1
            following.setdefault(wire.source, []).append(wire.target)
    front = [key for key, count in missing.items() if not count]
    depth = 0
    while front:
        depth += 1
        behind = []
        for key in front:
            for other in following.get(key, ()):
                missing[other] -= 1
                if not missing[other]:
                    behind.append(other)
        front = behind
    return depth


def main_model() -> list[str]:
    """Statements that make the model and show it."""
    return ["model = build_model()", "model.summary()"]


def as_body(lines: list[str]) -> list[str]:
    """Lines one level further in."""
    return [f"{INDENT}{line}" if line else "" for line in lines]
