"""A graph with every layer of Keras: saved by Keras, opened, built, and the same again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from same_models import arrays, described, randomise, weights
from test_every_layer import CALLED, LAYERS, NOT_CALLED, NOT_RUN, accepted, data, made

from kerasstudio.graph.catalogue import LayerType, shipped
from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.runtime.worker.file_weights import build_with_weights
from kerasstudio.runtime.worker.importing import draw_file
from kerasstudio.runtime.worker.vetting import vet

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

CELLS = [kind for kind in LAYERS if kind.class_name.endswith(("Cell", "Cells"))]

UNBUILT = {"Equalization"}
SAVED = [kind for kind in CALLED if kind.class_name not in UNBUILT]


def test_only_what_makes_no_sense_alone_is_left_out() -> None:
    tried = {kind.class_name for kind in (*CALLED, *CELLS)} | NOT_RUN.keys()
    left = {kind.class_name for kind in shipped().layers} - tried
    assert left == {"InputLayer", "Output", "Wrapper"}
    assert NOT_CALLED - {kind.class_name for kind in CELLS} == {"Wrapper"}


def test_keras_itself_cannot_build_these() -> None:
    """Equalization gives symbolic tensors back unchanged, which Keras takes for a loop."""
    (kind,) = (kind for kind in CALLED if kind.class_name in UNBUILT)
    with pytest.raises(ValueError, match="part of a cycle"):
        model_of(made(kind), data(kind, *accepted(kind)))


@pytest.mark.parametrize("kind", SAVED, ids=lambda kind: kind.class_name)
def test_layer(kind: LayerType, tmp_path: Path) -> None:
    rank, dtype = accepted(kind)
    given = data(kind, rank, dtype)
    there_and_back(model_of(made(kind), given), keras.tree.flatten(given), tmp_path)


@pytest.mark.parametrize("kind", CELLS, ids=lambda kind: kind.class_name)
def test_cell(kind: LayerType, tmp_path: Path) -> None:
    steps = keras.ops.ones((2, 5, 4))
    layer = keras.layers.RNN(made(kind), return_sequences=True, name="it")
    there_and_back(model_of(layer, [steps]), [steps], tmp_path)


def model_of(layer: Any, given: list[Any]) -> keras.Model:
    """Inputs like the data, the layer called with them."""
    inputs: list[Any] = []

    def made_for(value: Any) -> Any:
        tensor = keras.Input(
            value.shape[1:],
            dtype=keras.backend.standardize_dtype(value.dtype),
            name=f"in_{len(inputs)}",
        )
        inputs.append(tensor)
        return tensor

    args = [
        [made_for(each) for each in value] if isinstance(value, list) else made_for(value)
        for value in given
    ]
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], layer(*args), name="model")


def there_and_back(model: keras.Model, given: list[Any], folder: Path) -> None:
    randomise(model)
    path = folder / "model.keras"
    model.save(path)
    vetted = vet(path, "keras")
    imported = draw_file(path, "keras", vetted, lambda *said: None)
    assert imported.notes == ()
    project = decode_project(encode_project(imported.project))
    assert structure_problems(project, shipped()) == []
    built = build_with_weights(project, path, "keras").model
    assert weights(built, True) == weights(model, True)
    assert described(built) == described(model)
    for one, other in zip(built.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    value = given if len(given) > 1 else given[0]
    found, expected = (arrays(each(value, training=False)) for each in (built, model))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
