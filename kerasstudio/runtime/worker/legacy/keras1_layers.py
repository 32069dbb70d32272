"""Layers that only Keras 1 had, as layers of today with the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasstudio.runtime.worker.legacy.malformed import not_upgraded
from kerasstudio.runtime.worker.legacy.model_graph import Entry
from kerasstudio.runtime.worker.legacy.steps import Steps
from kerasstudio.runtime.worker.legacy.stored_weights import Arrays, Layout

_WEIGHT_ARGUMENTS = (
    "kernel_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "bias_constraint",
    "trainable",
    "dtype",
)


def maxout_dense(steps: Steps) -> list[Entry]:
    """The greatest of several Dense layers [Goodfellow et al., 2013]: one EinsumDense and a
    maximum."""
    old = steps.old
    units, features = int(old.config["units"]), int(old.config.get("nb_feature") or 4)
    dense = steps.layer(
        "EinsumDense",
        "features",
        equation="bi,kio->bko",
        output_shape=[features, units],
        bias_axes="ko" if old.config.get("use_bias", True) else None,
        **_passed_on(old),
    )
    steps.chain(dense, steps.layer("GlobalMaxPooling1D", "max"))
    _say(steps, "EinsumDense, GlobalMaxPooling1D")
    return [dense]


def highway(steps: Steps) -> list[Entry]:
    """y = t · h(x) + (1 - t) · x with a gate t [Srivastava et al., 2015]."""
    old = steps.old
    shape = steps.shape(old.calls[0].args[0]) if old.calls else None
    units = shape[-1] if shape else old.config.get("input_dim")
    if not isinstance(units, int):
        raise not_upgraded(old.name, old.class_name, "the shape of what it gets is not known")
    biased = old.config.get("use_bias", True)
    activation = old.config.get("activation") or "linear"
    common = {"units": units, "use_bias": biased, **_passed_on(old)}
    hidden = steps.layer("Dense", "hidden", activation=activation, **common)
    gate = steps.layer("Dense", "gate", activation="sigmoid", **common)
    opened = steps.layer("Multiply", "transformed")
    rest = steps.layer("Rescaling", "carry_gate", scale=-1.0, offset=1.0)
    carried = steps.layer("Multiply", "carried")
    total = steps.layer("Add", "sum")
    results = []
    for call in old.calls:
        x = call.args[0]
        passed = steps.call(gate, x)
        changed = steps.call(opened, [steps.call(hidden, x), passed])
        kept = steps.call(carried, [steps.call(rest, passed), x])
        results.append([steps.call(total, [changed, kept])])
    steps.finish(results)
    _say(steps, "two Dense, Multiply, Add")
    if old.stored is not None:
        old.stored.layout = Layout(_highway_weights, 4 if biased else 2, 0)
    return [hidden, gate]


def _highway_weights(arrays: Arrays) -> list[Arrays]:
    """Kernels before biases, or each kernel with its bias: told by their shapes."""
    kernels = [array for array in arrays if np.ndim(array) == 2]
    biases = [array for array in arrays if np.ndim(array) == 1]
    if biases:
        return [[kernels[0], biases[0]], [kernels[1], biases[1]]]
    return [[kernels[0]], [kernels[1]]]


def parametric_softplus(steps: Steps) -> list[Entry]:
    """alpha · softplus(beta · x), a pair for every element."""
    old = steps.old
    shape = steps.shape(old.calls[0].args[0]) if old.calls else None
    if not shape or None in shape[1:]:
        raise not_upgraded(old.name, old.class_name, "the shape of what it gets is not known")
    axes = "cdefg"[: len(shape) - 1]
    elementwise: dict[str, Any] = {
        "equation": f"b{axes},{axes}->b{axes}",
        "output_shape": shape[1:],
    }
    inner = steps.layer("EinsumDense", "beta", activation="softplus", **elementwise)
    outer = steps.layer("EinsumDense", "alpha", **elementwise)
    steps.chain(inner, outer)
    _say(steps, "two EinsumDense, softplus")
    if old.stored is not None:
        old.stored.layout = Layout(lambda arrays: [[arrays[1]], [arrays[0]]], 2, 0)
    return [inner, outer]


def _passed_on(old: Entry) -> dict[str, Any]:
    return {key: old.config[key] for key in _WEIGHT_ARGUMENTS if key in old.config}


def _say(steps: Steps, after: str) -> None:
    why = "Keras 3 has no such layer; these compute the same with the same weights"
    steps.changes.add("replaced", "", why, steps.old.class_name, after)
