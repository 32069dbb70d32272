"""What can be done about a layer that is code, beside trusting it."""

from __future__ import annotations

from kerasstudio.graph.edits.lambdas import why_no_class, why_no_operations
from kerasstudio.graph.placeholders import LAMBDA
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Layer, Project


def code_fixes(project: Project, layer: Layer) -> tuple[Fix, ...]:
    """Fixes of a layer that does not run, the best first."""
    arguments = {"layer": layer.id, "class_name": "Identity"}
    return (
        *conversions(project, layer),
        Fix("replace it by Identity", "replace_layer", arguments),
    )


def conversions(project: Project, layer: Layer) -> tuple[Fix, ...]:
    """What a Lambda layer can become that computes the same, the best first."""
    if layer.class_name != LAMBDA:
        return ()
    fixes = []
    arguments = {"layer": layer.id}
    if why_no_operations(project, layer) is None:
        fixes.append(Fix("draw it as operations", "lambda_to_operations", arguments))
    if why_no_class(layer) is None:
        fixes.append(Fix("make it a class of the project", "lambda_to_class", arguments))
    return tuple(fixes)
