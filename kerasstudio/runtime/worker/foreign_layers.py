"""Layers of a project as Keras layers, those that are code among them."""

from __future__ import annotations

from typing import Any

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.placeholders import activation_names, code_reasons
from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker.keras_objects import Held, layer_class, make_layer, with_tuples
from kerasstudio.runtime.worker.placeholder_layer import placeholder_class
from kerasstudio.runtime.worker.trusted_code import TRUSTED


def project_layer(layer: Layer, catalogue: Catalogue, name: str, held: Held | None = None) -> Any:
    """The Keras layer of a project's layer (no block): what is code is made where the person
    trusts it, and else a stand-in. Raises `StudioError`, and what Keras raises."""
    if code_reasons(layer):
        return TRUSTED.make(layer, name) if TRUSTED.holds(layer) else placeholder_class(layer)(name)
    if activation_names(layer) & TRUSTED.objects.keys():
        return TRUSTED.make(layer, name)
    arguments = with_tuples(layer.arguments, catalogue, layer)
    return make_layer(layer_class(layer), arguments, name, held)


def stands_in(layer: Layer) -> bool:
    """Whether a layer is code that this worker does not run."""
    return bool(code_reasons(layer)) and not TRUSTED.holds(layer)
