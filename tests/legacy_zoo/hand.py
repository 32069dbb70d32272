"""A file written by hand, with h5py, as an old Keras wrote it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Arrays = list[np.ndarray]
SAMPLES = 3


@dataclass
class Written:
    """`config` is `{"class_name", "config"}`; `weights` maps layers to (name, array) pairs;
    `expected` computes the outputs, None where tf_keras is asked."""

    config: dict[str, Any]
    weights: dict[str, list[tuple[str, np.ndarray]]]
    shapes: list[tuple[int, ...]]
    expected: Callable[..., Any] | None
    below: int = 0
    training: dict[str, Any] | None = None


@dataclass(frozen=True)
class HandKind:
    """`make` writes with the random numbers it is given. `version` None: none in the file."""

    name: str
    make: Callable[[np.random.Generator], Written]
    version: str | None = "1.2.2"
    backend: str | None = "tensorflow"
    chunk: int = field(default=0)
    """Names in attributes of so many each, as Keras does with long lists."""

    def write(self, path: Path, seed: int = 0) -> Written:
        written = self.make(np.random.default_rng(seed))
        with h5py.File(path, "w") as file:
            group = file.create_group("model_weights")
            for attributes in (file.attrs, group.attrs):
                if self.version is not None:
                    attributes["keras_version"] = self.version.encode()
                if self.backend is not None:
                    attributes["backend"] = self.backend.encode()
            file.attrs["model_config"] = json.dumps(written.config).encode()
            if written.training is not None:
                file.attrs["training_config"] = json.dumps(written.training).encode()
            self._names(group, "layer_names", list(written.weights))
            for layer, pairs in written.weights.items():
                inside = group.create_group(layer)
                self._names(inside, "weight_names", [name for name, _ in pairs])
                for name, array in pairs:
                    inside[name] = array
        return written

    def _names(self, group: Any, key: str, names: list[str]) -> None:
        encoded = [name.encode() for name in names]
        if not self.chunk or not encoded:
            group.attrs[key] = encoded or np.zeros(0)
            return
        for number in range(0, len(encoded), self.chunk):
            chunk = encoded[number : number + self.chunk]
            group.attrs[f"{key}{number // self.chunk}"] = chunk


def inputs(written: Written, seed: int) -> Arrays:
    rng = np.random.default_rng(seed)
    if written.below:
        return [rng.integers(0, written.below, (SAMPLES, *shape)) for shape in written.shapes]
    return [rng.normal(size=(SAMPLES, *shape)).astype("float32") for shape in written.shapes]


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Weights of a moderate size."""
    return rng.normal(scale=0.5, size=shape).astype("float32")
