"""One call of a layer, read from Keras's node: ports, literals, or an exact template."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

_FLAGS = {"training"}


@dataclass
class FoundCall:
    """`ports` maps port names to tensors. `template` is None when ports and literals say all."""

    ports: dict[str, Any] = field(default_factory=dict)
    literals: dict[str, Any] = field(default_factory=dict)
    template: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)


def read_call(call: Any, hidden: set[int], block_inputs: tuple[str, ...] | None) -> FoundCall:
    """Read a Keras node. `hidden` are ids of mask tensors that Keras makes again by itself;
    `block_inputs` are the Input names of a model inside."""
    args, kwargs = list(call.arguments.args), dict(call.arguments.kwargs)
    found = FoundCall()
    if kwargs.get("training") is True:
        found.notes.append(
            f'"{call.operation.name}" is called with training=True, which Keras ignores in fit: '
            "left out"
        )
    kwargs = {
        name: value
        for name, value in kwargs.items()
        if name not in _FLAGS and value is not None and id(value) not in hidden
    }
    if block_inputs is not None:
        return _block_call(args, kwargs, block_inputs, found)
    if isinstance(call.operation, keras.layers.Layer) and _plain(call, args, kwargs, found):
        return found
    found = FoundCall(notes=found.notes)
    found.template = {
        "args": [_encoded(value, f"args.{i}", found.ports) for i, value in enumerate(args)],
        "kwargs": {
            name: _encoded(value, f"kwargs.{name}", found.ports) for name, value in kwargs.items()
        },
    }
    return found


def _block_call(
    args: list[Any], kwargs: dict[str, Any], names: tuple[str, ...], found: FoundCall
) -> FoundCall:
    """A model inside gets its tensors by Input name."""
    struct = args[0] if args else next(iter(kwargs.values()))
    if isinstance(struct, dict) and set(struct) == set(names):
        tensors = [struct[name] for name in names]
    else:
        tensors = keras.tree.flatten(struct)
    if len(names) == 1:
        found.ports = {"inputs": tensors[0]}
    else:
        found.ports = dict(zip(names, tensors, strict=True))
    return found


def _plain(call: Any, args: list[Any], kwargs: dict[str, Any], found: FoundCall) -> bool:
    """Whether the call is the one that its wires imply; fills `found` on the way."""
    parameters = list(inspect.signature(type(call.operation).call).parameters)[1:]
    if len(args) > len(parameters):
        return False
    given = dict(zip(parameters, args, strict=False)) | kwargs
    for name, value in given.items():
        if value is None:
            continue
        if isinstance(value, keras.KerasTensor):
            found.ports[name] = value
        elif isinstance(value, list | tuple) and value and _all_tensors(value):
            found.ports.update({f"{name}.{i}": each for i, each in enumerate(value)})
        elif isinstance(value, bool | int | float | str):
            if value != _default(call, name):
                found.literals[name] = value
        else:
            return False
    return bool(found.ports)


def _all_tensors(values: Any) -> bool:
    return all(isinstance(value, keras.KerasTensor) for value in values)


def _default(call: Any, name: str) -> Any:
    parameter = inspect.signature(type(call.operation).call).parameters.get(name)
    return parameter.default if parameter is not None else inspect.Parameter.empty


def _encoded(value: Any, path: str, ports: dict[str, Any]) -> Any:
    """JSON with `{"$port": path}` where a tensor comes in."""

    def inside(values: Any) -> list[Any]:
        return [_encoded(each, f"{path}.{i}", ports) for i, each in enumerate(values)]

    if isinstance(value, keras.KerasTensor):
        ports[path] = value
        return {"$port": path}
    if isinstance(value, dict):
        return {"$dict": {str(k): _encoded(v, f"{path}.{k}", ports) for k, v in value.items()}}
    if isinstance(value, tuple):
        return {"$tuple": inside(value)}
    if isinstance(value, list):
        return inside(value)
    if isinstance(value, slice):
        return {"$slice": inside((value.start, value.stop, value.step))}
    if value is Ellipsis:
        return {"$ellipsis": True}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    array = np.asarray(keras.ops.convert_to_numpy(value))
    return {
        "$ndarray": {
            "dtype": str(array.dtype),
            "shape": list(array.shape),
            "data": array.ravel().tolist(),
        }
    }
