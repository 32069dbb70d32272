"""Files of weights: arrays by number and, as JSON, what they are. One `.npz`, replaced whole.

| entry | holds |
|---|---|
| `state` | JSON text: a `StoredWeights` or a struct that has its fields |
| `weight.0` ... | `model.variables` (weights and random states) |
| `optimizer.0` ... | `model.optimizer.variables`, where there are any |

Weights go by number, never by path, because Keras's paths are not unique.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import keras
import msgspec
import numpy as np

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.atomic import replace_atomic
from kerasstudio.runtime.weight_store import STATE

StateT = TypeVar("StateT", bound=msgspec.Struct)
WEIGHT = "weight"
OPTIMIZER = "optimizer"


class _Dtypes(msgspec.Struct, frozen=True):
    """The dtypes NumPy has no name for (bfloat16, float8), by entry."""

    dtypes: dict[str, str] = {}


def write_arrays(
    path: Path, arrays: Mapping[str, np.ndarray], state: msgspec.Struct, durable: bool = True
) -> None:
    """Write or replace a file. Raises `OSError`; the one before is then untouched. `durable` as
    in `write_atomic`."""
    dtypes: dict[str, str] = {}
    plain: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if array.dtype.isbuiltin != 1:  # NumPy would write bytes without a name
            dtypes[name] = array.dtype.name
            array = array.view(np.dtype(f"u{array.dtype.itemsize}"))
        plain[name] = array
    described = msgspec.to_builtins(state) | ({"dtypes": dtypes} if dtypes else {})
    text = np.frombuffer(msgspec.json.encode(described), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Array by array into the file: big models are not held twice.
    replace_atomic(path, lambda file: np.savez(file, **{STATE: text}, **plain), durable)  # type: ignore[arg-type]


class ArrayFile:
    """A file of weights, open: `state`, and arrays read when they are asked for. A context
    manager. Raises `StudioError` where the file is missing, damaged or not one of ours."""

    def __init__(self, path: Path, missing: Problem) -> None:
        self.path = path
        try:
            self._opened = path.open("rb")
        except FileNotFoundError as error:
            raise StudioError(missing) from error
        except OSError as error:
            raise StudioError(_damaged(path, error)) from error
        try:
            self._file = np.load(self._opened, allow_pickle=False)
            self._text = self._file[STATE].tobytes()
            self._dtypes = msgspec.json.decode(self._text, type=_Dtypes).dtypes
        except _UNREADABLE as error:
            self._opened.close()
            raise StudioError(_damaged(path, error)) from error

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()
        self._opened.close()

    @property
    def names(self) -> list[str]:
        """The entries that are arrays."""
        return [name for name in self._file.files if name != STATE]

    def state(self, kind: type[StateT]) -> StateT:
        try:
            return msgspec.json.decode(self._text, type=kind)
        except msgspec.DecodeError as error:
            raise StudioError(_damaged(self.path, error)) from error

    def array(self, name: str) -> np.ndarray:
        """One array in its own dtype."""
        try:
            array: np.ndarray = self._file[name]
            dtype = self._dtypes.get(name)
            return array if dtype is None else array.view(_dtype(dtype))
        except _UNREADABLE as error:
            raise StudioError(_damaged(self.path, error)) from error


# An .npy under this name makes NumPy give an array, which takes no names (IndexError).
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    zipfile.BadZipFile,
    msgspec.DecodeError,
)


def _dtype(name: str) -> np.dtype:
    """By its name; those NumPy does not know come from ml_dtypes, which Keras has loaded."""
    return np.dtype(str(keras.backend.standardize_dtype(name)))


def _damaged(path: Path, error: Exception) -> Problem:
    return Problem(
        code="file.checkpoint",
        message="The checkpoint cannot be read: it is damaged or not one of ours.",
        place=Place(file=str(path)),
        detail=str(error),
    )
