"""The stand-in for a layer that is code: it has the layer's class name, weights and shapes, and
runs nothing."""

from __future__ import annotations

from typing import Any

import h5py
import keras
import numpy as np
from keras.src.saving import saving_lib

from kerasstudio.graph.inspection import TensorSpec, shape_text
from kerasstudio.graph.placeholders import code_reasons, output_specs, weight_specs
from kerasstudio.graph.problems import Fix, Place, Problem, StudioError
from kerasstudio.graph.project import Layer

MARK = "kerasstudio_placeholder"
"""In the configuration of a stand-in, the layer that it stands for."""
_UNKNOWN = (None, None)


class Recorder(saving_lib.H5IOStore):  # type: ignore[misc]
    """A store that keeps nothing but who came from where."""

    def __init__(self) -> None:
        self.found: dict[int, str] = {}
        self._place = ""

    def __bool__(self) -> bool:
        return True

    def __del__(self) -> None:
        """There is no file to be closed."""

    def make(self, path: str, metadata: Any = None) -> Recorder:
        self._place = path
        return self

    def __setitem__(self, key: str, value: Any) -> None:
        self.note(f"vars/{key}", value)

    def note(self, name: str, variable: Any) -> None:
        """A variable that lies below the place of what is saved now."""
        self.found.setdefault(id(variable), f"{self._place}/{name}".removeprefix("/"))


class Placeholder(keras.layers.Layer):  # type: ignore[misc]
    """Made by `placeholder_class`, which gives it the layer that it stands for as `drawn`."""

    drawn: Layer

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)
        self.supports_masking = True
        for number, (_, shape, dtype) in enumerate(weight_specs(self.drawn)):
            self.add_weight(
                shape=shape,
                dtype=dtype,
                initializer="zeros",
                trainable=True,
                name=f"stored_{number}",
            )
        self.built = True

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """What the file says comes out. Raises `StudioError` where it says nothing."""
        tensors = keras.tree.flatten((args, kwargs))
        inputs = [each for each in tensors if isinstance(each, keras.KerasTensor)]
        specs = output_specs(self.drawn, [tuple(each.shape) for each in inputs])
        if specs is None:
            raise _untouched(unknown_output(self.drawn, [tuple(each.shape) for each in inputs]))
        made = [
            keras.KerasTensor(_UNKNOWN if spec is None else spec.shape,
                              dtype="float32" if spec is None else spec.dtype)
            for spec in specs
        ]  # fmt: skip
        return made[0] if len(made) == 1 else made

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise _untouched(not_run(self.drawn))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "trainable": self.trainable, MARK: self.drawn.id}

    def load_own_variables(self, store: Any) -> None:
        """From a `.keras` file: everything below the layer's place, by its path there."""
        group = store.h5_file.get(store._h5_entry_path or "/")
        if group is None:
            return
        for (name, _, _), variable in zip(weight_specs(self.drawn), self.weights, strict=True):
            if name in group:
                variable.assign(_array(group[name]))

    def save_own_variables(self, store: Any) -> None:
        """Into a `.keras` file: each weight where it lay."""
        if isinstance(store, Recorder):
            for (name, _, _), variable in zip(weight_specs(self.drawn), self.weights, strict=True):
                store.note(name, variable)
            return
        place = store._h5_entry_path
        for (name, _, dtype), variable in zip(weight_specs(self.drawn), self.weights, strict=True):
            path = f"{place}/{name}"
            if path in store.h5_file:
                continue
            made = store.h5_file.create_dataset(path, data=_plain(variable))
            if dtype == "bfloat16":
                made.attrs["dtype"] = dtype


def placeholder_class(layer: Layer) -> type[Placeholder]:
    """A class of the layer's own class name: Keras finds weights in files by that."""
    return type(layer.class_name, (Placeholder,), {"drawn": layer, "__module__": __name__})


def stored_weights(group: Any) -> list[list[Any]]:
    """Name, shape and dtype of every data set below a place in a file of weights, in the order in
    which Keras numbers them."""
    found: list[list[Any]] = []

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            dtype = str(item.attrs.get("dtype", "")) or str(item.dtype)
            found.append([name, list(item.shape), _dtype(dtype)])

    group.visititems(visit)
    return sorted(found, key=lambda each: _order(each[0]))


def not_run(layer: Layer) -> Problem:
    """A model with a placeholder was to compute."""
    reasons = ", ".join(code_reasons(layer)) or layer.class_name
    return Problem(
        code="placeholder.run",
        message=f'"{layer.name}" holds {reasons}: as long as you do not trust it, it is not run.',
        expected="a model of Keras's own layers, or code that you trust",
        received=layer.class_name,
        place=Place(layer=layer.id),
        advice="Select the layer: trust its code, or replace it by a layer of Keras.",
    )


def unknown_output(layer: Layer, inputs: list[tuple[int | None, ...]]) -> Problem:
    """Nothing tells what a placeholder gives for these inputs."""
    shown = " and ".join(shape_text(TensorSpec(shape), batch=True) for shape in inputs)
    fixes: tuple[Fix, ...] = ()
    if len(inputs) == 1:
        same = [[list(inputs[0]), "float32"]]
        arguments = {"layer": layer.id, "inputs": [list(inputs[0])], "outputs": same}
        fixes = (Fix("it keeps the shape", "set_outputs", arguments),)
    return Problem(
        code="placeholder.shape",
        message=f'What comes out of "{layer.name}" is not known: it is code that was not run, and '
        f"the file does not say it for {shown}.",
        expected="the shape of what the layer gives",
        received="a layer that is code",
        place=Place(layer=layer.id),
        fixes=fixes,
        advice="Trust its code, say the shape in the inspector, or replace it by a layer of Keras.",
    )


def _untouched(problem: Problem) -> StudioError:
    """Keras makes a new exception of what a layer raises, unless that is marked so."""
    error = StudioError(problem)
    error._keras_call_info_injected = True  # type: ignore[attr-defined]
    return error


def _array(item: Any) -> Any:
    if str(item.attrs.get("dtype", "")) == "bfloat16":
        import ml_dtypes

        return np.array(item, dtype=ml_dtypes.bfloat16)
    return np.array(item)


def _plain(variable: Any) -> np.ndarray:
    value: np.ndarray = keras.ops.convert_to_numpy(variable.value)
    return value


def _dtype(name: str) -> str:
    return "float32" if name.startswith(("V", "|V", "object", "S")) else name


def _order(path: str) -> list[tuple[int, int, str]]:
    """Numbers as numbers: "vars/10" behind "vars/9"; a layer's own weights before those inside."""
    parts = path.split("/")
    return [
        (0, int(part), "") if part.isdecimal() else (0 if part == "vars" else 1, 0, part)
        for part in parts
    ]
