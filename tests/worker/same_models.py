"""Whether two models are the same, in everything that can be seen of a Keras model."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np

from kerasstudio.runtime.worker.sampling import random_samples, structured

_LEARNT = {"vocabulary", "vocabulary_size", "idf_weights"}
_DROPPED = {"build_config", "compile_config", "shared_object_id", "registered_name"}


def assert_same_model(made: keras.Model, original: keras.Model, same_paths: bool = True) -> None:
    """The same class, names, configuration, structure, order of layers and weights, flags, and
    the same numbers to the last bit. Weights of `made` are set."""
    assert type(made) is type(original)
    assert made.name == original.name
    assert [layer.name for layer in made.layers] == [layer.name for layer in original.layers]
    assert [type(layer) for layer in made.layers] == [type(layer) for layer in original.layers]
    assert structure(made) == structure(original)
    assert described(made) == described(original)
    assert weights(made, same_paths) == weights(original, same_paths)
    assert trained(made) == trained(original)
    assert flags(made) == flags(original)
    randomise(original)
    made.set_weights(original.get_weights())
    finalize(made)
    assert_same_numbers(made, original)


def assert_same_numbers(made: keras.Model, original: keras.Model) -> None:
    given = structured(original, random_samples(original, 2))
    expected = arrays(original(given, training=False))
    found = arrays(made(given, training=False))
    assert [each.shape for each in found] == [each.shape for each in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def structure(model: keras.Model) -> tuple[Any, Any]:
    """What goes in and out: containers, names of inputs, shapes and dtypes."""
    inside = model if not isinstance(model, keras.Sequential) else model._functional

    def told(value: Any, named: bool) -> Any:
        if isinstance(value, dict):
            return {key: told(each, named) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return type(value).__name__, [told(each, named) for each in value]
        name = value._keras_history.operation.name if named else ""
        return name, tuple(value.shape), str(value.dtype)

    return told(inside.input, True), told(inside.output, False)


def weights(model: keras.Model, paths: bool) -> list[tuple[Any, ...]]:
    return [
        (tuple(each.shape), str(each.dtype), each.trainable, each.path if paths else each.name)
        for each in model.weights
    ]


def trained(model: keras.Model) -> list[int]:
    """Places of the weights that training changes."""
    chosen = {id(weight) for weight in model.trainable_weights}
    return [place for place, weight in enumerate(model.weights) if id(weight) in chosen]


def flags(model: keras.Model) -> list[bool]:
    """Whether layers are trainable, those inside others too; models only hand the flag on, and
    Inputs have nothing to train."""
    inside = model._flatten_layers(include_self=False)
    without = keras.Model, keras.layers.InputLayer
    return [layer.trainable for layer in inside if not isinstance(layer, without)]


def described(model: keras.Model) -> Any:
    """The configuration, without what is documented to differ: names of operations (those that
    make masks are named anew), notes of how layers were built, learnt words."""
    return json.loads(json.dumps(_normal(keras.saving.serialize_keras_object(model), {})))


def _normal(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_normal(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__keras_tensor__":
        name, *rest = value["config"]["keras_history"]
        return {"shape": value["config"]["shape"], "history": [names.get(name, name), *rest]}
    if "input_layers" in value:
        operations = [e["name"] for e in value["layers"] if "src.ops" in str(e["module"])]
        names = {name: f"operation {number}" for number, name in enumerate(operations)}
        ends = {
            key: _normal(_renamed(value[key], names), names)
            for key in ("input_layers", "output_layers")
        }
        return {
            "name": value["name"],
            "layers": [_normal(each, names) for each in value["layers"]],
            **ends,
        }
    return {
        key: _normal(names.get(each, each) if key == "name" else each, names)
        for key, each in value.items()
        if key not in _DROPPED
        and key not in _LEARNT
        and not (each is None and key.endswith("mask"))
        and not (key == "trainable" and "layers" in value)
    }


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list | tuple):
        if len(value) == 3 and isinstance(value[0], str):
            return [names.get(value[0], value[0]), *value[1:]]
        return [_renamed(each, names) for each in value]
    if isinstance(value, dict):
        return {key: _renamed(each, names) for key, each in value.items()}
    return value


def randomise(model: keras.Model) -> None:
    """Weights that make every mistake in their order visible."""
    generator = np.random.default_rng(1)
    values = []
    for weight in model.weights:
        if "float" not in str(weight.dtype):
            values.append(keras.ops.convert_to_numpy(weight))
            continue
        random = generator.normal(0, 0.2, weight.shape)
        values.append(np.abs(random) + 0.5 if "variance" in weight.path else random)
    model.set_weights(values)
    finalize(model)


def finalize(model: keras.Model) -> None:
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization) and layer.built:
            layer.finalize_state()


def arrays(values: Any) -> list[np.ndarray]:
    return [np.asarray(keras.ops.convert_to_numpy(each)) for each in keras.tree.flatten(values)]
