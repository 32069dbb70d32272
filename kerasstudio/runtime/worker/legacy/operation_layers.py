"""Layers that tf.keras made of functions of TensorFlow: TFOpLambda, SlicingOpLambda and, before
TensorFlow 2.4, TensorFlowOpLayer. Each call becomes operations of `keras.ops`."""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.given import Given, NoEquivalentError
from kerasstudio.runtime.worker.legacy.model_graph import Call, Entry, map_leaves
from kerasstudio.runtime.worker.legacy.node_ops import node_call
from kerasstudio.runtime.worker.legacy.steps import Steps
from kerasstudio.runtime.worker.legacy.tensor_sizes import (
    as_shape,
    computed,
    has_sizes,
    shape_sizes,
)
from kerasstudio.runtime.worker.legacy.tf_functions import function_named

_SHAPE_FUNCTIONS = {"shape", "compat.v1.shape"}
_WHY = "Keras 3 has the function among its operations"
_SLICES = {"__operators__.getitem", "strided_slice", "slice"}


def operation_layer(steps: Steps) -> list[Entry]:
    """Replace the layer; where Keras 3 has no equivalent it stays, as code that is not Keras's."""
    old = steps.old
    name = str(old.config.get("function") or "")
    results = []
    try:
        for call in old.calls:
            today = Call(map_leaves(steps.today, call.args), map_leaves(steps.today, call.kwargs))
            if old.class_name == "TensorFlowOpLayer":
                name, given = node_call(old.config, today)
            else:
                given = Given(today.args[0] if today.args else None, today.kwargs)
            made = _outputs(steps, name, given)
            results.append(made if isinstance(made, list) else [made])
    except NoEquivalentError as error:
        old.module = None
        why = f"Keras 3 has no equivalent: {error}"
        steps.changes.add("lost", "", why, _spoken(name) if name else old.class_name)
        return [old]
    operations = dict.fromkeys(map(_operation, steps.made_classes()))
    if operations:
        steps.changes.add("replaced", "", _WHY, _spoken(name), ", ".join(operations))
    steps.finish(results)
    return []


def _spoken(name: str) -> str:
    """The function as a person writes it."""
    if name in _SLICES:
        return "x[...] of TensorFlow"
    return f"tf.{name.removeprefix('compat.v1.').removeprefix('__operators__.')}"


def _operation(class_name: str) -> str:
    """The operation as code names it: "ops.reduce_mean"."""
    if class_name == "GetItem":
        return "x[...]"
    words = "".join(f"_{each.lower()}" if each.isupper() else each for each in class_name)
    return f"ops.{words.lstrip('_')}"


def _outputs(steps: Steps, name: str, given: Given) -> Any:
    if name in _SHAPE_FUNCTIONS:
        found: Any = shape_sizes(steps, given)
    elif has_sizes(given.first):
        found = computed(name, given)
    else:
        if given.has("shape"):
            given.replace("shape", as_shape)
        if has_sizes(given.all()):
            raise NoEquivalentError("it is computed from the shape of the data")
        function = function_named(name)
        if function is None:
            raise NoEquivalentError(f"no operation of Keras is tf.{name}")
        found = function(steps, given)
    given.finish()
    return found
