"""The configuration of a model in memory, with a mark on every object: what is shared stays so."""

from __future__ import annotations

from typing import Any

import keras
from keras.src.models.functional import Functional
from keras.src.saving.serialization_lib import ObjectSharingScope

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.worker.learnt_words import learnt_words
from kerasstudio.runtime.worker.shared_objects import OWN_MARK

_HELD = ("layer", "cell")
"""Attributes by which wrappers hold the layer that their configuration names so."""


def model_in_memory(model: keras.Model) -> dict[str, Any]:
    """What `keras.saving.serialize_keras_object` says of a model, marked. Raises `StudioError`
    for a model that is written as code, and for one that Keras cannot describe."""
    if not isinstance(model, Functional | keras.Sequential):
        raise StudioError(
            Problem(
                code="import.subclass",
                message=f'"{model.name}" is written as code, so there is no graph to draw.',
                expected="a Functional or Sequential model",
                received=type(model).__name__,
            )
        )
    try:
        with ObjectSharingScope():
            config: dict[str, Any] = keras.saving.serialize_keras_object(model)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise StudioError(
            Problem(
                code="import.no_config",
                message=f'Keras cannot describe the model "{model.name}".',
                expected="layers and operations with a configuration",
                detail=str(error),
            )
        ) from error
    _mark(model, config)
    return config


def _mark(made: Any, data: dict[str, Any]) -> None:
    data[OWN_MARK] = id(made)
    config = data["config"]
    if hasattr(made, "get_vocabulary") and config.get("vocabulary") is None:
        config |= learnt_words(made)
    if isinstance(made, Functional) and "layers" in config:
        pairs = zip(made.operations, config["layers"], strict=True)
    elif isinstance(made, keras.Sequential):
        # Keras leaves the second call of a layer out.
        different = list(dict.fromkeys(made._layers))
        by_layer = dict(zip(different, config["layers"], strict=True))
        config["layers"] = [by_layer[layer] for layer in made._layers]
        pairs = by_layer.items()  # type: ignore[assignment]
    else:
        held = [(getattr(made, name, None), config.get(name)) for name in _HELD]
        pairs = [  # type: ignore[assignment]
            (inner, inside)
            for inner, inside in held
            if isinstance(inner, keras.Layer) and isinstance(inside, dict)
        ]
    for inner, inside in pairs:
        _mark(inner, inside)
