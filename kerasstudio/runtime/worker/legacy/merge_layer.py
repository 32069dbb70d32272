"""The Merge layer of Keras 1: what it does is an argument, today it is the class."""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.model_graph import Entry
from kerasstudio.runtime.worker.legacy.steps import Steps

_CLASSES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}
_WHY = "Keras 3 has a layer for every way of merging"


def merge(steps: Steps) -> list[Entry]:
    """The layer of today. A Merge by a function of its own becomes a Lambda: code of the file."""
    old = steps.old
    mode = old.config.get("mode", "sum")
    class_name = _CLASSES.get(mode) if isinstance(mode, str) else None
    if class_name is None or old.config.get("mode_type", "raw") != "raw":
        return _as_lambda(steps, mode)
    config: dict[str, Any] = {}
    if mode == "concat":
        config["axis"] = old.config.get("concat_axis", -1)
    elif class_name == "Dot":
        config["axes"] = _axes(old.config.get("dot_axes", -1))
        config["normalize"] = mode == "cos"
    layers = [steps.layer(class_name, mode, **config)]
    if mode == "cos":
        layers.append(steps.layer("Reshape", "reshape", target_shape=[1, 1]))
    steps.changes.add("replaced", "mode", _WHY, mode, class_name)
    steps.chain(*layers)
    return []


def _axes(value: Any) -> Any:
    """One axis, or one for each of the two: `[[1], [1]]` and `[1, 1]` mean the same."""
    if isinstance(value, list):
        return [each[0] if isinstance(each, list) and each else each for each in value]
    return value


def _as_lambda(steps: Steps, mode: Any) -> list[Entry]:
    old = steps.old
    config = {
        "function": mode,
        "function_type": old.config.get("mode_type", "function"),
        "arguments": old.config.get("arguments") or {},
    }
    steps.chain(steps.layer("Lambda", "lambda", **config))
    steps.changes.add("replaced", "mode", "it merges by a function of its own", mode, "Lambda")
    return []
