"""Names for the weights of layers that are code: those that files have, so that weights find their
places again whether the code is run or not.

In which order such a layer makes its weights only its code says. A stand-in has them in the order
of the file; by their names both are told apart from each other where shapes alone would not do it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
from keras.src.legacy.saving import legacy_h5_format
from keras.src.saving import saving_lib

from kerasstudio.graph.placeholders import is_placeholder, weight_specs
from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker.placeholder_layer import Placeholder, Recorder


def file_names(layer: Layer, made: Any) -> tuple[str, ...] | None:
    """The names of `made.weights` in files; None for a layer of Keras's own, and where that
    cannot be told."""
    if not is_placeholder(layer) or not isinstance(made, keras.layers.Layer):
        return None
    stored = [name for name, _, _ in weight_specs(layer)]
    if isinstance(made, Placeholder):
        return tuple(stored)
    by_place = all("vars" in name.split("/") for name in stored)
    if by_place:
        names = dict(places_in(made))
    else:
        variables = legacy_h5_format._legacy_weights(made)
        if len(variables) != len(stored):
            return None
        names = {id(variable): name for variable, name in zip(variables, stored, strict=True)}
    found = tuple(names.get(id(weight), "") for weight in made.weights)
    return found if all(found) else None


def places_in(made: keras.layers.Layer) -> Iterator[tuple[int, str]]:
    """Where each variable (by its id) would lie in a `.keras` file, below the place of a layer or
    model."""
    recorder = Recorder()
    with contextlib.suppress(Exception):  # it is somebody's code; what it said until then counts
        saving_lib._save_state(
            made,
            weights_store=recorder,
            assets_store=None,
            inner_path="",
            visited_saveables=set(),
        )
    yield from recorder.found.items()
