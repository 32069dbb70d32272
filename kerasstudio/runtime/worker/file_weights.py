"""The model of a project with the weights of the file that it was imported from.

Nothing is initialised at random first: layers are built without variables, and each variable is
made with its value from the file. What the file has no value for gets its own initial one.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
from keras.src.backend.common import global_state
from keras.src.legacy.saving import legacy_h5_format
from keras.src.saving import saving_lib

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.worker.build import BuiltModel, build_saved
from kerasstudio.runtime.worker.failures import first_lines
from kerasstudio.runtime.worker.learned import finalize
from kerasstudio.runtime.worker.legacy.loading import OldModel
from kerasstudio.runtime.worker.model_files import WEIGHTS, ModelKind, import_error
from kerasstudio.runtime.worker.stateless import wants_variables
from kerasstudio.runtime.worker.stored_member import open_member

_SHAPES = re.compile(
    r"The shape of the target variable .*?variable\.shape=\(([^)]*)\), "
    r"Received: value\.shape=\(([^)]*)\).*",
    re.DOTALL,
)


def build_with_weights(
    project: Project, path: Path, kind: ModelKind, old: OldModel | None = None
) -> BuiltModel:
    """The model in the form that files have, with the weights in `path`; a JSON file has none.

    `path` must have been vetted; `old` is the same file where Keras 1 or 2 wrote it. Raises
    `StudioError` when the weights do not fit."""
    if kind == "json":
        return build_saved(project)
    try:
        built = _built_late(project, path, kind, old)
    except StudioError as error:
        if not wants_variables(error):
            raise
        built = build_saved(project)
        _read(built.model, path, kind, old)
    finalize(built.model)
    return built


def _built_late(project: Project, path: Path, kind: ModelKind, old: OldModel | None) -> BuiltModel:
    """The model with variables that are made when their values are known."""
    owed = global_state.get_global_attribute("uninitialized_variables", [], set_to_default=True)
    before = len(owed)
    try:
        with keras.StatelessScope(initialize_variables=False) as scope:
            built = build_saved(project)
            _read(built.model, path, kind, old)
        _make_variables(built.model, owed[before:], scope.state_mapping)
    finally:
        del owed[before:]
    return built


def _make_variables(model: keras.Model, owed: list[Any], values: dict[int, Any]) -> None:
    """Make the variables that layers owe, and set those that were made at once (seeds)."""
    for variable in owed:
        value = values.pop(id(variable), None)
        if value is None:
            variable._deferred_initialize()
        else:
            variable._initialize(value)
            variable._initializer = None
    for variable in model.variables:
        value = values.pop(id(variable), None)
        if value is not None:
            variable.assign(value)


def _read(model: keras.Model, path: Path, kind: ModelKind, old: OldModel | None) -> None:
    try:
        if old is not None:
            old.load_weights(model)
            return
        if kind == "h5":
            with h5py.File(path, "r") as file:
                _read_group(model, file.get("model_weights", file))
            return
        failed: dict[int, Any] = {}
        with zipfile.ZipFile(path) as archive, open_member(archive, WEIGHTS) as member:
            store = _Store(member)
            saving_lib._load_state(
                model,
                weights_store=store,
                assets_store=None,
                inner_path="",
                visited_saveables=set(),
                failed_saveables=set(),
                error_msgs=failed,
            )
            store.close()
    except StudioError:
        raise
    except Exception as error:  # a file can make Keras raise anything
        raise _misfit(model, path, first_lines(error), str(error)) from error
    if failed:
        told = [(getattr(made, "name", "?"), reason) for made, reason in failed.values()]
        names = ", ".join(f'"{name}"' for name, _ in told[:5])
        more = f" and {len(told) - 5} more" if len(told) > 5 else ""
        raise _misfit(model, path, f"{names}{more}: {first_lines(told[0][1])}", str(told[0][1]))


def _read_group(model: keras.Model, group: h5py.Group) -> None:
    """Weights by the order of layers, as Keras reads them. In a model inside, their order depends
    on what was frozen when it was saved: where shapes then disagree, they go by their paths."""
    try:
        legacy_h5_format.load_weights_from_hdf5_group(group, model)
    except ValueError:
        arrays: dict[str, Any] = {}
        for layer in legacy_h5_format.load_attributes_from_hdf5_group(group, "layer_names"):
            names = legacy_h5_format.load_attributes_from_hdf5_group(group[layer], "weight_names")
            arrays |= {str(name).removesuffix(":0"): group[layer][name] for name in names}
        if {weight.path for weight in model.weights} != arrays.keys():
            raise
        for weight in model.weights:
            weight.assign(arrays[weight.path][()])


def _in_words(why: str) -> str:
    """What Keras says of weights, as people say it."""
    shapes = _SHAPES.search(why)
    if shapes is None:
        return why
    wanted, found = (_axes(shape) for shape in shapes.groups())
    return f"{why[: shapes.start()]}it takes weights of {wanted}, and the file has {found}."


def _axes(shape: str) -> str:
    return " × ".join(re.findall(r"\d+", shape)) or "one number"


def _misfit(model: keras.Model, path: Path, why: str, detail: str) -> StudioError:
    why = _in_words(why)
    shapes = [tuple(weight.shape) for weight in model.weights]
    return import_error(
        "import.weights",
        f"The weights of {path.name} do not fit the drawing that was made of it: {why}",
        path,
        expected=f"{len(shapes)} weights: {str(shapes[:6])[1:-1]}"
        + (" ..." if len(shapes) > 6 else ""),
        received="weights of other layers",
        detail=detail,
    )


class _Store(saving_lib.H5IOStore):  # type: ignore[misc]
    """Keras's store of weights over a file that is open already."""

    def __init__(self, file: Any) -> None:
        self._file = file
        super().__init__(Path(WEIGHTS), mode="r")

    def _get_h5_file(self, path_or_io: Any, mode: str | None = None) -> h5py.File:
        return h5py.File(self._file, "r")
