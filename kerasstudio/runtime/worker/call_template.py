"""How a layer is called with what its wires bring: positional and keyword arguments.

An imported node may have an exact template; every other call is the one that the wires imply."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kerasstudio.graph.ports import split_port
from kerasstudio.graph.project import Node

PORT = "$port"


def call_arguments(
    node: Node, found: type | None, tensors: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments of one call. `tensors` maps ports to tensors; `found` is
    the class of the layer, None for a model inside (its inputs are its first argument)."""
    if node.call is not None:
        args = [filled_template(value, tensors) for value in node.call.get("args", [])]
        kwargs = {
            key: filled_template(value, tensors)
            for key, value in node.call.get("kwargs", {}).items()
        }
        return args, kwargs
    gathered = _gathered(tensors)
    literals = {key: filled_template(value, tensors) for key, value in node.literals.items()}
    if found is None:
        inputs = gathered["inputs"] if set(gathered) == {"inputs"} else gathered
        return [inputs], literals
    names = call_names(found)
    args = []
    for name in names[: 1 if node.positional is None else node.positional]:
        if name not in gathered:
            break
        args.append(gathered.pop(name))
    if not args and len(gathered) == 1 and not set(gathered) <= set(names):
        # The only wire of a layer with one input: whatever its port is called.
        args.append(gathered.popitem()[1])
    return args, {**gathered, **literals}


@lru_cache(maxsize=512)
def call_names(found: type) -> tuple[str, ...]:
    """Argument names of a layer class's `call`, in order, without self."""
    return tuple(inspect.signature(found.call).parameters)[1:]  # type: ignore[attr-defined]


@lru_cache(maxsize=4096)
def call_default(found: type, name: str) -> Any:
    """The default of an argument of a layer class's `call`; `inspect.Parameter.empty` if none."""
    parameter = inspect.signature(found.call).parameters.get(name)  # type: ignore[attr-defined]
    return inspect.Parameter.empty if parameter is None else parameter.default


def _gathered(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """ "inputs.0", "inputs.1" → "inputs": [...], in order of their numbers."""
    single: dict[str, Any] = {}
    lists: dict[str, dict[int, Any]] = {}
    for port, tensor in tensors.items():
        base, index = split_port(port)
        if index is None:
            single[base] = tensor
        else:
            lists.setdefault(base, {})[index] = tensor
    return single | {
        base: [found[index] for index in sorted(found)] for base, found in lists.items()
    }


def filled_template(template: Any, tensors: Mapping[str, Any]) -> Any:
    """A template with tensors in place of `{"$port": name}`; see `Node.call`."""
    if isinstance(template, list):
        return [filled_template(value, tensors) for value in template]
    if not isinstance(template, dict):
        return template
    if PORT in template:
        return tensors[template[PORT]]
    if "$tuple" in template:
        return tuple(filled_template(value, tensors) for value in template["$tuple"])
    if "$slice" in template:
        return slice(*(filled_template(value, tensors) for value in template["$slice"]))
    if "$ellipsis" in template:
        return Ellipsis
    if "$dict" in template:
        return {key: filled_template(value, tensors) for key, value in template["$dict"].items()}
    if "$float" in template:
        return float(template["$float"])
    if "$ndarray" in template:
        return _array(template["$ndarray"])
    if "$keras" in template:
        from kerasstudio.runtime.worker.keras_objects import make_object

        return make_object(template["$keras"])
    return {key: filled_template(value, tensors) for key, value in template.items()}


def _array(stored: Mapping[str, Any]) -> Any:
    import keras
    import numpy as np

    values = stored["data"]
    if stored["dtype"] != "string":
        values = [float(each) if isinstance(each, str) else each for each in values]
    kind = object if stored["dtype"] == "string" else np.dtype(stored["dtype"])
    array = np.array(values, dtype=kind).reshape(stored["shape"])
    return keras.ops.convert_to_tensor(array) if stored.get("eager") else array
