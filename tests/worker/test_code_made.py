"""Generated code makes the model that was drawn: same names, weights, flags and predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hard_models import HARD
from keras import layers
from same_models import assert_same_numbers, finalize, flags, randomise, structure, trained, weights

from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.operations import operation_table
from kerasstudio.graph.project import Project
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.operation_catalogue import describe_operations

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    # Masked tensors go through layers that drop the mask; Keras says so.
    pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning"),
    pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize`:UserWarning"),
]


def made_by_code(project: Project) -> keras.Model:
    script: dict[str, Any] = {"__name__": "script"}
    exec(compile(python_code(project), "script", "exec"), script)
    model: keras.Model = script["build_model"]()
    return model


def assert_code_makes(model: keras.Model, project: Project) -> None:
    made = made_by_code(project)
    assert made.name == model.name
    named = [layer.name for layer in model.layers if not isinstance(layer, layers.InputLayer)]
    assert [each.name for each in made.layers if not isinstance(each, layers.InputLayer)] == named
    assert structure(made) == structure(model)
    assert weights(made, paths=False) == weights(model, paths=False)
    assert trained(made) == trained(model)
    assert flags(made) == flags(model)
    randomise(model)
    made.set_weights(model.get_weights())
    finalize(made)
    assert_same_numbers(made, model)


# One layer twice in a Sequential is no Sequential that Keras can save; a chain that returns a list
# has its own structure.
@pytest.mark.parametrize("name", [name for name in HARD if name != "sequential_repeats"])
def test_code_makes_hard_models(name: str) -> None:
    model = HARD[name]()
    project, _ = import_keras(model)
    assert_code_makes(model, project)


APPLICATIONS: dict[str, Callable[[], keras.Model]] = {
    "MobileNetV2": lambda: keras.applications.MobileNetV2((64, 64, 3), 0.35, weights=None),
    "EfficientNetB0": lambda: keras.applications.EfficientNetB0(
        weights=None, input_shape=(64, 64, 3), classes=10
    ),
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_code_makes_applications_in_few_lines(name: str) -> None:
    model = APPLICATIONS[name]()
    project, _ = import_keras(model)
    assert_code_makes(model, project)
    code = python_code(project)
    assert len(code.splitlines()) < 1.1 * len(project.graph.nodes)


def test_shipped_table_of_operations_is_that_of_keras() -> None:
    assert describe_operations() == operation_table()


def test_operations_are_written_as_people_write_them() -> None:
    """Every operation that works on a matrix, or on two, without more being said."""
    x, y = keras.Input((3, 3), name="x"), keras.Input((3, 3), name="y")
    made = []
    for key, function in operation_table().functions.items():
        needed = [each for each in function.parameters if each.required]
        tensors = [each for each in needed if each.tensor is not None and not each.starred]
        if len(tensors) != len(needed) or len(tensors) not in (1, 2):
            continue
        public = keras
        for part in function.path.split(".")[1:]:
            public = getattr(public, part)
        try:
            found = public(*(x, y)[: len(tensors)])  # type: ignore[operator]
            keras.Model([x, y], found)([np.full((2, 3, 3), 0.4), np.full((2, 3, 3), 0.3)])
        except Exception:  # noqa: BLE001 (not for floats, or not for matrices)
            continue
        made.append((key, found))
    assert len(made) > 120
    model = keras.Model([x, y], [found for _, found in made])
    project, _ = import_keras(model)
    rebuilt = made_by_code(project)

    def kinds(of: keras.Model) -> list[str]:
        return [type(each).__name__ for each in of.operations]

    assert kinds(rebuilt) == kinds(model)
    generator = np.random.default_rng(1)
    given = [generator.uniform(0.1, 0.9, (2, 3, 3)).astype("float32") for _ in range(2)]
    compared = 0
    for one, again, other in zip(model(given), model(given), rebuilt(given), strict=True):
        if np.array_equal(one, again, equal_nan=True):  # it does not throw dice
            np.testing.assert_array_equal(one, other)
            compared += 1
    assert compared > 0.9 * len(model.outputs)
