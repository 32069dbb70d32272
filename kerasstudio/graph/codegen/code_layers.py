"""Layers that are code: whether a script can contain them."""

from __future__ import annotations

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.codegen.custom import custom_code
from kerasstudio.graph.codegen.values import Values
from kerasstudio.graph.placeholders import LAMBDA, is_placeholder, needs_class
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Layer, Project


def why_no_code(layer: Layer, project: Project) -> str:
    """Why no script can contain a layer, as half a sentence; "" where one can."""
    if not is_placeholder(layer):
        return ""
    try:
        Values(shipped(), custom=custom_code(project).names).layer(layer)
    except StudioError as error:
        if layer.class_name == LAMBDA:
            return "its function is not in the project's code: make it operations, or a class"
        if needs_class(layer):
            return "the code of its class is not part of the project"
        return error.problem.message.rstrip(".")
    return ""
