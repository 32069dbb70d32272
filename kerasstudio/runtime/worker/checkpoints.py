"""Checkpoints of our own: `checkpoints/{last,best}/checkpoint.npz` in a run folder.

One file holds weights and optimizer by index and the state of training as JSON, so that it is
replaced as a whole: a process killed while writing leaves the one before. Weights go by index,
never by path, because Keras's paths are not unique (`Model.variables` has a fixed order).

| entry | holds |
|---|---|
| `state` | JSON text: `CheckpointState` |
| `weight.0` ... | `model.variables` (weights and seeds of random layers) |
| `optimizer.0` ... | `model.optimizer.variables`; absent in "best" |
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Literal

import keras
import msgspec
import numpy as np

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.atomic import write_atomic

CHECKPOINT_FILE = "checkpoint.npz"
LAST = "last"
BEST = "best"


class CheckpointState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where training was. `dtypes` are the dtypes NumPy has no name for, by entry;
    `vocabularies` those of lookup layers, by their number in `model.layers`."""

    epochs_done: int = 0
    batches_done: int = 0
    best: dict[str, float | int | str | None] = {}
    patience: dict[str, float | int | str | None] = {}
    vocabularies: dict[str, list[str | int | float]] = {}
    dtypes: dict[str, str] = {}


class Snapshot(msgspec.Struct):
    """Weights (and optimizer) as arrays, taken at one moment."""

    arrays: dict[str, np.ndarray]
    vocabularies: dict[str, list[Any]] = {}


def checkpoint_path(run_folder: Path, which: str) -> Path:
    return run_folder / "checkpoints" / which / CHECKPOINT_FILE


def choose_checkpoint(run_folder: Path, wanted: str = BEST) -> Literal["best", "last"]:
    """Which weights stand for a run: those of its best epoch where they are kept, else the last."""
    best = wanted == BEST and checkpoint_path(run_folder, BEST).exists()
    return "best" if best else "last"


def snapshot(model: keras.Model, optimizer: bool) -> Snapshot:
    """Copies of the model's variables and, if wanted, of its optimizer's."""
    arrays = {f"weight.{i}": _copy(variable) for i, variable in enumerate(model.variables)}
    if optimizer and model.compiled:
        for i, variable in enumerate(model.optimizer.variables):
            arrays[f"optimizer.{i}"] = _copy(variable)
    return Snapshot(arrays, _vocabularies(model))


def write_checkpoint(run_folder: Path, which: str, taken: Snapshot, state: CheckpointState) -> None:
    """Write or replace a checkpoint. Raises `OSError`; the one before is then untouched."""
    dtypes: dict[str, str] = {}
    arrays: dict[str, np.ndarray] = {}
    for name, array in taken.arrays.items():
        if array.dtype.isbuiltin != 1:  # bfloat16, float8: NumPy would write bytes without a name
            dtypes[name] = array.dtype.name
            array = array.view(np.dtype(f"u{array.dtype.itemsize}"))
        arrays[name] = array
    state = msgspec.structs.replace(state, dtypes=dtypes, vocabularies=taken.vocabularies)
    text = np.frombuffer(msgspec.json.encode(state), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, state=text, **arrays)  # type: ignore[arg-type]
    path = checkpoint_path(run_folder, which)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, buffer.getbuffer())  # type: ignore[arg-type]


def read_state(run_folder: Path, which: str = LAST) -> CheckpointState:
    """Only the state of a checkpoint. Raises `StudioError`."""
    return _read(checkpoint_path(run_folder, which))[1]


def restore_checkpoint(
    model: keras.Model, run_folder: Path, which: str = LAST, optimizer: bool = True
) -> CheckpointState:
    """Put a checkpoint's weights (and optimizer, where both have one) into a built model.

    Raises `StudioError` when there is none, it is broken or of another model."""
    path = checkpoint_path(run_folder, which)
    arrays, state = _read(path)
    restore_arrays(model, Snapshot(arrays, state.vocabularies), path, optimizer)
    return state


def restore_arrays(model: keras.Model, taken: Snapshot, path: Path, optimizer: bool = True) -> None:
    """Put arrays back into the model. Raises `StudioError` when they do not fit it."""
    _assign(model.variables, "weight", taken.arrays, path)
    if optimizer and model.compiled and "optimizer.0" in taken.arrays:
        model.optimizer.build(model.trainable_variables)
        _assign(model.optimizer.variables, "optimizer", taken.arrays, path)
    for index, layer in enumerate(model.layers):
        words = taken.vocabularies.get(str(index))
        if words is not None:
            layer.set_vocabulary(words)
        elif isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with constants made from its weights


def _read(path: Path) -> tuple[dict[str, np.ndarray], CheckpointState]:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        state = msgspec.json.decode(arrays.pop("state").tobytes(), type=CheckpointState)
    except FileNotFoundError as error:
        raise StudioError(
            Problem(
                code="file.no_checkpoint",
                message="This run has no checkpoint: it ended before its first epoch was over.",
                place=Place(file=str(path)),
            )
        ) from error
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
        msgspec.DecodeError,
    ) as error:
        raise StudioError(
            Problem(
                code="file.checkpoint",
                message="The checkpoint cannot be read: it is damaged or not one of ours.",
                place=Place(file=str(path)),
                detail=str(error),
            )
        ) from error
    for name, dtype in state.dtypes.items():
        arrays[name] = arrays[name].view(np.dtype(keras.backend.standardize_dtype(dtype)))
    return arrays, state


def _assign(
    variables: list[keras.Variable], kind: str, arrays: dict[str, np.ndarray], path: Path
) -> None:
    found = sum(name.startswith(f"{kind}.") for name in arrays)
    wrong = found != len(variables)
    if not wrong:
        wrong = any(
            arrays[f"{kind}.{index}"].shape != tuple(variable.shape)
            for index, variable in enumerate(variables)
        )
    if wrong:
        raise StudioError(
            Problem(
                code="train.other_model",
                message="The checkpoint belongs to another model: layers were changed since.",
                expected=_shapes([tuple(variable.shape) for variable in variables]),
                received=_shapes([arrays[f"{kind}.{i}"].shape for i in range(found)]),
                place=Place(file=str(path)),
            )
        )
    for index, variable in enumerate(variables):
        variable.assign(arrays[f"{kind}.{index}"])


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    shown = ", ".join(" × ".join(map(str, shape)) or "scalar" for shape in shapes[:12])
    more = f" and {len(shapes) - 12} more" if len(shapes) > 12 else ""
    return f"{len(shapes)} weights: {shown}{more}"


def _vocabularies(model: keras.Model) -> dict[str, list[Any]]:
    """Vocabularies that `adapt` found: they are no variables, so nothing else keeps them."""
    found = {}
    for index, layer in enumerate(model.layers):
        if hasattr(layer, "get_vocabulary") and hasattr(layer, "adapt"):
            found[str(index)] = [
                word.item() if isinstance(word, np.generic) else word
                for word in layer.get_vocabulary(include_special_tokens=False)
            ]
    return found


def _copy(variable: keras.Variable) -> np.ndarray:
    return np.array(variable.value.numpy())
