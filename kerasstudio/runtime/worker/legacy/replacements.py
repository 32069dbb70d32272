"""Layers that Keras 3 does not have, and the layers and operations that compute the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from kerasstudio.runtime.worker.legacy.activations import HARD_SIGMOID
from kerasstudio.runtime.worker.legacy.keras1_layers import (
    highway,
    maxout_dense,
    parametric_softplus,
)
from kerasstudio.runtime.worker.legacy.locally_connected import locally_connected
from kerasstudio.runtime.worker.legacy.merge_layer import merge
from kerasstudio.runtime.worker.legacy.model_graph import Entry, Tensor
from kerasstudio.runtime.worker.legacy.operation_layers import operation_layer
from kerasstudio.runtime.worker.legacy.steps import Steps
from kerasstudio.runtime.worker.legacy.stored_weights import Arrays, Layout

Recipe = Callable[[Steps], list[Entry]]
"""Makes what takes the place of `steps.old` and returns the layers that get its weights."""


class Replacements(NamedTuple):
    """`layers` have their arguments upgraded first, `untouched` not."""

    layers: dict[str, Recipe]
    untouched: dict[str, Recipe]


def replacement_of(entry: Entry) -> Recipe | None:
    """How the entry is replaced, None where it stays."""
    if entry.module is None or entry.part is not None:
        return None
    if is_hard_sigmoid(entry) or _is_hard_sigmoid_in_time(entry):
        return _hard_sigmoid_layer
    if entry.time_major:
        return _time_first
    if entry.class_name == "EinsumDense" and None in (entry.config.get("output_shape") or []):
        return _known_sizes
    found = REPLACEMENTS.layers.get(entry.class_name)
    return found or REPLACEMENTS.untouched.get(entry.class_name)


def is_hard_sigmoid(entry: Entry) -> bool:
    """Whether it is an Activation of the old hard_sigmoid."""
    return entry.class_name == "Activation" and entry.config.get("activation") == HARD_SIGMOID


def _is_hard_sigmoid_in_time(entry: Entry) -> bool:
    """The same for every step: the function works on any shape."""
    held = entry.config.get("layer") if entry.class_name == "TimeDistributed" else None
    if not isinstance(held, dict) or held.get("class_name") != "Activation":
        return False
    return bool(held["config"].get("activation") == HARD_SIGMOID)


def _hard_sigmoid_layer(steps: Steps) -> list[Entry]:
    """clip(0.2 x + 0.5, 0, 1), as Keras 1 and 2 have it."""
    scale = steps.layer("Rescaling", "scale", scale=0.2, offset=0.5)
    clip = steps.layer("ReLU", "clip", max_value=1.0)
    steps.changes.add(
        "replaced",
        "activation",
        "hard_sigmoid is flatter in Keras 3; these two layers compute the old one",
        HARD_SIGMOID,
        "Rescaling, ReLU",
    )
    return steps.chain(scale, clip)


def _time_first(steps: Steps) -> list[Entry]:
    """A recurrent layer whose sequences have the time before the batch."""
    old = steps.old
    steps.changes.add(
        "replaced", "time_major", "Keras 3 has the batch first: axes are swapped", True, "Transpose"
    )
    layer = Entry(old.name, old.class_name, old.config)
    results: list[list[Any]] = []
    for call in old.calls:
        sequence, *states = call.args[0] if isinstance(call.args[0], list) else [call.args[0]]
        swapped = steps.operation("numpy.Transpose", sequence, axes=[1, 0, 2])
        found = steps.call(layer, [swapped, *states] if states else swapped, **call.kwargs)
        outputs: list[Any] = [found]
        if old.config.get("return_state"):
            outputs += [Tensor(layer, found.call, number) for number in (1, 2)]
        if old.config.get("return_sequences"):
            outputs[0] = steps.operation("numpy.Transpose", found, axes=[1, 0, 2])
        results.append(outputs)
    steps.finish(results)
    return [layer]


def _known_sizes(steps: Steps) -> list[Entry]:
    """An EinsumDense that leaves sizes to its input: Keras 3 takes them from its argument."""
    config = steps.old.config
    before, after = str(config.get("equation")).replace(" ", "").split("->")
    shape = steps.shape(steps.old.calls[0].args[0]) if steps.old.calls else None
    inputs = before.split(",")[0]
    if shape is not None and len(shape) == len(inputs) and "." not in before:
        known = dict(zip(inputs, shape, strict=True))
        sizes = config["output_shape"]
        config["output_shape"] = [
            known.get(axis) if size is None else size
            for axis, size in zip(after[1:], sizes, strict=True)
        ]
        why = "Keras 3 does not take these sizes from the input"
        steps.changes.add("converted", "output_shape", why, sizes, config["output_shape"])
    return [steps.old]


def _no_augmentation(steps: Steps) -> list[Entry]:
    why = "it works in training only, and Keras 3 has no such augmentation"
    steps.changes.add("removed", "", why, steps.old.class_name)
    return steps.chain(steps.layer("Identity", "identity"))


def _training_term(steps: Steps) -> list[Entry]:
    why = "a loss or a metric inside the model, for training only: Keras 3 has no such layer"
    steps.changes.add("removed", "", why, steps.old.class_name)
    return steps.chain(steps.layer("Identity", "identity"))


def _fourier_features(steps: Steps) -> list[Entry]:
    """cos(x · kernel / scale + bias) [Rahimi and Recht, 2007]."""
    old = steps.old
    units = int(old.config.get("output_dim") or 1)
    trainable = old.config.get("trainable") is True
    dense = steps.layer("Dense", "dense", units=units, trainable=trainable)
    steps.changes.add("replaced", "", "Keras 3 has no such layer", old.class_name, "Dense, cosine")
    results: list[list[Any]] = [
        [steps.operation("numpy.Cos", steps.call(dense, call.args[0]))] for call in old.calls
    ]
    steps.finish(results)
    if old.stored is not None:
        old.stored.layout = Layout(_scaled_kernel, 1, 2)
    return [dense]


def _scaled_kernel(arrays: Arrays) -> list[Arrays]:
    scale, kernel, bias = arrays
    return [[kernel[()] / scale[()], bias]]


REPLACEMENTS = Replacements(
    layers={
        "LocallyConnected1D": partial(locally_connected, 1),
        "LocallyConnected2D": partial(locally_connected, 2),
        "MaxoutDense": maxout_dense,
        "Highway": highway,
        "ParametricSoftplus": parametric_softplus,
        "RandomHeight": _no_augmentation,
        "RandomWidth": _no_augmentation,
        "RandomFourierFeatures": _fourier_features,
        "AddLoss": _training_term,
        "AddMetric": _training_term,
    },
    untouched={
        "Merge": merge,
        "TFOpLambda": operation_layer,
        "SlicingOpLambda": operation_layer,
        "TensorFlowOpLayer": operation_layer,
    },
)
