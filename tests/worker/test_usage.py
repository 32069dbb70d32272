"""How the usage of layers is counted."""

from __future__ import annotations

import keras
import pytest

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.templates import project_from
from kerasstudio.graph.usage import shipped_usage
from kerasstudio.runtime.worker import usage

pytestmark = pytest.mark.worker


def steps(model: usage.Model) -> set[tuple[str, str, int | None]]:
    return set(model.steps)


def test_a_template_is_counted_by_its_model() -> None:
    found = usage._of_project(project_from("digits_cnn"))
    assert found.steps["Conv2D", "Conv2D", 4] == 1
    assert found.steps["Flatten", "Dropout", 2] == 1
    assert found.steps["Dense", "Output", 2] == 1
    assert ("InputLayer", "Rescaling", 4) in found.steps


def test_models_inside_models_are_counted_too() -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.ReLU()])
    x = keras.Input((4,))
    found = usage._of_model(keras.Model(x, keras.layers.Softmax()(inner(x))))
    assert ("Dense", "ReLU", 2) in steps(found)
    assert ("Softmax", "Output", 2) in steps(found)


def test_examples_are_read_not_run() -> None:
    text = """An example:

    ```python
    model = keras.Sequential()
    model.add(layers.Embedding(9, 4))
    model.add(layers.LSTM(3))
    raise SystemExit
    ```
    >>> x = keras.Input((8, 2))
    >>> both = layers.Add()([layers.Dense(2)(x), x])
    >>> pool = layers.MaxPooling1D()
    >>> y = pool(both)
    >>> model = keras.Sequential([layers.Flatten(), layers.Dense(1)])
    >>> ... not Python
    """
    model = usage.Model()
    for source in usage._code_of(text):
        for line in (source, "\n".join(source.splitlines()[:-1])):
            try:
                tree = usage.ast.parse(line)
            except SyntaxError:
                continue
            usage._Reading(model).visit(tree)
            break
    assert steps(model) == {
        ("Embedding", "LSTM", None),
        ("InputLayer", "Dense", None),
        ("InputLayer", "Add", None),
        ("Dense", "Add", None),
        ("Add", "MaxPooling1D", None),
        ("Flatten", "Dense", None),
    }


def test_every_model_counts_alike() -> None:
    long, short = usage.Model(), usage.Model()
    for _time in range(50):
        long.add("Conv2D", "ReLU", 4)
    short.add("Conv2D", "Flatten", 4)
    short.add("Conv2D", "Unknown", 4)
    known = {"Conv2D", "ReLU", "Flatten"}
    found = usage._shares([long, short], known, lambda step: (step[0], step[1]))
    assert found == {"Conv2D": {"Flatten": 1.0, "ReLU": 1.0}}


def test_ranks_that_are_given_are_those_shipped() -> None:
    kinds = tuple(
        kind
        for kind in shipped().layers
        if kind.class_name in {"Flatten", "LSTM", "Dense", "Conv2D", "GlobalAveragePooling2D"}
    )
    catalogue = type(shipped())(shipped().keras_version, kinds, ())
    known = shipped_usage().gives
    found = usage._given_ranks(catalogue)
    assert found == {kind.class_name: known[kind.class_name] for kind in kinds}
