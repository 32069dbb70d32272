"""The group `kerasstudio/` of our `.h5` files: what Keras does not keep, beside what it does.

| in `kerasstudio/` | holds |
|---|---|
| `project` | the project as JSON (a dataset of bytes: attributes end at 64 KB) |
| `state` | whose weights these are, what layers learned, the optimizer: `WeightState` as JSON |
| `compile` | Keras's compile configuration as JSON |
| `weights/0` ... | `model.variables`, in order; where Keras has them, second names of its data |
| `optimizer/0` ... | the optimizer's variables, in order |

Keras reads its own part of the file and ignores ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import msgspec
import numpy as np
from keras.src.legacy.saving import legacy_h5_format as keras_h5

from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.worker.layer_weights import WeightState, array_of
from kerasstudio.runtime.worker.weight_files import OPTIMIZER, WEIGHT

GROUP = "kerasstudio"
VERSION = 2
_KERAS_OPTIMIZER = "optimizer_weights"


class OwnModel(msgspec.Struct):
    """A file of ours. `arrays` by the names that `weight_files` gives them; without `state` (the
    first version of the format) there are none."""

    project: Project
    state: WeightState | None
    arrays: dict[str, np.ndarray] = {}


def write_group(
    file: h5py.File,
    project: Project,
    state: WeightState,
    model: Any,
    written: Any,
    compiled: Mapping[str, Any] | None,
) -> None:
    """Add the group to a file into which Keras has put `written`, a model of the layers of
    `model`; None where it could not."""
    group = file.create_group(GROUP)
    group.attrs["version"] = VERSION
    group.create_dataset("project", data=_bytes(encode_project(project)))
    group.create_dataset("state", data=_bytes(msgspec.json.encode(state)))
    if compiled is not None:
        group.create_dataset("compile", data=_bytes(json.dumps(compiled).encode()))
    places = {} if written is None else dict(_places(file["model_weights"], written.layers))
    _put(group.create_group("weights"), model.variables, places)
    if state.optimizer is None:
        return
    variables = model.optimizer.variables
    places = {}
    if _KERAS_OPTIMIZER in file:
        # Where Keras finds it, it builds the optimizer for no weights at all, and `fit` fails.
        file.move(_KERAS_OPTIMIZER, f"{GROUP}/{_KERAS_OPTIMIZER}")
        places = dict(_in_order(group[_KERAS_OPTIMIZER], written.optimizer.variables))
        mine = {id(one): id(other) for one, other in zip(
            variables, written.optimizer.variables, strict=True)}  # fmt: skip
        places = {key: places[other] for key, other in mine.items() if other in places}
    _put(group.create_group("optimizer"), variables, places)


def own_project(path: Path) -> Project | None:
    """The project in an .h5 file that KerasStudio has written, else None."""
    with h5py.File(path, "r") as file:
        return _project(file, path)


def read_group(path: Path) -> OwnModel | None:
    """Everything in the group of a file, None where it has none. Raises `StudioError` when it is
    damaged."""
    with h5py.File(path, "r") as file, _told(path):
        project = _project(file, path)
        if project is None:
            return None
        group = file[GROUP]
        if "state" not in group:
            return OwnModel(project, None)
        state = msgspec.json.decode(group["state"][()].tobytes(), type=WeightState)
        arrays = _arrays(group, WEIGHT, "weights", path.stat().st_size)
        arrays |= _arrays(group, OPTIMIZER, "optimizer", path.stat().st_size)
        return OwnModel(project, state, arrays)


def _project(file: h5py.File, path: Path) -> Project | None:
    if f"{GROUP}/project" not in file:
        return None
    return decode_project(file[f"{GROUP}/project"][()].tobytes(), path.name)


def widen(weights: h5py.Group, written: Any) -> None:
    """Put float32 in the place of numbers HDF5 has no name for: Keras reads those alone."""
    for layer in written.layers:
        if layer.name not in weights:
            continue
        group, variables = weights[layer.name], keras_h5._legacy_weights(layer)
        names = keras_h5.load_attributes_from_hdf5_group(group, "weight_names")
        for name, variable in zip(names, variables, strict=True):
            if _is_nameless(group[name]):
                del group[name]
                group.create_dataset(name, data=array_of(variable).astype(np.float32))


def _is_nameless(dataset: h5py.Dataset) -> bool:
    """Whether it holds bfloat16 and the like, which HDF5 keeps as bytes of unknown meaning."""
    return bool(dataset.dtype.kind == "V")


def _places(weights: h5py.Group, layers: list[Any]) -> Iterator[tuple[int, h5py.Dataset]]:
    """Keras's dataset of each variable."""
    for layer in layers:
        if layer.name in weights:
            yield from _in_order(weights[layer.name], keras_h5._legacy_weights(layer))


def _in_order(group: h5py.Group, variables: list[Any]) -> Iterator[tuple[int, h5py.Dataset]]:
    names = keras_h5.load_attributes_from_hdf5_group(group, "weight_names")
    for name, variable in zip(names, variables, strict=True):
        yield id(variable), group[name]


def _put(group: h5py.Group, variables: list[Any], places: Mapping[int, h5py.Dataset]) -> None:
    for number, variable in enumerate(variables):
        place = places.get(id(variable))
        array = array_of(variable)
        if place is not None and place.dtype == array.dtype:
            group[str(number)] = place  # a second name of the same data
            continue
        plain = array
        if array.dtype.isbuiltin != 1:
            plain = array.view(np.dtype(f"u{array.dtype.itemsize}"))
        group.create_dataset(str(number), data=plain).attrs["dtype"] = array.dtype.name


def _arrays(group: h5py.Group, kind: str, name: str, most: int) -> dict[str, np.ndarray]:
    """The datasets "0", "1", ... of a group, if they are plain data in this very file."""
    if name not in group:
        return {}
    found: dict[str, np.ndarray] = {}
    inside = group[name]
    for number in range(len(inside)):
        if not isinstance(inside.get(str(number), getlink=True), h5py.HardLink):
            raise ValueError(f"{name}/{number} is a link to elsewhere")
        dataset = inside[str(number)]
        if dataset.is_virtual or dataset.external or dataset.nbytes > most:
            raise ValueError(f"{name}/{number} is no plain data of this file")
        array = dataset[()]
        dtype = str(dataset.attrs.get("dtype", ""))
        # By name: ml_dtypes, which Keras loads, has told NumPy of bfloat16.
        found[f"{kind}.{number}"] = array.view(np.dtype(dtype)) if dtype else np.asarray(array)
    return found


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except StudioError:
        raise
    except (OSError, ValueError, KeyError, TypeError, msgspec.DecodeError) as error:
        raise StudioError(
            Problem(
                code="import.damaged",
                message=f"{path.name} is damaged: {error}.",
                expected="an .h5 file as KerasStudio writes it",
                place=Place(file=str(path)),
                detail=repr(error),
            )
        ) from error


def _bytes(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)
